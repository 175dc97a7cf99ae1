"""From readings to the snapshot: every measure judged, every parent rolled up. Pure; reads no clock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from types import MappingProxyType
from typing import NamedTuple

from scorecard_exporter.config.model import Configuration, Initiative, Measure, Objective, Perspective, Scorecard
from scorecard_exporter.measures.model import Definition, Reading
from scorecard_exporter.scorecard.initiatives import Initiatives
from scorecard_exporter.scorecard.judging import Judging
from scorecard_exporter.scorecard.model import (
    MeasureStatus,
    ObjectiveStatus,
    PerspectiveStatus,
    ScorecardStatus,
    Snapshot,
)
from scorecard_exporter.scorecard.review_periods import KINDS, next_due
from scorecard_exporter.scorecard.rollup import Child, Rolled, Weight, roll_up
from scorecard_exporter.scorecard.standard import Standards
from scorecard_exporter.store.base import ReviewDates, StatusChange

ByDefinition = Mapping[Definition, Mapping[str, Reading]]
"""Readings of one moment, by definition and team."""


def snapshot(
    configuration: Configuration,
    readings: ByDefinition,
    previous: ByDefinition,
    changes: Iterable[StatusChange],
    at: int,
    *,
    reviews: Mapping[tuple[str, str], ReviewDates] = MappingProxyType({}),
) -> Snapshot:
    """All scorecards at the moment `at` (microseconds).

    `readings`: one for every definition and team; `previous`: those of the period before. `changes`: the
    newest kept change of each measure. `reviews`: when each (scorecard, team) was reviewed.
    Objectives without a measure for a team are left out of its scorecard.
    """
    return Snapshots(configuration).at(at, readings, previous, changes, reviews=reviews).snapshot()


class Moment(NamedTuple):
    """The scorecards at one moment (microseconds), each made when it is its turn: to be gone through once."""

    at: int
    scorecards: Iterator[ScorecardStatus]

    def snapshot(self) -> Snapshot:
        """All of them."""
        return Snapshot(at=self.at, scorecards=tuple(self.scorecards))


class Snapshots:
    """What a configuration is at many moments; what is the same in all of them is worked out once."""

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self._initiatives = Initiatives.of(configuration.initiatives.values())
        self._judgings = {
            (scorecard.id, measure.id): self._judging(scorecard, objective, measure)
            for scorecard in configuration.scorecards.values()
            for _, objective, measure in scorecard.measures()
        }

    def _judging(self, scorecard: Scorecard, objective: Objective, measure: Measure) -> Judging:
        return Judging(
            measure=measure,
            teams=tuple(set(measure.teams).intersection(scorecard.teams)),
            standards=Standards(measure, scorecard.zone),
            initiatives=self._initiatives.about(scorecard.id, objective.id, measure.id),
            zone=scorecard.zone,
            report=self._configuration.benchmark,
        )

    def at(
        self,
        at: int,
        readings: ByDefinition,
        previous: ByDefinition = MappingProxyType({}),
        changes: Iterable[StatusChange] = (),
        *,
        reviews: Mapping[tuple[str, str], ReviewDates] = MappingProxyType({}),
    ) -> Moment:
        """All scorecards at the moment `at`; see `snapshot`."""
        assembly = _Assembly(
            configuration=self._configuration,
            judgings=self._judgings,
            initiatives=self._initiatives,
            readings=readings,
            previous=previous,
            changes=_by_measure(changes),
            reviews=reviews,
            at=at,
        )
        scorecards = self._configuration.scorecards.values()
        return Moment(at, chain.from_iterable(map(assembly.scorecard, scorecards)))


def status_changes(taken: Snapshot, changes: Iterable[StatusChange]) -> list[StatusChange]:
    """What to keep of `taken`: the measures whose colour differs from the newest kept one, or was never kept."""
    kept = {_key(change): change.status for change in changes}
    return [change for change in _colours(taken) if kept.get(_key(change)) != change.status]


def _colours(taken: Snapshot) -> Iterator[StatusChange]:
    for scorecard in taken.scorecards:
        for _, _, status in scorecard.measures():
            value = status.reading.value
            yield StatusChange(
                scorecard=scorecard.scorecard.id,
                team=scorecard.team,
                measure=status.measure.id,
                status=status.status,
                value=None if value is None or status.status == "grey" else float(value),
                at=taken.at,
            )


def _key(change: StatusChange) -> tuple[str, str, str]:
    return change.scorecard, change.team, change.measure


def _by_measure(changes: Iterable[StatusChange]) -> dict[tuple[str, str], dict[str, StatusChange]]:
    """By scorecard and measure, and then by team."""
    found: defaultdict[tuple[str, str], dict[str, StatusChange]] = defaultdict(dict)
    for change in changes:
        found[change.scorecard, change.measure][change.team] = change
    return found


@dataclass(frozen=True, slots=True)
class _Objective:
    """An objective with its measures, each judged for the teams that have it."""

    objective: Objective
    weight: Weight
    initiatives: tuple[Initiative, ...]
    measures: list[tuple[Weight, Mapping[str, MeasureStatus]]]

    def of(self, team: str) -> tuple[ObjectiveStatus, Rolled] | None:
        """Rolled up for a team; None where it has none of the measures."""
        known: list[MeasureStatus] = []
        children: list[Child] = []
        for weight, judged in self.measures:
            found = judged.get(team)
            if found is not None:
                known.append(found)
                applies = found.absence is None or found.absence.state != "not_applicable"
                alarm = applies and found.measure.critical and found.status in ("red", "grey")
                children.append((weight, found.score, applies, alarm))
        if not known:
            return None
        rolled = roll_up(children)
        score, coverage, status, *_ = rolled
        return ObjectiveStatus(self.objective, tuple(known), score, coverage, status, self.initiatives), rolled


@dataclass(frozen=True, slots=True)
class _Perspective:
    """A perspective with its objectives."""

    perspective: Perspective
    weight: Weight
    objectives: list[_Objective]

    def of(self, team: str) -> tuple[PerspectiveStatus, Rolled]:
        """Rolled up for a team."""
        found = [(one, rolled) for one in self.objectives if (rolled := one.of(team))]
        whole = roll_up([rolled.child(one.weight, critical=one.objective.critical) for one, (_, rolled) in found])
        objectives = tuple([status for _, (status, _) in found])
        score, coverage, status, *_ = whole
        return PerspectiveStatus(self.perspective, objectives, score, coverage, status), whole


@dataclass(frozen=True, slots=True, kw_only=True)
class _Assembly:
    """Readings and kept changes of one moment by what they belong to, put together from the measures upward."""

    configuration: Configuration
    judgings: Mapping[tuple[str, str], Judging]
    initiatives: Initiatives
    readings: ByDefinition
    previous: ByDefinition
    changes: Mapping[tuple[str, str], Mapping[str, StatusChange]]
    reviews: Mapping[tuple[str, str], ReviewDates]
    at: int

    def scorecard(self, scorecard: Scorecard) -> Iterator[ScorecardStatus]:
        """Of each of its teams."""
        perspectives = [self._perspective(scorecard, one) for one in scorecard.perspectives]
        for team in scorecard.teams:
            yield self._of_team(scorecard, team, perspectives)

    def _of_team(self, scorecard: Scorecard, team: str, perspectives: list[_Perspective]) -> ScorecardStatus:
        found = [(one.weight, *one.of(team)) for one in perspectives]
        whole = roll_up([rolled.child(weight) for weight, _, rolled in found])
        known = self.configuration.teams[team]
        return ScorecardStatus(
            scorecard=scorecard,
            team=team,
            team_title=known.title,
            parent=known.parent or "",
            perspectives=tuple(status for _, status, _ in found),
            score=whole.score,
            coverage=whole.coverage,
            status=whole.status,
            owner=known.owner,
            reviewed_at=self._reviews(scorecard, team).reviewed_at,
            review_due_at=self._review_due(scorecard, team),
        )

    def _reviews(self, scorecard: Scorecard, team: str) -> ReviewDates:
        return self.reviews.get((scorecard.id, team)) or ReviewDates()

    def _review_due(self, scorecard: Scorecard, team: str) -> int | None:
        if not scorecard.review:
            return None
        known = self._reviews(scorecard, team)
        since = self.at if known.judged_since is None else known.judged_since
        return next_due(KINDS[scorecard.review], scorecard.zone, known.reviewed_until, since)

    def _perspective(self, scorecard: Scorecard, perspective: Perspective) -> _Perspective:
        objectives = [self._objective(scorecard, one) for one in perspective.objectives]
        return _Perspective(perspective, Weight.of(perspective.weight), objectives)

    def _objective(self, scorecard: Scorecard, objective: Objective) -> _Objective:
        initiatives = self.initiatives.of_objectives.get((scorecard.id, objective.id), ())
        measures = [(Weight.of(one.weight), self._judged(scorecard, one)) for one in objective.measures]
        return _Objective(objective, Weight.of(objective.weight), initiatives, measures)

    def _judged(self, scorecard: Scorecard, measure: Measure) -> Mapping[str, MeasureStatus]:
        """A measure of each team that has it."""
        return self.judgings[scorecard.id, measure.id].statuses(
            self.readings.get(measure.definition, {}),
            self.previous.get(measure.definition, {}),
            self.changes.get((scorecard.id, measure.id), {}),
            self.at,
        )
