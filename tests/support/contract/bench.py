"""A source, the system behind it, and the store that its polls fill; time is moved by hand, and nobody waits for it."""

import contextlib
import functools
import itertools
import logging
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from prometheus_client import CollectorRegistry, generate_latest

from clock import Hands
from contract.shelf import Shelf
from fake_system import FakeSystem, answer_with
from scorecard_exporter import polling
from scorecard_exporter.exposition.traffic import TrafficCollector
from scorecard_exporter.sources import delivery
from scorecard_exporter.sources.base import Source, SourceOptions, Stream
from scorecard_exporter.sources.kit import client as kit_client
from scorecard_exporter.sources.kit.quota import Budgets
from scorecard_exporter.store.duckdb import DuckDBStore
from scorecard_exporter.store.tables import PARTS, RECORDS

NAME = "source"
FIRST = datetime(2026, 5, 30, 0, 20, tzinfo=UTC)
"""The first poll; what `grow` adds has happened by the last one."""
LATER = FIRST + timedelta(minutes=30)
LAST = datetime(2026, 6, 1, tzinfo=UTC)

MOST_REQUESTS = 3_000
MOST_ROUNDS = 1_000


_NUMBERS = itertools.count(1)


class EndlessError(BaseException):
    """A poll asks on and on; nothing of ours takes this for an error of a source."""


class KilledError(BaseException):
    """The process ends here."""


class EnoughError(BaseException):
    """No more rounds are wanted of this poll."""


@dataclass
class Door:
    """All requests come through here. `answer`: in place of the system, from a request's number and the request.

    `rounds`: by request, in which round of the poll it was made.
    """

    system: FakeSystem
    answer: Callable[[int, httpx.Request], httpx.Response] | None = None
    before: Callable[[int], None] = lambda _: None
    requests: list = field(default_factory=list)
    answers: list = field(default_factory=list)
    rounds: list = field(default_factory=list)
    round: int = 1

    def __call__(self, request):
        self.requests.append(request)
        self.rounds.append(self.round)
        number = len(self.requests)
        if number > MOST_REQUESTS:
            raise EndlessError(f"more than {MOST_REQUESTS} requests in one poll")
        self.before(number)
        answer = self.answer(number, request) if self.answer else self.system(request)
        self.answers.append(answer)
        return answer


class Watched(Stream):
    """A stream, and what it raises."""

    def __init__(self, stream, raised):
        self.name, self._stream, self._raised = stream.name, stream, raised

    def read(self, cursor, at):
        try:
            yield from self._stream.read(cursor, at)
        except Exception as error:
            self._raised.append(error)
            raise


@dataclass
class WatchedStreams:
    """The streams of a source, and what asking for them raises."""

    streams: object
    raised: list

    def __iter__(self):
        try:
            for stream in self.streams:
                yield Watched(stream, self.raised)
        except Exception as error:
            self.raised.append(error)
            raise


class World:
    """One system and one source, whose polls fill a shelf.

    After a poll: `report`, what it raised (`raised`), the batches it wrote (`batches`), what it asked (`door`).
    `is_fine`: every batch is of two records and is stored at once, so that there are many moments to be killed at.
    """

    def __init__(self, bench, *, is_fine=False):
        self.bench = bench
        self.system = bench.make()
        self.shelf = Shelf()
        self.hands = Hands()
        self.is_fine = is_fine
        self.raised, self.batches = [], []
        self.writes = 0
        self.restart()

    def restart(self):
        """As a new process does: nothing is known but what is stored."""
        self.options = self.bench.types[self.system.options["type"]].model_validate(self.system.options)
        clock = self.hands.clock()
        self.bench.monkeypatch.setattr(kit_client, "Clock", lambda: clock)
        self.bench.monkeypatch.setattr(kit_client, "_BUDGETS", Budgets())
        source: Source = self.options.build(NAME, str(self.bench.directory))
        self.source = replace(source, streams=WatchedStreams(source.streams, self.raised))

    def grow(self):
        """Things happen in the system."""
        self.system.grow()

    def poll(self, at, *, answer=None, before=lambda _: None, rounds=None):
        """One poll as the service makes it, at a moment; the first `rounds` of it."""
        self.hands.at = at.timestamp()
        self.raised.clear()
        self.batches.clear()
        self.door = Door(self.system, answer, before)
        answer_with(self.bench.monkeypatch, self.door)

        def told(report):
            self.report = report
            if self.door.round == rounds:
                raise EnoughError
            self.door.round += 1
            if self.door.round > MOST_ROUNDS:
                raise EndlessError(f"more than {MOST_ROUNDS} rounds in one poll")

        with self.bench.monkeypatch.context() as patch, contextlib.suppress(EnoughError):
            if self.is_fine:
                patch.setattr(delivery, "BATCH_SIZE", 2)
                patch.setattr(polling, "RECORDS_TOGETHER", 0)
            self.report = polling.Poll(
                self.source,
                self.cursors(),
                self._write,
                told=told,
                now=lambda: datetime.fromtimestamp(self.hands.at, UTC),
            ).run()
        for error in self.raised:
            if isinstance(error, AssertionError):
                raise error  # of a check that looked on; the poll took it for a failure of the source
        return self.report

    def _write(self, deliveries):
        self.shelf.write(deliveries)
        self.writes += 1
        self.batches.extend(batch for _, batch in deliveries)

    @property
    def problems(self):
        return [problem for batch in self.batches for problem in batch.problems]

    def records(self):
        """What is stored, by (origin, kind, key)."""
        return dict(self.shelf.records)

    def coverage(self):
        return dict(self.shelf.coverage)

    def cursors(self):
        return dict(self.shelf.cursors)

    def wanted_from(self, at):
        return at - self.options.depth

    def told(self):
        """Everything that anybody may see of the source: messages, log, metrics, and what is stored."""
        registry = CollectorRegistry()
        registry.register(TrafficCollector({NAME: self.source.traffic} if self.source.traffic else {}))
        return "\n".join(
            [
                *self.report.sentences(),
                self.report.paused,
                *map(repr, self.problems),
                self.bench.caplog.text,
                generate_latest(registry).decode(),
                *self.stored(),
            ]
        )

    def stored(self):
        """Everything that is stored, as texts."""
        return str(self.shelf.records), str(self.shelf.cursors)


