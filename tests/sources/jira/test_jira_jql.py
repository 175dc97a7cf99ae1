"""What is asked for in JQL: bounded, in minutes, in the zone of whoever asks, and never less than is wanted."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from scorecard_exporter.sources.jira.jql import check_condition, in_order, of_project, updated_within

BERLIN, SYDNEY, NEPAL = (ZoneInfo(name) for name in ("Europe/Berlin", "Australia/Sydney", "Asia/Kathmandu"))


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("begin", "end", "zone", "written"),
    [
        pytest.param("2026-05-01 10:00", "2026-05-02 10:00", UTC, ("2026-05-01 10:00", "2026-05-02 10:01"), id="utc"),
        pytest.param(
            "2026-05-01 10:00:59", "2026-05-02 10:00:01", UTC, ("2026-05-01 10:00", "2026-05-02 10:01"),
            id="seconds are cut off at the beginning, and more than filled up at the end",
        ),
        pytest.param(
            "2026-05-01 23:00", "2026-05-02 23:00", SYDNEY, ("2026-05-02 09:00", "2026-05-03 09:01"), id="Sydney"
        ),
        pytest.param(
            "2026-05-01 10:00", "2026-05-02 10:00", NEPAL, ("2026-05-01 15:45", "2026-05-02 15:46"), id="Nepal"
        ),
        pytest.param(
            "2026-10-25 00:30", "2026-10-26 00:00", BERLIN, ("2026-10-25 01:30", "2026-10-26 01:01"),
            id="half past two comes twice: the first time, so from before it",
        ),
        pytest.param(
            "2026-10-25 01:30", "2026-10-26 00:00", BERLIN, ("2026-10-25 01:30", "2026-10-26 01:01"),
            id="the second time, so from before the first",
        ),
        pytest.param(
            "2026-10-24 00:00", "2026-10-25 00:30", BERLIN, ("2026-10-24 02:00", "2026-10-25 03:01"),
            id="until half past two comes the first time, so until after the second",
        ),
        pytest.param(
            "2026-03-29 00:30", "2026-03-29 01:30", BERLIN, ("2026-03-29 01:30", "2026-03-29 03:31"),
            id="an hour that does not exist is in no time",
        ),
    ],
)  # fmt: skip
def test_a_window_is_written_in_the_zone_and_holds_all_of_it(begin, end, zone, written):
    assert updated_within(utc(begin), utc(end), zone) == 'updated >= "{}" AND updated < "{}"'.format(*written)


def test_a_query_is_bounded_by_its_project():
    assert of_project("SHOP") == 'project = "SHOP"'
    assert of_project("ORDER", "labels = a OR labels = b") == 'project = "ORDER" AND (labels = a OR labels = b)'


def test_pages_follow_each_other_by_key():
    assert in_order('project = "SHOP"') == 'project = "SHOP" ORDER BY key ASC'
    assert in_order('project = "SHOP"', "SHOP-9") == 'project = "SHOP" AND key > "SHOP-9" ORDER BY key ASC'


@pytest.mark.parametrize(
    "condition", ["component = Checkout", 'summary ~ "order by hand (or not"', "(a = b) OR (c = d)"]
)
def test_a_condition_may_be_any(condition):
    assert check_condition(f" {condition} ") == condition


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("a = b ORDER BY key", "leave `ORDER BY` out"),
        ("a = b order  by key", "leave `ORDER BY` out"),
        ("a = b) OR (c = d", "its brackets do not close"),
        ("(a = b", "its brackets do not close"),
    ],
)
def test_a_condition_must_stand_beside_others(condition, words):
    with pytest.raises(ValueError, match=words):
        check_condition(condition)
