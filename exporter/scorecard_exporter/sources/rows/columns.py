"""The columns of each kind of record, and how a row becomes a record.

A column is a field of the record; beside them there are `thing` (what comes after the source's name in
an origin), `kind`, and `at` for an observation of one moment.
"""

from __future__ import annotations

import dataclasses
import hashlib
import typing
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from functools import cache

from scorecard_exporter.events.model import (
    KINDS,
    Build,
    Deployment,
    Incident,
    Issue,
    Observation,
    PullRequest,
    Record,
    SurveyAnswer,
    Transition,
)
from scorecard_exporter.sources.rows import values
from scorecard_exporter.sources.text import unknown

Row = Mapping[str, object]

STATUSES = ("success", "failure", "running", "skipped", "cancelled", "superseded")
_ADDRESS = frozenset({"thing", "kind"})
_OPEN_ENDED = frozenset({"ends_at", "closes_at"})
_NEVER_NEGATIVE = frozenset({"seconds", "per_day", "count"})
_IN_ORDER: Mapping[str, tuple[tuple[str, str], ...]] = {
    Build.kind: (("started_at", "finished_at"),),
    Deployment.kind: (("started_at", "finished_at"),),
    Incident.kind: (("began_at", "acknowledged_at"), ("began_at", "resolved_at")),
    Issue.kind: (("opened_at", "resolved_at"),),
    Observation.kind: (("starts_at", "ends_at"),),
    PullRequest.kind: (("opened_at", "ready_at"), ("opened_at", "merged_at"), ("opened_at", "closed_at")),
}
KEY_PARTS: Mapping[str, tuple[str, ...]] = {
    Build.kind: ("branch", "sha", "started_at"),
    Deployment.kind: ("environment", "version", "sha", "started_at", "finished_at"),
    Incident.kind: ("began_at", "title"),
    Issue.kind: ("type", "opened_at"),
    Observation.kind: ("series", "subject", "starts_at", "ends_at"),
    "review": ("pull_request", "author", "submitted_at"),
}
"""What a missing key is made of; of the other kinds the key must be given."""


@cache
def columns(kind: str) -> frozenset[str]:
    """Every column that a row of `kind` may have.

    An answer of a survey has neither key nor page: either could lead to a person.
    """
    names = {field.name for field in dataclasses.fields(KINDS[kind])} - {"origin"} | _ADDRESS
    if kind == Observation.kind:
        names.add("at")
    if kind == SurveyAnswer.kind:
        names -= {"key", "url"}
    return frozenset(names)


@cache
def required(kind: str) -> frozenset[str]:
    """The columns that a row of `kind` must have, whatever its others say; beside a key where none can be made."""
    fields = {field.name for field in dataclasses.fields(KINDS[kind]) if field.default is dataclasses.MISSING}
    return frozenset(fields - {"origin", "key"})


@dataclass(frozen=True, slots=True)
class _Shape:
    record: type[Record]
    converts: Mapping[str, values.Convert]
    required: frozenset[str]


