"""Jenkins: folders, jobs and builds by `…/api/json`, and the stages of pipelines by `wfapi`."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from examples.acme.company.model import Build, Deployment, Repository, Service
from examples.acme.company.people import TEAMS
from examples.acme.systems.api import Api
from examples.acme.systems.asked import Asked, Reply, answer
from examples.acme.systems.cache import Cache
from examples.acme.systems.tree import parse
from examples.acme.systems.world import World

VERSION = "2.516.3"
NEWEST = 100
"""`builds` has no more than these; `allBuilds` has all."""
STAGES = 10
"""How many runs `wfapi` shows, unless it is asked for all back to a certain one."""
FOLDER = "com.cloudbees.hudson.plugins.folder.Folder"
PROJECT = "hudson.model.FreeStyleProject"
PIPELINE = "org.jenkinsci.plugins.workflow.job.WorkflowJob"
BRANCHES = "org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject"
RUN = "org.jenkinsci.plugins.workflow.job.WorkflowRun"
BUILD = "hudson.model.FreeStyleBuild"
RESULTS = {"success": "SUCCESS", "failure": "FAILURE", "cancelled": "ABORTED", "skipped": "NOT_BUILT"}
DEFAULTS = {
    "root": "_class,jobs[_class,name,url],mode,nodeDescription,url",
    "job": "_class,name,fullName,displayName,url,buildable,builds[_class,number,url],jobs[_class,name,url],color",
}
BEFORE_DEPLOYING = 9 * 60
"""Seconds that a pipeline builds and tests before it deploys."""


class Jenkins(Api):
    """Jenkins, with the user and API token of basic authentication."""

    name = "jenkins"

    def __init__(self, world: World, cache: Cache, *, user: str, token: str) -> None:
        super().__init__(world, cache)
        self._login = base64.b64encode(f"{user}:{token}".encode()).decode()

    def is_known(self, asked: Asked) -> bool:
        return asked.headers.get("authorization", "") == f"Basic {self._login}"

    def unknown(self, asked: Asked) -> Reply:
        """A wrong password is 401, none at all is 403, and both are pages for people."""
        status = 401 if "authorization" in asked.headers else 403
        return Reply(status=status, body=b"<html><body>Authentication required</body></html>", headers=_html())

    def answer(self, world: World, asked: Asked) -> Reply:
        *segments, last = asked.path.strip("/").split("/")
        if segments[-1:] == ["api"] and last == "json":
            return _with_version(_json(world, asked, segments[:-1]))
        if segments[-1:] == ["wfapi"] and last == "runs":
            return _with_version(_runs(world, asked, segments[:-1]))
        if segments[-1:] == ["wfapi"] and last == "describe":
            return _with_version(_describe(world, asked, *segments[:-1]))
        return Reply(status=404, body=b"<html><body>Not Found</body></html>", headers=_html())


def _html() -> dict[str, str]:
    return {"content-type": "text/html;charset=utf-8", "x-jenkins": VERSION}


def _with_version(reply: Reply) -> Reply:
    return reply.with_headers({"x-jenkins": VERSION, "x-jenkins-session": "acme"})


def _json(world: World, asked: Asked, segments: list[str]) -> Reply:
    found = _find(_root(world, asked.base), segments)
    if found is None:
        return Reply(status=404, body=b"<html><body>Not Found</body></html>", headers=_html())
    default = DEFAULTS["job"] if segments else DEFAULTS["root"]
    try:
        tree = parse(asked.get("tree") or default)
    except ValueError as problem:
        return Reply(status=400, body=f"<html><body>{problem}</body></html>".encode(), headers=_html())
    return answer(tree.shown(found))


def _find(root: dict[str, Any], segments: list[str]) -> dict[str, Any] | None:
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
def _root(world: World, base: str) -> dict[str, Any]:
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
        world, f"{url}job/main/", f"{service.team}/{service.name}/main", PIPELINE, lambda: _staged(world, service)
    )
    name = f"{service.team}/{service.name}"
    return {"_class": BRANCHES, "name": service.name, "fullName": name, "url": url, "jobs": [branch]}


def _deploying(world: World, url: str, service: Service) -> dict[str, Any]:
    return _job(world, url, service.job, PROJECT, lambda: _deployed(world, service))


def _testing(world: World, url: str, service: Service) -> dict[str, Any]:
    repository = world.company.repository_of(service)
    return _job(world, url, f"{service.team}/test-{service.name}", PROJECT, lambda: _tested(repository))


@dataclass(frozen=True, slots=True)
class Run:
    """A build of a job: what it is about, and how long it took. `deploying`: when the deploying stage began."""

    number: int
    sha: str
    began: int
    ended: int | None
    result: str | None
    parameters: tuple[tuple[str, str], ...] = ()
    deploying: int | None = None


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


def _deployed(world: World, service: Service) -> list[Run]:
    """One build a deployment; a deleted one leaves a gap in the numbers."""
    runs = []
    for place, one in enumerate(world.company.deployments[service.name], start=1):
        runs.append(_run_of(one, place + place // 13, (("ENVIRONMENT", one.environment),)))
    return runs


def _run_of(found: Deployment, number: int, parameters: tuple[tuple[str, str], ...]) -> Run:
    result = RESULTS.get(found.outcome)
    return Run(number, found.sha, found.created_at, found.finished_at, result, parameters)


def _tested(repository: Repository) -> list[Run]:
    return [_test(place, one) for place, one in enumerate(repository.builds, start=1)]


def _test(place: int, found: Build) -> Run:
    return Run(place, found.sha, found.started_at, found.finished_at, RESULTS.get(found.status))


def _staged(world: World, service: Service) -> list[Run]:
    """Runs of a pipeline: all test, those that are to be released deploy as well."""
    repository = world.company.repository_of(service)
    rows: list[tuple[int, Build | Deployment]] = [(one.started_at, one) for one in repository.builds]
    rows += [(one.created_at - BEFORE_DEPLOYING, one) for one in world.company.deployments[service.name]]
    runs = []
    for number, (began, found) in enumerate(sorted(rows, key=lambda row: (row[0], row[1].number)), start=1):
        if isinstance(found, Build):
            runs.append(_test(number, found))
        else:
            result = RESULTS.get(found.outcome)
            runs.append(Run(number, found.sha, began, found.finished_at, result, deploying=found.created_at))
    return runs


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


def _runs(world: World, asked: Asked, segments: list[str]) -> Reply:
    """The newest runs of a pipeline with their stages; with `since`, a run's name (`#12`), all back to that one."""
    found = _find(_root(world, asked.base), segments)
    if found is None or found["_class"] != PIPELINE:
        return Reply(status=404, body=b"<html><body>Not Found</body></html>", headers=_html())
    runs: list[Run] = found["runs"]()[::-1]
    since = asked.get("since").lstrip("#")
    shown = [run for run in runs if run.number >= int(since)] if since.isdecimal() else runs[:STAGES]
    path = found["url"].removeprefix(asked.base)
    return answer([_staged_run(path, run) for run in shown])


