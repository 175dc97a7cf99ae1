"""The configuration as the rest of the program sees it: one frozen object, every reference resolved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from scorecard_exporter.measures.model import Definition, Scope, Series, Survey
from scorecard_exporter.quantities import DAY, instant
from scorecard_exporter.sources.base import SourceOptions
from scorecard_exporter.store.base import Dimensions

_DAY = DAY * 1_000_000

Axis = Literal["linear", "log"]
Better = Literal["higher", "lower"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchors:
    """The four anchors of a score in the measure's unit; `worst` and `best` None: mirrored."""

    red: Fraction
    goal: Fraction
    worst: Fraction | None = None
    best: Fraction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A goal with two sides: green in `[goal_low, goal_high]`, red outside `(red_low, red_high)`."""

    goal_low: Fraction
    goal_high: Fraction
    red_low: Fraction
    red_high: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetPoint:
    """What is in force from `at` on (None: always was); on a schedule, what holds exactly at `at`."""

    at: datetime | None
    anchors: Anchors | Band


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A measure's target: points in order of time, on one axis.

    `schedule`: the anchors move linearly (on the axis) from point to point instead of by steps.
    `better` is None for a band. `is_default`: the catalogue's anchors, not the user's.
    `baseline`: of a relative goal, the value it is relative to.
    `yes_no`: the goal was written as yes or no.
    """

    points: tuple[TargetPoint, ...]
    axis: Axis
    better: Better | None
    schedule: bool = False
    is_default: bool = False
    baseline: Fraction | None = None
    yes_no: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A measure of a scorecard: a definition with a target and people around it.

    `teams`: for which of the scorecard's teams. `team_targets`: those of teams that have another target than
    the rest, by team. `owners`: team → owner (measure's own, else the
    objective's, else the team's). `sources`: team → names of the sources that feed it. `domain`: what
    values are possible, None: open.
    """

    id: str
    definition: Definition
    title: str
    description: str
    better: Better
    indicator: Literal["leading", "lagging"]
    target: Target | None
    domain: tuple[Fraction | None, Fraction | None]
    weight: Fraction = Fraction(1)
    critical: bool = False
    severity: str = "warning"
    teams: tuple[str, ...] = ()
    team_targets: Mapping[str, Target] = field(default_factory=dict)
    owners: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def target_of(self, team: str) -> Target | None:
        """What this measure is held to for a team: its own target, else that of all."""
        return self.team_targets.get(team, self.target)

    def every_target(self) -> tuple[Target, ...]:
        """That of all, if there is one, and those of teams."""
        return (*(() if self.target is None else (self.target,)), *self.team_targets.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """An objective: measures towards one end. `leads_to` names objectives of the same scorecard."""

    id: str
    title: str
    measures: tuple[Measure, ...]
    theme: str = ""
    weight: Fraction = Fraction(1)
    critical: bool = False
    leads_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Perspective:
    """One of the (usually four) sides from which a scorecard looks."""

    id: str
    title: str
    objectives: tuple[Objective, ...]
    weight: Fraction = Fraction(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    """A scorecard for one or more teams. `zone` is that of its calendar periods."""

    id: str
    title: str
    teams: tuple[str, ...]
    perspectives: tuple[Perspective, ...]
    themes: Mapping[str, str]
    zone: str
    review: str = ""

    def measures(self) -> tuple[tuple[Perspective, Objective, Measure], ...]:
        """Every measure with its objective and perspective, in the order of the file."""
        return tuple(
            (perspective, objective, measure)
            for perspective in self.perspectives
            for objective in perspective.objectives
            for measure in objective.measures
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """A team of the tree. `title` defaults to its name."""

    name: str
    title: str
    parent: str | None
    owner: str
    services: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Initiative:
    """What is being done: `measures` are (scorecard, measure id) pairs, `objectives` (scorecard, objective id) pairs.

    `due`: the beginning of the day on which it shall be finished. `done`: a share, None unknown.
    """

    id: str
    title: str
    measures: tuple[tuple[str, str], ...]
    objectives: tuple[tuple[str, str], ...] = ()
    owner: str = ""
    due: datetime | None = None
    resources: str = ""
    done: Fraction | None = None
    notes: str = ""

    @property
    def is_finished(self) -> bool:
        """Whether all of it is done."""
        return self.done is not None and self.done >= 1

    def is_overdue(self, at: int) -> bool:
        """Whether the day on which it was due had passed at the moment `at` (microseconds), and it was not finished."""
        return self.due is not None and not self.is_finished and instant(self.due) + _DAY <= at


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposition:
    """What `/metrics` leaves out."""

    readings: bool = True
    parts: bool = True


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Configuration:
    """A whole valid configuration. Its `repr` is the path alone: options of sources may hold secrets.

    `document`: what the file says, without comments, with `!env`, `!file` and `!include` as tags and
    every secret replaced by `<secret>`; that is what `/config` shows. `evaluation_interval` in seconds.
    `benchmark`: the year of the DORA report that is shown beside scores. `silenced`: name of an advice → why it is
    not wanted. `attribution_window` etc. are inside the services' rules. `observation_tokens`: what opens `POST
    /api/v1/observations`; without one nothing is taken there.
    """

    path: Path
    document: str
    zone: ZoneInfo
    store: str
    sources: Mapping[str, SourceOptions]
    teams: Mapping[str, Team]
    scopes: Mapping[str, Scope]
    dimensions: Dimensions
    scorecards: Mapping[str, Scorecard]
    initiatives: Mapping[str, Initiative]
    exposition: Exposition
    evaluation_interval: float
    benchmark: int | None = None
    silenced: Mapping[str, str] = field(default_factory=dict)
    series: Mapping[str, Series] = field(default_factory=dict)
    surveys: Mapping[str, Survey] = field(default_factory=dict)
    observation_tokens: tuple[SecretStr, ...] = ()

    def __repr__(self) -> str:
        return f"Configuration({str(self.path)!r})"
