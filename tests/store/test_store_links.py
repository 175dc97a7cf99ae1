"""Facts: made anew for the services whose records or rule changed, and for no others."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from scorecard_exporter.events.model import (
    NEVER,
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
from scorecard_exporter.events.rules import (
    BugRule,
    BuildRule,
    DeploymentRule,
    IncidentRule,
    ReleaseRule,
    ServiceRule,
)
from scorecard_exporter.store import service_records
from scorecard_exporter.store.base import Dimensions, SubjectPattern
from scorecard_exporter.store.duckdb import DuckDBStore

ORIGIN = "acme:api"
MIDNIGHT = datetime(2026, 3, 1, tzinfo=UTC)
MIDNIGHT_MICROS = 1_772_323_200_000_000
HOUR = 3_600_000_000


def at(hour):
    return MIDNIGHT + timedelta(hours=hour)


def micros(hour):
    return MIDNIGHT_MICROS + hour * HOUR


def commit(sha, hour, *parents, **fields):
    times = {"authored_at": at(hour), "committed_at": at(hour)}
    return Commit(**{"origin": ORIGIN, "key": sha, "parents": parents, **times, **fields})


def tag(version, sha, hour, origin=ORIGIN):
    return Deployment(origin=origin, key=version, environment="tag", version=version, sha=sha, finished_at=at(hour))


def rule(service="api", origin=ORIGIN, **fields):
    mapped = DeploymentRule(origin=origin, by="tags", patterns=("v*",))
    return ServiceRule(**{"service": service, "changes": origin, "deployments": mapped, **fields})


def dimensions(*services):
    return Dimensions(services=services, scope=(), subjects=(), zones=())


def batch(*records, **more):
    return Batch(records=records, cursor="1", **more)


HISTORY = (commit("c1", 0), commit("c2", 2, "c1"), tag("v1", "c1", 1), tag("v2", "c2", 9))
"""One commit is shipped by v2; what v1 contains is from before the known history."""


@pytest.fixture
def linked(store):
    """A store with the history of one service, its links up to date."""
    store.dimensions(dimensions(rule()))
    store.write("acme", ("all", batch(*HISTORY)))
    store.link()
    return store


def shipped(store):
    found = (
        store.query("SELECT key, deployment, shipped_at FROM service_changes ORDER BY ALL")
        .to_struct_array()
        .to_pylist()
    )
    return [tuple(row.values()) for row in found]


def test_links_are_made_from_what_is_stored(linked, rows):
    assert shipped(linked) == [("c2", "v2", micros(9))]
    assert rows("SELECT key, finished_at FROM service_deployments ORDER BY ALL") == [
        ("v1", micros(1)),
        ("v2", micros(9)),
    ]


def test_nothing_is_linked_before_it_is_asked_for(store):
    store.dimensions(dimensions(rule()))
    store.write("acme", ("all", batch(*HISTORY)))
    assert shipped(store) == []
    assert store.link() == 1
    assert store.link() == 0


OTHER_TIME = {"starts_at": at(0), "ends_at": at(0), "value": Decimal(1)}


@pytest.mark.parametrize(
    ("delivered", "services"),
    [
        pytest.param(batch(commit("c3", 3, "c2")), 1, id="a commit of the service"),
        pytest.param(batch(Branch(origin=ORIGIN, key="main", sha="c2")), 1, id="the tip of its branch"),
        pytest.param(batch(tag("v3", "c2", 10)), 1, id="a deployment"),
        pytest.param(batch(replace=((ORIGIN, "commit"),)), 1, id="commits that went away"),
        pytest.param(batch(tag("v3", "c2", 10, origin="acme:web")), 0, id="what no service reads"),
        pytest.param(
            batch(Observation(origin=ORIGIN, key="o", series="cost", **OTHER_TIME)), 0, id="what no link is made of"
        ),
        pytest.param(
            batch(coverage=(Coverage(origin=ORIGIN, kind="commit", from_at=None, to_at=at(9)),)), 0, id="nothing new"
        ),
    ],
)
def test_a_batch_touches_the_services_that_read_its_origins(linked, delivered, services):
    linked.write("acme", ("all", delivered))
    assert linked.link() == services


@pytest.mark.parametrize(
    ("services", "count"),
    [
        pytest.param([rule()], 0, id="nothing changed"),
        pytest.param([rule(), rule("web", "acme:web")], 1, id="a new service"),
        pytest.param([rule(hotfixes=("hotfix*",))], 1, id="another pattern"),
        pytest.param(
            [rule(deployments=DeploymentRule(origin=ORIGIN, by="tags", patterns=("release*",)))], 1, id="other tags"
        ),
        pytest.param([rule("renamed")], 1, id="another name"),
    ],
)
def test_a_configuration_touches_the_services_that_it_changed(linked, services, count):
    linked.dimensions(dimensions(*services))
    assert linked.link() == count


def test_a_changed_mapping_changes_the_whole_history_without_reading_it_again(linked, rows):
    only_v2 = rule(deployments=DeploymentRule(origin=ORIGIN, by="tags", patterns=("v2",)))
    linked.dimensions(dimensions(only_v2))
    linked.link()
    assert rows("SELECT key FROM service_deployments") == [("v2",)]
    assert shipped(linked) == []


def test_a_service_that_is_gone_has_no_facts(linked, rows):
    linked.dimensions(dimensions())
    assert shipped(linked) == []
    assert rows("SELECT * FROM service_deployments") == []


def test_a_late_older_deployment_links_the_service_anew(linked):
    linked.write("acme", ("all", batch(commit("c0", -9), commit("c1", 0, "c0"), tag("v0", "c0", -8))))
    linked.link()
    assert shipped(linked) == [("c1", "v1", micros(1)), ("c2", "v2", micros(9))]


def test_a_restart_goes_on_where_it_was(path):
    """What was linked stays so; what a batch touched before the end is linked after it."""
    store = DuckDBStore.open(path)
    store.dimensions(dimensions(rule()))
    store.write("acme", ("all", batch(*HISTORY)))
    store.link()
    store.close()
    store = DuckDBStore.open(path)
    store.dimensions(dimensions(rule()))
    assert store.link() == 0
    store.write("acme", ("all", batch(commit("c3", 3, "c2"), Branch(origin=ORIGIN, key="main", sha="c3"))))
    store.close()
    store = DuckDBStore.open(path)
    store.write("acme", ("all", batch()))
    store.dimensions(dimensions(rule()))
    assert store.link() == 1
    assert shipped(store) == [("c2", "v2", micros(9)), ("c3", "", NEVER)]
    store.close()


def reviewed(submitted=5, reviewer="bo", **fields):
    return Review(
        **{
            "origin": ORIGIN,
            "key": f"{reviewer} at {submitted}",
            "pull_request": "12",
            "submitted_at": at(submitted),
            "author": reviewer,
            **fields,
        }
    )


@pytest.mark.parametrize(
    ("ready", "reviews", "expected"),
    [
        pytest.param(3, [reviewed(5)], (3, 5), id="a review by somebody else"),
        pytest.param(3, [reviewed(6), reviewed(5, "cy"), reviewed(7)], (3, 5), id="the first of several"),
        pytest.param(None, [reviewed(5)], (2, 5), id="never a draft: ready when opened"),
        pytest.param(4, [reviewed(3)], (4, 4), id="a review of the draft counts when it became ready"),
        pytest.param(3, [], (3, 8), id="no review: waits until the merge"),
        pytest.param(3, [reviewed(4, "Ann"), reviewed(6)], (3, 6), id="the author's own does not count"),
        pytest.param(3, [reviewed(4, is_bot=True), reviewed(6)], (3, 6), id="nor that of a bot"),
        pytest.param(
            3, [reviewed(4, "Review-Bot"), reviewed(6)], (3, 6), id="nor of one that the configuration calls a bot"
        ),
        pytest.param(3, [reviewed(4, "")], (3, 4), id="a review without a name is somebody else's"),
        pytest.param(3, [reviewed(4, pull_request="13")], (3, 8), id="that of another pull request does not count"),
        pytest.param(3, [reviewed(4, origin="acme:web")], (3, 8), id="nor that of another repository"),
    ],
)
def test_when_a_pull_request_was_ready_and_first_reviewed(store, rows, ready, reviews, expected):
    opened = PullRequest(
        origin=ORIGIN, key="12", opened_at=at(2), ready_at=None if ready is None else at(ready), author="ann"
    )
    merged = Change(
        origin=ORIGIN, key="12", merged_at=at(8), merge_sha="c2", author="ann", first_authored_at=at(1), labels=("fix",)
    )
    store.dimensions(dimensions(rule(bots=("*-bot",))))
    store.write("acme", ("all", batch(*HISTORY, opened, merged, *reviews)))
    store.link()
    found = rows("SELECT key, first_authored_at, ready_at, reviewed_at, merged_at FROM service_changes")
    assert found == [("12", micros(1), *map(micros, expected), micros(8))]


def test_labels_of_a_change_reach_the_rule(store, rows):
    merged = Change(origin=ORIGIN, key="12", merged_at=at(8), merge_sha="c2", labels=("urgent", "hotfix"))
    store.dimensions(dimensions(rule(hotfixes=("hotfix",))))
    store.write("acme", ("all", batch(*HISTORY, merged)))
    store.link()
    assert rows("SELECT key, is_hotfix FROM service_changes") == [("12", 1)]


def test_incidents_come_from_every_mapped_origin_with_labels_and_history(store, rows):
    """Reopened within a week it is one incident, restored at its last resolution."""
    steps = tuple(
        Transition(status=status, at=at(hour))
        for status, hour in (("resolved", 11), ("reopened", 12), ("resolved", 13))
    )
    down = {"began_at": at(10), "resolved_at": at(13)}
    records = (
        Incident(origin="pager:P1", key="1", history=steps, **down),
        Incident(origin="pager:P2", key="2", labels=("production",), **down),
        Incident(origin="pager:P2", key="3", labels=("staging",), **down),
        Incident(origin="pager:P3", key="4", **down),
    )
    mapped = (IncidentRule(origin="pager:P1"), IncidentRule(origin="pager:P2", labels=("production",)))
    store.dimensions(dimensions(rule(incidents=mapped)))
    store.write("acme", ("all", batch(*HISTORY, *records)))
    store.link()
    found = rows("SELECT origin, key, began_at, resolved_at, deployment FROM service_incidents ORDER BY origin")
    assert found == [
        ("pager:P1", "1", micros(10), micros(13), "v2"),
        ("pager:P2", "2", micros(10), micros(13), "v2"),
    ]


def test_paths_divide_a_monorepo(store, rows):
    """Each service has the commits and pull requests that touch its folder."""
    records = (
        commit("c1", 0),
        commit("c2", 2, "c1", paths=("api/pay.py",)),
        commit("c3", 3, "c2", paths=("web/page.js", "README.md")),
        commit("c4", 4, "c3"),
        Change(origin=ORIGIN, key="12", merged_at=at(4), merge_sha="c4", paths=("web/style.css",)),
        tag("v1", "c1", 1),
        tag("v2", "c4", 9),
    )
    store.dimensions(dimensions(rule("api", paths=("api/**",)), rule("web", paths=("web/**",))))
    store.write("acme", ("all", batch(*records)))
    store.link()
    assert rows("SELECT service, key FROM service_changes ORDER BY ALL") == [
        ("api", "c2"),
        ("web", "12"),
        ("web", "c3"),
    ]


def test_services_may_share_an_origin(store, rows):
    store.dimensions(dimensions(rule("one"), rule("two")))
    store.write("acme", ("all", batch(*HISTORY)))
    assert store.link() == 2
    assert rows("SELECT service, key FROM service_changes ORDER BY ALL") == [("one", "c2"), ("two", "c2")]


@pytest.mark.parametrize("at_once", [1, 6, 100])
def test_however_many_services_are_read_at_one_go_the_facts_are_the_same(store, rows, monkeypatch, at_once):
    """Two services share a repository, a third has its own, a fourth has nothing yet."""
    monkeypatch.setattr(service_records, "RECORDS_AT_ONCE", at_once)
    store.dimensions(dimensions(rule("one"), rule("two"), rule("three", "acme:web"), rule("four", "acme:new")))
    other = (replace(record, origin="acme:web") for record in HISTORY)
    store.write("acme", ("all", batch(*HISTORY, *other)))
    assert store.link() == 4
    assert rows("SELECT service, origin, key FROM service_changes ORDER BY ALL") == [
        ("one", ORIGIN, "c2"),
        ("three", "acme:web", "c2"),
        ("two", ORIGIN, "c2"),
    ]
    assert store.link() == 0


def test_linking_again_makes_the_same_facts(linked, rows):
    before = [rows(f"SELECT * FROM {table} ORDER BY ALL") for table in ("service_deployments", "service_changes")]
    linked.write("acme", ("all", batch(*map(replace, HISTORY))))
    assert linked.link() == 1
    after = [rows(f"SELECT * FROM {table} ORDER BY ALL") for table in ("service_deployments", "service_changes")]
    assert after == before


def test_a_pull_request_is_linked_to_its_first_review_by_another_person(store, rows):
    store.dimensions(dimensions(rule(bots=("ci-*",))))
    reviews = [("ann", 3, False), ("ANN", 4, False), ("ci-check", 5, False), ("scanner", 6, True), ("bo", 7, False)]
    store.write(
        "acme",
        (
            "all",
            batch(
                PullRequest(origin=ORIGIN, key="12", opened_at=at(1), ready_at=at(2), merged_at=at(9), author="ann"),
                PullRequest(origin=ORIGIN, key="13", opened_at=at(1), author="ann", is_draft=True),
                *(
                    Review(origin=ORIGIN, key=who, pull_request="12", submitted_at=at(hour), author=who, is_bot=is_bot)
                    for who, hour, is_bot in reviews
                ),
            ),
        ),
    )
    store.link()
    columns = "key, ready_at, reviewed_at, merged_at, closed_at, pickup, is_bot, is_draft"
    assert rows(f"SELECT {columns} FROM service_pull_requests ORDER BY key") == [
        ("12", micros(2), micros(7), micros(9), micros(9), 5 * HOUR, 0, 0),
        ("13", micros(1), NEVER, NEVER, NEVER, 0, 0, 1),
    ]


def test_bugs_builds_and_releases_are_linked(store, rows):
    bugs = BugRule(origin="jira:SHOP", types=("bug",), reported_by_customers=("customer",))
    builds = BuildRule(origin="ci:api")
    store.dimensions(
        dimensions(rule(bugs=(bugs,), builds=(builds,), releases=ReleaseRule(origin="acme:web", versions=("v*",))))
    )
    shipped = Deployment(
        origin="acme:web", key="r1", environment="release", version="v1", status="success", finished_at=at(3)
    )
    store.write(
        "acme",
        (
            "all",
            batch(
                Branch(origin=ORIGIN, key="main", sha="c1"),
                Build(origin="ci:api", key="b1", branch="main", status="success", started_at=at(1), finished_at=at(2)),
                Build(origin="ci:api", key="b2", branch="main", status="failure", started_at=at(1), finished_at=at(2)),
                Build(origin="ci:api", key="b3", branch="other", status="failure", started_at=at(1), finished_at=at(2)),
                Issue(origin="jira:SHOP", key="J-1", type="Bug", opened_at=at(4), labels=("customer",)),
                Issue(origin="jira:SHOP", key="J-2", type="Story", opened_at=at(4)),
                shipped,
            ),
        ),
    )
    store.link()
    assert rows("SELECT service, origin, branch FROM service_build_branches") == [("api", "ci:api", "main")]
    assert rows("SELECT key, opened_at, is_customers, tells_escapes FROM service_bugs") == [("J-1", micros(4), 1, 0)]
    assert rows("SELECT origin, key, released_at, thing FROM service_releases") == [("acme:web", "r1", micros(3), "r1")]


@pytest.mark.parametrize(
    "record",
    [
        pytest.param(Build(origin="ci:api", key="b", branch="new", started_at=at(1)), id="a build"),
        pytest.param(Issue(origin="jira:SHOP", key="J-9", type="Bug", opened_at=at(1)), id="an issue"),
        pytest.param(
            Deployment(origin="acme:web", key="r", environment="release", version="v", finished_at=at(3)),
            id="a release",
        ),
    ],
)
def test_a_service_is_linked_anew_for_what_it_reads_elsewhere(store, record):
    bugs, builds = BugRule(origin="jira:SHOP", types=("bug",)), BuildRule(origin="ci:api")
    store.dimensions(dimensions(rule(bugs=(bugs,), builds=(builds,), releases=ReleaseRule(origin="acme:web"))))
    store.link()
    store.write("acme", ("all", batch(record)))
    assert store.link() == 1


PULSE = {"survey": "pulse", "round": "1", "question": "q", "answer": "9", "closes_at": at(5)}
BY_TEAM = tuple(
    SubjectPattern(series="survey/pulse", origin=None, raw=raw, subject=subject)
    for raw, subject in (("Pay*", "team/payments"), ("*", "team/all"), ("Ledger", "team/ledger"))
)


@pytest.mark.parametrize(
    ("raw", "subject"),
    [
        pytest.param("Payments", "team/payments", id="the first pattern that matches, and no other"),
        pytest.param("ledger", "team/ledger", id="a name in full goes first"),
        pytest.param("", "team/all", id="nobody said which"),
    ],
)
@pytest.mark.parametrize("is_known_before", [True, False], ids=["delivered before", "delivered after"])
def test_an_answer_belongs_to_one_team(store, rows, raw, subject, is_known_before):
    meaning = Dimensions(services=(), scope=(), subjects=BY_TEAM, zones=())
    answers = batch(SurveyAnswer(origin="files:pulse", key="a", subject=raw, **PULSE))
    if is_known_before:
        store.write("files", ("all", answers))
    store.dimensions(meaning)
    store.write("files", ("all", answers))
    assert rows("SELECT series, raw, subject FROM series_subject") == [("survey/pulse", raw, subject)]
