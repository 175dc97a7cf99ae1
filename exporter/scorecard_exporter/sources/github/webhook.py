"""What GitHub pushes: records as soon as something happens, each saying only what its event says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from pydantic import SecretStr

from scorecard_exporter.errors import RefusedDeliveryError
from scorecard_exporter.events.model import Problem, Record
from scorecard_exporter.sources.base import Delivery, Pushed
from scorecard_exporter.sources.github import pushed
from scorecard_exporter.sources.github.discovery import Selection
from scorecard_exporter.sources.github.host import Repository
from scorecard_exporter.sources.github.reading import Reading
from scorecard_exporter.sources.kit.body import Body, MalformedError
from scorecard_exporter.sources.kit.signatures import check_hmac_sha256

Parser = Callable[[Body, Repository, Reading], Iterable[Record]]

PARSERS: Mapping[str, Parser] = {
    "pull_request": pushed.pull_request,
    "pull_request_review": pushed.review,
    "deployment": pushed.deployment,
    "deployment_status": pushed.deployment_status,
    "release": pushed.release,
    "issues": pushed.issue,
    "workflow_run": pushed.workflow_run,
}
"""Events that say something. `push` has commits without parents, and `create` a tag without its commit and time: a
graph with holes is worse than one that is five minutes old, so these wait for the next poll."""


class GitHubWebhook:
    """The webhook of a repository, an organization or an App, with a secret and JSON as its content type."""

    def __init__(
        self, source: str, secrets: tuple[SecretStr, ...], selection: Selection, reading: Reading, pages: str
    ) -> None:
        self._source, self._secrets = source, secrets
        self._selection, self._reading, self._pages = selection, reading, pages

    def accept(self, headers: Mapping[str, str], body: bytes, at: datetime) -> Delivery:
        check_hmac_sha256(self._secrets, body, headers.get("x-hub-signature-256"))
        event, number = headers.get("x-github-event", ""), headers.get("x-github-delivery", "")
        if not event or not number:
            raise RefusedDeliveryError("the headers X-GitHub-Event and X-GitHub-Delivery are missing")
        return Delivery(id=number, event=event, body=body, received_at=at)

    def parse(self, delivery: Delivery) -> Pushed:
        parser = PARSERS.get(delivery.event)
        if parser is None:
            return Pushed()
        try:
            found = Body(_json(delivery.body))
            return Pushed(records=tuple(self._records(found, parser)))
        except MalformedError as error:
            message = f"a push of {self._source} ({delivery.event}) could not be read: {error}; it is left out"
            return Pushed(problems=(Problem(code="malformed", message=message),))

    def _records(self, found: Body, parser: Parser) -> Iterator[Record]:
        named = found.body("repository")
        thing = self._selection.thing(named.text("full_name", "")) if named else None
        if thing is not None:
            yield from parser(found, Repository(thing, f"{self._source}:{thing}", self._pages), self._reading)


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        raise MalformedError("it is no JSON; set the webhook's content type to application/json") from None
