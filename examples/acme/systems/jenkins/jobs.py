"""Folders and jobs, and the builds in them."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from examples.acme.company.model import Repository, Service
from examples.acme.company.people import TEAMS
from examples.acme.systems.jenkins.runs import Run, deployed, staged, tested
from examples.acme.systems.world import World

NEWEST = 100
"""`builds` has no more than these; `allBuilds` has all."""
FOLDER = "com.cloudbees.hudson.plugins.folder.Folder"
PROJECT = "hudson.model.FreeStyleProject"
PIPELINE = "org.jenkinsci.plugins.workflow.job.WorkflowJob"
BRANCHES = "org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject"
RUN = "org.jenkinsci.plugins.workflow.job.WorkflowRun"
BUILD = "hudson.model.FreeStyleBuild"


def find(root: dict[str, Any], segments: list[str]) -> dict[str, Any] | None:
    """The object at `/job/a/job/b`, or `/job/a/7` for a build."""
    found, rest = root, list(segments)
    while rest:
        if rest[0] == "job" and len(rest) > 1:
            chosen = [job for job in found.get("jobs", ()) if job["name"] == rest[1]]
            rest = rest[2:]
        elif rest[0].isdecimal() and len(rest) == 1 and "allBuilds" in found:
            chosen = [build for build in found["allBuilds"]() if str(build["number"]) == rest[0]]
            rest = []
        else:
            return None
        if not chosen:
            return None
        found = chosen[0]
    return found


@lru_cache(maxsize=4)
def root(world: World, base: str) -> dict[str, Any]:
    """Everything: a folder a team, with its jobs."""
    folders = [_folder(world, f"{base}/job/{team}/", team) for team in TEAMS]
    return {
        "_class": "hudson.model.Hudson",
        "jobs": [folder for folder in folders if folder["jobs"]],
        "mode": "EXCLUSIVE",
        "nodeDescription": "the Jenkins controller's built-in node",
        "url": f"{base}/",
    }


def _folder(world: World, url: str, team: str) -> dict[str, Any]:
    jobs: list[dict[str, Any]] = []
    for service in world.company.services:
        if service.team != team or not service.job:
            continue
        if service.way == "stage":
            jobs.append(_multibranch(world, f"{url}job/{service.name}/", service))
        else:
            jobs.append(_deploying(world, f"{url}job/deploy-{service.name}/", service))
            jobs.append(_testing(world, f"{url}job/test-{service.name}/", service))
    return {"_class": FOLDER, "name": team, "fullName": team, "displayName": team, "url": url, "jobs": jobs}


def _multibranch(world: World, url: str, service: Service) -> dict[str, Any]:
    branch = _job(
        world, f"{url}job/main/", f"{service.team}/{service.name}/main", PIPELINE, lambda: staged(world, service)
    )
    name = f"{service.team}/{service.name}"
    return {"_class": BRANCHES, "name": service.name, "fullName": name, "url": url, "jobs": [branch]}


def _deploying(world: World, url: str, service: Service) -> dict[str, Any]:
    return _job(world, url, service.job, PROJECT, lambda: deployed(world, service))


def _testing(world: World, url: str, service: Service) -> dict[str, Any]:
    repository = world.company.repository_of(service)
    return _job(world, url, f"{service.team}/test-{service.name}", PROJECT, lambda: tested(repository))


def _job(world: World, url: str, name: str, kind: str, runs: Callable[[], list[Run]]) -> dict[str, Any]:
    def builds() -> list[dict[str, Any]]:
        return [_build(world, url, name, kind, run) for run in reversed(runs())]

    def number(place: int) -> Callable[[], dict[str, Any] | None]:
        return lambda: builds()[place] if builds() else None

    short = name.rpartition("/")[2]
    return {
        "_class": kind,
        "name": short,
        "fullName": name,
        "displayName": short,
        "fullDisplayName": name.replace("/", " » "),
        "url": url,
        "buildable": True,
        "color": "blue",
        "allBuilds": builds,
        "builds": lambda: builds()[:NEWEST],
        "lastBuild": number(0),
        "runs": runs,
    }


def _build(world: World, url: str, name: str, kind: str, run: Run) -> dict[str, Any]:
    service = _service(world, name)
    repository = world.company.repository_of(service)
    is_pipeline = kind == PIPELINE
    changes = {"_class": "hudson.plugins.git.GitChangeSetList", "kind": "git", "items": _items(world, repository, run)}
    return {
        "_class": RUN if is_pipeline else BUILD,
        "number": run.number,
        "id": str(run.number),
        "url": f"{url}{run.number}/",
        "displayName": f"#{run.number}",
        "fullDisplayName": f"{name.replace('/', ' » ')} #{run.number}",
        "timestamp": run.began * 1000,
        "duration": (run.ended - run.began) * 1000 if run.ended else 0,
        "estimatedDuration": 480_000,
        "building": run.ended is None,
        "inProgress": run.ended is None,
        "result": run.result if run.ended else None,
        "description": None,
        "actions": _actions(repository, run),
        **({"changeSets": [changes]} if is_pipeline else {"changeSet": changes}),
        "culprits": [],
        "runs": list,
    }


def _service(world: World, name: str) -> Service:
    if name in world.jobs:
        return world.jobs[name]
    return world.services[name.rpartition("/test-")[2]]


def _items(world: World, repository: Repository, run: Run) -> list[dict[str, Any]]:
    commit = world.commit(repository, run.sha)
    if commit is None:
        return []
    message = commit.message.partition("\n")[0]
    return [{"_class": "hudson.plugins.git.GitChangeSet", "commitId": commit.sha, "msg": message}]


def _actions(repository: Repository, run: Run) -> list[dict[str, Any]]:
    """What plugins leave behind; some leave an empty object."""
    revision = {"SHA1": run.sha, "branch": [{"SHA1": run.sha, "name": "refs/remotes/origin/main"}]}
    host = "github.acme.example" if repository.host == "github" else "gitlab.acme.example"
    cause = {"_class": "hudson.model.Cause$UserIdCause", "shortDescription": "Started by user deployer"}
    parameters = [
        {"_class": "hudson.model.StringParameterValue", "name": name, "value": value} for name, value in run.parameters
    ]
    return [
        {"_class": "hudson.model.CauseAction", "causes": [cause]},
        {},
        *([{"_class": "hudson.model.ParametersAction", "parameters": parameters}] if parameters else []),
        {
            "_class": "hudson.plugins.git.util.BuildData",
            "lastBuiltRevision": revision,
            "buildsByBranchName": {},
            "remoteUrls": [f"https://{host}/{repository.path}.git"],
            "scmName": "",
        },
        {},
    ]
