"""Deployments, environments, pipelines; and the lists that are empty at Acme."""

from __future__ import annotations

from collections.abc import Callable

from examples.acme.company.model import Build, Deployment
from examples.acme.systems.asked import Asked, Reply, answer
from examples.acme.systems.gitlab.bodies import (
    STATES,
    deployment_body,
    environment_body,
    pipeline_body,
    request_body,
    stamp,
    updated_at,
)
from examples.acme.systems.gitlab.finding import ROOT, group_projects, missing, project
from examples.acme.systems.gitlab.paging import in_order, page, within
from examples.acme.systems.router import Router
from examples.acme.systems.world import World

routes = Router()


@routes.get(f"{ROOT}/projects/{{identifier}}/deployments")
def deployments(world: World, asked: Asked, identifier: str) -> Reply:
    found = project(world, identifier)
    if found is None:
        return missing("404 Project Not Found")
    rows = [
        (place, one)
        for place, one in enumerate(world.deployed(found, "environments"), start=1)
        if asked.get("environment") in ("", one.environment)
        and asked.get("status") in ("", STATES[one.outcome])
        and within(updated_at(one), asked, "updated")
        and (not _asks_finished(asked) or (one.finished_at and within(one.finished_at, asked, "finished")))
    ]
    fields: dict[str, Callable[[tuple[int, Deployment]], int]] = {
        "id": lambda row: row[1].number,
        "iid": lambda row: row[0],
        "created_at": lambda row: row[1].created_at,
        "updated_at": lambda row: updated_at(row[1]),
        "finished_at": lambda row: row[1].finished_at or 0,
    }
    field = fields.get(asked.get("order_by", "id"), fields["id"])
    ordered = sorted(rows, key=field, reverse=asked.get("sort", "asc") == "desc")
    return page(asked, ordered, lambda row: deployment_body(asked, world, found, *row))


def _asks_finished(asked: Asked) -> bool:
    return bool(asked.get("finished_after") or asked.get("finished_before"))


@routes.get(f"{ROOT}/projects/{{identifier}}/deployments/{{number}}/merge_requests")
def requests_of_deployment(world: World, asked: Asked, identifier: str, number: str) -> Reply:
    """What a deployment was the first to bring."""
    found = project(world, identifier)
    one = next(
        (one for one in (world.deployed(found, "environments") if found else ()) if str(one.number) == number), None
    )
    if found is None or one is None:
        return missing("404 Not found")
    requests = [request for key in one.ships if key.isdecimal() and (request := world.request(found, int(key)))]
    return page(asked, requests, lambda request: request_body(asked, found, request))


@routes.get(f"{ROOT}/projects/{{identifier}}/environments")
def environments(world: World, asked: Asked, identifier: str) -> Reply:
    found = project(world, identifier)
    if found is None:
        return missing("404 Project Not Found")
    names = sorted({one.environment for one in world.deployed(found, "environments")})
    rows = [(place, name) for place, name in enumerate(names, start=1)]
    return page(asked, rows, lambda row: environment_body(found, *row))


@routes.get(f"{ROOT}/projects/{{identifier}}/pipelines")
def pipelines(world: World, asked: Asked, identifier: str) -> Reply:
    found = project(world, identifier)
    if found is None:
        return missing("404 Project Not Found")
    service = world.service_of(found)
    rows = [
        one
        for one in (() if service and service.job else found.builds)
        if within(one.finished_at or one.started_at, asked, "updated")
        and asked.get("ref") in ("", "main")
        and asked.get("status") in ("", STATES[one.status])
        and asked.get("sha") in ("", one.sha)
    ]
    fields: dict[str, Callable[[Build], int]] = {
        "id": lambda one: one.number,
        "updated_at": lambda one: one.finished_at or one.started_at,
    }
    return page(asked, in_order(asked, rows, fields, "id"), lambda one: pipeline_body(asked, found, one))


@routes.get(f"{ROOT}/projects/{{identifier}}/pipelines/{{number}}")
def one_pipeline(world: World, asked: Asked, identifier: str, number: str) -> Reply:
    found = project(world, identifier)
    build = next((one for one in (found.builds if found else ()) if str(one.number) == number), None)
    if found is None or build is None:
        return missing("404 Not found")
    ended = build.finished_at
    more = {
        "started_at": stamp(build.started_at),
        "finished_at": stamp(ended),
        "duration": ended - build.started_at if ended else None,
    }
    return answer({**pipeline_body(asked, found, build), **more})


@routes.get(f"{ROOT}/groups/{{identifier}}/issues", f"{ROOT}/projects/{{identifier}}/issues")
def issues(world: World, asked: Asked, identifier: str) -> Reply:
    """Acme keeps its issues elsewhere."""
    is_known = group_projects(world, identifier) is not None or project(world, identifier)
    return page(asked, [], lambda one: one) if is_known else missing("404 Not Found")


@routes.get(f"{ROOT}/projects/{{identifier}}/releases")
def releases(world: World, asked: Asked, identifier: str) -> Reply:
    return page(asked, [], lambda one: one) if project(world, identifier) else missing("404 Project Not Found")
