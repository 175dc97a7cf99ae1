"""Records in their tables, what has been read of them, and where reading goes on."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

import duckdb

from scorecard_exporter.events.model import BEGINNING, Batch, Coverage, Record
from scorecard_exporter.quantities import instant, moment
from scorecard_exporter.store.base import Delivery
from scorecard_exporter.store.known import merged
from scorecard_exporter.store.tables import RECORDS, RecordTable, from_rows


def write(connection: duckdb.DuckDBPyConnection, source: str, deliveries: Iterable[Delivery]) -> dict[str, int]:
    """Put batches of a source's streams down, in their order; the number of rows by record kind.

    What neither replaces nor is merged is gathered and put down at one go: a table of millions of rows is searched
    once for all of it. The transaction is the caller's.
    """
    stored: Counter[str] = Counter()
    waiting: list[Batch] = []
    for _, batch in deliveries:
        if batch.replace or batch.is_partial:
            stored += _put(connection, waiting)
            waiting = []
            for origin, kind in batch.replace:
                _drop(connection, origin, kind)
        waiting.append(_whole(connection, batch))
    stored += _put(connection, waiting)
    _move_on(connection, source, {stream: batch.cursor for stream, batch in deliveries})
    return dict(stored)


def cursors(connection: duckdb.DuckDBPyConnection, source: str) -> dict[str, str]:
    """Where each stream of a source goes on."""
    return dict(connection.execute("SELECT stream, cursor FROM cursors WHERE source = ?", [source]).fetchall())


def coverage(
    connection: duckdb.DuckDBPyConnection, origins: Collection[str] = (), kinds: Collection[str] = ()
) -> list[Coverage]:
    """What has been read, by origin and kind: that of these origins and of these kinds; all where none is named."""
    chosen = "WHERE origin IN (SELECT unnest(?)) OR kind IN (SELECT unnest(?))" if origins or kinds else ""
    rows = connection.execute(
        f"SELECT origin, kind, from_at, to_at FROM coverage {chosen} ORDER BY ALL",
        [sorted(origins), sorted(kinds)] if chosen else None,
    ).fetchall()
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


def _whole(connection: duckdb.DuckDBPyConnection, batch: Batch) -> Batch:
    if not batch.is_partial:
        return batch
    return dataclasses.replace(batch, records=tuple(merged(connection, batch.records)), is_partial=False)


def _put(connection: duckdb.DuckDBPyConnection, batches: Sequence[Batch]) -> Counter[str]:
    stored: Counter[str] = Counter()
    for kind, found in _by_kind(record for batch in batches for record in batch.records).items():
        _upsert(connection, RECORDS[kind], found)
        stored[kind] += len(found)
    _cover(connection, [covered for batch in batches for covered in batch.coverage])
    return stored


def _move_on(connection: duckdb.DuckDBPyConnection, source: str, cursors: Mapping[str, str]) -> None:
    streams = list(cursors)
    connection.execute("DELETE FROM cursors WHERE source = ? AND stream IN (SELECT unnest(?))", [source, streams])
    types = {"source": "VARCHAR", "stream": "VARCHAR", "cursor": "VARCHAR"}
    insert(connection, "cursors", from_rows(types, [(source, *one) for one in cursors.items()]))


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
    started meanwhile changes even the time of creation. It is bounded by origin: rows of one are written
    together, so that most of a large table is passed over.
    """
    connection.register("batch", table.rows(records))
    same = "(origin, key) IN (SELECT origin, key FROM batch)"
    bounds = connection.execute("SELECT min(origin), max(origin) FROM batch").fetchone()
    connection.execute(f"DELETE FROM {table.name} WHERE origin BETWEEN ? AND ? AND {same}", bounds)
    replaced = connection.fetchall()[0][0]
    if replaced:
        for part in table.parts.values():
            connection.execute(f"DELETE FROM {part} WHERE kind = ? AND {same}", [table.kind])
    connection.execute(f"INSERT INTO {table.name} BY NAME SELECT * FROM batch")
    connection.unregister("batch")
    for part, rows in table.parts_of(records).items():
        insert(connection, part, rows)


def _cover(connection: duckdb.DuckDBPyConnection, coverage: Sequence[Coverage]) -> None:
    """Widen what has been read of each origin and kind.

    Of two spans with a gap between them the later one stands: what lies before it cannot be vouched
    for, and a period is judged by where the newest unbroken history begins.
    """
    if not coverage:
        return
    types = {"origin": "VARCHAR", "kind": "VARCHAR"}
    pairs = {(one.origin, one.kind) for one in coverage}
    connection.register("covered", from_rows(types, sorted(pairs)))
    same = "(origin, kind) IN (SELECT origin, kind FROM covered)"
    rows = connection.execute(f"SELECT origin, kind, from_at, to_at FROM coverage WHERE {same}").fetchall()
    spans = {(origin, kind): (begin, end) for origin, kind, begin, end in rows}
    for one in coverage:
        span = BEGINNING if one.from_at is None else instant(one.from_at), instant(one.to_at)
        spans[one.origin, one.kind] = _widened(spans.get((one.origin, one.kind), span), span)
    connection.execute(f"DELETE FROM coverage WHERE {same}")
    connection.unregister("covered")
    types |= {"from_at": "BIGINT", "to_at": "BIGINT"}
    insert(connection, "coverage", from_rows(types, [(*pair, *span) for pair, span in spans.items()]))


def _widened(known: tuple[int, int], more: tuple[int, int]) -> tuple[int, int]:
    touches = more[0] <= known[1] and known[0] <= more[1]
    return (min(known[0], more[0]), max(known[1], more[1])) if touches else max(known, more)
