"""Samples joined to teams and periods, and what is counted, summed and ranked of them, as statements.

A sample text of `samples/` returns `subject, occurred_at, x, w, key, origin, url`, or for spans `starts_at, ends_at`
in place of `occurred_at`; columns that follow are summed for the parts of a measure. Every statement keeps
to the SQL that DuckDB, PostgreSQL, Trino and Spark share; one has a faster form for DuckDB beside it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from arro3.core import Table

from scorecard_exporter.measures.finding import MICROS
from scorecard_exporter.measures.model import Part, Period, Statistic
from scorecard_exporter.measures.statistics import QUANTILES, interpolate
from scorecard_exporter.store.base import Store

Join = Literal["within", "overlap", "open_at_end", "latest_before_end"]
Role = Literal["changes", "incidents", "builds", "bugs", "releases"]

_JOINS: Mapping[Join, str] = {
    "within": "samples.occurred_at >= periods.starts_at and samples.occurred_at < periods.ends_at",
    "overlap": "samples.starts_at < periods.ends_at and samples.ends_at > periods.starts_at",
    "open_at_end": "samples.starts_at < periods.ends_at and samples.ends_at >= periods.ends_at",
    "latest_before_end": "samples.occurred_at < periods.ends_at",
}
_BOUNDS: Mapping[Join, str] = {
    "within": "samples.occurred_at >= {first_start} and samples.occurred_at < {last_end}",
    "overlap": "samples.starts_at < {last_end} and samples.ends_at > {first_start}",
    "open_at_end": "samples.starts_at < {last_end} and samples.ends_at >= {first_end}",
    "latest_before_end": "samples.occurred_at < {last_end}",
}
_OPENS = "case when samples.starts_at > periods.starts_at then samples.starts_at else periods.starts_at end"
_CLOSES = "case when samples.ends_at < periods.ends_at then samples.ends_at else periods.ends_at end"
_SPAN_LENGTHS: Mapping[Join, str] = {
    "open_at_end": "periods.ends_at - samples.starts_at",
    "overlap": f"{_CLOSES} - {_OPENS}",
}
ALONE = "service/"
"""Before the name of a service that counts by itself, as a team of its own would: no team has such a name."""
MOST_NAMES = 100
"""Longer lists of names are left out of a statement: some engines plan them badly."""
_LARGEST_INTEGER = 2**31 - 1
_FEW_PERIODS = 2
"""Of no more, each sample is compared with each period; else it is placed between their beginnings and ends first."""
_RANKED_AT_ONCE = 1_000_000
"""About so many samples, of teams and periods together, are held and sorted by one statement."""


@dataclass(frozen=True, slots=True, eq=False)
class SampleSet:
    """Samples and how they count: the text in `samples/`, the join to a period, and the columns to sum.

    `once`: a team counts a thing (origin and key) once, however many of its services share it, and this is the
    role by which they may; empty: once for each service. Where services differ in a number, the largest counts.
    `condition`: on a sample.
    """

    text: str
    join: Join
    once: Role | None = None
    sums: tuple[str, ...] = ()
    condition: str = ""

    @property
    def moment(self) -> str:
        """The column that says when a sample counts: of a span its beginning."""
        return "occurred_at" if self.join in ("within", "latest_before_end") else "starts_at"

    def value(self, column: str) -> str:
        """A column of a sample in a period; `x` of a span is how long it has lasted at the end, or within."""
        return _SPAN_LENGTHS.get(self.join, "samples.x") if column == "x" else f"samples.{column}"


class Total(NamedTuple):
    """Samples of one team in one period: how many, the oldest and newest moment, and sums of columns.

    `places`: of each column its place among the `sums`.
    """

    samples: int = 0
    oldest: int | None = None
    newest: int | None = None
    sums: Sequence[int] = ()
    places: Mapping[str, int] = MappingProxyType({})

    def sum(self, column: str) -> int:
        """The sum of one column; 0 where there is no sample."""
        return self.sums[self.places[column]] if self.samples else 0


_NO_SAMPLES = Total()


class Place(NamedTuple):
    """A place in the ascending order of so many values, counted from 1."""

    place: int
    values: int


class Aggregates:
    """What the store answers about sets of samples for these teams and periods; each question asked once."""

    def __init__(
        self,
        store: Store,
        teams: Sequence[str],
        periods: Sequence[Period],
        apart: Collection[Role] = (),
        services: Collection[str] = (),
    ) -> None:
        """Of these teams, or of services `ALONE`; never of both.

        `apart`: roles in which no two services share an origin, so that nothing has to be told apart. `services`: all
        that the teams count; where they are few, an engine need not read the others.
        """
        self._store = store
        self._teams = tuple(teams)
        self._periods = tuple(periods)
        self._apart = frozenset(apart)
        self._services = only_these("samples.subject", sorted(services)) if services else ""
        self._totals: dict[SampleSet, dict[tuple[str, Period], Total]] = {}
        self._quantiles: dict[tuple[SampleSet, Statistic], dict[tuple[str, Period], Part]] = {}
        self._days: dict[tuple[SampleSet, str], dict[tuple[str, Period], int]] = {}
        self._united: dict[SampleSet, dict[tuple[str, Period], int]] = {}

    def total(self, samples: SampleSet, team: str, period: Period) -> Total:
        """Number, oldest and newest moment, and sums of the set's columns."""
        return self._totals_of(samples).get((team, period), _NO_SAMPLES)

    def _totals_of(self, samples: SampleSet) -> Mapping[tuple[str, Period], Total]:
        if samples not in self._totals:
            places = {column: place for place, column in enumerate(samples.sums)}
            rows = read(self._store, _totals(self._plain(samples), self._teams, self._periods))
            self._totals[samples] = {
                (team, self._periods[place]): Total(count, oldest, newest, sums, places)
                for team, place, count, oldest, newest, *sums in rows
            }
        return self._totals[samples]

    def _plain(self, samples: SampleSet) -> SampleSet:
        """The same samples, counted for each service where that is the same: several times cheaper."""
        once = None if samples.once in self._apart else samples.once
        return replace(samples, once=once, condition=both(samples.condition, self._services))

    def prepare(self, samples: SampleSet, statistics: Iterable[Statistic]) -> None:
        """Work out these percentiles of `x`, for all teams and as many periods as one statement can well sort."""
        missing = [one for one in statistics if one in QUANTILES and (samples, one) not in self._quantiles]
        if not missing:
            return
        ranks = sorted_lists if self._store.dialect == "duckdb" else row_numbers
        found: dict[Statistic, dict[tuple[str, Period], Part]] = {statistic: {} for statistic in missing}
        every = sum(total.samples for total in self._totals_of(samples).values())
        size = max(1, len(self._periods) * _RANKED_AT_ONCE // max(1, every))
        for begin in range(0, len(self._periods), size):
            periods = self._periods[begin : begin + size]
            for team, place, count, *bounds in read(
                self._store, ranks(self._plain(samples), missing, self._teams, periods)
            ):
                for index, statistic in enumerate(missing):
                    lower, upper = bounds[2 * index : 2 * index + 2]
                    amount, divisor = interpolate(lower, upper, count, QUANTILES[statistic])
                    found[statistic][team, periods[place]] = Part(amount, "seconds", divisor * MICROS)
        self._quantiles.update({(samples, statistic): values for statistic, values in found.items()})

    def quantile(self, samples: SampleSet, statistic: Statistic, team: str, period: Period) -> Part:
        """A percentile of `x`, microseconds, over at least one sample; in seconds. It was prepared before."""
        return self._quantiles[samples, statistic][team, period]

    def values(self, samples: SampleSet, team: str) -> list[list[int]]:
        """Every `x` of one team, for each period, in any order."""
        found: list[list[int]] = [[] for _ in self._periods]
        for place, value in read(self._store, f"{self._each(samples, team)}\nselect period, x from counted"):
            found[place].append(value)
        return found

    def at_places(self, samples: SampleSet, team: str, places: Sequence[Collection[Place]]) -> list[dict[int, int]]:
        """The `x` at these places of one team's ascending ones; for each period its own places.

        Where there is no such place there is no value.
        """
        at_places = places_of_quantiles if self._store.dialect == "duckdb" else places_of_rows
        every = sorted(one for one in set[Place]().union(*places) if 0 < one.place <= one.values)
        found: list[dict[int, int]] = [{} for _ in self._periods]
        if not every:
            return found
        for period, *values in read(self._store, f"{self._each(samples, team)},\n{at_places(every)}"):
            known = zip(every, values, strict=True)
            found[period] = {one.place: x for one, x in known if x is not None and one in places[period]}
        return found

    def _each(self, samples: SampleSet, team: str) -> str:
        """The beginning of a statement, to the table `counted` of one team's samples."""
        counted = _counted(self._plain(samples), ("x",), self._periods)
        return f"{_with(samples, [team], self._periods)},\ncounted as ({counted})"

    def days(self, samples: SampleSet, zone: str, team: str, period: Period) -> int:
        """On how many calendar days of `zone` there was a sample."""
        if (samples, zone) not in self._days:
            rows = read(self._store, _days(self._plain(samples), zone, self._teams, self._periods))
            self._days[samples, zone] = {(team, self._periods[place]): days for team, place, days in rows}
        return self._days[samples, zone].get((team, period), 0)

    def united(self, samples: SampleSet, team: str, period: Period) -> int:
        """Microseconds of the period that spans cover, united for each service and added up over services."""
        if samples not in self._united:
            rows = read(self._store, _united(self._plain(samples), self._teams, self._periods))
            self._united[samples] = {(team, self._periods[place]): covered for team, place, covered in rows}
        return self._united[samples].get((team, period), 0)


def read(store: Store, sql: str) -> Iterator[tuple[Any, ...]]:
    """The rows of a statement."""
    table: Table = store.query(sql)
    return zip(*(table.column(index).to_pylist() for index in range(table.num_columns)), strict=True)


@cache
def sample_text(name: str) -> str:
    """The statement of `samples/NAME.sql`."""
    folder = resources.files("scorecard_exporter.measures") / "samples"
    return (folder / f"{name}.sql").read_text(encoding="utf-8").strip()


def period_join(join: Join) -> str:
    """The condition that joins `samples` to `periods`."""
    return _JOINS[join]


def period_bounds(join: Join, periods: Sequence[Period]) -> str:
    """What every sample of any of the periods fulfils, with constants, so that an engine can skip the rest."""
    return _BOUNDS[join].format(
        first_start=bigint(min(period.starts_at for period in periods)),
        first_end=bigint(min(period.ends_at for period in periods)),
        last_end=bigint(max(period.ends_at for period in periods)),
    )


def conditions(samples: SampleSet, periods: Sequence[Period]) -> str:
    """What every sample that counts in any of the periods fulfils."""
    return both(period_bounds(samples.join, periods), samples.condition)


def both(one: str, other: str) -> str:
    """Two conditions as one; either may be empty."""
    return " and ".join(condition for condition in (one, other) if condition)


def bigint(number: int) -> str:
    """A whole number as SQL writes it for every engine to take it as BIGINT; beyond 32 bits they do so unasked."""
    return str(number) if abs(number) > _LARGEST_INTEGER else f"cast({number} as bigint)"


def period_rows(periods: Sequence[Period]) -> str:
    """The small table `periods`: `period` (the place in the sequence), `starts_at`, `ends_at`."""
    rows = (
        f"({bigint(place)}, {bigint(period.starts_at)}, {bigint(period.ends_at)})"
        for place, period in enumerate(periods)
    )
    columns = "period, starts_at, ends_at"
    return f"select {columns} from (values {', '.join(rows)}) as listed ({columns})"


def text_literal(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def one_of(column: str, names: Sequence[str]) -> str:
    """The condition that a column is one of `names`; always true where they are too many to list."""
    return "1 = 1" if len(names) > MOST_NAMES else f"{column} in ({', '.join(map(text_literal, names))})"


def only_these(column: str, names: Sequence[str]) -> str:
    """As `one_of`; empty where they are too many to list.

    As an expression: DuckDB then checks it while it reads, before it reads the other columns; a bare list of a few
    names it would check when all is read, which takes five times as long.
    """
    return "" if len(names) > MOST_NAMES else one_of(f"coalesce({column}, '')", names)


def _with(samples: SampleSet, teams: Sequence[str], periods: Sequence[Period]) -> str:
    return (
        f"with samples as (\n{sample_text(samples.text)}\n),\n"
        f"scoped as ({_scoped(teams)}),\n"
        "wanted as (select distinct subject from scoped),\n"
        f"periods as ({period_rows(periods)})"
    )


def _scoped(teams: Sequence[str]) -> str:
    """Rows of team and subject; services alone are teams of themselves."""
    alone = [team.removeprefix(ALONE) for team in teams if team.startswith(ALONE)]
    if alone:
        named = f"{text_literal(ALONE)} || subject as team"
        return f"select distinct {named}, subject from scope where {one_of('subject', alone)}"
    return f"select team, subject from scope where {one_of('team', teams)}"


def _of_wanted(teams: Sequence[str], subject: str = "samples.subject") -> str:
    """The join that leaves out what no team counts before it is added up; nothing where nearly all is counted."""
    return "" if len(teams) > MOST_NAMES else f"join wanted on wanted.subject = {subject}\n"


def _counted(samples: SampleSet, columns: Sequence[str], periods: Sequence[Period]) -> str:
    """One row for each sample that a team counts in a period: team, period and `columns`."""
    values = {name: samples.value(name) for name in columns}
    picked = ", ".join(
        f"max({value}) as {name}" if samples.once else f"{value} as {name}" for name, value in values.items()
    )
    things = "\ngroup by scoped.team, periods.period, samples.origin, samples.key" if samples.once else ""
    return (
        f"select scoped.team, periods.period, {picked}\n"
        "from samples\n"
        "join scoped on scoped.subject = samples.subject\n"
        f"join periods on {period_join(samples.join)}\n"
        f"where {conditions(samples, periods)}{things}"
    )


def _by_subject(samples: SampleSet, teams: Sequence[str], periods: Sequence[Period]) -> str:
    """One row for each subject and period, already added up: far fewer rows to give to the teams."""
    if samples.join == "within" and len(periods) > _FEW_PERIODS:
        return _by_span(samples, teams, periods)
    sums = "".join(f", cast(sum({samples.value(name)}) as bigint) as {name}" for name in samples.sums)
    return (
        "select samples.subject, periods.period, cast(count(*) as bigint) as n, "
        f"min(samples.{samples.moment}) as oldest, max(samples.{samples.moment}) as newest{sums}\n"
        f"from samples\n{_of_wanted(teams)}"
        f"join periods on {period_join(samples.join)}\n"
        f"where {conditions(samples, periods)}\n"
        "group by samples.subject, periods.period"
    )


def _by_span(samples: SampleSet, teams: Sequence[str], periods: Sequence[Period]) -> str:
    """As `_by_subject`, of many periods: samples are added up in the spans between all beginnings and ends first.

    No period begins or ends within a span, so that one of its samples speaks for all of them.
    """
    columns = ", ".join(f"samples.{name}" for name in ("subject", "occurred_at", *samples.sums))
    inner = "".join(f", cast(sum({name}) as bigint) as {name}" for name in samples.sums)
    outer = "".join(f", cast(sum(spans.{name}) as bigint) as {name}" for name in samples.sums)
    return (
        f"select spans.subject, periods.period, cast(sum(spans.n) as bigint) as n, "
        f"min(spans.oldest) as oldest, max(spans.newest) as newest{outer}\n"
        "from (select subject, cast(count(*) as bigint) as n, "
        f"min(occurred_at) as oldest, max(occurred_at) as newest{inner}\n"
        f"from (select {columns}, {_span_number(periods)} as span\n"
        f"from samples\n{_of_wanted(teams)}"
        f"where {conditions(samples, periods)}) as placed\n"
        "group by subject, span) as spans\n"
        "join periods on spans.oldest >= periods.starts_at and spans.oldest < periods.ends_at\n"
        "group by spans.subject, periods.period"
    )


def _span_number(periods: Sequence[Period]) -> str:
    """Which of the spans between all beginnings and ends a sample lies in, by halves: few comparisons a sample."""
    bounds = sorted({bound for period in periods for bound in period})

    def among(first: int, last: int) -> str:
        if first == last:
            return bigint(first)
        middle = (first + last) // 2
        here = bigint(bounds[middle])
        return f"case when occurred_at < {here} then {among(first, middle)} else {among(middle + 1, last)} end"

    return among(0, len(bounds))


def _totals(samples: SampleSet, teams: Sequence[str], periods: Sequence[Period]) -> str:
    """Rows of team, place of the period, number of samples, oldest and newest moment, and each sum."""
    sums = "".join(f", cast(sum(counted.{name}) as bigint)" for name in samples.sums)
    if samples.once:
        moment = samples.moment
        return (
            f"{_with(samples, teams, periods)},\n"
            f"counted as ({_counted(samples, (moment, *samples.sums), periods)})\n"
            "select counted.team, counted.period, cast(count(*) as bigint), "
            f"min(counted.{moment}), max(counted.{moment}){sums}\n"
            "from counted\n"
            "group by counted.team, counted.period"
        )
    return (
        f"{_with(samples, teams, periods)},\n"
        f"counted as ({_by_subject(samples, teams, periods)})\n"
        "select scoped.team, counted.period, cast(sum(counted.n) as bigint), "
        f"min(counted.oldest), max(counted.newest){sums}\n"
        "from counted\n"
        "join scoped on scoped.subject = counted.subject\n"
        "group by scoped.team, counted.period"
    )


def _united(samples: SampleSet, teams: Sequence[str], periods: Sequence[Period]) -> str:
    """Rows of team, place of the period, and how much of it spans cover.

    Each span adds what lies after all that those before it, in order of their beginning, have covered.
    """
    return (
        f"{_with(samples, teams, periods)},\n"
        f"clipped as (select samples.subject, periods.period, {_OPENS} as opens, {_CLOSES} as closes\n"
        f"from samples\n{_of_wanted(teams)}"
        f"join periods on {period_join(samples.join)}\n"
        f"where {conditions(samples, periods)}),\n"
        "reached as (select subject, period, opens, closes, max(closes) over (partition by subject, period\n"
        "order by opens, closes rows between unbounded preceding and 1 preceding) as covered_until from clipped),\n"
        "covered as (select subject, period, cast(sum(case when covered_until is null or covered_until <= opens\n"
        "then closes - opens when covered_until < closes then closes - covered_until else cast(0 as bigint) end)\n"
        "as bigint) as micros from reached group by subject, period)\n"
        "select scoped.team, covered.period, cast(sum(covered.micros) as bigint)\n"
        "from covered\n"
        "join scoped on scoped.subject = covered.subject\n"
        "group by scoped.team, covered.period"
    )


def sorted_lists(
    samples: SampleSet, statistics: Sequence[Statistic], teams: Sequence[str], periods: Sequence[Period]
) -> str:
    """What `row_numbers` finds, in DuckDB's own words and half the time; a test holds the two to the same rows."""
    neighbours = "".join(
        f", x[({numerator} * (len(x) - 1)) // {denominator} + 1]"
        f", x[({numerator} * (len(x) - 1) + {denominator - 1}) // {denominator} + 1]"
        for numerator, denominator in (QUANTILES[statistic] for statistic in statistics)
    )
    if samples.join == "within" and not samples.once and len(periods) > _FEW_PERIODS:
        lists = (
            "spans as (select scoped.team, placed.span, min(placed.occurred_at) as oldest, list(placed.x) as x\n"
            f"from (select samples.subject, samples.occurred_at, samples.x, {_span_number(periods)} as span\n"
            f"from samples where {conditions(samples, periods)}) as placed\n"
            "join scoped on scoped.subject = placed.subject group by scoped.team, placed.span),\n"
            "sorted as (select spans.team, periods.period, list_sort(flatten(list(spans.x))) as x from spans\n"
            "join periods on spans.oldest >= periods.starts_at and spans.oldest < periods.ends_at\n"
            "group by spans.team, periods.period)\n"
        )
    else:
        lists = (
            f"counted as ({_counted(samples, ('x',), periods)}),\n"
            "sorted as (select team, period, list_sort(list(x)) as x from counted group by team, period)\n"
        )
    return f"{_with(samples, teams, periods)},\n{lists}select team, period, len(x){neighbours}\nfrom sorted"


def row_numbers(
    samples: SampleSet, statistics: Sequence[Statistic], teams: Sequence[str], periods: Sequence[Period]
) -> str:
    """Rows of team, place of the period, number of samples, and for each percentile its two neighbours."""
    neighbours = "".join(
        f", max(case when {bigint(denominator)} * (place - 1) <= {bigint(numerator)} * (n - 1) then x end)"
        f", min(case when {bigint(denominator)} * (place - 1) >= {bigint(numerator)} * (n - 1) then x end)"
        for numerator, denominator in (QUANTILES[statistic] for statistic in statistics)
    )
    return (
        f"{_with(samples, teams, periods)},\n"
        f"counted as ({_counted(samples, ('x',), periods)}),\n"
        "ranked as (select team, period, x, "
        "cast(row_number() over (partition by team, period order by x) as bigint) as place, "
        "cast(count(*) over (partition by team, period) as bigint) as n from counted)\n"
        f"select team, period, max(n){neighbours}\n"
        "from ranked\n"
        "group by team, period"
    )


def places_of_rows(places: Sequence[Place]) -> str:
    """The end of a statement: for each period the `x` at these places of the table `counted`; null where there is none.

    Each period is a row, which begins with its place in the sequence of periods.
    """
    there = "".join(f", max(case when place = {bigint(one.place)} then x end)" for one in places)
    return (
        "ranked as (select period, x, cast(row_number() over (partition by period order by x) as bigint) as place "
        f"from counted)\nselect period{there} from ranked group by period"
    )


def places_of_quantiles(places: Sequence[Place]) -> str:
    """What `places_of_rows` finds where the counts are right, in DuckDB's own words and a fraction of the time.

    A quantile is the first value up to which there are at least that share of all. Half a place before a place is far
    enough from the next one that no rounding matters.
    """
    shares = ", ".join(f"cast({(one.place - 0.5) / one.values} as double)" for one in places)
    there = "".join(f", x[{number}]" for number, _ in enumerate(places, 1))
    quantiles = f"select period, quantile_disc(x, [{shares}]) as x from counted group by period"
    return f"ranked as ({quantiles})\nselect period{there} from ranked"


def _days(samples: SampleSet, zone: str, teams: Sequence[str], periods: Sequence[Period]) -> str:
    """Rows of team, place of the period and number of days.

    The beginnings of the days are sorted in among the samples, and the newest so far is a sample's day:
    several times faster than a join of samples to days.
    """
    first, last = min(period.starts_at for period in periods), max(period.ends_at for period in periods)
    return (
        f"{_with(samples, teams, periods)},\n"
        "marked as (select samples.subject, samples.occurred_at, cast(0 as bigint) as day_start\n"
        f"from samples\n{_of_wanted(teams)}"
        f"where {conditions(samples, periods)}\n"
        "union all\n"
        "select calendar.zone, calendar.starts_at, calendar.starts_at\n"
        f"from calendar where calendar.zone = {text_literal(zone)}\n"
        f"and calendar.ends_at > {bigint(first)} and calendar.starts_at < {bigint(last)}),\n"
        "placed as (select subject, occurred_at, max(day_start) over (order by occurred_at\n"
        "range between unbounded preceding and current row) as day_start from marked),\n"
        "counted as (select distinct samples.subject, periods.period, samples.day_start\n"
        "from placed as samples\n"
        f"join periods on {period_join(samples.join)})\n"
        "select scoped.team, counted.period, cast(count(distinct counted.day_start) as bigint)\n"
        "from counted\n"
        "join scoped on scoped.subject = counted.subject\n"
        "group by scoped.team, counted.period"
    )
