"""How a status looks on every board: its word, its sign, its colour, and the score at which it begins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

TOLERANCE = 1e-9
"""By how much a score may miss a line and still count as on it, as in the exporter."""

YELLOW_FROM = 100 / 3 - 100 * TOLERANCE
GREEN_FROM = 200 / 3 - 100 * TOLERANCE
"""Points, of 100, from which a score is yellow and green."""

ABSENT = "\N{EN DASH}"
"""What stands where there is nothing."""

NOTHING = "#80808000"
NEUTRAL = "#5794F2"
"""What says nothing is not coloured; lines are blue."""


@dataclass(frozen=True, slots=True)
class Look:
    """A status: the number by which the worse of two is found, and what people see.

    The sign comes first in the text, so that it remains where a narrow cell cuts the word. Grafana writes on
    these colours in white, on yellow in black, always with a contrast of 4.5 to 1 or more.
    """

    status: str
    level: int
    text: str
    color: str

    @property
    def sign(self) -> str:
        """The sign alone, where there is no room for the word."""
        return self.text[0]


LOOKS = (
    Look("green", 0, "✓ On target", "#187A40"),
    Look("grey", 1, "? Not judged", "#626B7C"),
    Look("yellow", 2, "! At risk", "#F2CC0C"),
    Look("red", 3, "✕ Off target", "#CB3527"),
)
GREEN, GREY, YELLOW, RED = LOOKS

REASONS = {
    "missing": "Missing",
    "stale": "Stale",
    "insufficient": "Too few samples",
    "not_applicable": "Not applicable",
}
"""Why a measure is grey, in words."""


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
