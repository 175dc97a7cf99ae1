"""Pushes from when they come until they are stored: quickly answered, told apart, never lost, never in the way."""

import asyncio
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from scorecard_exporter.errors import (
    MalformedDeliveryError,
    RefusedDeliveryError,
    SpoolFullError,
    StoreFullError,
    UnknownNameError,
)
from scorecard_exporter.events.model import Batch, Coverage, Deployment, Incident, Observation, Problem
from scorecard_exporter.events.rules import DeploymentRule, IncidentRule, ServiceRule
from scorecard_exporter.pushes import pushes as module
from scorecard_exporter.pushes.listening import heard, mapped
from scorecard_exporter.pushes.processing import process
from scorecard_exporter.pushes.pushes import Keeper, Pushes
from scorecard_exporter.pushes.spool import Spool
from scorecard_exporter.sources.base import Delivery, Pushed, Source

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
RULE = ServiceRule(
    service="checkout",
    changes="hooks:acme/checkout",
    deployments=DeploymentRule(origin="hooks:checkout", by="environment", patterns=("prod*",)),
    incidents=(IncidentRule(origin="hooks:checkout"), IncidentRule(origin="pager:P1")),
)


def deployment(key, at=AT):
    return Deployment(origin="hooks:checkout", key=key, environment="production", finished_at=at)


class Hook:
    """A webhook whose bodies are keys of deployments; `id` of a delivery is in the header `id`."""

    def accept(self, headers, body, at):
        if headers.get("token") != "right":
            raise RefusedDeliveryError("the token is not the configured one")
        if body == b"malformed":
            raise MalformedDeliveryError("key is missing")
        return Delivery(id=headers.get("id", ""), event="deployment", body=body, received_at=at)

    def parse(self, delivery):
        if delivery.body == b"poison":
            raise ZeroDivisionError("a secret of the body")
        problems = (Problem(code="malformed", message="odd", origin="hooks:"),) if delivery.body == b"odd" else ()
        return Pushed(records=(deployment(delivery.body.decode(), delivery.received_at),), problems=problems)


class Shelf:
    """A store that keeps what is written; `refuse` is asked before each write and may raise."""

    def __init__(self):
        self.batches: list[Batch] = []
        self.cursor = ""
        self.covered: list[Coverage] = []
        self.refreshed = 0
        self.refuse = lambda _: None

    def keeper(self):
        return Keeper(
            lambda _: {"webhook": self.cursor} if self.cursor else {}, lambda: self.covered, self.write, self.refresh
        )

    def write(self, source, deliveries):
        assert source == "hooks"
        for stream, batch in deliveries:
            self.refuse(batch)
            assert (stream, batch.is_partial) == ("webhook", True)
            assert int(batch.cursor) >= int(self.cursor or 0)
            self.batches.append(batch)
            self.cursor = batch.cursor

    async def refresh(self):
        self.refreshed += 1

    @property
    def keys(self):
        return [record.key for batch in self.batches for record in batch.records]

    @property
    def codes(self):
        return [problem.code for batch in self.batches for problem in batch.problems]


@pytest.fixture
def shelf():
    return Shelf()


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "pushes"


def source(streams=(), webhook=None):
    return Source("hooks", "webhook", 300.0, streams, webhook=webhook or Hook())


def started(folder, shelf, **more):
    pushes = Pushes(folder, shelf.keeper())
    pushes.take({"hooks": source(**more), "mute": Source("mute", "git", 300.0, ())}, (RULE,))
    return pushes


async def push(pushes, body, name="", proof="right"):
    await pushes.receive("hooks", {"token": proof, "id": name}, body.encode())


async def until(condition):
    """Wait until it is so; a test that waits for ever is ended by its runner."""
    while not condition():  # noqa: ASYNC110  several threads make it so
        await asyncio.sleep(0.005)


