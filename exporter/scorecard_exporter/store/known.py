"""Records as they are stored, for news that must be merged into them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import duckdb

from scorecard_exporter.events.merge import merge, stands_alone
from scorecard_exporter.events.model import Record, Transition
from scorecard_exporter.quantities import moment
from scorecard_exporter.store.tables import RECORDS, RecordTable, from_rows

_Address = tuple[str, str]
_ADDRESS = {"origin": "VARCHAR", "key": "VARCHAR"}
_PART_COLUMNS = {"labels": "label", "paths": "path", "transitions": "status, occurred_at"}


def merged(connection: duckdb.DuckDBPyConnection, news: Iterable[Record]) -> list[Record]:
    """Each of these records with what is known of it; several about one thing are merged in their order.

    What does not stand alone and belongs to nothing that is known is left out.
    """
    by_kind: dict[str, dict[_Address, list[Record]]] = defaultdict(lambda: defaultdict(list))
    for record in news:
        by_kind[record.kind][record.origin, record.key].append(record)
    found = []
    for kind, things in by_kind.items():
        known = _find(connection, RECORDS[kind], things)
        for address, records in things.items():
            whole = known.get(address)
            for record in records:
                if whole or stands_alone(record):
                    whole = merge(whole, record)
            found.extend([whole] if whole else [])
    return found


def _find(
    connection: duckdb.DuckDBPyConnection, table: RecordTable, addresses: Iterable[_Address]
) -> dict[_Address, Record]:
    connection.register("wanted", from_rows(_ADDRESS, list(addresses)))
    same = "(origin, key) IN (SELECT origin, key FROM wanted)"
    try:
        columns = list(table.types)
        rows = connection.execute(f"SELECT {', '.join(columns)} FROM {table.name} WHERE {same}").fetchall()
        parts = {field: _parts(connection, table.kind, name, same) for field, name in table.parts.items()}
    finally:
        connection.unregister("wanted")
    found = {}
    for row in rows:
        values: dict[str, Any] = dict(zip(columns, row, strict=True))
        address = values["origin"], values["key"]
        found[address] = table.record(values, {field: tuple(every[address]) for field, every in parts.items()})
    return found


def _parts(connection: duckdb.DuckDBPyConnection, kind: str, table: str, same: str) -> defaultdict[_Address, list[Any]]:
    order = "position" if table == "transitions" else "3"
    rows = connection.execute(
        f"SELECT origin, key, {_PART_COLUMNS[table]} FROM {table} WHERE kind = ? AND {same} ORDER BY {order}", [kind]
    ).fetchall()
    found: defaultdict[_Address, list[Any]] = defaultdict(list)
    for origin, key, *said in rows:
        found[origin, key].append(Transition(status=said[0], at=moment(said[1])) if len(said) > 1 else said[0])
    return found
