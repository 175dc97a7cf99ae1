"""The form of a survey's round: who has the link answers once, and nobody else sees it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Scope

from scorecard_exporter import __version__
from scorecard_exporter.errors import ScorecardError
from scorecard_exporter.exporter import Exporter
from scorecard_exporter.own_sources import rounds
from scorecard_exporter.quantities import moment
from scorecard_exporter.sources.survey_links.rounds import (
    ANSWERS,
    LONGEST_COMMENT,
    ClosedError,
    NoLinkError,
    Round,
    Rounds,
)

LARGEST = 32 << 10
"""Bytes of an answer: a comment of any script, as forms write it, fits in."""
FORM_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""As everywhere, but that this form may be sent to where it came from."""

_NO_LINK = (
    "Each link takes one answer. If you have answered with it, your answer is counted and cannot be told from the "
    "others any more. If not, see that the link is complete, or ask for another one."
)


class SurveyForms:
    """The forms of an exporter that people reach under the path `prefix` (empty: the root)."""

    def __init__(self, exporter: Exporter, prefix: str) -> None:
        self._exporter, self._prefix = exporter, prefix
        self._template = Environment(
            loader=PackageLoader(__package__, "."), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        ).get_template("survey.html")

    def routes(self) -> list[BaseRoute]:
        """Where the forms are; open to who has no password (see `is_answer`)."""
        return [
            Route("/surveys/thanks", self._thanks),
            Route("/surveys/{token}", self._form, methods=["GET"]),
            Route("/surveys/{token}", self._answer, methods=["POST"]),
        ]

    def _thanks(self, _: Request) -> Response:
        return self._message(200, "Thank you", "Your answer is counted. The link cannot be used again.")

    async def _form(self, request: Request) -> Response:
        try:
            asked = await run_in_threadpool(self._rounds.asked, request.path_params["token"], datetime.now(UTC))
        except ScorecardError as error:
            return self._refusal(error)
        return self._page(asked)

    async def _answer(self, request: Request) -> Response:
        token, given = request.path_params["token"], await _given(request)
        if given is None:
            return self._message(413, "This is too long", f"A comment may have {LONGEST_COMMENT:,} characters.")
        answer, comment = given
        try:
            asked = await run_in_threadpool(self._rounds.asked, token, datetime.now(UTC))
            if answer not in ANSWERS:
                return self._page(asked, "Choose a number from 0 to 10.", comment=comment)
            if len(comment) > LONGEST_COMMENT:
                sentence = f"The comment has {len(comment):,} characters; {LONGEST_COMMENT:,} fit."
                return self._page(asked, sentence, answer, comment)
            await run_in_threadpool(self._rounds.answer, token, answer, comment, datetime.now(UTC))
        except ScorecardError as error:
            return self._refusal(error)
        # So that going back or loading anew sends nothing again.
        return RedirectResponse(f"{self._prefix}/surveys/thanks", 303)

    @property
    def _rounds(self) -> Rounds:
        return rounds(self._exporter.configuration)

    def _refusal(self, error: ScorecardError) -> Response:
        if isinstance(error, ClosedError):
            return self._message(410, "This round is over", f"{error} Answers are taken no more.")
        if isinstance(error, NoLinkError):
            return self._message(404, "This link cannot be used", _NO_LINK)
        raise error

    def _page(self, asked: Round, mistake: str = "", answer: str = "", comment: str = "") -> Response:
        zone: ZoneInfo = self._exporter.configuration.zone
        response = self._html(
            422 if mistake else 200,
            title=asked.question,
            asked=asked,
            closes=f"{moment(asked.closes_at).astimezone(zone):%-d %B %Y, %H:%M %Z}",
            mistake=mistake,
            answer=answer,
            comment=comment,
        )
        response.headers["content-security-policy"] = FORM_POLICY
        return response

    def _message(self, status_code: int, title: str, sentence: str) -> Response:
        return self._html(status_code, title=title, sentence=sentence, asked=None)

    def _html(self, status_code: int, **shown: object) -> Response:
        text = self._template.render(
            prefix=self._prefix, version=__version__, answers=ANSWERS, longest=LONGEST_COMMENT, **shown
        )
        return HTMLResponse(text, status_code)


def is_answer(prefix: str) -> Callable[[Scope], bool]:
    """Tells a request of a form, below `prefix` or not: its link is the proof, and nobody shall say who they are."""
    path = re.compile(rf"(?:{re.escape(prefix)})?(/surveys/[^/]+|/static/(?:scorecard\.css|favicon\.svg))")

    def is_open(scope: Scope) -> bool:
        found = path.fullmatch(scope["path"])
        methods = {"GET", "HEAD", "POST"} if found and found[1].startswith("/surveys/") else {"GET", "HEAD"}
        return found is not None and scope["method"] in methods

    return is_open


async def _given(request: Request) -> tuple[str, str] | None:
    """Answer and comment as a form sends them; None when it is too much."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > LARGEST:
                return None
    except ClientDisconnect:
        return "", ""
    said = parse_qs(body.decode("utf-8", "replace"))
    return said.get("answer", [""])[0], said.get("comment", [""])[0].replace("\r\n", "\n")
