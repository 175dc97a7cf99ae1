"""Deployments to environments, with their statuses, as GraphQL gives them; and the same words in webhooks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from scorecard_exporter.events.model import Deployment
from scorecard_exporter.sources.github.host import Repository
from scorecard_exporter.sources.github.pull_requests import listed
from scorecard_exporter.sources.kit.body import Body

SIZE = 50
"""One page: 1 + 50 connections, a point."""
STATUSES = 10

STATUS_FIELDS = "nodes { state createdAt } pageInfo { hasNextPage endCursor }"
FIELDS = f"""
  id databaseId commitOid environment createdAt state
  ref {{ name prefix }}
  statuses(first: {STATUSES}) {{ {STATUS_FIELDS} }}
"""

SUCCESSES = frozenset({"success", "active"})
FAILURES = frozenset({"failure", "error"})
STATUS = {
    **dict.fromkeys(SUCCESSES, "success"),
    **dict.fromkeys(FAILURES, "failure"),
    "in_progress": "running",
    "queued": "pending",
    "waiting": "pending",
    "pending": "pending",
    "abandoned": "superseded",
    "destroyed": "cancelled",
}
"""From GitHub's words, in lower case, to those of the records."""


class Step(NamedTuple):
    """One status of a deployment: GitHub's word in lower case, and when it was set."""

    state: str
    at: datetime


def outcome(steps: Sequence[Step], state: str, created_at: datetime) -> tuple[str, datetime | None]:
    """What became of a deployment, and when; None while it is not over.

    The first success stands, whatever came before or after it: `inactive` is what GitHub makes of a success once
    another deployment took its place. One that became inactive without a success was given up. `steps`: all of them;
    `state`: that of the deployment, which counts where no step is known.
    """
    if not steps:
        steps = [Step("success" if state == "inactive" else state, created_at)]
    successes = [step.at for step in steps if step.state in SUCCESSES]
    if successes:
        return "success", min(successes)
    in_order = sorted(steps, key=lambda step: step.at)
    latest = in_order[-1]
    if latest.state == "inactive":
        # Set aside after it failed, it has failed all the same.
        failures = [step for step in in_order if step.state in FAILURES]
        return ("failure", failures[-1].at) if failures else ("cancelled", latest.at)
    status = STATUS.get(latest.state, latest.state)
    return status, latest.at if status in {"failure", "superseded", "cancelled"} else None


def deployment(found: Body, repository: Repository) -> Iterator[Deployment]:
    """The record of a deployment."""
    created_at = found.time("createdAt")
    steps = [Step(step.text("state").lower(), step.time("createdAt")) for step in listed(found, "statuses")]
    status, finished_at = outcome(steps, found.text("state", "").lower(), created_at)
    environment = found.text("environment", "")
    ref = found.body("ref")
    is_of_tag = ref is not None and ref.text("prefix", "") == "refs/tags/"
    yield Deployment(
        origin=repository.origin,
        key=found.text("databaseId", "") or found.text("id"),
        url=page(repository, environment),
        environment=environment,
        sha=found.text("commitOid", ""),
        version=ref.text("name", "") if ref is not None and is_of_tag else "",
        status=status,
        started_at=created_at,
        finished_at=finished_at,
    )


def page(repository: Repository, environment: str) -> str:
    """Where people see the deployments to an environment."""
    return repository.page("deployments", environment) if environment else repository.page("deployments")


def may_still_change(deployments: Iterable[Deployment], failures_since: datetime) -> tuple[datetime, ...]:
    """When each deployment was made that is not over; one that failed lately may be tried again."""
    return tuple(
        one.started_at
        for one in deployments
        if one.started_at
        and (one.finished_at is None or (one.status == "failure" and one.started_at >= failures_since))
    )
