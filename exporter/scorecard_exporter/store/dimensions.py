"""The small tables made from the configuration, and from what names the sources use."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import duckdb

from scorecard_exporter.events.model import Observation, Record, SurveyAnswer, is_from
from scorecard_exporter.events.patterns import matches
from scorecard_exporter.quantities import instant
from scorecard_exporter.store.base import Dimensions, SubjectPattern
from scorecard_exporter.store.records import insert
from scorecard_exporter.store.tables import from_rows

_FIRST_DAY, _LAST_DAY = date(1990, 1, 1), date(2060, 1, 1)
_EPOCH = date(1970, 1, 1)

SURVEY = "survey/"
"""Before the name of a survey, where its subjects stand among those of series: no series has such a name."""

Name = tuple[str, str, str]
"""Series, origin and raw subject of an observation, or the survey of an answer."""


def replace(connection: duckdb.DuckDBPyConnection, dimensions: Dimensions) -> None:
    """Make all of them anew. The transaction is the caller's."""
    for table in ("scope", "calendar", "series_subject"):
        connection.execute(f"DELETE FROM {table}")
    insert(connection, "scope", from_rows({"team": "VARCHAR", "subject": "VARCHAR"}, dimensions.scope))
    days = {"zone": "VARCHAR", "day": "BIGINT", "starts_at": "BIGINT", "ends_at": "BIGINT"}
    for zone in sorted(set(dimensions.zones)):
        insert(connection, "calendar", from_rows(days, list(_days(zone))))
    names = connection.execute(
        "SELECT DISTINCT series, origin, subject FROM observations UNION ALL "
        f"SELECT DISTINCT '{SURVEY}' || survey, origin, subject FROM survey_answers"
    ).fetchall()
    _insert_subjects(connection, dimensions.subjects, names)


def add_subjects(
    connection: duckdb.DuckDBPyConnection, patterns: tuple[SubjectPattern, ...], records: Iterable[Record]
) -> None:
    """Give the raw subjects of new observations and answers their meaning, those that were not seen before."""
    names = {
        (one.series if isinstance(one, Observation) else f"{SURVEY}{one.survey}", one.origin, one.subject)
        for one in records
        if isinstance(one, Observation | SurveyAnswer)
    }
    _insert_subjects(connection, patterns, names)


def _insert_subjects(
    connection: duckdb.DuckDBPyConnection, patterns: tuple[SubjectPattern, ...], names: Iterable[Name]
) -> None:
    rows = list(meanings(patterns, names))
    if rows:
        types = dict.fromkeys(("series", "origin", "raw", "subject"), "VARCHAR")
        connection.register("meanings", from_rows(types, rows))
        connection.execute("INSERT INTO series_subject SELECT * FROM meanings EXCEPT SELECT * FROM series_subject")
        connection.unregister("meanings")


def meanings(patterns: tuple[SubjectPattern, ...], names: Iterable[Name]) -> Iterator[tuple[str, str, str, str]]:
    """Each name with each subject that it belongs to: those that name it in full, else those whose glob does.

    An answer of a survey belongs to one team, the first of them: of teams that overlap, a small group could be worked
    out.
    """
    written: defaultdict[tuple[str, str], list[SubjectPattern]] = defaultdict(list)
    globs: defaultdict[str, list[SubjectPattern]] = defaultdict(list)
    for pattern in patterns:
        written[pattern.series, pattern.raw.lower()].append(pattern)
        if "*" in pattern.raw or "?" in pattern.raw or pattern.raw.startswith("/"):
            globs[pattern.series].append(pattern)
    for series, origin, raw in names:
        exact = [pattern for pattern in written[series, raw.lower()] if is_from(origin, pattern.origin)]
        near = (one for one in globs[series] if is_from(origin, one.origin) and matches(raw, (one.raw,)))
        subjects = list(dict.fromkeys(pattern.subject for pattern in exact or near))
        for subject in subjects[:1] if series.startswith(SURVEY) else subjects:
            yield series, origin, raw, subject


def _days(zone: str) -> Iterator[tuple[str, int, int, int]]:
    """The days of a zone; `day` counts from 1970. A day that a zone skipped is not there."""
    region = ZoneInfo(zone)
    count = (_LAST_DAY - _FIRST_DAY).days
    dates = [_FIRST_DAY + timedelta(days=number) for number in range(count + 1)]
    starts = [instant(datetime(day.year, day.month, day.day, tzinfo=region)) for day in dates]
    for day, starts_at, ends_at in zip(dates, starts, starts[1:], strict=False):
        if starts_at < ends_at:
            yield zone, (day - _EPOCH).days, starts_at, ends_at
