"""The JSON API: the scorecards and the explanation of a measure, now or at an earlier moment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from typing import Any, Self

import yaml
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from scorecard_exporter import __version__
from scorecard_exporter.config import advise
from scorecard_exporter.errors import WrongField
from scorecard_exporter.evaluation import find_scorecard, selected
from scorecard_exporter.exporter import Exporter
from scorecard_exporter.quantities import instant
from scorecard_exporter.scorecard.document import (
    advice_document,
    explanation_document,
    map_document,
    snapshot_document,
)
from scorecard_exporter.scorecard.model import Snapshot
from scorecard_exporter.scorecard.strategy import strategy_map
from scorecard_exporter.web.backfill import BackfillApi
from scorecard_exporter.web.history import HistoryApi
from scorecard_exporter.web.refusals import RefusedError, given_moment
from scorecard_exporter.web.reviews import ReviewApi

BASE = "/api/v1"


def error_response(
    status_code: int, message: str, allowed: Iterable[str] = (), fields: Iterable[WrongField] = ()
) -> Response:
    """The one shape of all errors of the API."""
    error: dict[str, Any] = {"message": message, "allowed": list(allowed)}
    if wrong := [asdict(one) for one in fields]:
        error["fields"] = wrong
    return JSONResponse({"error": error}, status_code)


class Api:
    """The API of an exporter that people reach under the path `prefix` (empty: the root).

    `private`: on the socket that only the exporter's own user may open.
    """

    def __init__(self, exporter: Exporter, prefix: str, *, private: bool = False) -> None:
        self._exporter, self._private = exporter, private
        self._description = _description(prefix)

    def routes(self) -> list[BaseRoute]:
        """Where the API is; each of these is described in `openapi.yaml`."""
        return [
            Route(f"{BASE}/openapi.json", self._openapi),
            Route(f"{BASE}/advice", self._advice),
            Route(f"{BASE}/scorecards", self._scorecards),
            Route(f"{BASE}/scorecards/{{scorecard}}", self._scorecards),
            Route(f"{BASE}/scorecards/{{scorecard}}/map", self._map),
            Route(f"{BASE}/scorecards/{{scorecard}}/measures/{{measure}}", self._measure),
            *HistoryApi(self._exporter, BASE).routes(),
            *ReviewApi(self._exporter, BASE, private=self._private).routes(),
            *(BackfillApi(self._exporter, BASE).routes() if self._private else ()),
        ]

    async def _openapi(self, _: Request) -> Response:
        return JSONResponse(self._description)

    async def _advice(self, request: Request) -> Response:
        if unknown := sorted(request.query_params):
            raise RefusedError(400, f"There is no parameter named {unknown[0]!r} here.")
        configuration, now = self._exporter.configuration, datetime.now(UTC)
        await self._taken(_Question(None, None, None))
        advice = [*advise(configuration, instant(now)), *await self._exporter.advice()]
        return JSONResponse(
            {"at": now.isoformat(timespec="seconds").replace("+00:00", "Z")}
            | advice_document(advice, configuration.silenced)
        )

    async def _scorecards(self, request: Request) -> Response:
        question = _Question.read(request)
        taken = await self._taken(question)
        chosen = selected(taken, question.scorecard, question.team)
        # In a thread: the document of a thousand teams takes a moment to write.
        return await run_in_threadpool(lambda: JSONResponse(snapshot_document(chosen)))

    async def _map(self, request: Request) -> Response:
        question = _Question.read(request)
        taken = await self._taken(question)
        status = find_scorecard(taken, str(question.scorecard), question.team)
        return JSONResponse(map_document(strategy_map(status), taken.at))

    async def _measure(self, request: Request) -> Response:
        question, measure = _Question.read(request), request.path_params["measure"]
        await self._taken(replace(question, at=None))
        why = await self._exporter.explain(str(question.scorecard), measure, question.team, question.at)
        return JSONResponse(explanation_document(why))

    async def _taken(self, question: _Question) -> Snapshot:
        if question.at is not None:
            return await self._exporter.evaluate(question.at)
        if self._exporter.snapshot is None:
            raise RefusedError(503, f"Not ready yet: {self._exporter.starting}.")
        return self._exporter.snapshot


@dataclass(frozen=True, slots=True)
class _Question:
    scorecard: str | None
    team: str | None
    at: datetime | None

    @classmethod
    def read(cls, request: Request) -> Self:
        """The question of a request; a parameter that nobody reads is a mistake, not a wish to be ignored."""
        given = dict(request.query_params)
        scorecard = request.path_params.get("scorecard")
        allowed = ("team", "at") if scorecard else ("scorecard", "team", "at")
        unknown = sorted(given.keys() - set(allowed))
        if unknown:
            raise RefusedError(400, f"There is no parameter named {unknown[0]!r} here.", allowed)
        at = given.get("at")
        return cls(
            scorecard or given.get("scorecard"), given.get("team"), None if at is None else given_moment("at", at)
        )


def _description(prefix: str) -> dict[str, Any]:
    written = _openapi_as_written()
    return {**written, "info": {**written["info"], "version": __version__}, "servers": [{"url": prefix or "/"}]}


@cache
def _openapi_as_written() -> dict[str, Any]:
    written: dict[str, Any] = yaml.safe_load(resources.files(__package__).joinpath("openapi.yaml").read_text("utf-8"))
    return written
