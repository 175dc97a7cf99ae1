"""Questions to Prometheus that boards share, made from the exporter's names.

Each answer has one series for each `by`, also where two exporters are scraped by accident.
"""

from __future__ import annotations

from scorecard_exporter.looks import LOOKS
from scorecard_exporter.names import Family

CHOSEN = 'scorecard="$scorecard", team="$team"'
"""The scorecard and team chosen at the top of the board."""

YELLOW_AT_MOST, RED_AT_MOST = 66, 33
"""What is not green is never rounded up to the points where green begins, and what is red at its line stays red."""


def best(family: Family, *by: str, labels: str, offset: str = "") -> str:
    """The largest number of a family for each `by`."""
    return f"max by ({', '.join(by)}) ({family.name}{{{labels}}}{offset})"


def level(status: Family, *by: str, labels: str, offset: str = "") -> str:
    """The worst status as a number: `looks.LOOKS` says which."""
    states = " or ".join(
        f'{status.name}{{{labels}, status="{look.status}"}}{offset} * {look.level}' for look in reversed(LOOKS)
    )
    return f"max by ({', '.join(by)}) ({states})"


def points(score: Family, status: Family, *by: str, labels: str, offset: str = "") -> str:
    """The score from 0 to 100, so that its colour is that of the status also where it lies on a line."""
    hundred = f"100 * {best(score, *by, labels=labels, offset=offset)}"
    green, red = (best(status, *by, labels=f'{labels}, status="{one}"', offset=offset) for one in ("green", "red"))
    on = f"and on ({', '.join(by)})"
    return (
        f"(({hundred} {on} {green} == 1) or (clamp_max({hundred}, {RED_AT_MOST}) {on} {red} == 1) "
        f"or clamp_max({hundred}, {YELLOW_AT_MOST}))"
    )
