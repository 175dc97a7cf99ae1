"""Trends only where the evidence supports one, forecasts only with a range: docs/definitions.md, statistics."""

import math
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from scorecard_exporter.measures.model import Period
from scorecard_exporter.quantities import instant
from scorecard_exporter.report.trend import line
from scorecard_exporter.scorecard.points import MeasurePoint
from scorecard_exporter.scorecard.standard import Standard

DAY = 86_400_000_000
BEGIN = instant(datetime(2026, 1, 1, tzinfo=UTC))


def points(*values, samples=10):
    """Periods of 30 days with these values, the first of which ends 30 days after the beginning."""
    return [
        MeasurePoint(
            period=Period(BEGIN + place * 30 * DAY, BEGIN + (place + 1) * 30 * DAY),
            value=None if value is None else Fraction(value),
            samples=samples,
            held_to=Standard(unit="count"),
            score=None,
            status="grey",
            absence=None,
        )
        for place, value in enumerate(values)
    ]


def test_the_line_is_that_of_least_squares():
    """Worked by hand: times 0 to 4, values 1, 3, 2, 5, 4. Sxx = 10, Sxy = 8: slope 0.8 through (2, 3).

    The residuals -0.4, 0.8, -1, 1.2, -0.6 have squares of 3.6 in all, so s² = 3.6 / 3 = 1.2, and the slope's error is
    sqrt(1.2 / 10) = 0.3464. Student's t with 3 degrees of freedom: 3.182. Half of the interval: 1.1023.
    """
    found = line(points(1, 3, 2, 5, 4), "linear")
    assert (found.points, found.samples) == (5, 50)
    assert found.slope == pytest.approx(0.8)
    assert found.low == pytest.approx(0.8 - 1.1023, abs=1e-4)
    assert found.high == pytest.approx(0.8 + 1.1023, abs=1e-4)
    assert not found.is_trend, "the interval does not exclude zero"


def test_a_logarithmic_axis_makes_a_steady_halving_a_straight_line():
    found = line(points(8, 4, 2, 1), "log")
    assert (found.axis, found.slope) == ("log", pytest.approx(-math.log(2)))


def test_a_value_of_zero_has_no_logarithm_so_the_line_is_straight():
    found = line(points(2, 1, 0), "log")
    assert (found.axis, found.slope) == ("linear", pytest.approx(-1))


def test_months_without_a_value_are_left_out_and_not_read_as_zero():
    found = line(points(1, None, 3, None, 5), "linear")
    assert (found.points, found.slope) == (3, pytest.approx(1))


@pytest.mark.parametrize("values", [(), (1,), (1, 2), (None, 1, None, 2)])
def test_two_points_are_no_line(values):
    assert line(points(*values), "linear") is None


TRENDS = [
    ((1, 2, 3, 4), 5, True, "20 samples, and no doubt"),
    ((1, 2, 3, 4), 4, False, "16 samples are too few, however straight"),
    ((4, 3, 2, 1), 5, True, "downwards too"),
    ((2, 2, 2, 2), 5, False, "nothing moves"),
    ((1, 9, 2, 8, 3), 100, False, "many samples do not help where the values jump"),
]


@pytest.mark.parametrize(("values", "samples", "is_trend", "why"), TRENDS, ids=[row[-1] for row in TRENDS])
def test_a_trend_needs_twenty_samples_and_an_interval_without_zero(values, samples, is_trend, why):
    assert line(points(*values, samples=samples), "linear").is_trend is is_trend, why


def test_a_forecast_needs_ten_points():
    at = BEGIN + 400 * DAY
    assert line(points(*range(1, 10)), "linear").forecast(at, (None, None)) is None
    assert line(points(*range(1, 11)), "linear").forecast(at, (None, None)) is not None


def test_a_forecast_is_the_range_of_a_single_value_to_come():
    """Times 0 to 9, values alternately 1 above and below the line 10 + x; the range for the time 11.

    Sxx = 82.5; the residuals correlate a little with time: Sxy = 82.5 - 5, slope 0.9394. Worked by hand to
    s² = 1.2121 (rest 9.697 over 8), expected value 14.5 + 0.9394 * 6.5 = 20.606, spread
    2.306 * 1.10096 * sqrt(1 + 0.1 + 42.25 / 82.5) = 3.2226.
    """
    values = [10 + place + (1 if place % 2 == 0 else -1) for place in range(10)]
    found = line(points(*values), "linear")
    low, high = found.forecast(BEGIN + 12 * 30 * DAY, (None, None))
    assert found.slope == pytest.approx(0.939394, abs=1e-6)
    assert (low + high) / 2 == pytest.approx(20.606, abs=1e-3)
    assert (high - low) / 2 == pytest.approx(3.2226, abs=1e-3)


def test_the_farther_ahead_the_wider_the_range():
    found = line(points(1, 3, 2, 4, 3, 5, 4, 6, 5, 7), "linear")
    widths = [high - low for low, high in (found.forecast(BEGIN + days * DAY, (None, None)) for days in (330, 660))]
    assert widths[0] < widths[1]


def test_what_is_impossible_is_cut_off():
    domain = (Fraction(0), Fraction(1))
    found = line(points(*[Fraction(place % 2) for place in range(10)]), "linear")
    assert found.forecast(BEGIN + 330 * DAY, domain) == (0.0, 1.0)


def test_on_a_logarithmic_axis_the_range_stays_above_zero():
    found = line(points(9, 1, 8, 1, 7, 1, 6, 1, 5, 1), "log")
    low, high = found.forecast(BEGIN + timedelta(days=900) // timedelta(microseconds=1), (None, None))
    assert 0 < low < high
