"""Writing: every record arrives whole, again changes nothing, and the cursor goes with its records."""

import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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

ORIGIN = "acme:api"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOON_MICROS = 1_772_366_400_000_000
HOUR = 3_600_000_000


def after(hours):
    return NOON + timedelta(hours=hours)


def batch(*records, cursor="1", **more):
    return Batch(records=records, cursor=cursor, **more)


def deployment(key="1", **fields):
    return Deployment(**{"origin": ORIGIN, "key": key, "environment": "live", "finished_at": NOON, **fields})


ROUND_TRIPS = [
    (
        Deployment(
            origin=ORIGIN,
            key="7",
            url="https://acme.example/7",
            environment="Production (EU)",
            sha="abc",
            version="v1",
            status="failure",
            finished_at=NOON,
            replaces="6",
        ),
        "deployments",
        (ORIGIN, "7", "https://acme.example/7", "Production (EU)", "abc", "v1", "failure", None, NOON_MICROS, "6"),
    ),
    (
        Commit(
            origin=ORIGIN,
            key="c2",
            parents=("c1", "c0"),
            authored_at=NOON,
            committed_at=after(1),
            author="ann@acme.example",
            is_bot=True,
            subject="Grüße 🎉",
            reverts=("c0", "#12"),
            change="12",
        ),
        "commits",
        (ORIGIN, "c2", "", "c1 c0", NOON_MICROS, NOON_MICROS + HOUR, "ann@acme.example", 1, "Grüße 🎉", "c0 #12", "12"),
    ),
    (Branch(origin=ORIGIN, key="main", sha="c2"), "branches", (ORIGIN, "main", "", "c2")),
    (
        Change(origin=ORIGIN, key="12", merged_at=NOON, merge_sha="c2", head_sha="c1", title="Pay", branch="pay"),
        "changes",
        (ORIGIN, "12", "", NOON_MICROS, None, "c2", "c1", "", 0, "Pay", "pay", ""),
    ),
    (
        PullRequest(origin=ORIGIN, key="12", opened_at=NOON, closed_at=after(1), author="ann"),
        "pull_requests",
        (ORIGIN, "12", "", NOON_MICROS, None, None, NOON_MICROS + HOUR, "ann", 0, 0),
    ),
    (
        Review(origin=ORIGIN, key="r1", pull_request="12", submitted_at=NOON, author="bo", state="APPROVED"),
        "reviews",
        (ORIGIN, "r1", "", "12", NOON_MICROS, "bo", 0, "APPROVED"),
    ),
    (
        Incident(origin=ORIGIN, key="i1", began_at=NOON, severity="SEV-1", title="Down", version="v1"),
        "incidents",
        (ORIGIN, "i1", "", NOON_MICROS, "SEV-1", "Down", None, None, "", "", "v1"),
    ),
    (
        Build(origin=ORIGIN, key="b1", branch="main", sha="c2", status="success", started_at=NOON),
        "builds",
        (ORIGIN, "b1", "", "main", "c2", "success", NOON_MICROS, None),
    ),
    (
        Issue(origin=ORIGIN, key="J-1", type="Bug", opened_at=NOON, fix_version="v2"),
        "issues",
        (ORIGIN, "J-1", "", "Bug", NOON_MICROS, None, "v2"),
    ),
    (
        Observation(
            origin=ORIGIN,
            key="o1",
            series="cost",
            subject="api",
            starts_at=NOON,
            ends_at=NOON,
            value=Decimal("12.3456785"),
        ),
        "observations",
        (ORIGIN, "o1", "", "cost", "api", NOON_MICROS, NOON_MICROS, 12_345_678, ""),
    ),
    (
        SurveyAnswer(
            origin=ORIGIN, key="a1", survey="nps", round="Q1", question="recommend", answer="9", closes_at=NOON
        ),
        "survey_answers",
        (ORIGIN, "a1", "", "nps", "Q1", "recommend", "", "9", NOON_MICROS),
    ),
]


def test_every_record_kind_has_a_round_trip():
    assert {record.kind for record, _, _ in ROUND_TRIPS} == set(KINDS)


@pytest.mark.parametrize(("record", "table", "row"), ROUND_TRIPS, ids=lambda value: getattr(value, "kind", ""))
def test_a_record_is_a_row_of_its_kind(store, rows, record, table, row):
    """Times are microseconds, flags 0 or 1, numbers millionths, what is unknown NULL."""
    written = store.write("acme", ("all", batch(record)))
    assert rows(f"SELECT * FROM {table}") == [row]
    assert written == {record.kind: 1}


