"""Advice that needs numbers: what is red and left alone, and targets that do not fit what is reached."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from scorecard_exporter.config.lint.advice import Advice
from scorecard_exporter.config.lint.people import listed
from scorecard_exporter.scorecard.model import MeasureStatus, ScorecardStatus, Snapshot

PERIODS = 3
"""In so many periods running a target is met before it is too easy: months or quarters, as they are reviewed."""
TEAMS = 3
"""So many teams miss a target before it is too hard."""

_Place = tuple[str, str]


def advise_on_numbers(newest: Snapshot, periods: Sequence[Snapshot]) -> list[Advice]:
    """Advice on what is so in `newest`, and on what was so in the last periods of the calendar, the oldest first.

    Fewer than three periods say nothing about targets that are always met.
    """
    measures = _by_measure(newest)
    return [*_red(measures), *_met(measures, periods), *missed_by_all(newest)]


def missed_by_all(taken: Snapshot) -> Iterator[Advice]:
    """Targets that none of three or more teams meets."""
    for place, statuses in _by_measure(taken).items():
        judged = [one for one in statuses if one.status != "grey"]
        if len(judged) >= TEAMS and not any(one.status == "green" for one in judged):
            sentence = f"none of {len(judged)} teams meets its target; set one that the best of them can reach"
            yield Advice("target-met-by-nobody", "/".join(place), sentence)


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


def _met(newest: dict[_Place, list[MeasureStatus]], periods: Sequence[Snapshot]) -> Iterator[Advice]:
    if len(periods) < PERIODS:
        return
    running = [_by_measure(taken) for taken in periods[-PERIODS:]]
    for place, statuses in running[-1].items():
        green = [{one.team for one in period.get(place, ()) if one.status == "green"} for period in running]
        teams = [one.team for one in statuses if all(one.team in period for period in green)]
        if teams and len(teams) == len(statuses) and not _is_changed(statuses, newest.get(place, ())):
            sentence = (
                f"its target was met in {PERIODS} periods running by {listed(teams)}; "
                "raise it, or measure what matters now"
            )
            yield Advice("target-met-repeatedly", "/".join(place), sentence)


def _is_changed(then: Iterable[MeasureStatus], now: Iterable[MeasureStatus]) -> bool:
    """Whether people have set another target since; a schedule that moves on its way is still the same one."""
    before = {one.team: one.anchors for one in then}
    steady = (one for one in now if one.target is None or not one.target.schedule)
    return any(one.anchors != before.get(one.team) for one in steady)
