"""A history: what the snapshots of many moments say about each measure and each parent, side by side. Pure.

Every number was judged in its own snapshot, with the target in force at the last instant of its period.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from scorecard_exporter.config.model import Measure, Objective, Perspective, Scorecard
from scorecard_exporter.scorecard.model import (
    MeasureStatus,
    ObjectiveStatus,
    PerspectiveStatus,
    ScorecardStatus,
    Snapshot,
)
from scorecard_exporter.scorecard.points import Columns, MeasurePoint, Points
from scorecard_exporter.scorecard.score import Status

Level = Literal["scorecard", "perspective", "objective"]


class ParentPoint(NamedTuple):
    """A scorecard, perspective or objective at one moment (microseconds)."""

    at: int
    score: float | None
    coverage: float
    status: Status


@dataclass(frozen=True, slots=True)
class MeasureHistory:
    """A measure of one team, oldest point first."""

    measure: Measure
    points: Sequence[MeasurePoint]

    @property
    def title(self) -> str:
        """What people call it."""
        return self.measure.title

    @property
    def unit(self) -> str:
        """Unit of its values."""
        return self.measure.definition.unit

    @property
    def is_log(self) -> bool:
        """Whether it is judged on a logarithmic axis."""
        return self.measure.target is not None and self.measure.target.axis == "log"


@dataclass(frozen=True, slots=True)
class ParentHistory:
    """What is rolled up, oldest point first."""

    level: Level
    id: str
    title: str
    points: list[ParentPoint] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class TeamHistory:
    """A scorecard of one team: parents from the whole downwards, then measures, by their ids."""

    scorecard: str
    scorecard_title: str
    zone: str
    team: str
    team_title: str
    parents: dict[tuple[Level, str], ParentHistory] = field(default_factory=dict)
    measures: dict[str, MeasureHistory] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class History:
    """Scorecards of teams over time, by scorecard and team."""

    teams: dict[tuple[str, str], TeamHistory] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """How many points of measures it has."""
        return sum(len(one.points) for team in self.teams.values() for one in team.measures.values())


def collect(snapshots: Iterable[Snapshot]) -> History:
    """The history that these snapshots are, oldest first."""
    columns = Columns()
    collected: dict[tuple[str, str], _Collected] = {}
    for taken in snapshots:
        for card in taken.scorecards:
            key = card.scorecard.id, card.team
            if key not in collected:
                collected[key] = _Collected(card, columns)
            collected[key].add(card, taken.at)
        # The next one is made while nothing of this one is held any more.
        del taken
    return History({key: one.history for key, one in collected.items()})


class _Collected:
    """A scorecard of one team, put together moment by moment."""

    def __init__(self, card: ScorecardStatus, columns: Columns) -> None:
        whole = card.scorecard
        self.history = TeamHistory(whole.id, whole.title, whole.zone, card.team, card.team_title)
        self._columns = columns
        self._places: dict[str, array[int]] = {}

    def add(self, card: ScorecardStatus, at: int) -> None:
        """What it says at a moment."""
        judged: list[MeasureStatus] = []
        self._add_parent("scorecard", card.scorecard, card, at)
        for perspective in card.perspectives:
            self._add_parent("perspective", perspective.perspective, perspective, at)
            for objective in perspective.objectives:
                self._add_parent("objective", objective.objective, objective, at)
                judged += objective.measures
        for place, status in zip(self._columns.add(judged), judged, strict=True):
            places = self._places.get(status.measure.id)
            if places is None:
                places = self._add_measure(status.measure)
            places.append(place)

    def _add_measure(self, measure: Measure) -> array[int]:
        """The places of its points, of which there are none yet."""
        places = self._places[measure.id] = array("q")
        self.history.measures[measure.id] = MeasureHistory(measure, Points(self._columns, places))
        return places

    def _add_parent(
        self,
        level: Level,
        parent: Scorecard | Perspective | Objective,
        status: ScorecardStatus | PerspectiveStatus | ObjectiveStatus,
        at: int,
    ) -> None:
        parents = self.history.parents
        history = parents.get((level, parent.id))
        if history is None:
            history = parents[level, parent.id] = ParentHistory(level, parent.id, parent.title)
        history.points.append(ParentPoint(at, status.score, status.coverage, status.status))
