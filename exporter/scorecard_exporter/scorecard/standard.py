"""What a measure is held to in a period: the target in force, made ready to judge the values of many teams."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction

from scorecard_exporter.config.model import Anchors, Band, Measure, Target
from scorecard_exporter.measures.model import Absence
from scorecard_exporter.scorecard.score import Judge, judge_by
from scorecard_exporter.scorecard.target import anchors_in_force, point_in_force
from scorecard_exporter.scorecard.wording import day_text, goal_text, target_label, value_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """A target at a moment.

    `anchors`: the four in force, filled in (None: no target in force). `goal_text`: the goal in force as people write
    it (`<= 2 d`); `target_label`: what the `target` label says (of a moving schedule its end point). `absence`: why
    nothing is judged, where no target is in force. `judge`: what judges values, where one is. `unit`: of the values.
    """

    unit: str
    target: Target | None = None
    anchors: Anchors | Band | None = None
    goal_text: str = ""
    target_label: str = ""
    absence: Absence | None = None
    judge: Judge | None = field(default=None, compare=False, repr=False)

    def value_text(self, value: Fraction | None) -> str:
        """A value as people write it; empty without one."""
        return "" if value is None else value_text(value, self.unit, self.target, self.anchors)


class Standards:
    """What a measure is held to, by team and moment. Each is made once: the same is in force for many teams and long.

    `zone`: of the dates in their texts.
    """

    def __init__(self, measure: Measure, zone: str) -> None:
        self._measure, self._zone = measure, zone
        self._known: dict[tuple[str, int], Standard] = {}
        self._made: dict[tuple[str, object], Standard] = {}

    def of(self, team: str, ends_at: int) -> Standard:
        """The target of a team in force at the last instant of a period that ends at `ends_at` (microseconds)."""
        key = team if team in self._measure.team_targets else "", ends_at
        return self._known.get(key) or self._known.setdefault(key, self._at(*key))

    def of_each(self, teams: Sequence[str], ends_at: int) -> Sequence[Standard]:
        """The same of each of these teams."""
        if teams and not self._measure.team_targets:
            # One target for all teams, of which there may be a thousand.
            return [self.of(teams[0], ends_at)] * len(teams)
        return [self.of(team, ends_at) for team in teams]

    def _at(self, team: str, ends_at: int) -> Standard:
        target = self._measure.target_of(team)
        if target is None or target.schedule:
            return self._standard(target, ends_at)
        point = point_in_force(target, ends_at - 1)
        key = team, point and (point.at,)
        return self._made.get(key) or self._made.setdefault(key, self._standard(target, ends_at))

    def _standard(self, target: Target | None, ends_at: int) -> Standard:
        measure, unit, zone = self._measure, self._measure.definition.unit, self._zone
        if target is None:
            return Standard(unit=unit, absence=_no_target(None, zone))
        anchors = anchors_in_force(target, ends_at - 1, measure.domain)
        return Standard(
            unit=unit,
            target=target,
            anchors=anchors,
            goal_text=goal_text(target, anchors, unit),
            target_label=target_label(target, anchors, unit, zone),
            absence=None if anchors else _no_target(target.points[0].at, zone),
            judge=judge_by(anchors, target.axis, measure.domain) if anchors else None,
        )


def _no_target(first: datetime | None, zone: str) -> Absence:
    if first is None:
        sentence = "It has no target, so its value is shown and not judged."
        return Absence("not_applicable", "no_target", sentence, "Write `goal:` and `red:` beside the measure.")
    day = day_text(first, zone)
    sentence = f"Its first target holds from {day}; until then its value is shown and not judged."
    fix = f"Add a target that begins before {day} if earlier periods are to be judged."
    return Absence("not_applicable", "no_target", sentence, fix)
