"""What is counted, summed and ranked of samples, for each team and period; each statement asked once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from scorecard_exporter.measures import statements
from scorecard_exporter.measures.grid import Columns, Grid, Layout, Percentile, Whole, added_up, at_places
from scorecard_exporter.measures.model import Period, Scope, Statistic
from scorecard_exporter.measures.statements import Answers, Role, SampleSet, both, only_these, read


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
        store: Answers,
        scopes: Collection[Scope],
        periods: Sequence[Period],
        *,
        percentiles: Collection[Statistic] = (),
    ) -> None:
        """Of teams with the services that each counts, or of services `ALONE` with itself; never of both.

        `percentiles`: those that will be asked for; with some, single values are not kept.
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
        self._columns: dict[SampleSet, Columns] = {}
        self._percentiles: dict[SampleSet, Mapping[Statistic, Percentile]] = {}
        self._with_values: dict[SampleSet, Grid] = {}
        self._days: dict[tuple[SampleSet, str], dict[tuple[str, Period], int]] = {}
        self._united: dict[SampleSet, list[int]] = {}

    def statements(self, sets: Iterable[SampleSet]) -> Iterator[str]:
        """What will be asked of these sets, but for days."""
        for samples in dict.fromkeys(sets):
            yield self._statement(samples)
            if samples.join == "overlap":
                yield self._united_statement(samples)

    def places(self, team: str) -> range:
        """Where the numbers of a team are, one place for each period; none where it counts no service."""
        return self._layout_of(by_team=False, by_span=False).places(team)

    def columns(self, samples: SampleSet) -> Columns:
        """Numbers, oldest and newest moments, and sums of the set's columns, at every place."""
        known = self._columns.get(samples)
        return known or self._read(samples)

    def total(self, samples: SampleSet, place: int) -> Total:
        """The same at one place."""
        columns = self.columns(samples)
        number = columns.samples[place]
        if not number:
            return _NO_SAMPLES
        return Total(number, columns.oldest[place], columns.newest[place], columns.sums, place)

    def percentile(self, samples: SampleSet, statistic: Statistic) -> Percentile:
        """A percentile of `x`, microseconds, at every place."""
        self.columns(samples)
        return self._percentiles[samples][statistic]

    def values(self, samples: SampleSet) -> list[list[int]]:
        """Every `x` of each team and of each of its periods, in any order."""
        return [values.tolist() for values in self._values_of(samples)]

    def at_places(self, samples: SampleSet, places: Sequence[Collection[int]]) -> list[dict[int, int]]:
        """The `x` at these places of the ascending ones, counted from 1, for each team and each of its periods.

        Where there is no such place there is no value.
        """
        found = []
        for values, wanted in zip(self._values_of(samples), places, strict=True):
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

    def united(self, samples: SampleSet) -> Sequence[int]:
        """Microseconds of a period that spans cover, united for each service and added up over services; by place."""
        if samples not in self._united:
            found = self._store.query(self._united_statement(samples))
            self._united[samples] = added_up(self._layout_of(by_team=False, by_span=False), found)
        return self._united[samples]

    def _values_of(self, samples: SampleSet) -> list[Whole]:
        numbers = self.columns(samples).samples
        values = self._with_values[samples].values(np.arange(len(numbers)))
        return np.split(values, np.cumsum(numbers)[:-1])

    def _read(self, samples: SampleSet) -> Columns:
        by_team = self._plain(samples).once is not None
        layout = self._layout_of(by_team=by_team, by_span=samples.join == "within" and not by_team)
        found = self._store.query(self._statement(samples))
        grid = Grid(layout, found, samples.sums, has_values=samples.is_ranked)
        # Percentiles are as many as readings, values as many as samples: they are not kept without need.
        if samples.is_ranked and self._statistics:
            self._percentiles[samples] = grid.percentiles(self._statistics)
        elif samples.is_ranked:
            self._with_values[samples] = grid
        self._columns[samples] = grid.columns
        return grid.columns

    def _statement(self, samples: SampleSet) -> str:
        plain = self._plain(samples)
        if plain.once:
            ask = statements.by_team
        else:
            ask = statements.by_span if plain.join == "within" else statements.by_period
        return ask(plain, list(self._teams), self._periods)

    def _united_statement(self, samples: SampleSet) -> str:
        return statements.united(self._plain(samples), list(self._teams), self._periods)

    def _plain(self, samples: SampleSet) -> SampleSet:
        """The same samples, counted for each service where that is the same: several times cheaper."""
        once = None if samples.once in self._apart else samples.once
        return replace(samples, once=once, condition=both(samples.condition, self._services))

    def _layout_of(self, *, by_team: bool, by_span: bool) -> Layout:
        if (by_team, by_span) not in self._layouts:
            teams = {team: (team,) for team, some in self._teams.items() if some} if by_team else self._teams
            self._layouts[by_team, by_span] = Layout(teams, self._periods, self._bounds if by_span else ())
        return self._layouts[by_team, by_span]
