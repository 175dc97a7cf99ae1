"""How much of a span of time people were at work, by a table of open hours."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from scorecard_exporter.events.rules import OpenHours
from scorecard_exporter.quantities import instant

_FIRST_DAY, _LAST_DAY = date(2000, 1, 1), date(2060, 1, 1)


def open_time(hours: OpenHours | None, starts_at: int, ends_at: int) -> int:
    """Microseconds of `[starts_at, ends_at)` within open hours; all of it where there is no table.

    Hours follow the clocks: 09:00 to 17:00 are eight hours on every day, also where clocks change at night.
    """
    if hours is None:
        return ends_at - starts_at
    table = _table(hours)
    return table.until(ends_at) - table.until(starts_at)


class _Table:
    """Open spans in order, with how much was open before each of them."""

    def __init__(self, hours: OpenHours) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._before: list[int] = []
        total = 0
        for starts_at, ends_at in _spans(hours):
            self._starts.append(starts_at)
            self._ends.append(ends_at)
            self._before.append(total)
            total += ends_at - starts_at

    def until(self, moment: int) -> int:
        """How much was open before a moment, counted from the first day of the table."""
        place = bisect_right(self._starts, moment) - 1
        if place < 0:
            return 0
        return self._before[place] + min(moment, self._ends[place]) - self._starts[place]


@lru_cache(maxsize=32)
def _table(hours: OpenHours) -> _Table:
    return _Table(hours)


def _spans(hours: OpenHours) -> Iterator[tuple[int, int]]:
    """Open spans on the clocks of the zone; an hour that a change of clocks skipped is not there."""
    zone, closed = ZoneInfo(hours.zone), {date.fromisoformat(day) for day in hours.closed}
    for number in range((_LAST_DAY - _FIRST_DAY).days):
        day = _FIRST_DAY + timedelta(days=number)
        for opens, closes in () if day in closed else hours.week[day.weekday()]:
            starts_at, ends_at = _clock(day, opens, zone), _clock(day, closes, zone)
            if starts_at < ends_at:
                yield starts_at, ends_at


def _clock(day: date, minutes: int, zone: ZoneInfo) -> int:
    return instant(datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(minutes=minutes))