class Columns:
    """Makes records out of rows; one for each read of a source named `source` at the moment `at`."""

    def __init__(self, source: str, zone: tzinfo | None, at: datetime) -> None:
        self._source = source
        self._zone = zone
        self._latest = at + values.FUTURE_TOLERANCE
        self._shapes = {kind: self._shape(kind) for kind in KINDS}
        self._answers: Counter[tuple[str, str]] = Counter()

    def record(self, kind: str, thing: str, row: Row) -> Record:
        """The record that `row` describes.

        Raises:
            ValueError: it describes none; the message says which column is wrong, and why.
        """
        shape = self._shapes[kind]
        found: dict[str, typing.Any] = {}
        for name, written in row.items():
            value = written.strip() if isinstance(written, str) else written
            if value is None or value == "" or name in _ADDRESS:
                continue
            convert = shape.converts.get(name)
            if convert is None:
                raise ValueError(unknown(f"the {kind} column", name, columns(kind)))
            try:
                found[name] = convert(value)
            except ValueError as error:
                raise ValueError(f"{name}: {error}") from None
        if "at" in found:
            found["starts_at"] = found["ends_at"] = _only(found, "at")
        _check(kind, shape.required, found)
        origin = f"{self._source}:{thing}"
        if "key" not in found:
            found["key"] = self._key(kind, origin, found)
        return shape.record(origin=origin, **found)

    def mistakes(self, kind: str, row: Row) -> dict[str, str]:
        """What is wrong with each column of `row`, all at once; under '' what is wrong with it as a whole."""
        shape, found = self._shapes[kind], dict[str, str]()
        for name, written in row.items():
            convert = shape.converts.get(name)
            if name in _ADDRESS or written is None or (isinstance(written, str) and not written.strip()):
                continue
            if convert is None:
                found[name] = unknown(f"the {kind} column", name, columns(kind))
                continue
            try:
                convert(written.strip() if isinstance(written, str) else written)
            except ValueError as error:
                found[name] = str(error)
        if not found:
            try:
                self.record(kind, "", row)
            except ValueError as error:
                name, colon, reason = str(error).partition(": ")
                is_of_column = bool(colon) and name in columns(kind)
                found[name if is_of_column else ""] = reason if is_of_column else str(error)
        return found

    def _shape(self, kind: str) -> _Shape:
        record = KINDS[kind]
        types = typing.get_type_hints(record)
        converts = {name: self._convert(kind, name, types.get(name)) for name in columns(kind) - _ADDRESS}
        return _Shape(record, converts, required(kind))

    def _convert(self, kind: str, name: str, annotation: object) -> values.Convert:
        time = values.time(self._zone, values.LATEST if name in _OPEN_ENDED else self._latest)
        if name == "status" and kind in (Deployment.kind, Build.kind):
            return values.status(STATUSES)
        if name == "at" or annotation in (datetime, datetime | None):
            return time
        others: Mapping[object, values.Convert] = {
            bool: values.flag,
            Decimal: values.number,
            tuple[str, ...]: values.words,
            tuple[Transition, ...]: values.steps(time),
        }
        return others.get(annotation, values.text)

    def _key(self, kind: str, origin: str, found: Mapping[str, object]) -> str:
        if kind == SurveyAnswer.kind:
            return self._answer_key(origin, found)
        if kind not in KEY_PARTS:
            raise ValueError("key is missing")
        return "/".join(str(found[part]) for part in KEY_PARTS[kind] if part in found)

    def _answer_key(self, origin: str, found: Mapping[str, object]) -> str:
        """The same answers are told apart by counting them: neither a person nor the order of rows is in it."""
        content = repr([found.get(name) for name in ("survey", "round", "question", "subject", "answer")])
        digest = hashlib.blake2b(content.encode("utf-8", "backslashreplace"), digest_size=12).hexdigest()
        self._answers[origin, digest] += 1
        return f"{digest}-{self._answers[origin, digest]}"


def _only(found: dict[str, typing.Any], name: str) -> typing.Any:
    if "starts_at" in found or "ends_at" in found:
        raise ValueError("give either `at`, or `starts_at` and `ends_at`")
    return found.pop(name)


def _check(kind: str, required: frozenset[str], found: Mapping[str, typing.Any]) -> None:
    """The rules that look at more than one column."""
    if not required <= found.keys():
        raise ValueError(f"{', '.join(sorted(required - found.keys()))} is missing")
    for earlier, later in _IN_ORDER.get(kind, ()):
        if earlier in found and later in found and found[later] < found[earlier]:
            raise ValueError(f"{later} is before {earlier}")
    if kind == Deployment.kind:
        finished = found.get("status", "success") in ("success", "failure")
        if finished and "finished_at" not in found:
            raise ValueError("finished_at is missing; a deployment that still runs has the status running")
        if "finished_at" not in found and "started_at" not in found:
            raise ValueError("started_at or finished_at is missing")
    if kind == Observation.kind and found["value"] < 0 and found.get("unit") in _NEVER_NEGATIVE:
        raise ValueError(f"value: {found['value']} {found['unit']} is below zero")
