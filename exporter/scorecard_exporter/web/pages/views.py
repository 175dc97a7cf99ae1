"""What the pages show: a snapshot or an explanation laid out by templates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from scorecard_exporter.evaluation import find_scorecard
from scorecard_exporter.exporter import Exporter
from scorecard_exporter.quantities import instant
from scorecard_exporter.report.writing import chosen, kept_document
from scorecard_exporter.scorecard.explanation import Explanation
from scorecard_exporter.scorecard.history import MeasureHistory
from scorecard_exporter.scorecard.model import MeasureStatus, ScorecardStatus, Snapshot
from scorecard_exporter.scorecard.score import STATUSES
from scorecard_exporter.web.pages.charts import chart, sparkline
from scorecard_exporter.web.pages.reviews import curves, listed
from scorecard_exporter.web.pages.strategy import drawings
from scorecard_exporter.web.pages.teams import grouped
from scorecard_exporter.web.pages.templates import environment


class _StaticFiles(StaticFiles):
    """The style sheet and the icon: hold nothing secret, so that browsers may keep them."""

    def file_response(self, *arguments: Any, **options: Any) -> Response:
        answer = super().file_response(*arguments, **options)
        answer.headers["cache-control"] = "public, max-age=3600"
        return answer


class Pages:
    """The pages of an exporter that people reach under the path `prefix` (empty: the root)."""

    def __init__(self, exporter: Exporter, prefix: str) -> None:
        self._exporter = exporter
        self._link = partial(_link, prefix)
        self._templates = environment()
        self._templates.globals.update(link=self._link)

    def routes(self) -> list[BaseRoute]:
        """Where the pages are."""
        return [
            Route("/", self._scorecard),
            Route("/scorecards/{scorecard}/measures/{measure}", self._explanation),
            Route("/scorecards/{scorecard}/map", self._map),
            Route("/scorecards/{scorecard}/reviews", self._reviews),
            Route("/scorecards/{scorecard}/reviews/{period}", self._review),
            Mount("/static", _StaticFiles(packages=[(__package__, "static")])),
        ]

    def message(self, status_code: int, title: str, sentence: str) -> Response:
        """A page that says one thing and where to go from there."""
        return self._page("message.html", status_code, title=title, sentence=sentence)

    async def _scorecard(self, request: Request) -> Response:
        taken = self._exporter.snapshot
        if taken is None:
            return self._starting()
        if not taken.scorecards:
            return self.message(200, "No scorecard", "The configuration has no scorecard: add one under `scorecards:`.")
        query = request.query_params
        status = _choose(taken, query.get("scorecard") or None, query.get("team") or None)
        past = self._past(status.scorecard.id, status.team)
        # In a thread: the page of a thousand teams takes a moment to write.
        return await run_in_threadpool(self._card, taken, status, past)

    def _card(self, taken: Snapshot, status: ScorecardStatus, past: Mapping[str, MeasureHistory]) -> Response:
        tally = Counter(item.status for _, _, item in status.measures())
        return self._page(
            "scorecard.html",
            status=status,
            at=taken.at,
            now=instant(datetime.now(UTC)),
            counts=[(name, tally[name]) for name in STATUSES],
            objectives={
                one.objective.id: one.objective.title for side in status.perspectives for one in side.objectives
            },
            tree=grouped(taken, status) if len(taken.scorecards) > 1 else (),
            link_to_measure=partial(self._link_to_measure, status),
            sparks={measure: sparkline(history) for measure, history in past.items()},
        )

    async def _explanation(self, request: Request) -> Response:
        names = request.path_params
        team = request.query_params.get("team") or None
        why = await self._exporter.explain(names["scorecard"], names["measure"], team, None)
        shown = {stage.figure.name for stage in why.stages}
        figures = [part for part in why.parts if part.name not in shown]
        past = self._past(why.scorecard, why.team)
        curve = chart(past[why.measure], why.zone, "past") if why.measure in past else ""
        return self._page(
            "explanation.html",
            why=why,
            figures=figures,
            curve=curve,
            here=f"/scorecards/{why.scorecard}/measures/{why.measure}",
            teams=self._teams(why),
        )

    def _teams(self, why: Explanation) -> frozenset[str]:
        """The teams that have this measure too, in this scorecard."""
        taken = self._exporter.snapshot
        return frozenset(
            status.team
            for status in (taken.scorecards if taken else ())
            if status.scorecard.id == why.scorecard
            for _, _, one in status.measures()
            if one.measure.id == why.measure
        )

    async def _reviews(self, request: Request) -> Response:
        id_ = request.path_params["scorecard"]
        kept = await self._exporter.reviews(id_)
        scorecard = self._exporter.configuration.scorecards[id_]
        return self._page("reviews.html", scorecard=scorecard, rows=[listed(self._link, one) for one in kept])

    async def _review(self, request: Request) -> Response:
        names, query = request.path_params, request.query_params
        kept = await self._exporter.reviews(names["scorecard"])
        found = chosen(kept, names["period"], query.get("team") or None, query.get("recorded") or None)
        document = kept_document(found, whole=True)
        review = document["review"]
        return self._page("review.html", review=review, kept=document, curves=curves(review))

    def _past(self, scorecard: str, team: str) -> Mapping[str, MeasureHistory]:
        """The histories of a team's measures, by id; empty until they are there. Asked for on the event loop."""
        history = self._exporter.trends(scorecard, team)
        return history.teams[scorecard, team].measures if history and history.teams else {}

    def _map(self, request: Request) -> Response:
        taken = self._exporter.snapshot
        if taken is None:
            return self._starting()
        status = find_scorecard(taken, request.path_params["scorecard"], request.query_params.get("team") or None)
        titles = {one.id: one.title for side in status.scorecard.perspectives for one in side.objectives}
        return self._page("map.html", status=status, at=taken.at, drawings=drawings(status), titles=titles)

    def _starting(self) -> Response:
        answer = self.message(503, "Starting", f"The scorecard is not ready yet: {self._exporter.starting}.")
        answer.headers["refresh"] = "5"
        return answer

    def _page(self, template: str, status_code: int = 200, **shown: Any) -> Response:
        text = self._templates.get_template(template).render(notices=self._exporter.notices, **shown)
        return HTMLResponse(text, status_code)

    def _link_to_measure(self, status: ScorecardStatus, item: MeasureStatus) -> str:
        return self._link(f"/scorecards/{status.scorecard.id}/measures/{item.measure.id}", team=status.team)


def _link(prefix: str, path: str, **query: str) -> str:
    """An address of ours without a host, so that none from a request is ever repeated."""
    return prefix + quote(path) + (f"?{urlencode(query)}" if query else "")


def _choose(taken: Snapshot, scorecard: str | None, team: str | None) -> ScorecardStatus:
    """The scorecard asked for; without its id the first one that has the team."""
    if scorecard is None:
        having = (status for status in taken.scorecards if team in (None, status.team))
        scorecard = next(having, taken.scorecards[0]).scorecard.id
    return find_scorecard(taken, scorecard, team)
