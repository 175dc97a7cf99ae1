"""Releases, as GraphQL gives them: deployments to the environment `release`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from scorecard_exporter.events.model import Deployment
from scorecard_exporter.sources.kit.body import Body, moment_of

SIZE = 100
FIELDS = "id databaseId tagName tagCommit { oid } createdAt publishedAt isDraft url"
ENVIRONMENT = "release"


def release(found: Body, origin: str) -> Iterator[Deployment]:
    """The record of a release, finished when it was published; none for a draft."""
    if found.flag("isDraft"):
        return
    commit = found.body("tagCommit")
    yield Deployment(
        origin=origin,
        key=key(found.text("databaseId", "") or found.text("id")),
        url=found.text("url", ""),
        environment=ENVIRONMENT,
        sha=commit.text("oid", "") if commit else "",
        version=found.text("tagName"),
        finished_at=found.time_or_none("publishedAt") or found.time("createdAt"),
    )


def key(number: str) -> str:
    """Of a release among the deployments of its repository, which are numbered too."""
    return f"release/{number}"


def drafts(nodes: Iterable[Any]) -> tuple[datetime, ...]:
    """When each draft was made."""
    found = (node for node in nodes if isinstance(node, dict) and node.get("isDraft") is True)
    return tuple(made for draft in found if (made := moment_of(draft.get("createdAt"))))
