"""A small Jenkins: freestyle, Pipeline and multibranch jobs in folders, with `tree` and the stages of pipelines."""

import re
from base64 import b64encode
from datetime import UTC, datetime
from urllib.parse import unquote

import httpx

from fake_system import FakeSystem

URL = "https://ci.example/jenkins"
USER, TOKEN = "reader", "11secret-of-jenkins"
VERSION = "2.516.3"
CODE, LIBRARY = "https://git.example/shop/checkout.git", "https://git.example/ci/library.git"
FREESTYLE = "hudson.model.FreeStyleProject"
PIPELINE = "org.jenkinsci.plugins.workflow.job.WorkflowJob"
FOLDER = "com.cloudbees.hudson.plugins.folder.Folder"
MULTIBRANCH = "org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject"
STAGES_AT_ONCE = 11
"""As many runs `wfapi/runs` shows, and there is no next page."""
TOKENS = re.compile(r"[\w*]+|[\[\],]|\{[^}]*\}")


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def millis(moment):
    return round(moment.timestamp() * 1000)


def sha(number):
    return f"{number:040x}"


class Job:
    """Builds by number; `numbers` go on even where builds are deleted."""

    def __init__(self, kind, name, *, branch="origin/main"):
        self.kind, self.name, self.branch = kind, name, branch
        self.builds, self.numbers = {}, 0

    def build(self, when, result="SUCCESS", *, minutes=10, parameters=None, stages=(), remotes=(CODE,), number=None):
        self.numbers = number = number or self.numbers + 1
        begin = millis(at(when))
        revisions = [
            {
                "_class": "hudson.plugins.git.util.BuildData",
                "lastBuiltRevision": {"SHA1": sha(number + place), "branch": [{"name": self.branch}]},
                "remoteUrls": [remote],
            }
            for place, remote in enumerate(remotes)
        ]
        values = [{"name": name, "value": value} for name, value in (parameters or {}).items()]
        changes = {"kind": "git", "items": []}
        self.builds[number] = {
            "_class": "Run",
            "number": number,
            "timestamp": begin,
            "duration": minutes * 60_000 if result else 0,
            "building": result is None,
            "result": result,
            "url": f"{URL}/{self.path}{number}/",
            "actions": [{}, {"_class": "CauseAction", "causes": []}, {"parameters": values}, *revisions, {}],
            # A freestyle build has one change set, a pipeline a list of them.
            **({"changeSet": changes} if self.kind == FREESTYLE else {"changeSets": [changes]}),
            "stages": stages,
        }
        return number

    def finish(self, number, result, minutes, stages=()):
        self.builds[number] |= {"duration": minutes * 60_000, "building": False, "result": result}
        self.builds[number]["stages"] = stages

    @property
    def path(self):
        return "".join(f"job/{part.replace('%', '%25').replace(' ', '%20')}/" for part in self.name.split("/"))

    @property
    def newest(self):
        return sorted(self.builds.values(), key=lambda build: -build["number"])

    def shown(self):
        newest = self.newest
        return {
            "_class": self.kind,
            "name": self.name.rpartition("/")[2],
            "fullName": self.name,
            "buildable": True,
            "lastBuild": newest[0] if newest else None,
            "builds": newest[:100],
            "allBuilds": newest,
        }


