"""What a review says of where a measure is going, in words. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from scorecard_exporter.config.model import Axis, Band, Measure, Target
from scorecard_exporter.measures.statistics import ENOUGH_SAMPLES
from scorecard_exporter.quantities import DAY, instant, moment, two_digits, write
from scorecard_exporter.report.trend import Line, line
from scorecard_exporter.scorecard.document import Document, timestamp
from scorecard_exporter.scorecard.numbers import several
from scorecard_exporter.scorecard.points import MeasurePoint
from scorecard_exporter.scorecard.review_periods import ReviewPeriod
from scorecard_exporter.scorecard.wording import day_text, told_apart

LONGEST = 31 * DAY * 1_000_000
"""Microseconds: totals of longer windows, taken at the end of each month, repeat each other."""


def outlook(measure: Measure, target: Target | None, months: Sequence[MeasurePoint], period: ReviewPeriod) -> Document:
    """Trend and forecast of a measure from its months up to the end of a period.

    `trend`: `better`, `worse`, `moving` (of a band, which has no better side) or null where none can be told;
    `trend_text` says what the evidence is. `forecast` is null where none is allowed.
    """
    axis: Axis = "linear" if target is None else target.axis
    if measure.definition.is_total and measure.definition.window > LONGEST:
        window = write(Fraction(measure.definition.window, 1_000_000), "seconds")
        sentence = f"No trend can be told by months: each value is a total of {window}, so that they share most of it."
        return {"trend": None, "trend_text": sentence, "forecast": None}
    through = line(months, axis)
    if through is None:
        values = sum(point.value is not None for point in months)
        sentence = f"No trend can be told: {several(values, 'month')} of {len(months)} with a value."
        return {"trend": None, "trend_text": sentence, "forecast": None}
    return {
        "trend": _direction(through, measure, target) if through.is_trend else None,
        "trend_text": _sentence(through, measure, target),
        "forecast": _forecast(through, measure, target, months, period),
    }


def _direction(through: Line, measure: Measure, target: Target | None) -> str:
    if target is not None and any(isinstance(point.anchors, Band) for point in target.points):
        return "moving"
    return "better" if (through.slope > 0) == (measure.better == "higher") else "worse"


def _sentence(through: Line, measure: Measure, target: Target | None) -> str:
    unit, samples = measure.definition.unit, several(through.samples, "sample")
    interval = f"{_change(through, through.low, unit)} to {_change(through, through.high, unit)}"
    if through.samples < ENOUGH_SAMPLES:
        return f"No trend can be told from {samples}: it takes {ENOUGH_SAMPLES}."
    if not through.is_trend:
        return f"No trend beyond chance: {interval} in 30 days (95 % interval, {samples})."
    word = _direction(through, measure, target).capitalize()
    change = _change(through, through.slope, unit)
    return f"{word}: {change} in 30 days, 95 % interval {interval}; {several(through.points, 'month')}, {samples}."


def _change(through: Line, change: float, unit: str) -> str:
    """A change in 30 days with its sign."""
    if through.axis == "log":
        return f"{_signed(100 * math.expm1(change))} %"
    if unit == "ratio":
        return f"{_signed(100 * change)} percentage points"
    text = write(abs(change), unit)
    return f"{'-' if change < 0 else '+'}{text}"


def _signed(number: float) -> str:
    return f"{'-' if number < 0 else '+'}{two_digits(abs(number))}"


def _forecast(
    through: Line, measure: Measure, target: Target | None, months: Sequence[MeasurePoint], period: ReviewPeriod
) -> Document | None:
    at = _until(target, period)
    found = through.forecast(at, measure.domain) if at else None
    if at is None or found is None:
        return None
    low, high = found
    # Of arithmetic it is not known what is impossible: a share of failures below zero would be told as one that may be.
    if measure.domain[0] is None and low < 0 <= min(point.value for point in months if point.value is not None):
        return None
    unit = measure.definition.unit
    first, last = told_apart((Fraction(low), Fraction(high)), unit)
    month = f"the month until {day_text(moment(at - 1), period.zone)}"
    sentence = f"Going on like this, between {first} and {last} in {month} (95 % range, from {through.points} months)."
    return {"at": timestamp(at), "low": low, "high": high, "text": sentence}


def _until(target: Target | None, period: ReviewPeriod) -> int | None:
    """The date of the target or, where it has none, the end of the next period; None where that date has passed."""
    end = target.points[-1].at if target is not None and target.schedule else None
    if end is None:
        return period.moved(1).ends_at
    return instant(end) if instant(end) > period.ends_at else None
