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

from scorecard_exporter.config.lint.advice import OF_NUMBERS, Advice
from scorecard_exporter.config.model import Configuration
from scorecard_exporter.errors import ScorecardError, StoreBusyError, UnknownNameError
from scorecard_exporter.evaluation import explain_measure, selected, take
from scorecard_exporter.quantities import instant
from scorecard_exporter.scorecard.advice import advise_on_numbers, moments
from scorecard_exporter.scorecard.document import explanation_document, snapshot_document
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
        taken = self._take(at)
        return explanation_document(
            explain_measure(self.configuration, self.store, taken, scorecard=scorecard, measure=measure, team=team)
        )

    def advice(self) -> list[Advice]:
        now = instant(datetime.now(UTC))
        return advise_on_numbers([take(self.configuration, self.store, at) for at in moments(now)])

    def _take(self, at: datetime | None) -> Any:
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

    def _get(self, path: str, team: str | None, at: datetime | None) -> dict[str, Any]:
        given = {"team": team, "at": at.isoformat() if at else None}
        answer = self.client.get(path, params={name: value for name, value in given.items() if value})
        if answer.is_success:
            document: dict[str, Any] = answer.json()
            return document
        message = answer.json()["error"]["message"]
        raise UnknownNameError(message) if answer.status_code == httpx.codes.NOT_FOUND else ScorecardError(message)
