"""The past of a scorecard over the API: which points are asked for, and what is refused before it is worked out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import get_args

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from scorecard_exporter.config.model import Configuration
from scorecard_exporter.evaluation import narrowed
from scorecard_exporter.exporter import Exporter
from scorecard_exporter.histories import MOST_POINTS, MOST_VALUES, HistoryQuestion
from scorecard_exporter.quantities import RefusedError as NotAQuantityError
from scorecard_exporter.quantities import instant
from scorecard_exporter.scorecard.history_document import history_document
from scorecard_exporter.scorecard.periods import Calendar, Point, Step, calendar_periods, rolling, step_of
from scorecard_exporter.web.refusals import RefusedError, given_moment

YEARS = 2
"""How far back an answer goes that does not say from when."""
PARAMETERS = ("team", "measure", "from", "to", "step", "periods")
PERIODS: dict[str, Callable[..., Iterator[Point]]] = {"rolling": rolling, "calendar": calendar_periods}
_STEPS = (*get_args(Calendar), "12h")


class HistoryApi:
    """`GET /api/v1/scorecards/{id}/history`."""

    def __init__(self, exporter: Exporter, base: str) -> None:
        self._exporter, self._base = exporter, base

    def routes(self) -> list[BaseRoute]:
        """Where it is."""
        return [Route(f"{self._base}/scorecards/{{scorecard}}/history", self._history)]

    async def _history(self, request: Request) -> Response:
        given = dict(request.query_params)
        unknown = sorted(given.keys() - set(PARAMETERS))
        if unknown:
            raise RefusedError(400, f"There is no parameter named {unknown[0]!r} here.", PARAMETERS)
        if self._exporter.snapshot is None:
            raise RefusedError(503, f"Not ready yet: {self._exporter.starting}.")
        question = _question(self._exporter.configuration, request.path_params["scorecard"], given, datetime.now(UTC))
        found = await self._exporter.history(question)
        step, periods = given.get("step", "month"), given.get("periods", "rolling")
        # In a thread: tens of thousands of points take a moment to write.
        return await run_in_threadpool(
            lambda: JSONResponse(history_document(found, step=step, periods=periods, parents=question.measure is None))
        )


def _question(configuration: Configuration, scorecard: str, given: dict[str, str], now: datetime) -> HistoryQuestion:
    asked = narrowed(configuration, scorecard, given.get("team"), given.get("measure"))
    card = asked.scorecards[scorecard]
    last = given_moment("to", given["to"]) if "to" in given else now
    first = given_moment("from", given["from"]) if "from" in given else _years_before(last, YEARS)
    if first >= last:
        raise RefusedError(400, f"from={first.isoformat()} is not before to={last.isoformat()}.")
    periods, step = given.get("periods", "rolling"), _step(given.get("step", "month"))
    if periods not in PERIODS:
        raise RefusedError(400, f"periods={periods!r} is neither rolling nor calendar.", tuple(PERIODS))
    if periods == "calendar" and step.calendar is None:
        raise RefusedError(400, "A calendar has no periods of such a length: choose another step.", get_args(Calendar))
    points = tuple(islice(PERIODS[periods](step, card.zone, instant(first), instant(last)), MOST_POINTS + 1))
    values = len(points) * sum(team in one.teams for _, _, one in card.measures() for team in card.teams)
    if len(points) > MOST_POINTS:
        raise RefusedError(400, f"These are more than {MOST_POINTS} points: choose a longer step or a shorter time.")
    if values > MOST_VALUES:
        raise RefusedError(
            400,
            f"{len(points)} points of these measures and teams are {values} values, and an answer has at most "
            f"{MOST_VALUES}: choose a team, a measure or a longer step.",
        )
    return HistoryQuestion(scorecard, given.get("team"), given.get("measure"), points)


def _step(text: str) -> Step:
    try:
        return step_of(text)
    except NotAQuantityError as error:
        raise RefusedError(400, f"step={error}.", _STEPS) from error


def _years_before(moment: datetime, years: int) -> datetime:
    """The same day of an earlier year; of 29 February the 28th."""
    day = 28 if (moment.month, moment.day) == (2, 29) else moment.day
    return moment.replace(year=moment.year - years, day=day)
