"""What a source is: a named list of streams, each read from a cursor; what it may be pushed; what it looks like."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Protocol

from pydantic import BaseModel, ConfigDict, Field

from scorecard_exporter.events.model import Batch, Problem, Record
from scorecard_exporter.quantities import Duration


class Stream(ABC):
    """One thing to read. Knows nothing of the store, the schedule or the scorecard."""

    name: str
    """Unique within its source; the cursor is kept under source and stream."""

    @abstractmethod
    def read(self, cursor: str | None, at: datetime) -> Iterator[Batch]:
        """Yield batches from `cursor` (None: from nothing) up to the moment `at`.

        One read is one step: all that is new up to `at`, and at most one piece of history more, newest first.
        Nothing new yields nothing, or one empty batch that moves `coverage` on. While the `progress` of the last
        batch is not finished, the stream is read again after the other streams had their turn. Delivering a batch
        again is harmless. Runs in a worker thread.

        Raises:
            FatalSourceError: the source cannot be read until a person changes something.
            SkippableSourceError: this stream cannot; the others go on.
            RetriableSourceError: the next poll may succeed.
            PausedSourceError: no more may be asked until later.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A verified push, as it came. `id` is the same when the system sends it again; `event`: what its header says."""

    id: str
    event: str
    body: bytes
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """What a delivery says: records that are merged into those known. Neither: the event is of no interest."""

    records: tuple[Record, ...] = ()
    problems: tuple[Problem, ...] = ()


class Webhook(Protocol):
    """How a source is pushed to, by POST to `/api/v1/webhooks/SOURCE`."""

    def accept(self, headers: Mapping[str, str], body: bytes, at: datetime) -> Delivery:
        """Verify a request, in constant time over the raw body, before anything of it is parsed.

        `headers`: names in lower case.

        Raises:
            RefusedDeliveryError: the signature or token is missing or wrong, or the time is too old.
        """

    def parse(self, delivery: Delivery) -> Pushed:
        """The records in a delivery; pure. What is malformed is a problem, never an exception."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """What a system says about a quota: `limit` and `remaining` in its own units, `resets_at` in epoch seconds."""

    resource: str
    limit: int
    remaining: int
    resets_at: float


@dataclass(slots=True)
class Traffic:
    """What was asked of a system, and what may still be; counted by its client, read at a scrape.

    `failures` by reason: a status code, `timeout`, `connection`, `tls`, `body`. `paused_until`: epoch seconds.
    """

    requests: int = 0
    unmodified: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    rates: dict[str, Rate] = field(default_factory=dict)
    paused_until: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Things of one sort that a system shows: name → how many of it, None where that is not counted.

    `sort` in the plural: `repositories`, `environments`, `jobs`, `services`, `labels`. `origin`: whose they are,
    '' for the whole source.
    """

    sort: str
    names: Mapping[str, int | None]
    origin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """What `check --online` tells of a source.

    `account`: whom the credential belongs to. `missing`: scopes or permissions that are needed and not there, each
    with what it is needed for. `next_sync`: half a sentence about the cost of the next poll.
    """

    account: str
    missing: tuple[str, ...] = ()
    seen: tuple[Seen, ...] = ()
    next_sync: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A configured source. `interval`: seconds between two polls.

    `streams`: each iteration may ask the system anew which there are, and then raises what `Stream.read` raises.
    `webhook`: None where it takes no pushes. `inspect`: None where there is nothing to look at; raises SourceError.
    `traffic`: None where nothing is asked over a network.
    """

    name: str
    type: str
    interval: float
    streams: Iterable[Stream]
    webhook: Webhook | None = None
    inspect: Callable[[], Inspection] | None = None
    traffic: Traffic | None = None


class SourceOptions(BaseModel, ABC):
    """The keys of one entry under `sources:`; each source type has its own subclass."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    type: str
    interval: Annotated[Duration, Field(default="5m", validate_default=True, description="How often it is read.")]

    @abstractmethod
    def origins(self, name: str) -> tuple[str, ...] | None:
        """The origins this source will write, for checking references; None when only a poll can tell."""

    @abstractmethod
    def build(self, name: str, directory: str) -> Source:
        """The source. Relative paths are meant from `directory`, that of the configuration file."""
