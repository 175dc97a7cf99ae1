"""From a value and its anchors to a colour and a score.

The colour is an exact comparison. The score is drawn beside it: 0 to 1/3 while red, 1/3 to 2/3 while
yellow, 2/3 to 1 while green, so the two never disagree by more than the shared ends of these spans: a
value on the red line is red and scores 1/3, where yellow begins.

Anchors are made ready once and then asked about many values: as whole numbers, which are compared and divided ten
times faster than fractions, and as exactly.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Literal

from scorecard_exporter.config.model import Anchors, Axis, Band
from scorecard_exporter.quantities import nearest_float
from scorecard_exporter.scorecard.target import OPEN, Domain, sides

Status = Literal["green", "yellow", "red", "grey"]
STATUSES: tuple[Status, ...] = ("green", "yellow", "red", "grey")
THIRD = 1 / 3

Judge = Callable[[Fraction], tuple[float, Status]]
"""From a value to its score (0 to 1) and its colour."""
Colour = Callable[[Fraction], Status]
_Score = Callable[[Fraction], float]


def judge_by(anchors: Anchors | Band, axis: Axis = "linear", domain: Domain = OPEN) -> Judge:
    """What judges values against anchors as `anchors_in_force` gives them.

    Which way is better is told by the anchors: from red to goal. A band scores the smaller of its two sides.
    """
    colour = colour_by(anchors)
    if isinstance(anchors, Band):
        lower, upper = (judge_by(side, axis) for side in sides(anchors, axis, domain))
        return lambda value: (min(lower(value)[0], upper(value)[0]), colour(value))
    scores: Mapping[Status, _Score] = {
        "green": _between(anchors.goal, anchors.best, axis, 2) or (lambda _: 1.0),
        "yellow": _between(anchors.red, anchors.goal, axis, 1) or (lambda _: 1 / 3),
        "red": _between(anchors.worst, anchors.red, axis, 0) or (lambda _: 0.0),
    }

    def judge(value: Fraction) -> tuple[float, Status]:
        status = colour(value)
        return scores[status](value), status

    return judge


def colour_by(anchors: Anchors | Band) -> Colour:
    """What colours values: green when the goal is met, red when the red line is reached or passed, yellow between."""
    if isinstance(anchors, Band):
        return _colour_by_band(anchors)
    parts = math.lcm(anchors.goal.denominator, anchors.red.denominator)
    if anchors.goal <= anchors.red:
        parts = -parts  # less is better: turned round, more is
    goal, red = int(anchors.goal * parts), int(anchors.red * parts)

    def colour(value: Fraction) -> Status:
        numerator, denominator = value.as_integer_ratio()
        place = numerator * parts
        if place >= goal * denominator:
            return "green"
        return "yellow" if place > red * denominator else "red"

    return colour


def _colour_by_band(band: Band) -> Colour:
    lines = (band.red_low, band.goal_low, band.goal_high, band.red_high)
    parts = math.lcm(*(line.denominator for line in lines))
    red_low, goal_low, goal_high, red_high = (int(line * parts) for line in lines)

    def colour(value: Fraction) -> Status:
        numerator, denominator = value.as_integer_ratio()
        place = numerator * parts
        if goal_low * denominator <= place <= goal_high * denominator:
            return "green"
        return "yellow" if red_low * denominator < place < red_high * denominator else "red"

    return colour


def _between(start: Fraction | None, end: Fraction | None, axis: Axis, thirds: int) -> _Score | None:
    """What scores values on the way from `start`, which scores so many thirds, to `end`, which scores one more.

    None where there is no such way.
    """
    if start is None or end is None or start == end:
        return None
    if axis == "log":
        begin, length = _position(start), _position(end) - _position(start)
        return lambda value: thirds / 3 + THIRD * min(max((_position(value) - begin) / length, 0.0), 1.0)
    parts = math.lcm(start.denominator, end.denominator) * (1 if start < end else -1)
    first, way = int(start * parts), int((end - start) * parts)

    def score(value: Fraction) -> float:
        # Whole numbers up to the last division, which is exact to the last digit.
        numerator, denominator = value.as_integer_ratio()
        whole = way * denominator
        gone = min(max(numerator * parts - first * denominator, 0), whole)
        return (thirds * whole + gone) / (3 * whole)

    return score


def _position(value: Fraction) -> float:
    """On the log axis; zero and less lie at its end, infinitely far away."""
    number = nearest_float(value)
    return math.log(number) if number > 0 else -math.inf
