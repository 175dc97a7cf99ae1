"""The measures made of observations: one series, or the quotient of two."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import NamedTuple

from scorecard_exporter.events.model import is_from
from scorecard_exporter.measures import diagnose, diagnose_series
from scorecard_exporter.measures.coverage import fresh_from
from scorecard_exporter.measures.finding import MICROS, Details, Find, Finding, count, seconds
from scorecard_exporter.measures.model import Absence, Definition, Part, Period, Scope, Series, Statistic
from scorecard_exporter.measures.observations import Observations
from scorecard_exporter.measures.tally import Tally, newest, prorated, whole
from scorecard_exporter.measures.tree import Tree

_Read = Mapping[str, tuple[int, int]]  # of each origin: from and up to which moment it was read


class Gathered(NamedTuple):
    """What counts of a series for one team in one period; `absence`: why that is nothing, or must not be used.

    The sum of its values is `total` divided by the `divisor` of the tally.
    """

    tally: Tally
    total: int | Fraction
    samples: int
    newest_at: int | None
    absence: Absence | None

    @property
    def value(self) -> Fraction:
        """The sum of its values."""
        return Fraction(self.total, self.tally.divisor)

    def part(self, unit: str) -> Part:
        """The sum as a part."""
        return Part(self.total, unit, self.tally.divisor)

    def nothing(self) -> Finding:
        """The finding where something speaks against a value."""
        return Finding(value=None, samples=self.samples, newest_at=self.newest_at, absence=self.absence)

    def divided_by(self, other: Gathered) -> Fraction:
        """The quotient of two sums, of which the other is not zero."""
        return self.tally.divided(self.total, other.tally, other.total)


class Observed:
    """The readings of series for every team of the tree."""

    def __init__(self, observations: Observations, scopes: Mapping[str, Scope], read: _Read) -> None:
        self.observations = observations
        self._scopes = scopes
        self._read = read
        self._trees: dict[tuple[str, frozenset[str]], Tree] = {}
        self._tallies: dict[tuple[int, Statistic, Period], Tally] = {}
        self._unmapped: dict[Series, Sequence[str]] = {}
        self._ever: dict[Series, tuple[Sequence[str], Tree]] = {}

    def one(self, definition: Definition, period: Period) -> Find:
        """The newest value, the sum or the mean of a series."""
        series, statistic = definition.series[0], definition.statistic
        tally = self.tally(series, statistic, period)
        gather = self._roll_up(definition, series, statistic, period)
        told = sum_parts if statistic == "sum" else current_parts

        def find(team: str) -> Finding:
            gathered = gather(team)
            if gathered.absence:
                return gathered.nothing()
            value = gathered.value
            if statistic == "mean" and series.unit == "seconds":
                value /= gathered.samples
            elif statistic == "mean":
                value = tally.means(team)
            return Finding(value, gathered.samples, gathered.newest_at, details=lambda: Details(told(tally, team)))

        return find

    def quotient(
        self, definition: Definition, period: Period, names: tuple[str, str] = ("numerator", "denominator")
    ) -> Find:
        """The sum of the first series divided by that of the second, over the same time; `names` of the two parts."""
        numerator, denominator = definition.series
        gather_above, gather_below = (self._roll_up(definition, one, "sum", period) for one in definition.series)

        def find(team: str) -> Finding:
            above, below = gather_above(team), gather_below(team)
            if above.absence or below.absence:
                return above.nothing() if above.absence else below.nothing()
            absence = None
            if not _same_time(above.tally, below.tally, team):
                absence = diagnose_series.not_same_time(definition.series, team)
            elif not below.total:
                absence = diagnose.division_by_zero(f"The sum of series {denominator.name!r}")
            return Finding(
                None if absence else above.divided_by(below),
                min(above.samples, below.samples),
                max(above.newest_at or 0, below.newest_at or 0),
                absence,
                lambda: Details(
                    {**sum_parts(above.tally, team), **sum_parts(below.tally, team)},
                    {names[0]: above.part(numerator.unit), names[1]: below.part(denominator.unit)},
                ),
            )

        return find

    def subjects(self, series: Series, statistic: Statistic, team: str, period: Period) -> frozenset[str]:
        """The services and teams whose observations count for this team."""
        return self.tally(series, statistic, period).tree.subjects(team)

    def tally(self, series: Series, statistic: Statistic, period: Period) -> Tally:
        """What a series adds up to in a period."""
        # By identity, which a tally keeps: this is asked for every reading, and a series takes long to compare.
        key = id(series), statistic, period
        known = self._tallies.get(key)
        if known is None:
            known = self._tallies[key] = self._tally(series, statistic, period)
        return known

    def _tally(self, series: Series, statistic: Statistic, period: Period) -> Tally:
        if statistic == "newest":
            contributions = newest(self.observations.newest(series.name, period), series, period)
        elif statistic == "mean":
            contributions = whole(self.observations.overlapping(series.name, period), series, period)
        else:
            contributions = prorated(self.observations.overlapping(series.name, period), series, period)
        tree = self._tree(series.rollup, contributions.by_subject)
        spans = partial(self.observations.spans, series.name, period)
        return Tally(series, tree, contributions, spans, self._newest_read(series))

    def _tree(self, rollup: str, present: Collection[str]) -> Tree:
        """Which subjects stand for a team: mostly the same ones in every series and period."""
        key = rollup, frozenset(present)
        if key not in self._trees:
            self._trees[key] = Tree(self._scopes, *key)
        return self._trees[key]

    def gather(
        self, definition: Definition, series: Series, statistic: Statistic, period: Period
    ) -> Callable[[str], Gathered]:
        """What counts for each team, and whether it is read, fresh and in the right unit."""
        tally = self.tally(series, statistic, period)
        sum_of, until = tally.sum, tally.read_until
        unread = None if until is None else self._unread(definition, until, period)

        def of(team: str) -> Gathered:
            total, samples, newest_at, contributions, fresh, others, _ = sum_of(team)
            if until is None or not contributions:
                return Gathered(tally, 0, 0, None, self._why_none(definition, series, team, period))
            absence = unread
            if absence is None and others:
                absence = diagnose_series.wrong_unit(series, others)
            if absence is None and not fresh:
                absence = diagnose_series.stale_series(series, newest_at, period)
            return Gathered(tally, total, samples, newest_at, absence)

        return of

    def events(self, definition: Definition, series: Series, period: Period) -> Callable[[str], Gathered]:
        """The events of a series in the period, however long ago the newest was; none is a true zero if all is known.

        That is so when every origin of the series was read from before the period on, and when every subject of the
        series is known to be some team's or service's.
        """
        tally = self.tally(series, "sum", period)
        sum_of, untold = tally.sum, self._untold(definition, tally, period)

        def of(team: str) -> Gathered:
            total, samples, newest_at, contributions, _, others, _ = sum_of(team)
            absence = untold
            if not contributions and tally.read_until is not None and self._not_mapped(series):
                absence = diagnose_series.no_matching_subject(series, team, self._not_mapped(series))
            if absence is None and others:
                absence = diagnose_series.wrong_unit(series, others)
            return Gathered(tally, total, samples, newest_at if contributions else None, absence)

        return of

    def _untold(self, definition: Definition, tally: Tally, period: Period) -> Absence | None:
        """Why it is not known of some time what happened."""
        if tally.read_until is None:
            return diagnose.not_read([(tally.series.origin or "any source", "observation")])
        absence = self._not_in_history(tally.series, period)
        return absence or self._unread(definition, tally.read_until, period)

    def _not_in_history(self, series: Series, period: Period) -> Absence | None:
        """Some origin of the series was not read from before the period on."""
        origins = self.observations.origins(series)
        if not origins:
            return diagnose_series.series_not_seen(series)
        unread = sorted(origins.difference(self._read))
        if unread:
            return diagnose.not_read([(origin, "observation") for origin in unread])
        begins_at, origin = max((self._read[origin][0], origin) for origin in origins)
        if begins_at > period.starts_at:
            return diagnose_series.observations_begin(series, begins_at, origin, period)
        return None

    def _roll_up(
        self, definition: Definition, series: Series, statistic: Statistic, period: Period
    ) -> Callable[[str], Gathered]:
        """What counts for each team, and whether its subjects add up."""
        gather = self.gather(definition, series, statistic, period)
        if _adds_up(series.unit, statistic):
            return gather

        def of(team: str) -> Gathered:
            gathered = gather(team)
            if gathered.absence is None and len(raws := [one.raw for one in gathered.tally.found(team)]) > 1:
                return gathered._replace(absence=diagnose_series.does_not_add(series, team, raws))
            return gathered

        return of

    def _why_none(self, definition: Definition, series: Series, team: str, period: Period) -> Absence:
        """The first link that is broken, when there is no observation for the team in the period."""
        until = self._newest_read(series)
        if until is None:
            return diagnose.not_read([(series.origin or "any source", "observation")])
        if series not in self._ever:
            subjects = self.observations.subjects(series.name)
            self._ever[series] = self.observations.raw_subjects(series.name), self._tree(series.rollup, subjects)
        raws, tree = self._ever[series]
        if not raws:
            return diagnose_series.series_not_seen(series)
        if not tree.subjects(team):
            return diagnose_series.no_matching_subject(series, team, raws)
        before = self.tally(series, "newest", period).sum(team)
        if before.contributions and not before.fresh:
            return diagnose_series.stale_series(series, before.newest_at, period)
        return self._unread(definition, until, period) or diagnose_series.no_observation(series, team, period)

    def _not_mapped(self, series: Series) -> Sequence[str]:
        """The raw subjects of a series that stand for no team or service."""
        if series not in self._unmapped:
            self._unmapped[series] = self.observations.unmapped(series)
        return self._unmapped[series]

    def _unread(self, definition: Definition, until: int, period: Period) -> Absence | None:
        """Whether every source of a series went unread for too long."""
        if until < fresh_from(period, definition.freshness):
            return diagnose.stale(until, period, definition.freshness)
        return None

    def _newest_read(self, series: Series) -> int | None:
        """Up to which moment some source of the series was read to its end; what is stored before is only a part."""
        read = (until for origin, (_, until) in self._read.items() if is_from(origin, series.origin))
        return max(read, default=None)


def _same_time(above: Tally, below: Tally, team: str) -> bool:
    """Whether two series cover the same time.

    Subject by subject where both have the same subjects; otherwise every subject of both has to cover the same.
    """
    differing = above.once(("differing", id(below)), partial(_differing, above, below))
    if not differing and above.tree is below.tree:
        return True
    first, second = above.tree.subjects(team), below.tree.subjects(team)
    if first is second or first == second:
        return differing.isdisjoint(first)
    return len({*(above.spans[one] for one in first), *(below.spans[one] for one in second)}) == 1


def _differing(above: Tally, below: Tally) -> frozenset[str]:
    """The subjects that do not cover the same time in two series."""
    every = above.spans.keys() | below.spans.keys()
    return frozenset(one for one in every if above.spans.get(one) != below.spans.get(one))


def current_parts(tally: Tally, team: str) -> dict[str, Part]:
    """How many of the observed subjects are fresh, where not all of them are."""
    counted = tally.sum(team)
    if counted.fresh == counted.contributions:
        return {}
    return {"subjects_current": count(counted.fresh), "subjects": count(counted.contributions)}


def sum_parts(tally: Tally, team: str) -> dict[str, Part]:
    """And how much of the period the least covered subject covers; nothing to say of mere moments."""
    covered = tally.covered(team)
    parts = current_parts(tally, team)
    return {**parts, "covered": seconds(covered)} if covered >= MICROS else parts


def _adds_up(unit: str, statistic: Statistic) -> bool:
    """Whether values of several subjects may be added: amounts and counts may, shares and points may not."""
    return unit not in ("ratio", "points") and not (unit == "seconds" and statistic == "newest")
