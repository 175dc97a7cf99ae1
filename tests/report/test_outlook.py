"""What a review says of trends and forecasts, and to which date it looks ahead."""

from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction

import pytest

from scorecard_exporter.config.model import Anchors, Band, Measure, Target, TargetPoint
from scorecard_exporter.measures.model import Definition, Period
from scorecard_exporter.report.outlook import outlook
from scorecard_exporter.scorecard.points import MeasurePoint
from scorecard_exporter.scorecard.review_periods import ReviewPeriod, months_until
from scorecard_exporter.scorecard.standard import Standard

QUARTER = ReviewPeriod.parse("2026-Q2", "UTC")
DAY = 86_400_000_000
NO_TARGET = Standard(unit="count")
PLAIN = Target(
    points=(TargetPoint(at=None, anchors=Anchors(red=Fraction(10), goal=Fraction(20))),), axis="linear", better="higher"
)


def schedule(*days):
    points = tuple(
        TargetPoint(at=datetime(*day, tzinfo=UTC), anchors=Anchors(red=Fraction(1), goal=Fraction(2))) for day in days
    )
    return Target(points=points, axis="linear", better="higher", schedule=True)


def measure(unit="count", better="higher", statistic="mean", window=30 * DAY, target=PLAIN):
    definition = Definition(
        measure="observation", unit=unit, statistic=statistic, window=window, min_samples=1, freshness=0
    )
    return Measure(
        id="speed",
        definition=definition,
        title="Speed",
        description="",
        better=better,
        indicator="lagging",
        target=target,
        domain=(Fraction(0), None),
    )


def months(*values, samples=10):
    periods = months_until(QUARTER, len(values))
    return [
        MeasurePoint(Period(month.starts_at, month.ends_at), value, samples, NO_TARGET, None, "grey", None)
        for month, value in zip(periods, values, strict=True)
    ]


def rising(count, start=1, **more):
    """Every second month a little above the line, so that there is a range to tell."""
    return months(*[Fraction(start + place) + Fraction(place % 2, 10) for place in range(count)], **more)


TRENDS = [
    (measure(), rising(12), "better"),
    (measure(better="lower"), rising(12), "worse"),
    (measure(), months(*[Fraction(5)] * 12), None),
    (measure(), rising(12, samples=1), None),
]


@pytest.mark.parametrize(("one", "points", "trend"), TRENDS)
def test_a_trend_has_a_side(one, points, trend):
    assert outlook(one, PLAIN, points, QUARTER)["trend"] == trend


def test_a_goal_with_two_sides_only_moves():
    band = Band(goal_low=Fraction(3), goal_high=Fraction(5), red_low=Fraction(1), red_high=Fraction(9))
    target = replace(PLAIN, points=(TargetPoint(at=None, anchors=band),), better=None)
    found = outlook(measure(), target, rising(12), QUARTER)
    assert found["trend"] == "moving"
    assert found["trend_text"].startswith("Moving: +")


SENTENCES = [
    (measure(), months(None, None, Fraction(1)), "No trend can be told: 1 month of 3 with a value."),
    (measure(), rising(12, samples=1), "No trend can be told from 12 samples: it takes 20."),
    (
        measure(),
        months(*[Fraction(5)] * 12),
        "No trend beyond chance: +0 to +0 in 30 days (95 % interval, 120 samples).",
    ),
    (
        measure(statistic="sum", window=90 * DAY),
        rising(12),
        "No trend can be told by months: each value is a total of 90 d, so that they share most of it.",
    ),
]


@pytest.mark.parametrize(("one", "points", "sentence"), SENTENCES)
def test_where_there_is_no_trend_it_says_why(one, points, sentence):
    assert outlook(one, PLAIN, points, QUARTER)["trend_text"] == sentence


def test_shares_change_by_percentage_points():
    points = months(*[Fraction(place, 100) for place in range(10, 22)])
    text = outlook(measure(unit="ratio"), PLAIN, points, QUARTER)["trend_text"]
    assert text.startswith("Better: +0.99 percentage points in 30 days"), "a month has 30.4 days on average"


HORIZONS = [
    (PLAIN, "2026-10-01T00:00:00Z", "without a date: the end of the next quarter"),
    (schedule((2026, 1, 1), (2026, 8, 15)), "2026-08-15T00:00:00Z", "the end of its schedule, however near"),
    (schedule((2026, 1, 1), (2027, 1, 1)), "2027-01-01T00:00:00Z", "the end of its schedule, however far"),
    (schedule((2026, 1, 1), (2026, 7, 1)), None, "its date is the end of the period: nothing lies ahead"),
    (schedule((2025, 1, 1), (2026, 1, 1)), None, "its date has passed"),
    (None, "2026-10-01T00:00:00Z", "without a target"),
]


@pytest.mark.parametrize(("target", "at", "why"), HORIZONS, ids=[row[-1] for row in HORIZONS])
def test_a_forecast_never_goes_past_the_date_of_the_target(target, at, why):
    found = outlook(measure(target=target), target, rising(12), QUARTER)["forecast"]
    assert (found and found["at"]) == at, why


def test_a_forecast_has_a_range_and_names_its_evidence():
    found = outlook(measure(), PLAIN, rising(12), QUARTER)["forecast"]
    assert 0 < found["low"] < found["high"]
    assert found["text"].startswith("Going on like this, between ")
    assert found["text"].endswith(" in the month until 2026-09-30 (95 % range, from 12 months).")


def test_nine_months_are_too_few_for_a_forecast():
    assert outlook(measure(), PLAIN, rising(9), QUARTER)["forecast"] is None
    assert outlook(measure(), PLAIN, rising(10), QUARTER)["forecast"] is not None


@pytest.mark.parametrize(
    ("lowest", "first", "is_told", "why"),
    [
        (None, 12, False, "it falls by one a month from 12 to 1: three months on it would be below zero"),
        (None, 40, True, "it stays above zero"),
        (Fraction(-100), 12, True, "below zero is possible, and known to be"),
        (None, 6, True, "it was below zero before"),
    ],
)
def test_of_arithmetic_no_forecast_goes_below_zero_where_no_month_did(lowest, first, is_told, why):
    falling = months(*[Fraction(first - place) + Fraction(place % 2, 10) for place in range(12)])
    calculated = replace(measure(), domain=(lowest, None))
    assert (outlook(calculated, PLAIN, falling, QUARTER)["forecast"] is not None) is is_told, why
