"""What may be observed: the fields of an observation, and the series and subjects of the configuration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any

from scorecard_exporter.errors import WrongField, WrongFieldsError
from scorecard_exporter.events.model import Observation
from scorecard_exporter.events.patterns import matches
from scorecard_exporter.sources.rows.columns import Columns, Row, columns
from scorecard_exporter.sources.rows.values import FUTURE_TOLERANCE
from scorecard_exporter.sources.text import excerpt, unknown

NAME = "observations"
"""The source that these observations are of; their thing is the name of the series."""
MOST = 10_000
"""Observations of one body."""
FIELDS = columns(Observation.kind) - {"kind", "thing", "key"}
"""Series, subject and time are the key: there is no other."""

_AHEAD = timedelta(minutes=5)
"""How far the clock of a sender may be ahead."""
_TIMES = ("at", "starts_at", "ends_at")


@dataclass(frozen=True, slots=True)
class KnownSeries:
    """A series of the configuration: its unit, and the names and patterns of its subjects in observations."""

    unit: str
    subjects: tuple[str, ...]

    def written(self, subject: str) -> str:
        """A subject as the configuration writes it: `Platform` and `platform` are one."""
        return next((one for one in self.subjects if one.lower() == subject.lower()), subject)


def observations(body: Any, series: Mapping[str, KnownSeries], zone: tzinfo, at: datetime) -> list[Observation]:
    """The observations of a body, `{"observations": […]}` or one alone; `zone` is that of times without one.

    Raises:
        WrongFieldsError: something of it is wrong; every field is named, and what is allowed.
    """
    rows = _rows(body)
    checker = _Checker(series, Columns(NAME, zone, at - FUTURE_TOLERANCE + _AHEAD), at + _AHEAD)
    wrong = [mistake for where, row in rows for mistake in checker.mistakes(where, row)]
    if wrong:
        raise WrongFieldsError(wrong)
    found = [checker.observation(row) for _, row in rows]
    contradictions = list(_contradictions(rows, found))
    if contradictions:
        raise WrongFieldsError(contradictions)
    return found


def _rows(body: Any) -> list[tuple[str, Row]]:
    """(where, fields) of each observation."""
    if isinstance(body, dict) and "series" in body:
        return [("", body)]
    if not isinstance(body, dict) or body.keys() != {"observations"} or not isinstance(body["observations"], list):
        message = 'the body is neither {"observations": [...]} nor one observation with its `series`'
        raise WrongFieldsError([WrongField("", message, ("observations", *sorted(FIELDS)))])
    listed = body["observations"]
    if not 0 < len(listed) <= MOST:
        raise WrongFieldsError(
            [WrongField("observations", f"{len(listed)} of them; 1 to {MOST:,} may be sent at once")]
        )
    wrong = [
        WrongField(f"observations[{place}]", "it is not an object of fields and values", tuple(sorted(FIELDS)))
        for place, row in enumerate(listed)
        if not isinstance(row, dict)
    ]
    if wrong:
        raise WrongFieldsError(wrong)
    return [(f"observations[{place}]", row) for place, row in enumerate(listed)]


@dataclass(frozen=True, slots=True)
class _Checker:
    series: Mapping[str, KnownSeries]
    columns: Columns
    latest: datetime

    def mistakes(self, where: str, row: Row) -> Iterator[WrongField]:
        """All that is wrong with one observation."""
        for name, message, allowed in self._mistakes(row):
            yield WrongField(".".join(part for part in (where, name) if part), message, allowed)

    def observation(self, row: Row) -> Observation:
        record = self.columns.record(Observation.kind, str(row["series"]).strip(), self._in_terms(row))
        assert isinstance(record, Observation)  # noqa: S101  what a row of that kind becomes
        return record

    def _mistakes(self, row: Row) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        foreign = sorted(row.keys() - FIELDS)
        for name in foreign:
            yield name, unknown("the field", name, FIELDS), tuple(sorted(FIELDS))
        missing = [name for name in ("series", "value") if row.get(name) in (None, "")]
        for name in missing:
            yield name, f"{name} is missing", tuple(sorted(self.series)) if name == "series" else ()
        if not any(row.get(name) for name in _TIMES):
            yield "at", "the time is missing: give `at`, or `starts_at` and `ends_at`", _TIMES
            missing.append("at")
        yield from self._of_series(row)
        own = {name: value for name, value in self._in_terms(row).items() if name in FIELDS}
        for name, message in self.columns.mistakes(Observation.kind, own).items():
            if name or not (missing or foreign):
                yield name, message, ()
        if not missing:
            yield from self._of_time(own)

    def _of_series(self, row: Row) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        name = _text(row, "series")
        if name and name not in self.series:
            yield "series", unknown("the series", name, self.series), tuple(sorted(self.series))
        known = self.series.get(name)
        if known is None:
            return
        subject, unit = _text(row, "subject"), _text(row, "unit").lower()
        if not matches(subject, known.subjects):
            allowed = tuple(sorted(known.subjects))
            said = unknown("the subject", subject, allowed) if subject else "subject is missing"
            yield "subject", said, allowed
        if unit not in ("", known.unit):
            yield "unit", f"series {name!r} is in {known.unit}, not in {excerpt(unit, 30)!r}", (known.unit,)

    def _of_time(self, row: Row) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        """A span that is not over cannot be known yet; the columns themselves allow it."""
        try:
            found = self.columns.record(Observation.kind, "", row)
        except ValueError:
            return  # said already
        if isinstance(found, Observation) and found.ends_at > self.latest:
            yield "ends_at", f"{excerpt(str(row.get('ends_at')), 60)!r} is in the future: that time is not over", ()

    def _in_terms(self, row: Row) -> Row:
        known = self.series.get(_text(row, "series"))
        return {**row, "subject": known.written(_text(row, "subject")), "unit": known.unit} if known else row


def _contradictions(rows: Sequence[tuple[str, Row]], found: Sequence[Observation]) -> Iterator[WrongField]:
    """One body that says two things of one series, subject and time means neither for sure."""
    first: dict[str, tuple[str, Observation]] = {}
    for (where, _), one in zip(rows, found, strict=True):
        before = first.setdefault(one.key, (where, one))
        if before[1].value != one.value:
            yield WrongField(where, f"another value of the same series, subject and time stands at {before[0]}")


def _text(row: Row, name: str) -> str:
    value = row.get(name)
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
