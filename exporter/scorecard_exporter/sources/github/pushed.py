"""From the bodies of GitHub's webhooks to records; what a body does not say is left empty."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from scorecard_exporter.events.merge import REOPENED, RESOLVED
from scorecard_exporter.events.model import Change, Deployment, PullRequest, Record, Review, Transition
from scorecard_exporter.events.reverts import reverts
from scorecard_exporter.sources.github import deployments, issues, releases, runs
from scorecard_exporter.sources.github.host import Repository
from scorecard_exporter.sources.github.people import person
from scorecard_exporter.sources.github.reading import Reading
from scorecard_exporter.sources.kit.body import Body


def pull_request(found: Body, repository: Repository, reading: Reading) -> Iterator[Record]:
    """The pull request, and the change that it became when it was merged."""
    del reading
    body = found.inner("pull_request")
    author, is_bot = person(body.body("user"))
    merged_at, opened_at = body.time_or_none("merged_at"), body.time("created_at")
    request = PullRequest(
        origin=repository.origin,
        key=body.text("number"),
        url=body.text("html_url", ""),
        opened_at=opened_at,
        ready_at=_ready_at(body, found.text("action", ""), opened_at),
        merged_at=merged_at,
        closed_at=body.time_or_none("closed_at"),
        author=author,
        is_bot=is_bot,
        is_draft=body.flag("draft"),
        labels=issues.labels_of(body),
    )
    yield request
    if merged_at is not None:
        yield _change(body, request, merged_at)


def _change(body: Body, request: PullRequest, merged_at: datetime) -> Change:
    head = body.body("head")
    return Change(
        origin=request.origin,
        key=request.key,
        url=request.url,
        merged_at=merged_at,
        merge_sha=body.text("merge_commit_sha", ""),
        head_sha=head.text("sha", "") if head else "",
        author=request.author,
        is_bot=request.is_bot,
        title=body.text("title", ""),
        branch=head.text("ref", "") if head else "",
        reverts=reverts(body.lines("body")),
        labels=request.labels,
    )


def _ready_at(body: Body, action: str, opened_at: datetime) -> datetime | None:
    """Known when it leaves draft or is opened without; at other events it may have been one before."""
    if body.flag("draft"):
        return None
    if action == "ready_for_review":
        return body.time_or_none("updated_at")
    return opened_at if action == "opened" else None


def review(found: Body, repository: Repository, reading: Reading) -> Iterator[Record]:
    """The review."""
    del reading
    body, of = found.inner("review"), found.inner("pull_request")
    submitted_at = body.time_or_none("submitted_at")
    if submitted_at is None:
        return
    author, is_bot = person(body.body("user"))
    yield Review(
        origin=repository.origin,
        key=body.text("id"),
        url=body.text("html_url", ""),
        pull_request=of.text("number"),
        submitted_at=submitted_at,
        author=author,
        is_bot=is_bot,
        state=body.text("state", "").lower(),
    )


def deployment(found: Body, repository: Repository, reading: Reading) -> Iterator[Record]:
    """A deployment that was asked for."""
    yield from _deployment(found.inner("deployment"), repository, reading, "pending", None)


def deployment_status(found: Body, repository: Repository, reading: Reading) -> Iterator[Record]:
    """How a deployment goes on. That it became inactive says nothing new: it had succeeded before."""
    said = found.inner("deployment_status")
    state = said.text("state", "").lower()
    if state == "inactive":
        return
    status, finished_at = deployments.outcome(
        [deployments.Step(state, said.time("created_at"))], state, said.time("created_at")
    )
    yield from _deployment(found.inner("deployment"), repository, reading, status, finished_at)


def _deployment(
    body: Body, repository: Repository, reading: Reading, status: str, finished_at: datetime | None
) -> Iterator[Deployment]:
    environment = body.text("environment", "")
    if reading.environments and environment not in reading.environments:
        return
    yield Deployment(
        origin=repository.origin,
        key=body.text("id"),
        url=deployments.page(repository, environment),
        environment=environment,
        sha=body.text("sha", ""),
        status=status,
        started_at=body.time("created_at"),
        finished_at=finished_at,
    )


def release(found: Body, repository: Repository, reading: Reading) -> Iterator[Record]:
    """A release that is published; its commit is not in the body unless it is named itself."""
    del reading
    body = found.inner("release")
    published_at = body.time_or_none("published_at")
    if body.flag("draft") or published_at is None or found.text("action", "") in {"deleted", "unpublished"}:
        return
    target = body.text("target_commitish", "")
    yield Deployment(
        origin=repository.origin,
        key=releases.key(body.text("id")),
        url=body.text("html_url", ""),
        environment=releases.ENVIRONMENT,
        sha=target if len(target) == _SHA_DIGITS and target.isalnum() else "",
        version=body.text("tag_name"),
        finished_at=published_at,
    )


_SHA_DIGITS = 40


def issue(found: Body, repository: Repository, reading: Reading) -> Iterator[Record]:
    """The issue, and the incident if it is one, with the step that was taken just now."""
    action, body = found.text("action", ""), found.inner("issue")
    if action in {"deleted", "transferred"}:
        return
    steps: tuple[Transition, ...] = ()
    if action == "closed" and (closed_at := body.time_or_none("closed_at")):
        steps = (Transition(status=RESOLVED, at=closed_at),)
    elif action == "reopened" and (updated_at := body.time_or_none("updated_at")):
        steps = (Transition(status=REOPENED, at=updated_at),)
    histories = {body.whole("number"): steps}
    yield from issues.records(body, repository.origin, reading.incident_labels, histories)


def workflow_run(found: Body, repository: Repository, reading: Reading) -> Iterator[Record]:
    """The run, as a build on the deployed branch, or as a deployment where its workflow deploys."""
    body, named = found.inner("workflow_run"), found.inner("repository")
    branch = reading.branch or named.text("default_branch", "")
    workflow = runs.file_of(body) or _file_of_workflow(found)
    if branch and body.text("head_branch", "") == branch and workflow not in reading.deployment_workflows:
        yield from runs.build(body, repository.origin)
    if workflow in reading.deployment_workflows:
        yield from runs.deployment(body, repository.origin, workflow)


def _file_of_workflow(found: Body) -> str:
    workflow = found.body("workflow")
    return runs.file_of(workflow) if workflow else ""
