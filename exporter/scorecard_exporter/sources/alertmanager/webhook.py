"""What Alertmanager pushes: groups of alerts that fire or are resolved (its webhook, version 4)."""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from pydantic import SecretStr

from scorecard_exporter.errors import RefusedDeliveryError
from scorecard_exporter.events.model import Incident, Problem
from scorecard_exporter.sources.alertmanager.incidents import Naming, incident
from scorecard_exporter.sources.base import Delivery, Pushed
from scorecard_exporter.sources.kit.body import Body, MalformedError, parse_each
from scorecard_exporter.sources.kit.signatures import check_token


class AlertmanagerWebhook:
    """A receiver's `webhook_configs`, with the secret as bearer token or as password of basic authentication."""

    def __init__(self, secrets: tuple[SecretStr, ...], naming: Naming) -> None:
        self._secrets, self._naming = secrets, naming

    def accept(self, headers: Mapping[str, str], body: bytes, at: datetime) -> Delivery:
        check_token(self._secrets, _given(headers.get("authorization", "")))
        # A notification that is repeated says nothing new, and is the same body.
        return Delivery(id=hashlib.sha256(body).hexdigest(), event="", body=body, received_at=at)

    def parse(self, delivery: Delivery) -> Pushed:
        origin = f"{self._naming.source}:"
        try:
            group = Body(json.loads(delivery.body))
            alerts, left_out = group.items("alerts"), group.whole("truncatedAlerts", 0)
        except MalformedError as error:
            return _refused(f"a delivery of Alertmanager could not be read: {error}", origin)
        except ValueError:
            return _refused("a delivery of Alertmanager is no JSON", origin)
        piece = parse_each(alerts, self._incident, what="an alert", origin=origin)
        problems = piece.problems
        if left_out:
            message = f"Alertmanager left {left_out} alerts out of a delivery; take `max_alerts` from its receiver"
            problems += (Problem(code="truncated", message=message, origin=origin),)
        return Pushed(records=piece.records, problems=problems)

    def _incident(self, alert: Body) -> Iterator[Incident]:
        labels = alert.body("labels")
        if labels is None:
            raise MalformedError("labels is missing")
        resolved_at = alert.time("endsAt") if alert.text("status") == "resolved" else None
        page = alert.text("generatorURL", "")
        yield incident(
            self._naming,
            dict(labels.pairs()),
            alert.time("startsAt"),
            resolved_at,
            page if page.startswith(("http://", "https://")) else "",
        )


def _refused(message: str, origin: str) -> Pushed:
    return Pushed(problems=(Problem(code="malformed", message=f"{message}; it is left out", origin=origin),))


def _given(authorization: str) -> Any:
    """The secret in the header; None where there is none."""
    scheme, _, credentials = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return credentials.strip()
    if scheme.lower() != "basic":
        return None
    try:
        return b64decode(credentials.strip(), validate=True).decode().partition(":")[2]
    except ValueError:
        raise RefusedDeliveryError("the name and password are not base64, as basic authentication has them") from None
