"""The gauges of the past over the private socket, for the command that asks for them while the exporter runs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from scorecard_exporter.backfilling import Wanted
from scorecard_exporter.errors import ScorecardError, UnknownNameError
from scorecard_exporter.exporter import Exporter
from scorecard_exporter.exposition.formats import OPENMETRICS
from scorecard_exporter.web.refusals import RefusedError, given_moment


class BackfillApi:
    """`GET /api/v1/backfill`: years of every team are minutes of work, so only the exporter's own user may ask."""

    def __init__(self, exporter: Exporter, base: str) -> None:
        self._exporter, self._base = exporter, base

    def routes(self) -> list[BaseRoute]:
        """Where it is."""
        return [Route(f"{self._base}/backfill", self._backfill)]

    async def _backfill(self, request: Request) -> Response:
        given = request.query_params
        try:
            wanted = Wanted.read(
                first=given_moment("from", given["from"]),
                last=given_moment("to", given["to"]),
                step=given["step"],
                labels=given.getlist("label"),
                scorecard=given.get("scorecard"),
                team=given.get("team"),
                now=datetime.now(UTC),
            )
            pieces = self._exporter.backfill(wanted)
            # Whatever is refused is refused before the first piece.
            first = await anext(pieces)
        except UnknownNameError:
            raise
        except ScorecardError as error:
            raise RefusedError(400, str(error)) from error
        return StreamingResponse(_all(first, pieces), media_type=OPENMETRICS.content_type)


async def _all(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in rest:
        yield piece
