"""What is known of a thing after news about it: pushed records say only what is new, and may arrive in any order.

What the news leaves empty stays as it was. Polling later replaces the whole record, so this need only be right until
then, and must never undo what has happened.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import datetime
from typing import Any, TypeVar

from scorecard_exporter.events.model import Build, Deployment, Incident, Issue, PullRequest, Record, Transition

RESOLVED, REOPENED = "resolved", "reopened"
_OUTCOMES = ("success", "failure")

_Record = TypeVar("_Record", bound=Record)


def merge(known: _Record | None, news: _Record) -> _Record:
    """The record of `news` with what is `known` where it says nothing.

    A deployment that has succeeded stays so, from its first success on. A finished build or deployment is not
    unfinished again. Histories are united; an incident began when the earliest word says, is resolved as its history
    then says, and acknowledged when it was for the first time.
    """
    if known is None:
        return news
    if isinstance(news, Deployment | Build) and isinstance(known, Deployment | Build):
        news = _outcome(known, news)
    found = {field.name: _told(known, news, field.name) for field in dataclasses.fields(news)}
    if isinstance(news, PullRequest):
        found["is_draft"] = news.is_draft  # every word about one says it, and it may become none
    if isinstance(news, Issue) and isinstance(known, Issue):
        # Of steps at one moment, the order in which the system told them is all there is.
        steps = dict.fromkeys((*known.history, *news.history))
        found["history"] = tuple(sorted(steps, key=lambda step: step.at))
    if isinstance(news, Incident) and isinstance(known, Incident):
        found["history"] = _in_order({*_steps(known), *_steps(news)})
        found["resolved_at"] = _resolved_at(found["history"])
        acknowledged = [at for at in (known.acknowledged_at, news.acknowledged_at) if at]
        found["acknowledged_at"] = min(acknowledged, default=None)
        found["began_at"] = min(known.began_at, news.began_at)
    return dataclasses.replace(news, **found)


def stands_alone(news: Record) -> bool:
    """Whether news make a record where nothing else is known.

    Some systems tell the end of an incident without its beginning, which is then set to the end: it would count as
    restored within no time.
    """
    return not isinstance(news, Incident) or news.began_at != news.resolved_at


def _told(known: Record, news: Record, name: str) -> Any:
    said, before = getattr(news, name), getattr(known, name, None)
    return before if said in (None, "", (), False) else said


def _outcome(known: Any, news: Any) -> Any:
    """The news, unless it would undo an outcome that is known already."""
    is_first_success_known = isinstance(known, Deployment) and known.status == "success"
    is_late = known.status in _OUTCOMES and news.status not in _OUTCOMES
    if not (is_first_success_known or is_late):
        return news
    times = [time for time in (known.finished_at, news.finished_at) if time and known.status == news.status]
    return dataclasses.replace(news, status=known.status, finished_at=min(times, default=known.finished_at))


def _steps(incident: Incident) -> Iterator[Transition]:
    yield from incident.history
    if incident.resolved_at:
        yield Transition(status=RESOLVED, at=incident.resolved_at)


def _in_order(steps: set[Transition]) -> tuple[Transition, ...]:
    return tuple(sorted(steps, key=lambda step: (step.at, step.status == REOPENED, step.status)))


def _resolved_at(history: tuple[Transition, ...]) -> datetime | None:
    """When the last resolution was, if it still stands."""
    last = [step for step in history if step.status in (RESOLVED, REOPENED)][-1:]
    return last[0].at if last and last[0].status == RESOLVED else None