def test_times_of_any_zone_are_stored_in_utc(store, rows):
    store.write("acme", ("all", batch(deployment(finished_at=NOON.astimezone(timezone(timedelta(hours=-7)))))))
    assert rows("SELECT finished_at FROM deployments") == [(NOON_MICROS,)]


def test_labels_paths_and_history_are_rows_of_their_own(store, rows):
    change = Change(origin=ORIGIN, key="12", merged_at=NOON, labels=("bug", "fix", "bug"), paths=("a/b.py",))
    steps = (Transition(status="resolved", at=NOON), Transition(status="reopened", at=after(1)))
    incident = Incident(origin=ORIGIN, key="12", began_at=NOON, labels=("db",), history=steps)
    store.write("acme", ("all", batch(change, incident)))
    assert sorted(rows("SELECT * FROM labels")) == [
        (ORIGIN, "change", "12", "bug"),
        (ORIGIN, "change", "12", "fix"),
        (ORIGIN, "incident", "12", "db"),
    ]
    assert rows("SELECT * FROM paths") == [(ORIGIN, "change", "12", "a/b.py")]
    assert sorted(rows("SELECT * FROM transitions")) == [
        (ORIGIN, "incident", "12", 0, "resolved", NOON_MICROS),
        (ORIGIN, "incident", "12", 1, "reopened", NOON_MICROS + HOUR),
    ]


def test_a_record_seen_again_replaces_the_older_one_with_all_its_rows(store, rows):
    """Even when the moment of its creation was corrected; the same key of another kind stays."""
    store.write("acme", ("all", batch(Incident(origin=ORIGIN, key="1", began_at=NOON, labels=("old", "both")))))
    store.write("acme", ("all", batch(Change(origin=ORIGIN, key="1", merged_at=NOON, labels=("stays",)))))
    store.write("acme", ("all", batch(Incident(origin=ORIGIN, key="1", began_at=after(-9999), labels=("both", "new")))))
    assert rows("SELECT began_at FROM incidents") == [(NOON_MICROS - 9999 * HOUR,)]
    assert sorted(rows("SELECT kind, label FROM labels")) == [
        ("change", "stays"),
        ("incident", "both"),
        ("incident", "new"),
    ]


def test_of_one_record_twice_in_a_batch_the_last_wins(store, rows):
    written = store.write("acme", ("all", batch(deployment(version="v1"), deployment(version="v2"))))
    assert rows("SELECT version FROM deployments") == [("v2",)]
    assert written == {"deployment": 1}


def test_one_key_in_two_origins_is_two_records(store, rows):
    store.write("acme", ("all", batch(deployment(), deployment(origin="other:api"))))
    assert rows("SELECT count(*) FROM deployments") == [(2,)]


def test_a_replacement_drops_what_it_does_not_bring(store, rows):
    """Only of its own origin and kind, with labels and coverage."""
    old = [
        Incident(origin=ORIGIN, key="gone", began_at=NOON, labels=("gone",)),
        Incident(origin="other:api", key="stays", began_at=NOON, labels=("stays",)),
        deployment("stays"),
    ]
    covered = [Coverage(origin=ORIGIN, kind=kind, from_at=None, to_at=NOON) for kind in ("incident", "deployment")]
    store.write("acme", ("all", batch(*old, coverage=tuple(covered))))
    new = Incident(origin=ORIGIN, key="new", began_at=NOON)
    store.write("acme", ("all", batch(new, replace=((ORIGIN, "incident"),))))
    assert sorted(rows("SELECT key FROM incidents")) == [("new",), ("stays",)]
    assert rows("SELECT label FROM labels") == [("stays",)]
    assert rows("SELECT key FROM deployments") == [("stays",)]
    assert store.coverage() == [covered[1]]
    assert store.coverage({covered[1].origin, "git:other"}) == [covered[1]]
    assert store.coverage({"git:other"}) == []
    assert store.coverage({"git:other"}, {"deployment"}) == [covered[1]]
    assert store.coverage(kinds={"incident"}) == []


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        pytest.param([(0, 1)], (0, 1), id="the first is taken as it is"),
        pytest.param([(0, 1), (1, 2)], (0, 2), id="spans that touch are one"),
        pytest.param([(0, 3), (1, 2)], (0, 3), id="nothing read is forgotten"),
        pytest.param([(1, 2), (0, 1)], (0, 2), id="an older history fills in later"),
        pytest.param([(1, 2), (None, 1)], (None, 2), id="from the beginning"),
        pytest.param([(0, 1), (2, 3)], (2, 3), id="after a gap only the newer span can be vouched for"),
        pytest.param([(2, 3), (0, 1)], (2, 3), id="likewise when the older one comes later"),
    ],
)
def test_coverage_is_the_newest_unbroken_span(store, spans, expected):
    for begin, end in spans:
        span = {"from_at": None if begin is None else after(begin), "to_at": after(end)}
        store.write("acme", ("all", batch(coverage=(Coverage(origin=ORIGIN, kind="deployment", **span),))))
    (found,) = store.coverage()
    begin, end = expected
    assert (found.from_at, found.to_at) == (None if begin is None else after(begin), after(end))


