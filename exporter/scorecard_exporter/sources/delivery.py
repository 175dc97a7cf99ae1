"""Cutting what a stream reads into batches without ever moving the cursor ahead of the records."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from scorecard_exporter.events.model import Batch, Record

BATCH_SIZE = 8_000


def deliver(
    records: Iterable[Record],
    *,
    cursor: str | None,
    replace: tuple[tuple[str, str], ...],
    finish: Callable[[], Batch],
) -> Iterator[Batch]:
    """Yield `records` in batches that leave the cursor where it was; only the last one moves it on.

    A read that is cut off anywhere is thus done again from where it began. The first batch drops what
    `replace` names. `finish` makes the last batch once all records were read; the rest of them is put
    before its own.
    """
    remaining = iter(records)
    chunk = tuple(islice(remaining, BATCH_SIZE))
    while len(chunk) == BATCH_SIZE:
        yield Batch(records=chunk, cursor=cursor or "", replace=replace)
        replace = ()
        chunk = tuple(islice(remaining, BATCH_SIZE))
    last = finish()
    yield dataclasses.replace(last, records=chunk + last.records, replace=replace + last.replace)


def digest(*things: object) -> str:
    """A short text that is the same for the same things, and for no others."""
    return hashlib.blake2b(repr(things).encode("utf-8", "backslashreplace"), digest_size=16).hexdigest()
