"""What was observed: each series read once for all teams, and then added up along the tree of teams."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import starmap
from typing import NamedTuple

from scorecard_exporter.events.model import is_from
from scorecard_exporter.measures.aggregate import (
    Join,
    one_of,
    period_bounds,
    period_join,
    period_rows,
    read,
    sample_text,
    text_literal,
)
from scorecard_exporter.measures.finding import MICROS
from scorecard_exporter.measures.model import Period, Scope, Series, Statistic
from scorecard_exporter.store.base import Store

Span = tuple[int, int]


class Contribution(NamedTuple):
    """What one raw subject of a series contributes in one period.

    `total`: the sum of its values, or the newest one. `samples`: observations behind it.
    `newest_at`: the last microsecond that the newest of them speaks of.
    """

    subject: str
    raw: str
    unit: str
    total: Fraction
    samples: int
    newest_at: int


class Row(NamedTuple):
    """One observation of a series; one of a moment lasts a microsecond. `amount` in millionths of the series' unit."""

    subject: str
    raw: str
    starts_at: int
    ends_at: int
    amount: int


def in_time(row: Row) -> tuple[int, int, int]:
    """The order of observations in time."""
    return row.starts_at, row.ends_at, row.amount


class Observations:
    """What the store answers about series of observations over these periods; each question asked once.

    `subjects`: the services and teams (`team/NAME`) that are of interest.
    """

    def __init__(
        self, store: Store, series: Collection[str], subjects: Collection[str], periods: Sequence[Period]
    ) -> None:
        self._store = store
        self._wanted = tuple(sorted(subjects))
        self._series = tuple(sorted(series))
        self._periods = tuple(periods)
        self._contributions: dict[Statistic, dict[tuple[str, Period], list[Contribution]]] = {}
        self._spans: dict[tuple[str, Period], dict[str, tuple[Span, ...]]] | None = None
        self._raws: dict[str, dict[str, set[str]]] | None = None
        self._mapped: dict[str, set[str]] | None = None
        self._rows: dict[str, list[Row]] = {}
        self._rows_about: dict[str, dict[str, list[Row]]] = {}
        self._first: dict[str, dict[str, int]] = {}
        self._origins: dict[Series, frozenset[str]] = {}
        self._unmapped: dict[Series, list[str]] = {}
        self._subjects: dict[str, list[str]] | None = None

    def contributions(self, statistic: Statistic, series: str, period: Period) -> Sequence[Contribution]:
        """What every raw subject contributes to `newest`, `sum` or `mean` (a sum as well, over whole observations)."""
        if statistic not in self._contributions:
            ask = {"newest": self._newest, "sum": self._prorated, "mean": self._whole}[statistic]
            found: defaultdict[tuple[str, Period], list[Contribution]] = defaultdict(list)
            for name, place, contribution in ask():
                found[name, self._periods[place]].append(contribution)
            self._contributions[statistic] = found
        return self._contributions[statistic].get((series, period), ())

    def spans(self, series: str, period: Period) -> Mapping[str, tuple[Span, ...]]:
        """For each subject the time that its observations cover, united and clipped to the period."""
        if self._spans is None:
            self._spans = defaultdict(dict)
            rows = sorted(read(self._store, self._statement("overlap", _UNITED, _ISLANDS)))
            for name, subject, place, _, starts_at, ends_at in rows:
                known = self._spans[name, self._periods[place]]
                known[subject] = (*known.get(subject, ()), (starts_at, ends_at))
        return self._spans.get((series, period), {})

    def rows(self, series: str) -> Sequence[Row]:
        """Every observation of a series about the subjects of interest, in order of time."""
        if series not in self._rows:
            sql = (
                f"with samples as (\n{sample_text('observations')}\n)\n"
                "select subject, raw, starts_at, ends_at, x from samples\n"
                f"where series = {text_literal(series)} and {one_of('subject', self._wanted)}\n"
                "order by starts_at, ends_at, x"
            )
            self._rows[series] = list(starmap(Row, read(self._store, sql)))
        return self._rows[series]

    def rows_about(self, series: str) -> Mapping[str, Sequence[Row]]:
        """The same by the subjects that they are about, each in order of time."""
        if series not in self._rows_about:
            found: defaultdict[str, list[Row]] = defaultdict(list)
            for row in self.rows(series):
                found[row.subject].append(row)
            self._rows_about[series] = dict(found)
        return self._rows_about[series]

    def first(self, series: str) -> Mapping[str, int]:
        """When each raw subject of a series was observed first, whatever it is about."""
        if series not in self._first:
            sql = (
                f"with samples as (\n{sample_text('observations')}\n)\n"
                f"select raw, min(starts_at) from samples where series = {text_literal(series)} group by raw"
            )
            self._first[series] = dict(read(self._store, sql))
        return self._first[series]

    def raw_subjects(self, series: str) -> Sequence[str]:
        """Every raw subject that was ever observed in a series, mapped to a team or service or not."""
        return sorted(self._observed(series))

    def origins(self, series: Series) -> frozenset[str]:
        """Every origin of a series that ever delivered an observation of it."""
        if series not in self._origins:
            every = frozenset[str]().union(*self._observed(series.name).values())
            self._origins[series] = frozenset(origin for origin in every if is_from(origin, series.origin))
        return self._origins[series]

    def unmapped(self, series: Series) -> Sequence[str]:
        """The raw subjects of a series that stand for no team or service."""
        if self._mapped is None:
            self._mapped = defaultdict(set)
            for name, raw in read(self._store, "select distinct series, raw from series_subject"):
                self._mapped[name].add(raw)
        if series not in self._unmapped:
            mine = self.origins(series)
            raws = {raw for raw, origins in self._observed(series.name).items() if origins & mine}
            self._unmapped[series] = sorted(raws - self._mapped.get(series.name, set()))
        return self._unmapped[series]

    def _observed(self, series: str) -> Mapping[str, set[str]]:
        """The origins of every raw subject of a series."""
        if self._raws is None:
            self._raws = defaultdict(lambda: defaultdict(set))
            for name, raw, origin in read(self._store, "select distinct series, subject, origin from observations"):
                self._raws[name][raw].add(origin)
        return self._raws.get(series, {})

    def subjects(self, series: str) -> Sequence[str]:
        """Every service and team (`team/NAME`) that some observation of a series is about."""
        if self._subjects is None:
            self._subjects = defaultdict(list)
            for name, subject in sorted(read(self._store, "select distinct series, subject from series_subject")):
                self._subjects[name].append(subject)
        return self._subjects.get(series, ())

    def _statement(self, join: Join, columns: str, rest: str) -> str:
        return (
            f"with samples as (\n{sample_text('observations')}\n),\n"
            f"periods as ({period_rows(self._periods)}),\n"
            f"joined as (select samples.series, samples.subject, samples.raw, samples.unit, periods.period, {columns}\n"
            "from samples\n"
            f"join periods on {period_join(join)}\n"
            f"where {period_bounds(join, self._periods)} and {self._asked()}){rest}"
        )

    def _asked(self) -> str:
        """The condition on samples: these series, these subjects."""
        return f"{one_of('samples.series', self._series)} and {one_of('samples.subject', self._wanted)}"

    def _newest(self) -> Iterable[tuple[str, int, Contribution]]:
        """Of the newest moment the observation that began last, and of these the largest."""
        subject = "samples.series, samples.subject, samples.raw, joined.period"
        order = f"partition by {subject} order by samples.starts_at desc, samples.x desc"
        same = " and ".join(f"joined.{name} = samples.{name}" for name in ("series", "subject", "raw"))
        rest = (
            ",\nnewest as (select series, subject, raw, period, max(occurred_at) as occurred_at from joined\n"
            "group by series, subject, raw, period),\n"
            f"ranked as (select {subject}, samples.unit, samples.x, samples.occurred_at,\n"
            f"cast(row_number() over ({order}) as bigint) as place\n"
            f"from newest as joined join samples on {same} and samples.occurred_at = joined.occurred_at\n"
            f"where {self._asked()})\n"
            "select series, subject, raw, unit, period, x, occurred_at from ranked where place = 1"
        )
        for name, subject, raw, unit, place, value, at in read(
            self._store, self._statement("latest_before_end", "samples.occurred_at", rest)
        ):
            yield name, place, Contribution(subject, raw, unit, Fraction(value, MICROS), 1, at)

    def _whole(self) -> Iterable[tuple[str, int, Contribution]]:
        rows = read(self._store, self._statement("within", "samples.x, samples.occurred_at", _SUMMED))
        for name, subject, raw, unit, place, total, samples, at in rows:
            yield name, place, Contribution(subject, raw, unit, Fraction(total, MICROS), samples, at)

    def _prorated(self) -> Iterable[tuple[str, int, Contribution]]:
        """Observations inside a period are summed by the engine; those across its edge are divided here, exactly."""
        shares: defaultdict[tuple[str, str, str, str, int], Fraction] = defaultdict(Fraction)
        crossing = self._statement("overlap", f"samples.x, samples.starts_at, samples.ends_at, {_INSIDE}", _CROSSING)
        for *group, value, starts_at, ends_at in read(self._store, crossing):
            period = self._periods[group[-1]]
            overlap = min(ends_at, period.ends_at) - max(starts_at, period.starts_at)
            shares[tuple(group)] += Fraction(value * overlap, ends_at - starts_at)
        rows = read(
            self._store,
            self._statement(
                "overlap",
                f"case when {_IS_INSIDE} then samples.x else cast(0 as bigint) end as x, samples.occurred_at",
                _SUMMED,
            ),
        )
        for name, subject, raw, unit, place, total, samples, at in rows:
            value = (total + shares[name, subject, raw, unit, place]) / Fraction(MICROS)
            newest_at = min(at, self._periods[place].ends_at - 1)
            yield name, place, Contribution(subject, raw, unit, value, samples, newest_at)


