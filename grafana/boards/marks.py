"""What happened, as marks over graphs: moments that Prometheus knows as numbers."""

from __future__ import annotations

from grafana.boards import panels, queries
from grafana.boards.look import Json

from scorecard_exporter import names

PURPLE, ORANGE, LIGHT, DARK = "#8F3BB8", "#C4732B", "#8AB8FF", "#6E7687"
"""What happened has colours that no status has."""


def mark(name: str, color: str, expression: str, title: str) -> Json:
    """A layer with a switch at the top; `expression` gives milliseconds since the epoch."""
    return {
        "name": name,
        "datasource": panels.DATA_SOURCE,
        "enable": True,
        "hide": False,
        "iconColor": color,
        "expr": expression,
        "titleFormat": title,
        "textFormat": "",
        "tagKeys": "",
        "useValueForTime": True,
        "target": {"refId": "marks", "expr": expression, "interval": "", "range": True, "instant": False},
    }


def reviews() -> Json:
    """When reviews were recorded."""
    recorded = queries.best(names.REVIEW_LAST, "scorecard", labels=queries.CHOSEN)
    return mark("Reviews", DARK, f"1000 * {recorded}", "A review was recorded")
