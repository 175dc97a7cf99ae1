"""Reviews over the API: as one would be written now, as recorded, and (on the private socket) to record one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from scorecard_exporter.errors import NoReviewError
from scorecard_exporter.exporter import Exporter
from scorecard_exporter.report.writing import Meeting, ReviewQuestion, chosen, kept_document
from scorecard_exporter.web.refusals import RefusedError

LARGEST_BODY = 1_000_000
"""Bytes of a request to record: notes have an end."""
_TO_RECORD = ("team", "period", "by", "notes")


class ReviewApi:
    """`/api/v1/scorecards/{id}/review` and `/reviews`; who may record is whoever may open the private socket."""

    def __init__(self, exporter: Exporter, base: str, *, private: bool) -> None:
        self._exporter, self._base, self._private = exporter, f"{base}/scorecards/{{scorecard}}", private

    def routes(self) -> list[BaseRoute]:
        """Where they are. Recording comes first where it is allowed: a path of another method would refuse it."""
        recording = [Route(f"{self._base}/reviews", self._record, methods=["POST"])] if self._private else []
        return [
            Route(f"{self._base}/review", self._written),
            Route(f"{self._base}/reviews", self._list),
            Route(f"{self._base}/reviews/{{period}}", self._kept),
            *recording,
        ]

    async def _written(self, request: Request) -> Response:
        given = _given(request, ("team", "period"))
        if self._exporter.snapshot is None:
            raise RefusedError(503, f"Not ready yet: {self._exporter.starting}.")
        question = ReviewQuestion(request.path_params["scorecard"], given.get("team"), given.get("period"))
        try:
            return JSONResponse(await self._exporter.review(question))
        except NoReviewError as error:
            raise RefusedError(400, str(error)) from error

    async def _list(self, request: Request) -> Response:
        team = _given(request, ("team",)).get("team")
        kept = await self._exporter.reviews(request.path_params["scorecard"])
        return JSONResponse({"reviews": [kept_document(one, whole=False) for one in kept if team in {None, one.team}]})

    async def _kept(self, request: Request) -> Response:
        given = _given(request, ("team", "recorded"))
        kept = await self._exporter.reviews(request.path_params["scorecard"])
        found = chosen(kept, request.path_params["period"], given.get("team"), given.get("recorded"))
        return JSONResponse(kept_document(found, whole=True))

    async def _record(self, request: Request) -> Response:
        wanted = _wanted(await request.body())
        question = ReviewQuestion(request.path_params["scorecard"], wanted.get("team"), wanted.get("period"))
        try:
            kept = await self._exporter.record_review(question, Meeting(wanted.get("by", ""), wanted.get("notes", "")))
        except NoReviewError as error:
            raise RefusedError(400, str(error)) from error
        return JSONResponse(kept_document(kept, whole=True), 201)


def _given(request: Request, allowed: tuple[str, ...]) -> dict[str, str]:
    given = dict(request.query_params)
    unknown = sorted(given.keys() - set(allowed))
    if unknown:
        raise RefusedError(400, f"There is no parameter named {unknown[0]!r} here.", allowed)
    return given


def _wanted(body: bytes) -> Mapping[str, str]:
    """What is to be recorded: an object of texts."""
    try:
        wanted: Any = json.loads(body) if len(body) <= LARGEST_BODY else None
    except ValueError:
        wanted = None
    if not isinstance(wanted, dict) or not wanted.keys() <= set(_TO_RECORD):
        raise RefusedError(400, "The body is no JSON object of these texts, or is too large.", _TO_RECORD)
    if not all(isinstance(value, str) for value in wanted.values()):
        raise RefusedError(400, "Every value in the body is a text.", _TO_RECORD)
    return wanted
