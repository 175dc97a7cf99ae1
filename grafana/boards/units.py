"""The unit of a number whose measure is only known when the board is looked at.

A panel's unit is fixed, so it asks one question for each unit; the measure has an answer to one of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from scorecard_exporter.grafana.appearance import unit


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of measures (`labels`: how the series that have it are chosen) and how Grafana writes it."""

    labels: str
    grafana: str


_KNOWN = ("seconds", "ratio", "per_day", "eur", "usd", "gbp", "chf")

UNITS = (
    *(Unit(f'unit="{name}"', unit(name)) for name in _KNOWN),
    Unit(f'unit!~"{"|".join(_KNOWN)}"', "short"),
)
"""Every unit; counts, points and other currencies are numbers without a sign."""
