"""Jira: Cloud's REST API version 3, and version 2 as a Data Center has it."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from examples.acme.company.model import Incident, Issue, Step
from examples.acme.company.moments import iso, when
from examples.acme.systems.api import Api, Clock
from examples.acme.systems.asked import Asked, Reply, answer
from examples.acme.systems.cache import Cache
from examples.acme.systems.jql import Query, fits, parse
from examples.acme.systems.quota import Quota
from examples.acme.systems.router import Router
from examples.acme.systems.world import World

routes = Router()
ZONE = ZoneInfo("Europe/Berlin")
"""The user's own zone, in which queries name their times; answers keep to that zone's offset, too."""
PROJECTS = {"SHOP": (10_000, "Shop"), "OPS": (10_001, "Operations")}
TYPES = {"Bug": 10_004, "Story": 10_001, "Incident": 10_010}
STATUSES = {"Open": 1, "In Progress": 3, "Reopened": 4, "Done": 10_002}
CATEGORIES = {"Open": "new", "Reopened": "new", "In Progress": "indeterminate", "Done": "done"}
MOST = 100
"""Issues of a page with fields; Jira gives fewer than are asked for, too."""
MOST_IDS = 5_000
SERVER_MOST = 1_000


class Jira(Api):
    """Jira. Cloud takes basic authentication with e-mail and token, a Data Center a bearer."""

    name = "jira"

    def __init__(
        self,
        world: World,
        cache: Cache,
        *,
        user: str,
        token: str,
        requests: int = 600,
        clock: Clock = time.time,
    ) -> None:
        super().__init__(world, cache)
        basic = base64.b64encode(f"{user}:{token}".encode()).decode()
        self._accepted = (f"Basic {basic}", f"Bearer {token}")
        self.quota = Quota(requests, 60, clock)

    def is_known(self, asked: Asked) -> bool:
        return asked.headers.get("authorization", "") in self._accepted

    def unknown(self, asked: Asked) -> Reply:
        del asked
        text = "Client must be authenticated to access this resource."
        return answer({"errorMessages": [text], "errors": {}}, 401, {"www-authenticate": 'OAuth realm="acme"'})

    def refusal(self, asked: Asked) -> Reply | None:
        del asked
        if self.quota.allows():
            return None
        reset = iso(int(self.quota.reset_at)).replace("Z", "+00:00")
        headers = {
            "retry-after": str(max(1, self.quota.wait)),
            "x-ratelimit-limit": str(self.quota.limit),
            "x-ratelimit-remaining": "0",
            "x-ratelimit-reset": reset,
            "ratelimit-reason": "jira-burst-based",
        }
        return answer({"errorMessages": ["Rate limit exceeded."], "errors": {}}, 429, headers)

    def answer(self, world: World, asked: Asked) -> Reply:
        try:
            return routes.answer(world, asked) or _errors("Not found.", 404)
        except ValueError as problem:
            return _errors(str(problem), 400)

    def charge(self, asked: Asked, reply: Reply) -> Reply:
        del asked
        self.quota.spend(1)
        return reply


def _errors(message: str, status: int) -> Reply:
    return answer({"errorMessages": [message], "errors": {}}, status)


def stamp(at: int) -> str:
    """`2026-03-01T11:05:00.000+0100`: an offset without a colon."""
    return when(at).astimezone(ZONE).strftime("%Y-%m-%dT%H:%M:%S.000%z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """An issue of Jira, whatever it is to the company."""

    number: int
    key: str
    type: str
    summary: str
    labels: tuple[str, ...]
    priority: str
    created: int
    steps: tuple[Step, ...]
    fix_version: str = ""

    @property
    def status(self) -> str:
        return self.steps[-1].state if self.steps else "Open"

    @property
    def updated(self) -> int:
        return max((self.created, *(step.at for step in self.steps)))

    @property
    def resolved(self) -> int | None:
        return self.steps[-1].at if self.status == "Done" else None


def tickets(world: World) -> list[Ticket]:
    """All issues of both projects."""
    return [
        *(_ticket(one) for one in world.company.issues),
        *(_incident(one) for one in world.incidents(paged=False)),
    ]


def _ticket(one: Issue) -> Ticket:
    return Ticket(
        number=one.number,
        key=one.key,
        type=one.type,
        summary=one.title,
        labels=one.labels,
        priority="High" if "customer" in one.labels else "Medium",
        created=one.opened_at,
        steps=one.steps,
        fix_version=one.fix_version,
    )


def _incident(one: Incident) -> Ticket:
    """An incident: who takes care of it puts it in progress."""
    names = {"resolved": "Done", "reopened": "Reopened"}
    steps = [Step(names[step.state], step.at) for step in one.steps]
    if one.acknowledged_at:
        steps.insert(0, Step("In Progress", one.acknowledged_at))
    return Ticket(
        number=900_000 + one.number,
        key=one.key,
        type="Incident",
        summary=one.title,
        labels=(one.service,),
        priority="Highest" if one.urgency == "high" else "Low",
        created=one.began_at,
        steps=tuple(steps),
    )


def search(world: World, text: str) -> list[Ticket]:
    """The tickets that a query finds, in its order. Raises ValueError where it cannot be read."""
    query = parse(text)
    unknown = [value for clause in query.clauses if clause.field == "project" for value in clause.values]
    for value in unknown:
        if value.upper() not in PROJECTS:
            raise ValueError(f"The value '{value}' does not exist for the field 'project'.")
    found = [one for one in tickets(world) if _fits(query, one, world.now)]
    for field, is_falling in reversed(query.order or (("updated", True),)):
        found.sort(key=lambda one: _sort_key(one, field), reverse=is_falling)
    return found


def _fits(query: Query, one: Ticket, now: int) -> bool:
    values = {
        "project": (one.key.partition("-")[0],),
        "issuetype": (one.type,),
        "labels": one.labels,
        "status": (one.status,),
        "statuscategory": (CATEGORIES[one.status],),
        "key": (one.key,),
        "id": (str(one.number),),
    }
    moments = {"updated": one.updated, "created": one.created}
    return all(fits(clause, values.get(clause.field, ()), moments, now, ZONE) for clause in query.clauses)


def _sort_key(one: Ticket, field: str) -> tuple[int, int]:
    return {"updated": one.updated, "created": one.created}.get(field, one.number), one.number


@routes.get("/rest/api/3/search/jql")
def search_cloud(world: World, asked: Asked) -> Reply:
    fields = [name for text in asked.all("fields") for name in text.split(",")]
    body = {name: asked.get(name) for name in ("jql", "nextPageToken")}
    return _found(world, asked, {**body, "fields": fields, "maxResults": asked.number("maxResults", 50)})


@routes.post("/rest/api/3/search/jql")
def search_cloud_posted(world: World, asked: Asked) -> Reply:
    return _found(world, asked, asked.json())


def _found(world: World, asked: Asked, body: Mapping[str, Any]) -> Reply:
    """A page of tickets; without fields only their ids, and with them never more than `MOST`."""
    text, fields, size = body.get("jql") or "", body.get("fields") or [], int(body.get("maxResults", 50))
    if not parse(text).clauses:
        raise ValueError("Unbounded JQL queries are not allowed here. Please add a search restriction to your query.")
    found = search(world, text)
    begin = _place(body.get("nextPageToken") or "")
    most = MOST_IDS if set(fields) <= {"id", "key"} else MOST
    end = begin + max(1, min(size, most))
    value: dict[str, Any] = {"issues": [_shown(asked, one, fields) for one in found[begin:end]]}
    if end < len(found):
        value["nextPageToken"] = base64.urlsafe_b64encode(f"acme:{end}".encode()).decode()
    return answer({**value, "isLast": end >= len(found)})


def _place(token: str) -> int:
    if not token:
        return 0
    try:
        return int(base64.urlsafe_b64decode(token).removeprefix(b"acme:"))
    except ValueError as error:
        raise ValueError("The nextPageToken is not valid.") from error


def _shown(asked: Asked, one: Ticket, wanted: Sequence[str]) -> dict[str, Any]:
    value: dict[str, Any] = {"id": str(one.number)}
    if not wanted:
        return value
    value |= {"key": one.key, "self": f"{asked.base}/rest/api/3/issue/{one.number}", "expand": ""}
    fields = _fields(asked, one)
    if not {"*all", "*navigable"} & set(wanted):
        fields = {name: field for name, field in fields.items() if name in wanted}
    return {**value, "fields": fields}


def _fields(asked: Asked, one: Ticket) -> dict[str, Any]:
    number, name = PROJECTS[one.key.partition("-")[0]]
    key = one.key.partition("-")[0]
    return {
        "summary": one.summary,
        "issuetype": {"id": str(TYPES[one.type]), "name": one.type, "subtask": False},
        "project": {"id": str(number), "key": key, "name": name},
        "labels": list(one.labels),
        "status": _status(one.status),
        "priority": {"id": "3", "name": one.priority},
        "created": stamp(one.created),
        "updated": stamp(one.updated),
        "resolutiondate": stamp(one.resolved) if one.resolved else None,
        "resolution": {"id": "10000", "name": "Done"} if one.resolved else None,
        "fixVersions": [{"id": "1", "name": one.fix_version, "released": True}] if one.fix_version else [],
        "components": [],
        "reporter": {"accountId": "acme:1", "displayName": "Ada Abel"},
        "self": f"{asked.base}/rest/api/3/issue/{one.number}",
    }


def _status(name: str) -> dict[str, Any]:
    return {
        "id": str(STATUSES[name]),
        "name": name,
        "statusCategory": {"id": STATUSES[name], "key": CATEGORIES[name], "name": CATEGORIES[name].title()},
    }


@routes.post("/rest/api/3/changelog/bulkfetch")
def changelogs(world: World, asked: Asked) -> Reply:
    """The steps of up to 1,000 issues, oldest first; `created` is in milliseconds here."""
    body = asked.json()
    wanted = [str(name) for name in body.get("issueIdsOrKeys", [])]
    if not wanted or len(wanted) > 1_000:  # noqa: PLR2004 - Jira's bound
        raise ValueError("issueIdsOrKeys must have between 1 and 1000 items.")
    if len(body.get("fieldIds") or []) > 10:  # noqa: PLR2004 - Jira's bound
        raise ValueError("fieldIds must have at most 10 items.")
    begin, size = _place(body.get("nextPageToken") or ""), max(1, min(int(body.get("maxResults", 1_000)), 10_000))
    by_name = {name: one for one in tickets(world) for name in (str(one.number), one.key)}
    rows = sorted(
        (history["created"], one.number, history)
        for one in {by_name[name].number: by_name[name] for name in wanted if name in by_name}.values()
        for history in _histories(one, body.get("fieldIds"))
    )
    value: dict[str, Any] = {"issueChangeLogs": _by_issue(rows[begin : begin + size])}
    if begin + size < len(rows):
        value["nextPageToken"] = base64.urlsafe_b64encode(f"acme:{begin + size}".encode()).decode()
    return answer(value)


def _by_issue(rows: Sequence[tuple[int, int, dict[str, Any]]]) -> list[dict[str, Any]]:
    found: dict[int, list[dict[str, Any]]] = {}
    for _, number, history in rows:
        found.setdefault(number, []).append(history)
    return [{"issueId": str(number), "changeHistories": histories} for number, histories in found.items()]


def _histories(one: Ticket, fields: Sequence[str] | None) -> Iterator[dict[str, Any]]:
    """Every change of the status, and of the resolution where that goes with it."""
    before = "Open"
    for place, step in enumerate(one.steps):
        items = [_item("status", before, str(STATUSES[before]), step.state, str(STATUSES[step.state]))]
        if "Done" in (before, step.state):
            done = step.state == "Done"
            items.append(_item("resolution", *(("", "", "Done", "10000") if done else ("Done", "10000", "", ""))))
        shown = [item for item in items if not fields or item["fieldId"] in fields]
        before = step.state
        if shown:
            yield {
                "id": str(one.number * 100 + place),
                "author": {"accountId": "acme:1", "displayName": "Ada Abel"},
                "created": step.at * 1_000,
                "items": shown,
            }


def _item(field: str, old: str, old_id: str, new: str, new_id: str) -> dict[str, Any]:
    return {
        "field": field,
        "fieldId": field,
        "fieldtype": "jira",
        "from": old_id or None,
        "fromString": old or None,
        "to": new_id or None,
        "toString": new or None,
    }


@routes.get("/rest/api/3/issue/{name}/changelog")
def changelog(world: World, asked: Asked, name: str) -> Reply:
    one = next((one for one in tickets(world) if name in (one.key, str(one.number))), None)
    if one is None:
        return _errors("Issue does not exist or you do not have permission to see it.", 404)
    histories = [{**row, "created": stamp(row["created"] // 1_000)} for row in _histories(one, None)]
    begin, size = asked.number("startAt", 0), min(asked.number("maxResults", 100), 100)
    shown = histories[begin : begin + size]
    is_last = begin + size >= len(histories)
    return answer({"startAt": begin, "maxResults": size, "total": len(histories), "isLast": is_last, "values": shown})


@routes.get("/rest/api/3/search")
def search_removed(world: World, asked: Asked) -> Reply:
    del world, asked
    text = "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API."
    return _errors(text, 410)


@routes.get("/rest/api/2/search")
def search_server(world: World, asked: Asked) -> Reply:
    numbers = {name: asked.number(name, default) for name, default in (("startAt", 0), ("maxResults", 50))}
    lists = {name: [part for part in asked.get(name).split(",") if part] for name in ("fields", "expand")}
    return _found_server(world, asked, {**numbers, **lists, "jql": asked.get("jql")})


@routes.post("/rest/api/2/search")
def search_server_posted(world: World, asked: Asked) -> Reply:
    return _found_server(world, asked, asked.json())


def _found_server(world: World, asked: Asked, body: Mapping[str, Any]) -> Reply:
    """A page by number, with all that is known of each ticket where no fields are named."""
    begin, size = int(body.get("startAt", 0)), min(int(body.get("maxResults", 50)), SERVER_MOST)
    found = search(world, body.get("jql") or "")
    rows = []
    for one in found[begin : begin + size]:
        row = _shown(asked, one, body.get("fields") or ["*all"])
        if "changelog" in (body.get("expand") or ()):
            histories = [{**item, "created": stamp(item["created"] // 1_000)} for item in _histories(one, None)]
            count = len(histories)
            row["changelog"] = {"startAt": 0, "maxResults": count, "total": count, "histories": histories}
        rows.append(row)
    return answer({"expand": "names,schema", "startAt": begin, "maxResults": size, "total": len(found), "issues": rows})


@routes.get("/rest/api/3/myself", "/rest/api/2/myself")
def myself(world: World, asked: Asked) -> Reply:
    del world, asked
    return answer({"accountId": "acme:1", "displayName": "Scorecard", "active": True, "timeZone": ZONE.key})


@routes.get("/rest/api/3/serverInfo", "/rest/api/2/serverInfo")
def server_info(world: World, asked: Asked) -> Reply:
    kind = "Cloud" if "/3/" in asked.path else "Server"
    return answer(
        {"baseUrl": asked.base, "deploymentType": kind, "version": "1001.0.0", "serverTime": stamp(world.now)}
    )


@routes.get("/rest/api/3/project/search")
def projects(world: World, asked: Asked) -> Reply:
    del world
    rows = [
        {"id": str(number), "key": key, "name": name, "projectTypeKey": "software"}
        for key, (number, name) in PROJECTS.items()
    ]
    begin, size = asked.number("startAt", 0), asked.number("maxResults", 50)
    is_last = begin + size >= len(rows)
    shown = rows[begin : begin + size]
    return answer({"startAt": begin, "maxResults": size, "total": len(rows), "isLast": is_last, "values": shown})


@routes.get("/rest/api/2/project")
def projects_server(world: World, asked: Asked) -> Reply:
    del world, asked
    return answer([{"id": str(number), "key": key, "name": name} for key, (number, name) in PROJECTS.items()])


@routes.get("/rest/api/3/project/{key}/version")
def versions_paged(world: World, asked: Asked, key: str) -> Reply:
    """Releases of the shop: one a month."""
    rows = _versions(world, key)
    if rows is None:
        return _errors(f"No project could be found with key '{key}'.", 404)
    begin, size = asked.number("startAt", 0), asked.number("maxResults", 50)
    is_last = begin + size >= len(rows)
    shown = rows[begin : begin + size]
    return answer({"startAt": begin, "maxResults": size, "total": len(rows), "isLast": is_last, "values": shown})


@routes.get("/rest/api/3/project/{key}/versions", "/rest/api/2/project/{key}/versions")
def versions(world: World, asked: Asked, key: str) -> Reply:
    del asked
    rows = _versions(world, key)
    return _errors(f"No project could be found with key '{key}'.", 404) if rows is None else answer(rows)


def _versions(world: World, key: str) -> list[dict[str, Any]] | None:
    if key not in PROJECTS:
        return None
    if key != "SHOP":
        return []
    month = 30 * 86_400
    moments = range(world.company.starts_at + month, world.now + month, month)
    return [
        {
            "id": str(20_000 + place),
            "name": f"{when(at):%Y.%m}.{place}",
            "archived": False,
            "released": at <= world.now,
            "releaseDate": f"{when(at):%Y-%m-%d}",
            "projectId": PROJECTS[key][0],
        }
        for place, at in enumerate(moments, start=1)
    ]


@routes.get("/rest/api/3/issuetype", "/rest/api/2/issuetype")
def issue_types(world: World, asked: Asked) -> Reply:
    del world, asked
    return answer([{"id": str(number), "name": name, "subtask": False} for name, number in TYPES.items()])


@routes.get("/rest/api/3/status", "/rest/api/2/status")
def statuses(world: World, asked: Asked) -> Reply:
    del world, asked
    return answer([_status(name) for name in STATUSES])


@routes.get("/rest/api/3/field", "/rest/api/2/field")
def fields(world: World, asked: Asked) -> Reply:
    del world, asked
    names = ("summary", "status", "labels", "priority", "created", "updated", "resolutiondate", "fixVersions")
    return answer([{"id": name, "key": name, "name": name.title(), "custom": False} for name in names])


@routes.post("/rest/api/3/search/approximate-count")
def approximate_count(world: World, asked: Asked) -> Reply:
    return answer({"count": len(search(world, asked.json().get("jql", "")))})
