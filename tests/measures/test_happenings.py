"""What happened to a team's services in a time: deployments, incidents, changes of colour."""

from datetime import UTC, datetime

import pytest

from scorecard_exporter.config import load
from scorecard_exporter.events.model import Batch, Coverage, Deployment, Incident
from scorecard_exporter.measures.happenings import Happenings, happenings
from scorecard_exporter.measures.model import Period
from scorecard_exporter.quantities import instant
from scorecard_exporter.store import open_store
from scorecard_exporter.store.base import StatusChange

CONFIGURATION = """
store: duckdb:./store.duckdb
sources:
  shop: {type: files, path: "none/*.csv"}
teams:
  all: {owner: cto@example.org}
  payments: {parent: all, services: [checkout, ledger]}
  search: {parent: all, services: [catalog]}
services:
  checkout: {deployments: {from: "shop:both", environment: live}, incidents: "shop:pager"}
  ledger: {deployments: {from: "shop:both", environment: live}, incidents: "shop:pager"}
  catalog: {deployments: {from: "shop:catalog", environment: live}, incidents: "shop:catalog"}
scorecards:
  engineering:
    teams: [all, payments, search]
    perspectives: {excellence: {objectives: {faster: {measures: {deployment_frequency: {goal: 1/week, red: 1/month}}}}}}
"""
QUESTION = {"scorecard": "engineering", "team": "payments", "most": 10}


def at(day, hour=0):
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def days(first, last):
    return Period(instant(at(first)), instant(at(last)))


def deployment(origin, key, moment, status="success", environment="live"):
    return Deployment(
        origin=f"shop:{origin}",
        key=key,
        environment=environment,
        sha="",
        version=f"v-{key}",
        status=status,
        finished_at=moment,
    )


@pytest.fixture
def store(tmp_path):
    """March 2026: a deployment that two services share, one that failed, one to staging, one of another team."""
    path = tmp_path / "scorecard.yaml"
    path.write_text(CONFIGURATION)
    configuration = load(path)
    store = open_store(configuration.store)
    store.dimensions(configuration.dimensions)
    records = (
        deployment("both", "d1", at(2, 9)),
        deployment("both", "d2", at(3, 9), "failure"),
        deployment("both", "d3", at(4, 9), environment="staging"),
        deployment("catalog", "d4", at(5, 9)),
        Incident(
            origin="shop:pager", key="i1", began_at=at(2, 12), resolved_at=at(3, 12), severity="high", title="Slow"
        ),
        Incident(origin="shop:pager", key="i2", began_at=at(6), resolved_at=None, severity=""),
    )
    kinds = [("both", "deployment"), ("catalog", "deployment"), ("pager", "incident"), ("catalog", "incident")]
    coverage = tuple(Coverage(origin=f"shop:{origin}", kind=kind, from_at=None, to_at=at(30)) for origin, kind in kinds)
    store.write("shop", ("records", Batch(records=records, cursor="", coverage=coverage)))
    store.link()
    yield store
    store.close()


def test_a_deployment_that_services_share_is_one(store):
    found = happenings(store, ["deployment"], period=days(1, 31), **QUESTION)
    assert [(one.key, one.version, one.services, one.has_succeeded, one.at) for one in found.deployments] == [
        ("d2", "v-d2", ("checkout", "ledger"), False, instant(at(3, 9))),
        ("d1", "v-d1", ("checkout", "ledger"), True, instant(at(2, 9))),
    ]
    assert found.incidents == ()
    assert not found.is_cut


def test_a_team_sees_what_is_below_it_and_nothing_else(store):
    of_all = happenings(store, ["deployment"], period=days(1, 31), **QUESTION | {"team": "all"})
    assert [one.key for one in of_all.deployments] == ["d4", "d2", "d1"]
    of_search = happenings(store, ["deployment"], period=days(1, 31), **QUESTION | {"team": "search"})
    assert [one.key for one in of_search.deployments] == ["d4"]
    assert happenings(store, ["deployment"], period=days(1, 31), **QUESTION | {"team": "it's"}) == Happenings()


@pytest.mark.parametrize(
    ("period", "keys"),
    [
        (days(1, 2), []),
        (days(2, 3), ["i1"]),
        (days(3, 4), ["i1"]),
        (days(4, 6), []),
        (days(6, 7), ["i2"]),
        (days(20, 21), ["i2"]),
    ],
)
def test_an_incident_is_told_of_every_time_that_it_touches(store, period, keys):
    """The second one goes on."""
    assert [one.key for one in happenings(store, ["incident"], period=period, **QUESTION).incidents] == keys


def test_an_incident_has_its_title_and_its_end(store):
    newest, oldest = happenings(store, ["incident"], period=days(1, 31), **QUESTION).incidents
    assert (oldest.title, oldest.severity, oldest.resolved_at) == ("Slow", "high", instant(at(3, 12)))
    assert (newest.title, newest.resolved_at) == ("", None)


def test_the_end_of_a_time_is_not_in_it(store):
    moment = instant(at(2, 9))
    found = [Period(moment, moment + 1), Period(moment - 1, moment)]
    keys = [[one.key for one in happenings(store, ["deployment"], period=one, **QUESTION).deployments] for one in found]
    assert keys == [["d1"], []]


def test_of_too_many_the_newest_are_told(store):
    found = happenings(store, ["deployment", "incident"], period=days(1, 31), **QUESTION | {"most": 1})
    assert [one.key for one in (*found.deployments, *found.incidents)] == ["d2", "i2"]
    assert found.is_cut


def change(day, status, measure="deployment_frequency", team="payments"):
    return StatusChange(
        scorecard="engineering", team=team, measure=measure, status=status, value=None, at=instant(at(day))
    )


def test_a_change_of_colour_says_what_was_before_and_the_first_colour_is_none(store):
    store.record_status_changes(
        [
            change(1, "grey"),
            change(5, "red"),
            change(9, "green"),
            change(6, "red", "uptime"),
            change(7, "green", team="search"),
        ]
    )
    found = happenings(store, ["status"], period=days(4, 31), **QUESTION).colours
    assert [(one.measure, one.before, one.status, one.at) for one in found] == [
        ("deployment_frequency", "red", "green", instant(at(9))),
        ("deployment_frequency", "grey", "red", instant(at(5))),
    ]
