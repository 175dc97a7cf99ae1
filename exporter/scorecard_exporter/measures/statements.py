"""What is asked of samples, as statements: which count in which periods; what is counted, summed and listed of them.

A sample text of `samples/` returns `subject, occurred_at, x, w, key, origin, url`, or for spans `starts_at, ends_at`
in place of `occurred_at`; columns that follow are summed for the parts of a measure. Every statement keeps
to the SQL that DuckDB, PostgreSQL, Trino and Spark share.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal, Protocol

from arro3.core import Table

from scorecard_exporter.measures.model import Period

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
"""Of no more, each span is compared with each period; else those that no period ends in are left out first."""


@dataclass(frozen=True, slots=True, eq=False)
class SampleSet:
    """Samples and how they count: the text in `samples/`, the join to a period, and the columns to sum.

    `once`: a team counts a thing (origin and key) once, however many of its services share it, and this is the
    role by which they may; empty: once for each service. Where services differ in a number, the largest counts.
    `condition`: on a sample. `is_ranked`: percentiles of its `x` may be asked for.
    """

    text: str
    join: Join
    once: Role | None = None
    sums: tuple[str, ...] = ()
    condition: str = ""
    is_ranked: bool = False

    @property
    def moment(self) -> str:
        """The column that says when a sample counts: of a span its beginning."""
        return "occurred_at" if self.join in ("within", "latest_before_end") else "starts_at"

    def value(self, column: str) -> str:
        """A column of a sample in a period; `x` of a span is how long it has lasted at the end, or within."""
        return _SPAN_LENGTHS.get(self.join, "samples.x") if column == "x" else f"samples.{column}"


class Answers(Protocol):
    """What answers statements: a store, or what asked it before."""

    def query(self, sql: str) -> Table:
        """As `Store.query`."""


def read(store: Answers, sql: str) -> Iterator[tuple[Any, ...]]:
    """The rows of a statement."""
    table = store.query(sql)
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


def span_bounds(periods: Iterable[Period]) -> list[int]:
    """All beginnings and ends of periods, ascending, in microseconds: between them lie the spans of `by_span`."""
    return sorted({bound for period in periods for bound in period})


def by_span(samples: SampleSet, teams: Sequence[str], periods: Sequence[Period]) -> str:
    """What `Grid` takes, by subject and by the spans between all beginnings and ends of periods.

    No period begins or ends within a span, so that what is added up in one speaks for every period that it is of.
    """
    columns = dict.fromkeys(("subject", "occurred_at", *samples.sums, *_ranked(samples)))
    picked = ", ".join(f"samples.{name}" for name in columns)
    return (
        f"{_with(samples, teams, periods)},\n"
        f"counted as (select {picked}, {_number_of('samples.occurred_at', span_bounds(periods))} as span\n"
        f"from samples\n{_of_wanted(teams)}"
        f"where {conditions(samples, periods)})\n"
        f"{_added_up(samples, 'subject', 'span', 'occurred_at')}"
    )


def by_period(samples: SampleSet, teams: Sequence[str], periods: Sequence[Period]) -> str:
    """What `Grid` takes, by subject and period."""
    names = dict.fromkeys((*samples.sums, *_ranked(samples)))
    values = "".join(f", {samples.value(name)} as {name}" for name in names)
    few = f" and {_some_end(periods)}" if len(periods) > _FEW_PERIODS and samples.join == "open_at_end" else ""
    return (
        f"{_with(samples, teams, periods)},\n"
        f"counted as (select samples.subject, periods.period, samples.{samples.moment}{values}\n"
        f"from (select samples.* from samples\n{_of_wanted(teams)}"
        f"where {conditions(samples, periods)}{few}) as samples\n"
        f"join periods on {period_join(samples.join)})\n"
        f"{_added_up(samples, 'subject', 'period', samples.moment)}"
    )


def by_team(samples: SampleSet, teams: Sequence[str], periods: Sequence[Period]) -> str:
    """What `Grid` takes, by team and period, of things that several services of a team may share."""
    names = dict.fromkeys((samples.moment, *samples.sums, *_ranked(samples)))
    return (
        f"{_with(samples, teams, periods)},\n"
        f"counted as ({_once(samples, tuple(names), periods)})\n"
        f"{_added_up(samples, 'team', 'period', samples.moment)}"
    )


def _once(samples: SampleSet, columns: Sequence[str], periods: Sequence[Period]) -> str:
    """One row for each thing that a team counts in a period: team, period and `columns`."""
    picked = ", ".join(f"max({samples.value(name)}) as {name}" for name in columns)
    return (
        f"select scoped.team, periods.period, {picked}\n"
        "from samples\n"
        "join scoped on scoped.subject = samples.subject\n"
        f"join periods on {period_join(samples.join)}\n"
        f"where {conditions(samples, periods)}\n"
        "group by scoped.team, periods.period, samples.origin, samples.key"
    )


def _ranked(samples: SampleSet) -> tuple[str, ...]:
    return ("x",) if samples.is_ranked else ()


def _added_up(samples: SampleSet, whose: str, when: str, moment: str) -> str:
    """The end of a statement: the columns of a grid from the table `counted`."""
    sums = "".join(f", cast(sum({name}) as bigint)" for name in samples.sums)
    lists = "".join(f", array_agg({name})" for name in _ranked(samples))
    return (
        f"select {whose}, {when}, cast(count(*) as bigint), min({moment}), max({moment}){sums}{lists}\n"
        f"from counted\ngroup by {whose}, {when}"
    )


def _number_of(column: str, bounds: Sequence[int]) -> str:
    """How many of the ascending bounds a moment has reached, found by halves: few comparisons a sample."""

    def among(first: int, last: int) -> str:
        if first == last:
            return bigint(first)
        middle = (first + last) // 2
        here = bigint(bounds[middle])
        return f"case when {column} < {here} then {among(first, middle)} else {among(middle + 1, last)} end"

    return among(0, len(bounds))


def _some_end(periods: Sequence[Period]) -> str:
    """What spans fulfil in which some period ends; most do not, and need not be compared with each of them."""
    ends = sorted({period.ends_at for period in periods})
    return f"{_number_of('samples.starts_at', ends)} < {_number_of('samples.ends_at', ends)}"


def united(samples: SampleSet, teams: Sequence[str], periods: Sequence[Period]) -> str:
    """Rows of subject, place of the period, and how much of it spans cover.

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
        "select subject, period, micros from covered"
    )


def days(samples: SampleSet, zone: str, teams: Sequence[str], periods: Sequence[Period]) -> str:
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
