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
from scorecard_exporter.scorecard.target import OPEN, Domain, sides

Status = Literal["green", "yellow", "red", "grey"]
STATUSES: tuple[Status, ...] = ("green", "yellow", "red", "grey")
THIRD = 1 / 3

Judge = Callable[[Fraction], tuple[float, Status]]
"""From a value to its score (0 to 1) and its colour."""

# Of values as numerator and denominator, as which they are compared and divided.
_Colour = Callable[[int, int], Status]
_Score = Callable[[int, int], float]


def judge_by(anchors: Anchors | Band, axis: Axis = "linear", domain: Domain = OPEN) -> Judge:
    """What judges values against anchors as `anchors_in_force` gives them.

    Which way is better is told by the anchors: from red to goal. A band scores the smaller of its two sides.
    """
    if isinstance(anchors, Band):
        lower, upper = (judge_by(side, axis) for side in sides(anchors, axis, domain))
        colour_of = colour_by(anchors)
        return lambda value: (min(lower(value)[0], upper(value)[0]), colour_of(value))
    colour = _colour_by_line(anchors)
    scores: Mapping[Status, _Score] = {
        "green": _between(anchors.goal, anchors.best, axis, 2) or (lambda *_: 1.0),
        "yellow": _between(anchors.red, anchors.goal, axis, 1) or (lambda *_: 1 / 3),
        "red": _between(anchors.worst, anchors.red, axis, 0) or (lambda *_: 0.0),
    }

    def judge(value: Fraction) -> tuple[float, Status]:
        numerator, denominator = value.as_integer_ratio()
        status = colour(numerator, denominator)
        return scores[status](numerator, denominator), status

    return judge


def colour_by(anchors: Anchors | Band) -> Callable[[Fraction], Status]:
    """What colours values: green when the goal is met, red when the red line is reached or passed, yellow between."""
    colour = _colour_by_band(anchors) if isinstance(anchors, Band) else _colour_by_line(anchors)
    return lambda value: colour(*value.as_integer_ratio())


def _colour_by_line(anchors: Anchors) -> _Colour:
    parts = math.lcm(anchors.goal.denominator, anchors.red.denominator)
    if anchors.goal <= anchors.red:
        parts = -parts  # less is better: turned round, more is
    goal, red = int(anchors.goal * parts), int(anchors.red * parts)

    def colour(numerator: int, denominator: int) -> Status:
        place = numerator * parts
        if place >= goal * denominator:
            return "green"
        return "yellow" if place > red * denominator else "red"

    return colour


def _colour_by_band(band: Band) -> _Colour:
    lines = (band.red_low, band.goal_low, band.goal_high, band.red_high)
    parts = math.lcm(*(line.denominator for line in lines))
    red_low, goal_low, goal_high, red_high = (int(line * parts) for line in lines)

    def colour(numerator: int, denominator: int) -> Status:
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
        begin, close = (_position(*one.as_integer_ratio()) for one in (start, end))
        return lambda *value: thirds / 3 + THIRD * min(max((_position(*value) - begin) / (close - begin), 0.0), 1.0)
    parts = math.lcm(start.denominator, end.denominator) * (1 if start < end else -1)
    first, way = int(start * parts), int((end - start) * parts)

    def score(numerator: int, denominator: int) -> float:
        # Whole numbers up to the last division, which is exact to the last digit.
        whole = way * denominator
        gone = numerator * parts - first * denominator
        if gone <= 0:
            return thirds / 3
        return (thirds * whole + gone) / (3 * whole) if gone < whole else (thirds + 1) / 3

    return score


def _position(numerator: int, denominator: int) -> float:
    """On the log axis; zero and less lie at its end, infinitely far away."""
    number = numerator / denominator
    return math.log(number) if number > 0 else -math.inf
