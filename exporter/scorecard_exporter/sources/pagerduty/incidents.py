"""Incidents of PagerDuty's lists, log and webhooks, as records."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from scorecard_exporter.events.model import Incident, Transition
from scorecard_exporter.sources.kit.body import Body, MalformedError

RESOLVED, REOPENED, ACKNOWLEDGED = "resolved", "reopened", "acknowledged"

_STEPS = {
    "acknowledge_log_entry": ACKNOWLEDGED,
    "acknowledgement_log_entry": ACKNOWLEDGED,  # the description of the API knows both spellings
    "resolve_log_entry": RESOLVED,
    "reopen_log_entry": REOPENED,
    "trigger_log_entry": "triggered",
}


@dataclass(frozen=True, slots=True)
class Told:
    """An incident as a body shows it. `is_open`: it is not resolved now; `changed_at`: since when it is as it is."""

    incident: Incident
    is_open: bool
    changed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Step:
    """A step in the log of an incident: acknowledged, resolved, reopened or triggered."""

    told: Told
    status: str
    at: datetime


def told(source: str, body: Body, began_at: datetime | None = None) -> Told:
    """An incident from its own body. `began_at`: when it began, for bodies that do not say so.

    Acknowledged is not restored: only the status `resolved` is. Bodies of 2022 have no `resolved_at`; the last change
    of the status is when it was resolved then.
    """
    status = body.text("status", "")
    changed_at = body.time_or_none("last_status_change_at")
    resolved_at = (body.time_or_none("resolved_at") or changed_at) if status == RESOLVED else None
    reopened_at = body.time_or_none("reopened_at")
    incident = Incident(
        origin=origin_of(source, body),
        key=body.text("id"),
        url=body.text("html_url", ""),
        began_at=body.time_or_none("created_at") or began_at or body.time("created_at"),
        severity=_severity(body),
        title=body.text("title", "") or body.text("summary", ""),
        resolved_at=resolved_at,
        history=(Transition(status=REOPENED, at=reopened_at),) if reopened_at else (),
    )
    return Told(incident, is_open=status not in {RESOLVED, ""}, changed_at=changed_at)


def origin_of(source: str, body: Body) -> str:
    """The origin of an incident: its service."""
    service = body.body("service")
    if service is None:
        raise MalformedError("the service of the incident is missing")
    return f"{source}:{service.text('id')}"


def steps(source: str, entry: Body) -> Iterator[Step]:
    """The step that an entry of the log is, with the incident that is in it; none for entries of other types."""
    status = _STEPS.get(entry.text("type"))
    if status is None:
        return
    incident = entry.body("incident")
    if incident is None:
        raise MalformedError("incident is missing")
    yield Step(told(source, incident), status, entry.time("created_at"))


def united(listed: Iterable[Told], log: Iterable[Step]) -> tuple[Incident, ...]:
    """Each incident once, with what the log says of it: first acknowledgement, resolutions, reopenings."""
    incidents: dict[tuple[str, str], Told] = {}
    logs: defaultdict[tuple[str, str], list[Step]] = defaultdict(list)
    for one in listed:
        incidents[_address(one.incident)] = one
    for found in log:
        address = _address(found.told.incident)
        incidents[address] = found.told  # the log is asked last, so what it shows is newer
        logs[address].append(found)
    return tuple(_with_log(one, logs[address]) for address, one in incidents.items())


def _with_log(one: Told, log: list[Step]) -> Incident:
    history = set(one.incident.history)
    acknowledged_at: datetime | None = None
    resolved_at: datetime | None = None
    for found in sorted(log, key=lambda step: step.at):
        if found.status == ACKNOWLEDGED:
            acknowledged_at = acknowledged_at or found.at
        elif found.status == RESOLVED:
            resolved_at = found.at
            history.add(Transition(status=RESOLVED, at=found.at))
        elif found.status == REOPENED or (resolved_at and found.at > resolved_at):
            # Only an incident that is open is triggered, so it was reopened.
            resolved_at = None
            history.add(Transition(status=REOPENED, at=found.at))
    if one.is_open and resolved_at:
        history = _reopened(history, resolved_at, one.changed_at)
    if one.incident.resolved_at:
        history.add(Transition(status=RESOLVED, at=one.incident.resolved_at))
    return dataclasses.replace(
        one.incident,
        acknowledged_at=acknowledged_at,
        history=tuple(sorted(history, key=lambda step: (step.at, step.status == REOPENED))),
    )


def _reopened(history: set[Transition], resolved_at: datetime, changed_at: datetime | None) -> set[Transition]:
    """The history of an incident that is open though its log ends with a resolution: that one does not stand."""
    if any(step.status == REOPENED and step.at >= resolved_at for step in history):
        return history
    if changed_at and changed_at > resolved_at:
        return {*history, Transition(status=REOPENED, at=changed_at)}
    return history - {Transition(status=RESOLVED, at=resolved_at)}


def _severity(body: Body) -> str:
    """The name of the priority, where the account uses priorities; else the urgency."""
    priority = body.body("priority")
    named = (priority.text("summary", "") or priority.text("name", "")) if priority else ""
    return named or body.text("urgency", "")


def _address(incident: Incident) -> tuple[str, str]:
    return incident.origin, incident.key
