"""Numbers of samples by what they are about and when they count, added up for teams and periods.

A statement answers for each subject and each span of time; a team has several subjects, a period several spans. Whole
numbers throughout: what is added up here is as exact as what an engine would add up.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from arro3.core import Table, list_flatten, list_offsets

from scorecard_exporter.measures.model import Period, Statistic
from scorecard_exporter.measures.statistics import QUANTILES, interpolate

Whole = npt.NDArray[np.int64]
Ratio = tuple[int, int]
"""An exact number, as numerator and denominator."""

_SAFE = 2.0**62
"""Sums that stay below it are sums of 64 bits."""
_LARGEST = np.iinfo(np.int64).max
_SMALL = 2**57
"""Times the denominator of a percentile it is still a number of 64 bits."""
_SORTED_WHOLE = 2_000
"""So few values are sorted sooner than the places that are asked for are picked out of them."""


class Columns(NamedTuple):
    """One number of each kind for each team and period; `places` of `Layout` says where. 0 samples: no moments."""

    samples: list[int]
    oldest: list[int]
    newest: list[int]
    sums: Mapping[str, list[int]]


class Layout:
    """Where the subjects of teams and the spans of periods lie in a grid.

    Subjects that teams have in common lie side by side: in a tree each team is one range of them. A team without
    subjects has no place.
    """

    def __init__(self, teams: Mapping[str, Collection[str]], periods: Sequence[Period], bounds: Sequence[int]) -> None:
        """`bounds`: between them, in their order, lie the spans; without any each period is a span of its own."""
        known = {team: subjects for team, subjects in teams.items() if subjects}
        self.subjects = {subject: place for place, subject in enumerate(_side_by_side(known))}
        members = [sorted({self.subjects[subject] for subject in subjects}) for subjects in known.values()]
        self._members = np.array([place for places in members for place in places], dtype=np.int64)
        self._starts = np.cumsum([0, *map(len, members)])[:-1]
        self.ranges = [list(_ranges(places)) for places in members]
        self.spans = [_spans(period, place, bounds) for place, period in enumerate(periods)]
        self._height = len(bounds) + 1 if bounds else len(periods)
        self._teams = {team: place for place, team in enumerate(known)}

    def places(self, team: str) -> range:
        """Where the numbers of a team are, one place for each period; none where it has no subject."""
        number = self._teams.get(team)
        return range(0) if number is None else range(number * len(self.spans), (number + 1) * len(self.spans))

    def cells(self, found: Table) -> tuple[Whole, Whole]:
        """Where rows that begin with subject and span belong, and which rows these are.

        An engine cannot always leave out at once what no team counts; that has no place.
        """
        subjects = np.array([self.subjects.get(name, -1) for name in found.column(0).to_pylist()], dtype=np.int64)
        counted = np.flatnonzero(subjects >= 0)
        return _numbers(found, 1)[counted] * len(self.subjects) + subjects[counted], counted

    def placed(self, places: Whole, numbers: Whole, missing: int = 0) -> Whole:
        """A grid of spans and subjects with these numbers at these places."""
        cells = np.full(self._height * len(self.subjects), missing, dtype=np.int64)
        cells[places] = numbers
        return cells

    def added(self, cells: Whole) -> list[int]:
        """The sums of a grid for every team and period."""
        # Only what could go beyond 64 bits is added up as Python's own numbers.
        is_safe = float(np.abs(cells).sum(dtype=np.float64)) < _SAFE
        return self._reduced(cells if is_safe else cells.astype(object), np.add)

    def least(self, cells: Whole) -> list[int]:
        """The least numbers of a grid for every team and period."""
        return self._reduced(cells, np.minimum)

    def most(self, cells: Whole) -> list[int]:
        """The greatest numbers of a grid for every team and period."""
        return self._reduced(cells, np.maximum)

    def _reduced(self, cells: npt.NDArray[Any], reduce: np.ufunc) -> list[int]:
        if not self._teams:
            return []
        grid = cells.reshape(self._height, len(self.subjects))
        of_periods = np.stack([reduce.reduce(grid[first:last], axis=0) for first, last in self.spans])
        of_teams = reduce.reduceat(of_periods[:, self._members], self._starts, axis=1)
        found: list[int] = of_teams.T.ravel().tolist()
        return found


class Grid:
    """What one statement found, placed.

    Its columns: subject, span, number of samples, oldest and newest moment, the sums, and where `has_values` at last
    the list of every sample's `x`.
    """

    def __init__(self, layout: Layout, found: Table, sums: Sequence[str], *, has_values: bool) -> None:
        self._layout = layout
        self._places, counted = layout.cells(found)
        samples = self._placed(_numbers(found, 2)[counted])
        self.columns = Columns(
            samples=layout.added(samples),
            oldest=layout.least(self._placed(_numbers(found, 3)[counted], _LARGEST)),
            newest=layout.most(self._placed(_numbers(found, 4)[counted], -_LARGEST)),
            sums={
                name: layout.added(self._placed(_numbers(found, number)[counted]))
                for number, name in enumerate(sums, start=5)
            },
        )
        self._values = np.empty(0, dtype=np.int64)
        self._bounds = np.concatenate([[0], np.cumsum(samples)])
        if has_values and len(counted):
            lists = found.column(found.num_columns - 1).combine_chunks()
            values, offsets = list_flatten(lists).to_numpy(), list_offsets(lists).to_numpy()
            order = counted[np.argsort(self._places)]
            self._values = np.concatenate([values[offsets[row] : offsets[row + 1]] for row in order])

    def _placed(self, numbers: Whole, missing: int = 0) -> Whole:
        return self._layout.placed(self._places, numbers, missing)

    def values(self) -> Iterator[Whole]:
        """Every `x` of each team in each period, in their places; in any order, not to be changed."""
        width = len(self._layout.subjects)
        for ranges in self._layout.ranges:
            for first, last in self._layout.spans:
                slices = [
                    self._values[self._bounds[span * width + begin] : self._bounds[span * width + end]]
                    for span in range(first, last)
                    for begin, end in ranges
                ]
                yield slices[0] if len(slices) == 1 else np.concatenate(slices)

    def percentiles(self, statistics: Sequence[Statistic]) -> dict[Statistic, list[int]]:
        """Those of `x` in the places of teams and periods, in parts of one by the denominator of the percentile.

        Where there is no sample it means nothing.
        """
        samples = np.array(self.columns.samples, dtype=np.int64)
        neighbours = [_neighbours(samples, QUANTILES[statistic]) for statistic in statistics]
        places = np.stack([place for both in neighbours for place in both], axis=1)
        found = np.zeros_like(places)
        for number, values in enumerate(self.values()):
            if len(values):
                found[number] = at_places(values, places[number])[places[number]]
        # Only what could go beyond 64 bits is multiplied as Python's own numbers.
        exact = found if np.abs(found).max(initial=0) < _SMALL else found.astype(object)
        amounts: dict[Statistic, list[int]] = {}
        for number, statistic in enumerate(statistics):
            lower, upper = exact[:, 2 * number], exact[:, 2 * number + 1]
            amounts[statistic] = interpolate(lower, upper, samples, QUANTILES[statistic])[0].tolist()
        return amounts


def added_up(layout: Layout, found: Table) -> list[int]:
    """The sums for every team and period of rows of subject, span and a number."""
    places, counted = layout.cells(found)
    return layout.added(layout.placed(places, _numbers(found, 2)[counted]))


def _neighbours(samples: Whole, quantile: tuple[int, int]) -> tuple[Whole, Whole]:
    """The places next to `(samples - 1) * quantile`, counted from 0; the same one where that is whole."""
    numerator, denominator = quantile
    place = np.maximum(samples - 1, 0) * numerator
    return place // denominator, -(-place // denominator)


def at_places(values: Whole, places: Sequence[int] | Whole) -> Whole:
    """Values of which those at `places`, counted from 0, are where they are when all are sorted."""
    return np.sort(values) if len(values) <= _SORTED_WHOLE else np.partition(values, places)


def _numbers(found: Table, column: int) -> Whole:
    numbers: Whole = found.column(column).to_numpy() if found.num_rows else np.empty(0, dtype=np.int64)
    return numbers


def _side_by_side(teams: Mapping[str, Collection[str]]) -> list[str]:
    """All subjects, so that those of a team are neighbours as far as the teams nest."""
    within: dict[str, list[int]] = {}
    larger_first = sorted(teams.values(), key=lambda subjects: -len(subjects))
    for number, subjects in enumerate(larger_first):
        for subject in subjects:
            within.setdefault(subject, []).append(number)
    return sorted(within, key=lambda subject: (within[subject], subject))


def _ranges(places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Ascending places as ranges, each from its first to behind its last."""
    begin = places[0]
    for place, following in pairwise(places):
        if following != place + 1:
            yield begin, place + 1
            begin = following
    yield begin, places[-1] + 1


def _spans(period: Period, place: int, bounds: Sequence[int]) -> tuple[int, int]:
    """From the first span of a period to behind its last one."""
    if not bounds:
        return place, place + 1
    return bounds.index(period.starts_at) + 1, bounds.index(period.ends_at) + 1
