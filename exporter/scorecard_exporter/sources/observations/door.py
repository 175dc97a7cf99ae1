"""How observations are taken: who may, what of them is refused at once, and what is put down."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo

from pydantic import SecretStr

from scorecard_exporter.errors import MalformedDeliveryError, RefusedDeliveryError, WrongField, WrongFieldsError
from scorecard_exporter.events.model import Observation, Problem
from scorecard_exporter.sources.base import Delivery, Pushed
from scorecard_exporter.sources.kit.signatures import check_token
from scorecard_exporter.sources.observations.checking import NAME, KnownSeries, observations
from scorecard_exporter.sources.rows.columns import Columns
from scorecard_exporter.sources.rows.json import decode
from scorecard_exporter.sources.text import printable

LARGEST = 1 << 20
"""Bytes of a body."""
_LONGEST_ID = 300


class ObservationDoor:
    """Takes observations of the series of one configuration. Fulfils `sources.base.Webhook`."""

    def __init__(self, tokens: tuple[SecretStr, ...], series: Mapping[str, KnownSeries], zone: tzinfo) -> None:
        self._tokens, self._series, self._zone = tokens, series, zone

    def accept(self, headers: Mapping[str, str], body: bytes, at: datetime) -> Delivery:
        """See `sources.base.Webhook`. What is put down can be read without this configuration: it may change meanwhile.

        Raises:
            MalformedDeliveryError: something of it is wrong; nothing of it is kept.
        """
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise RefusedDeliveryError("send Authorization: Bearer TOKEN")
        check_token(self._tokens, token.strip())
        if len(body) > LARGEST:
            raise MalformedDeliveryError(f"the body is larger than {LARGEST >> 20} MiB; send it in several")
        try:
            said = decode(body)
        except ValueError as error:
            raise WrongFieldsError([WrongField("", f"the body is not JSON: {error}")]) from error
        found = observations(said, self._series, self._zone, at)
        return Delivery(
            id=printable(headers.get("idempotency-key", ""))[:_LONGEST_ID],
            event=NAME,
            body=json.dumps([_row(one) for one in found]).encode(),
            received_at=at,
        )

    def parse(self, delivery: Delivery) -> Pushed:
        columns = Columns(NAME, UTC, delivery.received_at)
        try:
            rows = decode(delivery.body)
            return Pushed(records=tuple(columns.record(Observation.kind, row["series"], row) for row in rows))
        except (KeyError, TypeError, ValueError) as error:
            return Pushed(problems=(Problem(code="malformed", message=str(error), origin=f"{NAME}:"),))


def _row(observation: Observation) -> dict[str, str]:
    return {
        "series": observation.series,
        "subject": observation.subject,
        "value": str(observation.value),
        "unit": observation.unit,
        "starts_at": observation.starts_at.isoformat(),
        "ends_at": observation.ends_at.isoformat(),
        "url": observation.url,
    }