def run(pushes, work):
    """`work` while pushes are stored; when it is done, what is under way comes to its end."""

    async def main():
        storing = asyncio.create_task(pushes.run())
        try:
            return await asyncio.wait_for(work, 20)
        finally:
            storing.cancel()
            with suppress(asyncio.CancelledError):
                await storing
            # The one thread that stores: whoever opens the spool again must not find it still at work.
            with suppress(RuntimeError):  # it was closed
                await asyncio.to_thread(pushes._store.submit(int).result)

    return asyncio.run(main())


def test_what_is_pushed_is_stored_in_order_and_shown(folder, shelf):
    pushes = started(folder, shelf)

    async def work():
        await push(pushes, "a")
        await until(lambda: shelf.refreshed == 1)
        await push(pushes, "b")
        await until(lambda: shelf.keys == ["a", "b"])

    run(pushes, work())
    intake = pushes.intakes["hooks"]
    assert (intake.accepted, intake.duplicates, intake.spool.waiting) == (2, 0, 0)
    assert int(shelf.cursor) == intake.spool.end


def test_many_at_once_share_a_write_to_the_disk_and_one_refresh(folder, shelf, monkeypatch):
    pushes = started(folder, shelf)
    writes = []
    add = Spool.add
    monkeypatch.setattr(Spool, "add", lambda self, many: writes.append(len(many)) or add(self, many))

    async def work():
        await asyncio.gather(*(push(pushes, f"d{number}") for number in range(500)))
        await until(lambda: len(shelf.keys) == 500)

    run(pushes, work())
    assert sorted(shelf.keys) == sorted(f"d{number}" for number in range(500))
    assert sum(writes) == 500
    assert len(writes) < 250


def test_a_push_is_answered_while_the_store_is_busy(folder, shelf):
    pushes = started(folder, shelf)
    free = threading.Event()
    shelf.refuse = lambda _: free.wait(20)

    async def work():
        await push(pushes, "a")
        await asyncio.sleep(0.05)
        for name in "bcd":
            await asyncio.wait_for(push(pushes, name), 1)
        assert shelf.keys == []
        free.set()
        await until(lambda: shelf.keys == list("abcd"))

    run(pushes, work())


def test_a_delivery_that_comes_again_is_passed_over(folder, shelf):
    """At the same moment, later, and after a restart."""
    pushes = started(folder, shelf)

    async def work():
        await asyncio.gather(*(push(pushes, "a", name="1") for _ in range(20)))
        await push(pushes, "a", name="1")
        await until(lambda: shelf.keys)

    run(pushes, work())
    again = started(folder, shelf)
    run(again, push(again, "a", name="1"))
    assert shelf.keys == ["a"]
    assert pushes.intakes["hooks"].accepted == 1
    assert pushes.intakes["hooks"].duplicates == 20
    assert again.intakes["hooks"].duplicates == 1


def test_a_delivery_without_an_id_is_never_taken_for_another(folder, shelf):
    pushes = started(folder, shelf)

    async def work():
        for body in "aba":
            await push(pushes, body)
        await until(lambda: len(shelf.keys) == 3)

    run(pushes, work())
    assert shelf.keys == list("aba")


def test_refusals_are_counted_by_reason_and_leave_nothing(folder, shelf, monkeypatch):
    pushes = started(folder, shelf)

    async def work():
        with pytest.raises(RefusedDeliveryError):
            await push(pushes, "a", proof="wrong")
        with pytest.raises(MalformedDeliveryError):
            await push(pushes, "malformed")
        with monkeypatch.context() as full:
            full.setattr(pushes.intakes["hooks"].spool, "_capacity", 10)
            with pytest.raises(SpoolFullError):
                await push(pushes, "a", name="1")
        await push(pushes, "b", name="1")
        await until(lambda: shelf.keys)

    run(pushes, work())
    assert shelf.keys == ["b"]
    refused = {"unproven": 1, "malformed": 1, "full": 1, "too_large": 0, "too_slow": 0}
    assert dict(pushes.intakes["hooks"].refused) == refused


