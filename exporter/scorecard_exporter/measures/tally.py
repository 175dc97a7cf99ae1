"""What observations of a series add up to in one period: for each subject, and for the teams above them.

Amounts are whole numbers of one fraction of the unit, which all of a period share. Only where observations of very
many lengths cross an edge of the period, there is no such fraction, and they are exact fractions of a millionth.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from itertools import chain
from math import lcm
from typing import Any, NamedTuple, TypeVar

from scorecard_exporter.events.model import BEGINNING
from scorecard_exporter.measures.finding import MICROS
from scorecard_exporter.measures.model import Period, Series
from scorecard_exporter.measures.observations import Newest, Overlapping, Span
from scorecard_exporter.measures.tree import AddedUp, Tree

_Made = TypeVar("_Made")

_LARGEST_DIVISOR = 2**256
"""Whole numbers of such a length are still several times faster than fractions."""
_NONE: frozenset[str] = frozenset()


class Contribution(NamedTuple):
    """What one raw subject of a series contributes in one period.

    `total`: the sum of its values, or the newest one, in fractions of the unit. `samples`: observations behind it.
    `newest_at`: the last microsecond that the newest of them speaks of.
    """

    raw: str
    unit: str
    total: int | Fraction
    samples: int
    newest_at: int


class Contributions(NamedTuple):
    """Those of each subject. The value of one is its `total / divisor`."""

    by_subject: Mapping[str, Sequence[Contribution]]
    divisor: int


class Sum(NamedTuple):
    """Contributions added up; `fresh`: how many of them are; `others`: units that they are in and should not be."""

    total: int | Fraction
    samples: int
    newest_at: int
    contributions: int
    fresh: int
    others: frozenset[str]


_NOTHING = Sum(0, 0, BEGINNING, 0, 0, _NONE)


class Tally:
    """The contributions to a series in one period, and their sums by team.

    `read_until`: up to which moment some source of the series was read; None: none was read to its end.
    """

    def __init__(
        self, series: Series, tree: Tree, contributions: Contributions, period: Period, read_until: int | None
    ) -> None:
        self.series = series
        self.tree = tree
        self.by_subject, self.divisor = contributions
        self.read_until = read_until
        self._fresh_from = period.ends_at - series.freshness if series.freshness else BEGINNING
        self._sums = AddedUp(tree, self._of_subject, _add)
        self._made: dict[Hashable, Any] = {}

    def sum(self, team: str) -> Sum:
        """What counts for a team; there may be no contribution."""
        return self._sums.of(team)

    def means(self, team: str) -> Fraction:
        """The mean of each contribution to a team that has some, added up."""
        means, divisor = self._means
        return Fraction(means.of(team), self.divisor * divisor)

    def found(self, team: str) -> list[Contribution]:
        """Each contribution that counts for a team, by its subject."""
        return [one for subject in sorted(self.tree.subjects(team)) for one in self.by_subject[subject]]

    def by_raw(self, team: str) -> dict[str, int | Fraction]:
        """What each raw subject of a team contributes, once; to be divided by `divisor`."""
        return {one.raw: one.total for one in self.found(team)}

    def once(self, name: Hashable, make: Callable[[], _Made]) -> _Made:
        """Something else that is made of these contributions; made once by this name."""
        if name not in self._made:
            self._made[name] = make()
        made: _Made = self._made[name]
        return made

    @cached_property
    def is_apart(self) -> bool:
        """Whether no raw subject contributes to two subjects, or to one in two units."""
        raws = [one.raw for some in self.by_subject.values() for one in some]
        return len(set(raws)) == len(raws)

    @cached_property
    def _means(self) -> tuple[AddedUp[int | Fraction], int]:
        divisor = common_divisor(one.samples for some in self.by_subject.values() for one in some)

        def of_subject(subject: str) -> int | Fraction:
            return sum(one.total * portion(1, one.samples, divisor) for one in self.by_subject[subject])

        return AddedUp(self.tree, of_subject, sum), divisor

    def _of_subject(self, subject: str) -> Sum:
        every = self.by_subject[subject]
        return self._of_one(every[0]) if len(every) == 1 else _add([self._of_one(one) for one in every])

    def _of_one(self, one: Contribution) -> Sum:
        _, unit, total, samples, newest_at = one
        is_other = unit and unit != self.series.unit and unit.lower() != self.series.unit
        fresh = 1 if newest_at >= self._fresh_from else 0
        return Sum(total, samples, newest_at, 1, fresh, frozenset((unit,)) if is_other else _NONE)


def _add(sums: Sequence[Sum]) -> Sum:
    if not sums:
        return _NOTHING
    total, samples, newest_at, contributions, fresh, others = zip(*sums, strict=True)
    every = _NONE.union(*others)
    return Sum(sum(total), sum(samples), max(newest_at), sum(contributions), sum(fresh), every)


def newest(rows: Iterable[Newest]) -> Contributions:
    """The newest observations, one of each raw subject."""
    found: defaultdict[str, list[Contribution]] = defaultdict(list)
    for _, _, subject, raw, unit, amount, at in rows:
        found[subject].append(Contribution(raw, unit, amount, 1, at))
    return Contributions(found, MICROS)


def whole(rows: Mapping[str, Sequence[Overlapping]], period: Period) -> Contributions:
    """Observations that end in the period, with all of their value."""
    ending = {subject: [row for row in some if row[-1] <= period.ends_at] for subject, some in rows.items()}
    found = {subject: _joined(some, period, {}, 1) for subject, some in ending.items() if some}
    return Contributions(found, MICROS)


def prorated(rows: Mapping[str, Sequence[Overlapping]], period: Period) -> Contributions:
    """Observations with that share of their value which lies in the period."""
    starts_at, ends_at = period
    every = chain.from_iterable(rows.values())
    crossing = {row[-2:] for row in every if row[-2] < starts_at or row[-1] > ends_at}
    divisor = common_divisor(closes - opens for opens, closes in crossing)
    weights = {
        (opens, closes): portion(min(closes, ends_at) - max(opens, starts_at), closes - opens, divisor)
        for opens, closes in crossing
    }
    found = {subject: _joined(some, period, weights, divisor) for subject, some in rows.items()}
    return Contributions(found, divisor * MICROS)


def common_divisor(lengths: Iterable[int]) -> int:
    """A number that each of these divides; 1 where the least is too large to calculate with."""
    divisor = 1
    for length in set(lengths):
        divisor = lcm(divisor, length)
        if divisor > _LARGEST_DIVISOR:
            return 1
    return divisor


def portion(part: int, length: int, divisor: int) -> int | Fraction:
    """How many parts of `1 / divisor` the share `part / length` has."""
    return part * (divisor // length) if divisor % length == 0 else Fraction(part * divisor, length)


def _joined(
    rows: Iterable[Overlapping], period: Period, weights: Mapping[Span, int | Fraction], whole: int
) -> Sequence[Contribution]:
    """A contribution of each raw subject and unit; what of a row counts is its weight, or `whole`."""
    joined: dict[tuple[str, str], Contribution] = {}
    for _, _, _, raw, unit, amount, samples, starts_at, ends_at in rows:
        total = amount * weights.get((starts_at, ends_at), whole)
        one = Contribution(raw, unit, total, samples, min(ends_at, period.ends_at) - 1)
        known = joined.get((raw, unit))
        joined[raw, unit] = _both(known, one) if known else one
    return tuple(joined.values())


def _both(one: Contribution, other: Contribution) -> Contribution:
    newest_at = max(one.newest_at, other.newest_at)
    return Contribution(one.raw, one.unit, one.total + other.total, one.samples + other.samples, newest_at)
