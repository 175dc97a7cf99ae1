"""CDEvents (https://cdevents.dev, versions 0.1 to 0.6): what became of a service, an incident, a change.

Field names are those of the specification's schemas, `context`, `subject.content` and `customData`. What it has no
field for and a measure needs may stand in `customData`, under the name that the record's field has.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

from scorecard_exporter.events.model import Change, Deployment, Incident, Record
from scorecard_exporter.sources.kit.body import Body, MalformedError
from scorecard_exporter.sources.rows.columns import Columns

_TYPE = re.compile(r"dev\.cdevents\.(\w+\.\w+)\.")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_BUILT_FROM = re.compile(r"[?&]vcs_url=[^&]*(?:@|%40)([0-9a-f]{40})\b")
WHAT_RAN_BEFORE = "previous"
"""A rollback says that it is one, but not what it replaced: no deployment has this name, so it is the one before."""

_Told = tuple[str, dict[str, Any]]


def parse(body: Any, columns: Columns) -> tuple[Record, ...]:
    """The record that an event tells of; none where it is of no interest.

    Raises:
        ValueError: it is malformed; the message names the field.
    """
    event = Body(body, "")
    context, subject = _part(event, "context"), _part(event, "subject")
    named = _TYPE.match(context.text("type"))
    if named is None or named[1] not in EVENTS:
        return ()
    kind, read = EVENTS[named[1]]
    thing, row = read(context, subject, _part(subject, "content"))
    return (columns.record(kind, thing, row | _custom(body.get("customData"), kind)),)


def _deployed(context: Body, subject: Body, content: Body) -> _Told:
    row = {
        "key": f"{context.text('source')}/{context.text('id')}",
        "environment": _part(content, "environment").text("id"),
        "finished_at": context.text("timestamp"),
        **_artifact(content.text("artifactId", "")),
    }
    return subject.text("id"), row


def _rolled_back(context: Body, subject: Body, content: Body) -> _Told:
    thing, row = _deployed(context, subject, content)
    return thing, row | {"replaces": WHAT_RAN_BEFORE}


def _detected(context: Body, subject: Body, content: Body) -> _Told:
    thing, row = _incident(context, subject, content)
    return thing, row | {
        "title": content.text("description", ""),
        "url": content.text("ticketURI", ""),
        **_artifact(content.text("artifactId", "")),
    }


def _resolved(context: Body, subject: Body, content: Body) -> _Told:
    """When it began is not said: beginning and end are the same, which `events.merge` understands."""
    thing, row = _incident(context, subject, content)
    return thing, row | {"resolved_at": row["began_at"]}


def _incident(context: Body, subject: Body, content: Body) -> _Told:
    environment = _part(content, "environment").text("id")
    service = content.body("service")
    row = {
        "key": subject.text("id"),
        "began_at": context.text("timestamp"),
        "labels": [f"environment:{environment}"],
    }
    return service.text("id") if service else environment, row


def _merged(context: Body, subject: Body, content: Body) -> _Told:
    row = {"key": subject.text("id"), "merged_at": context.text("timestamp")}
    return _part(content, "repository").text("id"), row


def _artifact(purl: str) -> dict[str, str]:
    """Version and commit that a package URL tells (https://github.com/package-url/purl-spec)."""
    name = purl.partition("#")[0].partition("?")[0]
    version = unquote(name.rpartition("@")[2]) if "@" in name else ""
    built_from = _BUILT_FROM.search(purl)
    sha = version if _COMMIT.fullmatch(version) else built_from[1] if built_from else ""
    return {"version": version, "sha": sha}


def _custom(said: Any, kind: str) -> dict[str, Any]:
    """What is said under names that are known here; it may also be text in base64, which says nothing."""
    custom = said if isinstance(said, dict) else {}
    return {name: custom[name] for name in CUSTOM[kind] if custom.get(name) is not None}


def _part(body: Body, name: str) -> Body:
    found = body.body(name)
    if found is None:
        raise MalformedError(f"the object {name} is missing")
    return found


EVENTS: Mapping[str, tuple[str, Callable[[Body, Body, Body], _Told]]] = {
    "service.deployed": (Deployment.kind, _deployed),
    "service.upgraded": (Deployment.kind, _deployed),
    "service.rolledback": (Deployment.kind, _rolled_back),
    "incident.detected": (Incident.kind, _detected),
    "incident.reported": (Incident.kind, _detected),
    "incident.resolved": (Incident.kind, _resolved),
    "change.merged": (Change.kind, _merged),
}
"""The events that become a record, by subject and predicate: of which kind, and how they are read."""

CUSTOM: Mapping[str, tuple[str, ...]] = {
    Deployment.kind: ("replaces", "sha", "started_at", "url", "version"),
    Incident.kind: ("acknowledged_at", "began_at", "deployment", "severity", "sha", "url", "version"),
    Change.kind: ("branch", "first_authored_at", "head_sha", "labels", "merge_sha", "title", "url"),
}
"""What may stand in `customData`, by kind."""
