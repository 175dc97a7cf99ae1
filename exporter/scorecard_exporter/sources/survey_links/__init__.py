"""Surveys of our own: rounds that are answered over single-use links, and read when they have closed."""
