"""The moments at which a history is taken: steps of the calendar in a zone, or of a fixed length. Reads no clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Literal, NamedTuple, get_args
from zoneinfo import ZoneInfo

from scorecard_exporter.quantities import RefusedError, instant, moment, positive_duration, to_micros

Calendar = Literal["day", "week", "month", "quarter"]
CALENDAR: tuple[Calendar, ...] = get_args(Calendar)
SHORTEST = 60_000_000
"""Microseconds: no step is shorter."""
ALLOWED = f"{', '.join(CALENDAR)} or a duration of at least a minute such as 12h"
_MONTHS = {"month": 1, "quarter": 3}
_DAYS = {"day": 1, "week": 7}


class Point(NamedTuple):
    """One point of a history, in microseconds. `starts_at` None: every measure has its own window, which ends there."""

    ends_at: int
    starts_at: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """How far points lie apart: from one beginning of a calendar's day, week (Monday), month or quarter to the next.

    `calendar` None: every `micros`, counted from the epoch.
    """

    calendar: Calendar | None
    micros: int = 0


def step_of(text: str) -> Step:
    """A step as people write it: a word of the calendar, or a duration.

    Raises:
        RefusedError: it is neither.
    """
    for word in CALENDAR:
        if text == word:
            return Step(word)
    try:
        micros = to_micros(positive_duration(text))
    except RefusedError as error:
        raise RefusedError(text, ALLOWED) from error
    if micros < SHORTEST:
        raise RefusedError(text, ALLOWED)
    return Step(None, micros)


def moments(step: Step, zone: str, first: int, last: int) -> Iterator[int]:
    """The moments from `first` to `last`, both included (microseconds), one by one, so that a caller can stop.

    The clocks of `zone` say when a day begins: one is 23 or 25 hours long where they change.
    """
    if step.calendar is None:
        yield from range(-(-first // step.micros) * step.micros, last + 1, step.micros)
        return
    clocks = ZoneInfo(zone)
    day = _begin(step.calendar, moment(first).astimezone(clocks).date())
    while (at := instant(datetime(day.year, day.month, day.day, tzinfo=clocks))) <= last:
        if at >= first:
            yield at
        day = _next(step.calendar, day)


def rolling(step: Step, zone: str, first: int, last: int) -> Iterator[Point]:
    """Points at which every measure is taken over its own window."""
    return (Point(at) for at in moments(step, zone, first, last))


def calendar_periods(step: Step, zone: str, first: int, last: int) -> Iterator[Point]:
    """The whole periods from one moment to the next that lie within `first` to `last`."""
    return (Point(ends_at, starts_at) for starts_at, ends_at in pairwise(moments(step, zone, first, last)))


def _begin(unit: Calendar, day: date) -> date:
    """The first day of the unit that `day` lies in."""
    if unit == "week":
        return day - timedelta(days=day.weekday())
    if unit in _MONTHS:
        return day.replace(month=(day.month - 1) // _MONTHS[unit] * _MONTHS[unit] + 1, day=1)
    return day


def _next(unit: Calendar, day: date) -> date:
    if unit in _DAYS:
        return day + timedelta(days=_DAYS[unit])
    months = day.year * 12 + day.month - 1 + _MONTHS[unit]
    return date(months // 12, months % 12 + 1, 1)
