"""A history as a document for JSON, in the words of `document`."""

from __future__ import annotations

from scorecard_exporter.config.model import Anchors, Band
from scorecard_exporter.scorecard.document import Document, number, timestamp
from scorecard_exporter.scorecard.history import History, MeasureHistory, ParentHistory, TeamHistory
from scorecard_exporter.scorecard.points import MeasurePoint
from scorecard_exporter.scorecard.verdict import anchor_values


def history_document(history: History, *, step: str, periods: str, parents: bool) -> Document:
    """Of each team its parents (if `parents`) and measures, each with its points, oldest first."""
    return {
        "step": step,
        "periods": periods,
        "scorecards": [_team(one, parents=parents) for one in history.teams.values()],
    }


def _team(team: TeamHistory, *, parents: bool) -> Document:
    return {
        "id": team.scorecard,
        "title": team.scorecard_title,
        "team": team.team,
        "team_title": team.team_title,
        "parents": [_parent(one) for one in team.parents.values()] if parents else [],
        "measures": [_measure(one) for one in team.measures.values()],
    }


def _parent(parent: ParentHistory) -> Document:
    return {
        "level": parent.level,
        "id": parent.id,
        "title": parent.title,
        "points": [
            {"at": timestamp(at), "score": score, "coverage": coverage, "status": status}
            for at, score, coverage, status in parent.points
        ],
    }


def _measure(history: MeasureHistory) -> Document:
    measure = history.measure
    return {
        "id": measure.id,
        "title": measure.title,
        "unit": measure.definition.unit,
        "better": measure.better,
        "points": list(map(_point, history.points)),
    }


def _point(point: MeasurePoint) -> Document:
    absence = point.absence
    return {
        "starts_at": timestamp(point.period.starts_at),
        "ends_at": timestamp(point.period.ends_at),
        "value": number(point.value),
        "value_text": point.value_text,
        "goal": _goal(point.goal_text, point.anchors),
        "score": point.score,
        "status": point.status,
        "reason": {"state": absence.state, "code": absence.code} if absence else None,
        "samples": point.samples,
    }


def _goal(text: str, anchors: Anchors | Band | None) -> Document | None:
    if anchors is None:
        return None
    return {"text": text, "anchors": {name: number(value) for name, value in anchor_values(anchors)}}
