"""What was observed, as the store tells it: each question asked once, for all series and periods that it is about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from scorecard_exporter.events.model import is_from
from scorecard_exporter.measures.model import Period, Series
from scorecard_exporter.measures.statements import (
    Answers,
    Join,
    bigint,
    one_of,
    period_bounds,
    period_join,
    period_rows,
    read,
    sample_text,
    text_literal,
)

Use = Literal["newest", "held", "sum", "events", "mean", "each"]
"""What of a series is used: the newest observation, and how long each held; a sum with the time that it covers, or of
events without; the mean of whole observations; each observation by itself."""
Span = tuple[int, int]
Overlapping = tuple[str, int, str, str, str, int, int, int, int]
"""Series, place of the period, subject, raw subject and unit of observations that reach into a period, then the sum of
their values in millionths, how many they are, where the first begins and the last ends.

Those within the period are one row, or one for each span if each is used by itself; of those across its edge each
span is one. An observation of a moment lasts a microsecond.
"""
Newest = tuple[str, int, str, str, str, int, int]
"""Series, place of the period, subject, raw subject and unit of the newest observation before the period's end, then
its value in millionths and the last microsecond that it speaks of."""

Question = Literal["overlapping", "newest", "islands", "held"]
"""The methods of `Observations` that are about periods."""

_USES: Mapping[Question, tuple[Use, ...]] = {
    "overlapping": ("sum", "events", "mean", "each"),
    "newest": ("newest", "held"),
    "islands": ("sum",),
    "held": ("held",),
}
"""The uses of series for which each question is asked."""


class Row(NamedTuple):
    """One observation of a series; one of a moment lasts a microsecond. `amount` in millionths of the series' unit."""

    raw: str
    starts_at: int
    ends_at: int
    amount: int


def _spans_told(rows: Mapping[str, Sequence[Overlapping]], period: Period) -> dict[str, tuple[Span, ...]] | None:
    """The time that observations cover, by subject; None where a row adds up several within the period."""
    begin, end = period
    united: dict[tuple[Span, ...], tuple[Span, ...]] = {}
    found = {}
    for subject, some in rows.items():
        spans = []
        for row in some:
            samples, starts_at, ends_at = row[-3:]
            if samples > 1 and starts_at >= begin and ends_at <= end:
                return None
            spans.append((starts_at, ends_at))
        key = tuple(spans)
        if key not in united:
            united[key] = _united(key, period)
        found[subject] = united[key]
    return found


def _united(spans: Iterable[Span], period: Period) -> tuple[Span, ...]:
    """The time of a period that spans cover; those that meet are one."""
    found: list[Span] = []
    for starts_at, ends_at in sorted(spans):
        opens, closes = max(starts_at, period.starts_at), min(ends_at, period.ends_at)
        if found and opens <= found[-1][1]:
            found[-1] = found[-1][0], max(closes, found[-1][1])
        else:
            found.append((opens, closes))
    return tuple(found)


