"""The web application: pages, API and operations under one roof, with the same rules about errors and headers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from scorecard_exporter.errors import ScorecardError, UnknownNameError
from scorecard_exporter.exporter import Exporter
from scorecard_exporter.sources.text import web_address
from scorecard_exporter.web.api import BASE, Api, error_response
from scorecard_exporter.web.operations import Operations
from scorecard_exporter.web.pages.surveys import SurveyForms, is_answer
from scorecard_exporter.web.pages.views import Pages
from scorecard_exporter.web.refusals import RefusedError
from scorecard_exporter.web.webhooks import Webhooks, is_push

HEADERS = {
    # No script runs at all; what a source says can at worst be read.
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    # Whoever hosts the evidence does not learn where the exporter runs.
    "referrer-policy": "no-referrer",
    # The numbers of an organisation stay out of shared caches, and are never older than they look.
    "cache-control": "no-store",
}


def create_app(
    exporter: Exporter, *, external_url: str = "", lifecycle: bool = False, private: bool = False
) -> ASGIApp:
    """The web face of `exporter`.

    `external_url`: where people reach it; links begin with its path, and requests are answered with and
    without that path, whether or not a proxy strips it. `lifecycle`: whether `/-/reload` works. `private`: for the
    socket that only the exporter's own user may open, where reviews can be recorded.

    Raises:
        ScorecardError: `external_url` is no address.
    """
    prefix = path_prefix(external_url)
    pages = Pages(exporter, prefix)
    routes = [
        *Operations(exporter, lifecycle=lifecycle).routes(),
        *Api(exporter, prefix, private=private).routes(),
        *Webhooks(exporter).routes(),
        *SurveyForms(exporter, prefix).routes(),
        *pages.routes(),
    ]
    app = Starlette(routes=_below(prefix, routes), exception_handlers=_Refusals(pages).handlers())
    # A redirect would repeat the host that the request claims to be for.
    app.router.redirect_slashes = False
    return _with_headers(app)


def needs_no_password(external_url: str) -> Callable[[Scope], bool]:
    """Tells a request that proves itself: a push by its token, a survey's form by its link.

    Raises:
        ScorecardError: `external_url` is no address.
    """
    prefix = path_prefix(external_url)
    push, answer = is_push(prefix), is_answer(prefix)
    return lambda scope: push(scope) or answer(scope)


def checked_address(flag: str, address: str, example: str) -> str:
    """`address` as it was given to `flag`; empty is allowed.

    Raises:
        ScorecardError: a browser could not follow it.
    """
    if address and not web_address(address):
        raise ScorecardError(f"{flag}={address}: expected an address such as {example}")
    return address


def path_prefix(external_url: str) -> str:
    """The path below which people reach the exporter; empty: its root.

    Raises:
        ScorecardError: `external_url` is no address.
    """
    address = checked_address("--web.external-url", external_url, "https://example.com/scorecard")
    return urlsplit(address).path.rstrip("/")


def _below(prefix: str, routes: list[BaseRoute]) -> list[BaseRoute]:
    if not prefix:
        return routes
    home = next(route for route in routes if isinstance(route, Route) and route.path == "/")
    return [Route(prefix, home.endpoint), Mount(prefix, routes=routes), *routes]


class _Refusals:
    """Errors in the language of who asked: JSON to the API, a page to a browser, a sentence to anything else."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    def handlers(self) -> dict[type[Exception], Any]:
        """Who answers which error; Starlette takes the nearest class."""
        return {
            HTTPException: self._http,
            UnknownNameError: self._unknown,
            RefusedError: self._refused,
            Exception: self._failed,
        }

    async def _http(self, request: Request, error: HTTPException) -> Response:
        is_unknown = error.status_code == HTTPStatus.NOT_FOUND
        sentence = f"There is nothing at {request.scope['path']}." if is_unknown else f"{error.detail}."
        answer = self._answer(request, error.status_code, error.detail, sentence)
        answer.headers.update(error.headers or {})
        return answer

    async def _unknown(self, request: Request, error: UnknownNameError) -> Response:
        return self._answer(request, 404, "Not found", str(error), error.allowed)

    async def _refused(self, _: Request, error: RefusedError) -> Response:
        answer = error_response(error.status_code, str(error), error.allowed, error.fields)
        answer.headers.update(error.headers)
        return answer

    async def _failed(self, request: Request, _: Exception) -> Response:
        return self._answer(request, 500, "Something broke", "The exporter's log says what; the next request may work.")

    def _answer(
        self, request: Request, status_code: int, title: str, sentence: str, allowed: Iterable[str] = ()
    ) -> Response:
        if f"{BASE}/" in request.scope["path"]:
            return error_response(status_code, sentence, allowed)
        if "text/html" in request.headers.get("accept", ""):
            return self._pages.message(status_code, title, sentence)
        return PlainTextResponse(f"{sentence}\n", status_code)


def _with_headers(app: ASGIApp) -> ASGIApp:
    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await app(scope, receive, send_with_headers)

    return answer
