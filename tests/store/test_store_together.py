"""What several streams have read, put down at one go, is as if it came one by one; known records come back whole."""

from dataclasses import MISSING, fields, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.shelf import Shelf
from scorecard_exporter.events.model import (
    KINDS,
    Batch,
    Branch,
    Build,
    Change,
    Commit,
    Coverage,
    Deployment,
    Incident,
    Issue,
    Observation,
    PullRequest,
    Review,
    SurveyAnswer,
    Transition,
)
from scorecard_exporter.store.duckdb import DuckDBStore

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ORIGINS = ("s:a", "s:b")


def after(hours):
    return NOON + timedelta(hours=hours)


origins = st.sampled_from(ORIGINS)
keys = st.sampled_from(["1", "2"])
moments = st.integers(0, 5).map(after)
labels = st.lists(st.sampled_from(["bug", "fix"]), max_size=2, unique=True).map(sorted).map(tuple)
steps = st.builds(Transition, status=st.sampled_from(["resolved", "reopened"]), at=moments)
history = st.lists(steps, max_size=2, unique=True).map(tuple)
statuses = st.sampled_from(["", "running", "success", "failure"])
records = st.one_of(
    st.builds(
        Deployment,
        origin=origins,
        key=keys,
        environment=st.just("live"),
        version=st.sampled_from(["", "v1"]),
        status=statuses,
        finished_at=st.none() | moments,
    ),
    st.builds(Incident, origin=origins, key=keys, began_at=moments, labels=labels, history=history),
    st.builds(Change, origin=origins, key=keys, merged_at=moments, labels=labels, paths=labels),
)
covered = st.builds(
    lambda origin, kind, begin, hours: Coverage(
        origin=origin, kind=kind, from_at=begin and after(begin), to_at=after((begin or 0) + hours)
    ),
    origins,
    st.sampled_from(["incident", "change"]),
    st.none() | st.integers(1, 6),
    st.integers(1, 4),
)
replacements = st.sets(st.tuples(origins, st.sampled_from(["incident", "change"])), max_size=1).map(tuple)
batches = st.builds(
    Batch,
    records=st.lists(records, max_size=4).map(tuple),
    cursor=st.integers(0, 99).map(str),
    coverage=st.lists(covered, max_size=2).map(tuple),
    replace=replacements,
    is_partial=st.booleans(),
)
deliveries = st.lists(st.tuples(st.sampled_from(["x", "y"]), batches), min_size=1, max_size=6)


def content(store):
    """All rows of all tables, in an order that does not matter."""
    names = store.statistics()["rows"]
    return {
        name: sorted(map(repr, store.query(f"SELECT * FROM {name}").to_struct_array().to_pylist())) for name in names
    }


@settings(max_examples=25)
@given(delivered=deliveries)
def test_deliveries_written_together_are_the_same_as_one_by_one(delivered):
    together, apart = DuckDBStore.open(Path(":memory:")), DuckDBStore.open(Path(":memory:"))
    together.write("s", *delivered)
    for one in delivered:
        apart.write("s", one)
    assert content(together) == content(apart)
    together.close()
    apart.close()


@settings(max_examples=25)
@given(delivered=deliveries)
def test_a_store_keeps_what_the_model_of_one_keeps(delivered):
    """The model is what the contract of sources is tested with."""
    store, shelf = DuckDBStore.open(Path(":memory:")), Shelf()
    store.write("s", *delivered)
    shelf.write(delivered)
    assert store.cursors("s") == shelf.cursors
    known = {(one.origin, one.kind): (one.from_at, one.to_at) for one in store.coverage()}
    beginning = datetime.min.replace(tzinfo=UTC)
    assert {pair: (begin or beginning, end) for pair, (begin, end) in known.items()} == shelf.coverage
    fresh = DuckDBStore.open(Path(":memory:"))
    fresh.write("s", ("x", Batch(records=tuple(shelf.records.values()), cursor="")))
    kept, expected = content(store), content(fresh)
    assert {name: kept[name] for name in TABLES} == {name: expected[name] for name in TABLES}
    store.close()
    fresh.close()


TABLES = ("deployments", "incidents", "changes", "labels", "paths", "transitions")