_IS_INSIDE = "samples.starts_at >= periods.starts_at and samples.ends_at <= periods.ends_at"
_INSIDE = f"case when {_IS_INSIDE} then cast(1 as bigint) else cast(0 as bigint) end as is_inside"
_SUMMED = (
    "\nselect series, subject, raw, unit, period, cast(sum(x) as bigint), cast(count(*) as bigint), max(occurred_at)\n"
    "from joined\n"
    "group by series, subject, raw, unit, period"
)
_CROSSING = "\nselect series, subject, raw, unit, period, x, starts_at, ends_at from joined where is_inside = 0"
_UNITED = (
    "case when samples.starts_at > periods.starts_at then samples.starts_at else periods.starts_at end as opens, "
    "case when samples.ends_at < periods.ends_at then samples.ends_at else periods.ends_at end as closes"
)
_ISLANDS = """,
reached as (select series, subject, period, opens, closes,
  max(closes) over (partition by series, subject, period order by opens, closes
    rows between unbounded preceding and 1 preceding) as covered_until from joined),
numbered as (select series, subject, period, opens, closes,
  cast(sum(case when opens > covered_until then cast(1 as bigint) else cast(0 as bigint) end)
    over (partition by series, subject, period order by opens, closes
    rows between unbounded preceding and current row) as bigint) as island from reached)
select series, subject, period, island, min(opens), max(closes)
from numbered
group by series, subject, period, island"""