class StoredWorld(World):
    """A world whose polls fill a real store, as the service's do."""

    def __init__(self, bench, **how):
        super().__init__(bench, **how)
        self.store = DuckDBStore.open(bench.directory / f"{next(_NUMBERS)}.duckdb")

    def close(self):
        self.store.close()

    def _write(self, deliveries):
        self.store.write(NAME, *deliveries)
        super()._write(deliveries)

    def records(self):
        """As the rows say it: the record, and the rows of what it has several of."""
        parts = defaultdict(list)
        for name in PARTS:
            for row in rows(self.store, name):
                parts[row["origin"], row["kind"], row["key"]].append(tuple(row.values()))
        found = {}
        for kind, table in RECORDS.items():
            for row in rows(self.store, table.name):
                address = row["origin"], kind, row["key"]
                assert address not in found, f"{address} is stored twice"
                found[address] = table.record(row, {}), parts[address]
        return found

    def coverage(self):
        return {(one.origin, one.kind): (one.from_at, one.to_at) for one in self.store.coverage()}

    def cursors(self):
        return dict(self.store.cursors(NAME))

    def stored(self):
        return [str(rows(self.store, name)) for name in self.store.statistics()["rows"]]


def rows(store, table):
    """The rows of a table, as mappings, in an order that does not change."""
    return store.query(f"SELECT * FROM {table} ORDER BY ALL").to_struct_array().to_pylist()


def since(records, moment):
    """Those of the records that began at this moment or later, or have no beginning."""
    return {address: one for address, one in records.items() if (created(one) or moment) >= moment}


def created(stored):
    """When a record began, as a world tells it."""
    return (stored[0] if isinstance(stored, tuple) else stored).created_at


@dataclass
class Bench:
    """What a check needs: `make` gives the system anew, as it was at first."""

    make: Callable[[], FakeSystem]
    types: Mapping[str, type[SourceOptions]]
    directory: Path
    monkeypatch: object
    caplog: object
    worlds: list = field(default_factory=list)

    def __post_init__(self):
        self.caplog.set_level(logging.DEBUG)

    def world(self, **how):
        """A world whose polls fill a shelf."""
        return World(self, **how)

    def world_at(self, at, **how):
        """A world before its poll at that moment: the last poll is of a system that was known, and has grown."""
        world = self.world(**how)
        if at == LAST:
            world.shelf = self.at_first.shelf.copy()
            world.grow()
        return world

    def stored_world(self, **how):
        """A world with a store, which is closed with the bench."""
        self.worlds.append(StoredWorld(self, **how))
        return self.worlds[-1]

    def close(self):
        """Let go of all stores."""
        for world in self.worlds:
            world.close()
        self.worlds.clear()

    @functools.cached_property
    def at_first(self):
        """The world that was read from nothing at the first poll, without anything going wrong."""
        return self._whole(FIRST)

    @functools.cached_property
    def at_last(self):
        """The world that was read from nothing at the last one, when it had grown."""
        return self._whole(LAST, has_grown=True)

    def _whole(self, at, *, has_grown=False):
        world = self.world()
        if has_grown:
            world.grow()
        report = world.poll(at)
        assert (report.troubles, report.paused, world.raised) == ({}, "", []), "nothing was wrong with the system"
        return world
