"""The pages for people: the scorecard, one measure explained, and messages; they work without script."""
