"""How fields look in Grafana: units, colours by target, words of a status, and links."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from scorecard_exporter.config.model import Anchors, Band, Measure
from scorecard_exporter.looks import GREEN, GREEN_FROM, LOOKS, NEUTRAL, REASONS, RED, YELLOW, YELLOW_FROM
from scorecard_exporter.quantities import is_currency

Json = dict[str, Any]

LOWEST = -1e300
"""Where the first step of thresholds begins: an endless one cannot be written in JSON, and null is read as zero."""
MEASURE_BOARD, SCORECARD_BOARD = "scorecard-measure", "scorecard"
"""The uids of the boards that links lead to."""

_UNITS = {"seconds": "s", "ratio": "percentunit", "per_day": "suffix:/d", "count": "none", "points": "none"}
_KNOWN_CURRENCIES = frozenset({"chf", "dkk", "eur", "gbp", "inr", "jpy", "nok", "pln", "sek", "usd"})


def unit(name: str) -> str:
    """Grafana's unit for one of ours."""
    if name in _UNITS:
        return _UNITS[name]
    if is_currency(name):
        return f"currency{name.upper()}" if name in _KNOWN_CURRENCIES else f"suffix: {name.upper()}"
    return "none"


def steps(lines: Iterable[tuple[float, str]]) -> Json:
    """Thresholds: from each value on a colour; the values rise."""
    return {"mode": "absolute", "steps": [{"value": value, "color": color} for value, color in lines]}


SCORE: Json = {
    "unit": "none",
    "decimals": 0,
    "min": 0,
    "max": 100,
    "color": {"mode": "thresholds"},
    "thresholds": steps([(LOWEST, RED.color), (YELLOW_FROM, YELLOW.color), (GREEN_FROM, GREEN.color)]),
}
"""A score from 0 to 100 points."""

# A cell that draws a pill looks its colour up by the text that it shows, so that both are mapped.
STATUS: Json = {
    "color": {"mode": "fixed"},
    "mappings": [
        {
            "type": "value",
            "options": {
                key: {"index": index, "text": look.text, "color": look.color}
                for index, (key, look) in enumerate((key, look) for look in LOOKS for key in (look.status, look.text))
            },
        }
    ],
}
"""The word and the colour of `green`, `yellow`, `red`, `grey`."""


def value(measure: Measure, anchors: Anchors | Band | None) -> Json:
    """A value of a measure, in its unit, coloured by the target `anchors` (None: not coloured)."""
    config: Json = {"unit": unit(measure.definition.unit)}
    if anchors is None:
        config["color"] = {"mode": "fixed", "fixedColor": NEUTRAL}
    else:
        config |= {"color": {"mode": "thresholds"}, "thresholds": steps(_lines(anchors))}
    if measure.target is not None and measure.target.yes_no:
        config["mappings"] = [{"type": "value", "options": {"0": {"text": "no"}, "1": {"text": "yes"}}}]
    return config


HIDDEN: Json = {"custom": {"hideFrom": {"viz": True}}}
"""A field that is there for links only."""


def line(measure: Measure, color: str = NEUTRAL) -> Json:
    """How a measure is drawn over time: lines say nothing by their colour, and those of one measure share an axis."""
    config: Json = {"color": {"mode": "fixed", "fixedColor": color}}
    if measure.target is not None and measure.target.axis == "log":
        config["custom"] = {"scaleDistribution": {"type": "log", "log": 10}}
    return config


def _lines(anchors: Anchors | Band) -> list[tuple[float, str]]:
    """Grafana colours from a step on, the step included; a goal that is met exactly is green, a red line red."""
    if isinstance(anchors, Band):
        return [
            (LOWEST, RED.color),
            (_above(anchors.red_low), YELLOW.color),
            (float(anchors.goal_low), GREEN.color),
            (_above(anchors.goal_high), YELLOW.color),
            (float(anchors.red_high), RED.color),
        ]
    if anchors.goal > anchors.red:
        return [(LOWEST, RED.color), (_above(anchors.red), YELLOW.color), (float(anchors.goal), GREEN.color)]
    return [(LOWEST, GREEN.color), (_above(anchors.goal), YELLOW.color), (float(anchors.red), RED.color)]


def _above(line: object) -> float:
    return math.nextafter(float(line), math.inf)  # type: ignore[arg-type]


def reason(state: str) -> str:
    """Why a measure is grey, in words."""
    return REASONS.get(state, state)


def link(title: str, url: str, *, new_tab: bool = False) -> Json:
    """A data link."""
    return {"title": title, "url": url, "targetBlank": new_tab}


def board(uid: str, **variables: str) -> str:
    """The address of a board with its variables and the time range that is shown.

    A value in `${}` is Grafana's to fill in; any other is written as it is.
    """
    pairs = (
        f"var-{name}={given if given.startswith('${') else quote(given, safe='')}" for name, given in variables.items()
    )
    return f"/d/{uid}?{'&'.join([*pairs, '${__url_time_range}'])}"
