"""Manifests for Kubernetes, and what is written of them."""
