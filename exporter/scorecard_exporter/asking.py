"""Questions about the scorecard: answered from the store, or by the running exporter that holds it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

import httpx

from scorecard_exporter.backfilling import Wanted, past_gauges
from scorecard_exporter.config.lint.advice import OF_NUMBERS, Advice
from scorecard_exporter.config.model import Configuration
from scorecard_exporter.errors import NoReviewError, ScorecardError, StoreBusyError, UnknownNameError
from scorecard_exporter.evaluation import advice_on_numbers, explain_at, narrowed, selected, take
from scorecard_exporter.quantities import instant
from scorecard_exporter.report.writing import Meeting, ReviewQuestion, kept_document, recorded, written
from scorecard_exporter.scorecard.document import explanation_document, snapshot_document
from scorecard_exporter.scorecard.model import Snapshot
from scorecard_exporter.store import open_store, store_path
from scorecard_exporter.store.base import Store
from scorecard_exporter.web.listen import local_socket

PATIENCE = 60.0
"""Seconds that the running exporter may take to answer."""


class Questions(Protocol):
    """What can be asked; answers are the documents of the API."""

    def scorecards(self, *, team: str | None, at: datetime | None) -> dict[str, Any]:
        """All scorecards, of one team if given, now or at another moment."""

    def explanation(self, scorecard: str, measure: str, *, team: str | None, at: datetime | None) -> dict[str, Any]:
        """Why one measure has its value.

        Raises:
            UnknownNameError: there is no such thing.
        """

    def advice(self) -> list[Advice]:
        """What the numbers advise, silenced or not."""

    def review(self, question: ReviewQuestion) -> dict[str, Any]:
        """The review of a period as it would be written now.

        Raises:
            UnknownNameError: there is no such scorecard or team.
            NoReviewError: the period is none, or is not over.
        """

    def reviews(self, scorecard: str, *, team: str | None) -> list[dict[str, Any]]:
        """The recorded reviews of a scorecard, the newest first, without the reviews themselves."""

    def record_review(self, question: ReviewQuestion, meeting: Meeting) -> dict[str, Any]:
        """Keep a review for ever; errors as of `review`, and NoReviewError for notes that say nothing."""

    def past_gauges(self, wanted: Wanted) -> Iterator[bytes]:
        """An OpenMetrics document with the gauges of the past, piece by piece.

        Raises:
            UnknownNameError: there is no such scorecard or team.
            ScorecardError: a label is one of the exporter's own.
        """


@contextlib.contextmanager
def asking(configuration: Configuration) -> Iterator[Questions]:
    """Someone to ask: this process if the store is free, else the exporter that holds it.

    Raises:
        StoreError: the store cannot be opened, or its holder does not answer.
    """
    try:
        store = open_store(configuration.store)
    except StoreBusyError as busy:
        with connect(local_socket(store_path(configuration.store)), busy) as client:
            yield _Running(client)
        return
    with contextlib.closing(store):
        store.dimensions(configuration.dimensions)
        store.link()
        yield _Here(configuration, store)


@contextlib.contextmanager
def connect(path: Path, busy: StoreBusyError) -> Iterator[httpx.Client]:
    """The running exporter behind its private socket.

    Raises:
        StoreBusyError: it does not answer.
    """
    transport = httpx.HTTPTransport(uds=str(path))
    with httpx.Client(transport=transport, base_url="http://exporter", timeout=PATIENCE) as client:
        try:
            yield client
        except httpx.TransportError as error:
            raise StoreBusyError(f"{busy} It was asked at {path} and did not answer: {error}.") from error


@dataclass(frozen=True, slots=True)
class _Here:
    configuration: Configuration
    store: Store

    def scorecards(self, *, team: str | None, at: datetime | None) -> dict[str, Any]:
        return snapshot_document(selected(self._take(at), team=team))

    def explanation(self, scorecard: str, measure: str, *, team: str | None, at: datetime | None) -> dict[str, Any]:
        moment = instant(at or datetime.now(UTC))
        return explanation_document(
            explain_at(self.configuration, self.store, moment, scorecard=scorecard, measure=measure, team=team)
        )

    def advice(self) -> list[Advice]:
        return advice_on_numbers(self.configuration, self.store, self._take(None))

    def review(self, question: ReviewQuestion) -> dict[str, Any]:
        return written(self.configuration, self.store, question, instant(datetime.now(UTC)))

    def reviews(self, scorecard: str, *, team: str | None) -> list[dict[str, Any]]:
        narrowed(self.configuration, scorecard, team)
        kept = self.store.reviews(scorecard)
        return [kept_document(one, whole=False) for one in kept if team in {None, one.team}]

    def record_review(self, question: ReviewQuestion, meeting: Meeting) -> dict[str, Any]:
        at = instant(datetime.now(UTC))
        return kept_document(recorded(self.configuration, self.store, question, meeting, at), whole=True)

    def past_gauges(self, wanted: Wanted) -> Iterator[bytes]:
        return past_gauges(self.configuration, self.store, wanted)

    def _take(self, at: datetime | None) -> Snapshot:
        return take(self.configuration, self.store, instant(at or datetime.now(UTC)))


@dataclass(frozen=True, slots=True)
class _Running:
    client: httpx.Client

    def scorecards(self, *, team: str | None, at: datetime | None) -> dict[str, Any]:
        return self._get("/api/v1/scorecards", team, at)

    def explanation(self, scorecard: str, measure: str, *, team: str | None, at: datetime | None) -> dict[str, Any]:
        path = f"/api/v1/scorecards/{quote(scorecard, safe='')}/measures/{quote(measure, safe='')}"
        return self._get(path, team, at)

    def advice(self) -> list[Advice]:
        """What is silenced in the configuration that runs is not told."""
        found = self._get("/api/v1/advice", None, None)["advice"]
        return [Advice(**one) for one in found if one["name"] in OF_NUMBERS]

    def review(self, question: ReviewQuestion) -> dict[str, Any]:
        path = f"/api/v1/scorecards/{quote(question.scorecard, safe='')}/review"
        return self._ask("GET", path, params=_known(team=question.team, period=question.period))

    def reviews(self, scorecard: str, *, team: str | None) -> list[dict[str, Any]]:
        path = f"/api/v1/scorecards/{quote(scorecard, safe='')}/reviews"
        found: list[dict[str, Any]] = self._ask("GET", path, params=_known(team=team))["reviews"]
        return found

    def record_review(self, question: ReviewQuestion, meeting: Meeting) -> dict[str, Any]:
        path = f"/api/v1/scorecards/{quote(question.scorecard, safe='')}/reviews"
        wanted = _known(team=question.team, period=question.period, by=meeting.by, notes=meeting.notes)
        return self._ask("POST", path, json=wanted)

    def past_gauges(self, wanted: Wanted) -> Iterator[bytes]:
        # Years of many teams take minutes, and nothing is said before they are gathered.
        timeout = httpx.Timeout(PATIENCE, read=None)
        with self.client.stream("GET", "/api/v1/backfill", params=wanted.parameters(), timeout=timeout) as answer:
            if not answer.is_success:
                answer.read()
                raise _refusal(answer, bad_request=ScorecardError)
            yield from answer.iter_bytes()

    def _get(self, path: str, team: str | None, at: datetime | None) -> dict[str, Any]:
        return self._ask("GET", path, params=_known(team=team, at=at.isoformat() if at else None))

    def _ask(self, method: str, path: str, **given: Any) -> dict[str, Any]:
        answer = self.client.request(method, path, **given)
        if answer.is_success:
            document: dict[str, Any] = answer.json()
            return document
        raise _refusal(answer, bad_request=NoReviewError)


def _refusal(answer: httpx.Response, *, bad_request: type[ScorecardError]) -> ScorecardError:
    kinds: dict[int, type[ScorecardError]] = {404: UnknownNameError, 400: bad_request}
    return kinds.get(answer.status_code, ScorecardError)(answer.json()["error"]["message"])


def _known(**given: str | None) -> dict[str, str]:
    return {name: value for name, value in given.items() if value}
