"""The points of a history. There may be a million, so each field of them is a column of its own."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple, Protocol, TypeVar, overload

from scorecard_exporter.config.model import Anchors, Band
from scorecard_exporter.measures.model import Absence, Period
from scorecard_exporter.scorecard.model import (
    MeasureStatus,
    ObjectiveStatus,
    PerspectiveStatus,
    ScorecardStatus,
)
from scorecard_exporter.scorecard.score import Status
from scorecard_exporter.scorecard.standard import Standard

_LARGEST = 2**63 - 1

PLACES = "I"
"""The type of an array of places in columns: there are less than four billion."""


class MeasurePoint(NamedTuple):
    """A measure in one period; the fields are those of `MeasureStatus` and its reading."""

    period: Period
    value: Fraction | None
    samples: int
    held_to: Standard
    score: float | None
    status: Status
    absence: Absence | None

    @property
    def value_text(self) -> str:
        """The value as people write it, made when it is asked for; empty without one."""
        return self.held_to.value_text(self.value)

    @property
    def anchors(self) -> Anchors | Band | None:
        """Those in force; None: no target was."""
        return self.held_to.anchors

    @property
    def goal_text(self) -> str:
        """The goal in force as people write it."""
        return self.held_to.goal_text


class ParentPoint(NamedTuple):
    """A scorecard, perspective or objective at one moment (microseconds)."""

    at: int
    score: float | None
    coverage: float
    status: Status


class MeasureColumns:
    """The points of all measures of a history, in a quarter of the memory that objects take."""

    def __init__(self) -> None:
        self._periods: list[Period] = []
        self._held_to: list[Standard] = []
        self._statuses: list[Status] = []
        self._absences: list[Absence | None] = []
        self._samples = array("q")
        self._scores = array("d")  # not a number: no score
        self._numerators = array("q")
        self._denominators = array("q")  # 0: no value, or one that is too large for these
        self._large: dict[int, Fraction | None] = {}

    def add(self, judged: Iterable[MeasureStatus]) -> int:
        """Keep a point of each of these, one behind the other; answers the place of the first."""
        first = len(self._periods)
        for status in judged:
            reading, score, value = status.reading, status.score, status.reading.value
            self._periods.append(reading.period)
            self._held_to.append(status.held_to)
            self._statuses.append(status.status)
            self._absences.append(status.absence)
            self._samples.append(reading.samples)
            self._scores.append(math.nan if score is None else score)
            numerator, denominator = (0, 0) if value is None else value.as_integer_ratio()
            if max(abs(numerator), denominator) > _LARGEST:
                self._large[len(self._denominators)] = value
                numerator, denominator = 0, 0
            self._numerators.append(numerator)
            self._denominators.append(denominator)
        return first

    def point(self, place: int) -> MeasurePoint:
        """What is kept at a place."""
        return MeasurePoint(
            self._periods[place],
            self._value(place),
            self._samples[place],
            self._held_to[place],
            _score(self._scores[place]),
            self._statuses[place],
            self._absences[place],
        )

    def _value(self, place: int) -> Fraction | None:
        denominator = self._denominators[place]
        return Fraction(self._numerators[place], denominator) if denominator else self._large.get(place)


class ParentColumns:
    """The points of all parents of a history."""

    def __init__(self) -> None:
        self._moments = array("q")
        self._scores = array("d")  # not a number: no score
        self._coverages = array("d")
        self._statuses: list[Status] = []

    def add(self, at: int, rolled: ScorecardStatus | PerspectiveStatus | ObjectiveStatus) -> int:
        """Keep a point of it; answers its place."""
        self._moments.append(at)
        self._scores.append(math.nan if rolled.score is None else rolled.score)
        self._coverages.append(rolled.coverage)
        self._statuses.append(rolled.status)
        return len(self._statuses) - 1

    def point(self, place: int) -> ParentPoint:
        """What is kept at a place."""
        score = _score(self._scores[place])
        return ParentPoint(self._moments[place], score, self._coverages[place], self._statuses[place])


def _score(kept: float) -> float | None:
    return None if math.isnan(kept) else kept


_Point_co = TypeVar("_Point_co", covariant=True)


class _Columns(Protocol[_Point_co]):
    def point(self, place: int) -> _Point_co: ...


class Points(Sequence[_Point_co]):
    """The points of one measure or parent of one team; each is made when it is looked at."""

    __slots__ = ("_columns", "_places")

    def __init__(self, columns: _Columns[_Point_co], places: array[int]) -> None:
        self._columns, self._places = columns, places

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, place: int) -> _Point_co: ...

    @overload
    def __getitem__(self, place: slice) -> list[_Point_co]: ...

    def __getitem__(self, place: int | slice) -> _Point_co | list[_Point_co]:
        found = self._places[place]
        return self._columns.point(found) if isinstance(found, int) else list(map(self._columns.point, found))

    def __iter__(self) -> Iterator[_Point_co]:
        return map(self._columns.point, self._places)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # as of a list: it grows
