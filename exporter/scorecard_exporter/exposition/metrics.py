"""A snapshot as metric families: which number of it goes into which series, and what is left out.

What is absent in the snapshot is an absent series, never a zero. Exact numbers become floats here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain

from prometheus_client.core import GaugeMetricFamily

from scorecard_exporter import names
from scorecard_exporter.config.model import Anchors, Band, Exposition, Initiative
from scorecard_exporter.quantities import instant
from scorecard_exporter.scorecard.model import (
    MeasureStatus,
    ObjectiveStatus,
    PerspectiveStatus,
    ScorecardStatus,
)
from scorecard_exporter.scorecard.score import STATUSES, Status
from scorecard_exporter.scorecard.target import ALWAYS

Labels = tuple[str, ...]
Samples = Iterable[tuple[Labels, float]]

_WINDOW_STEPS = (("d", 86_400_000_000), ("h", 3_600_000_000), ("m", 60_000_000), ("s", 1_000_000))


def families(scorecards: Sequence[ScorecardStatus], exposition: Exposition) -> Iterator[GaugeMetricFamily]:
    """Every family of `names.SNAPSHOT_FAMILIES` that `exposition` does not leave out, in that order.

    A family without a series is yielded too, so that two calls can be walked side by side.
    """
    left_out = _left_out(exposition)
    chosen = [family for family in names.SNAPSHOT_FAMILIES if family not in left_out]
    return (gauge for _, gauge in chosen_families(scorecards, chosen))


def chosen_families(
    scorecards: Sequence[ScorecardStatus], chosen: Iterable[names.Family]
) -> Iterator[tuple[names.Family, GaugeMetricFamily]]:
    """These families of `names.SNAPSHOT_FAMILIES`, each with its series."""
    rows = [
        _row(card, perspective, objective, measure)
        for card in scorecards
        for perspective, objective, measure in card.measures()
    ]
    for family in chosen:
        samples = map(_OF_MEASURES[family], rows) if family in _OF_MEASURES else map(_OF_SCORECARDS[family], scorecards)
        gauge = GaugeMetricFamily(family.name, family.help, labels=family.labels)
        for labels, value in chain.from_iterable(samples):
            gauge.add_metric(labels, value)
        yield family, gauge


def _left_out(exposition: Exposition) -> set[names.Family]:
    parts = {names.MEASURE_PART, names.MEASURE_INTERVAL_LOWER, names.MEASURE_INTERVAL_UPPER}
    return (set() if exposition.parts else parts) | (set() if exposition.readings else {names.MEASURE_READING_INFO})


@dataclass(frozen=True, slots=True)
class _Row:
    """A measure of one team with its labels: `described` up to the unit, `identity` with the target."""

    described: Labels
    identity: Labels
    card: ScorecardStatus
    perspective: PerspectiveStatus
    objective: ObjectiveStatus
    status: MeasureStatus


def _row(
    card: ScorecardStatus, perspective: PerspectiveStatus, objective: ObjectiveStatus, status: MeasureStatus
) -> _Row:
    definition = status.measure.definition
    described = (
        *_of_objective(card, perspective, objective),
        status.measure.id,
        _window(definition.window),
        definition.unit,
    )
    return _Row(described, (*described, status.target_label), card, perspective, objective, status)


def _window(micros: int) -> str:
    for letter, step in _WINDOW_STEPS:
        if micros % step == 0:
            return f"{micros // step}{letter}"
    return f"{micros / 1_000_000}s"


def _one(labels: Labels, number: Fraction | float | None) -> Samples:
    return () if number is None else ((labels, float(number)),)


def _moment(labels: Labels, micros: int | None) -> Samples:
    return () if micros is None else ((labels, micros / 1_000_000),)


def _states(labels: Labels, status: Status) -> Samples:
    return [((*labels, state), float(state == status)) for state in STATUSES]


def _goal(row: _Row) -> Samples:
    anchors = row.status.anchors
    return _one(row.identity, anchors.goal if isinstance(anchors, Anchors) else None)


def _red_threshold(row: _Row) -> Samples:
    anchors = row.status.anchors
    return _one(row.identity, anchors.red if isinstance(anchors, Anchors) else None)


def _band(row: _Row) -> Samples:
    band = row.status.anchors
    if not isinstance(band, Band):
        return ()
    bounds = (
        ("goal_low", band.goal_low),
        ("goal_high", band.goal_high),
        ("red_low", band.red_low),
        ("red_high", band.red_high),
    )
    return [((*row.identity, name), float(bound)) for name, bound in bounds]


def _parts(row: _Row) -> Samples:
    return [((*row.identity, name, part.unit), float(part.value)) for name, part in row.status.reading.parts.items()]


def _interval(row: _Row, end: int) -> Samples:
    interval = row.status.reading.interval
    return _one(row.identity, interval[end] if interval else None)


def _grey(row: _Row) -> Samples:
    absence = row.status.absence
    return [((*row.described, absence.state, absence.code), 1.0)] if absence and row.status.status == "grey" else ()


def _grey_sources(row: _Row) -> Samples:
    measure, card = row.status.measure, row.card
    sources = measure.sources.get(card.team, ()) if row.status.status == "grey" else ()
    return [((card.scorecard.id, card.team, measure.id, source), 1.0) for source in sources]


def _samples(row: _Row) -> Samples:
    absence = row.status.reading.absence
    unknown = absence is not None and absence.state == "missing"
    return _one(row.identity, None if unknown else row.status.reading.samples)


def _info(row: _Row) -> Samples:
    measure, objective = row.status.measure, row.objective.objective
    described = (
        measure.title,
        objective.title,
        row.perspective.perspective.title,
        row.status.owner,
        measure.indicator,
        measure.better,
        row.card.scorecard.themes.get(objective.theme, objective.theme),
        measure.severity,
        measure.definition.measure,
    )
    return [((*row.described, *described), 1.0)]


def _benchmark(row: _Row) -> Samples:
    found = row.status.benchmark
    return [((*row.described, str(found.report), found.level), 1.0)] if found and found.level else ()


def _target_set(row: _Row) -> Samples:
    target, ends_at = row.status.target, row.status.reading.period.ends_at
    if target is None or row.status.anchors is None:
        return ()
    began = [ALWAYS if point.at is None else instant(point.at) for point in target.points]
    in_force = [at for at in began if at < ends_at]
    since = in_force[0 if target.schedule else -1] if in_force else ALWAYS
    return _moment(row.identity, None if since == ALWAYS else since)


def _reviewed(card: ScorecardStatus) -> Samples:
    return _moment(_of_scorecard(card), card.reviewed_at)


def _review_due(card: ScorecardStatus) -> Samples:
    return _moment(_of_scorecard(card), card.review_due_at)


def _initiatives_of_measure(row: _Row) -> Samples:
    card = (row.card.scorecard.id, row.card.team)
    return [
        ((*card, row.status.measure.id, initiative.id, initiative.title, initiative.owner), 1.0)
        for initiative in row.status.initiatives
    ]


_OF_MEASURES: dict[names.Family, Callable[[_Row], Samples]] = {
    names.MEASURE_VALUE: lambda row: _one(row.identity, row.status.reading.value),
    names.MEASURE_GOAL: _goal,
    names.MEASURE_RED_THRESHOLD: _red_threshold,
    names.MEASURE_BAND: _band,
    names.MEASURE_READING_INFO: lambda row: [
        ((*row.described, row.status.value_text, row.status.goal_text), 1.0),
    ],
    names.MEASURE_SCORE: lambda row: _one(row.identity, row.status.score),
    names.MEASURE_STATUS: lambda row: _states(row.identity, row.status.status),
    names.MEASURE_STATUS_CHANGED: lambda row: _moment(row.identity, row.status.changed_at),
    names.MEASURE_PREVIOUS_VALUE: lambda row: _one(row.identity, row.status.previous),
    names.MEASURE_PART: _parts,
    names.MEASURE_INTERVAL_LOWER: lambda row: _interval(row, 0),
    names.MEASURE_INTERVAL_UPPER: lambda row: _interval(row, 1),
    names.MEASURE_GREY_INFO: _grey,
    names.MEASURE_GREY_SOURCE_INFO: _grey_sources,
    names.MEASURE_SAMPLES: _samples,
    names.MEASURE_LAST_EVENT: lambda row: _moment(row.identity, row.status.reading.newest_at),
    names.MEASURE_INFO: _info,
    names.MEASURE_BENCHMARK_INFO: _benchmark,
    names.TARGET_SET: _target_set,
    names.INITIATIVE_INFO: _initiatives_of_measure,
}


def _of_scorecard(card: ScorecardStatus) -> Labels:
    return card.scorecard.id, card.team


def _of_perspective(card: ScorecardStatus, perspective: PerspectiveStatus) -> Labels:
    return *_of_scorecard(card), perspective.perspective.id


def _of_objective(card: ScorecardStatus, perspective: PerspectiveStatus, objective: ObjectiveStatus) -> Labels:
    return *_of_perspective(card, perspective), objective.objective.id


_RolledUp = ObjectiveStatus | PerspectiveStatus | ScorecardStatus
_Number = Callable[[Labels, _RolledUp], Samples]


def _score(labels: Labels, one: _RolledUp) -> Samples:
    return _one(labels, one.score)


def _coverage(labels: Labels, one: _RolledUp) -> Samples:
    return _one(labels, one.coverage)


def _status(labels: Labels, one: _RolledUp) -> Samples:
    return _states(labels, one.status)


def _each_objective(number: _Number) -> Callable[[ScorecardStatus], Samples]:
    return lambda card: chain.from_iterable(
        number(_of_objective(card, perspective, objective), objective)
        for perspective in card.perspectives
        for objective in perspective.objectives
    )


def _each_perspective(number: _Number) -> Callable[[ScorecardStatus], Samples]:
    return lambda card: chain.from_iterable(
        number(_of_perspective(card, perspective), perspective) for perspective in card.perspectives
    )


def _whole(number: _Number) -> Callable[[ScorecardStatus], Samples]:
    return lambda card: number(_of_scorecard(card), card)


def _each_initiative(number: Callable[[Initiative], Fraction | float | None]) -> Callable[[ScorecardStatus], Samples]:
    def samples(card: ScorecardStatus) -> Samples:
        found = {one.id: one for _, _, status in card.measures() for one in status.initiatives}
        return chain.from_iterable(_one((*_of_scorecard(card), one.id), number(one)) for one in found.values())

    return samples


_OF_SCORECARDS: dict[names.Family, Callable[[ScorecardStatus], Samples]] = {
    names.OBJECTIVE_SCORE: _each_objective(_score),
    names.OBJECTIVE_COVERAGE: _each_objective(_coverage),
    names.OBJECTIVE_STATUS: _each_objective(_status),
    names.PERSPECTIVE_SCORE: _each_perspective(_score),
    names.PERSPECTIVE_COVERAGE: _each_perspective(_coverage),
    names.PERSPECTIVE_STATUS: _each_perspective(_status),
    names.SCORE: _whole(_score),
    names.COVERAGE: _whole(_coverage),
    names.STATUS: _whole(_status),
    names.INFO: lambda card: [((*_of_scorecard(card), card.scorecard.title), 1.0)],
    names.TEAM_INFO: lambda card: [((*_of_scorecard(card), card.parent, card.team_title, card.owner), 1.0)],
    names.INITIATIVE_DONE: _each_initiative(lambda initiative: initiative.done),
    names.INITIATIVE_DUE: _each_initiative(
        lambda initiative: initiative.due.timestamp() if initiative.due else None,
    ),
    names.REVIEW_LAST: _reviewed,
    names.REVIEW_DUE: _review_due,
}
