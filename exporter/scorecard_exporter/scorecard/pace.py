"""Whether the pace of the last period would do to meet a goal that has a date. No forecast: a comparison of two steps.

A step counts only where it is more than noise (`measures.change`). A snapshot does not know the samples of a length of
time: of those both values must rest on enough of them, and no more is asked.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from scorecard_exporter.config.model import Anchors, Axis, Target
from scorecard_exporter.measures.change import Verdict, change
from scorecard_exporter.measures.finding import MICROS
from scorecard_exporter.measures.model import Period, Reading
from scorecard_exporter.measures.statistics import ENOUGH_SAMPLES
from scorecard_exporter.quantities import instant, write
from scorecard_exporter.scorecard.model import Pace
from scorecard_exporter.scorecard.numbers import length_text
from scorecard_exporter.scorecard.score import colour_by
from scorecard_exporter.scorecard.target import between
from scorecard_exporter.scorecard.wording import day_text, goal_text, told_apart

_DOUBTS: Mapping[Verdict, str] = {
    "noise": "the difference to the period before is not more than noise",
    "too_few": f"below {ENOUGH_SAMPLES} samples",
    "same_samples": "there are no newer answers than those of the period before",
}


def pace(target: Target | None, reading: Reading, previous: Reading | None, zone: str) -> Pace | None:
    """The pace towards the last goal of a schedule that is still to come; None where there is no such goal.

    `previous`: of the period before. Dates in the sentence are those of `zone`.
    """
    if target is None or reading.value is None or not target.schedule or target.yes_no:
        return None
    end = target.points[-1]
    by = 0 if end.at is None else instant(end.at)
    if end.at is None or by <= reading.period.ends_at or not isinstance(end.anchors, Anchors):
        return None
    goal = f"{goal_text(target, end.anchors, reading.definition.unit)} by {day_text(end.at, zone)}"
    if colour_by(end.anchors)(reading.value) == "green":
        return Pace(state="reached", by=by, sentence=f"It meets {goal} already.")
    doubt = _doubt(target.axis, reading, previous)
    if doubt or previous is None or previous.value is None:
        return Pace(state="unclear", by=by, sentence=f"Whether it will meet {goal} cannot be said: {doubt}.")
    # From one end to the other: windows of a review may be shorter than what lies between them.
    between_ends = Period(previous.period.ends_at, reading.period.ends_at)
    step = _Step(target.axis, previous.value, reading.value, end.anchors.goal, between_ends, by)
    return Pace(
        state="sufficient" if step.is_enough() else "behind",
        by=by,
        sentence=step.sentence(goal, reading.definition.unit),
    )


def _doubt(axis: Axis, reading: Reading, previous: Reading | None) -> str:
    """Why nothing can be said of the last step, as half a sentence; empty where something can."""
    if previous is None or previous.value is None:
        return "there is no value for the period before"
    if axis == "log" and min(previous.value, reading.value or 0) <= 0:
        return "from zero on there is no pace on a logarithmic axis"
    return _DOUBTS.get(change(reading, previous).verdict, "")


@dataclass(frozen=True, slots=True)
class _Step:
    """From the period before to this one, and how far it still is. All values are of one unit.

    `period`: from the end of the one to that of the other.
    """

    axis: Axis
    before: Fraction
    now: Fraction
    goal: Fraction
    period: Period
    by: int

    def is_enough(self) -> bool:
        """Whether steps like the last one, one in each period, lead to the goal in time."""
        left = Fraction(self.by - self.period.ends_at, self.period.ends_at - self.period.starts_at)
        needed, done = self._way(self.now, self.goal), self._way(self.before, self.now)
        return done / needed * float(left) >= 1

    def _way(self, start: Fraction, end: Fraction) -> float:
        return float(end - start) if self.axis == "linear" else math.log(end / start)

    def sentence(self, goal: str, unit: str) -> str:
        length, left = self.period.ends_at - self.period.starts_at, self.by - self.period.ends_at
        ahead = between(self.now, self.goal, min(Fraction(1), Fraction(length, left)), self.axis)
        time = length_text(self.period) if length < left else write(Fraction(left, MICROS), "seconds")
        before, now, then = told_apart((self.before, self.now, ahead), unit)
        verdict = "enough" if self.is_enough() else "not enough"
        return (
            f"To meet {goal} it has to come from {now} to {then} in the next {time}; "
            f"in the last {length_text(self.period)} it came from {before} to {now}, which is {verdict}."
        )
