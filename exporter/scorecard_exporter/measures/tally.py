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
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar

from scorecard_exporter.events.model import BEGINNING
from scorecard_exporter.measures.finding import MICROS
from scorecard_exporter.measures.model import Period, Series
from scorecard_exporter.measures.observations import Newest, Overlapping, Span
from scorecard_exporter.measures.tree import AddedUp, Tree

_Made = TypeVar("_Made")

_LARGEST_DIVISOR = 2**256
"""Whole numbers of such a length are still several times faster than fractions."""


class Contribution(NamedTuple):
    """What raw subjects of a series contribute in one period: one of them in one unit, or several together.

    `total`: the sum of their values, or of the newest ones, in fractions of the unit. `samples`: observations behind
    it. `newest_at`: the last microsecond that the newest of them speaks of. `fresh`: how many of the `contributions`
    are. `others`: units that they are in and should not be. `raw`: which one it is of.
    """

    total: int | Fraction
    samples: int
    newest_at: int
    contributions: int
    fresh: int
    others: frozenset[str]
    raw: str = ""


class Contributions(NamedTuple):
    """Those of each subject. The value of one is its `total / divisor`."""

    by_subject: Mapping[str, Sequence[Contribution]]
    divisor: int


_NONE: frozenset[str] = frozenset()
_NOTHING = Contribution(0, 0, BEGINNING, 0, 0, _NONE)


class Tally:
    """The contributions to a series in one period, and their sums by team.

    `spans`: asks for the time that the observations cover, by subject. `read_until`: up to which moment some source of
    the series was read; None: none was read to its end.
    """

    def __init__(
        self,
        series: Series,
        tree: Tree,
        contributions: Contributions,
        spans: Callable[[], Mapping[str, tuple[Span, ...]]],
        read_until: int | None,
    ) -> None:
        self.series = series
        self.tree = tree
        self.by_subject, self.divisor = contributions
        self.read_until = read_until
        self._ask_spans = spans
        self._made: dict[Hashable, Any] = {}
        self.sum = self.added_up(lambda every: every[0] if len(every) == 1 else _add(every), _add).of
        """What counts for a team; there may be no contribution."""

    def means(self, team: str) -> Fraction:
        """The mean of each contribution to a team that has some, added up."""
        means, divisor = self._means
        return Fraction(means.of(team), self.divisor * divisor)

    def covered(self, team: str) -> int:
        """How much of the period, in microseconds, the least covered subject of a team covers."""
        return self._covered.of(team)

    def found(self, team: str) -> list[Contribution]:
        """Each contribution that counts for a team, by its subject and raw subject."""
        subjects = sorted(self.tree.subjects(team))
        return [one for subject in subjects for one in sorted(self.by_subject[subject], key=attrgetter("raw"))]

    def by_raw(self, team: str) -> Mapping[str, int | Fraction]:
        """What each raw subject of a team contributes, once; to be divided by `divisor`."""
        return self._by_raw.of(team) if self.is_apart else _totals(self.found(team))

    def totals(self, subject: str) -> Mapping[str, int | Fraction]:
        """The same of one subject."""
        return _totals(self.by_subject[subject])

    def divided(self, amount: int | Fraction, other: Tally, by: int | Fraction) -> Fraction:
        """An amount of this tally divided by one of another tally, which is not zero."""
        if self.divisor == other.divisor:
            return Fraction(amount, by)
        return Fraction(amount * other.divisor, by * self.divisor)

    def once(self, name: Hashable, make: Callable[[], _Made]) -> _Made:
        """Something else that is made of these contributions; made once by this name."""
        if name not in self._made:
            self._made[name] = make()
        made: _Made = self._made[name]
        return made

    def added_up(
        self, of_subject: Callable[[Sequence[Contribution]], _Made], add: Callable[[Sequence[_Made]], _Made]
    ) -> AddedUp[_Made]:
        """What is made of the contributions of each subject, added up for teams."""
        return AddedUp(self.tree, {subject: of_subject(every) for subject, every in self.by_subject.items()}, add)

    @cached_property
    def is_apart(self) -> bool:
        """Whether no raw subject contributes to two subjects, or to one in two units."""
        raws = [one.raw for some in self.by_subject.values() for one in some]
        return len(set(raws)) == len(raws)

    @cached_property
    def _by_raw(self) -> AddedUp[dict[str, int | Fraction]]:
        return self.added_up(_totals, lambda every: dict(chain.from_iterable(one.items() for one in every)))

    @cached_property
    def spans(self) -> Mapping[str, tuple[Span, ...]]:
        """The time of the period that the observations cover, by subject."""
        return self._ask_spans()

    @cached_property
    def _covered(self) -> AddedUp[int]:
        lengths = {spans: sum(end - start for start, end in spans) for spans in set(self.spans.values())}
        return AddedUp(self.tree, {subject: lengths[spans] for subject, spans in self.spans.items()}, min)

    @cached_property
    def _means(self) -> tuple[AddedUp[int | Fraction], int]:
        divisor = common_divisor(one.samples for some in self.by_subject.values() for one in some)

        def of_subject(every: Sequence[Contribution]) -> int | Fraction:
            return sum(one.total * portion(1, one.samples, divisor) for one in every)

        return self.added_up(of_subject, sum), divisor


