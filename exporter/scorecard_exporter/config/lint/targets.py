"""Whether targets can do what they are for, and whether what is measured is worth having more of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from scorecard_exporter.config.lint.advice import Advice
from scorecard_exporter.config.model import Anchors, Configuration, Measure, Target
from scorecard_exporter.quantities import DAY, instant, write

_MICROS_PER_DAY = DAY * 1_000_000
QUARTER = 90 * _MICROS_PER_DAY
_VOLUME = re.compile(
    r"(?<![a-z])(lines?[ _-]?(of[ _-]?code)?|loc|commits?|story[ _-]?points?|velocity)(?![a-z])", re.IGNORECASE
)
"""Names of what is produced, whatever comes of it."""
_COUNTED_IN = ("count", "points", "per_day")
"""Units of volume; a share or a time made of it is something else."""


def targets(configuration: Configuration, at: int) -> Iterator[Advice]:
    """Every target at the moment `at` (microseconds)."""
    for scorecard in configuration.scorecards.values():
        for _, _, measure in scorecard.measures():
            about = f"{scorecard.id}/{measure.id}"
            yield from _unreachable(measure, about)
            yield from _unchanged(measure, about, at)
            yield from _volume(measure, about)


def _unreachable(measure: Measure, about: str) -> Iterator[Advice]:
    """A rate whose smallest reading above zero is already better than red."""
    days = Fraction(measure.definition.window, _MICROS_PER_DAY)
    slow = [rate for rate in _red_rates(measure) if days * rate < 1]
    if slow:
        red, window = write(slow[0], "per_day"), write(days * DAY, "seconds")
        sentence = (
            f"with red at {red} in a window of {window}, the smallest reading above zero is never red; "
            "lengthen the window, or move the red line"
        )
        yield Advice("red-never-reached", about, sentence)


def _red_rates(measure: Measure) -> Iterator[Fraction]:
    if measure.definition.unit != "per_day":
        return
    for point in (point for target in measure.every_target() for point in target.points):
        yield point.anchors.red if isinstance(point.anchors, Anchors) else point.anchors.red_low


def _unchanged(measure: Measure, about: str, at: int) -> Iterator[Advice]:
    ages = [age for target in measure.every_target() if (age := _newest(target, at)) is not None]
    if ages and min(ages) > QUARTER:
        sentence = (
            f"its newest target is {min(ages) // _MICROS_PER_DAY} days old; confirm it with a new date, or move it"
        )
        yield Advice("target-unchanged", about, sentence)


def _newest(target: Target, at: int) -> int | None:
    """How long ago the last date of a target was; None where none was written. What is to come is no age."""
    dates = [instant(point.at) for point in target.points if point.at is not None]
    return max(0, at - dates[-1]) if dates else None


def _volume(measure: Measure, about: str) -> Iterator[Advice]:
    if measure.better == "lower" or not measure.weight or measure.definition.unit not in _COUNTED_IN:
        return
    names = (measure.id, measure.title, *(series.name for series in measure.definition.series[:1]))
    counted = next((name for name in names if _VOLUME.search(name)), None)
    if counted:
        sentence = (
            f"it rewards more of what “{counted}” counts; measure what comes of the work, or show it with 'weight: 0'"
        )
        yield Advice("rewards-volume", about, sentence)
