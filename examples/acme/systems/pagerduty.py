"""PagerDuty's REST API, version 2: incidents, their log, services and change events."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from examples.acme.company.model import Incident, Service
from examples.acme.company.moments import DAY, iso, moment
from examples.acme.systems.api import Api, Clock
from examples.acme.systems.asked import Asked, Reply, answer
from examples.acme.systems.cache import Cache
from examples.acme.systems.quota import Quota
from examples.acme.systems.router import Router
from examples.acme.systems.world import World

Item = TypeVar("Item")
routes = Router()
MOST = 100
DEEPEST = 10_000
"""`offset` and `limit` together are no more."""
LONGEST = 184 * DAY
"""Six months, the longest window of incidents."""
DEFAULT = 30 * DAY


class PagerDuty(Api):
    """PagerDuty. A key is sent as `Authorization: Token token=…`."""

    name = "pagerduty"

    def __init__(
        self, world: World, cache: Cache, *, token: str, requests: int = 960, clock: Clock = time.time
    ) -> None:
        super().__init__(world, cache)
        self._token = token
        self.quota = Quota(requests, 60, clock)

    def is_known(self, asked: Asked) -> bool:
        sent = asked.headers.get("authorization", "")
        return sent in (f"Token token={self._token}", f"Bearer {self._token}")

    def unknown(self, asked: Asked) -> Reply:
        del asked
        return _error(401, 2006, "Authentication failed", [])

    def refusal(self, asked: Asked) -> Reply | None:
        del asked
        if self.quota.allows():
            return None
        return _error(429, 2020, "Rate Limit Exceeded", []).with_headers(self._headers())

    def answer(self, world: World, asked: Asked) -> Reply:
        try:
            return routes.answer(world, asked) or _error(404, 2100, "Not Found", [])
        except ValueError as problem:
            return _error(400, 2001, "Invalid Input Provided", [str(problem)])

    def charge(self, asked: Asked, reply: Reply) -> Reply:
        del asked
        self.quota.spend(1)
        return reply.with_headers(self._headers())

    def _headers(self) -> dict[str, str]:
        """The reset is in seconds from now, not a moment."""
        return {
            "ratelimit-limit": str(self.quota.limit),
            "ratelimit-remaining": str(self.quota.remaining),
            "ratelimit-reset": str(self.quota.wait),
        }


def _error(status: int, code: int, message: str, details: Sequence[str]) -> Reply:
    return answer({"error": {"message": message, "code": code, "errors": list(details)}}, status)


def page(asked: Asked, name: str, items: Sequence[Item], body: Callable[[Item], Any]) -> Reply:
    """One page, by `limit` and `offset`. Raises ValueError beyond the deepest one."""
    limit = min(max(asked.number("limit", 25), 1), MOST)
    offset = asked.number("offset", 0)
    if offset + limit > DEEPEST:
        raise ValueError(f"Offset plus limit must be less than or equal to {DEEPEST}.")
    return answer(
        {
            name: [body(item) for item in items[offset : offset + limit]],
            "limit": limit,
            "offset": offset,
            "total": len(items) if asked.get("total") == "true" else None,
            "more": offset + limit < len(items),
        }
    )


def window(world: World, asked: Asked, longest: int | None) -> tuple[int, int]:
    """`since` and `until`; by default the last month. Raises ValueError where they are too far apart."""
    since, until = asked.get("since"), asked.get("until")
    end = moment(until) if until else world.now
    begin = moment(since) if since else end - DEFAULT
    if longest and end - begin > longest:
        raise ValueError("The specified date range is too large: it must not exceed 6 months.")
    return begin, end


def reference(asked: Asked, kind: str, number: str, summary: str, path: str) -> dict[str, Any]:
    return {
        "id": number,
        "type": f"{kind}_reference",
        "summary": summary,
        "self": f"{asked.base}/{path}/{number}",
        "html_url": f"{asked.base}/web/{path}/{number}",
    }


def _service_reference(asked: Asked, service: Service) -> dict[str, Any]:
    return reference(asked, "service", service.pager, service.name, "services")


@routes.get("/abilities")
def abilities(world: World, asked: Asked) -> Reply:
    del world, asked
    return answer({"abilities": ["teams", "urgencies", "custom_fields_on_incidents"]})


@routes.get("/users/me")
def me(world: World, asked: Asked) -> Reply:
    del world
    return answer(
        {"user": {**reference(asked, "user", "PUSER01", "Ada Abel", "users"), "type": "user", "role": "user"}}
    )


@routes.get("/services")
def services(world: World, asked: Asked) -> Reply:
    found = [service for service in world.company.services if service.pager]
    return page(asked, "services", found, lambda one: _service(world, asked, one))


@routes.get("/services/{number}")
def one_service(world: World, asked: Asked, number: str) -> Reply:
    found = next((one for one in world.company.services if one.pager == number), None)
    return answer({"service": _service(world, asked, found)}) if found else _error(404, 2100, "Not Found", [])


def _service(world: World, asked: Asked, found: Service) -> dict[str, Any]:
    return {
        **_service_reference(asked, found),
        "type": "service",
        "name": found.name,
        "description": None,
        "created_at": iso(world.company.starts_at),
        "status": "active",
        "teams": [reference(asked, "team", f"PTEAM{found.team[:3].upper()}", found.team, "teams")],
        "integrations": [],
        "alert_creation": "create_alerts_and_incidents",
    }


@routes.get("/teams")
def teams(world: World, asked: Asked) -> Reply:
    return page(asked, "teams", world.company.teams, lambda one: _team(asked, one.name))


def _team(asked: Asked, name: str) -> dict[str, Any]:
    body = reference(asked, "team", f"PTEAM{name[:3].upper()}", name, "teams")
    return {**body, "type": "team", "name": name, "parent": None}


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
    return page(asked, "incidents", wanted, lambda one: _incident(world, asked, one))


def _is_one_of(value: str, wanted: Sequence[str]) -> bool:
    return not wanted or value in wanted


@routes.get("/incidents/{number}")
def one_incident(world: World, asked: Asked, number: str) -> Reply:
    found = next((one for one in world.incidents(paged=True) if one.key == number), None)
    return answer({"incident": _incident(world, asked, found)}) if found else _error(404, 2100, "Not Found", [])


def _status(found: Incident) -> str:
    if found.resolved_at:
        return "resolved"
    is_reopened = bool(found.steps)
    return "acknowledged" if found.acknowledged_at and not is_reopened else "triggered"


def _changed_at(found: Incident) -> int:
    return max((found.acknowledged_at or found.began_at, *(step.at for step in found.steps)))


def _incident(world: World, asked: Asked, found: Incident) -> dict[str, Any]:
    service = world.services[found.service]
    changed = _changed_at(found)
    team = reference(asked, "team", f"PTEAM{service.team[:3].upper()}", service.team, "teams")
    return {
        **_incident_reference(asked, found),
        "type": "incident",
        "incident_number": found.number,
        "title": found.title,
        "created_at": iso(found.began_at),
        "updated_at": iso(changed),
        "status": _status(found),
        "incident_key": f"acme-{found.number}",
        "service": _service_reference(asked, service),
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


def _incident_reference(asked: Asked, found: Incident) -> dict[str, Any]:
    summary = f"[#{found.number}] {found.title}"
    return reference(asked, "incident", found.key, summary, "incidents")


@routes.get("/incidents/{number}/log_entries")
def log_of_incident(world: World, asked: Asked, number: str) -> Reply:
    found = next((one for one in world.incidents(paged=True) if one.key == number), None)
    if found is None:
        return _error(404, 2100, "Not Found", [])
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
        "incident": _incident(world, asked, found) if is_whole else _incident_reference(asked, found),
        "service": _service_reference(asked, service),
        "teams": [],
        "contexts": [],
        "event_details": {},
    }


@routes.get("/change_events")
def change_events(world: World, asked: Asked) -> Reply:
    """What Jenkins tells PagerDuty of its deployments, the newest first."""
    for name in ("since", "until"):
        if asked.get(name) and not asked.get(name).endswith("Z"):
            raise ValueError(f"{name} must be in UTC")
    begin = moment(asked.get("since")) if asked.get("since") else 0
    end = moment(asked.get("until")) if asked.get("until") else world.now + 1
    rows = [
        (service, one, one.finished_at)
        for service in world.company.services
        if service.pager and service.job
        for one in world.company.deployments[service.name]
        if one.outcome == "success" and one.finished_at and begin <= one.finished_at < end
    ]
    rows.sort(key=lambda row: (row[2] or 0, row[1].number), reverse=True)
    return page(asked, "change_events", rows, lambda row: _change_event(*row))


def _change_event(service: Service, found: Any, at: int | None) -> dict[str, Any]:
    return {
        "id": f"01ACME{found.number:020d}",
        "type": "change_event",
        "summary": f"Deployed {service.name} {found.sha[:7]}",
        "timestamp": iso(at or found.created_at),
        "source": "jenkins",
        "integration": {"id": "PINT001", "type": "inbound_integration_reference"},
        "services": [{"id": service.pager, "type": "service_reference"}],
        "custom_details": {"commit": found.sha, "environment": found.environment},
        "links": [],
    }
