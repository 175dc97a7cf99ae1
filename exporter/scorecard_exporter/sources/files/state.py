"""What was read of each file: the cursor of the stream."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from scorecard_exporter.errors import RetriableSourceError
from scorecard_exporter.quantities import instant

Pair = tuple[str, str]
"""(thing, kind)"""

_SETTLING_SECONDS = 2.0


@dataclass(slots=True)
class Seen:
    """A file as it was read.

    `modified`: nanoseconds, 0 when it changed so shortly before that it may change again within the same
    tick of the file system's clock. `pairs`: what it feeds, and microseconds of the earliest record of
    that, None without one. `complete`: it was whole.
    """

    size: int
    modified: int
    digest: str
    complete: bool = True
    pairs: dict[Pair, int | None] = field(default_factory=dict)

    def begin(self, earliest: Mapping[Pair, datetime]) -> None:
        """Take note of the earliest records that a read of the file has shown."""
        for pair, begins in earliest.items():
            before = self.pairs.get(pair)
            self.pairs[pair] = instant(begins) if before is None else min(before, instant(begins))


@dataclass(frozen=True, slots=True)
class State:
    """`made_by`: digest of the options that decide what the records look like."""

    made_by: str
    files: Mapping[str, Seen]

    def fed_by(self, names: Iterable[str]) -> set[Pair]:
        """What the files of these names feed."""
        return {pair for name in names if name in self.files for pair in self.files[name].pairs}

    def incomplete(self) -> set[Pair]:
        """What is fed by a file that is not whole."""
        return self.fed_by(name for name, seen in self.files.items() if not seen.complete)

    def dump(self) -> str:
        """As a cursor."""
        files = {
            name: {**asdict(seen), "pairs": [[*pair, earliest] for pair, earliest in sorted(seen.pairs.items())]}
            for name, seen in self.files.items()
        }
        return json.dumps({"made_by": self.made_by, "files": files})


def load(cursor: str | None) -> State:
    """From a cursor; one that is not understood is as none."""
    try:
        written = json.loads(cursor or "null")
        files = {
            name: Seen(**{**seen, "pairs": {(thing, kind): earliest for thing, kind, earliest in seen["pairs"]}})
            for name, seen in written["files"].items()
        }
        return State(str(written["made_by"]), files)
    except (TypeError, ValueError, KeyError, AttributeError):
        return State("", {})


def look(path: Path, before: Seen | None, at: datetime) -> Seen:
    """The file as it is now: what it feeds is taken from `before` if it is the same, else left open.

    The content is read only when size or time of change differ.
    """
    try:
        status = path.stat()
        if before and (before.size, before.modified) == (status.st_size, status.st_mtime_ns):
            return before
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise RetriableSourceError(f"cannot read {path}: {error.strerror}; nothing is changed") from None
    settled = at.timestamp() - status.st_mtime > _SETTLING_SECONDS
    seen = Seen(status.st_size, status.st_mtime_ns if settled else 0, digest)
    if before and before.digest == digest:
        seen.pairs, seen.complete = before.pairs, before.complete
    return seen
