"""GitHub's objects as its REST API shows them: the fields that somebody may want, under their own names."""

from __future__ import annotations

import base64
import hashlib
import zlib
from typing import Any

from examples.acme.company.model import (
    Build,
    Commit,
    Deployment,
    Issue,
    Person,
    PullRequest,
    Repository,
    Review,
    Step,
    Team,
)
from examples.acme.company.moments import iso
from examples.acme.systems.asked import Asked

STATES = {
    "queued": "queued",
    "running": "in_progress",
    "success": "success",
    "failure": "failure",
    "inactive": "inactive",
    "skipped": "inactive",
}
"""What a deployment's step is called."""

CI, DEPLOY = "ci.yml", "deploy.yml"
WORKFLOWS = {CI: (1, "CI"), DEPLOY: (2, "Deploy")}


def node_id(kind: str, number: int | str) -> str:
    """GitHub's opaque global ids."""
    return f"{kind}_{base64.urlsafe_b64encode(str(number).encode()).decode().rstrip('=')}"


def optional(at: int | None) -> str | None:
    return None if at is None else iso(at)


def web(asked: Asked, path: str) -> str:
    """The address of a page for people."""
    return f"{asked.base}/{path}"


def api(asked: Asked, path: str) -> str:
    return f"{asked.base}/api/v3/{path}"


def user(asked: Asked, person: Person) -> dict[str, Any]:
    number = zlib.crc32(person.login.encode())
    return {
        "login": person.login,
        "id": number,
        "node_id": node_id("BOT" if person.is_bot else "U", number),
        "url": api(asked, f"users/{person.login}"),
        "html_url": web(asked, person.login.replace("[bot]", "") if not person.is_bot else f"apps/{person.login[:-5]}"),
        "type": "Bot" if person.is_bot else "User",
        "site_admin": False,
    }


def repository(asked: Asked, found: Repository) -> dict[str, Any]:
    owner = found.path.partition("/")[0]
    pushed = max((commit.committed_at for commit in found.commits), default=found.created_at)
    return {
        "id": found.number,
        "node_id": node_id("R", found.number),
        "name": found.name,
        "full_name": found.path,
        "private": True,
        "owner": {"login": owner, "id": 77, "type": "Organization"},
        "html_url": web(asked, found.path),
        "url": api(asked, f"repos/{found.path}"),
        "fork": False,
        "created_at": iso(found.created_at),
        "updated_at": iso(pushed),
        "pushed_at": iso(pushed),
        "size": len(found.commits),
        "archived": found.is_archived,
        "disabled": False,
        "visibility": "private",
        "default_branch": "main",
        "topics": [],
    }


def team(asked: Asked, found: Team) -> dict[str, Any]:
    number = zlib.crc32(found.name.encode()) % 100_000
    return {
        "id": number,
        "node_id": node_id("T", number),
        "name": found.title,
        "slug": found.name,
        "description": "",
        "privacy": "closed",
        "permission": "push",
        "parent": {"id": 1, "name": "Engineering", "slug": "engineering"},
        "url": api(asked, f"organizations/77/team/{number}"),
        "html_url": web(asked, f"orgs/acme/teams/{found.name}"),
    }


def commit(asked: Asked, where: Repository, found: Commit) -> dict[str, Any]:
    person = {"name": found.author.name, "email": found.author.email}
    return {
        "sha": found.sha,
        "node_id": node_id("C", found.sha),
        "commit": {
            "author": {**person, "date": iso(found.authored_at)},
            "committer": {**person, "date": iso(found.committed_at)},
            "message": found.message,
            "comment_count": 0,
        },
        "url": api(asked, f"repos/{where.path}/commits/{found.sha}"),
        "html_url": web(asked, f"{where.path}/commit/{found.sha}"),
        "author": user(asked, found.author),
        "committer": user(asked, found.author),
        "parents": [{"sha": sha, "html_url": web(asked, f"{where.path}/commit/{sha}")} for sha in found.parents],
    }


def pull_request(asked: Asked, where: Repository, found: PullRequest) -> dict[str, Any]:
    head, node = found.commits[-1].sha, node_id("PR", found.identity)
    return {
        "id": found.identity,
        "node_id": node,
        "url": api(asked, f"repos/{where.path}/pulls/{found.number}"),
        "html_url": web(asked, f"{where.path}/pull/{found.number}"),
        "number": found.number,
        "state": "closed" if found.closed_at else "open",
        "locked": False,
        "title": found.title,
        "body": found.body,
        "user": user(asked, found.author),
        "labels": [label(name) for name in found.labels],
        "draft": found.ready_at is None,
        "created_at": iso(found.created_at),
        "updated_at": iso(found.updated_at),
        "closed_at": optional(found.closed_at),
        "merged_at": optional(found.merged_at),
        # Before it is merged this is a commit that GitHub made to try it, and on no branch.
        "merge_commit_sha": found.merge_sha or hashlib.sha1(node.encode(), usedforsecurity=False).hexdigest(),
        "head": {"ref": found.branch, "sha": head, "label": f"acme:{found.branch}"},
        "base": {"ref": "main", "sha": found.commits[0].parents[0] if found.commits[0].parents else None},
        "author_association": "MEMBER",
    }


def label(name: str) -> dict[str, Any]:
    return {"id": zlib.crc32(name.encode()), "name": name, "color": "ededed", "default": False, "description": None}


def review(asked: Asked, where: Repository, request: PullRequest, found: Review) -> dict[str, Any]:
    return {
        "id": found.number,
        "node_id": node_id("PRR", found.number),
        "user": user(asked, found.author),
        "body": "",
        "state": found.state,
        "html_url": web(asked, f"{where.path}/pull/{request.number}#pullrequestreview-{found.number}"),
        "submitted_at": iso(found.submitted_at),
        "commit_id": request.commits[-1].sha,
        "author_association": "MEMBER",
    }


