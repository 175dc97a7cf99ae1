"""A full disk undoes the write in hand; a killed process loses no batch that was acknowledged."""

import contextlib
import random
import subprocess
import sys
import time

import pytest

from scorecard_exporter.errors import StoreFullError
from scorecard_exporter.events.model import Batch, Branch
from scorecard_exporter.store.duckdb import DuckDBStore

resource = pytest.importorskip("resource", reason="the system cannot limit the size of a file")

MEGABYTE = 1024 * 1024
ROWS = 2000


def bulk(number):
    """A batch of about a megabyte that does not compress away."""
    noise = random.Random(number)  # noqa: S311 - filling, no secret
    records = tuple(
        Branch(origin="acme:api", key=f"{number}/{row}", sha=noise.randbytes(256).hex()) for row in range(ROWS)
    )
    return Batch(records=records, cursor=str(number))


@contextlib.contextmanager
def disk_full_at(size):
    """No file of this process may grow beyond `size` bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def stored(store):
    return store.query("SELECT count(*) AS n FROM branches").to_struct_array().to_pylist()[0]["n"]


def test_a_write_on_a_full_disk_is_undone(store, path):
    """Records and cursor are those from before, readers go on, and the same batch goes in once there is room."""
    store.write("acme", ("branches", bulk(1)))
    with disk_full_at(MEGABYTE // 2), pytest.raises(StoreFullError) as refusal:
        store.write("acme", ("branches", bulk(2)))
    assert str(refusal.value) == (
        f'Nothing was stored in {path}: Could not write file "{path}.wal": File too large. Make room on that disk; '
        "what could not be written is read again at the next poll."
    )
    assert stored(store) == ROWS
    assert store.cursors("acme").get("branches") == "1"
    store.write("acme", ("branches", bulk(2)))
    assert stored(store) == 2 * ROWS
    assert store.cursors("acme").get("branches") == "2"


def test_housekeeping_on_a_full_disk_loses_nothing(store):
    """DuckDB gives the opened file up after a failed checkpoint; the store opens it anew."""
    for number in range(1, 4):
        store.write("acme", ("branches", bulk(number)))
    with disk_full_at(MEGABYTE), pytest.raises(StoreFullError, match="Make room on that disk"):
        store.maintain()
    assert stored(store) == 3 * ROWS
    assert store.cursors("acme").get("branches") == "3"
    store.write("acme", ("branches", bulk(4)))
    store.maintain()
    assert stored(store) == 4 * ROWS


def test_batches_on_a_disk_that_fills_up_are_there_or_not(path):
    """Whichever write meets the end of the disk, that of the log or that of the file: whole batches stay."""
    store = DuckDBStore.open(path)
    acknowledged = 0
    with disk_full_at(12 * MEGABYTE):
        for number in range(1, 40):
            try:
                store.write("acme", ("branches", bulk(number)))
            except StoreFullError:
                break
            acknowledged = number
    assert 0 < acknowledged < 39
    assert stored(store) == acknowledged * ROWS
    assert store.cursors("acme").get("branches") == str(acknowledged)
    store.close()


WRITE_ON = """
import sys
from pathlib import Path
from scorecard_exporter.events.model import Batch, Branch
from scorecard_exporter.store.duckdb import DuckDBStore
store = DuckDBStore.open(Path(sys.argv[1]))
number = int(store.cursors("acme").get("branches") or 0)
while True:
    number += 1
    records = tuple(Branch(origin="acme:api", key=f"{number}/{row}", sha="c" * 40) for row in range(500))
    store.write("acme", ("branches", Batch(records=records, cursor=str(number))))
    if number % 7 == 0:
        store.maintain()
    print(number, flush=True)
"""


def test_a_process_killed_at_any_moment_loses_no_acknowledged_batch(path):
    """Twenty times, at other moments; the cursor is neither ahead of its records nor behind what was acknowledged."""
    chance = random.Random(20)  # noqa: S311 - moments, no secret
    for _ in range(20):
        command = [sys.executable, "-c", WRITE_ON, str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            said = [writer.stdout.readline() for _ in range(chance.randint(1, 9))]
            time.sleep(chance.uniform(0, 0.03))
            writer.kill()
            said += writer.stdout.readlines()
        acknowledged = [int(line) for line in said if line.endswith("\n")]
        store = DuckDBStore.open(path)
        reached = int(store.cursors("acme").get("branches"))
        assert reached >= acknowledged[-1]
        assert stored(store) == reached * 500
        store.close()
