"""Records in their tables, what has been read of them, and where reading goes on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import duckdb

from scorecard_exporter.events.model import BEGINNING, Batch, Coverage, Record
from scorecard_exporter.quantities import instant, moment
from scorecard_exporter.store.tables import RECORDS, RecordTable


def write(connection: duckdb.DuckDBPyConnection, source: str, stream: str, batch: Batch) -> dict[str, int]:
    """Put a batch down; the number of rows by record kind. The transaction is the caller's."""
    for origin, kind in batch.replace:
        _drop(connection, origin, kind)
    stored = {}
    for kind, records in _by_kind(batch.records).items():
        _upsert(connection, RECORDS[kind], records)
        stored[kind] = len(records)
    for covered in batch.coverage:
        _cover(connection, covered)
    connection.execute("DELETE FROM cursors WHERE source = ? AND stream = ?", [source, stream])
    connection.execute("INSERT INTO cursors VALUES (?, ?, ?)", [source, stream, batch.cursor])
    return stored


def cursor(connection: duckdb.DuckDBPyConnection, source: str, stream: str) -> str | None:
    """Where a stream goes on."""
    rows = connection.execute("SELECT cursor FROM cursors WHERE source = ? AND stream = ?", [source, stream]).fetchall()
    return str(rows[0][0]) if rows else None


def coverage(connection: duckdb.DuckDBPyConnection) -> list[Coverage]:
    """What has been read, by origin and kind."""
    rows = connection.execute("SELECT origin, kind, from_at, to_at FROM coverage ORDER BY ALL").fetchall()
    return [
        Coverage(
            origin=origin, kind=kind, from_at=None if from_at == BEGINNING else moment(from_at), to_at=moment(to_at)
        )
        for origin, kind, from_at, to_at in rows
    ]


def insert(connection: duckdb.DuckDBPyConnection, table: str, rows: object) -> None:
    """Append an Arrow table to a table with the same column names."""
    connection.register("incoming", rows)
    connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM incoming")
    connection.unregister("incoming")


def _by_kind(records: Iterable[Record]) -> dict[str, list[Record]]:
    """The records by kind, each once: the last of those with the same origin and key."""
    kinds: dict[str, dict[tuple[str, str], Record]] = {}
    for record in records:
        kinds.setdefault(record.kind, {})[record.origin, record.key] = record
    return {kind: list(found.values()) for kind, found in kinds.items()}


def _drop(connection: duckdb.DuckDBPyConnection, origin: str, kind: str) -> None:
    table = RECORDS[kind]
    connection.execute(f"DELETE FROM {table.name} WHERE origin = ?", [origin])
    for name in (*table.parts.values(), "coverage"):
        connection.execute(f"DELETE FROM {name} WHERE origin = ? AND kind = ?", [origin, kind])


def _upsert(connection: duckdb.DuckDBPyConnection, table: RecordTable, records: Sequence[Record]) -> None:
    """Replace by origin and key, wherever the older copy is.

    The search for older copies is not bounded by time: a corrected file or a deployment that has
    started meanwhile changes even the time of creation.
    """
    connection.register("batch", table.rows(records))
    same = "(origin, key) IN (SELECT origin, key FROM batch)"
    connection.execute(f"DELETE FROM {table.name} WHERE {same}")
    replaced = connection.fetchall()[0][0]
    if replaced:
        for part in table.parts.values():
            connection.execute(f"DELETE FROM {part} WHERE kind = ? AND {same}", [table.kind])
    connection.execute(f"INSERT INTO {table.name} BY NAME SELECT * FROM batch")
    connection.unregister("batch")
    for part, rows in table.parts_of(records).items():
        insert(connection, part, rows)


def _cover(connection: duckdb.DuckDBPyConnection, covered: Coverage) -> None:
    """Widen what has been read of an origin and kind.

    Of two spans with a gap between them the later one stands: what lies before it cannot be vouched
    for, and a period is judged by where the newest unbroken history begins.
    """
    pair = [covered.origin, covered.kind]
    begin, end = BEGINNING if covered.from_at is None else instant(covered.from_at), instant(covered.to_at)
    known = connection.execute("SELECT from_at, to_at FROM coverage WHERE origin = ? AND kind = ?", pair).fetchall()
    for known_begin, known_end in known:
        touches = begin <= known_end and known_begin <= end
        both = (min(begin, known_begin), max(end, known_end))
        begin, end = both if touches else max((known_begin, known_end), (begin, end))
    connection.execute("DELETE FROM coverage WHERE origin = ? AND kind = ?", pair)
    connection.execute("INSERT INTO coverage VALUES (?, ?, ?, ?)", [*pair, begin, end])