@pytest.mark.parametrize("name", ["mute", "nobody", "\x1b[31m"])
def test_a_source_that_takes_no_pushes_looks_like_one_that_is_not_there(folder, shelf, name):
    """Whoever asks has not proven who they are."""
    with pytest.raises(
        UnknownNameError, match=r"No source named '.*' takes pushes: it needs a `webhook_secret`"
    ) as said:
        started(folder, shelf).intake(name)
    assert str(said.value).isprintable()
    assert said.value.allowed == ()


def test_a_push_that_cannot_be_read_is_a_problem_and_the_others_go_on(folder, shelf, caplog):
    pushes = started(folder, shelf)

    async def work():
        for body in ("a", "poison", "odd"):
            await push(pushes, body)
        await until(lambda: len(shelf.keys) == 2)

    run(pushes, work())
    assert shelf.keys == ["a", "odd"]
    assert shelf.codes == ["bad_push", "malformed"]
    said = next(problem.message for batch in shelf.batches for problem in batch.problems)
    assert said.startswith("the event deployment that came at 20")
    assert said.endswith("could not be read (ZeroDivisionError); it is left out")
    assert "a secret of the body" not in caplog.text + said


def test_a_push_that_the_store_chokes_on_is_a_problem_and_the_others_go_on(tmp_path, shelf):
    def refuse(batch):
        if any(record.key == "choke" for record in batch.records):
            raise OverflowError("beyond 64 bits")

    spool = Spool(tmp_path, 0)
    spool.add([Delivery(id="", event="", body=body, received_at=AT) for body in (b"a", b"choke", b"b")])
    shelf.refuse = refuse
    store = partial(shelf.write, "hooks")
    is_wanted = partial(bool, 1)
    assert process(
        "hooks", Hook(), spool, lambda batch: store([("webhook", batch)]), lambda *_: (), is_wanted=is_wanted
    )
    assert shelf.keys == ["a", "b"]
    assert shelf.codes == ["bad_push"]
    assert spool.waiting == 0


def test_while_the_store_is_full_everything_waits_and_then_goes_on(folder, shelf, monkeypatch):
    monkeypatch.setattr(module, "AGAIN", 0.01)
    pushes = started(folder, shelf)
    tries = []

    def refuse(_):
        tries.append(1)
        if len(tries) < 3:
            raise StoreFullError("the disk is full")

    shelf.refuse = refuse

    async def work():
        await push(pushes, "a")
        await until(lambda: shelf.keys == ["a"])

    run(pushes, work())
    assert len(tries) == 3


def test_what_was_accepted_before_the_end_is_stored_after_the_next_start(folder, shelf):
    """Nothing stored it: the process was ended in between."""
    asyncio.run(push(started(folder, shelf), "a"))
    pushes = started(folder, shelf)
    assert pushes.intakes["hooks"].spool.waiting == 1
    run(pushes, until(lambda: shelf.keys == ["a"]))


def test_a_reload_keeps_what_waits_and_what_was_counted(folder, shelf):
    pushes = started(folder, shelf)
    asyncio.run(push(pushes, "a", name="1"))

    class Other(Hook):
        def parse(self, delivery):
            return Pushed(records=(deployment(f"other {delivery.body.decode()}"),))

    pushes.take({"hooks": source(webhook=Other())}, (RULE,))
    run(pushes, until(lambda: shelf.keys == ["other a"]))
    assert pushes.intakes["hooks"].accepted == 1


def test_what_waits_for_a_source_that_was_removed_waits_until_it_is_there_again(folder, shelf, caplog):
    """A removal may be a mistake; whoever means it deletes the folder."""
    pushes = started(folder, shelf)
    asyncio.run(push(pushes, "a"))
    pushes.take({}, (RULE,))
    with pytest.raises(UnknownNameError):
        pushes.intake("hooks")
    assert "pushes wait for a source that takes none any more" in caplog.text
    pushes.take({"hooks": source()}, (RULE,))
    run(pushes, until(lambda: shelf.keys == ["a"]))


