"""From the scores of children to the score, coverage and colour of their parent."""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction
from operator import mul
from typing import NamedTuple

from scorecard_exporter.quantities import nearest_float
from scorecard_exporter.scorecard.score import Status

TOLERANCE = 1e-9
GREEN_FROM, RED_BELOW = 2 / 3, 1 / 3
CAP = 0.666
"""The best score of a parent below which something critical is wrong; still yellow."""


class Weight(NamedTuple):
    """How much a child counts beside its siblings: exactly, and as the nearest float."""

    exact: Fraction
    number: float

    @classmethod
    def of(cls, weight: Fraction) -> Weight:
        """As people wrote it."""
        return cls(weight, nearest_float(weight))


Child = tuple[Weight, float | None, bool, bool]
"""What a parent needs to know of a child: weight, score, whether it applies, whether it raises the alarm.

It does not apply where there is nothing to measure. It raises the alarm when it, or something in it, is critical and
red, or critical and without the number it should have. Plain, because a long history has more than a million.
"""


class Rolled(NamedTuple):
    """A parent: a child of its own parent in turn, with coverage and colour.

    `coverage`: the share of the weight that has a score, 0 to 1; 1 where nothing that applies counts.
    """

    score: float | None
    coverage: float
    status: Status
    applies: bool
    alarm: bool

    def child(self, weight: Weight, *, critical: bool = False) -> Child:
        """This parent as a child of its own; `critical`: it raises the alarm when red or without a score."""
        alarm = self.alarm or (critical and self.applies and self.status in ("red", "grey"))
        return weight, self.score, self.applies, alarm


def roll_up(children: Iterable[Child]) -> Rolled:
    """Weighted mean of the children that have a score, whatever their order.

    Children that do not apply count neither as present nor as missing. Below half of the weight the parent
    is grey and has no score. An alarm anywhere below leaves it at most yellow, with a score of at most 0.666.
    """
    alarm = False
    scored: list[Weight] = []
    missing: list[Weight] = []
    scores: list[float] = []
    for weight, score, applies, is_alarmed in children:
        alarm = alarm or is_alarmed
        if applies and weight.number:
            if score is None:
                missing.append(weight)
            else:
                scored.append(weight)
                scores.append(score)
    coverage, is_enough = _coverage(scored, missing) if missing else (1.0, True)
    if not scored or not is_enough:
        return Rolled(None, coverage, "grey", bool(scored or missing), alarm)
    mean = _mean(scored, scores)
    found = min(mean, CAP) if alarm else mean
    return Rolled(found, coverage, _colour(found), applies=True, alarm=alarm)


def _coverage(scored: list[Weight], missing: list[Weight]) -> tuple[float, bool]:
    """Which share of the weight has a score, and whether that is enough: at least half of it.

    In whole numbers, which are as exact as fractions and faster.
    """
    ratios = [[weight.exact.as_integer_ratio() for weight in weights] for weights in (scored, missing)]
    parts = math.lcm(*[denominator for some in ratios for _, denominator in some])
    there, lacking = [sum([numerator * (parts // denominator) for numerator, denominator in some]) for some in ratios]
    return there / (there + lacking), there >= lacking


def _mean(scored: list[Weight], scores: list[float]) -> float:
    """Weighted, the same in every order, and within the scores, which rounding alone would not keep."""
    if len(scores) == 1:
        return scores[0]
    weights = [weight.number for weight in scored]
    mean = math.fsum(map(mul, weights, scores)) / math.fsum(weights)
    return min(max(mean, min(scores)), max(scores))


def _colour(score: float) -> Status:
    if score + TOLERANCE >= GREEN_FROM:
        return "green"
    return "red" if score + TOLERANCE < RED_BELOW else "yellow"
