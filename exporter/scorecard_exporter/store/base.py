"""The contract of a store.

The promise that holds for every engine: *the cursor is never ahead of its records, and delivering a
batch again changes nothing*. One process writes, through one thread; several threads read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from arro3.core import Table

from scorecard_exporter.events.model import Batch, Coverage
from scorecard_exporter.events.rules import ServiceRule


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectPattern:
    """How a series of observations names its subjects.

    Observations of `series` (from `origin`, see `events.model.is_from`) whose raw subject is `raw` belong to
    `subject`: a service name, or `team/` and a team name.
    """

    series: str
    origin: str | None
    raw: str
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimensions:
    """The small tables made from the configuration.

    `services`: the rules that links are made by. `scope`: (team, subject) for every team: the services
    and teams it counts, the whole tree below it, once each; a subject is a service name, or `team/`
    and a team name. `days`: (zone, starts_at, ends_at) of calendar days, microseconds.
    """

    services: tuple[ServiceRule, ...]
    scope: tuple[tuple[str, str], ...]
    subjects: tuple[SubjectPattern, ...]
    zones: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChange:
    """A measure's colour changed. Times in microseconds; `value` in the base unit, None when grey."""

    scorecard: str
    team: str
    measure: str
    status: str
    value: float | None
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptReview:
    """A review as it was recorded, with the targets then in force. Times in microseconds.

    `period`: such as `2026-Q3`. `by`: a role. `notes`: what was said, as it was written; `decisions`: what of it was
    decided, one a line. `document`: the review in JSON, as `report` has it.
    """

    scorecard: str
    team: str
    period: str
    starts_at: int
    ends_at: int
    recorded_at: int
    by: str
    notes: str
    decisions: tuple[str, ...]
    document: str


@dataclass(frozen=True, slots=True)
class ReviewDates:
    """Of a scorecard of one team, in microseconds; None: never.

    `judged_since`: its first kept colour. `reviewed_at`: when a review was last recorded; `reviewed_until`: the end of
    the newest period that was reviewed.
    """

    judged_since: int | None = None
    reviewed_at: int | None = None
    reviewed_until: int | None = None


Delivery = tuple[str, Batch]
"""The name of a stream, and what it has read."""


class Store(Protocol):
    """Events, links, dimensions, cursors, status changes and reviews."""

    def write(self, source: str, *deliveries: Delivery) -> Mapping[str, int]:
        """Store what streams of a source have read: records, coverage and cursors in one transaction.

        A record seen again (same kind, origin and key) replaces the older one; the last one wins. Those of a partial
        batch are merged into what is known (`events.merge`). Marks the services that read these origins as not
        linked. The answer is how many records of each kind were stored.

        Raises:
            StoreFullError: nothing of it was stored.
        """

    def link(self) -> int:
        """Bring the links of all marked services up to date; how many services were linked."""

    def dimensions(self, dimensions: Dimensions) -> None:
        """Take the tables made from the configuration; services whose rule changed are marked."""

    def query(self, sql: str) -> Table:
        """Run one reading statement of the portable subset; safe from any thread."""

    def cursors(self, source: str) -> Mapping[str, str]:
        """Where each stream of a source goes on; one that was never read is absent."""

    def coverage(self, origins: Collection[str] = (), kinds: Collection[str] = ()) -> Sequence[Coverage]:
        """What has been read, one row for each origin and kind.

        Those of these origins and those of these kinds; all where neither is named.
        """

    def environments(self) -> Sequence[tuple[str, str, int]]:
        """(origin, raw environment, number of deployments) of all that is stored."""

    def status_changes(self) -> Sequence[StatusChange]:
        """The newest change of each measure."""

    def record_status_changes(self, changes: Iterable[StatusChange]) -> None:
        """Keep these changes."""

    def reviews(self, scorecard: str) -> Sequence[KeptReview]:
        """Every recorded review of a scorecard, the newest first."""

    def record_review(self, review: KeptReview) -> None:
        """Keep a review for ever; nothing that was recorded before is changed."""

    def review_dates(self, at: int) -> Mapping[tuple[str, str], ReviewDates]:
        """What was known at the moment `at` (microseconds) of when each (scorecard, team) was reviewed."""

    def statistics(self) -> Mapping[str, Any]:
        """Rows by table (`rows`), size of the file in bytes (`bytes`)."""

    def maintain(self) -> None:
        """The engine's housekeeping (a checkpoint)."""

    def close(self) -> None:
        """Finish the transaction in hand and let go of the store."""
