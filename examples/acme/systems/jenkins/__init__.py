"""Jenkins: folders, jobs and builds by `…/api/json`, and the stages of pipelines by `wfapi`."""

from __future__ import annotations

import base64

from examples.acme.systems.api import Api
from examples.acme.systems.asked import Asked, Reply, answer
from examples.acme.systems.cache import Cache
from examples.acme.systems.jenkins.jobs import find, root
from examples.acme.systems.jenkins.pages import VERSION, page
from examples.acme.systems.jenkins.stages import one_with_stages, runs_with_stages
from examples.acme.systems.jenkins.tree import parse
from examples.acme.systems.world import World

DEFAULTS = {
    "root": "_class,jobs[_class,name,url],mode,nodeDescription,url",
    "me": "_class,id,fullName",
    "job": "_class,name,fullName,displayName,url,buildable,builds[_class,number,url],jobs[_class,name,url],color",
}

ME = {"_class": "hudson.model.User", "id": "scorecard", "fullName": "Scorecard", "property": []}


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
        return page(status, "Authentication required")

    def answer(self, world: World, asked: Asked) -> Reply:
        *segments, last = asked.path.strip("/").split("/")
        if segments[-1:] == ["api"] and last == "json":
            return _with_version(_json(world, asked, segments[:-1]))
        if segments[-1:] == ["wfapi"] and last == "runs":
            return _with_version(runs_with_stages(world, asked, segments[:-1]))
        if segments[-1:] == ["wfapi"] and last == "describe":
            return _with_version(one_with_stages(world, asked, *segments[:-1]))
        return page(404, "Not Found")


def _with_version(reply: Reply) -> Reply:
    return reply.with_headers({"x-jenkins": VERSION, "x-jenkins-session": "acme"})


def _json(world: World, asked: Asked, segments: list[str]) -> Reply:
    found = ME if segments == ["me"] else find(root(world, asked.base), segments)
    if found is None:
        return page(404, "Not Found")
    default = DEFAULTS.get("/".join(segments) or "root", DEFAULTS["job"])
    try:
        tree = parse(asked.get("tree") or default)
    except ValueError as problem:
        return page(400, str(problem))
    return answer(tree.shown(found))
