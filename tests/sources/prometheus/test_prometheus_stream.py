"""A series is read on a grid that never moves: newest first, without gap, at one request a window."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from scorecard_exporter.events.model import Coverage
from systems.prometheus import START

AT = datetime(2026, 6, 1, 9, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


def poll(source, cursor=None, at=AT):
    """One step of its only stream: (observations by key, the last batch)."""
    (stream,) = source.streams
    batches = list(stream.read(cursor, at))
    return {record.key: record for batch in batches for record in batch.records}, batches[-1]


def read_all(source, at=AT):
    found, last = poll(source, at=at)
    steps = 1
    while not last.progress.is_finished:
        more, last = poll(source, last.cursor, at)
        found |= more
        steps += 1
    return found, last, steps


def test_two_years_are_read_newest_first_at_one_request_a_month(build, fake):
    source = build()
    first, last = poll(source)
    assert len(first) == 30 * 24
    assert last.coverage == (
        Coverage(origin="prom:cost", kind="observation", from_at=AT - timedelta(days=30), to_at=AT),
    )
    found, last, steps = read_all(source)
    assert steps == 25  # 730 days by 30
    assert len(fake.asked) == 1 + steps
    assert last.coverage[0].from_at == AT - timedelta(days=730)
    # Every full hour from two years ago (09:30 on 1 June 2024) up to now, each with the value of that hour.
    assert sorted((one.ends_at, one.value) for one in found.values()) == [
        (START + number * HOUR, Decimal(number)) for number in range(10, 730 * 24 + 10)
    ]


def test_polls_write_the_same_keys_as_back_filling(build):
    """Whenever the exporter looks, values lie on the full hour."""
    source = build()
    (stream,) = source.streams
    polled, cursor = {}, None
    for minutes in range(0, 300, 7):
        for batch in stream.read(cursor, AT + timedelta(minutes=minutes)):
            polled |= {record.key: record for record in batch.records}
            cursor = batch.cursor
    whole, _, _ = read_all(source, AT + timedelta(minutes=294))
    assert {key: polled.get(key) for key in whole} == whole
    assert max(record.ends_at for record in polled.values()) == datetime(2026, 6, 1, 14, tzinfo=UTC)


def test_a_poll_between_two_full_hours_asks_nothing(build, fake):
    source = build()
    _, last, _ = read_all(source)
    fake.asked.clear()
    found, last = poll(source, last.cursor, AT + timedelta(minutes=5))
    assert (found, fake.asked) == ({}, [])
    assert last.coverage[0].to_at == AT + timedelta(minutes=5)


def test_a_sample_that_came_late_is_still_read(build, fake):
    """The hour is asked for again for ten minutes after it was first read."""
    late = []
    whole = fake.series["cost"][0][1]
    hour = datetime(2026, 6, 1, 10, tzinfo=UTC)
    fake.series["cost"] = [({"service": "checkout"}, lambda at: None if at == hour and not late else whole(at))]
    source = build()
    found, last, _ = read_all(source, hour + timedelta(minutes=1))
    assert max(record.ends_at for record in found.values()) == hour - HOUR
    late.append(True)
    found, _ = poll(source, last.cursor, hour + timedelta(minutes=9))
    assert [record.ends_at for record in found.values()] == [hour]


def test_after_a_long_pause_no_answer_is_larger_than_prometheus_gives(build, fake):
    source = build(step="1m")
    _, last = poll(source)
    fake.asked.clear()
    found, _ = poll(source, last.cursor, AT + timedelta(days=10))
    # 14,400 minutes in two stretches; then the next month of history in five.
    assert len(fake.asked) == 2 + 5
    assert sum(one.ends_at > AT for one in found.values()) == 10 * 24 * 60 - 1


@pytest.mark.parametrize(
    ("changed", "drops"),
    [
        ({}, False),
        ({"unit": "eur"}, True),
        ({"step": "2h"}, True),
        ({"span": "step"}, True),
        ({"label": None, "subject": "shop"}, True),
    ],
    ids=str,
)
def test_a_series_that_means_something_else_is_read_anew_and_the_old_values_go(build, changed, drops):
    _, last = poll(build())
    (stream,) = build(**changed).streams
    batches = list(stream.read(last.cursor, AT + HOUR))
    assert batches[0].replace == ((("prom:cost", "observation"),) if drops else ())
    assert all(batch.replace == () for batch in batches[1:])


def test_an_expression_with_a_mistake_drops_nothing(build):
    _, last = poll(build())
    (stream,) = build(expression="cost)").streams
    with pytest.raises(Exception, match="parse error"):
        next(stream.read(last.cursor, AT))


def test_where_prometheus_has_nothing_there_is_nothing(build):
    found, last, _ = read_all(build(), START + 2 * HOUR)
    assert [one.ends_at for one in found.values()] == [START, START + HOUR]
    assert last.progress.is_finished


def test_the_names_of_the_streams_are_those_of_the_series(build):
    assert [(stream.name, stream.origin) for stream in build().streams] == [("cost", "prom:cost")]


def test_inspection_shows_the_subjects_and_what_is_ambiguous(build, fake):
    fake.series["cost"] += [({"service": "checkout", "pod": "b"}, lambda _: "1"), ({}, lambda _: "1")]
    seen = build().inspect()
    assert seen.account == "Prometheus API 2.42.0, asked by the bearer of a token"
    assert [(one.sort, one.origin, dict(one.names)) for one in seen.seen] == [
        ("subjects", "prom:cost", {"checkout": 2, "(none)": 1})
    ]
    assert seen.next_sync == "one request for each of 1 series, 25 for each at first"
    assert len(fake.asked) == 2
