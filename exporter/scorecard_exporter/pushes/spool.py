"""The deliveries of one source that are accepted and not yet stored, in files that outlive the process.

A position counts the bytes of all deliveries that ever came. What is stored is told by a position too, the cursor in
the store, so that after a crash nothing is lost and nothing stored anew.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections import deque
from collections.abc import Sequence
from pathlib import Path

from scorecard_exporter.errors import SpoolFullError
from scorecard_exporter.logs import fields
from scorecard_exporter.pushes.frames import encode
from scorecard_exporter.pushes.recent import RecentIds
from scorecard_exporter.pushes.segments import Entry, Segment, find
from scorecard_exporter.sources.base import Delivery

log = logging.getLogger("scorecard")

CAPACITY = 256 << 20
MOST = 100_000
"""Bytes, and deliveries, that may wait; more are refused, and sent again by their systems."""
SEGMENT = 16 << 20
"""From this size on a new file is begun."""


class Spool:
    """The spool in `folder`, of which all before `position` is stored. Safe from several threads.

    Raises:
        OSError: the folder cannot be had.
    """

    def __init__(self, folder: Path, position: int, *, capacity: int = CAPACITY, segment: int = SEGMENT) -> None:
        self._folder, self._capacity, self._size = folder, capacity, segment
        self._lock = threading.Lock()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._segments = deque(map(Segment.open, find(folder)))
        self._end = max([position, *(one.end for one in self._segments)])
        self._waiting = deque(entry for one in self._segments for entry in one.entries)
        self.recent = RecentIds(folder / "ids")
        self.recent.add(entry.id for entry in self._waiting)
        self._position = max([position, *(one.base for one in list(self._segments)[:1])])
        self.done(position)

    @property
    def position(self) -> int:
        """All before it is stored."""
        return self._position

    @property
    def end(self) -> int:
        """Behind the last delivery that was put down."""
        return self._end

    @property
    def waiting(self) -> int:
        """How many deliveries wait."""
        return len(self._waiting)

    @property
    def oldest_at(self) -> float | None:
        """When the delivery came that has waited longest, in seconds since the epoch; None where none waits."""
        try:
            return self._waiting[0].received_at
        except IndexError:
            return None

    def add(self, deliveries: Sequence[Delivery]) -> None:
        """Put deliveries down, all or none; when this returns they survive the end of the process and of power.

        Raises:
            SpoolFullError: too much waits already, or the disk refuses it; nothing of them was kept.
        """
        written = [encode(one) for one in deliveries]
        size = sum(map(len, written))
        with self._lock:
            if self._end - self._position + size > self._capacity or len(self._waiting) + len(written) > MOST:
                raise SpoolFullError(f"{len(self._waiting)} deliveries wait to be stored already")
            try:
                segment = self._writable()
                segment.append(b"".join(written))
            except OSError as error:
                raise SpoolFullError(f"the disk refuses it: {error.strerror}") from error
            for delivery, one in zip(deliveries, written, strict=True):
                self._end += len(one)
                entry = Entry(self._end, delivery.id, delivery.received_at.timestamp())
                segment.entries.append(entry)
                self._waiting.append(entry)
            segment.end = self._end
            self.recent.add(one.id for one in deliveries)

    def next(self, size: int) -> tuple[list[Delivery], int]:
        """The oldest deliveries that wait, some `size` bytes of them but at least one, and the position behind them.

        Raises:
            OSError: they cannot be read.
        """
        with self._lock:
            begin, segments = self._position, [(one, one.end) for one in self._segments]
        found: list[Delivery] = []
        position = begin
        for segment, end in segments:
            position = max(position, segment.base)
            if position >= end:
                continue
            for delivery, behind in segment.read(position):
                found.append(delivery)
                position = behind
                if position - begin >= size:
                    return found, position
                if position >= end:
                    break
            if position < end:
                log.error("a spool is damaged; what follows in this file is lost", extra=fields(file=segment.path))
                position = end
        return found, position

    def done(self, position: int) -> None:
        """All before `position` is stored: files of which nothing waits are deleted."""
        with self._lock:
            self._position = max(position, self._position)
            while self._waiting and self._waiting[0].end <= self._position:
                self._waiting.popleft()
            while self._segments and self._segments[0].end <= self._position:
                segment = self._segments.popleft()
                self.recent.keep(entry.id for entry in segment.entries)
                with contextlib.suppress(OSError):  # it holds nothing that waits, and goes at the next start
                    segment.path.unlink()

    def _writable(self) -> Segment:
        last = self._segments[-1] if self._segments else None
        if last is None or last.end - last.base >= self._size or last.end != self._end:
            last = Segment.create(self._folder, self._end)
            self._segments.append(last)
        return last
