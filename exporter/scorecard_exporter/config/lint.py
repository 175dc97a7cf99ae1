"""Advice on a valid configuration: what is allowed, and yet will hardly do what was meant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from scorecard_exporter.config.model import Anchors, Configuration, Measure
from scorecard_exporter.quantities import DAY, write

_PERSONAL = re.compile(r"[a-z]+\.[a-z]+@.+", re.IGNORECASE)
_MICROS_PER_DAY = DAY * 1_000_000


def advise(configuration: Configuration) -> list[str]:
    """Sentences of advice, each with the name of what it is about; empty when there is none."""
    return [*_empty(configuration), *_unjudgeable(configuration), *_personal(configuration)]


def _empty(configuration: Configuration) -> Iterator[str]:
    """A configuration or a scorecard that measures nothing."""
    if not configuration.scorecards:
        yield "there is no scorecard, so nothing is measured; define one under 'scorecards'"
    for scorecard in configuration.scorecards.values():
        if not any(scorecard.measures()):
            yield f"{scorecard.id}: this scorecard has no measure; name some under an objective's 'measures'"


def _unjudgeable(configuration: Configuration) -> Iterator[str]:
    """A rate whose smallest reading above zero is already better than red."""
    for scorecard in configuration.scorecards.values():
        for _, _, measure in scorecard.measures():
            days = Fraction(measure.definition.window, _MICROS_PER_DAY)
            slow = [rate for rate in _red_rates(measure) if days * rate < 1]
            if slow:
                red, window = write(slow[0], "per_day"), write(days * DAY, "seconds")
                yield (
                    f"{scorecard.id}/{measure.id}: with red at {red} in a window of {window}, the smallest reading "
                    "above zero is never red; lengthen the window, or move the red line"
                )


def _red_rates(measure: Measure) -> Iterator[Fraction]:
    if measure.definition.unit != "per_day" or measure.target is None:
        return
    for point in measure.target.points:
        yield point.anchors.red if isinstance(point.anchors, Anchors) else point.anchors.red_low


def looks_personal(owner: str) -> bool:
    """Whether an address looks like that of one person."""
    return _PERSONAL.fullmatch(owner) is not None


def _personal(configuration: Configuration) -> Iterator[str]:
    owners = {f"team {team.name}": team.owner for team in configuration.teams.values()}
    for scorecard in configuration.scorecards.values():
        for _, _, measure in scorecard.measures():
            owners |= {f"{scorecard.id}/{measure.id}": owner for owner in measure.owners.values()}
    owners |= {f"initiative {one.id}": one.owner for one in configuration.initiatives.values()}
    told: set[str] = set()
    for where, owner in owners.items():
        if looks_personal(owner) and owner not in told:
            told.add(owner)
            yield f"{where}: the owner {owner} looks like a person; a role or a group address outlives people"
