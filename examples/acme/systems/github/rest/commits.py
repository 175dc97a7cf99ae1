"""Commits: the history, one alone, its pull requests, and what lies between two."""

from __future__ import annotations

from collections.abc import Sequence

from examples.acme.company.model import Commit, Repository
from examples.acme.company.moments import moment
from examples.acme.systems.asked import Asked, Reply, answer
from examples.acme.systems.github import bodies
from examples.acme.systems.github.graph import between, history
from examples.acme.systems.github.paging import page
from examples.acme.systems.github.rest.finding import both, missing, read
from examples.acme.systems.router import Router
from examples.acme.systems.world import World

routes = Router()


@routes.get(*both("/commits"))
def commits(world: World, asked: Asked, owner: str, repo: str = "") -> Reply:
    where = read(asked, world, owner, repo)
    if isinstance(where, Reply):
        return where
    tip = world.commit(where, asked.get("sha") or "main")
    if tip is None:
        message = "Git Repository is empty." if not where.commits else "Not Found"
        return answer({"message": message}, 404 if where.commits else 409)
    since, until = asked.get("since"), asked.get("until")
    found = [
        commit
        for commit in history(world, where, tip.sha)
        if (not since or commit.committed_at >= moment(since)) and (not until or commit.committed_at <= moment(until))
    ]
    return page(asked, found, lambda commit: bodies.commit(asked, where, commit), repository=where)


@routes.get(*both("/commits/{sha}"))
def commit(world: World, asked: Asked, sha: str, owner: str, repo: str = "") -> Reply:
    where = read(asked, world, owner, repo)
    if isinstance(where, Reply):
        return where
    found = world.commit(where, sha)
    return answer(bodies.commit(asked, where, found)) if found else missing()


@routes.get(*both("/commits/{sha}/pulls"))
def pulls_of_commit(world: World, asked: Asked, sha: str, owner: str, repo: str = "") -> Reply:
    where = read(asked, world, owner, repo)
    if isinstance(where, Reply):
        return where
    found = world.commit(where, sha)
    if found is None:
        return answer({"message": f"No commit found for SHA: {sha}", "status": "422"}, 422)
    request = world.request(where, found.pull_request)
    body = [request] if request else []
    return page(asked, body, lambda one: bodies.pull_request(asked, where, one), repository=where)


@routes.get(*both("/compare/{basehead}"))
def compare(world: World, asked: Asked, basehead: str, owner: str, repo: str = "") -> Reply:
    where = read(asked, world, owner, repo)
    if isinstance(where, Reply):
        return where
    left, _, right = basehead.partition("...")
    base, head = world.commit(where, left), world.commit(where, right)
    if base is None or head is None:
        return missing()
    ahead, behind = between(world, where, base.sha, head.sha)
    listed = page(asked, ahead, lambda one: bodies.commit(asked, where, one), repository=where, wrap="commits")
    value = {
        "status": "diverged" if ahead and behind else "ahead" if ahead else "behind" if behind else "identical",
        "ahead_by": len(ahead),
        "behind_by": len(behind),
        "total_commits": len(ahead),
        "base_commit": bodies.commit(asked, where, base),
        "commits": _commits_of(asked, where, ahead),
        "files": [],
    }
    return answer(value, headers=listed.headers)


def _commits_of(asked: Asked, where: Repository, ahead: Sequence[Commit]) -> list[dict[str, object]]:
    size, number = min(asked.number("per_page", 250), 250), asked.number("page", 1)
    return [bodies.commit(asked, where, one) for one in ahead[(number - 1) * size : number * size]]
