"""Who reads, the organisation, and each repository with its branches and tags."""

from __future__ import annotations

import base64

from examples.acme.company.model import Repository
from examples.acme.company.people import LINTER
from examples.acme.systems.asked import Asked, Reply, answer
from examples.acme.systems.github import bodies
from examples.acme.systems.github.paging import page
from examples.acme.systems.github.rest.finding import both, missing, read
from examples.acme.systems.router import Router
from examples.acme.systems.world import World

routes = Router()


@routes.get("/api/v3/user")
def user(world: World, asked: Asked) -> Reply:
    del world
    return answer(bodies.user(asked, LINTER))


@routes.get("/api/v3/orgs/{organisation}/repos")
def repositories(world: World, asked: Asked, organisation: str) -> Reply:
    if organisation != "acme":
        return missing()
    return page(asked, world.company.of_host("github"), lambda found: bodies.repository(asked, found))


@routes.get("/api/v3/orgs/{organisation}/teams")
def teams(world: World, asked: Asked, organisation: str) -> Reply:
    if organisation != "acme":
        return missing()
    return page(asked, world.company.teams, lambda found: bodies.team(asked, found))


@routes.get(*both(""))
def repository(world: World, asked: Asked, owner: str, repo: str = "") -> Reply:
    found = read(asked, world, owner, repo)
    return found if isinstance(found, Reply) else answer(bodies.repository(asked, found))


@routes.get(*both("/branches"))
def branches(world: World, asked: Asked, owner: str, repo: str = "") -> Reply:
    where = read(asked, world, owner, repo)
    if isinstance(where, Reply):
        return where
    named = [("main", where.line[-1])] if where.line else []
    named += [(one.branch, one.commits[-1].sha) for one in where.pull_requests if one.closed_at is None]
    return page(asked, named, lambda row: _named(asked, where, *row, protected=row[0] == "main"), repository=where)


@routes.get(*both("/tags"))
def tags(world: World, asked: Asked, owner: str, repo: str = "") -> Reply:
    where = read(asked, world, owner, repo)
    if isinstance(where, Reply):
        return where
    return page(asked, where.tags[::-1], lambda row: _named(asked, where, *row), repository=where)


def _named(asked: Asked, where: Repository, name: str, sha: str, **more: object) -> dict[str, object]:
    url = bodies.api(asked, f"repos/{where.path}/commits/{sha}")
    return {"name": name, "commit": {"sha": sha, "url": url}, **more}


@routes.get(*both("/contents/CODEOWNERS"))
def code_owners(world: World, asked: Asked, owner: str, repo: str = "") -> Reply:
    where = read(asked, world, owner, repo)
    if isinstance(where, Reply):
        return where
    service = world.service_of(where)
    if service is None:
        return missing()
    text = f"* @acme/{service.team}\n".encode()
    return answer(
        {
            "type": "file",
            "encoding": "base64",
            "size": len(text),
            "name": "CODEOWNERS",
            "path": "CODEOWNERS",
            "content": base64.b64encode(text).decode(),
        }
    )
