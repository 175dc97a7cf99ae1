"""From a value and its anchors to a colour and a score.

The colour is an exact comparison. The score is drawn beside it: 0 to 1/3 while red, 1/3 to 2/3 while
yellow, 2/3 to 1 while green, so the two never disagree by more than the shared ends of these spans: a
value on the red line is red and scores 1/3, where yellow begins.
"""

from __future__ import annotations

import math
from fractions import Fraction

from scorecard_exporter.config.model import Anchors, Axis, Band
from scorecard_exporter.scorecard.model import Status
from scorecard_exporter.scorecard.target import OPEN, Domain, sides

THIRD, TWO_THIRDS = Fraction(1, 3), Fraction(2, 3)


def judge(
    value: Fraction, anchors: Anchors | Band, axis: Axis = "linear", domain: Domain = OPEN
) -> tuple[float, Status]:
    """Score (0 to 1) and colour of a value against anchors as `anchors_in_force` gives them.

    Which way is better is told by the anchors: from red to goal. A band scores the smaller of its two sides.
    """
    status = colour(value, anchors)
    if isinstance(anchors, Band):
        both = sides(anchors, axis, domain)
        return float(min(_score(value, side, axis, colour(value, side)) for side in both)), status
    return float(_score(value, anchors, axis, status)), status


def colour(value: Fraction, anchors: Anchors | Band) -> Status:
    """Green when the goal is met, red when the red line is reached or passed, yellow between."""
    if isinstance(anchors, Band):
        if anchors.goal_low <= value <= anchors.goal_high:
            return "green"
        return "yellow" if anchors.red_low < value < anchors.red_high else "red"
    if _reaches(value, anchors.goal, anchors):
        return "green"
    return "yellow" if _reaches(value, anchors.red, anchors) and value != anchors.red else "red"


def _reaches(value: Fraction, line: Fraction, anchors: Anchors) -> bool:
    """Whether the value is at least as good as `line`."""
    # Multiplied out: comparing fractions otherwise takes a good part of a long history.
    gap = value.numerator * line.denominator - line.numerator * value.denominator
    return gap >= 0 if anchors.goal > anchors.red else gap <= 0


def _score(value: Fraction, anchors: Anchors, axis: Axis, status: Status) -> Fraction | float:
    if status == "green":
        if anchors.best in (None, anchors.goal):
            return 1
        return TWO_THIRDS + THIRD * _way(value, anchors.goal, anchors.best, axis)
    if status == "yellow":
        return THIRD + THIRD * _way(value, anchors.red, anchors.goal, axis)
    if anchors.worst in (None, anchors.red):
        return 0
    return THIRD * _way(value, anchors.worst, anchors.red, axis)


def _way(value: Fraction, start: Fraction, end: Fraction, axis: Axis) -> Fraction | float:
    """How far `value` is on the way from `start` to `end` along the axis, 0 to 1."""
    if axis == "linear":
        way: Fraction | float = (value - start) / (end - start)
    else:
        way = (_position(value) - _position(start)) / (_position(end) - _position(start))
    return min(max(way, 0), 1)


def _position(value: Fraction) -> float:
    """On the log axis; zero and less lie at its end, infinitely far away."""
    number = float(value)
    return math.log(number) if number > 0 else -math.inf
