"""What every number should be, worked out slowly and plainly from docs/definitions.md.

Sets, nested loops and fractions; no SQL, and nothing of the package but the records and words that go in. Times are
whole microseconds since the epoch; None is "not yet" or "not known".
"""
