"""What people do, relative to how many there are: moves, departures, submissions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from functools import partial
from itertools import chain, pairwise
from operator import attrgetter
from typing import NamedTuple

from scorecard_exporter.measures import diagnose, diagnose_series
from scorecard_exporter.measures.finding import MICROS, Details, Find, Finding
from scorecard_exporter.measures.model import Absence, Definition, Part, Period
from scorecard_exporter.measures.observations import Row
from scorecard_exporter.measures.observed import Observed
from scorecard_exporter.measures.tally import Tally
from scorecard_exporter.measures.tree import AddedUp

_IN_TIME = attrgetter("starts_at", "ends_at", "amount")


def hackathon_contributions(observed: Observed, definition: Definition, period: Period) -> Find:
    """The sum of a series of events."""
    events_of = observed.events(definition, definition.series[0], period)

    def find(team: str) -> Finding:
        found = events_of(team)
        return found.nothing() if found.absence else Finding(found.value, found.samples, found.newest_at)

    return find


def internal_mobility(observed: Observed, definition: Definition, period: Period) -> Find:
    """Moves for each head."""
    return _for_each_head(observed, definition, period, "moves")


def retention(observed: Observed, definition: Definition, period: Period) -> Find:
    """One minus departures for each head."""
    for_each_head = _for_each_head(observed, definition, period, "departures")

    def find(team: str) -> Finding:
        found = for_each_head(team)
        return found if found.value is None else found._replace(value=1 - found.value)

    return find


def _for_each_head(observed: Observed, definition: Definition, period: Period, name: str) -> Find:
    """The events of the first series divided by the time-weighted mean of the second, a headcount."""
    events_of = observed.events(definition, definition.series[0], period)
    headcount_of = _headcount(observed, definition, period)
    divisor = (period.ends_at - period.starts_at) * MICROS

    def find(team: str) -> Finding:
        events = events_of(team)
        if events.absence:
            return events.nothing()
        held, absence = headcount_of(team)
        if absence is None and not held:
            absence = diagnose.division_by_zero(f"The mean of series {definition.series[1].name!r}")
        return Finding(
            None if absence or not held else Fraction(events.total * divisor, events.tally.divisor * held),
            events.samples,
            events.newest_at,
            absence,
            lambda: Details(
                beside={name: events.part("count")}
                | ({} if held is None else {"mean_headcount": Part(held, "count", divisor)})
            ),
        )

    return find


def _headcount(
    observed: Observed, definition: Definition, period: Period
) -> Callable[[str], tuple[int | None, Absence | None]]:
    """Of a team millionths of heads times microseconds of the period.

    A headcount holds from its observation to the next one of the same raw subject; all of them are added up.
    """
    series = definition.series[1]
    gather = observed.gather(definition, series, "newest", period)

    def of(team: str) -> tuple[int | None, Absence | None]:
        gathered = gather(team)
        if gathered.absence:
            return None, gathered.absence
        tally = gathered.tally
        if tally.is_apart:
            total, late = tally.once("held", partial(_by_team, observed, tally, period)).of(team)
        else:
            total, late = _held(observed, tally, tally.tree.subjects(team), period)
        return (None, diagnose_series.headcount_begins(series, sorted(late), period)) if late else (total, None)

    return of


class _Held(NamedTuple):
    """Millionths of heads times microseconds of a period, and raw subjects of which it is not known from when on."""

    total: int
    late: Sequence[str]


def _by_team(observed: Observed, tally: Tally, period: Period) -> AddedUp[_Held]:
    def add(every: Iterable[_Held]) -> _Held:
        totals, late = zip(*every, strict=True)
        return _Held(sum(totals), [*chain.from_iterable(late)])

    return AddedUp(tally.tree, {one: _held(observed, tally, [one], period) for one in tally.by_subject}, add)


def _held(observed: Observed, tally: Tally, subjects: Iterable[str], period: Period) -> _Held:
    """What the observations about these subjects hold in a period."""
    by_raw: defaultdict[str, list[Row]] = defaultdict(list)
    for row in sorted(_counted(observed, tally, subjects), key=_IN_TIME):
        if row.starts_at <= period.starts_at:
            by_raw[row.raw] = [row]  # what was before it holds no more
        elif row.starts_at < period.ends_at:
            by_raw[row.raw].append(row)
    late = [raw for raw, some in by_raw.items() if some[0].starts_at > period.starts_at]
    return _Held(sum(_of_one(some, period) for some in by_raw.values()), late)


def _counted(observed: Observed, tally: Tally, subjects: Iterable[str]) -> Iterator[Row]:
    """The observations about subjects, of the raw subjects that count."""
    for subject in subjects:
        raws = {one.raw for one in tally.by_subject[subject]}
        yield from (row for row in observed.observations.held(tally.series.name, subject) if row.raw in raws)


def _of_one(rows: Sequence[Row], period: Period) -> int:
    """That of one raw subject, of observations in order of time."""
    ends: Iterable[tuple[Row, int]] = (
        *((row, following.starts_at) for row, following in pairwise(rows)),
        (rows[-1], period.ends_at),
    )
    return sum(row.amount * max(0, end - max(row.starts_at, period.starts_at)) for row, end in ends)
