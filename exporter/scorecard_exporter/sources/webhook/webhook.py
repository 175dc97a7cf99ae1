"""How a source of type `webhook` is pushed to: who may, and which of the formats it is."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import SecretStr

from scorecard_exporter.errors import MalformedDeliveryError, RefusedDeliveryError
from scorecard_exporter.events.model import Problem
from scorecard_exporter.sources.base import Delivery, Pushed
from scorecard_exporter.sources.kit.body import MalformedError
from scorecard_exporter.sources.kit.signatures import check_hmac_sha256, check_token
from scorecard_exporter.sources.rows.columns import Columns
from scorecard_exporter.sources.rows.json import decode
from scorecard_exporter.sources.text import printable
from scorecard_exporter.sources.webhook import cdevents, records

LARGEST = 4 << 20
"""Bytes of a body of records: read, they take ten times as much."""
_LONGEST_ID = 300
SHOWN = 20
"""So many mistakes of a body are named one by one."""


class PushWebhook:
    """Takes records in our own format and CDEvents, bare or in a CloudEvent."""

    def __init__(self, source: str, secrets: tuple[SecretStr, ...]) -> None:
        self._source, self._secrets = source, secrets

    def accept(self, headers: Mapping[str, str], body: bytes, at: datetime) -> Delivery:
        """See `sources.base.Webhook`. Whoever sends wrote the body by hand or by script, and is told at once.

        Raises:
            MalformedDeliveryError: something of it is not as documented; nothing of it is kept.
        """
        self._verify(headers, body)
        if len(body) > LARGEST:
            raise MalformedDeliveryError(f"the body is larger than {LARGEST >> 20} MiB; send it in several")
        delivery = Delivery(id=_id(headers), event=_event(headers), body=body, received_at=at)
        problems = self.parse(delivery).problems
        if problems:
            more = len(problems) - SHOWN
            said = [problem.message for problem in problems[:SHOWN]] + ([f"and {more} more"] if more > 0 else [])
            raise MalformedDeliveryError("; ".join(said))
        return delivery

    def parse(self, delivery: Delivery) -> Pushed:
        columns = Columns(self._source, None, delivery.received_at)
        try:
            body = decode(delivery.body)
            if isinstance(body, dict) and not body.keys().isdisjoint(("specversion", "context")):
                return Pushed(records=cdevents.parse(_unwrapped(body), columns))
            return records.parse(body, columns, self._source)
        except ValueError as error:
            return Pushed(problems=(Problem(code="malformed", message=str(error), origin=f"{self._source}:"),))

    def _verify(self, headers: Mapping[str, str], body: bytes) -> None:
        signature = headers.get("x-hub-signature-256")
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if signature is not None:
            check_hmac_sha256(self._secrets, body, signature)
        elif scheme.lower() == "bearer":
            check_token(self._secrets, token.strip())
        else:
            raise RefusedDeliveryError("send Authorization: Bearer SECRET, or X-Hub-Signature-256: sha256=HMAC")


def _id(headers: Mapping[str, str]) -> str:
    """What the sender tells a delivery by; '' where it does not: the same body may then be meant once more."""
    key = headers.get("idempotency-key", "")
    if not key and "ce-id" in headers:
        key = f"{headers.get('ce-source', '')} {headers['ce-id']}"
    return printable(key)[:_LONGEST_ID]


def _event(headers: Mapping[str, str]) -> str:
    return printable(headers.get("ce-type", ""))[:_LONGEST_ID]


def _unwrapped(body: dict[str, Any]) -> Any:
    """The CDEvent that a body is, or that a CloudEvent in structured mode holds."""
    if "specversion" not in body:
        return body
    return decode(_base64(body["data_base64"])) if "data_base64" in body else body.get("data")


def _base64(text: Any) -> bytes:
    try:
        return b64decode(text, validate=True)
    except (TypeError, ValueError):
        raise MalformedError("data_base64 is not base64") from None
