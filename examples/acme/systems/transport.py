"""The systems without a server: a function from an httpx request to its response, for `httpx.MockTransport`."""

from __future__ import annotations

from collections.abc import Callable

import httpx
from examples.acme.systems import faults
from examples.acme.systems.asked import Asked
from examples.acme.systems.running import Systems


def handler(systems: Systems) -> Callable[[httpx.Request], httpx.Response]:
    """Answers without a network, and without waiting: what is slow has timed out at once."""

    def handle(request: httpx.Request) -> httpx.Response:
        name = request.url.path.split("/")[1]
        if name not in systems.apis:
            return httpx.Response(404, text="no such system")
        asked = _asked(name, request)
        api = systems.apis[name]
        chosen = systems.control.choose(name, asked)
        if chosen is None:
            reply = api.reply(asked)
        else:
            fault, rule = chosen
            if fault == "dropped":
                raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")
            if fault == "slow":
                raise httpx.ReadTimeout("timed out")
            reply = faults.broken(fault, rule, lambda: api.reply(asked))
        return httpx.Response(reply.status, headers=dict(reply.headers), content=reply.body)

    return handle


def _asked(name: str, request: httpx.Request) -> Asked:
    path, _, query = request.url.raw_path.decode("ascii").partition("?")
    return Asked(
        method="GET" if request.method == "HEAD" else request.method,
        path=path.removeprefix(f"/{name}") or "/",
        query=query,
        body=request.read(),
        headers={key.lower(): value for key, value in request.headers.items()},
        base=f"{request.url.scheme}://{request.url.netloc.decode()}/{name}",
    )
