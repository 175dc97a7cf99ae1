"""What happened to incidents, step by step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from examples.acme.company.model import Incident
from examples.acme.company.moments import iso
from examples.acme.systems.asked import Asked, Reply
from examples.acme.systems.pagerduty.incidents import incident_body, incident_reference
from examples.acme.systems.pagerduty.paging import error, page, reference, service_reference, window
from examples.acme.systems.router import Router
from examples.acme.systems.world import World

routes = Router()


@routes.get("/incidents/{number}/log_entries")
def log_of_incident(world: World, asked: Asked, number: str) -> Reply:
    found = next((one for one in world.incidents(paged=True) if one.key == number), None)
    if found is None:
        return error(404, 2100, "Not Found", [])
    entries = sorted(_log(found), key=lambda row: row[0], reverse=True)
    return page(asked, "log_entries", entries, lambda row: _entry(world, asked, found, *row))


@routes.get("/log_entries")
def log(world: World, asked: Asked) -> Reply:
    """The account's whole log, the newest first."""
    begin, end = window(world, asked, None)
    is_overview = asked.get("is_overview") == "true"
    rows = [
        (at, kind, one)
        for one in world.incidents(paged=True)
        for at, kind in _log(one)
        if begin <= at < end and (not is_overview or kind not in ("assign", "notify"))
    ]
    rows.sort(key=lambda row: (row[0], row[2].number, row[1]), reverse=True)
    return page(asked, "log_entries", rows, lambda row: _entry(world, asked, row[2], row[0], row[1]))


def _log(found: Incident) -> Iterator[tuple[int, str]]:
    """When what happened; that somebody was called is not part of the overview."""
    yield found.began_at, "trigger"
    yield found.began_at, "assign"
    yield found.began_at + 5, "notify"
    if found.acknowledged_at:
        yield found.acknowledged_at, "acknowledge"
    for step in found.steps:
        yield step.at, "resolve" if step.state == "resolved" else "reopen"


def _entry(world: World, asked: Asked, found: Incident, at: int, kind: str) -> dict[str, Any]:
    number = f"R{found.number}{kind[:2].upper()}{at}"
    service = world.services[found.service]
    is_whole = "incidents" in asked.all("include[]")
    return {
        "id": number,
        "type": f"{kind}_log_entry",
        "summary": f"{kind.capitalize()} by Ada Abel",
        "self": f"{asked.base}/log_entries/{number}?incident_id={found.key}",
        "html_url": f"{asked.base}/web/incidents/{found.key}/log_entries/{number}",
        "created_at": iso(at),
        "agent": reference(asked, "user", "PUSER01", "Ada Abel", "users"),
        "channel": {"type": "web_ui"},
        "incident": incident_body(world, asked, found) if is_whole else incident_reference(asked, found),
        "service": service_reference(asked, service),
        "teams": [],
        "contexts": [],
        "event_details": {},
    }
