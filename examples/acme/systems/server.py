"""All systems behind one address: the first part of the path says which."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from examples.acme.company.model import Company
from examples.acme.systems import faults
from examples.acme.systems.api import Api, Clock
from examples.acme.systems.asked import Asked, Reply
from examples.acme.systems.cache import Cache
from examples.acme.systems.faults import Control
from examples.acme.systems.github import GitHub
from examples.acme.systems.gitlab import GitLab
from examples.acme.systems.jenkins import Jenkins
from examples.acme.systems.jira import Jira
from examples.acme.systems.pagerduty import PagerDuty
from examples.acme.systems.prometheus import Prometheus
from examples.acme.systems.world import World
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

TOKEN = "acme-demo"  # noqa: S105 - a word of the demonstration, no secret
USER = "scorecard@acme.example"
METHODS = ["GET", "POST", "HEAD"]


class Dropped(Exception):  # noqa: N818 - an event rather than an error
    """The connection is closed in the middle of an answer, as was asked for."""


@dataclass(frozen=True, kw_only=True)
class Quotas:
    """Requests that each system allows: GitHub's an hour (GraphQL in points), the others' a minute."""

    github: int = 15_000
    graphql: int = 10_000
    gitlab: int = 2_000
    pagerduty: int = 960
    jira: int = 600


@dataclass(eq=False)
class Systems:
    """Acme's systems, running. `control` makes them misbehave; `clock` is what quotas go by."""

    company: Company
    quotas: Quotas = field(default_factory=Quotas)
    control: Control = field(default_factory=Control)
    clock: Clock = time.time
    pages: Path | None = None

    def __post_init__(self) -> None:
        world, cache, clock = World(self.company), Cache(self.pages), self.clock
        quotas = self.quotas
        apis: list[Api] = [
            GitHub(world, cache, token=TOKEN, core=quotas.github, graphql_points=quotas.graphql, clock=clock),
            GitLab(world, cache, token=TOKEN, requests=quotas.gitlab, clock=clock),
            Jenkins(world, cache, user="scorecard", token=TOKEN),
            PagerDuty(world, cache, token=TOKEN, requests=quotas.pagerduty, clock=clock),
            Jira(world, cache, user=USER, token=TOKEN, requests=quotas.jira, clock=clock),
            Prometheus(world, cache, token=TOKEN),
        ]
        self.apis: Mapping[str, Api] = {api.name: api for api in apis}

    def move_to(self, company: Company) -> None:
        """Go on with what the company has become."""
        self.company = company
        world = World(company)
        for api in self.apis.values():
            api.move_to(world)

    def app(self) -> Starlette:
        """An ASGI application: `/github/…`, `/gitlab/…`, and so on."""
        routes = [
            Route("/", self._index),
            *(Route(f"/{name}/{{path:path}}", self._endpoint(api), methods=METHODS) for name, api in self.apis.items()),
        ]
        return Starlette(routes=routes)

    async def _index(self, request: Request) -> Response:
        del request
        return JSONResponse({"now": self.company.now, "systems": list(self.apis), "requests": self.control.requests})

    def _endpoint(self, api: Api):  # type: ignore[no-untyped-def]  # noqa: ANN202 - starlette's own
        async def answer(request: Request) -> Response:
            asked = await _asked(api.name, request)
            return _response(await self.reply(api, asked))

        return answer

    async def reply(self, api: Api, asked: Asked) -> Reply:
        """The answer of a system, or what a fault makes of it. Raises `Dropped`."""
        chosen = self.control.choose(api.name, asked)
        if chosen is None:
            return api.reply(asked)
        fault, rule = chosen
        if fault == "limited":
            return faults.limited(rule)
        if fault == "bad gateway":
            return faults.bad_gateway()
        if fault == "dropped":
            raise Dropped
        if fault == "slow":
            await asyncio.sleep(rule.delay)
            return api.reply(asked)
        return faults.truncated(api.reply(asked))


async def _asked(name: str, request: Request) -> Asked:
    """What was asked of a system, its path as it was sent: an encoded slash is none."""
    raw = request.scope.get("raw_path") or request.url.path.encode()
    path = raw.decode("ascii").partition("?")[0]
    return Asked(
        method="GET" if request.method == "HEAD" else request.method,
        path=path.removeprefix(f"/{name}") or "/",
        query=request.url.query,
        body=await request.body(),
        headers=dict(request.headers),
        base=f"{request.url.scheme}://{request.url.netloc}/{name}",
    )


def _response(reply: Reply) -> Response:
    return Response(content=reply.body, status_code=reply.status, headers=dict(reply.headers))
