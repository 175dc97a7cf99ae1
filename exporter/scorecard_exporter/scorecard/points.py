"""The points of measures in a history. There may be a million, so each field of them is a column of its own."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import chain
from typing import NamedTuple, overload

from scorecard_exporter.config.model import Anchors, Band
from scorecard_exporter.measures.model import Absence, Period
from scorecard_exporter.scorecard.model import MeasureStatus
from scorecard_exporter.scorecard.score import Status
from scorecard_exporter.scorecard.standard import Standard


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


class Columns:
    """The points of all measures of a history, in a quarter of the memory that objects take."""

    __slots__ = (
        "_absences",
        "_held_to",
        "_large",
        "_periods",
        "_ratios",
        "_samples",
        "_scores",
        "_statuses",
    )

    def __init__(self) -> None:
        # What many points share.
        self._periods: list[Period] = []
        self._held_to: list[Standard] = []
        self._statuses: list[Status] = []
        self._absences: list[Absence | None] = []
        self._samples = array("q")
        self._scores = array("d")  # not a number: no score
        self._ratios = array("q")  # numerator and denominator; 0 and 0: no value, or one that is too large for it
        self._large: dict[int, Fraction | None] = {}

    def add(self, judged: Sequence[MeasureStatus]) -> range:
        """Keep a point of each of these; answers their places."""
        first = len(self._periods)
        readings = [one.reading for one in judged]
        self._periods.extend([one.period for one in readings])
        self._held_to.extend([one.held_to for one in judged])
        self._statuses.extend([one.status for one in judged])
        self._absences.extend([one.absence for one in judged])
        self._samples.extend([one.samples for one in readings])
        self._scores.extend([math.nan if one.score is None else one.score for one in judged])
        self._add_values([one.value for one in readings])
        return range(first, len(self._periods))

    def _add_values(self, values: Sequence[Fraction | None]) -> None:
        ratios = [(0, 0) if value is None else value.as_integer_ratio() for value in values]
        try:
            self._ratios += array("q", chain.from_iterable(ratios))
        except OverflowError:
            self._add_large(values)

    def _add_large(self, values: Sequence[Fraction | None]) -> None:
        """Values of which at least one is too large for the column."""
        if len(values) > 1:
            for value in values:
                self._add_values([value])
            return
        (large,) = values
        self._large[len(self._ratios) // 2] = large
        self._ratios.extend((0, 0))

    def point(self, place: int) -> MeasurePoint:
        """What is kept at a place."""
        score = self._scores[place]
        return MeasurePoint(
            self._periods[place],
            self._value(place),
            self._samples[place],
            self._held_to[place],
            None if math.isnan(score) else score,
            self._statuses[place],
            self._absences[place],
        )

    def _value(self, place: int) -> Fraction | None:
        numerator, denominator = self._ratios[2 * place : 2 * place + 2]
        return Fraction(numerator, denominator) if denominator else self._large.get(place)


class Points(Sequence[MeasurePoint]):
    """The points of one measure of one team; each is made when it is looked at."""

    __slots__ = ("_columns", "_places")

    def __init__(self, columns: Columns, places: array[int]) -> None:
        self._columns, self._places = columns, places

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, place: int) -> MeasurePoint: ...

    @overload
    def __getitem__(self, place: slice) -> list[MeasurePoint]: ...

    def __getitem__(self, place: int | slice) -> MeasurePoint | list[MeasurePoint]:
        found = self._places[place]
        return self._columns.point(found) if isinstance(found, int) else list(map(self._columns.point, found))

    def __iter__(self) -> Iterator[MeasurePoint]:
        return map(self._columns.point, self._places)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # as of a list: it grows
