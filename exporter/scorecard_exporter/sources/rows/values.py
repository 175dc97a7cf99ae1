"""From what is written to one value of a record."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import MAXYEAR, MINYEAR, UTC, datetime, timedelta, tzinfo
from decimal import Decimal, InvalidOperation

from scorecard_exporter.events.model import LARGEST_VALUE, Transition
from scorecard_exporter.sources.text import excerpt, printable

Convert = Callable[[object], object]
"""Raises ValueError with half a sentence that says what is allowed."""

FUTURE_TOLERANCE = timedelta(days=1)
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
_FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_STEP = re.compile(r"\s*([^@\s]+)\s*@\s*(\S.*?)\s*")


def text(value: object) -> str:
    """Text on one line; numbers stay as they are written."""
    if isinstance(value, str):
        return value if value.isprintable() else printable(value)
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return str(value)
    raise ValueError(f"{_shown(value)} is not text")


def number(value: object) -> Decimal:
    """A decimal number up to a hundred thousand million, either side of zero; six decimals are kept."""
    if isinstance(value, (str, int, Decimal)) and not isinstance(value, bool):
        try:
            found = Decimal(value)
        except InvalidOperation:
            found = Decimal("nan")
        if found.is_finite() and abs(found) <= LARGEST_VALUE:
            return found
        if found.is_finite():
            raise ValueError(f"{_shown(value)} is beyond {LARGEST_VALUE:,}; write it in thousands or millions")
    raise ValueError(f"{_shown(value)} is not a number such as 12 or 0.95")


def flag(value: object) -> bool:
    """A flag: true or false, yes or no, 1 or 0."""
    found = _FLAGS.get(str(value).lower())
    if found is None:
        raise ValueError(f"{_shown(value)} is neither true nor false")
    return found


def words(value: object) -> tuple[str, ...]:
    """A list, or text with `;` between the entries, or else spaces."""
    if isinstance(value, (list, tuple)):
        return tuple(text(entry) for entry in value)
    written = text(value)
    entries = written.split(";") if ";" in written else written.split()
    return tuple(entry.strip() for entry in entries if entry.strip())


def status(allowed: tuple[str, ...]) -> Convert:
    """One of the words `allowed`, in any case."""

    def convert(value: object) -> str:
        found = str(value).lower()
        if found not in allowed:
            raise ValueError(f"{_shown(value)} is none of {', '.join(allowed)}")
        return found

    return convert


def time(zone: tzinfo | None, latest: datetime) -> Callable[[object], datetime]:
    """ISO 8601, from 1990 to `latest`; `zone` is that of times without one."""

    def convert(value: object) -> datetime:
        try:
            found = datetime.fromisoformat(value)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            raise ValueError(f"{_shown(value)} is not a time such as 2026-01-31T09:30:00Z") from None
        if found.tzinfo is None and zone is None:
            raise ValueError(f"{_shown(value)} has no time zone; add one (Z, +01:00), or set `timezone:` once")
        found = found if found.tzinfo else found.replace(tzinfo=zone)
        # At either end of the calendar there may be no such moment in UTC; it is refused anyway.
        found = found.astimezone(UTC) if MINYEAR < found.year < MAXYEAR else found.replace(tzinfo=UTC)
        if found < EARLIEST:
            raise ValueError(f"{_shown(value)} is before 1990")
        if found > latest:
            raise ValueError(f"{_shown(value)} is in the future")
        return found

    return convert


def steps(at: Callable[[object], datetime]) -> Convert:
    """A status history: `resolved@TIME; reopened@TIME`, or a list of these or of {status, at}."""

    def step(entry: object) -> Transition:
        if isinstance(entry, Mapping) and entry.keys() == {"status", "at"}:
            return Transition(status=text(entry["status"]), at=at(entry["at"]))
        found = _STEP.fullmatch(entry) if isinstance(entry, str) else None
        if found is None:
            raise ValueError(f"{_shown(entry)} is not a step such as resolved@2026-01-31T09:30:00Z")
        return Transition(status=text(found[1]), at=at(found[2]))

    def convert(value: object) -> tuple[Transition, ...]:
        entries = [entry for entry in value.split(";") if entry.strip()] if isinstance(value, str) else value
        if not isinstance(entries, (list, tuple)):
            raise ValueError(f"{_shown(value)} is not a list of steps")
        return tuple(sorted((step(entry) for entry in entries), key=lambda found: found.at))

    return convert


def _shown(value: object) -> str:
    return repr(excerpt(str(value), 60))
