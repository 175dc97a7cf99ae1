"""The target of a measure over time: always the same, by date, or on a schedule."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from scorecard_exporter.config.anchors import ANCHORS, Scale, Written, read_anchors
from scorecard_exporter.config.document import Location, Report
from scorecard_exporter.config.model import Anchors, Band, Target, TargetPoint
from scorecard_exporter.config.schema_measure import (
    AnchorsShape,
    DatedAnchorsShape,
    ScheduledAnchorsShape,
    TargetShape,
)
from scorecard_exporter.measures.entry import Entry
from scorecard_exporter.quantities import parse

_Dated = tuple[datetime | None, Written]


def read_target(shape: TargetShape, scale: Scale, zone: tzinfo, report: Report) -> Target | None:
    """The target that these keys give; None when they give none, or none that is sound.

    Every mistake is reported. Dates without a zone are read in `zone`.
    """
    forms = [key for key in ("targets", "schedule") if getattr(shape, key) is not None]
    forms += [key for key in ANCHORS if getattr(shape, key) is not None][:1]
    if not forms:
        return None
    if len(forms) > 1:
        report((forms[0],), f"give one of {forms[0]!r} and {forms[1]!r}, not both")
        return None
    if forms[0] in ANCHORS:
        written = read_anchors(shape, scale, report)
        return _target([(None, written)], scale) if written else None
    return _over_time(forms[0], getattr(shape, forms[0]), scale, zone, report)


def default_target(entry: Entry, scale: Scale) -> Target | None:
    """The anchors that the catalogue proposes, or None where it has none."""
    if entry.anchors is None or entry.better is None:
        return None
    worst, red, goal, best = (parse(anchor, scale.unit) for anchor in entry.anchors)
    point = TargetPoint(at=None, anchors=Anchors(worst=worst, red=red, goal=goal, best=best))
    return Target(points=(point,), axis=scale.axis, better=entry.better, is_default=True)


def has_target(shape: TargetShape) -> bool:
    """Whether any key of a target is given."""
    return any(getattr(shape, key) is not None for key in ("targets", "schedule", *ANCHORS))


def _over_time(
    key: str,
    shapes: Sequence[DatedAnchorsShape | ScheduledAnchorsShape],
    scale: Scale,
    zone: tzinfo,
    report: Report,
) -> Target | None:
    points: list[_Dated] = []
    for index, shape in enumerate(shapes):
        written = read_anchors(shape, scale, _at((key, index), report))
        if written:
            points.append((_moment(shape, zone), written))
    if not shapes:
        report((key,), f"{key!r} is empty; give at least one entry, or leave it out")
    if len(points) < len(shapes) or not shapes:
        return None
    for index in range(1, len(points)):
        problem = _clash(points[index - 1], points[index], moves=key == "schedule")
        if problem:
            report((key, index), problem)
            return None
    return _target(points, scale, schedule=key == "schedule")


def _at(prefix: Location, report: Report) -> Report:
    return lambda location, problem: report((*prefix, *location), problem)


def _moment(shape: AnchorsShape, zone: tzinfo) -> datetime:
    moment = shape.since if isinstance(shape, DatedAnchorsShape) else shape.at  # type: ignore[attr-defined]
    return localised(moment, zone)


def localised(moment: datetime, zone: tzinfo) -> datetime:
    """The moment with a zone: its own, or `zone`."""
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _clash(earlier: _Dated, later: _Dated, *, moves: bool) -> str | None:
    (before, first), (after, second) = earlier, later
    if before is not None and after is not None and before >= after:
        return "the entries must be in order of time, one moment each"
    if first.better != second.better:
        return "every entry must have the same direction as the one before it: both bands, or the same side better"
    if moves and _given(first.anchors) != _given(second.anchors):
        return "on a schedule, 'worst' and 'best' are given in every entry or in none"
    return None


def _given(anchors: Anchors | Band) -> tuple[bool, bool]:
    if isinstance(anchors, Band):
        return (True, True)
    return (anchors.worst is not None, anchors.best is not None)


def _target(points: Sequence[_Dated], scale: Scale, *, schedule: bool = False) -> Target:
    newest = points[-1][1]
    return Target(
        points=tuple(TargetPoint(at=at, anchors=written.anchors) for at, written in points),
        axis=scale.axis,
        better=newest.better,
        schedule=schedule,
        baseline=newest.baseline,
        yes_no=newest.yes_no,
    )
