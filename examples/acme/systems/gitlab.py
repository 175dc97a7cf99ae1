"""GitLab's REST API, version 4, below `/api/v4`: groups, projects, merge requests, deployments, pipelines."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

from examples.acme.company.model import Build, Commit, Deployment, Person, PullRequest, Repository, Team
from examples.acme.company.moments import iso, moment, when
from examples.acme.company.people import LINTER, TEAMS
from examples.acme.systems.api import Api, Clock
from examples.acme.systems.asked import Asked, Reply, answer
from examples.acme.systems.cache import Cache
from examples.acme.systems.quota import Quota
from examples.acme.systems.router import Router
from examples.acme.systems.world import World

Item = TypeVar("Item")
routes = Router()
MOST = 100
DEEPEST = 50_000
"""No offset is larger."""
COUNTED = 10_000
"""Of longer lists nobody is told how long they are."""
ROOT = "/api/v4"
STATES = {
    "queued": "created",
    "running": "running",
    "success": "success",
    "failure": "failed",
    "cancelled": "canceled",
    "skipped": "skipped",
}


class GitLab(Api):
    """GitLab. A token is sent as `PRIVATE-TOKEN`, or as a bearer."""

    name = "gitlab"

    def __init__(
        self, world: World, cache: Cache, *, token: str, requests: int = 2_000, clock: Clock = time.time
    ) -> None:
        super().__init__(world, cache)
        self._token = token
        self.quota = Quota(requests, 60, clock)

    def is_known(self, asked: Asked) -> bool:
        bearer = asked.headers.get("authorization", "").partition(" ")[2].strip()
        return self._token in (asked.headers.get("private-token"), bearer)

    def unknown(self, asked: Asked) -> Reply:
        del asked
        return answer({"message": "401 Unauthorized"}, 401)

    def refusal(self, asked: Asked) -> Reply | None:
        del asked
        if self.quota.allows():
            return None
        headers = {"content-type": "text/plain", "retry-after": str(max(1, self.quota.wait))}
        return Reply(status=429, body=b"Retry later\n", headers={**headers, **self._headers()})

    def answer(self, world: World, asked: Asked) -> Reply:
        return routes.answer(world, asked) or missing("404 Not Found")

    def charge(self, asked: Asked, reply: Reply) -> Reply:
        del asked
        self.quota.spend(1)
        return reply.with_headers(self._headers())

    def _headers(self) -> dict[str, str]:
        quota = self.quota
        return {
            "ratelimit-limit": str(quota.limit),
            "ratelimit-name": "throttle_authenticated_api",
            "ratelimit-observed": str(quota.used),
            "ratelimit-remaining": str(quota.remaining),
            "ratelimit-reset": str(int(quota.reset_at)),
            "ratelimit-resettime": when(int(quota.reset_at)).strftime("%a, %d %b %Y %H:%M:%S GMT"),
        }


def missing(message: str) -> Reply:
    return answer({"message": message}, 404)


def bad(message: str) -> Reply:
    return answer({"error": message}, 400)


def stamp(at: int | None) -> str | None:
    """GitLab writes milliseconds."""
    return None if at is None else iso(at).replace("Z", ".000Z")


def local(at: int) -> str:
    """A commit's own time has its author's offset: here they all live two hours east."""
    return when(at + 7200).strftime("%Y-%m-%dT%H:%M:%S.000+02:00")


def page(asked: Asked, items: Sequence[Item], body: Callable[[Item], Any]) -> Reply:
    """One page of a list, by number or, where it is asked for, by key."""
    size = min(max(asked.number("per_page", 20), 1), MOST)
    if asked.get("pagination") == "keyset":
        return _keyset(asked, items, body, size)
    number = max(asked.number("page", 1), 1)
    if (number - 1) * size > DEEPEST:
        return answer({"error": "Offset pagination has a maximum allowed offset of 50000"}, 405)
    last = max(1, -(-len(items) // size))
    following = number + 1 if number < last else None
    headers = {
        "x-page": str(number),
        "x-per-page": str(size),
        "x-prev-page": str(number - 1) if number > 1 else "",
        "x-next-page": str(following or ""),
    }
    pages = {"prev": number - 1 if number > 1 else None, "next": following, "first": 1}
    if len(items) <= COUNTED:
        headers |= {"x-total": str(len(items)), "x-total-pages": str(last)}
        pages["last"] = last
    shown = [f'<{_url(asked, page=place)}>; rel="{name}"' for name, place in pages.items() if place]
    rows = [body(item) for item in items[(number - 1) * size : number * size]]
    return answer(rows, headers={**headers, "link": ", ".join(shown)})


def _keyset(asked: Asked, items: Sequence[Item], body: Callable[[Item], Any], size: int) -> Reply:
    """By a cursor that only the server understands: how many have been seen."""
    begin = asked.number("cursor", 0)
    rows = [body(item) for item in items[begin : begin + size]]
    more = begin + size < len(items)
    link = {"link": f'<{_url(asked, cursor=begin + size)}>; rel="next"'} if more else {}
    return answer(rows, headers=link)


def _url(asked: Asked, **changed: object) -> str:
    return asked.url("", per_page=asked.number("per_page", 20), **changed)


def web(asked: Asked, path: str) -> str:
    return f"{asked.base}/{path}"


def user(asked: Asked, person: Person) -> dict[str, Any]:
    login = person.login.replace("[bot]", "-bot")
    return {
        "id": zlib.crc32(login.encode()) % 100_000,
        "username": login,
        "name": person.name,
        "state": "active",
        "web_url": web(asked, login),
        "bot": person.is_bot,
    }


def within(at: int, asked: Asked, name: str) -> bool:
    """Whether a moment is between the parameters `…_after` and `…_before`."""
    after, before = asked.get(f"{name}_after"), asked.get(f"{name}_before")
    return (not after or at >= moment(after)) and (not before or at <= moment(before))


def in_order(asked: Asked, items: list[Item], fields: dict[str, Callable[[Item], int]], default: str) -> list[Item]:
    field = fields.get(asked.get("order_by", default), fields[default])
    is_falling = asked.get("sort", "desc") == "desc"
    return sorted(items, key=field, reverse=is_falling)


def project(world: World, identifier: str) -> Repository | None:
    return world.repository("gitlab", identifier)


def group_projects(world: World, identifier: str) -> list[Repository] | None:
    """The projects of a group and the groups in it; None where there is no such group."""
    named = {str(number): path for path, number in groups().items()}
    path = named.get(identifier, identifier)
    if path not in groups():
        return None
    return [found for found in world.company.of_host("gitlab") if found.path.startswith(f"{path}/")]


def groups() -> dict[str, int]:
    return {"acme": 500, **{f"acme/{team}": 501 + place for place, team in enumerate(TEAMS)}}


@routes.get(f"{ROOT}/user")
def current_user(world: World, asked: Asked) -> Reply:
    del world
    return answer(user(asked, LINTER))


@routes.get(f"{ROOT}/personal_access_tokens/self")
def token(world: World, asked: Asked) -> Reply:
    del asked
    return answer(
        {
            "id": 1,
            "name": "scorecard",
            "revoked": False,
            "created_at": stamp(world.company.starts_at),
            "scopes": ["read_api"],
            "user_id": 1,
            "active": True,
            "expires_at": None,
        }
    )


@routes.get(f"{ROOT}/version", f"{ROOT}/metadata")
def version(world: World, asked: Asked) -> Reply:
    del world, asked
    return answer({"version": "19.1.2-ee", "revision": "acme", "enterprise": True})


def _group(asked: Asked, path: str, number: int) -> dict[str, Any]:
    name = path.rpartition("/")[2]
    return {
        "id": number,
        "name": TEAMS.get(name, "Acme"),
        "path": name,
        "full_path": path,
        "parent_id": 500 if "/" in path else None,
        "visibility": "private",
        "web_url": web(asked, f"groups/{path}"),
    }


@routes.get(f"{ROOT}/groups")
def all_groups(world: World, asked: Asked) -> Reply:
    del world
    return page(asked, list(groups().items()), lambda row: _group(asked, *row))


@routes.get(f"{ROOT}/groups/{{identifier}}")
def group(world: World, asked: Asked, identifier: str) -> Reply:
    del world
    found = [row for row in groups().items() if identifier in (row[0], str(row[1]))]
    return answer(_group(asked, *found[0])) if found else missing("404 Group Not Found")


@routes.get(f"{ROOT}/groups/{{identifier}}/subgroups", f"{ROOT}/groups/{{identifier}}/descendant_groups")
def subgroups(world: World, asked: Asked, identifier: str) -> Reply:
    del world
    rows = [row for row in groups().items() if identifier in ("acme", "500") and "/" in row[0]]
    return page(asked, rows, lambda row: _group(asked, *row))


@routes.get(f"{ROOT}/groups/{{identifier}}/members")
def members(world: World, asked: Asked, identifier: str) -> Reply:
    teams: Sequence[Team] = [team for team in world.company.teams if identifier.endswith(team.name)]
    people = [person for team in teams or world.company.teams for person in team.people]
    return page(asked, people, lambda person: {**user(asked, person), "access_level": 30})


@routes.get(f"{ROOT}/groups/{{identifier}}/projects")
def projects_of_group(world: World, asked: Asked, identifier: str) -> Reply:
    found = group_projects(world, identifier)
    if found is None:
        return missing("404 Group Not Found")
    if asked.get("include_subgroups") != "true":
        path = {str(number): name for name, number in groups().items()}.get(identifier, identifier)
        found = [one for one in found if one.path.rpartition("/")[0] == path]
    return page(asked, _projects(asked, found), lambda one: _project(asked, one))


@routes.get(f"{ROOT}/projects")
def projects(world: World, asked: Asked) -> Reply:
    return page(asked, _projects(asked, world.company.of_host("gitlab")), lambda one: _project(asked, one))


def _projects(asked: Asked, found: list[Repository]) -> list[Repository]:
    after = asked.get("last_activity_after")
    active = [one for one in found if not after or _pushed(one) >= moment(after)]
    fields: dict[str, Callable[[Repository], int]] = {
        "id": lambda one: one.number,
        "created_at": lambda one: one.created_at,
        "last_activity_at": _pushed,
        "updated_at": _pushed,
    }
    return in_order(asked, active, fields, "created_at")


def _pushed(found: Repository) -> int:
    return max((commit.committed_at for commit in found.commits), default=found.created_at)


def _project(asked: Asked, found: Repository) -> dict[str, Any]:
    parent = found.path.rpartition("/")[0]
    return {
        "id": found.number,
        "name": found.name,
        "path": found.name,
        "path_with_namespace": found.path,
        "namespace": {"id": groups()[parent], "kind": "group", "full_path": parent},
        "default_branch": "main" if found.commits else None,
        "empty_repo": not found.commits,
        "visibility": "private",
        "archived": found.is_archived,
        "web_url": web(asked, found.path),
        "created_at": stamp(found.created_at),
        "last_activity_at": stamp(_pushed(found)),
    }


@routes.get(f"{ROOT}/projects/{{identifier}}")
def one_project(world: World, asked: Asked, identifier: str) -> Reply:
    found = project(world, identifier)
    return answer(_project(asked, found)) if found else missing("404 Project Not Found")


@routes.get(f"{ROOT}/projects/{{identifier}}/repository/commits")
def commits(world: World, asked: Asked, identifier: str) -> Reply:
    found = project(world, identifier)
    if found is None:
        return missing("404 Project Not Found")
    since, until = asked.get("since"), asked.get("until")
    wanted = _named(world, found, asked.get("ref_name", "main"))
    if wanted is None:
        return missing("404 Repository Not Found")
    rows = [
        commit
        for commit in newest_first(found)
        if commit.sha in wanted
        and (not since or commit.committed_at >= moment(since))
        and (not until or commit.committed_at <= moment(until))
    ]
    reply = page(asked, rows, lambda commit: _commit(asked, found, commit))
    # Commits are never counted.
    return Reply(
        status=reply.status,
        body=reply.body,
        headers={name: text for name, text in reply.headers.items() if not name.startswith("x-total")},
    )


def _named(world: World, found: Repository, revisions: str) -> set[str] | None:
    """What `ref_name` means: a branch, tag or commit, or a range of two; None where one is not there."""
    old, _, new = revisions.rpartition("..")
    ends = [world.commit(found, name) for name in (new, old) if name]
    if not all(ends):
        return None
    reached = [_reachable(found, end.sha) for end in ends if end]
    return reached[0].difference(*reached[1:])


def _reachable(found: Repository, sha: str) -> set[str]:
    parents = {commit.sha: commit.parents for commit in found.commits}
    reached: set[str] = set()
    waiting = [sha]
    while waiting:
        if (one := waiting.pop()) not in reached:
            reached.add(one)
            waiting.extend(parents.get(one, ()))
    return reached


def newest_first(found: Repository) -> list[Commit]:
    """Of commits of one moment, too, the child comes first."""
    commits = list(found.commits)
    commits.reverse()
    return sorted(commits, key=lambda commit: -commit.committed_at)


def _commit(asked: Asked, where: Repository, found: Commit) -> dict[str, Any]:
    author = {"name": found.author.name, "email": found.author.email}
    return {
        "id": found.sha,
        "short_id": found.sha[:8],
        "created_at": local(found.committed_at),
        "parent_ids": list(found.parents),
        "title": found.message.partition("\n")[0],
        "message": found.message,
        "author_name": author["name"],
        "author_email": author["email"],
        "authored_date": local(found.authored_at),
        "committer_name": author["name"],
        "committer_email": author["email"],
        "committed_date": local(found.committed_at),
        "trailers": {},
        "web_url": web(asked, f"{where.path}/-/commit/{found.sha}"),
    }


@routes.get(f"{ROOT}/projects/{{identifier}}/repository/commits/{{sha}}/merge_requests")
def requests_of_commit(world: World, asked: Asked, identifier: str, sha: str) -> Reply:
    found = project(world, identifier)
    commit = world.commit(found, sha) if found else None
    if found is None or commit is None:
        return missing("404 Commit Not Found")
    request = world.request(found, commit.pull_request)
    return page(asked, [request] if request else [], lambda one: _request(asked, found, one))


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
        return missing("404 Branch Not Found")
    return answer(_branch(asked, world, found, "main", found.line[-1]))


@routes.get(f"{ROOT}/projects/{{identifier}}/repository/tags")
def tags(world: World, asked: Asked, identifier: str) -> Reply:
    found = project(world, identifier)
    if found is None:
        return missing("404 Project Not Found")
    rows = [(name, commit) for name, sha in found.tags if (commit := world.commit(found, sha))]
    rows.sort(key=lambda row: row[1].committed_at, reverse=True)
    return page(asked, rows, lambda row: _tag(asked, found, *row))


def _tag(asked: Asked, where: Repository, name: str, commit: Commit) -> dict[str, Any]:
    """A light one: it has no date of its own."""
    return {"name": name, "target": commit.sha, "created_at": None, "commit": _commit(asked, where, commit)}


def _branch(asked: Asked, world: World, found: Repository, name: str, sha: str) -> dict[str, Any]:
    commit = world.commit(found, sha)
    body = _commit(asked, found, commit) if commit else None
    return {"name": name, "default": name == "main", "protected": name == "main", "merged": False, "commit": body}


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
        and within(_updated(one), asked, "updated")
        and (not _asks_finished(asked) or (one.finished_at and within(one.finished_at, asked, "finished")))
    ]
    fields: dict[str, Callable[[tuple[int, Deployment]], int]] = {
        "id": lambda row: row[1].number,
        "iid": lambda row: row[0],
        "created_at": lambda row: row[1].created_at,
        "updated_at": lambda row: _updated(row[1]),
        "finished_at": lambda row: row[1].finished_at or 0,
    }
    field = fields.get(asked.get("order_by", "id"), fields["id"])
    ordered = sorted(rows, key=field, reverse=asked.get("sort", "asc") == "desc")
    return page(asked, ordered, lambda row: _deployment(asked, world, found, *row))


def _asks_finished(asked: Asked) -> bool:
    return bool(asked.get("finished_after") or asked.get("finished_before"))


def _updated(found: Deployment) -> int:
    return found.steps[-1].at if found.steps else found.created_at


def _deployment(asked: Asked, world: World, where: Repository, place: int, found: Deployment) -> dict[str, Any]:
    commit = world.commit(where, found.sha)
    status = STATES[found.outcome]
    finished = stamp(found.finished_at)
    return {
        "id": found.number,
        "iid": place,
        "ref": "main",
        "sha": found.sha,
        "created_at": stamp(found.created_at),
        "updated_at": stamp(_updated(found)),
        "finished_at": finished,
        "status": status,
        "user": user(asked, found.creator),
        "environment": {
            "id": where.number * 10 + len(found.environment) % 10,
            "name": found.environment,
            "slug": found.environment,
            "external_url": None,
        },
        "deployable": {
            "id": found.number + 1,
            "name": f"deploy-{found.environment}",
            "stage": "deploy",
            "status": status,
            "ref": "main",
            "created_at": stamp(found.created_at),
            "started_at": stamp(found.created_at),
            "finished_at": finished,
            "commit": _commit(asked, where, commit) if commit else None,
            "pipeline": {"id": found.number + 2, "sha": found.sha, "ref": "main", "status": status, "source": "push"},
            "web_url": web(asked, f"{where.path}/-/jobs/{found.number + 1}"),
        },
    }


@routes.get(f"{ROOT}/projects/{{identifier}}/environments")
def environments(world: World, asked: Asked, identifier: str) -> Reply:
    found = project(world, identifier)
    if found is None:
        return missing("404 Project Not Found")
    names = sorted({one.environment for one in world.deployed(found, "environments")})
    rows = [(place, name) for place, name in enumerate(names, start=1)]
    return page(asked, rows, lambda row: _environment(found, *row))


def _environment(found: Repository, place: int, name: str) -> dict[str, Any]:
    return {
        "id": found.number * 10 + place,
        "name": name,
        "slug": name,
        "state": "available",
        "tier": name,
        "external_url": None,
        "created_at": stamp(found.created_at),
    }


@routes.get(f"{ROOT}/groups/{{identifier}}/merge_requests")
def requests_of_group(world: World, asked: Asked, identifier: str) -> Reply:
    found = group_projects(world, identifier)
    if found is None:
        return missing("404 Group Not Found")
    return _requests(asked, [(where, one) for where in found for one in where.pull_requests])


@routes.get(f"{ROOT}/projects/{{identifier}}/merge_requests")
def requests_of_project(world: World, asked: Asked, identifier: str) -> Reply:
    found = project(world, identifier)
    if found is None:
        return missing("404 Project Not Found")
    return _requests(asked, [(found, one) for one in found.pull_requests])


def _requests(asked: Asked, rows: list[tuple[Repository, PullRequest]]) -> Reply:
    state = asked.get("state", "all")
    wanted = [
        row
        for row in rows
        if state in ("all", _state(row[1])) and within(row[1].updated_at, asked, "updated")
        and within(row[1].created_at, asked, "created")
    ]  # fmt: skip
    fields: dict[str, Callable[[tuple[Repository, PullRequest]], int]] = {
        "created_at": lambda row: row[1].created_at,
        "updated_at": lambda row: row[1].updated_at,
        "merged_at": lambda row: row[1].merged_at or 0,
    }
    return page(asked, in_order(asked, wanted, fields, "created_at"), lambda row: _request(asked, *row))


def _state(found: PullRequest) -> str:
    return "merged" if found.merged_at else "closed" if found.closed_at else "opened"


def _request(asked: Asked, where: Repository, found: PullRequest) -> dict[str, Any]:
    is_merged = found.merged_at is not None
    return {
        "id": found.identity,
        "iid": found.number,
        "project_id": where.number,
        "title": f"Draft: {found.title}" if found.ready_at is None else found.title,
        "description": found.body,
        "state": _state(found),
        "created_at": stamp(found.created_at),
        "updated_at": stamp(found.updated_at),
        "merged_at": stamp(found.merged_at),
        "closed_at": stamp(found.closed_at) if not is_merged else None,
        "prepared_at": stamp(found.created_at),
        "target_branch": "main",
        "source_branch": found.branch,
        "author": user(asked, found.author),
        "assignees": [],
        "reviewers": [],
        "source_project_id": where.number,
        "target_project_id": where.number,
        "labels": list(found.labels),
        "draft": found.ready_at is None,
        "work_in_progress": found.ready_at is None,
        "merge_user": user(asked, found.author) if is_merged else None,
        "sha": found.commits[-1].sha,
        # A fast-forward leaves no commit of its own: what was merged is `sha`.
        "merge_commit_sha": found.merge_sha if is_merged and found.method == "merge" else None,
        "squash_commit_sha": found.merge_sha if is_merged and found.method == "squash" else None,
        "squash": found.method == "squash",
        "user_notes_count": len(found.reviews),
        "references": {
            "short": f"!{found.number}",
            "relative": f"!{found.number}",
            "full": f"{where.path}!{found.number}",
        },
        "web_url": web(asked, f"{where.path}/-/merge_requests/{found.number}"),
    }


def _found(world: World, identifier: str, number: str) -> tuple[Repository, PullRequest] | None:
    where = project(world, identifier)
    found = world.request(where, int(number)) if where and number.isdecimal() else None
    return (where, found) if where and found else None


REQUEST = f"{ROOT}/projects/{{identifier}}/merge_requests/{{number}}"


@routes.get(REQUEST)
def one_request(world: World, asked: Asked, identifier: str, number: str) -> Reply:
    found = _found(world, identifier, number)
    return answer(_request(asked, *found)) if found else missing("404 Not found")


@routes.get(f"{REQUEST}/commits")
def request_commits(world: World, asked: Asked, identifier: str, number: str) -> Reply:
    found = _found(world, identifier, number)
    if found is None:
        return missing("404 Not found")
    where, request = found
    return page(asked, request.commits[::-1], lambda one: _commit(asked, where, one))


@routes.get(f"{REQUEST}/notes")
def notes(world: World, asked: Asked, identifier: str, number: str) -> Reply:
    found = _found(world, identifier, number)
    if found is None:
        return missing("404 Not found")
    fields: dict[str, Callable[[Note], int]] = {"created_at": lambda row: row.at, "updated_at": lambda row: row.at}
    ordered = in_order(asked, _notes(found[1]), fields, "created_at")
    return page(asked, ordered, lambda row: _note(asked, found[1], row))


class Note(NamedTuple):
    """A note on a merge request; `system`: GitLab wrote it down itself."""

    number: int
    author: Person
    at: int
    text: str
    system: bool


def _notes(request: PullRequest) -> list[Note]:
    """What was said, and that it was approved or became ready."""
    rows = [
        Note(one.number * 2, one.author, one.submitted_at, "approved this merge request", True)
        if one.state == "APPROVED"
        else Note(one.number * 2, one.author, one.submitted_at, "Please look at this.", False)
        for one in request.reviews
    ]
    if request.was_draft and request.ready_at is not None:
        text = "marked this merge request as **ready**"
        rows.append(Note(request.identity * 20 + 9, request.author, request.ready_at, text, True))
    return rows


def _note(asked: Asked, request: PullRequest, note: Note) -> dict[str, Any]:
    return {
        "id": note.number,
        "type": None,
        "body": note.text,
        "author": user(asked, note.author),
        "created_at": stamp(note.at),
        "updated_at": stamp(note.at),
        "system": note.system,
        "noteable_id": request.identity,
        "noteable_type": "MergeRequest",
        "noteable_iid": request.number,
        "resolvable": False,
        "internal": False,
    }


@routes.get(f"{REQUEST}/approvals")
def approvals(world: World, asked: Asked, identifier: str, number: str) -> Reply:
    found = _found(world, identifier, number)
    if found is None:
        return missing("404 Not found")
    rows = [one for one in found[1].reviews if one.state == "APPROVED"]
    return answer(
        {
            "id": found[1].identity,
            "iid": found[1].number,
            "approved": bool(rows),
            "approvals_required": 0,
            "approvals_left": 0,
            "approved_by": [{"user": user(asked, one.author), "approved_at": stamp(one.submitted_at)} for one in rows],
        }
    )


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
    return page(asked, in_order(asked, rows, fields, "id"), lambda one: _pipeline(asked, found, one))


def _pipeline(asked: Asked, where: Repository, found: Build) -> dict[str, Any]:
    return {
        "id": found.number,
        "iid": found.number % 100_000 - 50_000,
        "project_id": where.number,
        "sha": found.sha,
        "ref": "main",
        "status": STATES[found.status],
        "source": "push",
        "created_at": stamp(found.started_at),
        "updated_at": stamp(found.finished_at or found.started_at),
        "web_url": web(asked, f"{where.path}/-/pipelines/{found.number}"),
    }


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
    return answer({**_pipeline(asked, found, build), **more})


@routes.get(f"{ROOT}/groups/{{identifier}}/issues", f"{ROOT}/projects/{{identifier}}/issues")
def issues(world: World, asked: Asked, identifier: str) -> Reply:
    """Acme keeps its issues elsewhere."""
    is_known = group_projects(world, identifier) is not None or project(world, identifier)
    return page(asked, [], lambda one: one) if is_known else missing("404 Not Found")


@routes.get(f"{ROOT}/projects/{{identifier}}/releases")
def releases(world: World, asked: Asked, identifier: str) -> Reply:
    return page(asked, [], lambda one: one) if project(world, identifier) else missing("404 Project Not Found")
