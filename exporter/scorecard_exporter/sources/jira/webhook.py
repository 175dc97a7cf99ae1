"""What Jira pushes: that an issue was created or has changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from pydantic import SecretStr

from scorecard_exporter.events.merge import REOPENED, RESOLVED
from scorecard_exporter.events.model import Incident, Issue, Transition
from scorecard_exporter.sources.base import Delivery, Pushed
from scorecard_exporter.sources.jira.issues import Change, Facts, Meaning, changes_at, time_of, told
from scorecard_exporter.sources.kit.body import Body, MalformedError, parse_each
from scorecard_exporter.sources.kit.signatures import check_hmac_sha256

_EVENTS = frozenset({"jira:issue_created", "jira:issue_updated"})


class JiraWebhook:
    """An admin webhook with a secret. `projects`: those that the source reads; others are of no interest."""

    def __init__(self, secrets: tuple[SecretStr, ...], meaning: Meaning, projects: Collection[str]) -> None:
        self._secrets, self._meaning, self._projects = secrets, meaning, frozenset(projects)

    def accept(self, headers: Mapping[str, str], body: bytes, at: datetime) -> Delivery:
        check_hmac_sha256(self._secrets, body, headers.get("x-hub-signature"))
        number = headers.get("x-atlassian-webhook-identifier") or hashlib.sha256(body).hexdigest()
        return Delivery(id=number, event="", body=body, received_at=at)

    def parse(self, delivery: Delivery) -> Pushed:
        try:
            event = json.loads(delivery.body)
        except ValueError:
            event = None
        piece = parse_each([event], self._records, what="a delivery", origin=f"{self._meaning.source}:")
        return Pushed(records=piece.records, problems=piece.problems)

    def _records(self, event: Body) -> Iterator[Issue | Incident]:
        issue = event.body("issue")
        if event.text("webhookEvent", "") not in _EVENTS or issue is None:
            return
        project = _project(issue)
        if project not in self._projects:
            return
        facts = Facts.of(issue)
        log, at = event.body("changelog"), time_of(event, "timestamp")
        moves = tuple(changes_at(log, at)) if log else ()
        step = _step(log, facts, at) if log else None
        yield from told(
            facts,
            self._meaning,
            project,
            resolved_at=step.at if step and step.status == RESOLVED else None,
            history=_statuses(event, facts, moves),
            steps=(step,) if step else (),
        )


def _statuses(event: Body, facts: Facts, moves: tuple[Change, ...]) -> tuple[Transition, ...]:
    if event.text("webhookEvent") == "jira:issue_created" and facts.status:
        return (Transition(status=facts.status, at=facts.created_at),)
    return tuple(Transition(status=move.to_name, at=move.at) for move in moves)


def _step(log: Body, facts: Facts, at: datetime) -> Transition | None:
    """Whether it was resolved or reopened.

    A delivery does not tell the category of the status that an issue had before. Its resolution tells: it is set when
    an issue is resolved and cleared when it is reopened, but stays when it goes on from Resolved to Closed.
    """
    for item in log.bodies("items"):
        if item.text("field", "") != "resolution":
            continue
        was_set, is_set = item.has("from") or item.has("fromString"), item.has("to") or item.has("toString")
        if is_set and not was_set and facts.is_done:
            return Transition(status=RESOLVED, at=facts.resolution_at or at)
        if was_set and not is_set and not facts.is_done:
            return Transition(status=REOPENED, at=at)
    return None


def _project(issue: Body) -> str:
    """The key of the project; deliveries that were cut down have only the key of the issue, which begins with it."""
    fields = issue.body("fields")
    project = fields.body("project") if fields else None
    if project is not None:
        return project.text("key")
    key, _, _ = issue.text("key").rpartition("-")
    if not key:
        raise MalformedError("issue.key is none")
    return key
