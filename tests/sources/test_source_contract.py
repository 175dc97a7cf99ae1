"""What every source promises, whatever it reads; a new one joins with a line in SOURCES."""

import os
import shutil
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scorecard_exporter.errors import SourceError
from scorecard_exporter.events.model import KINDS, Batch
from scorecard_exporter.sources import delivery
from scorecard_exporter.sources.kit.options import HttpOptions
from scorecard_exporter.sources.registry import TYPES

AT = datetime(2026, 6, 1, tzinfo=UTC)


@dataclass
class Shelf:
    """What a store keeps of a stream, as the contract of batches says, and nothing else."""

    records: dict = field(default_factory=dict)
    cursor: str | None = None

    def take(self, batch: Batch):
        self.records = {address: one for address, one in self.records.items() if address[:2] not in batch.replace}
        self.records |= {(record.origin, record.kind, record.key): record for record in batch.records}
        self.cursor = batch.cursor


def git(folder: Path):
    """Commits and tags, three at first and two more later."""
    person = {f"GIT_{who}_{what}": "a@b.example" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    dates = dict.fromkeys(("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"), "2026-01-01T00:00:00Z")
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), **person, **dates}

    def run(*arguments):
        subprocess.run(["git", *arguments], cwd=folder, env=environment, check=True, capture_output=True)

    def commit_and_tag(*names):
        for name in names:
            run("commit", "--quiet", "--allow-empty", "--message", name)
            run("tag", name)

    run("init", "--quiet")
    commit_and_tag("v1", "v2", "v3")
    return {"type": "git", "repositories": {"shop": str(folder)}}, lambda: commit_and_tag("v4", "v5")


def files(folder: Path):
    """Two files that feed the same thing, and one that feeds two kinds."""

    def write(name, *keys, kind="deployment"):
        rows = (f"{kind},t,{key},prod,2026-01-01T00:00:00Z\n" for key in keys)
        (folder / name).write_text("kind,thing,key,environment,finished_at\n" + "".join(rows))

    write("a.csv", "1", "2", "3")
    write("b.csv", "4", "5")
    return {"type": "files", "path": str(folder)}, lambda: write("b.csv", "5", "6", "7")


SOURCES = [pytest.param(git, id="git", marks=pytest.mark.needs("git")), pytest.param(files, id="files")]


@pytest.fixture(params=SOURCES)
def prepared(request, tmp_path, monkeypatch):
    """(streams, a function that makes something new happen); batches are of two records."""
    monkeypatch.setattr(delivery, "BATCH_SIZE", 2)
    folder = tmp_path / "system"
    folder.mkdir()
    options, grow = request.param(folder)
    source = TYPES[options["type"]].model_validate(options).build("source", str(tmp_path))
    return source.streams, grow


def poll(stream, shelf, *, batches=None, at=AT):
    """Read from the shelf's cursor; stop, as if killed, after so many `batches`."""
    reading = stream.read(shelf.cursor, at)
    for number, batch in enumerate(reading, 1):
        shelf.take(batch)
        if number == batches:
            reading.close()
            return False
    return True


def whole(stream):
    shelf = Shelf()
    poll(stream, shelf)
    return shelf.records


def test_every_type_of_source_that_reads_this_machine_is_held_to_the_contract():
    """Those that are read over HTTP have a contract of their own; what is only pushed to has nothing to read."""
    local = {name for name, options in TYPES.items() if not issubclass(options, HttpOptions)}
    assert {param.id for param in SOURCES} == local - {"webhook"}


def test_a_source_reads_from_nothing(prepared):
    streams, _ = prepared
    assert len({stream.name for stream in streams}) == len(streams)
    for stream in streams:
        records = whole(stream)
        assert records
        assert all(origin.startswith("source:") and kind in KINDS and key for origin, kind, key in records)


def test_reading_again_changes_nothing_and_moves_coverage_on(prepared):
    streams, _ = prepared
    later = AT + timedelta(hours=1)
    for stream in streams:
        shelf = Shelf()
        poll(stream, shelf)
        before = dict(shelf.records)
        again = list(stream.read(shelf.cursor, later))
        assert [record for batch in again for record in batch.records] == []
        assert {coverage.to_at for batch in again for coverage in batch.coverage} == {later}
        for batch in again:
            shelf.take(batch)
        assert shelf.records == before


def test_delivering_every_batch_again_changes_nothing(prepared):
    streams, _ = prepared
    for stream in streams:
        shelf = Shelf()
        batches = list(stream.read(None, AT))
        for batch in [*batches, *batches]:
            shelf.take(batch)
        assert shelf.records == whole(stream)


@pytest.mark.parametrize("cut", range(1, 6))
def test_a_read_that_is_cut_between_any_two_batches_goes_on_without_gap_or_double(prepared, cut):
    streams, grow = prepared
    shelves = [Shelf() for _ in streams]
    for stream, shelf in zip(streams, shelves, strict=True):
        poll(stream, shelf, batches=cut)
    grow()
    for stream, shelf in zip(streams, shelves, strict=True):
        poll(stream, shelf, batches=cut)
        poll(stream, shelf)
        assert shelf.records == whole(stream)


def test_coverage_is_told_only_once_everything_before_it_was_delivered(prepared):
    """A period must not count as covered while its records are still on their way."""
    streams, _ = prepared
    for stream in streams:
        *others, last = stream.read(None, AT)
        assert all(not batch.coverage for batch in others)
        assert {coverage.to_at for coverage in last.coverage} == {AT}


def test_a_system_that_is_gone_raises_only_source_errors_and_delivers_nothing(prepared, tmp_path):
    streams, _ = prepared
    cursors = [list(stream.read(None, AT))[-1].cursor for stream in streams]
    shutil.rmtree(tmp_path / "system")
    for stream, known in zip(streams, cursors, strict=True):
        for cursor in (None, known):
            with pytest.raises(SourceError, match=r"\w+"):
                next(stream.read(cursor, AT))


@pytest.mark.parametrize("cursor", ["", "nonsense", "{}", "[]", "null", '{"files": 3}'])
def test_a_cursor_of_another_version_is_read_as_none(prepared, cursor):
    streams, _ = prepared
    for stream in streams:
        shelf = Shelf(cursor=cursor)
        poll(stream, shelf)
        assert shelf.records == whole(stream)