def statuses(found: Deployment) -> list[tuple[int, Step]]:
    """The statuses of a deployment with their places, newest first; that one was cancelled, GitHub is never told."""
    return [(place, step) for place, step in enumerate(found.steps) if step.state in STATES][::-1]


def deployment(asked: Asked, where: Repository, found: Deployment) -> dict[str, Any]:
    url = api(asked, f"repos/{where.path}/deployments/{found.number}")
    return {
        "url": url,
        "id": found.number,
        "node_id": node_id("DE", found.number),
        "sha": found.sha,
        "ref": "main",
        "task": "deploy",
        "payload": {},
        "original_environment": found.environment,
        "environment": found.environment,
        "description": None,
        "creator": user(asked, found.creator),
        "created_at": iso(found.created_at),
        "updated_at": iso(statuses(found)[0][1].at),
        "statuses_url": f"{url}/statuses",
        "repository_url": api(asked, f"repos/{where.path}"),
        "transient_environment": False,
        "production_environment": found.environment != "staging",
    }


def status(asked: Asked, where: Repository, found: Deployment, place: int, step: Step) -> dict[str, Any]:
    url = api(asked, f"repos/{where.path}/deployments/{found.number}")
    return {
        "url": f"{url}/statuses/{found.number * 10 + place}",
        "id": found.number * 10 + place,
        "node_id": node_id("DES", found.number * 10 + place),
        "state": STATES[step.state],
        "creator": user(asked, found.creator),
        "description": "",
        "environment": found.environment,
        "target_url": "",
        "created_at": iso(step.at),
        "updated_at": iso(step.at),
        "deployment_url": url,
        "environment_url": "",
        "log_url": "",
    }


def release(asked: Asked, where: Repository, found: Deployment) -> dict[str, Any]:
    return {
        "id": found.number,
        "node_id": node_id("RE", found.number),
        "url": api(asked, f"repos/{where.path}/releases/{found.number}"),
        "html_url": web(asked, f"{where.path}/releases/tag/{found.version}"),
        "tag_name": found.version,
        "target_commitish": "main",
        "name": found.version,
        "draft": found.succeeded_at is None,
        "prerelease": found.is_prerelease,
        "created_at": iso(found.created_at),
        "published_at": optional(found.succeeded_at),
        "author": user(asked, found.creator),
        "body": "",
        "assets": [],
    }


def run(asked: Asked, where: Repository, found: Build | Deployment) -> dict[str, Any]:
    """A workflow run: of the tests, or of a deployment."""
    is_build = isinstance(found, Build)
    path = CI if is_build else DEPLOY
    number, name = WORKFLOWS[path]
    started = found.started_at if isinstance(found, Build) else found.created_at
    outcome = found.status if isinstance(found, Build) else found.outcome
    is_running = outcome in ("running", "queued")
    return {
        "id": found.number,
        "name": name,
        "node_id": node_id("WFR", found.number),
        "head_branch": "main",
        "head_sha": found.sha,
        "path": f".github/workflows/{path}",
        "display_title": f"{name} {found.sha[:7]}",
        "run_number": found.number % 50_000,
        "event": "push" if is_build else "workflow_dispatch",
        "status": {"running": "in_progress", "queued": "queued"}.get(outcome, "completed"),
        "conclusion": None if is_running else outcome,
        "workflow_id": where.number * 10 + number,
        "url": api(asked, f"repos/{where.path}/actions/runs/{found.number}"),
        "html_url": web(asked, f"{where.path}/actions/runs/{found.number}"),
        "pull_requests": [],
        "created_at": iso(started),
        "updated_at": iso(found.finished_at or started),
        "run_attempt": 1,
        "run_started_at": iso(started),
        "actor": {"login": "acme-deploy[bot]", "type": "Bot"},
    }


def issue(asked: Asked, where: Repository, found: Issue) -> dict[str, Any]:
    return {
        "id": where.number * 10_000 + found.number,
        "node_id": node_id("I", where.number * 10_000 + found.number),
        "url": api(asked, f"repos/{where.path}/issues/{found.number}"),
        "html_url": web(asked, f"{where.path}/issues/{found.number}"),
        "number": found.number,
        "title": found.title,
        "user": user(asked, found.author),
        "labels": [label(name) for name in issue_labels(found)],
        "state": "closed" if found.resolved_at else "open",
        "state_reason": "completed" if found.resolved_at else None,
        "created_at": iso(found.opened_at),
        "updated_at": iso(found.updated_at),
        "closed_at": optional(found.resolved_at),
        "author_association": "MEMBER",
        "type": {"name": "Bug" if found.type == "Bug" else "Feature"},
        "body": "",
    }


def issue_labels(found: Issue) -> list[str]:
    return ["bug" if found.type == "Bug" else "enhancement", *found.labels[1:]]


def request_as_issue(asked: Asked, where: Repository, found: PullRequest) -> dict[str, Any]:
    """To the issues API every pull request is an issue as well, with a key that says so."""
    body = pull_request(asked, where, found)
    wanted = (
        "id",
        "node_id",
        "number",
        "title",
        "body",
        "user",
        "labels",
        "state",
        "created_at",
        "updated_at",
        "closed_at",
    )
    link = {"url": body["url"], "html_url": body["html_url"], "merged_at": body["merged_at"]}
    return {
        **{name: body[name] for name in wanted},
        "url": api(asked, f"repos/{where.path}/issues/{found.number}"),
        "html_url": body["html_url"],
        "state_reason": None,
        "pull_request": link,
        "draft": body["draft"],
    }
