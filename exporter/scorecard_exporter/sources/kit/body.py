"""Reading what a system sent: every field may be missing, null, or of another type than it should be."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, tzinfo
from typing import Any, TypeVar

from scorecard_exporter.events.model import Problem, Record
from scorecard_exporter.sources.kit.streams import Piece
from scorecard_exporter.sources.text import excerpt, printable

_Value = TypeVar("_Value")


class MalformedError(ValueError):
    """A body is not what it should be; the message names the field."""


class Body:
    """A JSON object from outside. `path`: where it stands, for messages; texts are made printable.

    A method without `default` raises MalformedError where the field is missing or null; with one it gives that.
    A field of a wrong type is malformed in either case.
    """

    __slots__ = ("_data", "_path")

    def __init__(self, data: Any, path: str = "") -> None:
        if not isinstance(data, dict):
            raise MalformedError(f"{path or 'the whole'} is {_kind(data)}, not an object")
        self._data: dict[str, Any] = data
        self._path = path

    def has(self, name: str) -> bool:
        """Whether a field is there and not null."""
        return self._data.get(name) is not None

    def text(self, name: str, default: str | None = None) -> str:
        """A text, on one line; a whole number is taken as its digits."""
        value = self._data.get(name)
        if isinstance(value, str):
            return printable(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        return self._or(name, value, default, "a text")

    def lines(self, name: str) -> str:
        """A text of several lines as it is, '' where it is missing: a message, a description."""
        value = self._data.get(name)
        return value if isinstance(value, str) else self._or(name, value, "", "a text")

    def whole(self, name: str, default: int | None = None) -> int:
        """A whole number, also one that is written as a text."""
        value = self._data.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if isinstance(value, str) and value.lstrip("-").isdecimal():
            return int(value)
        return self._or(name, value, default, "a whole number")

    def number(self, name: str, default: float | None = None) -> float:
        """A number that need not be whole, and is finite."""
        value = self._data.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            return value
        return self._or(name, value, default, "a number")

    def flag(self, name: str) -> bool:
        """True or false; false where it is missing."""
        value = self._data.get(name)
        return value if isinstance(value, bool) else self._or(name, value, False, "true or false")

    def time(self, name: str, zone: tzinfo | None = None) -> datetime:
        """A moment as ISO 8601. `zone`: the one that the system documents for times without one."""
        found = self.time_or_none(name, zone)
        return self._or(name, None, found, "a time")

    def time_or_none(self, name: str, zone: tzinfo | None = None) -> datetime | None:
        """A moment, or None where the field is missing, null or empty."""
        value = self._data.get(name)
        if value is None or value == "":
            return None
        found = moment_of(value, zone)
        return self._or(name, value, found, "a time with a zone") if found is None else found

    def pairs(self) -> Iterator[tuple[str, str]]:
        """The fields that are texts: a mapping of names to texts, such as labels."""
        return ((printable(name), printable(value)) for name, value in self._data.items() if isinstance(value, str))

    def body(self, name: str) -> Body | None:
        """An object; None where it is missing."""
        value = self._data.get(name)
        return None if value is None else Body(value, self._at(name))

    def inner(self, name: str) -> Body:
        """An object that must be there."""
        value = self._data.get(name)
        return self._or(name, None, None, "an object") if value is None else Body(value, self._at(name))

    def bodies(self, name: str) -> Iterator[Body]:
        """The objects of a list; none where it is missing. Nulls in it are passed over."""
        return (Body(item, self._at(name)) for item in self.items(name) if item is not None)

    def texts(self, name: str) -> tuple[str, ...]:
        """The texts of a list; none where it is missing."""
        return tuple(printable(item) for item in self.items(name) if isinstance(item, str))

    def items(self, name: str) -> list[Any]:
        """A list as it is; empty where it is missing."""
        value = self._data.get(name)
        return value if isinstance(value, list) else self._or(name, value, [], "a list")

    def _at(self, name: str) -> str:
        return f"{self._path}.{name}" if self._path else name

    def _or(self, name: str, value: Any, default: _Value | None, what: str) -> _Value:
        if value is None and default is not None:
            return default
        raise MalformedError(f"{self._at(name)} is {_kind(value)}, not {what}")


def moment_of(value: object, zone: tzinfo | None = None) -> datetime | None:
    """A moment from ISO 8601 (`2026-01-31T12:00:00Z`, `…+0000`, with fractions); None where it is none.

    `zone`: what a time without a zone is in; without one such a time is none, since nothing may be guessed.
    """
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    if found.tzinfo is None:
        if zone is None:
            return None
        found = found.replace(tzinfo=zone)
    try:
        return found.astimezone(UTC)
    except OverflowError:
        return None


def bodies_of(data: Any, what: str) -> list[Any]:
    """The list that an answer is.

    Raises:
        MalformedError: it is something else.
    """
    if not isinstance(data, list):
        raise MalformedError(f"{what} are {_kind(data)}, not a list")
    return data


def parse_each(items: Iterable[Any], parse: Callable[[Body], Iterable[Record]], *, what: str, origin: str) -> Piece:
    """The records of every item; a malformed one is a problem of the code `malformed`, and the rest goes on.

    `what`: what an item is, for the message: `a deployment`.
    """
    records, problems = take_each(items, parse, what=what, origin=origin)
    return Piece(records=records, problems=problems)


def take_each(
    items: Iterable[Any], parse: Callable[[Body], Iterable[_Value]], *, what: str, origin: str
) -> tuple[tuple[_Value, ...], tuple[Problem, ...]]:
    """As `parse_each`, for what is not a record yet."""
    taken: list[_Value] = []
    problems: list[Problem] = []
    for item in items:
        try:
            taken.extend(parse(Body(item)))
        except MalformedError as error:
            message = f"{what} of {origin} could not be read: {error}; it is left out"
            problems.append(Problem(code="malformed", message=message, origin=origin))
    return tuple(taken), tuple(dict.fromkeys(problems))


def _kind(value: object) -> str:
    if value is None:
        return "missing"
    return f"{excerpt(repr(value), 40)}" if isinstance(value, str | int | float | bool) else f"a {type(value).__name__}"
