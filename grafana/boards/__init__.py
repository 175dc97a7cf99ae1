"""The Python that writes the Grafana boards: `python -m grafana.boards.write`."""
