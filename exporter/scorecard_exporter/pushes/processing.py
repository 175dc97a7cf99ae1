"""From the spool to the store: what was pushed is parsed and merged into what is known, in the order of its coming."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from scorecard_exporter.errors import ScorecardError
from scorecard_exporter.events.model import Batch, Coverage, Problem, Record
from scorecard_exporter.logs import fields
from scorecard_exporter.pushes.spool import Spool
from scorecard_exporter.sources.base import Delivery, Pushed, Webhook
from scorecard_exporter.sources.text import excerpt

log = logging.getLogger("scorecard")

STREAM = "webhook"
"""The stream under which the store keeps the position in the spool."""
TOGETHER = 4 << 20
"""About so many bytes of deliveries are stored in one transaction."""

Store = Callable[[Batch], None]
"""Stores a batch; blocks until it is done."""
Covers = Callable[[Sequence[Record], datetime], tuple[Coverage, ...]]
"""What is known once these records are stored, by the moment at which the last of them came."""


def stored_up_to(cursors: Mapping[str, str]) -> int:
    """Up to where a spool is stored, by the cursors of its source."""
    cursor = cursors.get(STREAM, "")
    return int(cursor) if cursor.isascii() and cursor.isdecimal() else 0


def process(
    source: str, webhook: Webhook, spool: Spool, store: Store, covers: Covers, *, is_wanted: Callable[[], bool]
) -> bool:
    """Store what waits by now; whether there was anything.

    A delivery that cannot be read or stored is a problem, and the others go on. `is_wanted`: once it is false, what
    `store` raises is raised.

    Raises:
        ScorecardError: the store takes nothing now; nothing is lost.
        OSError: the spool cannot be read.
    """
    begin, end = spool.position, spool.end
    while spool.position < end:
        deliveries, position = spool.next(TOGETHER)
        batch = _batch(source, webhook, deliveries, position, covers)
        try:
            store(batch)
        except ScorecardError:
            raise
        except Exception:
            if not is_wanted():
                raise
            log.exception("pushes could not be stored together", extra=fields(source=source))
            _store_apart(source, webhook, spool, store, covers)
        else:
            spool.done(position)
    return end > begin


def _store_apart(source: str, webhook: Webhook, spool: Spool, store: Store, covers: Covers) -> None:
    """The next delivery alone; what cannot be stored even so is left out."""
    deliveries, position = spool.next(1)
    try:
        store(_batch(source, webhook, deliveries, position, covers))
    except ScorecardError:
        raise
    except Exception as error:  # noqa: BLE001  whatever it is, it is said, and the others go on
        problems = tuple(_problem(source, delivery, "stored", error) for delivery in deliveries)
        store(Batch(records=(), cursor=str(position), problems=problems, is_partial=True))
    spool.done(position)


def _batch(source: str, webhook: Webhook, deliveries: Sequence[Delivery], position: int, covers: Covers) -> Batch:
    pushed = [_parsed(source, webhook, delivery) for delivery in deliveries]
    records = tuple(record for one in pushed for record in one.records)
    return Batch(
        records=records,
        cursor=str(position),
        coverage=covers(records, deliveries[-1].received_at) if deliveries else (),
        problems=tuple(problem for one in pushed for problem in one.problems),
        is_partial=True,
    )


def _parsed(source: str, webhook: Webhook, delivery: Delivery) -> Pushed:
    try:
        return webhook.parse(delivery)
    except Exception as error:  # noqa: BLE001  whatever it is, it is said, and the others go on
        # Without the error's own words and its traceback: they may hold what was pushed.
        log.error("a push could not be read", extra=fields(source=source, error=type(error).__name__))  # noqa: TRY400
        return Pushed(problems=(_problem(source, delivery, "read", error),))


def _problem(source: str, delivery: Delivery, what: str, error: Exception) -> Problem:
    event = f"the event {excerpt(delivery.event, 60)}" if delivery.event else "a push"
    message = (
        f"{event} that came at {delivery.received_at:%Y-%m-%dT%H:%M:%SZ} could not be {what} "
        f"({type(error).__name__}); it is left out"
    )
    return Problem(code="bad_push", message=message, origin=f"{source}:")
