"""Engineering Scorecard: a balanced scorecard for engineering, as Prometheus gauges with reasons."""

__version__ = "0.1.0"
