"""The measures made of observations: one series, or the quotient of two."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain

from scorecard_exporter.events.model import is_from
from scorecard_exporter.measures import diagnose, diagnose_series
from scorecard_exporter.measures.coverage import fresh_from
from scorecard_exporter.measures.finding import MICROS, Finding, count, seconds
from scorecard_exporter.measures.model import Absence, Definition, Part, Period, Scope, Series, Statistic
from scorecard_exporter.measures.observations import Contribution, Observations, Row, Tree
from scorecard_exporter.measures.statistics import exact_sum

_Read = Mapping[str, tuple[int, int]]  # of each origin: from and up to which moment it was read
_Spans = Mapping[str, tuple[tuple[int, int], ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What counts of a series for one team in one period; `absence`: why that is nothing, or must not be used."""

    found: tuple[Contribution, ...] = ()
    newest_at: int | None = None
    parts: Mapping[str, Part] = field(default_factory=dict)
    absence: Absence | None = None

    @property
    def samples(self) -> int:
        """How many observations there are."""
        return sum(one.samples for one in self.found)

    @property
    def total(self) -> Fraction:
        """The sum over all of them."""
        return exact_sum(one.total for one in self.found)

    def by_raw(self) -> dict[str, Fraction]:
        """What each raw subject contributes, once."""
        return {one.raw: one.total for one in self.found}

    def nothing(self) -> Finding:
        """The finding where something speaks against a value."""
        return Finding(value=None, samples=self.samples, newest_at=self.newest_at, absence=self.absence)


