"""How things look on every board: Grafana's thresholds and mappings with the signs and colours of the package."""

from __future__ import annotations

from typing import Any

from scorecard_exporter.looks import ABSENT, GREEN, GREEN_FROM, GREY, LOOKS, NEUTRAL, REASONS, RED, YELLOW, YELLOW_FROM

__all__ = [
    "ABSENT",
    "GREEN",
    "GREEN_FROM",
    "GREY",
    "LEVEL_MAPPING",
    "LOOKS",
    "NEUTRAL",
    "NOTHING",
    "REASONS",
    "REASON_MAPPING",
    "RED",
    "SCORE_STEPS",
    "SHADES",
    "YELLOW",
    "YELLOW_FROM",
    "Json",
    "mapping",
    "steps",
]

Json = dict[str, Any]

NOTHING = "#80808000"
SHADES: Json = {"mode": "shades", "fixedColor": NEUTRAL}
"""Many lines in one graph: shades of what says nothing, since green, yellow and red would say something."""


def steps(*rising: tuple[float, str], base: str = NOTHING) -> Json:
    """Thresholds: a base colour, then the colour from each value on."""
    every: list[tuple[float | None, str]] = [(None, base), *rising]
    return {"mode": "absolute", "steps": [{"value": value, "color": color} for value, color in every]}


SCORE_STEPS = steps((0, RED.color), (YELLOW_FROM, YELLOW.color), (GREEN_FROM, GREEN.color))


def mapping(texts: dict[str, tuple[str, str | None]]) -> list[Json]:
    """Values to texts and colours."""
    options = {
        value: {"index": index, "text": text, **({"color": color} if color else {})}
        for index, (value, (text, color)) in enumerate(texts.items())
    }
    return [{"type": "value", "options": options}]


LEVEL_MAPPING = mapping({str(look.level): (look.text, look.color) for look in reversed(LOOKS)})
REASON_MAPPING = mapping({reason: (words, None) for reason, words in REASONS.items()})
