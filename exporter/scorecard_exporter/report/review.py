"""The review of a scorecard of one team: histories and the last recorded review in, a document out. Pure.

The document is what is printed, what the API answers and what is kept for ever: texts and numbers as JSON has them.
Every number in it was worked out by `evaluate` and judged in a snapshot.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from scorecard_exporter.config.lint.advice import Advice
from scorecard_exporter.measures.model import Reading
from scorecard_exporter.quantities import when, write
from scorecard_exporter.report.advising import advised
from scorecard_exporter.report.changes import changes
from scorecard_exporter.report.outlook import outlook
from scorecard_exporter.report.promises import promises
from scorecard_exporter.scorecard.document import (
    Document,
    benchmark_document,
    initiative_document,
    number,
    pace_document,
    timestamp,
)
from scorecard_exporter.scorecard.history import TeamHistory
from scorecard_exporter.scorecard.model import (
    MeasureStatus,
    ObjectiveStatus,
    Pace,
    PerspectiveStatus,
    ScorecardStatus,
)
from scorecard_exporter.scorecard.pace import pace
from scorecard_exporter.scorecard.points import MeasurePoint
from scorecard_exporter.scorecard.review_periods import ReviewPeriod
from scorecard_exporter.scorecard.score import STATUSES
from scorecard_exporter.scorecard.verdict import anchor_texts, anchor_values, judgement, score_text, target_note
from scorecard_exporter.store.base import KeptReview

SHAPE = 1
"""Of the document: raised when one that was kept could no longer be read like a new one."""
MONTHS = 12
"""That trends are told from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What a review is written from.

    `now`, `before`: the scorecard in the review's period and in the one before it. `months`: its measures by months
    until the end of the period. `advice`: all that there is, of which `silenced` is not wanted. `last`: the newest
    recorded review of an earlier period. `at`: when it is written, microseconds.
    """

    period: ReviewPeriod
    now: ScorecardStatus
    before: ScorecardStatus
    months: TeamHistory
    advice: Sequence[Advice]
    silenced: Mapping[str, str]
    last: KeptReview | None
    at: int


def review_document(material: Material) -> Document:
    """The review; see the module."""
    card, before = material.now, material.before
    measures = list(_measures(material))
    last: Document | None = json.loads(material.last.document) if material.last else None
    earlier = {one["id"]: one for one in (last["measures"] if last else map(_judged, _statuses(before)))}
    initiatives = list(_initiatives(card, material.at))
    by_id = {one["id"]: one for one in measures}
    return {
        "shape": SHAPE,
        "at": timestamp(material.at),
        "scorecard": {"id": card.scorecard.id, "title": card.scorecard.title},
        "team": {"id": card.team, "title": card.team_title, "owner": card.owner},
        "zone": card.scorecard.zone,
        "period": _period(material.period),
        "compared_with": _compared(material.period.moved(-1), last),
        **_rolled(card),
        "before": {key: last[key] for key in ("score", "score_text", "status")} if last else _rolled(before),
        "counts": _counts(measures),
        "perspectives": [_perspective(one) for one in card.perspectives],
        "measures": measures,
        "changes": changes(measures, earlier),
        "promises": promises(last, initiatives, by_id) if last else [],
        "decided": list(material.last.decisions) if material.last else [],
        "initiatives": initiatives,
        **advised(material.advice, material.silenced, card),
    }


def _period(period: ReviewPeriod) -> Document:
    return {
        "id": period.id,
        "title": period.title,
        "starts_at": timestamp(period.starts_at),
        "ends_at": timestamp(period.ends_at),
    }


def _compared(before: ReviewPeriod, last: Document | None) -> Document:
    """With what colours are compared: the last recorded review or, where there is none, the period before."""
    if last is None:
        return {"period": _period(before), "recorded": False}
    return {"period": last["period"], "recorded": True}


def _counts(measures: Sequence[Document]) -> dict[str, int]:
    found = Counter(one["status"] for one in measures)
    return {status: found[status] for status in STATUSES}


def _rolled(status: ScorecardStatus | PerspectiveStatus | ObjectiveStatus) -> Document:
    return {
        "score": status.score,
        "score_text": score_text(status.score, status.status),
        "coverage": status.coverage,
        "status": status.status,
    }


def _perspective(status: PerspectiveStatus) -> Document:
    return {
        "id": status.perspective.id,
        "title": status.perspective.title,
        **_rolled(status),
        "objectives": [
            {
                "id": one.objective.id,
                "title": one.objective.title,
                **_rolled(one),
                "measures": [measure.measure.id for measure in one.measures],
            }
            for one in status.objectives
        ],
    }


def _statuses(card: ScorecardStatus) -> list[MeasureStatus]:
    return [status for _, _, status in card.measures()]


def _measures(material: Material) -> Iterator[Document]:
    card = material.now
    earlier = {status.measure.id: status.reading for status in _statuses(material.before)}
    for status in _statuses(card):
        months = material.months.measures[status.measure.id].points
        yield {
            **_judged(status),
            "judgement": judgement(status),
            "target_note": target_note(status, card.scorecard.zone),
            "notes": list(_notes(status, material.at)),
            "initiatives": [one.title for one in status.initiatives if not one.is_finished],
            **outlook(status.measure, status.target, months, material.period),
            "pace": pace_document(_pace(status, earlier.get(status.measure.id), card.scorecard.zone)),
            "benchmark": benchmark_document(status.benchmark),
            "axis": status.target.axis if status.target else "linear",
            "months": [_month(point) for point in months],
        }


def _pace(status: MeasureStatus, before: Reading | None, zone: str) -> Pace | None:
    """None also where a total's windows overlap: what both of them count cannot have changed."""
    if before and before.period.ends_at > status.reading.period.starts_at:
        return None
    return pace(status.target, status.reading, before, zone)