class Observations:
    """What the store answers about series of observations over these periods; each question asked once.

    `uses`: names of series, each with what is used of it. `subjects`: the services and teams (`team/NAME`) that are of
    interest.
    """

    def __init__(
        self, store: Answers, uses: Iterable[tuple[str, Use]], subjects: Collection[str], periods: Sequence[Period]
    ) -> None:
        self._store = store
        self._wanted = tuple(sorted(subjects))
        self._uses: defaultdict[Use, set[str]] = defaultdict(set)
        for series, use in uses:
            self._uses[use].add(series)
        self._periods = tuple(periods)
        self._places = {period: place for place, period in enumerate(periods)}
        self._asked: defaultdict[str, set[str]] = defaultdict(set)
        self._overlapping: defaultdict[tuple[str, int], defaultdict[str, list[Overlapping]]] = defaultdict(
            lambda: defaultdict(list)
        )
        self._newest: defaultdict[tuple[str, int], list[Newest]] = defaultdict(list)
        self._spans: dict[tuple[str, int], Mapping[str, tuple[Span, ...]]] = {}
        self._united: defaultdict[tuple[str, int], dict[str, tuple[Span, ...]]] = defaultdict(dict)
        self._held: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
        self._first: dict[str, dict[str, int]] = {}
        self._delivered: defaultdict[str, set[str]] | None = None
        self._raws: defaultdict[str, defaultdict[str, set[str]]] | None = None
        self._about: defaultdict[str, defaultdict[str, set[str]]] | None = None

    def statements(self) -> Iterator[str]:
        """What will be asked for the series as they are used."""
        for question in _USES:
            names = self._used(question)
            # Islands are asked for only where the rows do not tell them.
            if names and question != "islands":
                yield self._question(question, sorted(names))

    def overlapping(self, series: str, period: Period) -> Mapping[str, Sequence[Overlapping]]:
        """The observations that reach into a period, by their subjects."""
        for row in self._rows("overlapping", series):
            self._overlapping[row[0], row[1]][row[2]].append(row)
        return self._overlapping.get((series, self._places[period]), {})

    def newest(self, series: str, period: Period) -> Sequence[Newest]:
        """Of each raw subject what is newest before the period's end; of that what began last, and then the largest."""
        for row in self._rows("newest", series):
            self._newest[row[0], row[1]].append(row)
        return self._newest.get((series, self._places[period]), ())

    def spans(self, series: str, period: Period) -> Mapping[str, tuple[Span, ...]]:
        """For each subject the time that its observations cover, united and clipped to the period."""
        key = series, self._places[period]
        if key not in self._spans:
            told = _spans_told(self.overlapping(series, period), period)
            self._spans[key] = self._islands(series, period) if told is None else told
        return self._spans[key]

    def _islands(self, series: str, period: Period) -> Mapping[str, tuple[Span, ...]]:
        """The same as the engine finds it."""
        for name, subject, place, starts_at, ends_at in self._rows("islands", series):
            known = self._united[name, place]
            known[subject] = (*known.get(subject, ()), (starts_at, ends_at))
        return self._united.get((series, self._places[period]), {})

    def held(self, series: str, subject: str) -> Sequence[Row]:
        """The observations about a subject that began before the end of the last period, in order of time.

        Of each raw subject, those before the newest that began with the first period or earlier are left out.
        """
        for name, about, *row in self._rows("held", series):
            self._held[name, about].append(Row(*row))
        return self._held.get((series, subject), ())

    def first(self, series: str) -> Mapping[str, int]:
        """When each raw subject of a series was observed first, whatever it is about."""
        if series not in self._first:
            sql = (
                f"with samples as (\n{sample_text('observations')}\n)\n"
                f"select raw, min(starts_at) from samples where series = {text_literal(series)} group by raw"
            )
            self._first[series] = dict(read(self._store, sql))
        return self._first[series]

    def origins(self, series: Series) -> frozenset[str]:
        """Every origin of a series that ever delivered an observation of it."""
        if self._delivered is None:
            self._delivered = defaultdict(set)
            for name, origin in read(self._store, "select distinct series, origin from observations"):
                self._delivered[name].add(origin)
        delivered = self._delivered.get(series.name, ())
        return frozenset(origin for origin in delivered if is_from(origin, series.origin))

    def raw_subjects(self, series: str) -> Sequence[str]:
        """Every raw subject that was ever observed in a series, mapped to a team or service or not."""
        return sorted(self._observed(series))

    def unmapped(self, series: Series) -> Sequence[str]:
        """The raw subjects of a series that stand for no team or service."""
        mine = self.origins(series)
        raws = {raw for raw, origins in self._observed(series.name).items() if origins & mine}
        return sorted(raws.difference(*self._mapped(series.name).values()))

    def subjects(self, series: str) -> Collection[str]:
        """Every service and team (`team/NAME`) that some observation of a series is about."""
        return self._mapped(series).keys()

    def _observed(self, series: str) -> Mapping[str, set[str]]:
        """The origins of every raw subject of a series."""
        if self._raws is None:
            self._raws = defaultdict(lambda: defaultdict(set))
            for name, raw, origin in read(self._store, "select distinct series, subject, origin from observations"):
                self._raws[name][raw].add(origin)
        return self._raws.get(series, {})

    def _mapped(self, series: str) -> Mapping[str, set[str]]:
        """The raw subjects of every service and team that a series is about."""
        if self._about is None:
            self._about = defaultdict(lambda: defaultdict(set))
            for name, raw, subject in read(self._store, "select distinct series, raw, subject from series_subject"):
                self._about[name][subject].add(raw)
        return self._about.get(series, {})

    def _rows(self, question: Question, series: str) -> Iterator[tuple[Any, ...]]:
        """The answer for all series that are used as this one is; nothing where it is known already.

        For a series that is not, the question explains an absence: it is asked about all others at once.
        """
        asked = self._asked[question]
        if series in asked:
            return iter(())
        used = self._used(question)
        names = used if series in used else frozenset([series]).union(*self._uses.values()) - used - asked
        asked.update(names)
        return read(self._store, self._question(question, sorted(names)))

    def _used(self, question: Question) -> frozenset[str]:
        """The series that are used in a way that asks this question."""
        return frozenset[str]().union(*(self._uses[use] for use in _USES[question]))

    def _question(self, question: Question, names: Sequence[str]) -> str:
        if question == "overlapping":
            return self._statement(names, "overlap", self._group(), _SUMMED)
        if question == "newest":
            return self._statement(names, "latest_before_end", "samples.occurred_at", self._latest(names))
        if question == "islands":
            return self._statement(names, "overlap", _UNITED, _ISLANDS)
        return self._since(names)

    def _statement(self, names: Sequence[str], join: Join, columns: str, rest: str) -> str:
        return (
            f"with samples as (\n{sample_text('observations')}\n),\n"
            f"periods as ({period_rows(self._periods)}),\n"
            f"joined as (select samples.series, periods.period, samples.subject, samples.raw, samples.unit, {columns}\n"
            "from samples\n"
            f"join periods on {period_join(join)}\n"
            f"where {period_bounds(join, self._periods)} and {self._about_these(names)}){rest}"
        )

    def _about_these(self, names: Sequence[str]) -> str:
        """The condition on samples: these series, the subjects of interest."""
        return f"{one_of('samples.series', names)} and {one_of('samples.subject', self._wanted)}"

    def _group(self) -> str:
        """Columns of overlapping observations; those with the same `opens` and `closes` are added up."""
        within = "samples.starts_at >= periods.starts_at and samples.ends_at <= periods.ends_at"
        each = sorted(self._uses["each"])
        together = f"{within} and not {one_of('samples.series', each)}" if each else within
        return (
            "samples.x, samples.starts_at, samples.ends_at,\n"
            f"case when {together} then cast(0 as bigint) else samples.starts_at end as opens,\n"
            f"case when {together} then cast(0 as bigint) else samples.ends_at end as closes"
        )

    def _latest(self, names: Sequence[str]) -> str:
        subject = "samples.series, joined.period, samples.subject, samples.raw"
        order = f"partition by {subject} order by samples.starts_at desc, samples.x desc"
        same = " and ".join(f"joined.{name} = samples.{name}" for name in ("series", "subject", "raw"))
        return (
            ",\nnewest as (select series, subject, raw, period, max(occurred_at) as occurred_at from joined\n"
            "group by series, subject, raw, period),\n"
            f"ranked as (select {subject}, samples.unit, samples.x, samples.occurred_at,\n"
            f"cast(row_number() over ({order}) as bigint) as place\n"
            f"from newest as joined join samples on {same} and samples.occurred_at = joined.occurred_at\n"
            f"where {self._about_these(names)})\n"
            "select series, period, subject, raw, unit, x, occurred_at from ranked where place = 1"
        )

    def _since(self, names: Sequence[str]) -> str:
        begin = bigint(min(period.starts_at for period in self._periods))
        end = bigint(max(period.ends_at for period in self._periods))
        same = " and ".join(f"before.{name} = samples.{name}" for name in ("series", "subject", "raw"))
        return (
            f"with samples as (\n{sample_text('observations')}\n),\n"
            "before as (select series, subject, raw, max(starts_at) as starts_at from samples\n"
            f"where starts_at <= {begin} and {self._about_these(names)} group by series, subject, raw)\n"
            "select samples.series, samples.subject, samples.raw, samples.starts_at, samples.ends_at, samples.x\n"
            f"from samples left join before on {same}\n"
            f"where samples.starts_at < {end} and samples.starts_at >= coalesce(before.starts_at, {begin})\n"
            f"and {self._about_these(names)}\n"
            "order by samples.starts_at, samples.ends_at, samples.x"
        )


_SUMMED = (
    "\nselect series, period, subject, raw, unit, cast(sum(x) as bigint), cast(count(*) as bigint), "
    "min(starts_at), max(ends_at)\n"
    "from joined\n"
    "group by series, period, subject, raw, unit, opens, closes"
)
_UNITED = (
    "case when samples.starts_at > periods.starts_at then samples.starts_at else periods.starts_at end as opens, "
    "case when samples.ends_at < periods.ends_at then samples.ends_at else periods.ends_at end as closes"
)
_ISLANDS = """,
apart as (select distinct series, subject, period, opens, closes from joined),
reached as (select series, subject, period, opens, closes,
  max(closes) over (partition by series, subject, period order by opens, closes
    rows between unbounded preceding and 1 preceding) as covered_until from apart),
numbered as (select series, subject, period, opens, closes,
  cast(sum(case when opens > covered_until then cast(1 as bigint) else cast(0 as bigint) end)
    over (partition by series, subject, period order by opens, closes
    rows between unbounded preceding and current row) as bigint) as island from reached)
select series, subject, period, min(opens), max(closes)
from numbered
group by series, subject, period, island
order by min(opens)"""
