"""A history: what the snapshots of many moments say about each measure and each parent, side by side. Pure.

Every number was judged in its own snapshot, with the target in force at the last instant of its period.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal, NamedTuple

from scorecard_exporter.config.model import Anchors, Band, Measure, Objective, Perspective, Scorecard
from scorecard_exporter.measures.model import Absence, Period
from scorecard_exporter.scorecard.model import (
    ObjectiveStatus,
    PerspectiveStatus,
    ScorecardStatus,
    Snapshot,
)
from scorecard_exporter.scorecard.score import Status
from scorecard_exporter.scorecard.standard import Standard

Level = Literal["scorecard", "perspective", "objective"]


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


@dataclass(frozen=True, slots=True)
class MeasureHistory:
    """A measure of one team, oldest point first."""

    measure: Measure
    points: list[MeasurePoint] = field(default_factory=list)

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
    history = History()
    for taken in snapshots:
        for card in taken.scorecards:
            key = card.scorecard.id, card.team
            known = history.teams.get(key)
            if known is None:
                known = history.teams[key] = TeamHistory(
                    card.scorecard.id, card.scorecard.title, card.scorecard.zone, card.team, card.team_title
                )
            _add(known, card, taken.at)
    return history


def _add(known: TeamHistory, card: ScorecardStatus, at: int) -> None:
    measures = known.measures
    _add_parent(known, "scorecard", card.scorecard, card, at)
    for perspective in card.perspectives:
        _add_parent(known, "perspective", perspective.perspective, perspective, at)
        for objective in perspective.objectives:
            _add_parent(known, "objective", objective.objective, objective, at)
            for judged in objective.measures:
                measure, reading = judged.measure, judged.reading
                if measure.id not in measures:
                    measures[measure.id] = MeasureHistory(measure)
                # By position: there may be a million of them.
                point = MeasurePoint(
                    reading.period,
                    reading.value,
                    reading.samples,
                    judged.held_to,
                    judged.score,
                    judged.status,
                    judged.absence,
                )
                measures[measure.id].points.append(point)


def _add_parent(
    known: TeamHistory,
    level: Level,
    parent: Scorecard | Perspective | Objective,
    status: ScorecardStatus | PerspectiveStatus | ObjectiveStatus,
    at: int,
) -> None:
    history = known.parents.get((level, parent.id))
    if history is None:
        history = known.parents[level, parent.id] = ParentHistory(level, parent.id, parent.title)
    history.points.append(ParentPoint(at, status.score, status.coverage, status.status))
