"""Polls: what is read first, what ends them, and that no cursor is ever ahead of its records."""

import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from scorecard_exporter import polling
from scorecard_exporter.errors import (
    FatalSourceError,
    PausedSourceError,
    RetriableSourceError,
    SkippableSourceError,
    StoreFullError,
)
from scorecard_exporter.events.model import Batch, Build, Progress
from scorecard_exporter.polling import AbandonedError, Poll, Report
from scorecard_exporter.sources.base import Source, Stream

AT = datetime(2026, 6, 1, tzinfo=UTC)
INTERVAL = 300


@dataclass
class Time:
    """The time of a poll; whatever is read takes `each` seconds."""

    each: float = 0.0
    at: datetime = AT

    def __call__(self):
        return self.at

    def passes(self):
        self.at += timedelta(seconds=self.each)


class Told(Stream):
    """A stream that in each read does what it is told: a list of batches and errors, for ever the last one."""

    def __init__(self, name, *reads, log=None, time=None):
        self.name, self.reads, self.cursors = name, list(reads), []
        self.log, self.time = [] if log is None else log, time or Time()

    def read(self, cursor, at):
        self.cursors.append(cursor)
        self.log.append((self.name, at))
        for one in self.reads.pop(0) if len(self.reads) > 1 else self.reads[0]:
            self.time.passes()
            if isinstance(one, BaseException):
                raise one
            yield one


def batch(cursor, *keys, left=None):
    """A batch of builds; `left`: days of a history of 100 that are still to be read after it."""
    records = tuple(Build(origin="source:thing", key=key, started_at=AT) for key in keys)
    wanted = AT - timedelta(days=100)
    progress = None if left is None else Progress(read_from=wanted + timedelta(days=left), wanted_from=wanted)
    return Batch(records=records, cursor=cursor, progress=progress)


@dataclass
class Kept:
    """What was written: (stream, cursor) each, transaction by transaction. `refuse`: keys that cannot be kept."""

    refuse: frozenset = frozenset()
    error: type = ValueError
    written: list = field(default_factory=list)

    def __call__(self, deliveries):
        if any(record.key in self.refuse for _, one in deliveries for record in one.records):
            raise self.error("it is too large")
        self.written.append([(name, one.cursor) for name, one in deliveries])


def poll(*streams, kept=None, cursors=None, **more):
    """A poll of a source with these streams; its report."""
    more.setdefault("now", lambda: AT)
    write = Kept() if kept is None else kept
    return Poll(Source("source", "told", INTERVAL, streams), cursors or {}, write, **more).run()


def test_the_newest_of_every_stream_comes_before_the_history_of_any():
    log = []
    first = Told("first", [batch("1", left=50)], [batch("2", left=0)], log=log)
    second = Told("second", [batch("1", left=30)], [batch("2", left=10)], [batch("3", left=0)], log=log)
    third = Told("third", [batch("1")], log=log)
    poll(first, second, third)
    assert [name for name, _ in log] == ["first", "second", "third", "first", "second", "second"]


def test_each_step_goes_on_where_the_last_one_ended():
    stream = Told("a", [batch("1", left=50)], [batch("2"), batch("3", left=0)])
    poll(stream, cursors={"a": "0", "b": "of another"})
    assert stream.cursors == ["0", "1"]


def test_each_round_is_stored_before_the_next_one_is_told_of():
    kept, told = Kept(), []
    a = Told("a", [batch("1", left=50)], [batch("2", left=0)])
    b = Told("b", [batch("1", left=0)])
    poll(a, b, kept=kept, told=lambda report: told.append((len(kept.written), report.history)))
    assert kept.written == [[("a", "1"), ("b", "1")], [("a", "2")]]
    assert told == [(1, 0.75), (2, 1.0)]


def test_what_is_new_comes_first_again_when_history_takes_longer_than_an_interval():
    """Each read takes 100 s of an interval of 300: the fourth ends after 400."""
    log, time = [], Time(each=100)
    a = Told("a", *([batch(str(left), left=left)] for left in (9, 6, 3, 0)), log=log, time=time)
    b = Told("b", [batch("x")], log=log, time=time)
    poll(a, b, now=time)
    later = AT + timedelta(seconds=400)
    assert log == [("a", AT), ("b", AT), ("a", AT), ("a", AT), ("a", later), ("b", later)]


