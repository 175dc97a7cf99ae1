"""GitHub's webhooks: deployment statuses, releases, workflow runs, pull requests, reviews and pushes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from examples.acme.company.model import Repository
from examples.acme.company.news import Built, Deployed, News, Requested, Reviewed
from examples.acme.company.people import DEPLOYER
from examples.acme.systems.asked import Asked
from examples.acme.systems.github import bodies
from examples.acme.systems.world import World
from examples.acme.webhooks.delivery import SECRET, Delivery, encoded, hexadecimal, identity

ACTIONS = {"opened": "opened", "ready": "ready_for_review", "merged": "closed", "closed": "closed"}


def deliveries(world: World, asked: Asked, one: News, at: int) -> Iterator[Delivery]:
    """What GitHub sends about something; nothing about what is elsewhere."""
    del at  # GitHub signs no time
    if isinstance(one, Deployed):
        if one.service.host == "github" and not one.service.job:
            yield from _deployed(world, asked, one)
    elif isinstance(one, Requested | Reviewed | Built) and one.repository.host == "github":
        yield from _of_repository(world, asked, one)


def _deployed(world: World, asked: Asked, one: Deployed) -> Iterator[Delivery]:
    where = world.company.repository_of(one.service)
    if one.service.way == "deployments" and one.step.state in bodies.STATES:
        place = one.what.steps.index(one.step)
        status = bodies.status(asked, where, one.what, place, one.step)
        body = {"deployment_status": status, "deployment": bodies.deployment(asked, where, one.what)}
        yield _delivery(asked, where, "deployment_status", {"action": "created", **body}, status["id"])
    elif one.service.way == "releases" and one.step.state == "success":
        release = bodies.release(asked, where, one.what)
        yield _delivery(asked, where, "release", {"action": "published", "release": release}, release["id"])
    elif one.service.way == "workflow" and one.step.state not in ("queued", "running"):
        run = bodies.run(asked, where, one.what)
        yield _run(asked, where, run)


def _of_repository(world: World, asked: Asked, one: Requested | Reviewed | Built) -> Iterator[Delivery]:
    where = one.repository
    if isinstance(one, Built):
        service = world.service_of(where)
        if service is None or not service.job:
            yield _run(asked, where, bodies.run(asked, where, one.what))
        return
    request = bodies.pull_request(asked, where, one.what)
    if isinstance(one, Reviewed):
        review = bodies.review(asked, where, one.what, one.review)
        review["state"] = review["state"].lower()  # here, and only here, in small letters
        body = {"action": "submitted", "review": review, "pull_request": request}
        yield _delivery(asked, where, "pull_request_review", body, review["id"])
        return
    request["merged"] = one.what.merged_at is not None
    event: dict[str, Any] = {"action": ACTIONS[one.action], "number": one.what.number, "pull_request": request}
    yield _delivery(asked, where, "pull_request", event, one.what.identity, one.action)
    if one.action == "merged":
        yield _push(asked, where, one)


def _push(asked: Asked, where: Repository, one: Requested) -> Delivery:
    brought = [commit for commit in where.commits if commit.pull_request == one.what.number]
    body = {
        "ref": "refs/heads/main",
        "before": brought[0].parents[0] if brought and brought[0].parents else "0" * 40,
        "after": one.what.merge_sha,
        "created": False,
        "deleted": False,
        "forced": False,
        "commits": [
            {
                "id": commit.sha,
                "message": commit.message,
                "timestamp": bodies.optional(commit.committed_at),
                "author": {"name": commit.author.name, "email": commit.author.email, "username": commit.author.login},
            }
            for commit in brought
        ],
    }
    return _delivery(asked, where, "push", body, one.what.merge_sha)


def _run(asked: Asked, where: Repository, run: dict[str, Any]) -> Delivery:
    body = {"action": "completed", "workflow_run": run, "workflow": {"name": run["name"], "path": run["path"]}}
    return _delivery(asked, where, "workflow_run", body, run["id"])


def _delivery(asked: Asked, where: Repository, event: str, body: dict[str, Any], *about: object) -> Delivery:
    organisation = {"login": "acme", "id": 77}
    sender = bodies.user(asked, DEPLOYER)
    sent = encoded(
        {**body, "repository": bodies.repository(asked, where), "organization": organisation, "sender": sender}
    )
    headers = {
        "content-type": "application/json",
        "user-agent": "GitHub-Hookshot/acme",
        "x-github-event": event,
        "x-github-delivery": identity("github", event, *about),
        "x-github-hook-id": "1",
        "x-hub-signature-256": f"sha256={hexadecimal(SECRET, sent)}",
    }
    return Delivery("acme-github", sent, headers)
