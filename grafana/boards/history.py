"""The panels that show how it came to be so."""

from __future__ import annotations

from grafana.boards import look, pages, panels, queries
from grafana.boards.look import Json
from grafana.boards.queries import described

from scorecard_exporter import names


def timeline() -> Json:
    """The colours of each measure over time."""
    return panels.panel(
        "state-timeline",
        "Status of each measure over time",
        "The colour of each measure as Prometheus saw it. A gap is a time without the exporter.",
        targets=panels.over_time(described(queries.LEVEL, "title"), "{{title}}"),
        options={
            "mergeValues": True,
            "showValue": "auto",
            "alignValue": "left",
            "rowHeight": 0.85,
            "perPage": 0,
            "legend": {"showLegend": True, "displayMode": "list", "placement": "bottom"},
            "tooltip": {"mode": "single"},
        },
        defaults={
            "noValue": pages.WAITING,
            "mappings": look.LEVEL_MAPPING,
            "color": {"mode": "thresholds"},
            "thresholds": look.steps(),
            "custom": {"fillOpacity": 100, "lineWidth": 0},
            "links": [pages.MEASURE_PAGE],
        },
    )


def score_over_time() -> Json:
    """The score of one perspective over time; repeated."""
    return panels.panel(
        "timeseries",
        "${perspective:text}: score over time",
        "The perspective's score, 0 to 100, over the zones of the colours. Each moment was judged "
        "by the targets of its time.",
        targets=panels.over_time(
            queries.points(names.PERSPECTIVE_SCORE, names.PERSPECTIVE_STATUS, "perspective"), "Score"
        ),
        options={"legend": {"showLegend": False}, "tooltip": {"mode": "single"}},
        defaults={
            "noValue": pages.WAITING,
            "min": 0,
            "max": 100,
            "decimals": 0,
            "color": {"mode": "fixed", "fixedColor": look.NEUTRAL},
            "thresholds": look.SCORE_STEPS,
            "custom": {"lineWidth": 2, "showPoints": "never", "thresholdsStyle": {"mode": "area"}},
        },
    )
