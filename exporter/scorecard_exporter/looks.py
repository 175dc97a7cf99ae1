"""How a status looks on every board: its word, its sign, its colour, and the score at which it begins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

TOLERANCE = 1e-9
"""By how much a score may miss a line and still count as on it."""

YELLOW_FROM = 100 / 3 - 100 * TOLERANCE
GREEN_FROM = 200 / 3 - 100 * TOLERANCE
"""Points, of 100, from which a score is yellow and green."""

ABSENT = "\N{EN DASH}"
"""What stands where there is nothing."""

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
LOOK_OF: Mapping[str, Look] = {look.status: look for look in LOOKS}

REASONS: Mapping[str, str] = {
    "missing": "Missing",
    "stale": "Stale",
    "insufficient": "Too few samples",
    "not_applicable": "Not applicable",
}
"""Why a measure is grey, in words."""
