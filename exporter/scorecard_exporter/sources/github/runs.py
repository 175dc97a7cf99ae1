"""Runs of workflows as REST and webhooks give them: builds, or deployments where the configuration says so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from scorecard_exporter.events.model import Build, Deployment
from scorecard_exporter.sources.kit.body import Body

SIZE = 100
STATUS = {
    "success": "success",
    "failure": "failure",
    "timed_out": "failure",
    "startup_failure": "failure",
    "cancelled": "cancelled",
    "skipped": "skipped",
    "stale": "cancelled",
    "in_progress": "running",
    "queued": "pending",
    "requested": "pending",
    "waiting": "pending",
    "pending": "pending",
}
"""From GitHub's words for a conclusion, or for a run without one, to those of the records; others stay as they are."""


class Run(NamedTuple):
    """What of a run is the same for both. Tried again, it keeps its number and begins anew."""

    key: str
    url: str
    sha: str
    status: str
    started_at: datetime
    finished_at: datetime | None


def run(found: Body) -> Run:
    """The run. It is taken to end when it was last changed, since GitHub does not say when it did.

    A run that is tried again begins anew before it counts as changed: it never ends before it began.
    """
    is_over = found.text("status", "") == "completed" or found.has("conclusion")
    said = found.text("conclusion", "") or found.text("status", "")
    started_at = found.time_or_none("run_started_at") or found.time("created_at")
    return Run(
        key=found.text("id"),
        url=found.text("html_url", ""),
        sha=found.text("head_sha", ""),
        status=STATUS.get(said, said),
        started_at=started_at,
        finished_at=max(found.time("updated_at"), started_at) if is_over else None,
    )


def is_of_request(found: Body) -> bool:
    """Whether a run was for a pull request: one from somebody's `main` is none of the branch `main`."""
    return found.text("event", "").startswith("pull_request")


def build(found: Body, origin: str, deploying: Sequence[str] = ()) -> Iterator[Build]:
    """The record of a run on a branch; none for a run of a pull request, or of one of the workflows that deploy."""
    if is_of_request(found) or file_of(found) in deploying:
        return
    one = run(found)
    yield Build(
        origin=origin,
        key=one.key,
        url=one.url,
        branch=found.text("head_branch", ""),
        sha=one.sha,
        status=one.status,
        started_at=one.started_at,
        finished_at=one.finished_at,
    )


def deployment(found: Body, origin: str, workflow: str) -> Iterator[Deployment]:
    """The record of a run of a workflow that deploys; none for a run of a pull request."""
    if is_of_request(found):
        return
    one = run(found)
    yield Deployment(
        origin=origin,
        key=f"run/{one.key}",
        url=one.url,
        environment=environment(workflow),
        sha=one.sha,
        status=one.status,
        started_at=one.started_at,
        finished_at=one.finished_at,
    )


def environment(workflow: str) -> str:
    """Under which the runs of a workflow, by the name of its file, are deployments."""
    return f"workflow:{workflow}"


def file_of(found: Body) -> str:
    """The name of the file of a run's workflow; '' where it is not said."""
    return found.text("path", "").partition("@")[0].rpartition("/")[2]
