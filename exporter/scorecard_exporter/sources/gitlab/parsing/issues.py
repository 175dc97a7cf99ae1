"""Issues and incidents.

https://docs.gitlab.com/api/issues/ and https://docs.gitlab.com/api/resource_state_events/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from scorecard_exporter.events.model import Incident, Issue, Transition
from scorecard_exporter.events.patterns import matches
from scorecard_exporter.sources.gitlab.parsing.words import needed_time, time_of
from scorecard_exporter.sources.kit.body import Body

STATES = {"closed": "resolved", "reopened": "reopened"}
"""The steps of an issue's state, in the words of an incident's history."""


def type_of(body: Body) -> str:
    """`issue`, `incident`, `task` and so on; webhooks write it with a capital letter, an old GitLab not at all."""
    return (body.text("issue_type", "") or body.text("type", "") or "issue").lower()


def is_incident(body: Body, labels: Iterable[str], incident_labels: Sequence[str]) -> bool:
    """Whether an issue is an incident: by its type, or by a label that the configuration names."""
    return type_of(body) == "incident" or any(matches(label, incident_labels) for label in labels)


def issue(body: Body, origin: str, labels: tuple[str, ...], url: str) -> Issue:
    """The issue that a body is."""
    return Issue(
        origin=origin,
        key=body.text("iid"),
        url=url,
        type=type_of(body),
        opened_at=needed_time(body, "created_at"),
        resolved_at=_closed_at(body),
        labels=labels,
    )


def incident(
    body: Body, origin: str, labels: tuple[str, ...], url: str, history: tuple[Transition, ...] = ()
) -> Incident:
    """The incident that a body is: restored when it is closed. A severity that is `unknown` is none."""
    severity = body.text("severity", "").lower()
    return Incident(
        origin=origin,
        key=body.text("iid"),
        url=url,
        began_at=needed_time(body, "created_at"),
        severity="" if severity == "unknown" else severity,
        title=body.text("title", ""),
        resolved_at=_closed_at(body),
        labels=labels,
        history=history,
    )


def _closed_at(body: Body) -> datetime | None:
    """When it was closed, if it is: one that was reopened may still tell when it was closed before."""
    return None if body.text("state", "closed") == "opened" else time_of(body, "closed_at")


def history(events: Iterable[Any]) -> Iterator[Transition]:
    """The steps in the list of an issue's state events."""
    for event in map(Body, events):
        if status := STATES.get(event.text("state", "")):
            yield Transition(status=status, at=event.time("created_at"))
