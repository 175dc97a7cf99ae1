"""Charts as SVG within a page: the values of a measure over time, with goal and red line. Pure; no script, no colour.

Colours come from the style sheet (`.chart`, `.spark`), so that they follow light, dark and print. A page's width is not
known here: curves are drawn in a square that the page stretches, while texts and points keep their size.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from typing import Protocol
from zoneinfo import ZoneInfo

from markupsafe import Markup

from scorecard_exporter.config.model import Anchors, Band
from scorecard_exporter.measures.model import Period
from scorecard_exporter.quantities import moment, write

FEWEST = 2
"""Fewer values than these make no curve."""
SIDE = 1000
"""Units of the stretched square on each side."""
HEIGHT = 220
"""Pixels of a chart's plot."""
MARGIN = 0.06
"""Of the range of values, left free above and below."""
LINE = 18
"""Pixels of a line of text."""
_WORDS = {"goal": "goal", "red": "red line"}
_LINES = {"goal": ("goal", "goal_low", "goal_high"), "red": ("red", "red_low", "red_high")}


class Drawn(Protocol):
    """A measure in one period, as a `MeasurePoint` has it."""

    @property
    def period(self) -> Period:
        """It is drawn where this ends."""

    @property
    def value(self) -> Fraction | None:
        """None: a gap."""

    @property
    def value_text(self) -> str:
        """The value as people write it."""

    @property
    def anchors(self) -> Anchors | Band | None:
        """Where goal and red line were."""

    @property
    def goal_text(self) -> str:
        """The goal as people write it."""

    @property
    def status(self) -> str:
        """The colour."""


class Curve(Protocol):
    """What is drawn: a measure's points, oldest first; `is_log`: whether its target is judged on a logarithmic axis."""

    @property
    def title(self) -> str:
        """What people call the measure."""

    @property
    def unit(self) -> str:
        """Unit of its values."""

    @property
    def is_log(self) -> bool:
        """See the class."""

    @property
    def points(self) -> Sequence[Drawn]:
        """See the class."""


@dataclass(frozen=True, slots=True)
class _Scale:
    """Where a number lies between 0 and 1, from bottom to top."""

    axis: Callable[[float], float]
    low: float
    high: float

    def place(self, value: float) -> float:
        return (self.axis(value) - self.low) / (self.high - self.low)


def sparkline(history: Curve) -> Markup:
    """The curve alone, a line of text high; nothing where there are too few values."""
    points = _from_first_value(history.points)
    if _values(points) < FEWEST:
        return Markup()
    scale = _scale(history, points, with_lines=False)
    title = Markup("<title>{}</title>").format(_summary(history, points))
    return Markup(
        '<svg class="spark" viewBox="0 0 {side} {side}" preserveAspectRatio="none" role="img">{title}{curve}</svg>'
    ).format(side=SIDE, title=title, curve=_curve(points, scale))


def chart(history: Curve, zone: str, id_: str) -> Markup:
    """Values, goal and red line over all points, with a description for readers; nothing where values are too few.

    `zone`: of the dates. `id_`: unique in the page.
    """
    points = history.points
    if _values(points) < FEWEST:
        return Markup()
    scale = _scale(history, points, with_lines=True)
    plot = Markup(
        '<svg x="0" y="0" width="100%" height="{height}" viewBox="0 0 {side} {side}" preserveAspectRatio="none">'
        "{lines}{curve}</svg>"
    ).format(height=HEIGHT, side=SIDE, lines=_lines(points, scale), curve=_curve(points, scale))
    return Markup(
        '<svg class="chart" width="100%" height="{height}" role="img" '
        'aria-labelledby="{id}-title" aria-describedby="{id}-desc">'
        '<title id="{id}-title">{title}</title><desc id="{id}-desc">{summary}</desc>{plot}{dots}{labels}{dates}</svg>'
    ).format(
        height=HEIGHT + LINE + 4,
        id=id_,
        title=f"{history.title} over time",
        summary=_summary(history, points),
        plot=plot,
        dots=_joined(_dots(points, scale)),
        labels=_joined(_labels(history, points, scale)),
        dates=_dates(points, zone),
    )


def _from_first_value(points: Sequence[Drawn]) -> Sequence[Drawn]:
    first = next((place for place, point in enumerate(points) if point.value is not None), len(points))
    return points[first:]


def _values(points: Iterable[Drawn]) -> int:
    return sum(point.value is not None for point in points)


def _summary(history: Curve, points: Sequence[Drawn]) -> str:
    """What the curve says, in words."""
    known = [point for point in points if point.value is not None]
    first, last = known[0], known[-1]
    least, most = min(known, key=_number), max(known, key=_number)
    goal = f"; goal {last.goal_text}" if last.goal_text else ""
    return (
        (
            f"{history.title}: {first.value_text} on {_day(first)}, {last.value_text} on {_day(last)}; "
            f"lowest {least.value_text}, highest {most.value_text}{goal}."
        )
        .replace("<=", "≤")
        .replace(">=", "≥")
    )


