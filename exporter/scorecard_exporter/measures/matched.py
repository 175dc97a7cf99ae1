"""Two series that belong together raw subject by raw subject, such as the coverage and the lines of repositories."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from functools import partial
from typing import NamedTuple

from scorecard_exporter.measures.tally import Tally
from scorecard_exporter.measures.tree import AddedUp

_ByRaw = Mapping[str, int | Fraction]


class Matched(NamedTuple):
    """What two series have of some raw subjects: a number of each series, and of how many raw subjects they are.

    `unmatched`: raw subjects that one series has and the other should have too.
    """

    above: int | Fraction
    below: int | Fraction
    number: int
    unmatched: frozenset[str]


Match = Callable[[_ByRaw, _ByRaw], Matched]


def weighted(values: _ByRaw, weights: _ByRaw) -> Matched:
    """The sum of weighted values, and that of their weights."""
    return Matched(
        sum(value * weights.get(raw, 0) for raw, value in values.items()),
        sum(weights.get(raw, 0) for raw in values),
        len(values),
        frozenset(values.keys() - weights.keys()),
    )


def both(above: _ByRaw, below: _ByRaw) -> Matched:
    """The sums of both series, which should have the same raw subjects."""
    unmatched = frozenset(above.keys() ^ below.keys())
    return Matched(sum(above.values()), sum(below.values()), len(above), unmatched)


def matched(above: Tally, below: Tally, team: str, match: Match) -> Matched:
    """The match of all raw subjects of a team."""
    along_the_tree = above.once((match, id(below)), partial(_along_the_tree, above, below, match))
    return along_the_tree.of(team) if along_the_tree else match(above.by_raw(team), below.by_raw(team))


def _along_the_tree(above: Tally, below: Tally, match: Match) -> AddedUp[Matched] | None:
    """The match of each subject, to be added up; None where one of a team is not the sum of those of its subjects."""
    if above.tree is not below.tree or not (above.is_apart and below.is_apart):
        return None
    found = {subject: match(above.totals(subject), below.totals(subject)) for subject in above.by_subject}
    return None if any(one.unmatched for one in found.values()) else AddedUp(above.tree, found, _add)


def _add(every: Iterable[Matched]) -> Matched:
    above, below, number, unmatched = zip(*every, strict=True)
    return Matched(sum(above), sum(below), sum(number), unmatched[0])
