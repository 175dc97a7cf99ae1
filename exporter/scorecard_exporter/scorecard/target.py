"""Targets: the anchors in force at a moment, with the ones not given filled in.

Anchors are exact fractions in the measure's unit. Only a schedule between two of its points on a log
axis, where the exact number is irrational, is rounded.
"""

from __future__ import annotations

import math
from dataclasses import fields, replace
from fractions import Fraction

from scorecard_exporter.config.model import Anchors, Axis, Band, Target, TargetPoint
from scorecard_exporter.quantities import instant

Domain = tuple[Fraction | None, Fraction | None]
"""The values a measure can have: from, to; None: open."""

OPEN: Domain = (None, None)
ALWAYS = -(2**63)
"""The smallest BIGINT: since when a target is in force that has no date."""


def anchors_in_force(target: Target, at: int, domain: Domain = OPEN) -> Anchors | Band | None:
    """What `target` asks for at the moment `at` (microseconds); None before its first point.

    `worst` and `best` are filled in: where not given they mirror goal and red, within `domain`; of a
    yes or no they are red and goal. The four anchors of a schedule move from point to point, evenly on
    its axis.
    """
    last = point_in_force(target, at)
    if last is None:
        return None
    anchors = _filled(last.anchors, target, domain)
    ahead = next((point for point in target.points if _begins(point) > at), None)
    if not target.schedule or ahead is None:
        return anchors
    gone = Fraction(at - _begins(last), _begins(ahead) - _begins(last))
    return _moved(anchors, _filled(ahead.anchors, target, domain), gone, target.axis)


def point_in_force(target: Target, at: int) -> TargetPoint | None:
    """The newest point of `target` that has begun at `at` (microseconds); None before its first."""
    return next((point for point in reversed(target.points) if _begins(point) <= at), None)


def sides(band: Band, axis: Axis, domain: Domain = OPEN) -> tuple[Anchors, Anchors]:
    """The lower and the upper side of a band as anchors of their own.

    Each side's `best` mirrors too, but lies no further than the middle of the goal: the middle scores 1.
    """
    middle = between(band.goal_low, band.goal_high, Fraction(1, 2), axis)
    return (
        Anchors(
            worst=_within(_mirrored(band.goal_low, band.red_low, axis), domain),
            red=band.red_low,
            goal=band.goal_low,
            best=min(_mirrored(band.red_low, band.goal_low, axis), middle),
        ),
        Anchors(
            worst=_within(_mirrored(band.goal_high, band.red_high, axis), domain),
            red=band.red_high,
            goal=band.goal_high,
            best=max(_mirrored(band.red_high, band.goal_high, axis), middle),
        ),
    )


def between(start: Fraction, end: Fraction, gone: Fraction, axis: Axis) -> Fraction:
    """The number that lies the share `gone` of the way from `start` to `end` on the axis."""
    if start == end or gone == 0:
        return start
    if axis == "linear":
        return start + (end - start) * gone
    return start * Fraction(math.exp(math.log(end / start) * gone))


def _begins(point: TargetPoint) -> int:
    return ALWAYS if point.at is None else instant(point.at)


def _filled(anchors: Anchors | Band, target: Target, domain: Domain) -> Anchors | Band:
    if isinstance(anchors, Band):
        return anchors
    if target.yes_no:
        return replace(anchors, worst=anchors.red, best=anchors.goal)
    worst, best = anchors.worst, anchors.best
    if worst is None:
        worst = _within(_mirrored(anchors.goal, anchors.red, target.axis), domain)
    if best is None:
        best = _within(_mirrored(anchors.red, anchors.goal, target.axis), domain)
    return replace(anchors, worst=worst, best=best)


def _mirrored(value: Fraction, mirror: Fraction, axis: Axis) -> Fraction:
    return 2 * mirror - value if axis == "linear" else mirror * mirror / value


def _within(value: Fraction, domain: Domain) -> Fraction:
    least, most = domain
    if least is not None and value < least:
        return least
    return most if most is not None and value > most else value


def _moved(start: Anchors | Band, end: Anchors | Band, gone: Fraction, axis: Axis) -> Anchors | Band:
    moved = {
        field.name: between(getattr(start, field.name), getattr(end, field.name), gone, axis) for field in fields(start)
    }
    return Band(**moved) if isinstance(start, Band) else Anchors(**moved)
