"""What every source that is read over HTTP promises, as checks that any of them can be put to."""
