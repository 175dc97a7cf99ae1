"""Who is let in, and what every answer says: basic authentication and added headers as ASGI middleware."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
import secrets
from collections.abc import Callable, Mapping

import bcrypt
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BCRYPT_READS = 72
"""Bytes of a password; bcrypt would ignore what is behind them."""


class AddedHeaders:
    """Sets headers on every response, in place of the app's own."""

    def __init__(self, app: ASGIApp, headers: Mapping[str, str]) -> None:
        self._app = app
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self._headers)
            await send(message)

        await self._app(scope, receive, send_with_headers)


class BasicAuthentication:
    """Lets in who has a name and its password (RFC 7617).

    bcrypt is slow on purpose: it runs off the event loop, one password at a time, and what was right
    once is remembered as a keyed digest. A name that does not exist costs as much as a wrong password.
    `is_open`: which requests prove themselves in another way.
    """

    def __init__(self, app: ASGIApp, users: Mapping[str, str], is_open: Callable[[Scope], bool]) -> None:
        self._app = app
        self._users = users
        self._is_open = is_open
        self._stand_in = next(iter(users.values()))
        self._key = secrets.token_bytes(32)
        self._right: dict[str, bytes] = {}
        self._turn = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not (self._is_open(scope) or await self._lets_in(Headers(scope=scope))):
            challenge = {"WWW-Authenticate": 'Basic realm="scorecard", charset="UTF-8"'}
            response = PlainTextResponse("Unauthorized: a name and its password are needed.\n", 401, challenge)
            await response(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _lets_in(self, headers: Headers) -> bool:
        given = _credentials(headers)
        return given is not None and await self._knows(*given)

    async def _knows(self, name: str, password: bytes) -> bool:
        digest = hmac.digest(self._key, password, "sha256")
        if hmac.compare_digest(self._right.get(name, b""), digest):
            return True
        async with self._turn:
            is_right = await asyncio.to_thread(_matches, password, self._users.get(name, self._stand_in))
        if name not in self._users or not is_right:
            return False
        self._right[name] = digest
        return True


def _matches(password: bytes, hashed: str) -> bool:
    is_right = bcrypt.checkpw(password[:BCRYPT_READS], hashed.encode())
    return is_right and len(password) <= BCRYPT_READS


def _credentials(headers: Headers) -> tuple[str, bytes] | None:
    scheme, _, encoded = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, password = base64.b64decode(encoded.strip(), validate=True).partition(b":")
        return name.decode(), password
    except (binascii.Error, UnicodeDecodeError):
        return None
