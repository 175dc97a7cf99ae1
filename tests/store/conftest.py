"""An empty store of its own for every test."""

import pytest

from scorecard_exporter.store.duckdb import DuckDBStore


@pytest.fixture
def path(tmp_path):
    return tmp_path / "scorecard.duckdb"


@pytest.fixture
def store(path):
    opened = DuckDBStore.open(path)
    yield opened
    opened.close()


@pytest.fixture
def rows(store):
    """The rows that a statement gives, as tuples."""

    def read(sql):
        return [tuple(row.values()) for row in store.query(sql).to_struct_array().to_pylist()]

    return read
