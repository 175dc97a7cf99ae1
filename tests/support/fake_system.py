"""Systems that cannot be had, as functions from request to response."""

import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

import httpx

Handler = Callable[[httpx.Request], httpx.Response]


@dataclass(kw_only=True)
class FakeSystem:
    """A system behind a source.

    `options`: the source's entry in a configuration, its type and address among them. `handle`: answers a request as
    the system does. `grow`: makes something new happen and something known change. `requests`: what was asked.
    """

    options: dict
    handle: Handler
    grow: Callable[[], None]
    requests: list = field(default_factory=list)

    def __call__(self, request):
        self.requests.append(request)
        return self.handle(request)


_context = cache(ssl.create_default_context)


def answer_with(monkeypatch, handler: Handler):
    """From here on every request over HTTP in this process is answered by `handler`; no network is used."""
    # Making one takes a quarter of a second, and nothing is ever encrypted with it.
    monkeypatch.setattr(ssl, "create_default_context", _context)
    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", lambda _, request: _read(handler, request))


def _read(handler, request):
    request.read()
    return handler(request)
