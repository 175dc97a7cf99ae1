"""Numbers of samples by what they are about and when they count, added up for teams and periods.

A statement answers for each subject and each span of time; a team has several subjects, a period several spans. Whole
numbers throughout: what is added up here is as exact as what an engine would add up.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from arro3.core import Table, list_flatten, list_offsets

from scorecard_exporter.measures.model import Period, Statistic
from scorecard_exporter.measures.statistics import QUANTILES, interpolate

Whole = npt.NDArray[np.int64]

_SAFE = 2.0**62
"""Sums that stay below it are sums of 64 bits."""
_LARGEST = np.iinfo(np.int64).max
_SMALL = 2**57
"""Times the denominator of a percentile it is still a number of 64 bits."""
_SORTED_WHOLE = 250
"""So few values are sorted sooner than the places that are asked for are picked out of them."""
_AT_ONCE = 100_000
"""So many values, or gaps between them, are sorted side by side: they stay in a processor's cache."""


class Columns(NamedTuple):
    """One number of each kind for each team and period; `places` of `Layout` says where. 0 samples: no moments."""

    samples: list[int]
    oldest: list[int]
    newest: list[int]
    sums: Mapping[str, list[int]]


class Percentile(NamedTuple):
    """A percentile for each team and period: `amounts` divided by `divisor`; None where there is no sample."""

    amounts: Sequence[int | None]
    divisor: int


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
        self._ranges = [list(_ranges(places)) for places in members]
        self.spans = [_spans(period, place, bounds) for place, period in enumerate(periods)]
        self._height = len(bounds) + 1 if bounds else len(periods)
        self._teams = {team: place for place, team in enumerate(known)}

    def places(self, team: str) -> range:
        """Where the numbers of a team are, one place for each period; none where it has no subject."""
        number = self._teams.get(team)
        return range(0) if number is None else range(number * len(self.spans), (number + 1) * len(self.spans))

    @cached_property
    def slices(self) -> tuple[Whole, Whole]:
        """Where the cells of every place begin and end, several slices for some, and which slices are whose.

        The first: rows of a first cell and the one behind the last. The second: of each place the number of its first
        slice, and at the end how many there are.
        """
        width = len(self.subjects)
        of_places = [
            [(span * width + begin, span * width + end) for span in range(first, last) for begin, end in ranges]
            for ranges in self._ranges
            for first, last in self.spans
        ]
        cells = np.array([one for slices in of_places for one in slices], dtype=np.int64).reshape(-1, 2)
        return cells, np.cumsum([0, *map(len, of_places)])

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
    """What one statement found, placed: subject, span, number of samples, oldest and newest moment, and the sums.

    Where `has_values` there is a last column, the list of every sample's `x`.
    """

    def __init__(self, layout: Layout, found: Table, sums: Sequence[str], *, has_values: bool) -> None:
        self._layout = layout
        self._places, self._counted = layout.cells(found)
        samples = self._placed(_numbers(found, 2))
        self.columns = Columns(
            samples=layout.added(samples),
            oldest=layout.least(self._placed(_numbers(found, 3), _LARGEST)),
            newest=layout.most(self._placed(_numbers(found, 4), -_LARGEST)),
            sums={name: layout.added(self._placed(_numbers(found, place))) for place, name in enumerate(sums, start=5)},
        )
        self._bounds = np.concatenate([[0], np.cumsum(samples)])
        self._values = self._in_order(found) if has_values and len(self._counted) else np.empty(0, dtype=np.int64)

    def _placed(self, numbers: Whole, missing: int = 0) -> Whole:
        return self._layout.placed(self._places, numbers[self._counted], missing)

    def _in_order(self, found: Table) -> Whole:
        lists = found.column(found.num_columns - 1).combine_chunks()
        values, offsets = list_flatten(lists).to_numpy(), list_offsets(lists).to_numpy()
        order = self._counted[np.argsort(self._places)]
        in_order: Whole = values[_within(offsets[order], offsets[order + 1])]
        return in_order

    def values(self, places: Whole) -> Whole:
        """Every `x` of these places, one place after the other; of each in any order, not to be changed."""
        cells, slices = self._layout.slices
        first, last = cells[_within(slices[places], slices[places + 1])].T
        return self._values[_within(self._bounds[first], self._bounds[last])]

    def percentiles(self, statistics: Sequence[Statistic]) -> dict[Statistic, Percentile]:
        """Those of `x` in the places of teams and periods."""
        samples = np.array(self.columns.samples, dtype=np.int64)
        neighbours = [_neighbours(samples, QUANTILES[statistic]) for statistic in statistics]
        found = self._in_their_order(samples, np.stack([place for both in neighbours for place in both], axis=1))
        # Only what could go beyond 64 bits is multiplied as Python's own numbers.
        exact = found if np.abs(found).max(initial=0) < _SMALL else found.astype(object)
        asked: dict[Statistic, Percentile] = {}
        for number, statistic in enumerate(statistics):
            lower, upper = exact[:, 2 * number], exact[:, 2 * number + 1]
            amounts, divisor = interpolate(lower, upper, samples, QUANTILES[statistic])
            known = zip(amounts.tolist(), self.columns.samples, strict=True)
            asked[statistic] = Percentile([amount if some else None for amount, some in known], divisor)
        return asked

    def _in_their_order(self, samples: Whole, wanted: Whole) -> Whole:
        """Of every place the values that are at the wanted numbers, from 0, when all of its are sorted.

        Places with about as many values are sorted side by side: most have few, and there are many of them.
        """
        found = np.zeros_like(wanted)
        for places in _alike(samples):
            values, most = self.values(places), samples[places[-1]]
            if len(places) == 1:
                found[places] = at_places(values, wanted[places[0]])[wanted[places]]
                continue
            is_there = np.arange(most) < samples[places, np.newaxis]
            rows = np.full(is_there.shape, _LARGEST)
            rows[is_there] = values
            rows.sort(axis=1)
            found[places] = np.take_along_axis(rows, wanted[places], axis=1)
        return found


def added_up(layout: Layout, found: Table) -> list[int]:
    """The sums for every team and period of rows of subject, span and a number."""
    places, counted = layout.cells(found)
    return layout.added(layout.placed(places, _numbers(found, 2)[counted]))


def _neighbours(samples: Whole, quantile: tuple[int, int]) -> tuple[Whole, Whole]:
    """The places next to `(samples - 1) * quantile`, counted from 0; the same one where that is whole."""
    numerator, denominator = quantile
    place = np.maximum(samples - 1, 0) * numerator
    return place // denominator, -(-place // denominator)


def _alike(samples: Whole) -> Iterator[Whole]:
    """The places with samples, those with the fewest first; as many places at once as may be sorted side by side."""
    places = np.argsort(samples, kind="stable")
    places = places[np.searchsorted(samples[places], 1) :]
    while len(places):
        rows_by_longest = np.arange(1, len(places) + 1) * samples[places]
        end = max(1, int(np.searchsorted(rows_by_longest, _AT_ONCE, side="right")))
        yield places[:end]
        places = places[end:]


def _within(first: Whole, last: Whole) -> Whole:
    """All places from each first one to before the last one, one after the other."""
    lengths = last - first
    places: Whole = np.arange(lengths.sum()) + np.repeat(first - np.cumsum(lengths) + lengths, lengths)
    return places


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