class Jenkins:
    """Jobs by full name; what stands between slashes is a folder, of the class in `folders` if it has another."""

    def __init__(self):
        self.jobs, self.folders, self.others = {}, {}, []

    def add(self, job):
        self.jobs[job.name] = job
        return job

    def handle(self, request):
        login = b64encode(f"{USER}:{TOKEN}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {login}":
            return page(401 if "authorization" in request.headers else 403)
        raw = request.url.raw_path.decode().partition("?")[0].removeprefix("/jenkins/")
        parts = [unquote(part) for part in raw.split("/")]
        names, rest = self._split(parts)
        if names is None:
            return page(404)
        if rest == ["me", "api", "json"]:
            return answer({"id": USER, "fullName": "Reader of builds"})
        if rest == ["api", "json"]:
            found = self._object(names)
            tree = request.url.params.get("tree") or "jobs[name]"
            return page(404) if found is None else answer(show(found, tree))
        return self._staged("/".join(names), rest)

    def _split(self, parts):
        names = []
        while len(parts) > 1 and parts[0] == "job":
            names.append(parts[1])
            parts = parts[2:]
        return (names, parts) if request_is_sound(parts) else (None, parts)

    def _object(self, names):
        full = "/".join(names)
        if full in self.jobs:
            return self.jobs[full].shown()
        prefix = f"{full}/" if full else ""
        inside = dict.fromkeys(name[len(prefix) :].split("/")[0] for name in self.jobs if name.startswith(prefix))
        if not inside and names:
            return None
        kind = self.folders.get(full, FOLDER) if names else "hudson.model.Hudson"
        found = [self._object([*names, name]) for name in inside]
        return {"_class": kind, "name": names[-1] if names else "", "jobs": found if names else found + self.others}

    def _staged(self, name, rest):
        job = self.jobs.get(name)
        if job is None or job.kind != PIPELINE:
            return page(404)
        if rest == ["wfapi", "runs"]:
            return answer([staged(job, build) for build in job.newest[:STAGES_AT_ONCE]])
        build = job.builds.get(int(rest[0]))
        return answer(staged(job, build)) if build else page(404)


def request_is_sound(rest):
    return rest in (["api", "json"], ["me", "api", "json"], ["wfapi", "runs"]) or rest[1:] == ["wfapi", "describe"]


def staged(job, build):
    path = f"/jenkins/{job.path}{build['number']}/wfapi/describe"
    stages, begin = [], build["timestamp"]
    for name, status, minutes in build["stages"]:
        took = minutes * 60_000
        is_skipped = status == "NOT_EXECUTED"
        times = {"startTimeMillis": 0 if is_skipped else begin, "durationMillis": 0 if is_skipped else took}
        stages.append({"name": name, "status": status, "pauseDurationMillis": 0, **times})
        begin += times["durationMillis"]
    # People may give a run a name of their own; its link always has the number.
    return {"_links": {"self": {"href": path}}, "id": "custom", "name": "1.2.3", "stages": stages}


def page(status):
    return httpx.Response(status, html=f"<html><body>{status}</body></html>", headers={"x-jenkins": VERSION})


def answer(body):
    return httpx.Response(200, json=body, headers={"x-jenkins": VERSION})


def show(value, tree):
    tokens = TOKENS.findall(tree)
    return chosen(value, parse(tokens))


def parse(tokens):
    """Fields by name, each with what is wanted of it and the range of its list."""
    found = {}
    while tokens and tokens[0] != "]":
        name = tokens.pop(0)
        below, span = {}, (0, None)
        if tokens and tokens[0] == "[":
            tokens.pop(0)
            below = parse(tokens)
            tokens.pop(0)
        if tokens and tokens[0].startswith("{"):
            span = tuple(int(number) for number in tokens.pop(0).strip("{}").split(","))
        if tokens and tokens[0] == ",":
            tokens.pop(0)
        found[name] = (below, span)
    return found


def chosen(value, wanted):
    if not isinstance(value, dict) or not wanted:
        return value
    found = {"_class": value["_class"]} if "_class" in value else {}
    for name, (below, (begin, end)) in wanted.items():
        if name in value:
            one = value[name]
            one = one[begin:end] if isinstance(one, list) else one
            found[name] = [chosen(item, below) for item in one] if isinstance(one, list) else chosen(one, below)
    return found


def controller():
    """Jobs of two years: a freestyle job, a deploying job, a pipeline of branches, one that was never built."""
    found = Jenkins()
    found.others = [{"_class": "com.cloudbees.tiger.plugins.palace.templates.DockerSlaveTemplate", "name": "agent"}]
    found.folders["shop/checkout"] = MULTIBRANCH
    legacy = found.add(Job(FREESTYLE, "legacy test"))
    deploy = found.add(Job(PIPELINE, "shop/deploy"))
    main = found.add(Job(PIPELINE, "shop/checkout/main", branch="main"))
    branch = found.add(Job(PIPELINE, "shop/checkout/feature%2Fx", branch="feature/x"))
    found.add(Job(FREESTYLE, "never"))
    results = ("SUCCESS", "FAILURE", "UNSTABLE", "ABORTED", "NOT_BUILT", "SUCCESS")
    for month, result in zip(("2024-07", "2024-11", "2025-03", "2025-07", "2025-11", "2026-03"), results, strict=True):
        legacy.build(f"{month}-03T10:00", result)
        deploy.build(f"{month}-04T10:00", result, parameters={"TARGET": "production", "VERSION": f"v-{month}"})
        ended = {"SUCCESS": "SUCCESS", "FAILURE": "FAILED", "UNSTABLE": "UNSTABLE", "ABORTED": "ABORTED"}.get(result)
        stages = [("Build", "SUCCESS", 5), ("Deploy to production", ended or "NOT_EXECUTED", 3)]
        main.build(f"{month}-05T10:00", result, stages=stages)
        branch.build(f"{month}-06T10:00", result)
    main.build("2026-05-30T10:00", None, stages=[("Build", "SUCCESS", 5), ("Deploy to production", "IN_PROGRESS", 1)])
    return found


def system() -> FakeSystem:
    """Jenkins as a source is pointed at it; it grows by builds, and one that was building ends."""
    found = controller()

    def grow():
        main = found.jobs["shop/checkout/main"]
        main.finish(main.numbers, "SUCCESS", 2275, [("Build", "SUCCESS", 5), ("Deploy to production", "SUCCESS", 2270)])
        main.build("2026-05-31T23:50", stages=[("Build", "SUCCESS", 4), ("Deploy to production", "SUCCESS", 3)])
        parameters = {"TARGET": "staging", "VERSION": "v9"}
        found.jobs["shop/deploy"].build("2026-05-31T23:51", minutes=2, parameters=parameters)
        found.jobs["legacy test"].build("2026-05-31T23:52", minutes=3, number=20)

    options = {
        "type": "jenkins",
        "url": URL,
        "user": USER,
        "token": TOKEN,
        "jobs": ["**"],
        "deployments": [
            {"jobs": "shop/deploy", "environment": "{TARGET}", "version": "{VERSION}"},
            {"jobs": "shop/**/main", "stage": "deploy to *", "environment": "production"},
        ],
    }
    return FakeSystem(options=options, handle=found.handle, grow=grow)
