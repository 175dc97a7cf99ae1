"""What the bodies of webhooks say: part of a record each, merged later into what is known.

https://docs.gitlab.com/user/project/integrations/webhook_events/
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from scorecard_exporter.events.model import (
    Build,
    Change,
    Deployment,
    PullRequest,
    Record,
    Review,
    Transition,
)
from scorecard_exporter.events.reverts import reverts
from scorecard_exporter.sources.gitlab.parsing.issues import incident, is_incident, issue, type_of
from scorecard_exporter.sources.gitlab.parsing.merge_requests import is_draft
from scorecard_exporter.sources.gitlab.parsing.releases import release_key, tag_key, tag_page
from scorecard_exporter.sources.gitlab.parsing.words import ENDED, is_bot, needed_time, status_of, time_of
from scorecard_exporter.sources.kit.body import Body, MalformedError

_COMMIT = re.compile(r"/commit/([0-9a-f]{40,64})$")
_FOREIGN = frozenset({"merge_request_event", "external_pull_request_event", "parent_pipeline"})
"""Pipelines that the list of a branch does not have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an event happened, and what of it counts. `branch`: the deployed one; `page`: that of the project."""

    origin: str
    page: str
    branch: str
    incident_labels: tuple[str, ...]


def _deployment(body: Body, place: Place) -> Iterator[Record]:
    status, changed_at = status_of(body), needed_time(body, "status_changed_at")
    commit = _COMMIT.search(body.text("commit_url", ""))
    yield Deployment(
        origin=place.origin,
        key=body.text("deployment_id"),
        url=body.text("deployable_url", ""),
        environment=body.text("environment"),
        sha=commit[1] if commit else "",
        status=status,
        started_at=changed_at if status == "running" else None,
        finished_at=changed_at if status in ENDED else None,
    )


def _merge_request(body: Body, place: Place) -> Iterator[Record]:
    about = _attributes(body)
    action, changed_at = about.text("action", ""), needed_time(about, "updated_at")
    author, number = _author(body, about), about.text("iid")
    merged_at = (time_of(about, "merged_at") or changed_at) if action == "merge" else None
    labels = _labels(body)
    yield PullRequest(
        origin=place.origin,
        key=number,
        url=about.text("url", ""),
        opened_at=needed_time(about, "created_at"),
        ready_at=_ready_at(body, about, action),
        merged_at=merged_at,
        closed_at=(time_of(about, "closed_at") or changed_at) if action == "close" else None,
        author=author,
        is_bot=is_bot(author),
        is_draft=is_draft(about),
        labels=labels,
    )
    if merged_at:
        head = about.body("last_commit")
        yield Change(
            origin=place.origin,
            key=number,
            url=about.text("url", ""),
            merged_at=merged_at,
            merge_sha=about.text("merge_commit_sha", "") or about.text("squash_commit_sha", ""),
            head_sha=head.text("id", "") if head else "",
            author=author,
            is_bot=is_bot(author),
            title=about.text("title", ""),
            branch=about.text("source_branch", ""),
            reverts=reverts(about.lines("description")),
            labels=labels,
        )


def _note(body: Body, place: Place) -> Iterator[Record]:
    """A comment on a merge request by another than its author."""
    about, request = _attributes(body), body.body("merge_request")
    if request is None or about.text("noteable_type", "") != "MergeRequest" or about.flag("system"):
        return
    if about.text("author_id") == request.text("author_id"):
        return
    user = body.body("user")
    author = user.text("username", "") if user else ""
    yield Review(
        origin=place.origin,
        key=about.text("id"),
        url=about.text("url", ""),
        pull_request=request.text("iid"),
        submitted_at=needed_time(about, "created_at"),
        author=author,
        is_bot=is_bot(author),
        state="commented",
    )


def _pipeline(body: Body, place: Place) -> Iterator[Record]:
    about = _attributes(body)
    if about.text("ref", "") != place.branch or about.flag("tag") or about.text("source", "") in _FOREIGN:
        return
    status = status_of(about)
    yield Build(
        origin=place.origin,
        key=about.text("id"),
        url=about.text("url", ""),
        branch=about.text("ref"),
        sha=about.text("sha", ""),
        status=status,
        started_at=needed_time(about, "created_at"),
        finished_at=time_of(about, "finished_at") if status in ENDED else None,
    )


def _issue(body: Body, place: Place) -> Iterator[Record]:
    about, labels = _attributes(body), _labels(body)
    url = about.text("url", "")
    if type_of(about) != "incident":
        yield issue(about, place.origin, labels, url)
    if is_incident(about, labels, place.incident_labels):
        yield incident(about, place.origin, labels, url, tuple(_steps(about)))


def _steps(about: Body) -> Iterator[Transition]:
    action = about.text("action", "")
    if action == "close":
        yield Transition(status="resolved", at=time_of(about, "closed_at") or needed_time(about, "updated_at"))
    if action == "reopen":
        yield Transition(status="reopened", at=needed_time(about, "updated_at"))


def _release(body: Body, place: Place) -> Iterator[Record]:
    if body.text("action", "") == "delete":
        return
    commit, tag = body.body("commit"), body.text("tag")
    yield Deployment(
        origin=place.origin,
        key=release_key(tag),
        url=body.text("url", ""),
        environment="release",
        sha=commit.text("id", "") if commit else "",
        version=tag,
        finished_at=needed_time(body, "released_at" if body.has("released_at") else "created_at"),
    )


def _tag(body: Body, place: Place) -> Iterator[Record]:
    """A light tag, with the date of its commit; when another one was set is told by the next poll only."""
    name, sha = body.text("ref").removeprefix("refs/tags/"), body.text("checkout_sha", "")
    dates = [needed_time(one, "timestamp") for one in body.bodies("commits") if one.text("id", "") == sha]
    if not dates or body.text("after", "") != sha:
        return
    yield Deployment(
        origin=place.origin,
        key=tag_key(name),
        url=tag_page(place.page, name),
        environment="tag",
        sha=sha,
        version=name,
        finished_at=dates[-1],
    )


EVENTS: Mapping[str, Callable[[Body, Place], Iterator[Record]]] = {
    "deployment": _deployment,
    "merge_request": _merge_request,
    "note": _note,
    "pipeline": _pipeline,
    "issue": _issue,
    "work_item": _issue,
    "release": _release,
    "tag_push": _tag,
}
"""What is made of an event, by its `object_kind`. A push tells of no parents, so commits wait for the next poll."""


def _attributes(body: Body) -> Body:
    about = body.body("object_attributes")
    if about is None:
        raise MalformedError("object_attributes is missing, not an object")
    return about


def _labels(body: Body) -> tuple[str, ...]:
    return tuple(label.text("title") for label in body.bodies("labels"))


def _author(body: Body, about: Body) -> str:
    """The author's username, which only shows when the author did it."""
    user = body.body("user")
    is_author = user is not None and user.has("id") and user.text("id") == about.text("author_id", "")
    return user.text("username", "") if user and is_author else ""


def _ready_at(body: Body, about: Body, action: str) -> datetime | None:
    """When it left draft, if that is what happened; when it was opened, if it never was one."""
    changes = body.body("changes")
    draft = changes.body("draft") if changes else None
    if is_draft(about):
        return None
    if draft and draft.flag("previous"):
        return needed_time(about, "updated_at")
    return needed_time(about, "created_at") if action == "open" else None
