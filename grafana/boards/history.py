"""The panels that show how it came to be so."""

from __future__ import annotations

from grafana.boards import look, pages, panels, queries
from grafana.boards.look import Json
from grafana.boards.queries import described

from scorecard_exporter import names


def timeline() -> Json:
    """The colours of each measure over time."""
    return panels.states(
        "Status of each measure over time",
        "The colour of each measure as Prometheus saw it. A gap is a time without the exporter. A click leads to the "
        "measure's board.",
        waiting=pages.WAITING,
        # Thirty measures leave no room for words; the legend has them.
        show_value="never",
        targets=panels.over_time(described(queries.LEVEL, "title"), legend="{{title}}"),
        looks={"mappings": look.LEVEL_MAPPING, "links": [pages.MEASURE_BOARD_OF_SERIES]},
    )


ZONES = {
    "min": 0,
    "max": 100,
    "decimals": 0,
    "thresholds": look.SCORE_STEPS,
}
"""A score over the zones of the colours."""


def score_over_time() -> Json:
    """The score of one perspective over time; repeated."""
    return panels.graph(
        "${perspective:text}: score over time",
        "The perspective's score, 0 to 100, over the zones of the colours. Each moment was judged "
        "by the targets of its time.",
        waiting=pages.WAITING,
        legend=False,
        targets=panels.over_time(
            queries.points(names.PERSPECTIVE_SCORE, names.PERSPECTIVE_STATUS, "perspective"),
            legend="Score",
        ),
        looks=ZONES,
        custom={"thresholdsStyle": {"mode": "area"}},
    )
