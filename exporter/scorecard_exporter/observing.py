"""An observation from the command line: put down here if the store is free, else by the exporter that holds it."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from pathlib import Path

from scorecard_exporter.asking import connect
from scorecard_exporter.config.model import Configuration
from scorecard_exporter.errors import (
    MalformedDeliveryError,
    ScorecardError,
    StoreBusyError,
    WrongField,
    WrongFieldsError,
)
from scorecard_exporter.events.model import Batch, Coverage, Record
from scorecard_exporter.own_sources import observation_door
from scorecard_exporter.pushes.listening import heard
from scorecard_exporter.pushes.processing import STREAM, process, stored_up_to
from scorecard_exporter.pushes.pushes import spool_folder
from scorecard_exporter.pushes.spool import Spool
from scorecard_exporter.quantities import RefusedError, parse
from scorecard_exporter.sources.observations.checking import NAME
from scorecard_exporter.store import open_store, store_path
from scorecard_exporter.store.base import Store
from scorecard_exporter.web.listen import local_socket

_PATH = "/api/v1/observations"
_UNPROCESSABLE = 422


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What was written, '' where nothing was."""

    series: str
    value: str
    subject: str = ""
    at: str = ""
    starts_at: str = ""
    ends_at: str = ""
    unit: str = ""
    url: str = ""


def give(configuration: Configuration, given: Given, now: datetime) -> list[str]:
    """Put an observation down; what happened, in lines.

    Raises:
        MalformedDeliveryError: something of it is wrong; every option is named, and what is allowed.
        ScorecardError: the configuration lets none be given, or it cannot be put down.
    """
    if not configuration.observation_tokens:
        raise ScorecardError(
            f"{configuration.path} lets no observations be given. Add: observations: {{token: !env OBSERVATIONS_TOKEN}}"
        )
    row = {name: value for name, value in asdict(given).items() if value}
    if not row.keys() & {"at", "starts_at", "ends_at"}:
        row["at"] = now.isoformat()
    row["value"] = _value(configuration, given)
    body = json.dumps(row).encode()
    # Unlike what a script sends, a command has no second try that would need telling apart.
    headers = {"authorization": f"Bearer {configuration.observation_tokens[0].get_secret_value()}"}
    store_file = store_path(configuration.store)
    try:
        store = open_store(configuration.store)
    except StoreBusyError as busy:
        _send(store_file, busy, body, headers)
        return ["Taken by the running exporter; it shows within seconds."]
    with contextlib.closing(store):
        store.dimensions(configuration.dimensions)
        _put(configuration, store, spool_folder(store_file) / NAME, body, headers, now)
    return ["Stored."]


def _value(configuration: Configuration, given: Given) -> str:
    """The value in the unit of the series, as people write it: `1200 EUR`, `95%`, `2d`."""
    series = configuration.series.get(given.series)
    if series is None:
        return given.value  # the series is what is refused
    try:
        value = parse(given.value, series.unit)
    except RefusedError as error:
        raise WrongFieldsError([WrongField("value", str(error))]) from error
    return str(Decimal(value.numerator) / Decimal(value.denominator))


def _send(store: Path, busy: StoreBusyError, body: bytes, headers: dict[str, str]) -> None:
    with connect(local_socket(store), busy) as client:
        answer = client.post(_PATH, content=body, headers=headers)
    if answer.is_success:
        return
    message = answer.json()["error"]["message"]
    raise MalformedDeliveryError(message) if answer.status_code == _UNPROCESSABLE else ScorecardError(message)


def _put(  # noqa: PLR0917  the parts of one delivery and where it goes
    configuration: Configuration, store: Store, folder: Path, body: bytes, headers: dict[str, str], now: datetime
) -> None:
    """Through the same spool as what is sent over HTTP, so that one thing decides what is stored and covered."""
    door = observation_door(configuration)
    delivery = door.accept(headers, body, now)
    try:
        spool = Spool(folder, stored_up_to(store.cursors(NAME)))
        spool.add([delivery])
        process(NAME, door, spool, partial(_write, store), partial(_covered, store), is_wanted=lambda: True)
    except OSError as error:
        raise ScorecardError(f"Observations cannot be kept in {folder}: {error.strerror}") from error


def _write(store: Store, batch: Batch) -> None:
    store.write(NAME, (STREAM, batch))


def _covered(store: Store, records: Sequence[Record], at: datetime) -> tuple[Coverage, ...]:
    return heard(NAME, (), store.coverage(), records, at)
