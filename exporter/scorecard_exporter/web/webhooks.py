"""Where systems push to: a body is read up to a limit, proven, put down, and only then looked into."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Scope

from scorecard_exporter.errors import (
    MalformedDeliveryError,
    RefusedDeliveryError,
    SpoolFullError,
    UnknownNameError,
    WrongFieldsError,
)
from scorecard_exporter.exporter import Exporter
from scorecard_exporter.pushes.intake import FULL, TOO_LARGE, TOO_SLOW, Intake
from scorecard_exporter.sources.observations.checking import NAME as OBSERVATIONS
from scorecard_exporter.web.api import BASE
from scorecard_exporter.web.refusals import RefusedError

LARGEST = 25 << 20
"""What GitHub sends at most; the other systems send less."""
AT_ONCE = 4 * LARGEST
"""Bytes of all bodies that are being read and put down."""
PATIENCE = 30.0
"""Seconds in which a body must be there."""

_LENGTH = re.compile(r"[0-9]{1,18}")


class Webhooks:
    """The way in for the pushes of an exporter."""

    def __init__(self, exporter: Exporter) -> None:
        self._exporter = exporter
        self._held = 0

    def routes(self) -> list[BaseRoute]:
        """Where it is; described in `openapi.yaml`, and open to who has no password (see `web.authentication`)."""
        return [
            Route(f"{BASE}/webhooks/{{source}}", self._push, methods=["POST"]),
            Route(f"{BASE}/observations", self._observe, methods=["POST"]),
        ]

    async def _push(self, request: Request) -> Response:
        return await self._receive(request, request.path_params["source"])

    async def _observe(self, request: Request) -> Response:
        if request.query_params:
            raise RefusedError(400, "There are no parameters here; a token belongs into the header Authorization only.")
        if OBSERVATIONS not in self._exporter.pushes.intakes:
            raise UnknownNameError("No observations are taken: the configuration has no `observations: {token: …}`.")
        return await self._receive(request, OBSERVATIONS)

    async def _receive(self, request: Request, source: str) -> Response:
        intake = self._exporter.pushes.intake(source)
        body = bytearray()
        try:
            await self._read(request, intake, body)
            await self._exporter.pushes.receive(source, dict(request.headers), bytes(body))
        except RefusedDeliveryError as error:
            raise RefusedError(401, f"Refused: {error}.", headers={"www-authenticate": "Bearer"}) from error
        except MalformedDeliveryError as error:
            fields = error.fields if isinstance(error, WrongFieldsError) else ()
            raise RefusedError(422, f"Nothing was taken: {error}", fields=fields) from error
        except SpoolFullError as error:
            raise _later(f"Send it again later: {error}.") from error
        except ClientDisconnect:
            return Response(status_code=400)  # nobody reads it
        finally:
            self._held -= len(body)
        return JSONResponse({"accepted": True}, 202)

    async def _read(self, request: Request, intake: Intake, body: bytearray) -> None:
        """Read the body as it comes; what is too much is refused before it is there."""
        if _announced(request) > LARGEST:
            raise _too_large(intake)
        try:
            async with asyncio.timeout(PATIENCE):
                async for chunk in request.stream():
                    body += chunk
                    self._held += len(chunk)
                    if len(body) > LARGEST:
                        raise _too_large(intake)
                    if self._held > AT_ONCE:
                        intake.refused[FULL] += 1
                        raise _later("Too much is being received at the moment: send it again later.")
        except TimeoutError as error:
            intake.refused[TOO_SLOW] += 1
            raise RefusedError(408, f"The body was not there within {PATIENCE:.0f} seconds.") from error


def is_push(prefix: str) -> Callable[[Scope], bool]:
    """Tells a request that proves itself, below `prefix` or not, so that no password is asked of it as well."""
    path = re.compile(rf"(?:{re.escape(prefix)})?{BASE}/(?:webhooks/[^/]+|observations)")
    return lambda scope: scope["method"] == "POST" and path.fullmatch(scope["path"]) is not None


def _announced(request: Request) -> int:
    length = request.headers.get("content-length", "")
    return int(length) if _LENGTH.fullmatch(length) else 0


def _too_large(intake: Intake) -> RefusedError:
    intake.refused[TOO_LARGE] += 1
    return RefusedError(413, f"A body may have {LARGEST >> 20} MiB at most.")


def _later(message: str) -> RefusedError:
    return RefusedError(503, message, headers={"retry-after": "30"})
