"""The file: opened by one process, made where it is missing, refused where it is not ours."""

import subprocess
import sys
import threading

import duckdb
import pytest

from scorecard_exporter.errors import StoreBusyError, StoreError
from scorecard_exporter.events.model import Batch, Branch
from scorecard_exporter.store import open_store, store_path
from scorecard_exporter.store.duckdb import DuckDBStore

HOLD = """
import sys
from pathlib import Path
from scorecard_exporter.store.duckdb import DuckDBStore
store = DuckDBStore.open(Path(sys.argv[1]))
print("open", flush=True)
sys.stdin.read()
"""


def tip(sha, key="main"):
    return Batch(records=(Branch(origin="acme:api", key=key, sha=sha),), cursor=sha)


def test_a_store_that_another_process_holds_says_which(path):
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "open\n"
        with pytest.raises(StoreBusyError) as refusal:
            DuckDBStore.open(path)
        holder.stdin.close()
    assert f"The store {path} is held by process {holder.pid} (" in str(refusal.value)
    assert "`status` and `explain` ask the exporter that runs there" in str(refusal.value)
    DuckDBStore.open(path).close()


def test_missing_folders_are_made(tmp_path):
    path = tmp_path / "data" / "of" / "scorecards" / "store.duckdb"
    DuckDBStore.open(path).close()
    assert path.is_file()


def test_a_file_that_is_no_database_is_refused_and_left_alone(path):
    path.write_text("deployments\n" * 1000)
    with pytest.raises(StoreError, match=r"The store .* cannot be opened: .*not a valid DuckDB database file\. Mend"):
        DuckDBStore.open(path)
    assert path.read_text() == "deployments\n" * 1000


def test_a_database_of_something_else_is_refused_and_left_alone(path):
    with duckdb.connect(str(path)) as other:
        other.execute("CREATE TABLE deployments (id INTEGER)")
    with pytest.raises(StoreError, match="it is a database of something else; name another file under `store`"):
        DuckDBStore.open(path)
    with duckdb.connect(str(path)) as other:
        assert other.execute("SELECT table_name FROM duckdb_tables()").fetchall() == [("deployments",)]


def test_a_folder_that_cannot_be_made_is_named(path):
    path.write_text("a file")
    with pytest.raises(StoreError, match=r"The folder of the store .* cannot be made"):
        DuckDBStore.open(path / "store.duckdb")


@pytest.mark.parametrize("address", ["postgresql://localhost/scorecard", "./scorecard.duckdb", "duckdb:"])
def test_other_addresses_are_refused(address):
    with pytest.raises(StoreError, match="write duckdb:PATH"):
        store_path(address)


def test_an_address_names_a_file(path):
    open_store(f"duckdb:{path}").close()
    assert path.is_file()


def test_the_file_can_be_read_by_every_supported_version_of_duckdb(rows):
    assert rows("SELECT tags['storage_version'] FROM duckdb_databases() WHERE NOT internal") == [("v1.5.0+",)]


def test_content_outlives_the_process(path):
    store = DuckDBStore.open(path)
    store.write("acme", ("branches", tip("c1")))
    store.close()
    store = DuckDBStore.open(path)
    assert store.cursors("acme").get("branches") == "c1"
    store.close()


def test_a_closed_store_says_so(store):
    store.close()
    with pytest.raises(StoreError, match="is closed"):
        store.cursors("acme").get("branches")


def test_readers_see_whole_batches_while_another_thread_writes(store):
    """A batch moves two branches at once; no reader ever sees them apart."""
    store.write("acme", ("branches", Batch(records=(), cursor="0")))
    seen, stop = [], threading.Event()

    def read():
        while not stop.is_set():
            found = store.query("SELECT DISTINCT sha FROM branches").to_struct_array().to_pylist()
            seen.append(len(found))

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for number in range(50):
        pair = tuple(Branch(origin="acme:api", key=key, sha=f"c{number}") for key in ("main", "release"))
        store.write("acme", ("branches", Batch(records=pair, cursor=str(number))))
    stop.set()
    for reader in readers:
        reader.join()
    assert set(seen) <= {0, 1}


def test_threads_may_write_at_once(store, rows):
    """They wait for each other."""
    writers = [
        threading.Thread(target=store.write, args=("acme", (f"stream {n}", tip(f"c{n}", f"branch {n}"))))
        for n in range(8)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert rows("SELECT count(*) FROM branches") == [(8,)]


def test_statements_reach_nothing_outside_the_store(store, tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_text("token\nhunter2\n")
    with pytest.raises(duckdb.Error, match="disabled"):
        store.query(f"SELECT * FROM '{secret}'")


def test_a_broken_statement_leaves_the_store_usable(store, rows):
    with pytest.raises(duckdb.Error):
        store.query("SELECT nonsense")
    assert rows("SELECT 1") == [(1,)]


def test_statistics_count_rows_and_bytes(store, path):
    store.write("acme", ("branches", tip("c1")))
    store.maintain()
    found = store.statistics()
    assert found["rows"]["branches"] == 1
    assert found["rows"]["commits"] == 0
    assert found["bytes"] == sum(file.stat().st_size for file in path.parent.iterdir())


def test_maintenance_moves_the_log_into_the_file(store, path):
    store.write("acme", ("branches", tip("c1")))
    log = path.with_name(path.name + ".wal")
    assert log.exists()
    store.maintain()
    assert not log.exists() or log.stat().st_size == 0
