"""Observations from Prometheus, and from whatever else speaks its query API."""
