"""Commits and branches of a project."""

from __future__ import annotations

from typing import Any

from examples.acme.company.model import Repository
from examples.acme.company.moments import moment
from examples.acme.systems.asked import Asked, Reply, answer
from examples.acme.systems.gitlab.bodies import commit_body, request_body
from examples.acme.systems.gitlab.finding import ROOT, missing, named_commits, newest_first, project
from examples.acme.systems.gitlab.paging import page
from examples.acme.systems.router import Router
from examples.acme.systems.world import World

routes = Router()


@routes.get(f"{ROOT}/projects/{{identifier}}/repository/commits")
def commits(world: World, asked: Asked, identifier: str) -> Reply:
    found = project(world, identifier)
    if found is None:
        return missing("404 Project Not Found")
    wanted = named_commits(world, found, asked.get("ref_name") or "main") if found.commits else set()
    if wanted is None:
        return missing("404 Repository Not Found")
    since, until = asked.get("since"), asked.get("until")
    rows = [
        commit
        for commit in newest_first(found)
        if commit.sha in wanted
        and (not since or commit.committed_at >= moment(since))
        and (not until or commit.committed_at <= moment(until))
    ]
    reply = page(asked, rows, lambda commit: commit_body(asked, found, commit))
    # Commits are never counted.
    return Reply(
        status=reply.status,
        body=reply.body,
        headers={name: text for name, text in reply.headers.items() if not name.startswith("x-total")},
    )


@routes.get(f"{ROOT}/projects/{{identifier}}/repository/commits/{{sha}}/merge_requests")
def requests_of_commit(world: World, asked: Asked, identifier: str, sha: str) -> Reply:
    found = project(world, identifier)
    commit = world.commit(found, sha) if found else None
    if found is None or commit is None:
        return missing("404 Commit Not Found")
    request = world.request(found, commit.pull_request)
    return page(asked, [request] if request else [], lambda one: request_body(asked, found, one))


@routes.get(f"{ROOT}/projects/{{identifier}}/repository/branches")
def branches(world: World, asked: Asked, identifier: str) -> Reply:
    found = project(world, identifier)
    if found is None:
        return missing("404 Project Not Found")
    names = {"main": found.line[-1]} if found.line else {}
    names |= {one.branch: one.commits[-1].sha for one in found.pull_requests if one.closed_at is None}
    return page(asked, list(names.items()), lambda row: _branch(asked, world, found, *row))


@routes.get(f"{ROOT}/projects/{{identifier}}/repository/branches/{{name}}")
def one_branch(world: World, asked: Asked, identifier: str, name: str) -> Reply:
    found = project(world, identifier)
    if found is None or name != "main" or not found.line:
        return missing("404 Branch Not Found" if found else "404 Project Not Found")
    return answer(_branch(asked, world, found, name, found.line[-1]))


@routes.get(f"{ROOT}/projects/{{identifier}}/repository/tags", f"{ROOT}/projects/{{identifier}}/labels")
def nothing(world: World, asked: Asked, identifier: str) -> Reply:
    """Acme's projects on GitLab have no tags and no labels."""
    found = project(world, identifier)
    return page(asked, [], lambda one: one) if found else missing("404 Project Not Found")


def _branch(asked: Asked, world: World, found: Repository, name: str, sha: str) -> dict[str, Any]:
    commit = world.commit(found, sha)
    body = commit_body(asked, found, commit) if commit else None
    return {"name": name, "default": name == "main", "protected": name == "main", "merged": False, "commit": body}