def test_each_stream_has_its_own_cursor(store):
    store.write("acme", ("tags", batch(cursor="a")))
    store.write("acme", ("commits", batch(cursor="b")))
    store.write("acme", ("tags", batch(cursor="c")))
    assert store.cursors("acme").get("tags") == "c"
    assert store.cursors("acme").get("commits") == "b"
    assert store.cursors("other").get("tags") is None


@pytest.mark.parametrize(
    ("record", "sentence"),
    [
        (deployment("2", finished_at=NOON.replace(tzinfo=None)), "no time zone"),
        (replace(ROUND_TRIPS[9][0], value=Decimal("1e13")), "too large to keep"),
        (replace(ROUND_TRIPS[9][0], value=Decimal("NaN")), "no number"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_its_whole_batch(store, rows, record, sentence):
    with pytest.raises(ValueError, match=sentence):
        store.write("acme", ("all", batch(deployment("1"), record)))
    assert rows("SELECT key FROM deployments") == []
    assert store.cursors("acme").get("all") is None


@pytest.mark.parametrize(
    "text", ["\ud800", "nul \0 byte", "'; DROP TABLE deployments; --", "\x1b[31m", "a\nb", "é" * 99999]
)
def test_hostile_text_is_only_text(store, rows, text):
    """What is no valid Unicode becomes a question mark."""
    store.write("acme", ("all", batch(deployment(version=text), cursor=text.replace("\ud800", ""))))
    assert rows("SELECT version FROM deployments") == [(text.replace("\ud800", "?"),)]


def content(store):
    """All rows of all tables, in an order that does not matter."""
    names = store.statistics()["rows"]
    return {
        name: sorted(map(repr, store.query(f"SELECT * FROM {name}").to_struct_array().to_pylist())) for name in names
    }


keys = st.sampled_from(["1", "2", "3"])
moments = st.integers(0, 5).map(after)
labels = st.lists(st.sampled_from(["bug", "fix"]), max_size=2).map(tuple)
history = st.lists(st.builds(Transition, status=st.just("resolved"), at=moments), max_size=2).map(tuple)
records = st.one_of(
    st.builds(
        Deployment, origin=st.just(ORIGIN), key=keys, environment=st.just("live"), finished_at=st.none() | moments
    ),
    st.builds(Incident, origin=st.just(ORIGIN), key=keys, began_at=moments, labels=labels, history=history),
    st.builds(Change, origin=st.just(ORIGIN), key=keys, merged_at=moments, labels=labels, paths=labels),
)
replacements = st.sets(st.sampled_from([(ORIGIN, "incident"), (ORIGIN, "change")]), max_size=1).map(tuple)
covered = st.builds(Coverage, origin=st.just(ORIGIN), kind=st.just("incident"), from_at=st.none(), to_at=moments)
batches = st.lists(
    st.builds(
        Batch,
        records=st.lists(records, max_size=6).map(tuple),
        cursor=st.integers(0, 99).map(str),
        coverage=st.lists(covered, max_size=1).map(tuple),
        replace=replacements,
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=40, deadline=None)
@given(batches=batches, data=st.data())
def test_delivering_batches_again_changes_nothing(batches, data):
    """A stream that was cut off goes on from any earlier cursor, and ends with the same content."""
    cut = data.draw(st.integers(0, len(batches)), label="cut off after")
    back = data.draw(st.integers(0, cut), label="read again from")
    contents = []
    for deliveries in (batches, batches[:cut] + batches[back:]):
        with tempfile.TemporaryDirectory() as folder:
            store = DuckDBStore.open(Path(folder) / "store.duckdb")
            for delivered in deliveries:
                store.write("acme", ("all", delivered))
            contents.append(content(store))
            store.close()
    assert contents[0] == contents[1]
