"""From readings to the snapshot: every measure judged, every parent rolled up. Pure; reads no clock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from types import MappingProxyType

from scorecard_exporter.config.model import Configuration, Measure, Objective, Perspective, Scorecard
from scorecard_exporter.measures.model import Definition, Reading
from scorecard_exporter.scorecard.initiatives import Initiatives
from scorecard_exporter.scorecard.judging import measure_status
from scorecard_exporter.scorecard.model import (
    MeasureStatus,
    ObjectiveStatus,
    PerspectiveStatus,
    ScorecardStatus,
    Snapshot,
)
from scorecard_exporter.scorecard.review_periods import KINDS, next_due
from scorecard_exporter.scorecard.rollup import Rolled, measure_child, roll_up
from scorecard_exporter.scorecard.standard import Standard, standard
from scorecard_exporter.store.base import ReviewDates, StatusChange


def snapshot(
    configuration: Configuration,
    readings: Iterable[Reading],
    previous: Iterable[Reading],
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
    assembly = _Assembly(
        configuration=configuration,
        readings=_by_definition(readings),
        previous=_by_definition(previous),
        changes={_key(change): change for change in changes},
        initiatives=Initiatives.of(configuration.initiatives.values()),
        reviews=reviews,
        at=at,
    )
    return Snapshot(
        at=at,
        scorecards=tuple(
            status for scorecard in configuration.scorecards.values() for status in assembly.scorecard(scorecard)
        ),
    )


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


_ByDefinition = Mapping[Definition, Mapping[str, Reading]]
"""Readings by definition and team."""


def _by_definition(readings: Iterable[Reading]) -> _ByDefinition:
    found: defaultdict[Definition, dict[str, Reading]] = defaultdict(dict)
    # Definitions are large to hash; those of neighbours are mostly the same one.
    for definition, some in groupby(readings, key=attrgetter("definition")):
        found[definition].update((one.team, one) for one in some)
    return found


_Judged = Mapping[str, Mapping[str, MeasureStatus]]
"""The measures of a scorecard that are judged, by measure and team."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Assembly:
    """Readings and kept changes by what they belong to, put together from the measures upward."""

    configuration: Configuration
    readings: _ByDefinition
    previous: _ByDefinition
    changes: dict[tuple[str, str, str], StatusChange]
    initiatives: Initiatives
    reviews: Mapping[tuple[str, str], ReviewDates]
    at: int

    def scorecard(self, scorecard: Scorecard) -> Iterator[ScorecardStatus]:
        """Of each of its teams."""
        judged = {
            measure.id: self._judged(scorecard, objective, measure) for _, objective, measure in scorecard.measures()
        }
        for team in scorecard.teams:
            yield self._of_team(scorecard, team, judged)

    def _of_team(self, scorecard: Scorecard, team: str, judged: _Judged) -> ScorecardStatus:
        rolled = [(one, *self._perspective(scorecard, one, team, judged)) for one in scorecard.perspectives]
        whole = roll_up(parent.child(perspective.weight) for perspective, _, parent in rolled)
        known = self.configuration.teams[team]
        return ScorecardStatus(
            scorecard=scorecard,
            team=team,
            team_title=known.title,
            parent=known.parent or "",
            perspectives=tuple(status for _, status, _ in rolled),
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

    def _perspective(
        self, scorecard: Scorecard, perspective: Perspective, team: str, judged: _Judged
    ) -> tuple[PerspectiveStatus, Rolled]:
        concerned = [one for one in perspective.objectives if any(team in judged[each.id] for each in one.measures)]
        rolled = [(one, *self._objective(scorecard, one, team, judged)) for one in concerned]
        whole = roll_up(parent.child(one.weight, critical=one.critical) for one, _, parent in rolled)
        status = PerspectiveStatus(
            perspective=perspective,
            objectives=tuple(status for _, status, _ in rolled),
            score=whole.score,
            coverage=whole.coverage,
            status=whole.status,
        )
        return status, whole

    def _objective(
        self, scorecard: Scorecard, objective: Objective, team: str, judged: _Judged
    ) -> tuple[ObjectiveStatus, Rolled]:
        measures = tuple(judged[one.id][team] for one in objective.measures if team in judged[one.id])
        whole = roll_up(map(measure_child, measures))
        status = ObjectiveStatus(
            objective=objective,
            measures=measures,
            score=whole.score,
            coverage=whole.coverage,
            status=whole.status,
            initiatives=self.initiatives.of_objectives.get((scorecard.id, objective.id), ()),
        )
        return status, whole

    def _judged(self, scorecard: Scorecard, objective: Objective, measure: Measure) -> Mapping[str, MeasureStatus]:
        """A measure of each team that has it; what does not depend on the team is worked out once."""
        readings = self.readings.get(measure.definition, {})
        previous = self.previous.get(measure.definition, {})
        initiatives = self.initiatives.about(scorecard.id, objective.id, measure.id)
        standards: dict[tuple[str, int], Standard] = {}
        found: dict[str, MeasureStatus] = {}
        for team in set(measure.teams).intersection(scorecard.teams):
            reading = readings[team]
            held_to = team if team in measure.team_targets else "", reading.period.ends_at
            if held_to not in standards:
                standards[held_to] = standard(measure, team, reading.period.ends_at, scorecard.zone)
            found[team] = measure_status(
                measure,
                standards[held_to],
                reading,
                previous.get(team),
                kept=self.changes.get((scorecard.id, team, measure.id)),
                initiatives=initiatives,
                at=self.at,
                zone=scorecard.zone,
                report=self.configuration.benchmark,
            )
        return found
