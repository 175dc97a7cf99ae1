"""What Prometheus reads: a snapshot as metric families, rendered once and served from cache."""