def subjects_of(scopes: Mapping[str, Scope], teams: Iterable[str]) -> frozenset[str]:
    """What observations of these teams can be about: they and all teams below them (`team/NAME`), and the services."""
    found: set[str] = set()
    waiting = list(teams)
    while waiting:
        scope = scopes[waiting.pop()]
        if f"team/{scope.team}" not in found:
            found.update((f"team/{scope.team}", *scope.own_services))
            waiting.extend(scope.children)
    return frozenset(found)


class Tree:
    """Which subjects stand for a team, given those that have observations: each counted once."""

    def __init__(self, scopes: Mapping[str, Scope], rollup: str, present: Collection[str]) -> None:
        self._scopes = scopes
        self._rollup = rollup
        self._present = frozenset(present)
        self._known: dict[str, frozenset[str]] = {}

    def subjects(self, team: str) -> frozenset[str]:
        """The team's own subject, or those of its services and children.

        With `own` its own one goes first; with `sum` it counts only where nothing below has any.
        """
        if team not in self._known:
            scope = self._scopes[team]
            own = self._present & {f"team/{team}"}
            services = self._present.intersection(scope.own_services)
            below = services.union(*(self.subjects(child) for child in scope.children))
            self._known[team] = (own or below) if self._rollup == "own" else (below or own)
        return self._known[team]