def _add(every: Sequence[Contribution]) -> Contribution:
    if not every:
        return _NOTHING
    total, samples, newest_at, contributions, fresh, others, _ = zip(*every, strict=True)
    return Contribution(sum(total), sum(samples), max(newest_at), sum(contributions), sum(fresh), _NONE.union(*others))


def _totals(every: Iterable[Contribution]) -> dict[str, int | Fraction]:
    return {one.raw: one.total for one in every}


def newest(rows: Iterable[Newest], series: Series, period: Period) -> Contributions:
    """The newest observations, one of each raw subject."""
    fresh_from = _fresh_from(series, period)
    found: defaultdict[str, list[Contribution]] = defaultdict(list)
    for _, _, subject, raw, unit, amount, at in rows:
        found[subject].append(Contribution(amount, 1, at, 1, int(at >= fresh_from), _others(unit, series), raw))
    return Contributions(found, MICROS)


def whole(rows: Mapping[str, Sequence[Overlapping]], series: Series, period: Period) -> Contributions:
    """Observations that end in the period, with all of their value."""
    ending = {subject: [row for row in some if row[-1] <= period.ends_at] for subject, some in rows.items()}
    found = {subject: some for subject, some in ending.items() if some}
    return Contributions(_joined(found, series, period, {}, 1), MICROS)


def prorated(rows: Mapping[str, Sequence[Overlapping]], series: Series, period: Period) -> Contributions:
    """Observations with that share of their value which lies in the period."""
    starts_at, ends_at = period
    every = chain.from_iterable(rows.values())
    crossing = {row[-2:] for row in every if row[-2] < starts_at or row[-1] > ends_at}
    divisor = common_divisor(closes - opens for opens, closes in crossing)
    weights = {
        (opens, closes): portion(min(closes, ends_at) - max(opens, starts_at), closes - opens, divisor)
        for opens, closes in crossing
    }
    return Contributions(_joined(rows, series, period, weights, divisor), divisor * MICROS)


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
    rows: Mapping[str, Sequence[Overlapping]],
    series: Series,
    period: Period,
    weights: Mapping[Span, int | Fraction],
    whole: int,
) -> dict[str, Sequence[Contribution]]:
    """Of each subject a contribution of each raw subject and unit; what of a row counts is its weight, or `whole`."""
    fresh_from, end = _fresh_from(series, period), period.ends_at
    units = {unit: _others(unit, series) for unit in {row[4] for some in rows.values() for row in some}}

    def of_subject(some: Iterable[Overlapping]) -> Sequence[Contribution]:
        found: dict[tuple[str, str], tuple[int | Fraction, int, int]] = {}
        for _, _, _, raw, unit, amount, samples, starts_at, ends_at in some:
            total, newest_at = amount * weights.get((starts_at, ends_at), whole), min(end, ends_at) - 1
            known = found.get((raw, unit))
            if known:
                found[raw, unit] = known[0] + total, known[1] + samples, max(known[2], newest_at)
            else:
                found[raw, unit] = total, samples, newest_at
        return [
            Contribution(total, samples, newest_at, 1, int(newest_at >= fresh_from), units[unit], raw)
            for (raw, unit), (total, samples, newest_at) in found.items()
        ]

    return {subject: of_subject(some) for subject, some in rows.items()}


def _fresh_from(series: Series, period: Period) -> int:
    """An observation of this moment or later is fresh; a freshness of 0 sets no limit."""
    return period.ends_at - series.freshness if series.freshness else BEGINNING


def _others(unit: str, series: Series) -> frozenset[str]:
    """The unit of an observation where it is not that of the series, in which its number would be read."""
    return _NONE if unit == series.unit or not unit or unit.lower() == series.unit else frozenset((unit,))
