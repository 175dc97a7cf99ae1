"""The systems behind one address: the first part of a path says which."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from examples.acme.systems import faults
from examples.acme.systems.api import Api
from examples.acme.systems.asked import Asked, Reply
from examples.acme.systems.running import Systems
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

METHODS = ["GET", "POST", "HEAD"]
Endpoint = Callable[[Request], Awaitable[Response]]


class Dropped(Response):
    """The beginning of an answer; then the connection is closed."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive
        headers = [(b"content-type", b"application/json"), (b"content-length", b"4096")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b'[{"id":', "more_body": True})


def application(systems: Systems) -> Starlette:
    """An ASGI application: `/github/…`, `/gitlab/…`, and so on; `/` tells what was asked so far."""

    async def index(request: Request) -> Response:
        del request
        return JSONResponse({"now": systems.company.now, "requests": systems.control.requests})

    routes = [
        Route(f"/{name}/{{path:path}}", _endpoint(systems, api), methods=METHODS) for name, api in systems.apis.items()
    ]
    return Starlette(routes=[Route("/", index), *routes])


def _endpoint(systems: Systems, api: Api) -> Endpoint:
    async def answer(request: Request) -> Response:
        asked = await _asked(api.name, request)
        chosen = systems.control.choose(api.name, asked)
        if chosen is None:
            return _response(api.reply(asked))
        fault, rule = chosen
        if fault == "dropped":
            return Dropped()
        if fault == "slow":
            await asyncio.sleep(rule.delay)
        return _response(faults.broken(fault, rule, lambda: api.reply(asked)))

    return answer


async def _asked(name: str, request: Request) -> Asked:
    """What was asked of a system, its path as it was sent: an encoded slash is none."""
    raw = request.scope.get("raw_path") or request.url.path.encode()
    return Asked(
        method="GET" if request.method == "HEAD" else request.method,
        path=raw.decode("ascii").partition("?")[0].removeprefix(f"/{name}") or "/",
        query=request.url.query,
        body=await request.body(),
        headers=dict(request.headers),
        base=f"{request.url.scheme}://{request.url.netloc}/{name}",
    )


def _response(reply: Reply) -> Response:
    return Response(content=reply.body, status_code=reply.status, headers=dict(reply.headers))
