"""Deployments, environments and releases."""

from __future__ import annotations

from examples.acme.systems.asked import Asked, Reply, answer
from examples.acme.systems.github import bodies
from examples.acme.systems.github.paging import page
from examples.acme.systems.github.rest.finding import both, missing, read
from examples.acme.systems.router import Router
from examples.acme.systems.world import World

routes = Router()


@routes.get(*both("/deployments"))
def deployments(world: World, asked: Asked, owner: str, repo: str = "") -> Reply:
    where = read(asked, world, owner, repo)
    if isinstance(where, Reply):
        return where
    wanted = {name: asked.get(name) for name in ("environment", "sha")}
    found = [
        one
        for one in reversed(world.deployed(where, "deployments"))
        if wanted["environment"] in ("", one.environment) and wanted["sha"] in ("", one.sha)
    ]
    return page(asked, found, lambda one: bodies.deployment(asked, where, one), repository=where)


@routes.get(*both("/deployments/{number}"))
def deployment(world: World, asked: Asked, number: str, owner: str, repo: str = "") -> Reply:
    where = read(asked, world, owner, repo)
    if isinstance(where, Reply):
        return where
    one = next((one for one in world.deployed(where, "deployments") if str(one.number) == number), None)
    return answer(bodies.deployment(asked, where, one)) if one else missing()


@routes.get(*both("/deployments/{number}/statuses"))
def statuses(world: World, asked: Asked, number: str, owner: str, repo: str = "") -> Reply:
    where = read(asked, world, owner, repo)
    if isinstance(where, Reply):
        return where
    one = next((one for one in world.deployed(where, "deployments") if str(one.number) == number), None)
    if one is None:
        return missing()
    return page(asked, bodies.statuses(one), lambda row: bodies.status(asked, where, one, *row), repository=where)


@routes.get(*both("/environments"))
def environments(world: World, asked: Asked, owner: str, repo: str = "") -> Reply:
    where = read(asked, world, owner, repo)
    if isinstance(where, Reply):
        return where
    names = sorted({one.environment for one in world.deployed(where, "deployments")})
    return page(asked, names, lambda name: {"id": len(name), "name": name}, repository=where, wrap="environments")


@routes.get(*both("/releases"))
def releases(world: World, asked: Asked, owner: str, repo: str = "") -> Reply:
    where = read(asked, world, owner, repo)
    if isinstance(where, Reply):
        return where
    found = world.deployed(where, "releases")[::-1]
    return page(asked, found, lambda one: bodies.release(asked, where, one), repository=where)
