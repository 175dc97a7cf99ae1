"""GitHub's REST API: what can be read of repositories, and who reads it."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from itertools import chain

from examples.acme.company.model import Commit, Issue, PullRequest, Repository
from examples.acme.company.moments import moment
from examples.acme.company.people import LINTER
from examples.acme.systems.asked import Asked, Reply, answer
from examples.acme.systems.github import bodies
from examples.acme.systems.github.graph import between, history
from examples.acme.systems.github.paging import page
from examples.acme.systems.router import Router
from examples.acme.systems.world import World

routes = Router()

REQUEST_COMMITS = 250
"""More commits of a pull request are not listed."""
RUNS = 1_000
"""More runs are not listed of a filtered search."""


def missing() -> Reply:
    return answer({"message": "Not Found", "documentation_url": "https://docs.github.com/rest", "status": "404"}, 404)


def find(world: World, owner: str, name: str = "") -> Repository | None:
    """By owner and name, or by number (`/repositories/7001`)."""
    return world.repository("github", f"{owner}/{name}" if name else owner)


def read(asked: Asked, world: World, owner: str, name: str) -> Repository | Reply:
    """The repository, a redirection if it was renamed, or 404."""
    found = find(world, owner, name)
    if found:
        return found
    renamed = world.renamed(f"{owner}/{name}")
    if renamed is None:
        return missing()
    rest = asked.path.split(f"{owner}/{name}", 1)[1]
    url = f"{asked.base}/api/v3/repositories/{renamed.number}{rest}" + (f"?{asked.query}" if asked.query else "")
    value = {"message": "Moved Permanently", "url": url, "documentation_url": "https://docs.github.com/rest"}
    return answer(value, 301, {"location": url})


def both(pattern: str) -> tuple[str, str]:
    """A path below a repository, named by owner and name or by number."""
    return f"/api/v3/repos/{{owner}}/{{repo}}{pattern}", f"/api/v3/repositories/{{owner}}{pattern}"


@routes.get("/api/v3/user")
def user(world: World, asked: Asked) -> Reply:
    del world
    return answer(bodies.user(asked, LINTER), headers={"x-oauth-scopes": "repo, read:org"})


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


def _request(world: World, asked: Asked, owner: str, repo: str, number: str) -> tuple[Repository, PullRequest] | Reply:
    where = read(asked, world, owner, repo)
    if isinstance(where, Reply):
        return where
    found = world.request(where, int(number)) if number.isdecimal() else None
    return (where, found) if found else missing()


@routes.get(*both("/pulls/{number}"))
def pull(world: World, asked: Asked, number: str, owner: str, repo: str = "") -> Reply:
    found = _request(world, asked, owner, repo, number)
    if isinstance(found, Reply):
        return found
    where, request = found
    body = bodies.pull_request(asked, where, request)
    return answer({**body, "merged": request.merged_at is not None, "commits": len(request.commits)})


@routes.get(*both("/pulls/{number}/reviews"))
def reviews(world: World, asked: Asked, number: str, owner: str, repo: str = "") -> Reply:
    found = _request(world, asked, owner, repo, number)
    if isinstance(found, Reply):
        return found
    where, request = found
    return page(asked, request.reviews, lambda one: bodies.review(asked, where, request, one), repository=where)


@routes.get(*both("/pulls/{number}/commits"))
def pull_commits(world: World, asked: Asked, number: str, owner: str, repo: str = "") -> Reply:
    found = _request(world, asked, owner, repo, number)
    if isinstance(found, Reply):
        return found
    where, request = found
    listed = request.commits[:REQUEST_COMMITS]
    return page(asked, listed, lambda one: bodies.commit(asked, where, one), repository=where)


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


@routes.get(*both("/deployments/{number}/statuses"))
def statuses(world: World, asked: Asked, number: str, owner: str, repo: str = "") -> Reply:
    where = read(asked, world, owner, repo)
    if isinstance(where, Reply):
        return where
    one = next((one for one in world.deployed(where, "deployments") if str(one.number) == number), None)
    if one is None:
        return missing()
    steps = list(enumerate(one.steps))[::-1]
    return page(asked, steps, lambda row: bodies.status(asked, where, one, *row), repository=where)


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
    rows = [bodies.run(asked, where, one, place) for place, one in enumerate(builds, start=1)]
    rows += [
        bodies.run(asked, where, one, place) for place, one in enumerate(world.deployed(where, "workflow"), start=1)
    ]
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


@routes.get(*both("/issues"))
def issues(world: World, asked: Asked, owner: str, repo: str = "") -> Reply:
    where = read(asked, world, owner, repo)
    if isinstance(where, Reply):
        return where
    state, since = asked.get("state", "open"), asked.get("since")
    labels = [name for name in asked.get("labels").split(",") if name]
    sort = "updated_at" if asked.get("sort") == "updated" else "created_at"
    bodies_of = chain(
        (_issue(asked, where, one) for one in where.issues),
        (bodies.request_as_issue(asked, where, one) for one in where.pull_requests),
    )
    found = [
        body
        for body in bodies_of
        if state in ("all", body["state"])
        and (not since or moment(body["updated_at"]) >= moment(since))
        and set(labels) <= {label["name"] for label in body["labels"]}
    ]
    found.sort(key=lambda body: (body[sort], body["number"]), reverse=asked.get("direction", "desc") == "desc")
    return page(asked, found, lambda body: body, repository=where)


def _issue(asked: Asked, where: Repository, one: Issue) -> dict[str, object]:
    return bodies.issue(asked, where, one)


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
