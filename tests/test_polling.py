"""Polls: what is read first, what ends them, and that no cursor is ever ahead of its records."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from scorecard_exporter import polling
from scorecard_exporter.events.model import Batch, Build, Progress
from scorecard_exporter.polling import Poll
from scorecard_exporter.sources.base import Source, Stream

AT = datetime(2026, 6, 1, tzinfo=UTC)


class Told(Stream):
    """A stream that does in each read what it is told: a list of batches and errors, for ever its last."""

    def __init__(self, name, *reads, log=None):
        self.name, self.reads, self.cursors = name, list(reads), []
        self.log = [] if log is None else log

    def read(self, cursor, at):
        self.cursors.append(cursor)
        self.log.append((self.name, cursor, at))
        for one in self.reads.pop(0) if len(self.reads) > 1 else self.reads[0]:
            if isinstance(one, BaseException):
                raise one
            yield one


def batch(cursor, *keys, left=None):
    """A batch of builds; `left`: days of history that are still to be read after it."""
    records = tuple(Build(origin="source:thing", key=key, started_at=AT) for key in keys)
    progress = (
        None
        if left is None
        else Progress(read_from=AT - timedelta(days=100 - left), wanted_from=AT - timedelta(days=100))
    )
    return Batch(records=records, cursor=cursor, progress=progress)


@dataclass
class Kept:
    """What was written, transaction by transaction: (stream, cursor, keys) each."""

    written: list = field(default_factory=list)

    def __call__(self, deliveries):
        self.written.append([(name, one.cursor, [record.key for record in one.records]) for name, one in deliveries])


def poll(*streams, kept=None, cursors=None, **more):
    """A poll of a source with these streams; its report."""
    more.setdefault("now", lambda: AT)
    return Poll(Source("source", "told", 300, streams), cursors or {}, kept or Kept(), **more).run()


def test_a_history_that_comes_no_nearer_to_its_end_is_given_up():
    """Or a system that gives the same for ever would keep the source from ever being read anew."""
    log = []
    endless = Told("endless", [batch("c", left=50)], log=log)
    report = poll(endless, Told("sound", [batch("1")], log=log))
    (reason,) = report.troubles
    assert "no end" in reason
    assert report.troubles[reason] == ["endless"]
    assert len(endless.cursors) == polling.STANDSTILLS + 1
