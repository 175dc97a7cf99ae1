"""The streams of a GitLab source: what is asked, in which order, and how far."""
