"""Grafana's data source, answered here: data frames over the plugin protocol, on a socket shared with Grafana."""
