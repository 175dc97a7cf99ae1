"""Tags, as GraphQL gives them: deployments to the environment `tag`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from scorecard_exporter.events.model import Deployment
from scorecard_exporter.sources.github.host import Repository
from scorecard_exporter.sources.kit.body import Body, moment_of

SIZE = 100
ENVIRONMENT = "tag"
FIELDS = """
  name
  target {
    oid
    ... on Commit { committedDate }
    ... on Tag {
      tagger { date }
      target { oid ... on Commit { committedDate } ... on Tag { target { oid ... on Commit { committedDate } } } }
    }
  }
"""


def tag(found: Body, repository: Repository) -> Iterator[Deployment]:
    """The record of a tag, finished when an annotated one was set or the commit of a light one was made.

    None for a tag of something that is no commit.
    """
    name, target = found.text("name"), found.body("target")
    tagger = target.body("tagger") if target else None
    while target is not None and not target.has("committedDate"):
        target = target.body("target")
    if target is None:
        return
    yield Deployment(
        origin=repository.origin,
        key=f"{ENVIRONMENT}/{name}",
        url=repository.page("tree", name),
        environment=ENVIRONMENT,
        sha=target.text("oid"),
        version=name,
        finished_at=(tagger.time_or_none("date") if tagger else None) or target.time("committedDate"),
    )


def committed_at(node: Any) -> datetime | None:
    """When the commit of a tag was made, by which the list is ordered."""
    target = node.get("target") if isinstance(node, dict) else None
    while isinstance(target, dict):
        if found := moment_of(target.get("committedDate")):
            return found
        target = target.get("target")
    return None
