"""From a reading to a judged measure: target in force, score, colour or the reason for grey, trend."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Literal

from scorecard_exporter.config.model import Anchors, Band, Initiative, Measure, Target
from scorecard_exporter.measures.benchmark import benchmark
from scorecard_exporter.measures.model import Absence, Reading
from scorecard_exporter.scorecard.model import MeasureStatus, Status
from scorecard_exporter.scorecard.pace import pace
from scorecard_exporter.scorecard.score import judge
from scorecard_exporter.scorecard.target import anchors_in_force
from scorecard_exporter.scorecard.wording import day_text, goal_text, target_label, value_text
from scorecard_exporter.store.base import StatusChange


@dataclass(frozen=True, slots=True)
class Standard:
    """What a measure is held to in a period; the texts as in `MeasureStatus`.

    `absence`: why nothing is judged, where no target is in force.
    """

    anchors: Anchors | Band | None
    goal_text: str
    target_label: str
    absence: Absence | None


def standard(measure: Measure, team: str, ends_at: int, zone: str) -> Standard:
    """The target of a team in force at the last instant of a period that ends at `ends_at` (microseconds).

    `zone`: of the dates in its texts.
    """
    target, unit = measure.target_of(team), measure.definition.unit
    if target is None:
        return Standard(None, "", "", _no_target(None, zone))
    anchors = anchors_in_force(target, ends_at - 1, measure.domain)
    return Standard(
        anchors,
        goal_text(target, anchors, unit),
        target_label(target, anchors, unit, zone),
        None if anchors else _no_target(target.points[0].at, zone),
    )


def measure_status(
    measure: Measure,
    held_to: Standard,
    reading: Reading,
    previous: Reading | None,
    *,
    kept: StatusChange | None,
    initiatives: tuple[Initiative, ...],
    at: int,
    zone: str = "UTC",
    report: int | None = None,
) -> MeasureStatus:
    """A measure of the reading's team, judged.

    `previous`: of the period before. `kept`: the newest change of colour that was kept. `at`: the moment of
    the snapshot in microseconds. `zone`: of the dates in its texts. `report`: the year of the DORA report beside it.
    """
    target, anchors, value = measure.target_of(reading.team), held_to.anchors, reading.value
    before = previous.value if previous else None
    absence = reading.absence or held_to.absence
    score, status = _judged(measure, target, value, anchors, absence)
    return MeasureStatus(
        measure=measure,
        team=reading.team,
        owner=measure.owners.get(reading.team, ""),
        reading=reading,
        anchors=anchors,
        score=score,
        status=status,
        absence=absence,
        value_text="" if value is None else value_text(value, measure.definition.unit, target, anchors),
        goal_text=held_to.goal_text,
        target_label=held_to.target_label,
        before=previous,
        trend=_trend(value, before, anchors, measure.better),
        changed_at=_changed_at(kept, status, at),
        initiatives=initiatives,
        pace=pace(target, reading, previous, zone),
        benchmark=None if value is None or report is None else benchmark(report, measure.definition, value),
    )


def previous_score(status: MeasureStatus) -> float | None:
    """The score that the value of the period before has against the target in force now; None without one of them."""
    if status.previous is None or status.anchors is None or status.target is None:
        return None
    return judge(status.previous, status.anchors, status.target.axis, status.measure.domain)[0]


def _judged(
    measure: Measure,
    target: Target | None,
    value: Fraction | None,
    anchors: Anchors | Band | None,
    absence: Absence | None,
) -> tuple[float | None, Status]:
    if absence or value is None or anchors is None or target is None:
        return None, "grey"
    return judge(value, anchors, target.axis, measure.domain)


def _no_target(first: datetime | None, zone: str) -> Absence:
    if first is None:
        sentence = "It has no target, so its value is shown and not judged."
        return Absence("not_applicable", "no_target", sentence, "Write `goal:` and `red:` beside the measure.")
    day = day_text(first, zone)
    sentence = f"Its first target holds from {day}; until then its value is shown and not judged."
    fix = f"Add a target that begins before {day} if earlier periods are to be judged."
    return Absence("not_applicable", "no_target", sentence, fix)


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
        gain = _distance(previous, anchors) - _distance(value, anchors)
    else:
        gain = value - previous if better == "higher" else previous - value
    if gain == 0:
        return "same"
    return "better" if gain > 0 else "worse"


def _distance(value: Fraction, band: Band) -> Fraction:
    return max(band.goal_low - value, value - band.goal_high, Fraction(0))


def _changed_at(kept: StatusChange | None, status: Status, at: int) -> int | None:
    """Since when the colour is what it is; None for a past moment of which the kept change says nothing."""
    if kept is None:
        return at
    if kept.at > at:
        return None
    return kept.at if kept.status == status else at
