"""All sources that take pushes: received while the store may be busy, stored and shown when it can be."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from scorecard_exporter.errors import ScorecardError, UnknownNameError
from scorecard_exporter.events.model import Batch, Coverage, Record
from scorecard_exporter.events.rules import ServiceRule
from scorecard_exporter.logs import fields
from scorecard_exporter.pushes.intake import Intake
from scorecard_exporter.pushes.listening import Pair, heard, mapped
from scorecard_exporter.pushes.processing import STREAM, process, stored_up_to
from scorecard_exporter.pushes.segments import find
from scorecard_exporter.pushes.spool import Spool
from scorecard_exporter.sources.base import Source, Webhook
from scorecard_exporter.sources.text import excerpt

log = logging.getLogger("scorecard")

PAUSE = 1.0
"""Seconds between two refreshes for the sake of pushes: what comes meanwhile shows with the next one."""
AGAIN = 10.0
"""After so many seconds it is tried again to store what could not be."""


def spool_folder(store: Path) -> Path:
    """Where what is pushed waits for the store in this file."""
    return store.with_name(f"{store.name}.pushes")


@dataclass(frozen=True, slots=True)
class Keeper:
    """Where what was pushed is kept, and who shows it.

    `cursors`: those of the streams of a source. `coverage`: what is known. `write`: stores batches of a source's
    streams and reports their problems; called in a thread, blocks until it is done, raises ScorecardError where
    nothing can be stored now. `refresh`: works the numbers out anew.
    """

    cursors: Callable[[str], Mapping[str, str]]
    coverage: Callable[[], Sequence[Coverage]]
    write: Callable[[str, list[tuple[str, Batch]]], None]
    refresh: Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _Taken:
    """A source that takes pushes. `pairs`: what it is listened to for, None where polling tells what is known."""

    name: str
    intake: Intake
    pairs: frozenset[Pair] | None


class Pushes:
    """Receives for the sources it was given with `take`, and stores while `run` goes on."""

    def __init__(self, folder: Path, keeper: Keeper) -> None:
        self._folder, self._keeper = folder, keeper
        self._taken: dict[str, _Taken] = {}
        self._disk = ThreadPoolExecutor(4, "push")
        self._store = ThreadPoolExecutor(1, "pushed")
        self._news = asyncio.Event()
        self._is_closed = False

    @property
    def intakes(self) -> Mapping[str, Intake]:
        """How each source is pushed to, by its name."""
        return {name: taken.intake for name, taken in self._taken.items()}

    def take(self, sources: Mapping[str, Source], rules: Iterable[ServiceRule]) -> None:
        """From now on these sources are pushed to, and no others; what waits for others waits on.

        Raises:
            ScorecardError: a spool cannot be opened.
        """
        rules = tuple(rules)
        taken = {}
        for name, source in sources.items():
            if source.webhook is not None:
                intake = self._intake(name, source.webhook)
                taken[name] = _Taken(name, intake, mapped(name, rules) if source.streams == () else None)
        self._taken = taken
        self._tell_of_others()
        self._news.set()

    def intake(self, source: str) -> Intake:
        """Who takes the pushes of a source.

        Raises:
            UnknownNameError: nobody does. Whether there is such a source is nobody's business who asks.
        """
        if source not in self._taken:
            name = excerpt(source, 60)
            raise UnknownNameError(f"No source named {name!r} takes pushes: it needs a `webhook_secret`.")
        return self._taken[source].intake

    async def receive(self, source: str, headers: Mapping[str, str], body: bytes) -> None:
        """Take a push; see `Intake.receive`. It shows within seconds, or when the store is free again."""
        await self.intake(source).receive(headers, body, datetime.now(UTC))
        self._news.set()

    async def run(self) -> None:
        """Store what is received, until this is cancelled."""
        while True:
            await self._news.wait()
            self._news.clear()
            # A list: each has its turn.
            if any([await self._process(taken) for taken in self._taken.values()]):
                await self._keeper.refresh()
                await asyncio.sleep(PAUSE)

    def listen(self, source: str) -> None:
        """Put down that a source which is only pushed to was listened to until now; called in a thread.

        Raises:
            ScorecardError: nothing can be stored now.
        """
        taken = self._taken.get(source)
        if taken is None or taken.pairs is None:
            return
        with taken.intake.turn:
            spool = taken.intake.spool
            if not spool.waiting:
                coverage = self._covers(taken, (), datetime.now(UTC))
                batch = Batch(records=(), cursor=str(spool.position), coverage=coverage, is_partial=True)
                self._keeper.write(source, [(STREAM, batch)])

    def close(self) -> None:
        """Store nothing more; what is received still is put down, and stored at the next start."""
        self._is_closed = True
        self._store.shutdown(wait=False, cancel_futures=True)

    def _intake(self, source: str, webhook: Webhook) -> Intake:
        """A source that was there before keeps its spool and its counts."""
        if source in self._taken:
            intake = self._taken[source].intake
            intake.webhook = webhook
            return intake
        folder = self._folder / source
        try:
            spool = Spool(folder, self._position(source))
        except OSError as error:
            raise ScorecardError(f"Pushes cannot be kept in {folder}: {error.strerror}") from error
        return Intake(webhook, spool, self._disk)

    def _tell_of_others(self) -> None:
        for folder in self._folder.iterdir() if self._folder.is_dir() else ():
            if folder.name not in self._taken and find(folder):
                log.warning("pushes wait for a source that takes none any more", extra=fields(folder=folder))

    async def _process(self, taken: _Taken) -> bool:
        """Store what waits for a source; whether there was anything."""
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._store, self._stored, taken)
        except Exception as error:
            if self._is_closed:
                return False
            is_crash = not isinstance(error, ScorecardError | OSError)
            about = fields(source=taken.name, reason=error)
            log.error("pushes could not be stored, it is tried again", extra=about, exc_info=is_crash)  # noqa: TRY400
            loop.call_later(AGAIN, self._news.set)
            return False

    def _stored(self, taken: _Taken) -> bool:
        def store(batch: Batch) -> None:
            self._keeper.write(taken.name, [(STREAM, batch)])

        with taken.intake.turn:
            return process(
                taken.name,
                taken.intake.webhook,
                taken.intake.spool,
                store,
                partial(self._covers, taken),
                is_wanted=lambda: not self._is_closed,
            )

    def _covers(self, taken: _Taken, records: Sequence[Record], at: datetime) -> tuple[Coverage, ...]:
        if taken.pairs is None:
            return ()
        return heard(taken.name, taken.pairs, self._keeper.coverage(), records, at)

    def _position(self, source: str) -> int:
        """Up to where the spool of a source is stored."""
        return stored_up_to(self._keeper.cursors(source))
