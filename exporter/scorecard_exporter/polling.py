"""One poll of a source: each stream in its turn, and round again while history is left to be read.

The newest of every stream comes first, so that the current numbers are right before history fills in behind. What
several streams have read is written together: thousands of repositories with nothing new cost one transaction.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from scorecard_exporter.errors import (
    FatalSourceError,
    PausedSourceError,
    RetriableSourceError,
    ScorecardError,
    SkippableSourceError,
    SourceError,
)
from scorecard_exporter.events.model import Batch, Progress
from scorecard_exporter.logs import fields
from scorecard_exporter.sources.base import Source, Stream

log = logging.getLogger("scorecard")

RECORDS_TOGETHER = 8_000
"""So many records are put down in one transaction, unless a batch is larger."""
SECONDS_TOGETHER = 5.0
"""What was read waits no longer than this to be written."""
FAILURES_IN_A_ROW = 3
"""After so many streams in a row that could not be read, the system itself is taken to be out of order."""
STANDSTILLS = 50
"""After so many rounds in which a stream came no further back, its history is taken to have no end."""
REPORT_SECONDS = 30.0

Write = Callable[[list[tuple[str, Batch]]], None]


class AbandonedError(Exception):
    """Nobody wants the result of this poll any more."""


@dataclass(slots=True)
class Report:
    """How a poll went. `troubles`: names of streams by what went wrong. `paused`: why it was ended early, or ''.

    `history`: the share of the wanted history that has been read, None for sources that have none.
    """

    troubles: dict[str, list[str]] = field(default_factory=dict)
    paused: str = ""
    history: float | None = None

    def sentences(self) -> list[str]:
        """The troubles, each with the streams that it befell; of many streams, the first three."""
        return [f"{_listed(streams)}: {reason}" for reason, streams in self.troubles.items()]


class Poll:
    """Reads `source` from its `cursors`; `write` stores what was read.

    `is_wanted`: asked before anything is written; once it is false the poll ends. `told`: called with how things stand,
    after each round and now and then in a long one, when what was read so far is stored.
    """

    def __init__(
        self,
        source: Source,
        cursors: Mapping[str, str],
        write: Write,
        *,
        is_wanted: Callable[[], bool] = lambda: True,
        told: Callable[[Report], None] = lambda _: None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._source, self._write, self._is_wanted, self._told, self._now = source, write, is_wanted, told, now
        self._cursors = dict(cursors)
        self._waiting: list[tuple[str, Batch]] = []
        self._waiting_records = 0
        self._waits_since = now()
        self._progress: dict[str, Progress] = {}
        self._reached: dict[str, datetime] = {}
        self._standstills: Counter[str] = Counter()
        self._failures = 0
        self._history = _History(source.name, now)
        self._report = Report()

    def run(self) -> Report:
        """Read until everything is read, or no more can be.

        Raises:
            AbandonedError: the poll is no longer wanted.
            StoreFullError: what was read could not be stored.
        """
        at = self._now()
        try:
            streams = self._sound(self._source.streams)
            while streams:
                unfinished = self._round(streams, at)
                streams = self._sound(unfinished)
                if streams and (self._now() - at).total_seconds() > self._source.interval:
                    # History takes longer than the time between two polls: what is new comes first again.
                    at, streams = self._now(), self._sound(self._source.streams)
        except PausedSourceError as error:
            self._report.paused = str(error)
        except SourceError as error:
            self._note(self._source.name, str(error))
        self._flush()
        return self._report

    def _round(self, streams: Sequence[Stream], at: datetime) -> list[Stream]:
        """One step of each stream; those that have history left."""
        unfinished = []
        for number, stream in enumerate(streams, 1):
            if self._read(stream, at):
                unfinished.append(stream)
            if self._history.is_due():
                self._tell(at, unread=sum(one.name not in self._progress for one in streams[number:]))
        self._tell(at)
        return unfinished

    def _tell(self, at: datetime, unread: int = 0) -> None:
        """Say how far reading has come, once that is stored; `unread` streams have not had their first turn."""
        self._flush()
        self._report.history = self._history.share(self._progress.values(), at, unread)
        self._told(self._report)

    def _sound(self, streams: Iterable[Stream]) -> list[Stream]:
        """Those of the streams that have not failed in this poll."""
        failed = {name for names in self._report.troubles.values() for name in names}
        return [stream for stream in streams if stream.name not in failed]

    def _read(self, stream: Stream, at: datetime) -> bool:
        """One step of a stream; whether it has history left."""
        progress = None
        try:
            for batch in stream.read(self._cursors.get(stream.name), at):
                self._take(stream.name, batch)
                progress = batch.progress or progress
        except (FatalSourceError, PausedSourceError, AbandonedError):
            raise
        except SourceError as error:
            self._failed(stream.name, str(error), is_of_system=isinstance(error, RetriableSourceError))
            return False
        except ScorecardError:
            raise
        except Exception as error:
            log.exception("a stream failed in a way nobody foresaw", extra=fields(source=self._source.name))
            self._failed(stream.name, f"{type(error).__name__}: {error}", is_of_system=False)
            return False
        self._failures = 0
        return progress is not None and self._goes_on(stream.name, progress)

    def _goes_on(self, stream: str, progress: Progress) -> bool:
        """Whether it has history left, which comes nearer to its end now and then."""
        self._progress[stream] = progress
        self._standstills[stream] += 1
        if stream not in self._reached or progress.read_from < self._reached[stream]:
            self._reached[stream] = progress.read_from
            self._standstills[stream] = 0
        if self._standstills[stream] >= STANDSTILLS:
            self._failed(
                stream, "its history has no end; the rest of it is asked for at the next poll", is_of_system=False
            )
            return False
        return not progress.is_finished

    def _failed(self, stream: str, reason: str, *, is_of_system: bool) -> None:
        self._note(stream, reason)
        self._failures = self._failures + 1 if is_of_system else 0
        if self._failures >= FAILURES_IN_A_ROW:
            raise RetriableSourceError("after so many failures in a row, the other streams are not asked in this poll")

    def _note(self, stream: str, reason: str) -> None:
        befallen = self._report.troubles.setdefault(reason, [])
        if stream not in befallen:
            befallen.append(stream)

    def _take(self, stream: str, batch: Batch) -> None:
        if not self._waiting:
            self._waits_since = self._now()
        self._waiting.append((stream, batch))
        self._waiting_records += len(batch.records)
        self._cursors[stream] = batch.cursor
        is_enough = self._waiting_records >= RECORDS_TOGETHER
        if is_enough or (self._now() - self._waits_since).total_seconds() > SECONDS_TOGETHER:
            refused = self._flush()
            if stream in refused:
                raise SkippableSourceError(refused[stream])

    def _flush(self) -> dict[str, str]:
        """Store what waits; the streams whose batches cannot be stored, with the reason."""
        if not self._is_wanted():
            raise AbandonedError
        waiting, self._waiting, self._waiting_records = self._waiting, [], 0
        try:
            if waiting:
                self._write(waiting)
        except (ScorecardError, AbandonedError):
            raise
        except Exception:
            log.exception("what was read could not be stored together", extra=fields(source=self._source.name))
            return self._write_apart(waiting)
        return {}

    def _write_apart(self, waiting: list[tuple[str, Batch]]) -> dict[str, str]:
        """Batch by batch, so that one that cannot be stored costs only its own stream."""
        refused: dict[str, str] = {}
        for stream, batch in waiting:
            if stream in refused:
                continue
            try:
                self._write([(stream, batch)])
            except (ScorecardError, AbandonedError):
                raise
            except Exception as error:  # noqa: BLE001  whatever it is, it is said, and the others go on
                refused[stream] = f"what was read cannot be stored: {type(error).__name__}: {error}"
                self._note(stream, refused[stream])
        return refused


class _History:
    """How much of the history that is wanted has been read, and how long the rest will take."""

    def __init__(self, source: str, now: Callable[[], datetime]) -> None:
        self._source, self._now = source, now
        self._began, self._reported = now(), now()
        self._before: float | None = None

    def is_due(self) -> bool:
        """Whether it is time to say how far reading has come: twice a minute."""
        return (self._now() - self._reported).total_seconds() >= REPORT_SECONDS

    def share(self, progress: Iterable[Progress], at: datetime, unread: int) -> float | None:
        """The share that has been read, of all streams together; of `unread` ones nothing. Said in the log when due."""
        is_due = self.is_due()
        if is_due:
            self._reported = self._now()
        spans = [
            (at - max(one.read_from, one.wanted_from), at - one.wanted_from) for one in progress if one.wanted_from < at
        ]
        if not spans:
            return None
        share = sum((read for read, _ in spans), timedelta()) / sum((wanted for _, wanted in spans), timedelta())
        share *= len(spans) / (len(spans) + unread)
        if self._before is None:
            self._before = share
        if share < 1 and is_due:
            self._say(share, self._before)
        return share

    def _say(self, share: float, before: float) -> None:
        gained = share - before
        left = (self._now() - self._began) * ((1 - share) / gained) if gained > 0 else None
        about = f"{left.total_seconds() / 60:.0f} min" if left else "unknown"
        log.info("reading history", extra=fields(source=self._source, read=f"{share:.0%}", left=about))


def _listed(names: list[str], shown: int = 3) -> str:
    more = f" and {len(names) - shown} more" if len(names) > shown else ""
    return f"{', '.join(names[:shown])}{more}"
