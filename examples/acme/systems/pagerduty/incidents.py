"""Incidents."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from examples.acme.company.model import Incident
from examples.acme.company.moments import DAY, iso
from examples.acme.systems.asked import Asked, Reply, answer
from examples.acme.systems.pagerduty.paging import error, page, reference, service_reference, window
from examples.acme.systems.router import Router
from examples.acme.systems.world import World

routes = Router()


LONGEST = 184 * DAY
"""Six months, the longest window of incidents."""


@routes.get("/incidents")
def incidents(world: World, asked: Asked) -> Reply:
    found = world.incidents(paged=True)
    if asked.get("date_range") != "all":
        begin, end = window(world, asked, LONGEST)
        found = [one for one in found if begin <= one.began_at < end]
    wanted = [
        one
        for one in found
        if _is_one_of(_status(one), asked.all("statuses[]"))
        and _is_one_of(world.services[one.service].pager, asked.all("service_ids[]"))
        and _is_one_of(one.urgency, asked.all("urgencies[]"))
    ]
    field, _, direction = (asked.get("sort_by") or "created_at:asc").partition(":")
    keys: dict[str, Callable[[Incident], int]] = {
        "created_at": lambda one: one.began_at,
        "resolved_at": lambda one: one.resolved_at or 0,
        "incident_number": lambda one: one.number,
    }
    if field not in keys:
        raise ValueError(f"Invalid sort_by: {field}")
    wanted.sort(key=keys[field], reverse=direction == "desc")
    return page(asked, "incidents", wanted, lambda one: incident_body(world, asked, one))


def _is_one_of(value: str, wanted: Sequence[str]) -> bool:
    return not wanted or value in wanted


@routes.get("/incidents/{number}")
def one_incident(world: World, asked: Asked, number: str) -> Reply:
    found = next((one for one in world.incidents(paged=True) if one.key == number), None)
    return answer({"incident": incident_body(world, asked, found)}) if found else error(404, 2100, "Not Found", [])


def _status(found: Incident) -> str:
    if found.resolved_at:
        return "resolved"
    is_reopened = bool(found.steps)
    return "acknowledged" if found.acknowledged_at and not is_reopened else "triggered"


def _changed_at(found: Incident) -> int:
    return max((found.acknowledged_at or found.began_at, *(step.at for step in found.steps)))


def incident_body(world: World, asked: Asked, found: Incident) -> dict[str, Any]:
    service = world.services[found.service]
    changed = _changed_at(found)
    team = reference(asked, "team", f"PTEAM{service.team[:3].upper()}", service.team, "teams")
    return {
        **incident_reference(asked, found),
        "type": "incident",
        "incident_number": found.number,
        "title": found.title,
        "created_at": iso(found.began_at),
        "updated_at": iso(changed),
        "status": _status(found),
        "incident_key": f"acme-{found.number}",
        "service": service_reference(asked, service),
        "assignments": [],
        "assigned_via": "escalation_policy",
        "last_status_change_at": iso(changed),
        "resolved_at": iso(found.resolved_at) if found.resolved_at else None,
        "acknowledgements": [],
        "alert_counts": {"all": 1, "triggered": 0, "resolved": 1},
        "incident_type": {"name": "incident_default"},
        "teams": [team],
        "priority": None,
        "urgency": found.urgency,
        "resolve_reason": None,
    }


def incident_reference(asked: Asked, found: Incident) -> dict[str, Any]:
    summary = f"[#{found.number}] {found.title}"
    return reference(asked, "incident", found.key, summary, "incidents")
