"""The sentences about a target and what it makes of a value."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

from scorecard_exporter.config.model import Anchors, Band, Target
from scorecard_exporter.scorecard.model import MeasureStatus
from scorecard_exporter.scorecard.score import Status
from scorecard_exporter.scorecard.target import point_in_force
from scorecard_exporter.scorecard.wording import day_text, exact_text

YELLOW_AT_MOST = 66


def judgement(status: MeasureStatus) -> str:
    """One sentence: how value and target give the colour; empty where it is grey."""
    if status.absence is not None:
        return ""
    value, goal = status.value_text, f"the goal of {status.goal_text}"
    if isinstance(status.anchors, Band):
        ends = {name: text for name, _, _, _, text in anchor_texts(status)}
        red = f"the red lines at {ends['red_low']} and {ends['red_high']}"
        words = {"green": f"lies within {goal}", "yellow": f"misses {goal} and lies between {red}"}
        return f"{value} {words.get(status.status, f'is not between {red}')}."
    red = f"the red line at {_anchor(status, 'red')}"
    words = {"green": f"meets {goal}", "yellow": f"misses {goal} and has not reached {red}"}
    return f"{value} {words.get(status.status, f'has reached {red}')}."


def points(score: float, status: Status) -> int:
    """A score as people see it, 0 to 100.

    Rounding never crosses the line where green begins: 66.6, where a critical measure caps, is still yellow.
    """
    whole = math.floor(100 * score + 0.5)  # halves go up, as Prometheus and so the boards round them
    return whole if status == "green" else min(whole, YELLOW_AT_MOST)


def score_text(score: float | None, status: Status) -> str:
    """A score as a sentence has it: `72 of 100`; empty without one."""
    return "" if score is None else f"{points(score, status)} of 100"


def anchor_texts(status: MeasureStatus) -> Iterator[tuple[str, str, Fraction, str, str]]:
    """Name, title, value, unit and text of each anchor in force: worst to best, of a band upward."""
    anchors, target, unit = status.anchors, status.target, status.measure.definition.unit
    if anchors is None or target is None:
        return
    for name, value in anchor_values(anchors):
        yield name, name.replace("_", " "), value, unit, _written(value, unit, target)


def anchor_values(anchors: Anchors | Band) -> Iterator[tuple[str, Fraction]]:
    """Name and value of each anchor: worst to best, of a band upward."""
    is_band = isinstance(anchors, Band)
    for name in ("red_low", "goal_low", "goal_high", "red_high") if is_band else ("worst", "red", "goal", "best"):
        value = getattr(anchors, name)
        if value is not None:
            yield name, value


def target_note(status: MeasureStatus, zone: str) -> str:
    """Which target was in force at the end of the period, where that is not plain; dates in `zone`."""
    target, unit = status.target, status.measure.definition.unit
    if target is None:
        return ""
    point = point_in_force(target, status.reading.period.ends_at - 1)
    notes = (
        "The default of this measure; write your own goal and red line beside it." if target.is_default else "",
        "" if target.baseline is None else f"Relative to a baseline of {exact_text(target.baseline, unit)}.",
        f"A schedule that leads to {status.target_label}." if target.schedule else "",
        f"In force since {day_text(point.at, zone)}." if point and point.at and not target.schedule else "",
    )
    return " ".join(note for note in notes if note)


def initiative_note(status: MeasureStatus) -> str:
    """A sentence where a measure is red and nothing is being done about it; else empty."""
    if not status.is_left_alone:
        return ""
    if status.initiatives:
        return "Nothing any more: it is red, and all initiatives about it are finished."
    return "Nothing yet: it is red, and no initiative is about it or its objective."


def _anchor(status: MeasureStatus, name: str) -> str:
    return next((text for found, _, _, _, text in anchor_texts(status) if found == name), "")


def _written(value: Fraction, unit: str, target: Target) -> str:
    if target.yes_no:
        return "yes" if value == 1 else "no"
    return exact_text(value, unit)