WHOLE = {
    "deployment": Deployment(
        origin="s:a",
        key="1",
        url="https://a.example/1",
        environment="live",
        sha="abc",
        version="v1",
        status="failure",
        started_at=NOON,
        finished_at=after(1),
        replaces="0",
    ),
    "commit": Commit(
        origin="s:a",
        key="c",
        url="u",
        parents=("a", "b"),
        authored_at=NOON,
        committed_at=after(1),
        author="ann",
        is_bot=True,
        subject="Grüße",
        reverts=("x", "#1"),
        change="12",
        paths=("a/b c.py", "z"),
    ),
    "branch": Branch(origin="s:a", key="main", url="u", sha="abc"),
    "change": Change(
        origin="s:a",
        key="12",
        url="u",
        merged_at=NOON,
        first_authored_at=after(-1),
        merge_sha="m",
        head_sha="h",
        author="ann",
        is_bot=True,
        title="Pay",
        branch="pay",
        reverts=("#7",),
        labels=("a label", "b"),
        paths=("p", "q"),
    ),
    "pull_request": PullRequest(
        origin="s:a",
        key="12",
        url="u",
        opened_at=NOON,
        ready_at=after(1),
        merged_at=after(2),
        closed_at=after(3),
        author="ann",
        is_bot=True,
        is_draft=True,
        labels=("a", "b"),
    ),
    "review": Review(
        origin="s:a", key="r", url="u", pull_request="12", submitted_at=NOON, author="bo", is_bot=True, state="APPROVED"
    ),
    "incident": Incident(
        origin="s:a",
        key="i",
        url="u",
        began_at=NOON,
        severity="SEV-1",
        title="Down",
        acknowledged_at=after(1),
        resolved_at=after(3),
        deployment="7",
        sha="abc",
        version="v1",
        labels=("a", "b"),
        history=(
            Transition(status="resolved", at=after(1)),
            Transition(status="reopened", at=after(2)),
            Transition(status="resolved", at=after(3)),
        ),
    ),
    "build": Build(
        origin="s:a",
        key="b",
        url="u",
        branch="main",
        sha="abc",
        status="success",
        started_at=NOON,
        finished_at=after(1),
    ),
    "issue": Issue(
        origin="s:a",
        key="J-1",
        url="u",
        type="Bug",
        opened_at=NOON,
        resolved_at=after(1),
        fix_version="v2",
        labels=("a", "b"),
        history=(Transition(status="Open", at=NOON), Transition(status="Done", at=NOON)),
    ),
    "observation": Observation(
        origin="s:a",
        key="o",
        url="u",
        series="cost",
        subject="api",
        starts_at=NOON,
        ends_at=after(1),
        value=Decimal("-12.345678"),
        unit="eur",
    ),
    "survey_answer": SurveyAnswer(
        origin="s:a", key="s", url="u", survey="q", round="r", question="w", subject="api", answer="5", closes_at=NOON
    ),
}


def silent(record):
    """The record with nothing in it but what every one of its kind must say."""
    empty = {str: "", tuple: (), bool: False}
    told = {field.name: type(getattr(record, field.name)) for field in fields(record) if field.default is not MISSING}
    told.pop("is_draft", None)  # is always said
    return replace(record, **{name: empty.get(sort) for name, sort in told.items()})


@pytest.mark.parametrize("kind", KINDS)
def test_news_that_say_nothing_leave_a_known_record_as_it_was(store, kind):
    """Every field comes back from its rows as it went there."""
    known = WHOLE[kind]
    assert all(getattr(known, field.name) not in {"", (), None, False} for field in fields(known)), (
        "a field is not tried"
    )
    store.write("s", ("x", Batch(records=(known,), cursor="1")))
    before = content(store)
    store.write("s", ("x", Batch(records=(silent(known),), cursor="1", is_partial=True)))
    assert content(store) == before


def test_news_of_one_kind_do_not_take_the_parts_of_another_with_the_same_key(store, rows):
    change, request = WHOLE["change"], WHOLE["pull_request"]
    store.write("s", ("x", Batch(records=(change, request), cursor="1")))
    store.write("s", ("x", Batch(records=(replace(request, labels=("c",)),), cursor="1", is_partial=True)))
    found = rows("SELECT kind, label FROM labels ORDER BY kind, label")
    assert found == [("change", "a label"), ("change", "b"), ("pull_request", "c")]
