"""A history: what was judged at many moments about each measure and each parent, side by side. Pure.

Every number was judged at its own moment, with the target in force at the last instant of its period.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from scorecard_exporter.config.model import Measure, Objective, Perspective, Scorecard
from scorecard_exporter.scorecard.model import (
    MeasureStatus,
    ObjectiveStatus,
    PerspectiveStatus,
    ScorecardStatus,
    Snapshot,
)
from scorecard_exporter.scorecard.points import PLACES, MeasureColumns, MeasurePoint, ParentColumns, ParentPoint, Points
from scorecard_exporter.scorecard.snapshot import Moment

Level = Literal["scorecard", "perspective", "objective"]


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
    points: Sequence[ParentPoint]


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


def collect(moments: Iterable[Snapshot | Moment]) -> History:
    """The history that these moments are, oldest first."""
    measures, parents = MeasureColumns(), ParentColumns()
    collected: dict[tuple[str, str], _Collected] = {}
    for taken in moments:
        for card in taken.scorecards:
            key = card.scorecard.id, card.team
            if key not in collected:
                collected[key] = _Collected(card, measures, parents)
            collected[key].add(card, taken.at)
        # The next one is made while nothing of this one is held any more.
        del taken
    return History({key: one.history for key, one in collected.items()})


class _Collected:
    """A scorecard of one team, put together moment by moment."""

    def __init__(self, card: ScorecardStatus, measures: MeasureColumns, parents: ParentColumns) -> None:
        whole = card.scorecard
        self.history = TeamHistory(whole.id, whole.title, whole.zone, card.team, card.team_title)
        self._measures, self._parents = measures, parents
        self._places_of_measures: dict[str, array[int]] = {}
        self._places_of_parents: dict[tuple[Level, str], array[int]] = {}

    def add(self, card: ScorecardStatus, at: int) -> None:
        """What it says at a moment."""
        judged: list[MeasureStatus] = []
        self._add_parent("scorecard", card.scorecard, card, at)
        for perspective in card.perspectives:
            self._add_parent("perspective", perspective.perspective, perspective, at)
            for objective in perspective.objectives:
                self._add_parent("objective", objective.objective, objective, at)
                judged += objective.measures
        for place, status in enumerate(judged, start=self._measures.add(judged)):
            places = self._places_of_measures.get(status.measure.id)
            if places is None:
                places = self._add_measure(status.measure)
            places.append(place)

    def _add_measure(self, measure: Measure) -> array[int]:
        """The places of its points, of which there are none yet."""
        places = self._places_of_measures[measure.id] = array(PLACES)
        self.history.measures[measure.id] = MeasureHistory(measure, Points(self._measures, places))
        return places

    def _add_parent(
        self,
        level: Level,
        parent: Scorecard | Perspective | Objective,
        status: ScorecardStatus | PerspectiveStatus | ObjectiveStatus,
        at: int,
    ) -> None:
        places = self._places_of_parents.get((level, parent.id))
        if places is None:
            places = self._places_of_parents[level, parent.id] = array(PLACES)
            points = Points(self._parents, places)
            self.history.parents[level, parent.id] = ParentHistory(level, parent.id, parent.title, points)
        places.append(self._parents.add(at, status))
