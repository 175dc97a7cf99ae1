"""From the scores of children to the score, coverage and colour of their parent."""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction
from operator import mul
from typing import NamedTuple

from scorecard_exporter.quantities import nearest_float
from scorecard_exporter.scorecard.model import MeasureStatus
from scorecard_exporter.scorecard.score import Status

TOLERANCE = 1e-9
GREEN_FROM, RED_BELOW = 2 / 3, 1 / 3
ENOUGH_COVERAGE = Fraction(1, 2)
CAP = 0.666
"""The best score of a parent below which something critical is wrong; still yellow."""


class Child(NamedTuple):
    """What a parent needs to know of a child.

    `applies`: False where there is nothing to measure. `alarm`: the child, or something in it, is
    critical and red, or critical and without the number it should have.
    """

    weight: Fraction
    score: float | None
    applies: bool
    alarm: bool


class Rolled(NamedTuple):
    """A parent: a child of its own parent in turn, with coverage and colour.

    `coverage`: the share of the weight that has a score, 0 to 1; 1 where nothing that applies counts.
    """

    score: float | None
    coverage: float
    status: Status
    applies: bool
    alarm: bool

    def child(self, weight: Fraction, *, critical: bool = False) -> Child:
        """This parent as a child of its own; `critical`: it raises the alarm when red or without a score."""
        alarm = self.alarm or (critical and self.applies and self.status in ("red", "grey"))
        return Child(weight, self.score, self.applies, alarm)


def measure_child(status: MeasureStatus) -> Child:
    """A judged measure as a child of its objective."""
    measure, absence = status.measure, status.absence
    applies = absence is None or absence.state != "not_applicable"
    alarm = measure.critical and applies and status.status in ("red", "grey")
    return Child(measure.weight, status.score, applies, alarm)


def roll_up(children: Iterable[Child]) -> Rolled:
    """Weighted mean of the children that have a score, whatever their order.

    Children that do not apply count neither as present nor as missing. Below half of the weight the parent
    is grey and has no score. An alarm anywhere below leaves it at most yellow, with a score of at most 0.666.
    """
    every = tuple(children)
    alarm = any(child.alarm for child in every)
    counted = [child for child in every if child.applies and child.weight]
    scored = [(child.weight, child.score) for child in counted if child.score is not None]
    coverage, is_enough = 1.0, True
    if len(scored) < len(counted):
        whole = sum((child.weight for child in counted), Fraction(0))
        share = sum((weight for weight, _ in scored), Fraction(0)) / whole
        coverage, is_enough = float(share), share >= ENOUGH_COVERAGE
    if not scored or not is_enough:
        return Rolled(None, coverage, "grey", bool(counted), alarm)
    mean = _mean(scored)
    score = min(mean, CAP) if alarm else mean
    return Rolled(score, coverage, _colour(score), applies=True, alarm=alarm)


def _mean(scored: list[tuple[Fraction, float]]) -> float:
    """Weighted, the same in every order, and within the scores, which rounding alone would not keep."""
    weights = [nearest_float(weight) for weight, _ in scored]
    scores = [score for _, score in scored]
    mean = math.fsum(map(mul, weights, scores)) / math.fsum(weights)
    return min(max(mean, min(scores)), max(scores))


def _colour(score: float) -> Status:
    if score + TOLERANCE >= GREEN_FROM:
        return "green"
    return "red" if score + TOLERANCE < RED_BELOW else "yellow"
