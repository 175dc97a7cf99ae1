"""GitLab's webhooks: deployments, merge requests and pipelines, with both of its ways to prove who sends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from examples.acme.company.model import Person, Repository
from examples.acme.company.moments import when
from examples.acme.company.news import Built, Deployed, News, Requested
from examples.acme.company.people import DEPLOYER
from examples.acme.systems.asked import Asked
from examples.acme.systems.gitlab import bodies
from examples.acme.systems.world import World
from examples.acme.webhooks.delivery import SECRET, SIGNING_TOKEN, Delivery, encoded, identity, standard

ACTIONS = {"opened": "open", "ready": "update", "merged": "merge", "closed": "close"}


def deliveries(world: World, asked: Asked, one: News, at: int) -> Iterator[Delivery]:
    """What GitLab sends about something; nothing about what is elsewhere. `at`: when it is sent, which is signed."""
    if isinstance(one, Deployed):
        if one.service.way == "environments" and one.step.state != "queued":
            yield _deployed(world, asked, one, at)
    elif isinstance(one, Requested) and one.repository.host == "gitlab":
        yield _requested(asked, one, at)
    elif isinstance(one, Built) and one.repository.host == "gitlab":
        service = world.service_of(one.repository)
        if service is None or not service.job:
            yield _built(asked, one, at)


def _local(at: int) -> str:
    """`2026-03-01 12:05:00 +0200`."""
    return when(at + 7200).strftime("%Y-%m-%d %H:%M:%S +0200")


def _project(asked: Asked, where: Repository) -> dict[str, Any]:
    return {
        "id": where.number,
        "name": where.name,
        "web_url": bodies.web(asked, where.path),
        "namespace": where.path.split("/")[1],
        "path_with_namespace": where.path,
        "default_branch": "main",
    }


def _user(asked: Asked, person: Person) -> dict[str, Any]:
    body = bodies.user(asked, person)
    return {"id": body["id"], "name": body["name"], "username": body["username"], "email": "[REDACTED]"}


def _deployed(world: World, asked: Asked, one: Deployed, at: int) -> Delivery:
    where = world.company.repository_of(one.service)
    commit = world.commit(where, one.what.sha)
    body = {
        "object_kind": "deployment",
        "status": bodies.STATES[one.step.state],
        "status_changed_at": _local(one.step.at),
        "deployment_id": one.what.number,
        "deployable_id": one.what.number + 1,
        "deployable_url": bodies.web(asked, f"{where.path}/-/jobs/{one.what.number + 1}"),
        "environment": one.what.environment,
        "environment_tier": one.what.environment,
        "environment_slug": one.what.environment,
        "environment_external_url": None,
        "project": _project(asked, where),
        "ref": "main",
        "short_sha": one.what.sha[:8],
        "user": _user(asked, one.what.creator),
        "user_url": bodies.web(asked, "acme-deploy-bot"),
        "commit_url": bodies.web(asked, f"{where.path}/-/commit/{one.what.sha}"),
        "commit_title": commit.message.partition("\n")[0] if commit else "",
    }
    return _delivery(at, "Deployment Hook", body, one.what.number, one.step.state)


def _requested(asked: Asked, one: Requested, at: int) -> Delivery:
    attributes = bodies.request_body(asked, one.repository, one.what)
    body = {
        "object_kind": "merge_request",
        "event_type": "merge_request",
        "user": _user(asked, one.what.author),
        "project": _project(asked, one.repository),
        "object_attributes": {**attributes, "url": attributes["web_url"], "action": ACTIONS[one.action]},
        "labels": [],
        "changes": {"draft": {"previous": True, "current": False}} if one.action == "ready" else {},
    }
    return _delivery(at, "Merge Request Hook", body, one.what.identity, one.action)


def _built(asked: Asked, one: Built, at: int) -> Delivery:
    pipeline = bodies.pipeline_body(asked, one.repository, one.what)
    finished = one.what.finished_at
    more = {
        "created_at": _local(one.what.started_at),
        "finished_at": _local(finished) if finished else None,
        "duration": finished - one.what.started_at if finished else None,
        "url": pipeline["web_url"],
    }
    body = {
        "object_kind": "pipeline",
        "object_attributes": {**pipeline, **more},
        "user": _user(asked, DEPLOYER),
        "project": _project(asked, one.repository),
        "commit": {"id": one.what.sha},
        "builds": [],
    }
    return _delivery(at, "Pipeline Hook", body, one.what.number)


def _delivery(at: int, event: str, body: dict[str, Any], *about: object) -> Delivery:
    sent, number = encoded(body), identity("gitlab", event, *about)
    headers = {
        "content-type": "application/json",
        "user-agent": "GitLab/19.1.2-ee",
        "x-gitlab-event": event,
        "x-gitlab-event-uuid": number,
        "x-gitlab-webhook-uuid": identity("gitlab", "webhook"),
        "x-gitlab-instance": "https://gitlab.acme.example",
        "x-gitlab-token": SECRET,
        "idempotency-key": number,
        "webhook-id": number,
        "webhook-timestamp": str(at),
        "webhook-signature": standard(SIGNING_TOKEN, number, at, sent),
    }
    return Delivery("acme-gitlab", sent, headers)
