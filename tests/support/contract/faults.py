"""What may go wrong with a system, and how a poll may end of it."""

import ssl
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from scorecard_exporter.errors import (
    FatalSourceError,
    PausedSourceError,
    RetriableSourceError,
    SkippableSourceError,
    SourceError,
)

LARGEST_BODY = 1_000_000
"""Bytes of an answer, while a source is under test; far more than any sound answer of its system has."""


@dataclass(frozen=True)
class Fault:
    """`answer`: what comes in place of the system's answer. `ends`: the errors that may come of it.

    `is_of_thing`: only what was asked for first is answered so; else everything is, from there on.
    """

    name: str
    answer: Callable[[httpx.Request], httpx.Response]
    ends: tuple[type[SourceError], ...]
    is_of_thing: bool = False

    def __repr__(self):
        return self.name


def said(status, text='{"message": "no"}', content_type="application/json", **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()} | {"content-type": content_type}
    return lambda _: httpx.Response(status, text=text, headers=named)


def page(status):
    """A page for people, of a proxy that repeats what it was sent."""

    def answer(request):
        sent = "<br>".join(f"{name}: {value}" for name, value in request.headers.items())
        return httpx.Response(
            status, text=f"<html><h1>No</h1>{request.url}<br>{sent}</html>", headers={"content-type": "text/html"}
        )

    return answer


def raising(error, cause=None):
    def answer(request):
        made = error("it went wrong", request=request)
        made.__cause__ = cause
        raise made

    return answer


def endless(_):
    return httpx.Response(200, content=(b" " * 100_000 for _ in range(LARGEST_BODY // 100_000 + 100)))


UNTRUSTED = ssl.SSLCertVerificationError(1, "unable to get local issuer certificate")
REFUSED = (SkippableSourceError, FatalSourceError)

FAULTS = (
    Fault("401", said(401), (FatalSourceError,)),
    Fault("403", said(403), REFUSED),
    Fault("403 of one thing", said(403), REFUSED, is_of_thing=True),
    Fault("403 as a page", page(403), REFUSED),
    Fault("404", said(404), REFUSED),
    Fault("404 of one thing", said(404), REFUSED, is_of_thing=True),
    Fault("410 of one thing", said(410), REFUSED, is_of_thing=True),
    Fault("429", said(429), (PausedSourceError,)),
    Fault("429 with Retry-After", said(429, retry_after="3600"), (PausedSourceError,)),
    Fault("500", said(500), (RetriableSourceError,)),
    Fault("500 of one thing", said(500), (RetriableSourceError,), is_of_thing=True),
    Fault("502 as a page", page(502), (RetriableSourceError,)),
    Fault("200 as a page", page(200), (FatalSourceError,)),
    Fault("cut off", said(200, '{"data": [1, 2'), (RetriableSourceError,)),
    Fault("empty", said(200, ""), (RetriableSourceError,)),
    Fault("too large", endless, (RetriableSourceError,)),
    Fault("no connection", raising(httpx.ConnectError), (RetriableSourceError,)),
    Fault("too slow", raising(httpx.ReadTimeout), (RetriableSourceError,)),
    Fault("connection lost", raising(httpx.RemoteProtocolError), (RetriableSourceError,)),
    Fault("not trusted", raising(httpx.ConnectError, UNTRUSTED), (FatalSourceError,)),
)
"""The table. A page that comes again for ever and bodies that are not what they should be are in `bodies`."""
