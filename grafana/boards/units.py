"""The unit of a number whose measure is only known when the board is looked at.

A panel's unit is fixed, so it asks one question for each unit; the measure has an answer to one of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of measures (`labels`: how the series that have it are chosen) and how Grafana writes it."""

    labels: str
    grafana: str


_CURRENCIES = {"eur": "currencyEUR", "usd": "currencyUSD", "gbp": "currencyGBP", "chf": "suffix: CHF"}
_KNOWN = {"seconds": "s", "ratio": "percentunit", "per_day": "suffix: a day", **_CURRENCIES}

UNITS = (
    *(Unit(f'unit="{name}"', grafana) for name, grafana in _KNOWN.items()),
    Unit(f'unit!~"{"|".join(_KNOWN)}"', "short"),
)
"""Every unit; counts, points and other currencies are numbers without a sign."""


def by_query(**more: Any) -> list[tuple[int, dict[str, Any]]]:
    """For the place of each unit's question: how its answers look."""
    return [(place, {"unit": unit.grafana, **more}) for place, unit in enumerate(UNITS)]
