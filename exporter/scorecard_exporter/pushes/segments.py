"""The files of a spool: each named by the position at which it begins, written at its end, deleted as a whole."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from scorecard_exporter.logs import fields
from scorecard_exporter.pushes.frames import frames
from scorecard_exporter.sources.base import Delivery

log = logging.getLogger("scorecard")

_ENDING = ".spool"


class Entry(NamedTuple):
    """A delivery that a segment holds: the position behind it, its id, when it came in seconds since the epoch."""

    end: int
    id: str
    received_at: float


@dataclass(slots=True)
class Segment:
    """A file that begins at the position `base`; what is known to be whole in it ends at `end`."""

    folder: Path
    base: int
    end: int
    entries: list[Entry] = field(default_factory=list)

    @classmethod
    def create(cls, folder: Path, base: int) -> Segment:
        """A new file, which survives the loss of power once this returns.

        Raises:
            OSError: it cannot be made.
        """
        segment = cls(folder, base, base)
        segment.path.touch(mode=0o600)
        directory = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
        return segment

    @classmethod
    def open(cls, path: Path) -> Segment:
        """The file at `path`. What follows its last whole delivery was torn off while it was written, and is cut off.

        Raises:
            OSError: it cannot be read.
        """
        segment = cls(path.parent, int(path.stem), int(path.stem))
        for delivery, end in segment.read(segment.base):
            segment.entries.append(Entry(end, delivery.id, delivery.received_at.timestamp()))
            segment.end = end
        if torn := path.stat().st_size - (segment.end - segment.base):
            log.warning("the end of a spool was torn off and is cut off", extra=fields(file=path, bytes=torn))
            segment.cut()
        return segment

    @property
    def path(self) -> Path:
        """Where it is."""
        return self.folder / f"{self.base:020d}{_ENDING}"

    def read(self, position: int) -> Iterator[tuple[Delivery, int]]:
        """The deliveries from `position` on, each with the position behind it."""
        with self.path.open("rb") as file:
            file.seek(position - self.base)
            for delivery, place in frames(file):
                yield delivery, self.base + place

    def append(self, content: bytes) -> None:
        """Put bytes at its end; when this returns they survive the end of the process and the loss of power.

        Raises:
            OSError: it did not work, and nothing of them is in it.
        """
        with self.path.open("r+b") as file:
            # What a write that failed has left there is overwritten.
            file.truncate(self.end - self.base)
            file.seek(self.end - self.base)
            try:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            except OSError:
                with contextlib.suppress(OSError):
                    self.cut()
                raise

    def cut(self) -> None:
        """Take away what follows its last whole delivery."""
        os.truncate(self.path, self.end - self.base)


def find(folder: Path) -> list[Path]:
    """The files of a spool, the oldest first."""
    return sorted(path for path in folder.glob(f"*{_ENDING}") if path.stem.isdecimal())
