"""The hidden row of a measure's board: what the exporter itself says, over the scorecard's own data source."""

from __future__ import annotations

from grafana.boards import look, panels, plugin
from grafana.boards.look import Json
from grafana.boards.panels import Shelf

_WHAT = "What stands in this row: history before the first scrape, samples, events, explanations."


def shelves() -> list[Shelf]:
    """The panels of the row, hidden until somebody opens it."""
    return [
        (3, [(24, panels.text("About this row", _WHAT, plugin.notice("This row")))]),
        (11, [(24, _history())]),
        (4, [(24, _colours())]),
        (14, [(24, _samples())]),
        (10, [(12, _explained(*part)) for part in _PARTS[:2]]),
        (9, [(8, _explained(*part)) for part in _PARTS[2:]]),
    ]


_PARTS = (
    ("Summary", "What is measured, how it is judged, and whether it moved or only wavers, in sentences.", "summary"),
    ("Formula", "How the value is computed, with the numbers put in.", "formula"),
    ("Left out", "What was not counted, how often, and why. When it is much, look at the source.", "left_out"),
    ("Contributions", "The teams and services below this one, and what each contributes to the value.", "below"),
    (
        "Way to the number",
        "From the source to the number, link by link. When there is no number, mend the link that is broken.",
        "chain",
    ),
)
"""What the exporter explains: title, description, and the part of its explanation."""
_WIDTHS = {"About": 150, "Number": 90, "Value": 90, "Samples": 90, "Share": 80}
"""Of what is short; the sentences have the rest."""


def _history() -> Json:
    return panels.graph(
        "History, computed",
        "Value, goal and red line at each step, computed from the stored events with the targets of their time: also "
        "of the time before Prometheus knew of it.",
        waiting=plugin.SILENT,
        source=plugin.SOURCE,
        targets=[plugin.query("history", **plugin.MEASURE, show="value", format="wide", step="auto")],
        custom={"showPoints": "auto", "spanNulls": True, "thresholdsStyle": {"mode": "area"}},
        overrides=[
            panels.override_like(".*", color={"mode": "fixed", "fixedColor": look.NEUTRAL}),
            panels.override_like("^Goal", color={"mode": "fixed", "fixedColor": look.GREEN.color}),
            panels.override_like("^Red line", color={"mode": "fixed", "fixedColor": look.RED.color}),
        ],
    )


def _colours() -> Json:
    return panels.states(
        "Status, computed",
        "The colour of each period, computed from the stored events with the targets of their time.",
        waiting=plugin.SILENT,
        show_value="never",
        source=plugin.SOURCE,
        targets=[plugin.query("history", **plugin.MEASURE, show="status", format="wide", step="auto")],
    )


def _samples() -> Json:
    return plugin.table(
        "Samples behind the value",
        "What the value is made from, the worst first, as it was at the end of the time range. Each leads to where it "
        "can be read in full. When the measure is red, begin here.",
        plugin.query("evidence", **plugin.MEASURE, limit="200"),
    )


def _explained(title: str, description: str, part: str) -> Json:
    return plugin.table(title, description, plugin.query("explain", **plugin.MEASURE, part=part), widths=_WIDTHS)
