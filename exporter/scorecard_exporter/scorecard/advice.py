"""Advice that needs numbers: what is red and left alone, and targets that do not fit what is reached."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from scorecard_exporter.config.lint.advice import Advice
from scorecard_exporter.config.lint.people import listed
from scorecard_exporter.config.lint.targets import QUARTER
from scorecard_exporter.scorecard.model import MeasureStatus, ScorecardStatus, Snapshot

PERIODS = 3
"""So many periods running a target is met before it is too easy."""
TEAMS = 3
"""So many teams miss a target before it is too hard."""

_Place = tuple[str, str]


def moments(at: int) -> tuple[int, ...]:
    """The moments of which snapshots are needed: `at` (microseconds), and the ends of quarters of 90 days before it."""
    return tuple(at - back * QUARTER for back in reversed(range(PERIODS)))


def advise_on_numbers(snapshots: Sequence[Snapshot]) -> list[Advice]:
    """Advice on the newest of these snapshots, oldest first, one for each period that has passed.

    Fewer than three say nothing about targets that are always met; none says nothing.
    """
    if not snapshots:
        return []
    newest = _by_measure(snapshots[-1])
    return [*_red(newest), *_met(snapshots), *_missed(newest)]


def _by_measure(taken: Snapshot) -> dict[_Place, list[MeasureStatus]]:
    """The statuses of all teams, by scorecard and measure."""
    found: defaultdict[_Place, list[MeasureStatus]] = defaultdict(list)
    for card in taken.scorecards:
        for key, status in _statuses(card):
            found[key].append(status)
    return found


def _statuses(card: ScorecardStatus) -> Iterator[tuple[_Place, MeasureStatus]]:
    return (((card.scorecard.id, status.measure.id), status) for _, _, status in card.measures())


def _red(measures: dict[_Place, list[MeasureStatus]]) -> Iterator[Advice]:
    for place, statuses in measures.items():
        teams = [one.team for one in statuses if one.is_left_alone]
        if teams:
            sentence = f"it is red for {listed(teams)}, and no initiative is for it; add one under 'initiatives'"
            yield Advice("red-without-initiative", "/".join(place), sentence)


def _met(snapshots: Sequence[Snapshot]) -> Iterator[Advice]:
    if len(snapshots) < PERIODS:
        return
    periods = [_by_measure(taken) for taken in snapshots[-PERIODS:]]
    for place, statuses in periods[-1].items():
        green = [{one.team for one in period.get(place, ()) if one.status == "green"} for period in periods]
        teams = [one.team for one in statuses if all(one.team in period for period in green)]
        if teams and len(teams) == len(statuses):
            sentence = (
                f"its target was met {PERIODS} times running by {listed(teams)}; raise it, or measure what matters now"
            )
            yield Advice("target-met-repeatedly", "/".join(place), sentence)


def _missed(measures: dict[_Place, list[MeasureStatus]]) -> Iterator[Advice]:
    for place, statuses in measures.items():
        judged = [one for one in statuses if one.status != "grey"]
        if len(judged) >= TEAMS and not any(one.status == "green" for one in judged):
            sentence = f"none of {len(judged)} teams meets its target; set one that the best of them can reach"
            yield Advice("target-met-by-nobody", "/".join(place), sentence)
