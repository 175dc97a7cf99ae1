"""An issue's fields, and the history of its status."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from typing import Any

from examples.acme.systems.asked import Asked, Reply, answer
from examples.acme.systems.jira.tickets import CATEGORIES, PROJECTS, STATUSES, TYPES, Ticket, stamp


def errors(message: str, status: int) -> Reply:
    return answer({"errorMessages": [message], "errors": {}}, status)


def place(token: str) -> int:
    if not token:
        return 0
    try:
        return int(base64.urlsafe_b64decode(token).removeprefix(b"acme:"))
    except ValueError as error:
        raise ValueError("The nextPageToken is not valid.") from error


def shown(asked: Asked, one: Ticket, wanted: Sequence[str]) -> dict[str, Any]:
    value: dict[str, Any] = {"id": str(one.number)}
    if not wanted:
        return value
    value |= {"key": one.key, "self": f"{asked.base}/rest/api/3/issue/{one.number}", "expand": ""}
    fields = fields_of(asked, one)
    if not {"*all", "*navigable"} & set(wanted):
        fields = {name: field for name, field in fields.items() if name in wanted}
    return {**value, "fields": fields}


def fields_of(asked: Asked, one: Ticket) -> dict[str, Any]:
    number, name = PROJECTS[one.key.partition("-")[0]]
    key = one.key.partition("-")[0]
    return {
        "summary": one.summary,
        "issuetype": {"id": str(TYPES[one.type]), "name": one.type, "subtask": False},
        "project": {"id": str(number), "key": key, "name": name},
        "labels": list(one.labels),
        "status": status_body(one.status),
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


def status_body(name: str) -> dict[str, Any]:
    return {
        "id": str(STATUSES[name]),
        "name": name,
        "statusCategory": {"id": STATUSES[name], "key": CATEGORIES[name], "name": CATEGORIES[name].title()},
    }


def by_issue(rows: Sequence[tuple[int, int, dict[str, Any]]]) -> list[dict[str, Any]]:
    found: dict[int, list[dict[str, Any]]] = {}
    for _, number, history in rows:
        found.setdefault(number, []).append(history)
    return [{"issueId": str(number), "changeHistories": histories} for number, histories in found.items()]


def histories_of(one: Ticket, fields: Sequence[str] | None) -> Iterator[dict[str, Any]]:
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
