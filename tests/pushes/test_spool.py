"""Deliveries in files: none is lost or doubled, whatever ends the process, and what is stored is deleted."""

import os
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scorecard_exporter.errors import SpoolFullError
from scorecard_exporter.pushes.recent import REMEMBERED, RecentIds
from scorecard_exporter.pushes.spool import Spool
from scorecard_exporter.sources.base import Delivery

AT = datetime(2026, 6, 1, 12, 0, 0, 123456, tzinfo=UTC)
ALL = 1 << 30


def delivery(name, body=b"{}", at=AT):
    return Delivery(id=name, event="deployment", body=body, received_at=at)


def deliveries(*names):
    return [delivery(name) for name in names]


def ids(spool, size=ALL):
    return [one.id for one in spool.next(size)[0]]


def files(folder):
    return sorted(folder.glob("*.spool"))


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "pushes" / "hooks"


@settings(max_examples=40)
@given(
    groups=st.lists(st.lists(st.binary(max_size=300), min_size=1, max_size=5), max_size=8),
    segment=st.sampled_from([1, 200, 10_000]),
    size=st.sampled_from([1, 150, ALL]),
)
def test_what_is_put_in_comes_out_in_order_and_once(tmp_path_factory, groups, segment, size):
    """Whole, however it is cut into files and taken out in pieces, by this process or the next."""
    folder = tmp_path_factory.mktemp("pushes")
    spool = Spool(folder, 0, segment=segment)
    for group in groups:
        spool.add([delivery("", body) for body in group])
    found, position = [], 0
    while True:
        spool = Spool(folder, position, segment=segment)
        taken, position = spool.next(size)
        if not taken:
            break
        found += taken
        assert spool.waiting == sum(map(len, groups)) - len(found) + len(taken)
        spool.done(position)
    assert found == [delivery("", body) for group in groups for body in group]
    assert spool.waiting == 0
    assert files(folder) == []


def test_nobody_else_may_read_what_was_pushed(folder):
    Spool(folder, 0).add(deliveries("a"))
    assert folder.stat().st_mode & 0o777 == 0o700
    assert [path.stat().st_mode & 0o777 for path in files(folder)] == [0o600]


def test_a_crash_before_it_is_noted_as_stored_gives_the_deliveries_again(folder):
    Spool(folder, 0).add(deliveries("a", "b"))
    assert ids(Spool(folder, 0)) == ["a", "b"]


def test_a_crash_after_it_is_stored_does_not(folder):
    """The store's cursor is the position behind what it has, and the file is still there."""
    spool = Spool(folder, 0)
    spool.add(deliveries("a"))
    _, position = spool.next(ALL)
    spool.add(deliveries("b"))
    again = Spool(folder, position)
    assert (ids(again), again.waiting) == (["b"], 1)


@pytest.mark.parametrize("lost", range(1, 30))
def test_what_was_torn_off_while_it_was_written_is_cut_off(folder, lost):
    """It was never answered. What came before stays, and what comes next is whole."""
    spool = Spool(folder, 0)
    spool.add(deliveries("a"))
    spool.add(deliveries("torn"))
    (path,) = files(folder)
    os.truncate(path, path.stat().st_size - lost)
    spool = Spool(folder, 0)
    assert ids(spool) == ["a"]
    spool.add(deliveries("b"))
    assert ids(Spool(folder, 0)) == ["a", "b"]


def test_a_byte_that_is_no_longer_what_was_written_is_noticed(folder, caplog):
    """What follows it in the same file cannot be told apart any more; other files can."""
    spool = Spool(folder, 0, segment=1)
    for name in ("a", "b", "c"):
        spool.add(deliveries(name))
    damaged = files(folder)[1]
    content = bytearray(damaged.read_bytes())
    content[-1] ^= 1
    damaged.write_bytes(content)
    assert ids(spool) == ["a", "c"]
    assert "a spool is damaged" in caplog.text
    assert ids(Spool(folder, 0, segment=1)) == ["a", "c"]


