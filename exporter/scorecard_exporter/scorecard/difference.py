"""What a value's difference to the period before says, as a sentence."""

from __future__ import annotations

import math
from collections.abc import Mapping

from scorecard_exporter.measures.change import Change, Verdict
from scorecard_exporter.measures.statistics import ENOUGH_SAMPLES
from scorecard_exporter.quantities import write
from scorecard_exporter.scorecard.model import MeasureStatus


def change_text(status: MeasureStatus, change: Change | None, previous_text: str) -> str:
    """Whether the difference to the period before is more than noise; empty where it has no value."""
    value = status.reading.value
    if value is None:
        return ""
    if change is None or status.previous is None:
        return "There is no value for the period before."
    said = _SAID[change.verdict]
    if change.verdict in ("trend", "noise"):
        said += f"{_interval(change, status.measure.definition.unit)}."
    return f"The period before had {previous_text}. {said}"


def _interval(change: Change, unit: str) -> str:
    if change.interval is None or any(map(math.isinf, change.interval)):
        return ""
    low, high = (_signed(end, unit) for end in change.interval)
    return f": it lies between {low} and {high}, with 95 % confidence"


def _signed(number: float, unit: str) -> str:
    sign = "-" if number < 0 else "+"
    if unit == "ratio":
        return f"{sign}{write(abs(number) * 100, 'points')} percentage points"
    return f"{sign}{write(abs(number), unit)}"


_SAID: Mapping[Verdict, str] = {
    "trend": "The difference is more than noise",
    "noise": "The difference is not more than noise",
    "too_few": f"Too few to tell whether the difference is more than noise: {ENOUGH_SAMPLES} samples are needed.",
    "not_sampled": "Both are counted in full and estimated from no samples, so nothing is said of noise.",
    "same_samples": "Both rest on the same samples: there are no newer ones.",
}
