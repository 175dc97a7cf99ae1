"""Moments: whole seconds since the epoch, in UTC. Systems disagree about everything finer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache

MINUTE, HOUR, DAY = 60, 3600, 86_400
WEEK = 7 * DAY

SATURDAY = 5


def moment(text: str) -> int:
    """The moment that an ISO 8601 text names; one without an offset is in UTC. Raises ValueError."""
    parsed = datetime.fromisoformat(text)
    return int((parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp())


def when(at: int) -> datetime:
    """The moment as an aware datetime."""
    return datetime.fromtimestamp(at, UTC)


@lru_cache(maxsize=200_000)
def iso(at: int) -> str:
    """`2026-03-01T10:05:00Z`."""
    return when(at).strftime("%Y-%m-%dT%H:%M:%SZ")


def month_start(at: int, later: int = 0) -> int:
    """The first moment of the month of `at`, or of the one so many months later (or earlier)."""
    day = when(at)
    months = day.year * 12 + day.month - 1 + later
    return int(datetime(months // 12, months % 12 + 1, 1, tzinfo=UTC).timestamp())


def months(starts_at: int, ends_at: int) -> Iterator[tuple[int, int]]:
    """The whole calendar months in between, each with its first moment and that of the next."""
    begin = month_start(starts_at)
    while (end := month_start(begin, 1)) <= ends_at:
        if begin >= starts_at:
            yield begin, end
        begin = end


def days(starts_at: int, ends_at: int) -> Iterator[int]:
    """The first moment of each day from that of `starts_at` on."""
    yield from range(starts_at - starts_at % DAY, ends_at, DAY)


def office_hours(at: int) -> int:
    """`at`, or the next moment from Monday to Friday between 8 and 17 o'clock."""
    day = at - at % DAY
    if at - day >= 17 * HOUR:
        day += DAY
    while when(day).weekday() >= SATURDAY:
        day += DAY
    start = day + 8 * HOUR + at % HOUR
    return max(at, start) if day <= at else start