def test_a_store_that_is_older_than_the_spool_gets_what_there_is(folder):
    """As after a copy of the store was put back: what was deleted since is gone, the rest is not."""
    spool = Spool(folder, 0, segment=1)
    spool.add(deliveries("a"))
    spool.add(deliveries("b"))
    _, position = spool.next(1)
    spool.done(position)
    assert ids(Spool(folder, 0)) == ["b"]


def test_a_store_that_is_newer_than_the_spool_goes_on_from_where_it_is(folder):
    """As when the folder was deleted: the cursor never goes back."""
    spool = Spool(folder, 5_000)
    spool.add(deliveries("a"))
    found, position = spool.next(ALL)
    assert [one.id for one in found] == ["a"]
    assert position > 5_000
    assert ids(Spool(folder, position)) == []


def test_what_is_stored_is_deleted(folder):
    spool = Spool(folder, 0, segment=1)
    for name in ("a", "b"):
        spool.add(deliveries(name))
    _, position = spool.next(1)
    spool.done(position)
    assert len(files(folder)) == 1
    spool.done(spool.end)
    assert files(folder) == []
    spool.add(deliveries("c"))
    assert ids(spool) == ["c"]


def test_when_it_is_full_more_is_refused_and_nothing_of_it_kept(folder):
    spool = Spool(folder, 0, capacity=1_000)
    spool.add([delivery("a", b"x" * 600)])
    with pytest.raises(SpoolFullError, match="1 deliveries wait"):
        spool.add([delivery("b"), delivery("c", b"x" * 600)])
    assert ids(Spool(folder, 0)) == ["a"]
    spool.done(spool.end)
    spool.add([delivery("c", b"x" * 600)])
    assert ids(spool) == ["c"]


@pytest.mark.parametrize("failing", ["fsync", "truncate"])
def test_a_disk_that_refuses_leaves_the_spool_as_it_was(folder, monkeypatch, failing):
    """What was written in part is overwritten by what comes next, or cut off at the next start."""
    spool = Spool(folder, 0)
    spool.add(deliveries("a"))

    def refuse(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", refuse)
        if failing == "truncate":
            broken.setattr(os, "truncate", refuse)
        with pytest.raises(SpoolFullError, match="No space left on device"):
            spool.add(deliveries("b"))
    assert (ids(spool), spool.waiting) == (["a"], 1)
    assert "b" not in spool.recent
    spool.add(deliveries("c"))
    assert ids(Spool(folder, 0)) == ["a", "c"]


def test_how_long_the_oldest_waits_is_known(folder):
    spool = Spool(folder, 0)
    assert spool.oldest_at is None
    spool.add([delivery("a", at=AT), delivery("b", at=AT + timedelta(hours=1))])
    assert spool.oldest_at == AT.timestamp()
    _, position = spool.next(1)
    spool.done(position)
    assert spool.oldest_at == AT.timestamp() + 3600
    assert Spool(folder, position).oldest_at == AT.timestamp() + 3600


def test_a_delivery_is_known_by_its_id_after_it_was_deleted_and_after_a_restart(folder):
    spool = Spool(folder, 0)
    spool.add(deliveries("a", ""))
    assert "a" in spool.recent
    assert "a" in Spool(folder, 0).recent
    spool.done(spool.end)
    assert "a" in Spool(folder, spool.end).recent
    assert "" not in spool.recent


def test_of_the_ids_only_the_newest_are_remembered(tmp_path):
    recent = RecentIds(tmp_path / "ids")
    names = [str(number) for number in range(3 * REMEMBERED)]
    for begin in range(0, len(names), 100):
        recent.add(names[begin : begin + 100])
        recent.keep(names[begin : begin + 100])
    for one in (recent, RecentIds(tmp_path / "ids")):
        assert names[-1] in one
        assert names[-REMEMBERED] in one
        assert names[-REMEMBERED - 1] not in one
    assert len((tmp_path / "ids").read_text().splitlines()) <= 2 * REMEMBERED


def test_a_file_of_ids_that_cannot_be_read_costs_nothing_else(tmp_path):
    (tmp_path / "ids").write_bytes(b'\xff\n"a"\n{\n"b"')
    recent = RecentIds(tmp_path / "ids")
    assert "a" in recent
    assert "b" in recent
