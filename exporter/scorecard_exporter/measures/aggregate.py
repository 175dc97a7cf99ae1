"""What is counted, summed and ranked of samples, for each team and period; each statement asked once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

from arro3.core import Table

from scorecard_exporter.measures import statements
from scorecard_exporter.measures.grid import Grid, Layout, Ratio, added_up, at_places
from scorecard_exporter.measures.model import Period, Scope, Statistic
from scorecard_exporter.measures.statements import Role, SampleSet, both, only_these, read
from scorecard_exporter.measures.statistics import QUANTILES
from scorecard_exporter.store.base import Store


class Total(NamedTuple):
    """Samples of one team in one period: how many, the oldest and newest moment, and sums of columns at their place."""

    samples: int = 0
    oldest: int | None = None
    newest: int | None = None
    sums: Mapping[str, Sequence[int]] = MappingProxyType({})
    place: int = 0

    def sum(self, column: str) -> int:
        """The sum of one column; 0 where there is no sample."""
        return self.sums[column][self.place] if self.samples else 0


_NO_SAMPLES = Total()


def apart(scopes: Iterable[Scope]) -> frozenset[Role]:
    """The roles in which no two services of these teams read the same origin, so that nothing has to be told apart."""
    rules = {rule.service: rule for scope in scopes for rule in scope.services}.values()
    read_by: Mapping[Role, Iterable[str]] = {
        "changes": [rule.changes for rule in rules if rule.changes],
        "incidents": [origin for rule in rules for origin in {one.origin for one in rule.incidents}],
        "builds": [origin for rule in rules for origin in {one.origin for one in rule.builds}],
        "bugs": [origin for rule in rules for origin in {one.origin for one in rule.bugs}],
        "releases": [rule.releases.origin for rule in rules if rule.releases],
    }
    return frozenset(role for role, origins in read_by.items() if max(Counter(origins).values(), default=1) == 1)


class Aggregates:
    """What the store answers about sets of samples for these teams and periods; each question asked once."""

    def __init__(
        self,
        store: Store,
        scopes: Collection[Scope],
        periods: Sequence[Period],
        *,
        percentiles: Collection[Statistic] = (),
        ahead: Executor | None = None,
    ) -> None:
        """Of teams with the services that each counts, or of services `ALONE` with itself; never of both.

        `percentiles`: those that will be asked for. `ahead`: runs what `begin` is told of.
        """
        self._store = store
        self._teams = {scope.team: [rule.service for rule in scope.services] for scope in scopes}
        self._periods = tuple(periods)
        self._bounds = statements.span_bounds(periods)
        self._apart = apart(scopes)
        self._statistics = sorted(percentiles)
        services = sorted({service for some in self._teams.values() for service in some})
        # Where they are few, an engine need not read the others.
        self._services = only_these("samples.subject", services) if services else ""
        self._layouts: dict[tuple[bool, bool], Layout] = {}
        self._ahead = ahead
        self._begun: dict[SampleSet, Future[Table]] = {}
        self._grids: dict[SampleSet, Grid] = {}
        self._percentiles: dict[SampleSet, dict[Statistic, list[int]]] = {}
        self._days: dict[tuple[SampleSet, str], dict[tuple[str, Period], int]] = {}
        self._united: dict[SampleSet, list[int]] = {}

    def begin(self, sets: Iterable[SampleSet]) -> None:
        """Read these sets while the caller does something else; what was read is there when it is asked for."""
        for samples in dict.fromkeys(sets):
            if self._ahead and samples not in self._begun:
                self._begun[samples] = self._ahead.submit(self._store.query, self._statement(samples))

    def places(self, team: str) -> range:
        """Where the numbers of a team are, one place for each period; none where it counts no service."""
        return self._layout_of(by_team=False, by_span=False).places(team)

    def total(self, samples: SampleSet, place: int) -> Total:
        """Number, oldest and newest moment, and sums of the set's columns."""
        columns = (self._grids.get(samples) or self._grid(samples)).columns
        number = columns.samples[place]
        if not number:
            return _NO_SAMPLES
        return Total(number, columns.oldest[place], columns.newest[place], columns.sums, place)

    def percentile(self, samples: SampleSet, statistic: Statistic, place: int) -> Ratio:
        """A percentile of `x`, microseconds, over at least one sample.

        Raises:
            ValueError: there is none.
        """
        known = self._percentiles.get(samples)
        if known is None:
            known = self._percentiles[samples] = self._grid(samples).percentiles(self._statistics)
        if not self._grids[samples].columns.samples[place]:
            raise ValueError(f"there is no {statistic} of no {samples.text}")
        return known[statistic][place], QUANTILES[statistic][1]

    def values(self, samples: SampleSet) -> list[list[int]]:
        """Every `x` of each team and of each of its periods, in any order."""
        return [values.tolist() for values in self._grid(samples).values()]

    def at_places(self, samples: SampleSet, places: Sequence[Collection[int]]) -> list[dict[int, int]]:
        """The `x` at these places of the ascending ones, counted from 1, for each team and each of its periods.

        Where there is no such place there is no value.
        """
        found = []
        for values, wanted in zip(self._grid(samples).values(), places, strict=True):
            there = [place for place in wanted if 0 < place <= len(values)]
            ordered = at_places(values, [place - 1 for place in there])
            found.append({place: int(ordered[place - 1]) for place in there})
        return found

    def days(self, samples: SampleSet, zone: str, team: str, period: Period) -> int:
        """On how many calendar days of `zone` there was a sample."""
        if (samples, zone) not in self._days:
            teams = list(self._teams)
            rows = read(self._store, statements.days(self._plain(samples), zone, teams, self._periods))
            self._days[samples, zone] = {(team, self._periods[place]): days for team, place, days in rows}
        return self._days[samples, zone].get((team, period), 0)

    def united(self, samples: SampleSet, place: int) -> int:
        """Microseconds of the period that spans cover, united for each service and added up over services."""
        if samples not in self._united:
            found = self._store.query(statements.united(self._plain(samples), list(self._teams), self._periods))
            self._united[samples] = added_up(self._layout_of(by_team=False, by_span=False), found)
        return self._united[samples][place]

    def _grid(self, samples: SampleSet) -> Grid:
        if samples not in self._grids:
            begun = self._begun.get(samples)
            found = begun.result() if begun else self._store.query(self._statement(samples))
            by_team = self._plain(samples).once is not None
            layout = self._layout_of(by_team=by_team, by_span=samples.join == "within" and not by_team)
            self._grids[samples] = Grid(layout, found, samples.sums, has_values=samples.is_ranked)
        return self._grids[samples]

    def _statement(self, samples: SampleSet) -> str:
        plain = self._plain(samples)
        if plain.once:
            ask = statements.by_team
        else:
            ask = statements.by_span if plain.join == "within" else statements.by_period
        return ask(plain, list(self._teams), self._periods)

    def _plain(self, samples: SampleSet) -> SampleSet:
        """The same samples, counted for each service where that is the same: several times cheaper."""
        once = None if samples.once in self._apart else samples.once
        return replace(samples, once=once, condition=both(samples.condition, self._services))

    def _layout_of(self, *, by_team: bool, by_span: bool) -> Layout:
        if (by_team, by_span) not in self._layouts:
            teams = {team: (team,) for team, some in self._teams.items() if some} if by_team else self._teams
            self._layouts[by_team, by_span] = Layout(teams, self._periods, self._bounds if by_span else ())
        return self._layouts[by_team, by_span]
