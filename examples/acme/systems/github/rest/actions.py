"""Workflows and their runs."""

from __future__ import annotations

from examples.acme.company.model import Repository
from examples.acme.company.moments import moment
from examples.acme.systems.asked import Asked, Reply, answer
from examples.acme.systems.github import bodies
from examples.acme.systems.github.paging import page
from examples.acme.systems.github.rest.finding import both, missing, read
from examples.acme.systems.router import Router
from examples.acme.systems.world import World

routes = Router()


RUNS = 1_000
"""More runs are not listed of a filtered search."""


@routes.get(*both("/actions/workflows"))
def workflows(world: World, asked: Asked, owner: str, repo: str = "") -> Reply:
    where = read(asked, world, owner, repo)
    if isinstance(where, Reply):
        return where
    names = [bodies.CI] if where.builds else []
    names += [bodies.DEPLOY] if world.deployed(where, "workflow") else []
    return page(asked, names, lambda name: _workflow(where, name), repository=where, wrap="workflows")


def _workflow(where: Repository, path: str) -> dict[str, object]:
    number, name = bodies.WORKFLOWS[path]
    return {
        "id": where.number * 10 + number,
        "name": name,
        "path": f".github/workflows/{path}",
        "state": "active",
    }


@routes.get(*both("/actions/runs/{number}"))
def one_run(world: World, asked: Asked, number: str, owner: str, repo: str = "") -> Reply:
    where = read(asked, world, owner, repo)
    if isinstance(where, Reply):
        return where
    body = next((body for body in _runs(world, asked, where) if str(body["id"]) == number), None)
    return answer(body) if body else missing()


@routes.get(*both("/actions/runs"))
@routes.get(*both("/actions/workflows/{workflow}/runs"))
def runs(world: World, asked: Asked, owner: str, repo: str = "", workflow: str = "") -> Reply:
    where = read(asked, world, owner, repo)
    if isinstance(where, Reply):
        return where
    found = [body for body in _runs(world, asked, where) if _is_wanted(asked, body, workflow)]
    return page(asked, found[:RUNS], lambda body: body, repository=where, wrap="workflow_runs")


def _runs(world: World, asked: Asked, where: Repository) -> list[dict[str, str]]:
    service = world.service_of(where)
    builds = () if service and service.job else where.builds
    rows = [bodies.run(asked, where, one) for one in builds]
    rows += [bodies.run(asked, where, one) for one in world.deployed(where, "workflow")]
    return sorted(rows, key=lambda body: (body["created_at"], body["id"]), reverse=True)


def _is_wanted(asked: Asked, body: dict[str, str], workflow: str) -> bool:
    status, created = asked.get("status"), asked.get("created")
    return (
        (not workflow or workflow in (str(body["workflow_id"]), body["path"].rpartition("/")[2]))
        and asked.get("branch") in ("", body["head_branch"])
        and asked.get("event") in ("", body["event"])
        and asked.get("head_sha") in ("", body["head_sha"])
        and (not status or status in (body["status"], body["conclusion"]))
        and (not created or _is_in(moment(body["created_at"]), created))
    )


def _is_in(at: int, text: str) -> bool:
    """Whether a moment is in a range of GitHub's search: `>=A`, `>A`, `<=B`, `<B`, `A..B`, `A..*`, `*..B`."""
    for sign, fits in ((">=", int.__ge__), ("<=", int.__le__), (">", int.__gt__), ("<", int.__lt__)):
        if text.startswith(sign):
            return bool(fits(at, moment(text.removeprefix(sign))))
    low, dots, high = text.partition("..")
    if not dots:
        return moment(low) == at
    return (low == "*" or at >= moment(low)) and (high == "*" or at <= moment(high))
