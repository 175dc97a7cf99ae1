"""The moments of a history: steps of the calendar on a zone's clocks, and of a fixed length."""

from datetime import UTC, datetime

import pytest

from scorecard_exporter.quantities import RefusedError, instant, moment
from scorecard_exporter.scorecard.periods import calendar_periods, moments, rolling, step_of

BERLIN = "Europe/Berlin"


def at(text):
    return instant(datetime.fromisoformat(text).replace(tzinfo=UTC))


def written(instants):
    return [f"{moment(one):%Y-%m-%dT%H:%M}" for one in instants]


@pytest.mark.parametrize(
    ("step", "zone", "first", "last", "expected", "why"),
    [
        ("day", "UTC", "2026-02-27T00:00", "2026-03-01T00:00",
         ["2026-02-27T00:00", "2026-02-28T00:00", "2026-03-01T00:00"], "both ends belong to it"),
        ("day", BERLIN, "2026-03-28T12:00", "2026-03-30T12:00", ["2026-03-28T23:00", "2026-03-29T22:00"],
         "the day of the change to summer time has 23 hours"),
        ("day", BERLIN, "2026-10-24T12:00", "2026-10-26T12:00", ["2026-10-24T22:00", "2026-10-25T23:00"],
         "the day of the change to winter time has 25 hours"),
        ("week", "UTC", "2026-06-30T00:00", "2026-07-14T00:00", ["2026-07-06T00:00", "2026-07-13T00:00"],
         "weeks begin on Monday"),
        ("month", BERLIN, "2026-02-15T00:00", "2026-05-01T00:00",
         ["2026-02-28T23:00", "2026-03-31T22:00", "2026-04-30T22:00"], "midnight in Berlin, summer and winter"),
        ("month", "America/New_York", "2026-12-01T00:00", "2027-01-02T00:00", ["2026-12-01T05:00", "2027-01-01T05:00"],
         "west of Greenwich, and over the end of a year"),
        ("quarter", "UTC", "2025-12-31T23:59", "2026-07-01T00:00",
         ["2026-01-01T00:00", "2026-04-01T00:00", "2026-07-01T00:00"], "January, April, July, October"),
        ("12h", BERLIN, "2026-03-28T23:00", "2026-03-30T00:00",
         ["2026-03-29T00:00", "2026-03-29T12:00", "2026-03-30T00:00"], "a duration is counted from the epoch, in UTC"),
        ("month", "UTC", "2026-02-02T00:00", "2026-02-27T00:00", [], "no month begins in it"),
        ("day", "Africa/Cairo", "2026-04-23T12:00", "2026-04-24T12:00", ["2026-04-23T22:00"],
         "where clocks leave out midnight, the day begins at what would have been it"),
    ],
)  # fmt: skip
def test_moments_lie_where_clocks_say(step, zone, first, last, expected, why):
    assert written(moments(step_of(step), zone, at(first), at(last))) == expected, why


def test_a_calendar_period_goes_from_one_moment_to_the_next():
    points = list(calendar_periods(step_of("month"), BERLIN, at("2026-01-15T00:00"), at("2026-04-15T00:00")))
    assert [(written([one.starts_at])[0], written([one.ends_at])[0]) for one in points] == [
        ("2026-01-31T23:00", "2026-02-28T23:00"),
        ("2026-02-28T23:00", "2026-03-31T22:00"),
    ]


def test_of_rolling_windows_only_the_end_is_known():
    (point,) = rolling(step_of("quarter"), "UTC", at("2026-03-15T00:00"), at("2026-04-15T00:00"))
    assert (point.starts_at, point.ends_at) == (None, at("2026-04-01T00:00"))


@pytest.mark.parametrize("text", ["fortnight", "", "0d", "-1d", "59s", "200y", "1/week"])
def test_what_is_no_step_is_refused_with_what_is(text):
    with pytest.raises(RefusedError, match="day, week, month, quarter or a duration of at least a minute"):
        step_of(text)
