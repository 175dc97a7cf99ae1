"""From a value and its anchors to a colour and a score.

The colour is an exact comparison. The score is drawn beside it: 0 to 1/3 while red, 1/3 to 2/3 while
yellow, 2/3 to 1 while green, so the two never disagree by more than the shared ends of these spans: a
value on the red line is red and scores 1/3, where yellow begins.
"""

from __future__ import annotations

import math
from fractions import Fraction

from scorecard_exporter.config.model import Anchors, Axis, Band
from scorecard_exporter.quantities import nearest_float
from scorecard_exporter.scorecard.model import Status
from scorecard_exporter.scorecard.target import OPEN, Domain, sides

THIRD = 1 / 3


def judge(
    value: Fraction, anchors: Anchors | Band, axis: Axis = "linear", domain: Domain = OPEN
) -> tuple[float, Status]:
    """Score (0 to 1) and colour of a value against anchors as `anchors_in_force` gives them.

    Which way is better is told by the anchors: from red to goal. A band scores the smaller of its two sides.
    """
    status = colour(value, anchors)
    if isinstance(anchors, Band):
        both = sides(anchors, axis, domain)
        return min(_score(value, side, axis, colour(value, side)) for side in both), status
    return _score(value, anchors, axis, status), status


def colour(value: Fraction, anchors: Anchors | Band) -> Status:
    """Green when the goal is met, red when the red line is reached or passed, yellow between."""
    if isinstance(anchors, Band):
        if anchors.goal_low <= value <= anchors.goal_high:
            return "green"
        return "yellow" if anchors.red_low < value < anchors.red_high else "red"
    more_is_better = _gap(anchors.goal, anchors.red) > 0
    beyond_goal, beyond_red = _gap(value, anchors.goal), _gap(value, anchors.red)
    if beyond_goal == 0 or (beyond_goal > 0) == more_is_better:
        return "green"
    return "yellow" if beyond_red != 0 and (beyond_red > 0) == more_is_better else "red"


def _gap(value: Fraction, line: Fraction) -> int:
    """Above zero where `value` is the larger one. Multiplied out: fractions are compared ten times slower."""
    numerator, denominator = value.as_integer_ratio()
    of_line, parts = line.as_integer_ratio()
    return numerator * parts - of_line * denominator


def _score(value: Fraction, anchors: Anchors, axis: Axis, status: Status) -> float:
    if status == "green":
        if anchors.best is None or anchors.best == anchors.goal:
            return 1.0
        return _between(value, anchors.goal, anchors.best, axis, 2)
    if status == "yellow":
        return _between(value, anchors.red, anchors.goal, axis, 1)
    if anchors.worst is None or anchors.worst == anchors.red:
        return 0.0
    return _between(value, anchors.worst, anchors.red, axis, 0)


def _between(value: Fraction, start: Fraction, end: Fraction, axis: Axis, thirds: int) -> float:
    """The score of a value on the way from `start`, which scores so many thirds, to `end`, which scores one more."""
    if axis == "log":
        way = (_position(value) - _position(start)) / (_position(end) - _position(start))
        return thirds / 3 + THIRD * min(max(way, 0.0), 1.0)
    # Whole numbers up to the last division, which is exact to the last digit.
    (numerator, denominator), (begin, parts), (close, of) = (one.as_integer_ratio() for one in (value, start, end))
    gone, whole = (numerator * parts - begin * denominator) * of, (close * parts - begin * of) * denominator
    if whole < 0:
        gone, whole = -gone, -whole
    return (thirds * whole + min(max(gone, 0), whole)) / (3 * whole)


def _position(value: Fraction) -> float:
    """On the log axis; zero and less lie at its end, infinitely far away."""
    number = nearest_float(value)
    return math.log(number) if number > 0 else -math.inf
