"""From the samples of an alert to the times during which it fired."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

SETTLING = timedelta(minutes=2)
"""So long after an evaluation its samples may still be on their way."""
_AND_A_HALF = 1.5


@dataclass(frozen=True, slots=True)
class Span:
    """The first and the last evaluation at which an alert fired, one right after the other."""

    first: datetime
    last: datetime


def spans(known: Sequence[Span], samples: Iterable[datetime], interval: timedelta) -> list[Span]:
    """`known` spans and new `samples`, both in order, as spans.

    One evaluation at which the alert does not fire resolves it: when it fires again, that is another alert to
    Alertmanager as well.
    """
    found = list(known)
    for at in samples:
        if found and at <= found[-1].last:
            continue
        if found and at - found[-1].last <= interval * _AND_A_HALF:
            found[-1] = replace(found[-1], last=at)
        else:
            found.append(Span(at, at))
    return found


def resolved_at(span: Span, interval: timedelta, until: datetime) -> datetime | None:
    """The evaluation at which it did not fire any more; None while it may still fire, as far as `until` tells."""
    after = span.last + interval
    return after if after + SETTLING <= until else None
