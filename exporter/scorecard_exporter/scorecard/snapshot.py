"""From readings to the snapshot: every measure judged, every parent rolled up. Pure; reads no clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from scorecard_exporter.config.model import Configuration, Measure, Objective, Perspective, Scorecard
from scorecard_exporter.measures.model import Definition, Reading
from scorecard_exporter.scorecard.initiatives import Initiatives
from scorecard_exporter.scorecard.judging import Standard, measure_status, standard
from scorecard_exporter.scorecard.model import (
    MeasureStatus,
    ObjectiveStatus,
    PerspectiveStatus,
    ScorecardStatus,
    Snapshot,
)
from scorecard_exporter.scorecard.review_periods import KINDS, next_due
from scorecard_exporter.scorecard.rollup import Rolled, measure_child, roll_up
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
        readings={(reading.definition, reading.team): reading for reading in readings},
        previous={(reading.definition, reading.team): reading for reading in previous},
        changes={_key(change): change for change in changes},
        initiatives=Initiatives.of(configuration.initiatives.values()),
        reviews=reviews,
        at=at,
    )
    return Snapshot(
        at=at,
        scorecards=tuple(
            assembly.scorecard(scorecard, team)
            for scorecard in configuration.scorecards.values()
            for team in scorecard.teams
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Assembly:
    """Readings and kept changes by what they belong to, put together from the measures upward."""

    configuration: Configuration
    readings: dict[tuple[Definition, str], Reading]
    previous: dict[tuple[Definition, str], Reading]
    changes: dict[tuple[str, str, str], StatusChange]
    initiatives: Initiatives
    reviews: Mapping[tuple[str, str], ReviewDates]
    at: int
    standards: dict[tuple[str, str, str, int], Standard] = field(default_factory=dict)

    def scorecard(self, scorecard: Scorecard, team: str) -> ScorecardStatus:
        rolled = [(one, *self._perspective(scorecard, one, team)) for one in scorecard.perspectives]
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
        self, scorecard: Scorecard, perspective: Perspective, team: str
    ) -> tuple[PerspectiveStatus, Rolled]:
        concerned = [one for one in perspective.objectives if any(team in measure.teams for measure in one.measures)]
        rolled = [(one, *self._objective(scorecard, one, team)) for one in concerned]
        whole = roll_up(parent.child(one.weight, critical=one.critical) for one, _, parent in rolled)
        status = PerspectiveStatus(
            perspective=perspective,
            objectives=tuple(status for _, status, _ in rolled),
            score=whole.score,
            coverage=whole.coverage,
            status=whole.status,
        )
        return status, whole

    def _objective(self, scorecard: Scorecard, objective: Objective, team: str) -> tuple[ObjectiveStatus, Rolled]:
        measures = tuple(
            self._measure(scorecard, objective, one, team) for one in objective.measures if team in one.teams
        )
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

    def _measure(self, scorecard: Scorecard, objective: Objective, measure: Measure, team: str) -> MeasureStatus:
        reading = self.readings[measure.definition, team]
        return measure_status(
            measure,
            self._standard(scorecard, measure, team, reading.period.ends_at),
            reading,
            self.previous.get((measure.definition, team)),
            kept=self.changes.get((scorecard.id, team, measure.id)),
            initiatives=self.initiatives.about(scorecard.id, objective.id, measure.id),
            at=self.at,
            zone=scorecard.zone,
            report=self.configuration.benchmark,
        )

    def _standard(self, scorecard: Scorecard, measure: Measure, team: str, ends_at: int) -> Standard:
        """Worked out once for all teams that have the same target."""
        own = team if team in measure.team_targets else ""
        key = scorecard.id, measure.id, own, ends_at
        if key not in self.standards:
            self.standards[key] = standard(measure, team, ends_at, scorecard.zone)
        return self.standards[key]
