"""Releases and tags, as deployments to the environments `release` and `tag`.

https://docs.gitlab.com/api/releases/ and https://docs.gitlab.com/api/tags/
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from scorecard_exporter.events.model import Deployment, Record
from scorecard_exporter.sources.gitlab.parsing.commits import embedded
from scorecard_exporter.sources.gitlab.parsing.words import needed_time
from scorecard_exporter.sources.kit.body import Body, MalformedError


def releases(body: Body, origin: str) -> Iterator[Record]:
    """A release, finished when it is dated: ahead of time for one that is announced."""
    tag = body.text("tag_name")
    commit, links = body.body("commit"), body.body("_links")
    yield Deployment(
        origin=origin,
        key=release_key(tag),
        url=links.text("self", "") if links else "",
        environment="release",
        sha=commit.text("id", "") if commit else "",
        version=tag,
        finished_at=needed_time(body, "released_at" if body.has("released_at") else "created_at"),
    )
    yield from embedded(body, origin)


def tags(body: Body, origin: str, page: str) -> Iterator[Record]:
    """A tag, finished when it was set; a light one has no date of its own but its commit's. `page`: the project's."""
    name, commit = body.text("name"), body.body("commit")
    if commit is None:
        raise MalformedError("commit is missing, not an object")
    yield Deployment(
        origin=origin,
        key=tag_key(name),
        url=tag_page(page, name),
        environment="tag",
        sha=commit.text("id"),
        version=name,
        finished_at=body.time_or_none("created_at") or commit.time("committed_date"),
    )
    yield from embedded(body, origin)


def release_key(tag: str) -> str:
    """The key of a release, which numbers of deployments cannot be taken for."""
    return f"release:{tag}"


def tag_key(name: str) -> str:
    """The key of a tag."""
    return f"tag:{name}"


def tag_page(page: str, name: str) -> str:
    """Where a tag is shown, below the page of its project."""
    return f"{page}/-/tags/{quote(name, safe='')}" if page else ""