def _describe(world: World, asked: Asked, *segments: str) -> Reply:
    """One run with its stages."""
    found = _find(_root(world, asked.base), list(segments[:-1]))
    runs: list[Run] = found["runs"]() if found and found["_class"] == PIPELINE else []
    run = next((run for run in runs if str(run.number) == segments[-1]), None)
    if found is None or run is None:
        return Reply(status=404, body=b"<html><body>Not Found</body></html>", headers=_html())
    return answer(_staged_run(found["url"].removeprefix(asked.base), run))


def _staged_run(path: str, run: Run) -> dict[str, Any]:
    stages = _stages(path, run)
    ended = run.ended or run.began
    return {
        "_links": {"self": {"href": f"{path}{run.number}/wfapi/describe"}},
        "id": str(run.number),
        "name": f"#{run.number}",
        "status": _status(run.result) if run.ended else "IN_PROGRESS",
        "startTimeMillis": run.began * 1000,
        "endTimeMillis": ended * 1000,
        "durationMillis": (ended - run.began) * 1000,
        "queueDurationMillis": 3,
        "pauseDurationMillis": 0,
        "stages": stages,
    }


def _status(result: str | None) -> str:
    return {"SUCCESS": "SUCCESS", "FAILURE": "FAILED", "ABORTED": "ABORTED"}.get(result or "", "NOT_EXECUTED")


def _stages(path: str, run: Run) -> list[dict[str, Any]]:
    """Build, test and, in some runs, deploy; what failed or was never reached is no deployment."""
    until = run.deploying or run.ended
    middle = run.began + ((until or run.began + 120) - run.began) // 3
    tested = "SUCCESS" if run.deploying else _status(run.result) if run.ended else "IN_PROGRESS"
    rows = [("Build", "SUCCESS", run.began, middle), ("Test", tested, middle, until or middle)]
    if run.deploying:
        status = _status(run.result) if run.ended else "IN_PROGRESS"
        rows.append(("Deploy to production", status, run.deploying, run.ended or run.deploying))
    return [
        {
            "_links": {"self": {"href": f"{path}{run.number}/execution/node/{place}/wfapi/describe"}},
            "id": str(place),
            "name": name,
            "execNode": "",
            "status": status,
            "startTimeMillis": began * 1000,
            "durationMillis": (ended - began) * 1000,
            "pauseDurationMillis": 0,
        }
        for place, (name, status, began, ended) in enumerate(rows, start=6)
    ]
