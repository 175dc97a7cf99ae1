"""The tables of a store are those that the records and facts need, whichever version made it."""

from importlib.resources import files

import duckdb
import pytest

from scorecard_exporter.errors import StoreError
from scorecard_exporter.store.duckdb import DuckDBStore
from scorecard_exporter.store.migrations import steps
from scorecard_exporter.store.tables import FACTS, PARTS, RECORDS, fact_types

NEWEST = max(steps())


def columns(store):
    found = store.query("SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal")
    tables = {}
    for row in found.to_struct_array().to_pylist():
        tables.setdefault(row["table_name"], {})[row["column_name"]] = row["data_type"]
    return tables


NEEDED = {
    **{table.name: dict(table.types) for table in RECORDS.values()},
    **{name: fact_types(name) for name in FACTS},
    **{name: dict(types) for name, types in PARTS.items()},
}


@pytest.mark.parametrize("table", sorted(NEEDED))
def test_a_table_has_a_column_for_every_field(store, table):
    """A field added to a record or a fact without a migration step is found here."""
    assert columns(store)[table] == NEEDED[table]


def test_steps_are_numbered_without_a_gap():
    assert list(steps()) == list(range(1, NEWEST + 1))


def test_there_are_no_keys_and_no_indexes(store):
    """They would make replacing a batch several times slower; uniqueness is what `write` takes care of."""
    assert store.query("SELECT * FROM duckdb_indexes()").num_rows == 0
    assert store.query("SELECT * FROM duckdb_constraints()").num_rows == 0


@pytest.mark.parametrize("version", range(1, NEWEST + 1))
def test_a_store_of_every_earlier_version_opens_with_its_content(path, checkout, version):
    """`version-N.sql` is a store as version N wrote it; all of it is there afterwards, in today's tables."""
    written = (checkout / f"tests/testdata/store/version-{version}.sql").read_text()
    with duckdb.connect(str(path)) as old:
        old.execute(written)
        before = dict(old.execute("SELECT table_name, estimated_size FROM duckdb_tables()").fetchall())
    store = DuckDBStore.open(path)
    after = store.statistics()["rows"]
    assert columns(store) == columns_of_a_new_store(path.with_name("new.duckdb"))
    assert {name: after[name] for name in before} == before
    assert store.cursors("acme").get("tags") == "v2"
    store.close()


def columns_of_a_new_store(path):
    new = DuckDBStore.open(path)
    found = columns(new)
    new.close()
    return found


def test_a_store_that_was_opened_before_is_as_it_was(path):
    for _ in range(2):
        store = DuckDBStore.open(path)
        assert store.query("SELECT version FROM meta").to_struct_array().to_pylist() == [{"version": NEWEST}]
        store.close()


def test_a_store_of_a_newer_version_is_refused(path):
    DuckDBStore.open(path).close()
    with duckdb.connect(str(path)) as newer:
        newer.execute("UPDATE meta SET version = 99")
    with pytest.raises(StoreError) as refusal:
        DuckDBStore.open(path)
    assert str(refusal.value) == (
        f"The store {path} cannot be used: it was written by a newer version of this program (its tables are of "
        f"version 99, this one knows {NEWEST}); run that version, or name another file under `store`."
    )


def test_steps_are_part_of_the_package():
    names = [file.name for file in files("scorecard_exporter.store.migrations").iterdir() if file.name.endswith(".sql")]
    assert len(names) == NEWEST
