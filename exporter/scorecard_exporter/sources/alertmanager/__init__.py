"""Firing alerts as incidents: pushed by Alertmanager, and from what Prometheus remembers of them."""
