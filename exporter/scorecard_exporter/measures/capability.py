"""What people do, relative to how many there are: moves, departures, submissions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from fractions import Fraction
from itertools import pairwise

from scorecard_exporter.measures import diagnose, diagnose_series
from scorecard_exporter.measures.finding import MICROS, Finding
from scorecard_exporter.measures.model import Absence, Definition, Part, Period, Series
from scorecard_exporter.measures.observations import Row, in_time
from scorecard_exporter.measures.observed import Observed


def hackathon_contributions(observed: Observed, definition: Definition, team: str, period: Period) -> Finding:
    """The sum of a series of events."""
    found = observed.tally(definition, definition.series[0], team, period)
    if found.absence:
        return found.nothing()
    return Finding(value=found.total, samples=found.samples, newest_at=found.newest_at)


def internal_mobility(observed: Observed, definition: Definition, team: str, period: Period) -> Finding:
    """Moves for each head."""
    return _for_each_head(observed, definition, team, period, "moves")


def retention(observed: Observed, definition: Definition, team: str, period: Period) -> Finding:
    """One minus departures for each head."""
    found = _for_each_head(observed, definition, team, period, "departures")
    return found if found.value is None else found._replace(value=1 - found.value)


def _for_each_head(observed: Observed, definition: Definition, team: str, period: Period, name: str) -> Finding:
    """The events of the first series divided by the time-weighted mean of the second, a headcount."""
    events = observed.tally(definition, definition.series[0], team, period)
    if events.absence:
        return events.nothing()
    heads, absence = _mean_headcount(observed, definition, team, period)
    beside = {name: Part(events.total, "count")}
    if heads is not None:
        beside["mean_headcount"] = Part(heads, "count")
    if absence is None and not heads:
        absence = diagnose.division_by_zero(f"The mean of series {definition.series[1].name!r}")
    return Finding(
        value=None if absence or not heads else events.total / heads,
        samples=events.samples,
        newest_at=events.newest_at,
        beside=beside,
        absence=absence,
    )


def _mean_headcount(
    observed: Observed, definition: Definition, team: str, period: Period
) -> tuple[Fraction | None, Absence | None]:
    """A headcount holds from its observation to the next one of the same raw subject; all of them are added up."""
    series = definition.series[1]
    gathered = observed.gather(definition, series, "newest", team, period)
    if gathered.absence:
        return None, gathered.absence
    rows: defaultdict[str, list[Row]] = defaultdict(list)
    for row in _in_order(observed, series, {(one.subject, one.raw) for one in gathered.found}):
        if row.starts_at <= period.starts_at:
            rows[row.raw] = [row]  # what was before it holds no more
        elif row.starts_at < period.ends_at:
            rows[row.raw].append(row)
    late = sorted(raw for raw, some in rows.items() if some[0].starts_at > period.starts_at)
    if late:
        return None, diagnose_series.headcount_begins(series, late, period)
    total = sum(_held(some, period) for some in rows.values())
    return Fraction(total, (period.ends_at - period.starts_at) * MICROS), None


def _in_order(observed: Observed, series: Series, counted: Collection[tuple[str, str]]) -> Iterable[Row]:
    """The observations of these subjects and raw subjects, those of one raw subject in order of time."""
    rows = observed.rows(series, sorted({subject for subject, _ in counted}))
    found = [row for row in rows if (row.subject, row.raw) in counted]
    is_shared = len({raw for _, raw in counted}) < len(counted)
    return sorted(found, key=in_time) if is_shared else found


def _held(rows: Sequence[Row], period: Period) -> int:
    """Millionths of heads times microseconds of a period, of observations in order of time."""
    ends: Iterable[tuple[Row, int]] = (
        *((row, following.starts_at) for row, following in pairwise(rows)),
        (rows[-1], period.ends_at),
    )
    return sum(row.amount * max(0, end - max(row.starts_at, period.starts_at)) for row, end in ends)
