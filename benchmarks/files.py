"""From CSV files of all kinds of events, first read to last commit, into an empty store."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import event_files
from promise import Promise, tell
from scorecard_exporter.sources.files.options import FilesOptions
from scorecard_exporter.store import open_store

ROWS_PER_KIND, RUNS = 25_000, 5


def measure() -> Iterator[Promise]:
    with TemporaryDirectory() as folder:
        events = event_files.make(Path(folder) / "events", rows_per_kind=ROWS_PER_KIND)
        runs = [events / _seconds(folder, number, events) for number in range(RUNS)]
    yield Promise(
        name=f"files, {events:,} events of {len(event_files.ROWS)} kinds to the store",
        runs=runs,
        unit="events/s",
        sense="at least",
        bound=30_000,
    )


def _seconds(folder: str, run: int, events: int) -> float:
    source = FilesOptions.model_validate({"type": "files", "path": "events"}).build("events", folder)
    store = open_store(f"duckdb:{folder}/run-{run}.duckdb")
    began, stored = time.perf_counter(), 0
    for stream in source.streams:
        for batch in stream.read(None, event_files.ENDS_AT):
            stored += sum(store.write(source.name, (stream.name, batch)).values())
            if batch.problems:
                raise AssertionError(batch.problems[0].message)
    seconds = time.perf_counter() - began
    store.close()
    if stored != events:
        raise AssertionError(f"{stored} events were stored of {events}")
    return seconds


if __name__ == "__main__":
    tell(measure())
