"""The history of issues: of many at once, or of one."""

from __future__ import annotations

import base64
from typing import Any

from examples.acme.systems.asked import Asked, Reply, answer
from examples.acme.systems.jira.bodies import by_issue, errors, histories_of, place
from examples.acme.systems.jira.tickets import stamp, tickets
from examples.acme.systems.router import Router
from examples.acme.systems.world import World

routes = Router()


@routes.post("/rest/api/3/changelog/bulkfetch")
def changelogs(world: World, asked: Asked) -> Reply:
    """The steps of up to 1,000 issues, oldest first; `created` is in milliseconds here."""
    body = asked.json()
    wanted = [str(name) for name in body.get("issueIdsOrKeys", [])]
    if not wanted or len(wanted) > 1_000:  # noqa: PLR2004 - Jira's bound
        raise ValueError("issueIdsOrKeys must have between 1 and 1000 items.")
    if len(body.get("fieldIds") or []) > 10:  # noqa: PLR2004 - Jira's bound
        raise ValueError("fieldIds must have at most 10 items.")
    begin, size = place(body.get("nextPageToken") or ""), max(1, min(int(body.get("maxResults", 1_000)), 10_000))
    by_name = {name: one for one in tickets(world) for name in (str(one.number), one.key)}
    rows = sorted(
        (history["created"], one.number, history)
        for one in {by_name[name].number: by_name[name] for name in wanted if name in by_name}.values()
        for history in histories_of(one, body.get("fieldIds"))
    )
    value: dict[str, Any] = {"issueChangeLogs": by_issue(rows[begin : begin + size])}
    if begin + size < len(rows):
        value["nextPageToken"] = base64.urlsafe_b64encode(f"acme:{begin + size}".encode()).decode()
    return answer(value)


@routes.get("/rest/api/3/issue/{name}/changelog")
def changelog(world: World, asked: Asked, name: str) -> Reply:
    one = next((one for one in tickets(world) if name in (one.key, str(one.number))), None)
    if one is None:
        return errors("Issue does not exist or you do not have permission to see it.", 404)
    histories = [{**row, "created": stamp(row["created"] // 1_000)} for row in histories_of(one, None)]
    begin, size = asked.number("startAt", 0), min(asked.number("maxResults", 100), 100)
    shown = histories[begin : begin + size]
    is_last = begin + size >= len(histories)
    return answer({"startAt": begin, "maxResults": size, "total": len(histories), "isLast": is_last, "values": shown})
