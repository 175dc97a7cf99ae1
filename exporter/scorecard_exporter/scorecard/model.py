"""The snapshot: everything that a screen, a gauge or an alert says about one moment, as frozen data.

Scores are 0 to 1. Statuses are `green`, `yellow`, `red`, `grey`. Times are microseconds since the epoch.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, NamedTuple

from scorecard_exporter.config.model import (
    Anchors,
    Band,
    Initiative,
    Measure,
    Objective,
    Perspective,
    Scorecard,
    Target,
)
from scorecard_exporter.measures.benchmark import Benchmark
from scorecard_exporter.measures.model import Absence, Reading
from scorecard_exporter.scorecard.score import Status
from scorecard_exporter.scorecard.standard import Standard
from scorecard_exporter.scorecard.wording import apart_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How a measure moves towards the end of its schedule.

    `by`: when its goal shall be met, microseconds. `sentence`: what it needs, what it did, and what follows.
    """

    state: Literal["reached", "sufficient", "behind", "unclear"]
    by: int
    sentence: str


class MeasureStatus(NamedTuple):
    """A measure of one team, judged.

    `held_to`: the target in force at the period's end. `absence`: why it is grey. `before`: the reading of the period
    before. `trend`: `better`, `worse`, `same` against it, None when either has no value.
    `pace`: towards a goal that has a date; None without one, or without the period before. `benchmark`: what a
    published survey found, beside the score and never part of it.
    """

    measure: Measure
    team: str
    owner: str
    reading: Reading
    held_to: Standard
    score: float | None
    status: Status
    absence: Absence | None
    trend: Literal["better", "worse", "same"] | None
    changed_at: int | None
    before: Reading | None = None
    initiatives: tuple[Initiative, ...] = ()
    pace: Pace | None = None
    benchmark: Benchmark | None = None

    @property
    def anchors(self) -> Anchors | Band | None:
        """The four in force, filled in; None: no target in force."""
        return self.held_to.anchors

    @property
    def goal_text(self) -> str:
        """The goal in force as people write it (`<= 2 d`)."""
        return self.held_to.goal_text

    @property
    def target_label(self) -> str:
        """What the `target` label says (of a moving schedule its end point)."""
        return self.held_to.target_label

    @property
    def value_text(self) -> str:
        """The value as people write it; empty without one."""
        return self.held_to.value_text(self.reading.value)

    @property
    def previous(self) -> Fraction | None:
        """The value of the period before."""
        return self.before.value if self.before else None

    @property
    def previous_text(self) -> str:
        """The value of the period before as people write it, told apart from that of this one; empty without one."""
        previous, unit = self.previous, self.held_to.unit
        if previous is None:
            return ""
        shown = "" if previous == self.reading.value else self.value_text
        return apart_text(previous, shown, unit, self.held_to.target)

    @property
    def is_left_alone(self) -> bool:
        """Whether it is red and nothing is being done about it; what is finished is being done no more."""
        return self.status == "red" and all(one.is_finished for one in self.initiatives)

    @property
    def target(self) -> Target | None:
        """What the measure is held to for this team, over all time."""
        return self.measure.target_of(self.team)


class ObjectiveStatus(NamedTuple):
    """An objective, rolled up. `coverage`: share of the weight that has a score, 0 to 1.

    `initiatives`: those for the whole of it; its measures have them too.
    """

    objective: Objective
    measures: tuple[MeasureStatus, ...]
    score: float | None
    coverage: float
    status: Status
    initiatives: tuple[Initiative, ...] = ()


class PerspectiveStatus(NamedTuple):
    """A perspective, rolled up."""

    perspective: Perspective
    objectives: tuple[ObjectiveStatus, ...]
    score: float | None
    coverage: float
    status: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorecardStatus:
    """A scorecard for one team, rolled up. `owner`: the team's.

    `reviewed_at`: when a review of it was last recorded; `review_due_at`: by when the next one shall be, None where
    no review is configured.
    """

    scorecard: Scorecard
    team: str
    team_title: str
    parent: str
    perspectives: tuple[PerspectiveStatus, ...]
    score: float | None
    coverage: float
    status: Status
    owner: str = ""
    reviewed_at: int | None = None
    review_due_at: int | None = None

    def measures(self) -> tuple[tuple[PerspectiveStatus, ObjectiveStatus, MeasureStatus], ...]:
        """Every measure with its objective and perspective."""
        return tuple(
            (perspective, objective, measure)
            for perspective in self.perspectives
            for objective in perspective.objectives
            for measure in objective.measures
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """All scorecards at one moment."""

    at: int
    scorecards: tuple[ScorecardStatus, ...]
