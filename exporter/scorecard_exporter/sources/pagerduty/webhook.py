"""What PagerDuty pushes: V3 webhooks (https://developer.pagerduty.com/docs/webhooks-overview)."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from datetime import datetime

from pydantic import SecretStr

from scorecard_exporter.events.model import Incident, Problem, Transition
from scorecard_exporter.sources.base import Delivery, Pushed
from scorecard_exporter.sources.kit.body import Body, MalformedError
from scorecard_exporter.sources.kit.signatures import check_any_hmac
from scorecard_exporter.sources.pagerduty.incidents import REOPENED, RESOLVED, origin_of, told

_TRIGGERED, _ACKNOWLEDGED = "incident.triggered", "incident.acknowledged"
_RESOLVED, _REOPENED = "incident.resolved", "incident.reopened"
_OTHERS = frozenset(
    {
        "incident.unacknowledged",
        "incident.priority_updated",
        "incident.escalated",
        "incident.reassigned",
        "incident.delegated",
    }
)
EVENTS = _OTHERS | {_TRIGGERED, _ACKNOWLEDGED, _RESOLVED, _REOPENED}
"""Events that have the incident in them; the others are about notes, responders and the like."""


class PagerDutyWebhook:
    """Verifies and reads deliveries. `services`: ids of those that are wanted, None for all."""

    def __init__(self, source: str, secrets: tuple[SecretStr, ...], services: tuple[str, ...] | None) -> None:
        self._source, self._secrets = source, secrets
        self._wanted = None if services is None else frozenset(f"{source}:{service}" for service in services)

    def accept(self, headers: Mapping[str, str], body: bytes, at: datetime) -> Delivery:
        """The delivery, once one of the listed signatures is right; the same id when it is sent again."""
        check_any_hmac(self._secrets, body, headers.get("x-pagerduty-signature"))
        event = _event(body)
        identity = headers.get("x-webhook-id") or event.get("id") or hashlib.sha256(body).hexdigest()
        return Delivery(id=str(identity), event=str(event.get("event_type") or ""), body=body, received_at=at)

    def parse(self, delivery: Delivery) -> Pushed:
        try:
            incident = self._incident(Body(json.loads(delivery.body)).body("event"))
        except (ValueError, RecursionError) as error:
            return Pushed(problems=(self._problem("malformed", f"could not be read: {error}; it is left out"),))
        except _WithoutBeginningError:
            sentence = "does not say when its incident began; the next poll reads it"
            return Pushed(problems=(self._problem("no_beginning", sentence),))
        return Pushed(records=(incident,) if incident else ())

    def _incident(self, event: Body | None) -> Incident | None:
        """The incident of an event, as far as it tells of one; None where it is not about a wanted incident."""
        if event is None:
            raise MalformedError("event is missing")
        name, data = event.text("event_type"), event.body("data")
        if name not in EVENTS:
            return None
        if data is None:
            raise MalformedError("event.data is missing")
        if self._wanted is not None and origin_of(self._source, data) not in self._wanted:
            return None
        at = event.time("occurred_at").replace(microsecond=0)  # the lists of PagerDuty have whole seconds
        if name != _TRIGGERED and not data.has("created_at"):
            raise _WithoutBeginningError
        return _with_step(told(self._source, data, began_at=at).incident, name, at)

    def _problem(self, code: str, sentence: str) -> Problem:
        return Problem(code=code, message=f"a webhook of PagerDuty {sentence}", origin=self._source)


class _WithoutBeginningError(Exception):
    """An incident cannot be recorded without the time of its beginning (bodies of 2021)."""


def _with_step(incident: Incident, name: str, at: datetime) -> Incident:
    """The incident with what just happened to it."""
    if name == _ACKNOWLEDGED:
        return dataclasses.replace(incident, acknowledged_at=at)
    if name == _RESOLVED:
        at = incident.resolved_at or at
        return dataclasses.replace(incident, resolved_at=at, history=(Transition(status=RESOLVED, at=at),))
    if name == _REOPENED and not incident.history:
        return dataclasses.replace(incident, history=(Transition(status=REOPENED, at=at),))
    return incident


def _event(body: bytes) -> Mapping[str, object]:
    """The event in a verified body; empty where there is none."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    event = found.get("event") if isinstance(found, dict) else None
    return event if isinstance(event, dict) else {}