def test_what_services_read_from_a_source_is_what_it_is_listened_to_for():
    """Commits are not pushed, merged changes stand for them. Pull requests and reviews are not missed: nobody asks."""
    assert mapped("hooks", [RULE]) == {
        ("hooks:acme/checkout", "change"),
        ("hooks:checkout", "deployment"),
        ("hooks:checkout", "incident"),
    }
    assert mapped("hook", [RULE]) == frozenset()


def coverage(kind, begin, end, origin="hooks:checkout"):
    return Coverage(origin=origin, kind=kind, from_at=begin, to_at=end)


INCIDENTS = ("hooks:checkout", "incident")


@pytest.mark.parametrize(
    ("known", "records", "expected", "why"),
    [
        ([], [], [coverage("incident", AT, AT)], "who listens knows from now on"),
        (
            [coverage("incident", AT - 9 * DAY, AT - DAY)],
            [],
            [coverage("incident", AT - DAY, AT)],
            "what was known goes on without a gap",
        ),
        (
            [coverage("incident", AT - 9 * DAY, AT + DAY)],
            [],
            [coverage("incident", AT + DAY, AT + DAY)],
            "what is known to be later stays",
        ),
        (
            [coverage("incident", AT + DAY, AT + DAY)],
            [Incident(origin="hooks:checkout", key="1", began_at=AT - 9 * DAY)],
            [coverage("incident", AT - 9 * DAY, AT + DAY)],
            "what came while silence was written down leaves no gap before it",
        ),
        (
            [
                coverage("issue", AT - 9 * DAY, AT - DAY),
                coverage("incident", AT - 9 * DAY, AT, origin="other:checkout"),
            ],
            [],
            [coverage("incident", AT, AT), coverage("issue", AT - DAY, AT)],
            "what was pushed once is listened to as well, and other sources are not",
        ),
        (
            [],
            [deployment("a", AT - 3 * DAY), deployment("b", AT - 5 * DAY)],
            [coverage("deployment", AT - 5 * DAY, AT), coverage("incident", AT, AT)],
            "the earliest record begins what is known of its kind",
        ),
        (
            [coverage("incident", AT - DAY, AT - DAY)],
            [Incident(origin="hooks:checkout", key="1", began_at=AT - 9 * DAY)],
            [coverage("incident", AT - 9 * DAY, AT)],
            "also when it comes later",
        ),
        (
            [],
            [
                Observation(
                    origin="hooks:costs", key="1", series="cost", starts_at=AT - 30 * DAY, ends_at=AT + DAY, value=1
                )
            ],
            [coverage("incident", AT, AT), coverage("observation", AT - 30 * DAY, AT, origin="hooks:costs")],
            "an observation is known from where it begins",
        ),
    ],
)
def test_what_is_known_of_a_source_that_is_only_pushed_to(known, records, expected, why):
    assert heard("hooks", [INCIDENTS], known, records, AT) == tuple(expected), why


def test_silence_is_written_down_for_a_source_that_is_only_pushed_to(folder, shelf):
    pushes = started(folder, shelf)
    pushes.listen("hooks")
    (batch,) = shelf.batches
    assert {(one.origin, one.kind) for one in batch.coverage} == mapped("hooks", [RULE])
    assert (batch.records, batch.cursor) == ((), "0")


def test_while_something_waits_silence_is_not_claimed(folder, shelf):
    pushes = started(folder, shelf)
    asyncio.run(push(pushes, "a"))
    pushes.listen("hooks")
    assert shelf.batches == []


def test_of_a_source_that_is_polled_polling_tells_what_is_known(folder, shelf):
    pushes = started(folder, shelf, streams=("a stream",))
    pushes.listen("hooks")

    async def work():
        await push(pushes, "a")
        await until(lambda: shelf.keys)

    run(pushes, work())
    assert [batch.coverage for batch in shelf.batches] == [()]