class Observed:
    """The readings of series for every team of the tree."""

    def __init__(self, observations: Observations, scopes: Mapping[str, Scope], read: _Read) -> None:
        self.observations = observations
        self._scopes = scopes
        self._read = read
        self._trees: dict[tuple[Series, Statistic, Period], Tree] = {}
        self._by_subject: dict[tuple[Series, Statistic, Period], dict[str, list[Contribution]]] = {}
        self._read_until: dict[Series, int | None] = {}

    def one(self, definition: Definition, team: str, period: Period) -> Finding:
        """The newest value, the sum or the mean of a series."""
        return self._roll_up(definition, definition.series[0], definition.statistic, team, period)

    def quotient(
        self, definition: Definition, team: str, period: Period, names: tuple[str, str] = ("numerator", "denominator")
    ) -> Finding:
        """The sum of the first series divided by that of the second, over the same time; `names` of the two parts."""
        numerator, denominator = definition.series
        above = self._roll_up(definition, numerator, "sum", team, period)
        below = self._roll_up(definition, denominator, "sum", team, period)
        if above.value is None or below.value is None:
            return above if above.value is None else below
        absence = None
        if not same_time(*(self._covered(one, team, period) for one in definition.series)):
            absence = diagnose_series.not_same_time(definition.series, team)
        elif not below.value:
            absence = diagnose.division_by_zero(f"The sum of series {denominator.name!r}")
        sides = (Part(above.value, numerator.unit), Part(below.value, denominator.unit))
        return Finding(
            value=None if absence else above.value / below.value,
            samples=min(above.samples, below.samples),
            newest_at=max(above.newest_at or 0, below.newest_at or 0),
            parts={**above.parts, **below.parts},
            beside=dict(zip(names, sides, strict=True)),
            absence=absence,
        )

    def subjects(self, series: Series, statistic: Statistic, team: str, period: Period) -> frozenset[str]:
        """The services and teams whose observations count for this team."""
        key = (series, statistic, period)
        if key not in self._trees:
            grouped: dict[str, list[Contribution]] = {}
            for contribution in self.observations.contributions(statistic, series.name, period):
                grouped.setdefault(contribution.subject, []).append(contribution)
            self._by_subject[key] = grouped
            self._trees[key] = Tree(self._scopes, series.rollup, grouped)
        return self._trees[key].subjects(team)

    def rows(self, series: Series, subjects: Iterable[str]) -> Iterator[Row]:
        """Every observation about these subjects, those about one of them in order of time."""
        about = self.observations.rows_about(series.name)
        return chain.from_iterable(about.get(subject, ()) for subject in subjects)

    def gather(
        self, definition: Definition, series: Series, statistic: Statistic, team: str, period: Period
    ) -> Gathered:
        """What counts for a team, and whether it is read, fresh and in the right unit."""
        found = self._found(series, statistic, team, period)
        if not found or not self._is_read(series):
            return Gathered(absence=self._why_none(definition, series, team, period))
        newest_at = max(one.newest_at for one in found)
        fresh = sum(_is_fresh(one, series, period) for one in found)
        absence = self._unread(definition, series, period) or diagnose_series.wrong_unit(
            series, (one.unit for one in found)
        )
        if absence is None and not fresh:
            absence = diagnose_series.stale_series(series, newest_at, period)
        parts = {"subjects_current": count(fresh), "subjects": count(len(found))} if fresh < len(found) else {}
        return Gathered(found=found, newest_at=newest_at, parts=parts, absence=absence)

    def tally(self, definition: Definition, series: Series, team: str, period: Period) -> Gathered:
        """The events of a series in the period, however long ago the newest was; none is a true zero if all is known.

        That is so when every origin of the series was read from before the period on, and when every subject of the
        series is known to be some team's or service's.
        """
        found = self._found(series, "sum", team, period)
        absence = self._untold(definition, series, team, period, is_empty=not found)
        return Gathered(
            found=found,
            newest_at=max((one.newest_at for one in found), default=None),
            absence=absence or diagnose_series.wrong_unit(series, (one.unit for one in found)),
        )

    def _untold(
        self, definition: Definition, series: Series, team: str, period: Period, *, is_empty: bool
    ) -> Absence | None:
        if not self._is_read(series):
            return diagnose.not_read([(series.origin or "any source", "observation")])
        origins = self.observations.origins(series)
        if not origins:
            return diagnose_series.series_not_seen(series)
        unmapped = self.observations.unmapped(series)
        if is_empty and unmapped:
            return diagnose_series.no_matching_subject(series, team, unmapped)
        unread = sorted(origins - self._read.keys())
        if unread:
            return diagnose.not_read([(origin, "observation") for origin in unread])
        begins_at, origin = max((self._read[origin][0], origin) for origin in origins)
        if begins_at > period.starts_at:
            return diagnose_series.observations_begin(series, begins_at, origin, period)
        return self._unread(definition, series, period)

    def _found(self, series: Series, statistic: Statistic, team: str, period: Period) -> tuple[Contribution, ...]:
        subjects = self.subjects(series, statistic, team, period)
        grouped = self._by_subject[series, statistic, period]
        return tuple(contribution for subject in sorted(subjects) for contribution in grouped[subject])

    def _roll_up(
        self, definition: Definition, series: Series, statistic: Statistic, team: str, period: Period
    ) -> Finding:
        gathered = self.gather(definition, series, statistic, team, period)
        found, parts, absence = gathered.found, dict(gathered.parts), gathered.absence
        if not found:
            return gathered.nothing()
        if absence is None and len(found) > 1 and not _adds_up(series.unit, statistic):
            absence = diagnose_series.does_not_add(series, team, [one.raw for one in found])
        if statistic == "sum":
            parts |= self._covered_part(series, team, period)
        return Finding(
            value=None if absence else _combine(found, series.unit, statistic),
            samples=gathered.samples,
            newest_at=gathered.newest_at,
            parts=parts,
            absence=absence,
        )

    def _covered(self, series: Series, team: str, period: Period) -> _Spans:
        spans = self.observations.spans(series.name, period)
        return {subject: spans[subject] for subject in self.subjects(series, "sum", team, period)}

    def _covered_part(self, series: Series, team: str, period: Period) -> dict[str, Part]:
        """How much of the period the least covered subject covers; nothing to say of mere moments."""
        covered = min(
            sum(end - start for start, end in spans) for spans in self._covered(series, team, period).values()
        )
        return {"covered": seconds(covered)} if covered >= MICROS else {}

    def _why_none(self, definition: Definition, series: Series, team: str, period: Period) -> Absence:
        """The first link that is broken, when there is no observation for the team in the period."""
        if not self._is_read(series):
            return diagnose.not_read([(series.origin or "any source", "observation")])
        raws = self.observations.raw_subjects(series.name)
        if not raws:
            return diagnose_series.series_not_seen(series)
        if not Tree(self._scopes, series.rollup, self.observations.subjects(series.name)).subjects(team):
            return diagnose_series.no_matching_subject(series, team, raws)
        before = self.subjects(series, "newest", team, period)
        newest = [one for subject in before for one in self._by_subject[series, "newest", period][subject]]
        if newest and not any(_is_fresh(one, series, period) for one in newest):
            return diagnose_series.stale_series(series, max(one.newest_at for one in newest), period)
        return self._unread(definition, series, period) or diagnose_series.no_observation(series, team, period)

    def _is_read(self, series: Series) -> bool:
        """Whether a source of the series was read to its end; what is stored before that is only a part."""
        return self._newest_read(series) is not None

    def _unread(self, definition: Definition, series: Series, period: Period) -> Absence | None:
        """Whether every source of the series went unread for too long."""
        until = self._newest_read(series)
        if until is not None and until < fresh_from(period, definition.freshness):
            return diagnose.stale(until, period, definition.freshness)
        return None

    def _newest_read(self, series: Series) -> int | None:
        """Up to which moment some source of the series was read."""
        if series not in self._read_until:
            read = [until for origin, (_, until) in self._read.items() if is_from(origin, series.origin)]
            self._read_until[series] = max(read, default=None)
        return self._read_until[series]


def same_time(numerator: _Spans, denominator: _Spans) -> bool:
    """Whether two series cover the same time.

    Subject by subject where both have the same subjects; otherwise every subject of both has to cover the same.
    """
    if numerator.keys() == denominator.keys():
        return numerator == denominator
    return len({*numerator.values(), *denominator.values()}) == 1


def _is_fresh(one: Contribution, series: Series, period: Period) -> bool:
    """Whether the newest observation is young enough; a freshness of 0 sets no limit."""
    return not series.freshness or one.newest_at >= period.ends_at - series.freshness


def _combine(found: Sequence[Contribution], unit: str, statistic: Statistic) -> Fraction:
    if statistic == "mean" and unit == "seconds":
        return exact_sum(one.total for one in found) / sum(one.samples for one in found)
    if statistic == "mean":
        return exact_sum(one.total / one.samples for one in found)
    return exact_sum(one.total for one in found)


def _adds_up(unit: str, statistic: Statistic) -> bool:
    """Whether values of several subjects may be added: amounts and counts may, shares and points may not."""
    return unit not in ("ratio", "points") and not (unit == "seconds" and statistic == "newest")
