"""Whether a measure moves, and where it may be going: a straight line through its periods. Pure.

What may be said is bounded by docs/definitions.md: a trend only from 20 samples on and where its 95 % interval
excludes zero; a forecast only from 10 points on, with a range. The line is that of least squares on the measure's
axis; intervals and ranges are those of Student's distribution (Draper and Smith, "Applied Regression Analysis",
3rd edition, sections 1.4 and 3.1). The periods must not overlap: values of rolling windows would repeat each other.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from scorecard_exporter.config.model import Axis
from scorecard_exporter.measures.statistics import ENOUGH_SAMPLES
from scorecard_exporter.quantities import DAY
from scorecard_exporter.scorecard.points import MeasurePoint

ENOUGH_POINTS = 10
FEWEST_POINTS = 3
"""Through two points every line fits: nothing could be said of how well."""
MONTH = 30 * DAY * 1_000_000
"""Microseconds, as in rates."""

_STUDENT = (
    *(12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228),
    *(2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086),
    *(2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042),
)
"""The 97.5 % points of Student's distribution with 1 to 30 degrees of freedom."""

Domain = tuple[Fraction | None, Fraction | None]


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line through the values of periods, on an axis.

    `slope`, `low`, `high`: change in 30 days and its 95 % interval, on a logarithmic axis of the logarithm.
    `middle`: mean time (microseconds) and mean value, through which it goes. `width`: sum of the squared distances in
    time, in units of 30 days. `deviation`: of the values from the line.
    """

    axis: Axis
    points: int
    samples: int
    slope: float
    low: float
    high: float
    middle: tuple[float, float]
    width: float
    deviation: float

    @property
    def is_trend(self) -> bool:
        """Whether the values move by more than chance may do."""
        return self.samples >= ENOUGH_SAMPLES and (self.low > 0 or self.high < 0)

    def forecast(self, at: int, domain: Domain) -> tuple[float, float] | None:
        """Between which values 95 % of such measures will be in a period that ends at `at`; None from too few points.

        What is impossible by the `domain` is cut off.
        """
        if self.points < ENOUGH_POINTS:
            return None
        distance = (at - self.middle[0]) / MONTH
        expected = self.middle[1] + self.slope * distance
        spread = _student(self.points) * self.deviation
        spread *= math.sqrt(1 + 1 / self.points + distance * distance / self.width)
        ends = (expected - spread, expected + spread)
        low, high = map(math.exp, ends) if self.axis == "log" else ends
        return _within(low, domain), _within(high, domain)


def line(points: Sequence[MeasurePoint], axis: Axis) -> Line | None:
    """The line through all points that have a value; None where there are fewer than three.

    Of values that are not all above zero the axis is linear.
    """
    known = [(point.period.ends_at, float(point.value), point.samples) for point in points if point.value is not None]
    if len(known) < FEWEST_POINTS:
        return None
    if any(value <= 0 for _, value, _ in known):
        axis = "linear"
    count = len(known)
    values = [math.log(value) if axis == "log" else value for _, value, _ in known]
    time, level = sum(at for at, _, _ in known) / count, sum(values) / count
    distances = [(at - time) / MONTH for at, _, _ in known]
    width = sum(one * one for one in distances)
    slope = sum(one * (value - level) for one, value in zip(distances, values, strict=True)) / width
    rest = sum((value - level - slope * one) ** 2 for one, value in zip(distances, values, strict=True))
    deviation = math.sqrt(rest / (count - 2))
    half = _student(count) * deviation / math.sqrt(width)
    samples = sum(number for _, _, number in known)
    return Line(axis, count, samples, slope, slope - half, slope + half, (time, level), width, deviation)


def _student(points: int) -> float:
    """The quantile for a line through so many points; beyond the table the last one, which is a little wider."""
    return _STUDENT[min(points - 2, len(_STUDENT)) - 1]


def _within(value: float, domain: Domain) -> float:
    low, high = domain
    value = value if low is None else max(value, float(low))
    return value if high is None else min(value, float(high))
