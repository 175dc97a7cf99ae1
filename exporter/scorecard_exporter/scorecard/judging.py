"""From a reading to a judged measure: score, colour or the reason for grey, trend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from scorecard_exporter.config.model import Anchors, Band, Initiative, Measure
from scorecard_exporter.measures.benchmark import benchmark
from scorecard_exporter.measures.model import Reading
from scorecard_exporter.scorecard.model import MeasureStatus
from scorecard_exporter.scorecard.pace import pace
from scorecard_exporter.scorecard.score import Status
from scorecard_exporter.scorecard.standard import Standards
from scorecard_exporter.store.base import StatusChange


@dataclass(frozen=True, slots=True)
class Judging:
    """A measure of a scorecard, made ready to be judged for any of its teams at any moment.

    `teams`: which of the scorecard's have it. `zone`: of the dates in its texts. `report`: the year of the DORA report
    beside it.
    """

    measure: Measure
    teams: tuple[str, ...]
    standards: Standards
    initiatives: tuple[Initiative, ...] = ()
    zone: str = "UTC"
    report: int | None = None

    def statuses(
        self,
        readings: Mapping[str, Reading],
        previous: Mapping[str, Reading],
        kept: Mapping[str, StatusChange],
        at: int,
    ) -> dict[str, MeasureStatus]:
        """Of each team at the moment `at` (microseconds) of the snapshot; all readings are of one period.

        `previous`: of the period before; without it nothing is said of the pace. `kept`: the newest change of colour
        that was kept.
        """
        found: dict[str, MeasureStatus] = {}
        if not self.teams:
            return found
        # One loop: a long history goes round in it a million times.
        measure, owners, initiatives = self.measure, self.measure.owners, self.initiatives
        standards = self.standards.of_each(self.teams, readings[self.teams[0]].period.ends_at)
        for team, held_to in zip(self.teams, standards, strict=True):
            reading, before = readings[team], previous.get(team)
            value = reading.value
            absence = reading.absence or held_to.absence
            score: float | None = None
            status: Status = "grey"
            if absence is None and value is not None and held_to.judge is not None:
                score, status = held_to.judge(value)
            change = kept.get(team)
            # By position, which is faster.
            found[team] = MeasureStatus(
                measure,
                team,
                owners.get(team, ""),
                reading,
                held_to,
                score,
                status,
                absence,
                _trend(value, before.value, held_to.anchors, measure.better) if before else None,
                _changed_at(change, status, at) if change else at,
                before,
                initiatives,
                pace(held_to.target, reading, before, self.zone) if before else None,
                None if value is None or self.report is None else benchmark(self.report, measure.definition, value),
            )
        return found


def previous_score(status: MeasureStatus) -> float | None:
    """The score that the value of the period before has against the target in force now; None without one of them."""
    judge, previous = status.held_to.judge, status.previous
    return None if previous is None or judge is None else judge(previous)[0]


def _trend(
    value: Fraction | None,
    previous: Fraction | None,
    anchors: Anchors | Band | None,
    better: Literal["higher", "lower"],
) -> Literal["better", "worse", "same"] | None:
    """Against the period before: nearer to the goal of a band, else in the better direction."""
    if value is None or previous is None:
        return None
    if isinstance(anchors, Band):
        gain = _gap(_distance(previous, anchors), _distance(value, anchors))
    else:
        gain = _gap(value, previous) if better == "higher" else _gap(previous, value)
    if gain == 0:
        return "same"
    return "better" if gain > 0 else "worse"


def _gap(one: Fraction, other: Fraction) -> int:
    """Above zero where `one` is the larger. Multiplied out: fractions are compared ten times slower."""
    numerator, denominator = one.as_integer_ratio()
    of_other, parts = other.as_integer_ratio()
    return numerator * parts - of_other * denominator


def _distance(value: Fraction, band: Band) -> Fraction:
    return max(band.goal_low - value, value - band.goal_high, Fraction(0))


def _changed_at(kept: StatusChange, status: Status, at: int) -> int | None:
    """Since when the colour is what it is; None for a past moment of which the kept change says nothing."""
    if kept.at > at:
        return None
    return kept.at if kept.status == status else at
