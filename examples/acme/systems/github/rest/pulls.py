"""Pull requests with their reviews and commits."""

from __future__ import annotations

from examples.acme.systems.asked import Asked, Reply, answer
from examples.acme.systems.github import bodies
from examples.acme.systems.github.paging import page
from examples.acme.systems.github.rest.finding import both, read, read_request
from examples.acme.systems.router import Router
from examples.acme.systems.world import World

routes = Router()


REQUEST_COMMITS = 250
"""More commits of a pull request are not listed."""


@routes.get(*both("/pulls"))
def pulls(world: World, asked: Asked, owner: str, repo: str = "") -> Reply:
    where = read(asked, world, owner, repo)
    if isinstance(where, Reply):
        return where
    state, sort = asked.get("state", "open"), asked.get("sort", "created")
    found = [one for one in where.pull_requests if state == "all" or (one.closed_at is None) == (state == "open")]
    found.sort(key=lambda one: (one.updated_at if sort == "updated" else one.created_at, one.number))
    # Without a sort, or by creation, the newest come first; by anything else the oldest.
    direction = asked.get("direction", "desc" if sort == "created" else "asc")
    ordered = found[::-1] if direction == "desc" else found
    return page(asked, ordered, lambda one: bodies.pull_request(asked, where, one), repository=where)


@routes.get(*both("/pulls/{number}"))
def pull(world: World, asked: Asked, number: str, owner: str, repo: str = "") -> Reply:
    found = read_request(world, asked, owner, repo, number)
    if isinstance(found, Reply):
        return found
    where, request = found
    body = bodies.pull_request(asked, where, request)
    return answer({**body, "merged": request.merged_at is not None, "commits": len(request.commits)})


@routes.get(*both("/pulls/{number}/reviews"))
def reviews(world: World, asked: Asked, number: str, owner: str, repo: str = "") -> Reply:
    found = read_request(world, asked, owner, repo, number)
    if isinstance(found, Reply):
        return found
    where, request = found
    return page(asked, request.reviews, lambda one: bodies.review(asked, where, request, one), repository=where)


@routes.get(*both("/pulls/{number}/commits"))
def pull_commits(world: World, asked: Asked, number: str, owner: str, repo: str = "") -> Reply:
    found = read_request(world, asked, owner, repo, number)
    if isinstance(found, Reply):
        return found
    where, request = found
    listed = request.commits[:REQUEST_COMMITS]
    return page(asked, listed, lambda one: bodies.commit(asked, where, one), repository=where)