@pytest.mark.parametrize(
    ("error", "others_go_on"),
    [
        (SkippableSourceError("gone"), True),
        (RetriableSourceError("busy"), True),
        (KeyError("nobody foresaw this"), True),
        (FatalSourceError("who?"), False),
        (PausedSourceError("enough", 1.0), False),
    ],
)
def test_an_error_ends_what_it_is_about(error, others_go_on):
    kept = Kept()
    poll(Told("a", [batch("1")]), Told("b", [batch("1"), error]), Told("c", [batch("1")]), kept=kept)
    assert kept.written == [[("a", "1"), ("b", "1"), *([("c", "1")] if others_go_on else [])]]


def test_what_went_wrong_is_said_with_the_streams_that_it_befell():
    gone = [SkippableSourceError("it is gone")]
    report = poll(*(Told(name, gone) for name in "abcde"), Told("f", [KeyError("title")]))
    assert report.sentences() == ["a, b, c and 2 more: it is gone", "f: KeyError: 'title'"]
    assert not report.paused


def test_a_pause_is_no_trouble():
    report = poll(Told("a", [PausedSourceError("enough until 14:00", 1.0)]), Told("b", [batch("1")]))
    assert (report.paused, report.troubles) == ("enough until 14:00", {})


def test_what_concerns_all_is_said_of_the_source():
    report = poll(Told("a", [FatalSourceError("who asks?")]))
    assert report.sentences() == ["source: who asks?"]


def test_a_failed_stream_is_not_read_again_in_the_same_poll():
    broken = Told("a", [batch("1", left=50)], [SkippableSourceError("gone")], [batch("2", left=0)])
    sound = Told("b", [batch("1", left=50)], [batch("2", left=20)], [batch("3", left=0)])
    poll(broken, sound)
    assert (len(broken.cursors), len(sound.cursors)) == (2, 3)


@pytest.mark.parametrize(
    ("errors", "asked"),
    [
        ("rrr", "abc"),
        ("rr-rr", "abcdef"),
        ("rrsrr", "abcdef"),
        ("rsrsrs", "abcdef"),
    ],
    ids=["three in a row", "a sound one between", "one that is gone between", "never two in a row"],
)
def test_a_system_that_fails_three_times_in_a_row_is_left_alone(errors, asked):
    outcomes = {"r": [RetriableSourceError("busy")], "s": [SkippableSourceError("gone")], "-": [batch("1")]}
    log = []
    streams = [Told(name, outcomes[one], log=log) for name, one in zip("abcdef", errors.ljust(6, "-"), strict=True)]
    report = poll(*streams)
    assert "".join(name for name, _ in log) == asked
    assert any("are not asked in this poll" in sentence for sentence in report.sentences()) == (asked == "abc")


def test_which_streams_there_are_may_fail_too():
    class Unlisted:
        def __iter__(self):
            raise RetriableSourceError("the organisation cannot be listed")

    source = Source("source", "told", INTERVAL, Unlisted())
    report = Poll(source, {}, Kept(), now=lambda: AT).run()
    assert report.sentences() == ["source: the organisation cannot be listed"]


def test_what_cannot_be_stored_costs_only_its_own_stream():
    kept = Kept(refuse=frozenset({"bad"}))
    report = poll(
        Told("a", [batch("1", "x")]),
        Told("b", [batch("1", "bad"), batch("2", "y")]),
        Told("c", [batch("1")]),
        kept=kept,
    )
    assert kept.written == [[("a", "1")], [("c", "1")]]
    assert report.sentences() == ["b: what was read cannot be stored: ValueError: it is too large"]


def test_after_what_cannot_be_stored_no_cursor_is_ahead(monkeypatch):
    """Not by later batches of the same read, nor by the history that would come next."""
    monkeypatch.setattr(polling, "RECORDS_TOGETHER", 1)
    kept = Kept(refuse=frozenset({"bad"}))
    broken = Told("a", [batch("1", "x"), batch("2", "bad"), batch("3", "y", left=50)], [batch("4", "z", left=0)])
    report = poll(broken, kept=kept)
    assert kept.written == [[("a", "1")]]
    assert broken.cursors == [None]
    assert report.sentences() == ["a: what was read cannot be stored: ValueError: it is too large"]


