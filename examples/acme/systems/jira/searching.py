"""Searching: by token (Cloud), by number (Data Center)."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from examples.acme.systems.asked import Asked, Reply, answer
from examples.acme.systems.jira.bodies import errors, histories_of, place, shown
from examples.acme.systems.jira.jql import parse
from examples.acme.systems.jira.tickets import search, stamp
from examples.acme.systems.router import Router
from examples.acme.systems.world import World

routes = Router()


MOST = 100
"""Issues of a page with fields; Jira gives fewer than are asked for, too."""
MOST_IDS = 5_000
SERVER_MOST = 1_000


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
    begin = place(body.get("nextPageToken") or "")
    most = MOST_IDS if set(fields) <= {"id", "key"} else MOST
    end = begin + max(1, min(size, most))
    value: dict[str, Any] = {"issues": [shown(asked, one, fields) for one in found[begin:end]]}
    if end < len(found):
        value["nextPageToken"] = base64.urlsafe_b64encode(f"acme:{end}".encode()).decode()
    return answer({**value, "isLast": end >= len(found)})


@routes.get("/rest/api/3/search")
def search_removed(world: World, asked: Asked) -> Reply:
    del world, asked
    text = "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API."
    return errors(text, 410)


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
        row = shown(asked, one, body.get("fields") or ["*all"])
        if "changelog" in (body.get("expand") or ()):
            histories = [{**item, "created": stamp(item["created"] // 1_000)} for item in histories_of(one, None)]
            count = len(histories)
            row["changelog"] = {"startAt": 0, "maxResults": count, "total": count, "histories": histories}
        rows.append(row)
    return answer({"expand": "names,schema", "startAt": begin, "maxResults": size, "total": len(found), "issues": rows})


@routes.post("/rest/api/3/search/approximate-count")
def approximate_count(world: World, asked: Asked) -> Reply:
    return answer({"count": len(search(world, asked.json().get("jql", "")))})