def _number(point: Drawn) -> float:
    return float(point.value or 0)


def _day(point: Drawn, zone: str = "UTC") -> str:
    return f"{moment(point.period.ends_at).astimezone(ZoneInfo(zone)):%-d %b %Y}"


def _thresholds(point: Drawn, line: str) -> Iterator[float]:
    if point.anchors:
        found = (getattr(point.anchors, name, None) for name in _LINES[line])
        yield from (float(value) for value in found if value is not None)


def _scale(history: Curve, points: Sequence[Drawn], *, with_lines: bool) -> _Scale:
    """From the least to the most of all that is drawn; logarithmic where the target is and all of it is above zero."""
    shown = [float(point.value) for point in points if point.value is not None]
    if with_lines:
        shown += [value for point in points for line in _LINES for value in _thresholds(point, line)]
    is_log = history.is_log and min(shown) > 0
    axis: Callable[[float], float] = math.log if is_log else float
    low, high = axis(min(shown)), axis(max(shown))
    room = (high - low) * MARGIN or 1.0
    return _Scale(axis, low - room, high + room)


def _across(points: Sequence[Drawn], place: int) -> float:
    """From 0 to 1, by time."""
    first, last = points[0].period.ends_at, points[-1].period.ends_at
    return (points[place].period.ends_at - first) / (last - first) if last > first else 0.5


def _units(share: float) -> str:
    return f"{share * SIDE:.1f}"


def _curve(points: Sequence[Drawn], scale: _Scale) -> Markup:
    """A line through the values, broken where there is none; a single value between two gaps is a dot."""
    steps = []
    places = enumerate(points)
    for has_value, run in groupby(places, key=lambda one: one[1].value is not None):
        if has_value:
            pairs = [(_units(_across(points, place)), _units(1 - scale.place(_number(one)))) for place, one in run]
            pairs = pairs if len(pairs) > 1 else pairs * 2
            steps.append("M" + "L".join(f"{x} {y}" for x, y in pairs))
    return _path("value", "".join(steps))


def _lines(points: Sequence[Drawn], scale: _Scale) -> Markup:
    """Goal and red line as they were in force: each holds until the next point, where it may step."""
    return _joined(_path(line, _steps(points, scale, name)) for line, names in _LINES.items() for name in names)


def _steps(points: Sequence[Drawn], scale: _Scale, name: str) -> str:
    steps, held = [], False
    for place, point in enumerate(points):
        value = getattr(point.anchors, name, None) if point.anchors else None
        if value is None:
            held = False
            continue
        x, y = _units(_across(points, place)), _units(1 - scale.place(float(value)))
        steps.append(f"H{x}V{y}" if held else f"M{x} {y}")
        held = True
    return "".join(steps)


def _path(kind: str, steps: str) -> Markup:
    if not steps:
        return Markup()
    return Markup('<path class="{kind}" d="{steps}"/>').format(kind=kind, steps=steps)


def _dots(points: Sequence[Drawn], scale: _Scale) -> Iterator[Markup]:
    """Each value with its colour, and in words where the pointer rests on it."""
    for place, point in enumerate(points):
        if point.value is None:
            continue
        words = f"{_day(point)}: {point.value_text}, {point.status}"
        yield Markup(
            '<circle class="{status}" cx="{x:.2f}%" cy="{y:.1f}" r="3"><title>{words}</title></circle>'
        ).format(
            status=point.status,
            x=100 * _across(points, place),
            y=HEIGHT * (1 - scale.place(_number(point))),
            words=words,
        )


def _labels(history: Curve, points: Sequence[Drawn], scale: _Scale) -> Iterator[Markup]:
    """What the lines stand for at their newest, on the left, and the newest value on the right."""
    newest, unit = points[-1], history.unit
    for line, names in _LINES.items():
        for name in names:
            value = getattr(newest.anchors, name, None) if newest.anchors else None
            if value is not None:
                words = f"{_WORDS[line]} {write(value, unit)}"
                yield _label(line, "0", HEIGHT * (1 - scale.place(float(value))), words)
    if newest.value is not None:
        yield _label("newest end", "100%", HEIGHT * (1 - scale.place(_number(newest))), newest.value_text)


def _label(kind: str, x: str, y: float, words: str) -> Markup:
    """A text above a point, or below it where it would leave the chart."""
    return Markup('<text class="{kind}" x="{x}" y="{y:.1f}">{words}</text>').format(
        kind=kind, x=x, y=y - 7 if y > LINE else y + LINE, words=words
    )


def _dates(points: Sequence[Drawn], zone: str) -> Markup:
    return Markup(
        '<text class="date" x="0" y="{y}">{first}</text><text class="date end" x="100%" y="{y}">{last}</text>'
    ).format(y=HEIGHT + 17, first=_day(points[0], zone), last=_day(points[-1], zone))


def _joined(pieces: Iterable[Markup]) -> Markup:
    return Markup().join(pieces)
