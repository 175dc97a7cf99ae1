"""The shape of the tables over time: numbered steps, forward only.

A step is a file `NNNN_what.sql`, applied once, in the order of the numbers. A published step never
changes again; the table `meta` says how far a store has come.
"""

from __future__ import annotations

from importlib.resources import files

import duckdb

from scorecard_exporter.errors import StoreError


def steps() -> dict[int, str]:
    """The statements of every step by its number, in order."""
    found = {file.name: file for file in files(__name__).iterdir() if file.name.endswith(".sql")}
    return {int(name[:4]): found[name].read_text(encoding="utf-8") for name in sorted(found)}


def migrate(connection: duckdb.DuckDBPyConnection) -> None:
    """Bring the tables up to date, all steps or none.

    Raises:
        StoreError: the tables are not ours, or from a newer version of this program.
    """
    every = steps()
    newest, present = max(every), _version(connection)
    if present > newest:
        raise StoreError(
            f"it was written by a newer version of this program (its tables are of version {present}, "
            f"this one knows {newest}); run that version, or name another file under `store`"
        )
    if present == newest:
        return
    connection.execute("BEGIN")
    for number in range(present + 1, newest + 1):
        connection.execute(every[number])
    connection.execute("CREATE TABLE IF NOT EXISTS meta (version BIGINT)")
    connection.execute("DELETE FROM meta")
    connection.execute("INSERT INTO meta VALUES (?)", [newest])
    connection.execute("COMMIT")


def _version(connection: duckdb.DuckDBPyConnection) -> int:
    """How far the tables have come; 0 for an empty file."""
    tables = {name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    if "meta" in tables:
        rows = connection.execute("SELECT version FROM meta").fetchall()
        return int(rows[0][0])
    if tables:
        raise StoreError("it is a database of something else; name another file under `store`")
    return 0
