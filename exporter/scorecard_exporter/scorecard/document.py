"""Snapshots and explanations as documents for JSON: numbers as floats in base units, times as RFC 3339 in UTC.

This is the shape of the API, of `status --format json` and of `explain --format json`. A quantity comes with a
text as people write it. What does not exist is null, never zero.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from fractions import Fraction
from itertools import starmap
from typing import Any

from scorecard_exporter.config.lint.advice import Advice, heeded
from scorecard_exporter.config.model import Initiative
from scorecard_exporter.measures.benchmark import Benchmark
from scorecard_exporter.measures.change import Change
from scorecard_exporter.measures.model import Absence, Period
from scorecard_exporter.quantities import instant, moment, write
from scorecard_exporter.scorecard.contribution import Contributions
from scorecard_exporter.scorecard.explanation import Evidence, Explanation, Figure, Stage
from scorecard_exporter.scorecard.model import (
    MeasureStatus,
    ObjectiveStatus,
    Pace,
    PerspectiveStatus,
    ScorecardStatus,
    Snapshot,
)
from scorecard_exporter.scorecard.strategy import Node, StrategyMap
from scorecard_exporter.scorecard.verdict import anchor_texts

Document = dict[str, Any]


def snapshot_document(snapshot: Snapshot) -> Document:
    """All scorecards of a snapshot: perspectives, objectives, measures."""
    return {"at": timestamp(snapshot.at), "scorecards": [_scorecard(one, snapshot.at) for one in snapshot.scorecards]}


def explanation_document(why: Explanation) -> Document:
    """One measure explained, with the same words for the same things as in `snapshot_document`."""
    return {
        "at": timestamp(why.at),
        "scorecard": {"id": why.scorecard, "title": why.scorecard_title},
        "perspective": {"id": why.perspective, "title": why.perspective_title},
        "objective": {"id": why.objective, "title": why.objective_title},
        "team": {"id": why.team, "title": why.team_title},
        "measure": {
            "id": why.measure,
            "title": why.title,
            "description": why.description,
            "definition": why.definition,
            "definition_source": why.definition_source,
        },
        "owner": why.owner,
        "indicator": why.indicator,
        "better": why.better,
        "unit": why.unit,
        **_explained_value(why),
        **_explained_colour(why),
        "worst": [_sample(sample) for sample in why.worst],
        "newest": [_sample(sample) for sample in why.newest],
        "left_out": [asdict(one) for one in why.left_out],
        "contributions": [_contributions(one) for one in why.contributions],
        "chain": [asdict(link) for link in why.chain],
        "pace": pace_document(why.pace),
        "benchmark": benchmark_document(why.benchmark),
        "initiatives": [initiative_document(one, why.at) for one in why.initiatives],
        "initiative_note": why.initiative_note,
    }


def map_document(drawn: StrategyMap, at: int) -> Document:
    """A strategy map: objectives in their places, and which leads to which."""
    card = drawn.card
    return {
        "at": timestamp(at),
        "scorecard": {"id": card.scorecard.id, "title": card.scorecard.title},
        "team": {"id": card.team, "title": card.team_title},
        "width": drawn.width,
        "height": drawn.height,
        "perspectives": [
            {
                "id": lane.perspective.perspective.id,
                "title": lane.perspective.perspective.title,
                **_rolled(lane.perspective),
                "y": lane.y,
                "height": lane.height,
            }
            for lane in drawn.lanes
        ],
        "nodes": [_node(node) for node in drawn.nodes],
        "edges": [{"from": arrow.cause, "to": arrow.effect, "points": arrow.points} for arrow in drawn.arrows],
    }


def _node(node: Node) -> Document:
    return {
        "id": node.objective.id,
        "title": node.objective.title,
        "perspective": node.perspective,
        "theme": node.objective.theme or None,
        "measures": len(node.status.measures) if node.status else 0,
        **(_rolled(node.status) if node.status else {"score": None, "coverage": 0.0, "status": "grey"}),
        "x": node.x,
        "y": node.y,
        "width": node.width,
        "height": node.height,
    }


def advice_document(advice: Iterable[Advice], silenced: Mapping[str, str]) -> Document:
    """Advice as data; what is silenced with its reason, and to how much it would have applied."""
    wanted, quiet = heeded(advice, silenced)
    return {"advice": [asdict(one) for one in wanted], "silenced": [asdict(one) for one in quiet]}


def _explained_value(why: Explanation) -> Document:
    return {
        "period": {**_period(why.period), "text": why.period_text},
        "value": number(why.value),
        "value_text": why.value_text,
        "formula": why.formula,
        "samples": why.samples,
        "newest_at": timestamp(why.newest_at),
        "interval": list(why.interval) if why.interval else None,
        "interval_text": why.interval_text,
        "provisional": why.provisional,
        "notes": list(why.notes),
        "parts": {part.name: _quantity(part.value, part.unit, part.text) for part in why.parts},
        "stages": [_stage(one) for one in why.stages],
        "previous": number(why.previous),
        "previous_text": why.previous_text,
        "trend": why.trend,
        "change": _change(why.change, why.change_text),
    }


def _stage(stage: Stage) -> Document:
    figure = {**asdict(stage.figure), "value": number(stage.figure.value)}
    return {**figure, "share": number(stage.share), "share_text": stage.share_text}


def _explained_colour(why: Explanation) -> Document:
    return {
        "goal": _goal(why.goal_text, why.anchors),
        "target_note": why.target_note,
        "score": why.score,
        "score_text": why.score_text,
        "status": why.status,
        "changed_at": timestamp(why.changed_at),
        "judgement": why.judgement,
        "reason": _reason(why.absence),
        "fix_line": why.fix_line,
    }


def _change(change: Change | None, text: str) -> Document:
    """An end of the interval that the samples do not bound is null."""
    interval = None
    if change and change.interval:
        interval = [None if math.isinf(end) else end for end in change.interval]
    return {"verdict": change.verdict if change else None, "interval": interval, "text": text}


def _contributions(found: Contributions) -> Document:
    rows = [
        {**asdict(row), **{name: number(getattr(row, name)) for name in ("value", "amount", "share")}}
        for row in found.rows
    ]
    return {**asdict(found), "rows": rows}


def _scorecard(status: ScorecardStatus, at: int) -> Document:
    return {
        "id": status.scorecard.id,
        "title": status.scorecard.title,
        "team": status.team,
        "team_title": status.team_title,
        "parent": status.parent or None,
        "owner": status.owner,
        "reviewed_at": timestamp(status.reviewed_at),
        "review_due_at": timestamp(status.review_due_at),
        **_rolled(status),
        "perspectives": [_perspective(one, at) for one in status.perspectives],
    }


def _perspective(status: PerspectiveStatus, at: int) -> Document:
    return {
        "id": status.perspective.id,
        "title": status.perspective.title,
        "weight": float(status.perspective.weight),
        **_rolled(status),
        "objectives": [_objective(one, at) for one in status.objectives],
    }


def _objective(status: ObjectiveStatus, at: int) -> Document:
    return {
        "id": status.objective.id,
        "title": status.objective.title,
        "theme": status.objective.theme or None,
        "weight": float(status.objective.weight),
        "critical": status.objective.critical,
        "leads_to": list(status.objective.leads_to),
        **_rolled(status),
        "initiatives": [initiative_document(one, at) for one in status.initiatives],
        "measures": [_measure(one, at) for one in status.measures],
    }


def _rolled(status: ScorecardStatus | PerspectiveStatus | ObjectiveStatus) -> Document:
    return {"score": status.score, "coverage": status.coverage, "status": status.status}


def _measure(status: MeasureStatus, at: int) -> Document:
    measure, reading = status.measure, status.reading
    return {
        "id": measure.id,
        "title": measure.title,
        "owner": status.owner,
        "indicator": measure.indicator,
        "better": measure.better,
        "unit": measure.definition.unit,
        "weight": float(measure.weight),
        "critical": measure.critical,
        "severity": measure.severity,
        "period": _period(reading.period),
        "value": number(reading.value),
        "value_text": status.value_text,
        "goal": _goal(status.goal_text, tuple(starmap(Figure, anchor_texts(status)))),
        "score": status.score,
        "status": status.status,
        "reason": _reason(status.absence),
        "changed_at": timestamp(status.changed_at),
        "samples": reading.samples,
        "newest_at": timestamp(reading.newest_at),
        "interval": list(reading.interval) if reading.interval else None,
        "parts": {
            name: _quantity(part.value, part.unit, write(part.value, part.unit)) for name, part in reading.parts.items()
        },
        "previous": number(status.previous),
        "trend": status.trend,
        "pace": pace_document(status.pace),
        "benchmark": benchmark_document(status.benchmark),
        "initiatives": [initiative_document(one, at) for one in status.initiatives],
    }


def _goal(text: str, anchors: tuple[Figure, ...]) -> Document | None:
    return {"text": text, "anchors": {one.name: float(one.value) for one in anchors}} if anchors else None


def _reason(absence: Absence | None) -> Document | None:
    return asdict(absence) if absence else None


def pace_document(pace: Pace | None) -> Document | None:
    """Whether the pace suffices, and why; null where no goal has a date."""
    return {"state": pace.state, "by": timestamp(pace.by), "sentence": pace.sentence} if pace else None


def benchmark_document(found: Benchmark | None) -> Document | None:
    """What a published survey found; null where it found nothing of the kind."""
    if found is None:
        return None
    return {
        "report": found.report,
        "level": found.level or None,
        "bounds": dict(found.bounds),
        "sentence": found.sentence,
    }


def _sample(sample: Evidence) -> Document:
    return {**asdict(sample), "value": float(sample.value), "occurred_at": timestamp(sample.occurred_at)}


def initiative_document(initiative: Initiative, at: int) -> Document:
    """What is being done, as of the moment `at` (microseconds)."""
    return {
        "id": initiative.id,
        "title": initiative.title,
        "owner": initiative.owner,
        "due": timestamp(instant(initiative.due)) if initiative.due else None,
        "due_day": f"{initiative.due:%Y-%m-%d}" if initiative.due else None,
        "resources": initiative.resources,
        "done": number(initiative.done),
        "notes": initiative.notes,
        "overdue": initiative.is_overdue(at),
    }


def _period(period: Period) -> Document:
    return {"starts_at": timestamp(period.starts_at), "ends_at": timestamp(period.ends_at)}


def _quantity(value: Fraction, unit: str, text: str) -> Document:
    return {"value": float(value), "unit": unit, "text": text}


def number(value: Fraction | None) -> float | None:
    """An exact number as JSON has it."""
    return None if value is None else float(value)


def timestamp(microseconds: int | None) -> str | None:
    """A moment as RFC 3339 in UTC."""
    return None if microseconds is None else moment(microseconds).isoformat().replace("+00:00", "Z")
