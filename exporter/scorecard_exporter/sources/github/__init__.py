"""GitHub, on github.com and as Enterprise Server."""
