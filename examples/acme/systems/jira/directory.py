"""Who asks, and what there is: projects, versions, types, states, fields."""

from __future__ import annotations

from typing import Any

from examples.acme.company.moments import when
from examples.acme.systems.asked import Asked, Reply, answer
from examples.acme.systems.jira.bodies import errors, status_body
from examples.acme.systems.jira.tickets import PROJECTS, STATUSES, TYPES, ZONE, stamp
from examples.acme.systems.router import Router
from examples.acme.systems.world import World

routes = Router()


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
        return errors(f"No project could be found with key '{key}'.", 404)
    begin, size = asked.number("startAt", 0), asked.number("maxResults", 50)
    is_last = begin + size >= len(rows)
    shown = rows[begin : begin + size]
    return answer({"startAt": begin, "maxResults": size, "total": len(rows), "isLast": is_last, "values": shown})


@routes.get("/rest/api/3/project/{key}/versions", "/rest/api/2/project/{key}/versions")
def versions(world: World, asked: Asked, key: str) -> Reply:
    del asked
    rows = _versions(world, key)
    return errors(f"No project could be found with key '{key}'.", 404) if rows is None else answer(rows)


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
    return answer([status_body(name) for name in STATUSES])


@routes.get("/rest/api/3/field", "/rest/api/2/field")
def fields(world: World, asked: Asked) -> Reply:
    del world, asked
    names = ("summary", "status", "labels", "priority", "created", "updated", "resolutiondate", "fixVersions")
    return answer([{"id": name, "key": name, "name": name.title(), "custom": False} for name in names])
