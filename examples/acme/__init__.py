"""Acme: a made-up company whose systems answer over HTTP, and of which the truth is known."""
