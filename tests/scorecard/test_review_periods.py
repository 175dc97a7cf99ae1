"""Months and quarters as people write them, on the clocks of the scorecard, and when their reviews are due."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from scorecard_exporter.quantities import RefusedError, instant
from scorecard_exporter.scorecard.review_periods import ReviewPeriod, months_until, next_due
from scorecard_exporter.store.base import ReviewDates


def at(*moment):
    return instant(datetime(*moment, tzinfo=UTC))


PERIODS = [
    ("2026-Q3", "UTC", at(2026, 7, 1), at(2026, 10, 1), "3rd quarter of 2026"),
    ("2026-Q4", "UTC", at(2026, 10, 1), at(2027, 1, 1), "4th quarter of 2026"),
    ("2026-09", "UTC", at(2026, 9, 1), at(2026, 10, 1), "September 2026"),
    # Clocks in Berlin are two hours ahead in summer and one in winter.
    ("2026-Q1", "Europe/Berlin", at(2025, 12, 31, 23), at(2026, 3, 31, 22), "1st quarter of 2026"),
    ("2026-12", "Europe/Berlin", at(2026, 11, 30, 23), at(2026, 12, 31, 23), "December 2026"),
]


@pytest.mark.parametrize(("text", "zone", "starts_at", "ends_at", "title"), PERIODS)
def test_a_period_begins_and_ends_on_the_clocks_of_the_scorecard(text, zone, starts_at, ends_at, title):
    period = ReviewPeriod.parse(text, zone)
    assert (period.id, period.starts_at, period.ends_at, period.title) == (text, starts_at, ends_at, title)
    assert period.point() == (ends_at, starts_at)
    assert ReviewPeriod.containing(period.kind, starts_at, zone) == period
    assert ReviewPeriod.containing(period.kind, ends_at - 1, zone) == period
    assert ReviewPeriod.containing(period.kind, ends_at, zone) == period.moved(1)


@pytest.mark.parametrize(
    "text", ["2026", "2026-Q5", "2026-Q0", "2026-13", "2026-00", "2026-9", "26-Q1", "Q3", "", "1999-01"]
)
def test_what_is_no_period_is_refused(text):
    with pytest.raises(RefusedError, match="a quarter such as 2026-Q3 or a month such as 2026-09"):
        ReviewPeriod.parse(text, "UTC")


@pytest.mark.parametrize(
    ("text", "by", "found"), [("2026-Q1", -1, "2025-Q4"), ("2025-12", 1, "2026-01"), ("2026-01", -13, "2024-12")]
)
def test_periods_follow_each_other_over_the_year(text, by, found):
    assert ReviewPeriod.parse(text, "UTC").moved(by).id == found


def test_the_months_until_a_quarter_end_with_its_last_month():
    found = months_until(ReviewPeriod.parse("2026-Q1", "Europe/Berlin"), 4)
    assert [month.id for month in found] == ["2025-12", "2026-01", "2026-02", "2026-03"]


DUE = [
    (
        "quarter",
        None,
        at(2026, 8, 15),
        at(2026, 10, 15),
        "the first review is that of the quarter of the first colours",
    ),
    ("quarter", at(2026, 10, 1), at(2026, 1, 1), at(2027, 1, 15), "after Q3 comes Q4, two weeks after its end"),
    ("quarter", at(2026, 4, 1), at(2026, 1, 1), at(2026, 7, 15), "a skipped review stays due"),
    ("month", at(2026, 10, 1), at(2026, 1, 1), at(2026, 11, 15), "months as well"),
    ("quarter", at(2026, 5, 1), at(2026, 1, 1), at(2026, 7, 15), "reviewed by month until April, and by quarter now"),
]


@pytest.mark.parametrize(("kind", "until", "since", "due", "why"), DUE, ids=[row[-1] for row in DUE])
def test_the_next_review_is_due_two_weeks_after_its_period(kind, until, since, due, why):
    assert next_due(kind, "UTC", until, since) == due, why


@pytest.mark.parametrize(
    ("review", "dates", "reviewed_at", "due_at", "why"),
    [
        ("", ReviewDates(at(2026, 1, 5)), None, None, "nobody asked for reviews"),
        ("quarterly", ReviewDates(at(2026, 1, 5)), None, at(2026, 4, 15), "never reviewed"),
        (
            "monthly",
            ReviewDates(at(2026, 1, 5), at(2026, 6, 3), at(2026, 6, 1)),
            at(2026, 6, 3),
            at(2026, 7, 15),
            "once",
        ),
        ("quarterly", ReviewDates(), None, at(2026, 10, 15), "its first evaluation is this one, at the start of July"),
    ],
)
def test_a_snapshot_says_when_it_was_reviewed_and_when_it_is_due(build, review, dates, reviewed_at, due_at, why):
    configuration = build.configuration(build.perspective(build.objective(build.measure())))
    card = replace(configuration.scorecards["engineering"], review=review)
    configuration = replace(configuration, scorecards={"engineering": card})
    readings = [build.reading(build.measure(), 5)]
    taken = build.snapshot(configuration, readings, reviews={("engineering", "payments"): dates})
    (status,) = taken.scorecards
    assert (status.reviewed_at, status.review_due_at) == (reviewed_at, due_at), why


def test_due_dates_are_whole_days_even_where_clocks_change():
    """Two weeks are 14 times 24 hours: the end of March is followed by the change of clocks, and the date stands."""
    period = ReviewPeriod.parse("2026-Q1", "Europe/Berlin")
    assert period.due_at - period.ends_at == timedelta(days=14) // timedelta(microseconds=1)