def _judged(status: MeasureStatus) -> Document:
    """What a later review compares with."""
    measure, reading, absence = status.measure, status.reading, status.absence
    anchors = {name: text for name, _, _, _, text in anchor_texts(status)}
    return {
        "id": measure.id,
        "title": measure.title,
        "owner": status.owner,
        "unit": measure.definition.unit,
        "better": measure.better,
        "value": number(reading.value),
        "value_text": status.value_text,
        "goal_text": status.goal_text,
        "red_text": anchors.get("red", ""),
        "score": status.score,
        "score_text": score_text(status.score, status.status),
        "status": status.status,
        "reason": {"state": absence.state, "sentence": absence.sentence, "fix": absence.fix} if absence else None,
        "samples": reading.samples,
        "interval_text": _interval(status),
        "parts": {name: write(part.value, part.unit) for name, part in reading.parts.items()},
    }


def _interval(status: MeasureStatus) -> str:
    if status.reading.interval is None:
        return ""
    low, high = (write(end, status.measure.definition.unit) for end in status.reading.interval)
    return f"{low} to {high}"


def _notes(status: MeasureStatus, at: int) -> Iterator[str]:
    yield from status.reading.notes
    until = status.reading.provisional_until
    if until is not None and until > at and status.reading.value is not None:
        yield f"Provisional until {when(until)}: what happens until then may still count for this period."


def _month(point: MeasurePoint) -> Document:
    return {
        "starts_at": timestamp(point.period.starts_at),
        "ends_at": timestamp(point.period.ends_at),
        "value": number(point.value),
        "value_text": point.value_text,
        "samples": point.samples,
        "status": point.status,
        "goal_text": point.goal_text,
        "anchors": {name: float(value) for name, value in anchor_values(point.anchors)} if point.anchors else None,
    }


def _initiatives(card: ScorecardStatus, at: int) -> Iterator[Document]:
    """Each one once, with the measures of the scorecard that it is for; those that are done last."""
    about: dict[str, list[MeasureStatus]] = {}
    for status in _statuses(card):
        for one in status.initiatives:
            about.setdefault(one.id, []).append(status)
    known = {one.id: one for status in _statuses(card) for one in status.initiatives}
    for id_, statuses in sorted(about.items(), key=lambda one: known[one[0]].is_finished):
        yield {**initiative_document(known[id_], at), "measures": [one.measure.id for one in statuses]}
