"""Where events are kept: one contract, one engine behind it today."""

from __future__ import annotations

from pathlib import Path

from scorecard_exporter.errors import StoreError
from scorecard_exporter.store.base import Store
from scorecard_exporter.store.duckdb import DuckDBStore

_SCHEME = "duckdb:"


def store_path(address: str) -> Path:
    """The file that `duckdb:PATH` names.

    Raises:
        StoreError: it is another kind of address.
    """
    if not address.startswith(_SCHEME) or address == _SCHEME:
        raise StoreError(f"{address!r} is no store; write duckdb:PATH, such as duckdb:./data/scorecard.duckdb")
    return Path(address.removeprefix(_SCHEME))


def open_store(address: str) -> Store:
    """Open the store at `duckdb:PATH`; a relative path is meant from the current directory.

    Raises:
        StoreBusyError: another process holds it.
        StoreError: it cannot be opened, is not ours, or is from a newer version.
    """
    return DuckDBStore.open(store_path(address))
