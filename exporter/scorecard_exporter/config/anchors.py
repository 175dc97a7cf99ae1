"""One set of anchors, as people write it: goal and red, a band, yes or no, relative to a baseline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from scorecard_exporter.config.document import Report
from scorecard_exporter.config.model import Anchors, Axis, Band, Better
from scorecard_exporter.config.schema_measure import AnchorsShape, RelativeShape
from scorecard_exporter.config.values import yes_no
from scorecard_exporter.quantities import RefusedError, allowed, parse, write

ANCHORS = ("goal", "red", "worst", "best")
YES_NO_UNITS = ("count", "ratio")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """What anchors of one measure are held against. `better` None: goal and red tell it."""

    unit: str
    axis: Axis
    better: Better | None
    domain: tuple[Fraction | None, Fraction | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Anchors as read. `better` is None for a band; `baseline`: what a relative goal is relative to."""

    anchors: Anchors | Band
    better: Better | None
    baseline: Fraction | None = None
    yes_no: bool = False


def read_anchors(shape: AnchorsShape, scale: Scale, report: Report) -> Written | None:
    """Read goal, red, worst and best; None, with all mistakes reported, when they are not sound."""
    if _says_yes_no(shape.goal):
        return _yes_no(shape, scale, report)
    given = {key: getattr(shape, key) for key in ANCHORS if getattr(shape, key) is not None}
    for key in ("goal", "red"):
        if key not in given:
            report((key,), f"the key {key!r} is missing: a target has 'goal' and 'red'")
    if "goal" not in given or "red" not in given:
        return None
    return _band(given, scale, report) if _is_band(shape.goal) else _one_sided(given, scale, report)


def _says_yes_no(goal: object) -> bool:
    return isinstance(goal, str) and yes_no(goal) is not None


def _is_band(written: object) -> bool:
    return isinstance(written, str) and ".." in written


def _yes_no(shape: AnchorsShape, scale: Scale, report: Report) -> Written | None:
    goal = bool(yes_no(shape.goal))
    better: Better = "higher" if goal else "lower"
    extra = [key for key in ("red", "worst", "best") if getattr(shape, key) is not None]
    if scale.unit not in YES_NO_UNITS:
        report(("goal",), RefusedError(shape.goal, allowed(scale.unit)))
    elif scale.better not in (None, better):
        report(("goal",), f"{scale.better} is better here, which this goal contradicts")
    elif extra:
        report((extra[0],), f"{extra[0]!r} has no place beside a goal of yes or no")
    else:
        green, red = Fraction(goal), Fraction(not goal)
        return Written(anchors=Anchors(goal=green, red=red, worst=red, best=green), better=better, yes_no=True)
    return None


def _band(given: Mapping[str, Any], scale: Scale, report: Report) -> Written | None:
    for key in given.keys() & {"worst", "best"}:
        report((key,), f"{key!r} has no place beside a band")
    if not _is_band(given["red"]):
        report(("red",), RefusedError(given["red"], "a band such as 50%..90%, as the goal beside it is"))
        return None
    sides = [_quantity(key, side, scale, report) for key in ("goal", "red") for side in given[key].split("..", 1)]
    values = [side for side in sides if side is not None]
    if len(values) < len(sides):
        return None
    goal_low, goal_high, red_low, red_high = values
    if not red_low < goal_low <= goal_high < red_high:
        report(("red",), "the band of red must lie around that of the goal, and leave room for yellow on both sides")
        return None
    band = Band(goal_low=goal_low, goal_high=goal_high, red_low=red_low, red_high=red_high)
    return Written(anchors=band, better=None)


def _one_sided(given: Mapping[str, Any], scale: Scale, report: Report) -> Written | None:
    read = {key: _quantity(key, written, scale, report) for key, written in given.items()}
    values = {key: value for key, value in read.items() if value is not None}
    if len(values) < len(read):
        return None
    problem = _disorder(values, scale)
    if problem:
        report((problem[0],), problem[1])
        return None
    goal = given["goal"]
    return Written(
        anchors=Anchors(**values),
        better=_better(values),
        baseline=parse(goal.baseline, scale.unit) if isinstance(goal, RelativeShape) else None,
    )


def _better(values: Mapping[str, Fraction]) -> Better:
    return "higher" if values["goal"] > values["red"] else "lower"


def _disorder(values: Mapping[str, Fraction], scale: Scale) -> tuple[str, str] | None:
    """Which anchor is out of order, and why: from worst over red and goal to best it only gets better."""
    if values["goal"] == values["red"]:
        return "goal", "'goal' and 'red' are equal; leave room for yellow between them"
    if scale.better not in (None, _better(values)):
        side = "above" if scale.better == "higher" else "below"
        return "goal", f"{scale.better} is better here, so 'goal' must lie {side} 'red'"
    sign = 1 if _better(values) == "higher" else -1
    if sign * values.get("worst", values["red"]) > sign * values["red"]:
        return "worst", "'worst' must not be better than 'red'"
    if sign * values.get("best", values["goal"]) < sign * values["goal"]:
        return "best", "'best' must not be worse than 'goal'"
    return None


def _quantity(key: str, written: str | RelativeShape, scale: Scale, report: Report) -> Fraction | None:
    try:
        if isinstance(written, RelativeShape):
            value = parse(written.baseline, scale.unit) * (1 + parse(written.change, "ratio"))
            return _possible(value, write(value, scale.unit), scale)
        return _possible(parse(written, scale.unit), written, scale)
    except RefusedError as refusal:
        report((key,), refusal)
        return None


def _possible(value: Fraction, written: str, scale: Scale) -> Fraction:
    """The value, if the measure can have it.

    Raises:
        RefusedError: it cannot.
    """
    low, high = scale.domain
    possible = f"possible here: allowed is {allowed(scale.unit)}"
    if low is not None and value < low:
        raise RefusedError(written, f"{possible}, at least {write(low, scale.unit)}")
    if high is not None and value > high:
        raise RefusedError(written, f"{possible}, at most {write(high, scale.unit)}")
    if scale.axis == "log" and value <= 0:
        raise RefusedError(written, f"{possible}, above zero since the axis of the score is logarithmic")
    return value