def test_a_full_disk_ends_the_poll():
    kept = Kept(refuse=frozenset({"x"}), error=StoreFullError)
    with pytest.raises(StoreFullError):
        poll(Told("a", [batch("1", "x")]), kept=kept)


def test_a_poll_that_nobody_wants_writes_nothing_more():
    kept = Kept()
    wanted = [True, False]
    with pytest.raises(AbandonedError):
        poll(
            Told("a", [batch("1", left=50)], [batch("2", left=0)]),
            kept=kept,
            is_wanted=lambda: wanted.pop(0) if len(wanted) > 1 else wanted[0],
        )
    assert kept.written == [[("a", "1")]]


def test_records_are_written_together_within_bounds(monkeypatch):
    monkeypatch.setattr(polling, "RECORDS_TOGETHER", 3)
    kept = Kept()
    poll(
        Told("a", [batch("1", "1", "2")]),
        Told("b", [batch("1")]),
        Told("c", [batch("1", "3"), batch("2", "4")]),
        Told("d", [batch("1", "1", "2", "3", "4", "5")]),
        kept=kept,
    )
    assert kept.written == [[("a", "1"), ("b", "1"), ("c", "1")], [("c", "2"), ("d", "1")]]


def test_what_was_read_does_not_wait_for_a_slow_system():
    time, kept = Time(each=3), Kept()
    poll(*(Told(name, [batch("1")], time=time) for name in "abcd"), kept=kept, now=time)
    assert kept.written == [[("a", "1"), ("b", "1"), ("c", "1")], [("d", "1")]]


def test_a_thousand_streams_with_nothing_new_cost_one_transaction():
    kept = Kept()
    poll(*(Told(str(number), [batch("1")]) for number in range(1000)), kept=kept)
    assert len(kept.written) == 1


def test_nothing_to_write_is_no_transaction():
    kept = Kept()
    assert poll(Told("a", []), kept=kept) == Report()
    assert kept.written == []


@pytest.mark.parametrize(
    ("left", "share"),
    [((None,), None), ((0,), 1.0), ((100,), 0.0), ((50, 0), 0.75), ((25, None), 0.75)],
    ids=["no history", "all", "none", "of two streams together", "a stream without history does not count"],
)
def test_the_share_of_history_that_is_read(left, share):
    streams = [Told(str(number), [batch("1", left=one)], []) for number, one in enumerate(left)]
    shares = []
    poll(*streams, told=lambda report: shares.append(report.history))
    assert shares[0] == share


def test_how_far_history_is_read_is_told_during_a_long_round():
    """Of three streams with half a history each; those without their first turn have read nothing of theirs."""
    time, told = Time(each=31), []
    streams = [Told(name, [batch("1", left=50)], [batch("2", left=0)], time=time) for name in "abc"]
    poll(*streams, now=time, told=lambda report: told.append(report.history))
    assert told[:3] == pytest.approx([1 / 6, 1 / 3, 1 / 2])


def test_the_time_that_is_left_is_said_twice_a_minute(caplog):
    """Ten of a hundred days in 20 seconds; nothing is said of the first round, which has no pace."""
    caplog.set_level(logging.INFO)
    time = Time(each=20)
    poll(Told("a", *([batch(str(left), left=left)] for left in range(90, -1, -10)), time=time), now=time)
    said = [record.fields for record in caplog.records if record.message == "reading history"]
    assert [one["read"] for one in said] == ["20%", "40%", "60%", "80%"]
    assert said[0] == {"source": "source", "read": "20%", "left": "5 min"}


def test_a_history_that_comes_no_nearer_to_its_end_is_given_up():
    """Or a system that gives the same for ever would keep the source from ever being read anew."""
    endless = Told("endless", [batch("c", left=50)])
    report = poll(endless, Told("sound", [batch("1")]))
    (reason,) = report.troubles
    assert "no end" in reason
    assert report.troubles[reason] == ["endless"]
    assert len(endless.cursors) == polling.STANDSTILLS + 1
