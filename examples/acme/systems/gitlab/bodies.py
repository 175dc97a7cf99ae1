"""GitLab's objects as its API shows them, and how it writes times."""

from __future__ import annotations

import zlib
from typing import Any, NamedTuple

from examples.acme.company.model import Build, Commit, Deployment, Person, PullRequest, Repository
from examples.acme.company.moments import iso, when
from examples.acme.company.people import TEAMS
from examples.acme.systems.asked import Asked
from examples.acme.systems.world import World

STATES = {
    "queued": "created",
    "running": "running",
    "success": "success",
    "failure": "failed",
    "cancelled": "canceled",
    "skipped": "skipped",
}


def stamp(at: int | None) -> str | None:
    """GitLab writes milliseconds."""
    return None if at is None else iso(at).replace("Z", ".000Z")


def local(at: int) -> str:
    """A commit's own time has its author's offset: here they all live two hours east."""
    return when(at + 7200).strftime("%Y-%m-%dT%H:%M:%S.000+02:00")


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


def groups() -> dict[str, int]:
    return {"acme": 500, **{f"acme/{team}": 501 + place for place, team in enumerate(TEAMS)}}


def group_body(asked: Asked, path: str, number: int) -> dict[str, Any]:
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


def pushed_at(found: Repository) -> int:
    return max((commit.committed_at for commit in found.commits), default=found.created_at)


def project_body(asked: Asked, found: Repository) -> dict[str, Any]:
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
        "last_activity_at": stamp(pushed_at(found)),
    }


def commit_body(asked: Asked, where: Repository, found: Commit) -> dict[str, Any]:
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


def updated_at(found: Deployment) -> int:
    return found.steps[-1].at if found.steps else found.created_at


def deployment_body(asked: Asked, world: World, where: Repository, place: int, found: Deployment) -> dict[str, Any]:
    commit = world.commit(where, found.sha)
    status = STATES[found.outcome]
    finished = stamp(found.finished_at)
    return {
        "id": found.number,
        "iid": place,
        "ref": "main",
        "sha": found.sha,
        "created_at": stamp(found.created_at),
        "updated_at": stamp(updated_at(found)),
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
            "commit": commit_body(asked, where, commit) if commit else None,
            "pipeline": {"id": found.number + 2, "sha": found.sha, "ref": "main", "status": status, "source": "push"},
            "web_url": web(asked, f"{where.path}/-/jobs/{found.number + 1}"),
        },
    }


def environment_body(found: Repository, place: int, name: str) -> dict[str, Any]:
    return {
        "id": found.number * 10 + place,
        "name": name,
        "slug": name,
        "state": "available",
        "tier": name,
        "external_url": None,
        "created_at": stamp(found.created_at),
    }


def request_state(found: PullRequest) -> str:
    return "merged" if found.merged_at else "closed" if found.closed_at else "opened"


def request_body(asked: Asked, where: Repository, found: PullRequest) -> dict[str, Any]:
    is_merged = found.merged_at is not None
    return {
        "id": found.identity,
        "iid": found.number,
        "project_id": where.number,
        "title": f"Draft: {found.title}" if found.ready_at is None else found.title,
        "description": found.body,
        "state": request_state(found),
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


class Note(NamedTuple):
    """A note on a merge request; `system`: GitLab wrote it down itself."""

    number: int
    author: Person
    at: int
    text: str
    system: bool


def note_body(asked: Asked, request: PullRequest, note: Note) -> dict[str, Any]:
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


def pipeline_body(asked: Asked, where: Repository, found: Build) -> dict[str, Any]:
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
