"""From an issue and the changes of its status to records."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from scorecard_exporter.events.model import Incident, Issue, Transition
from scorecard_exporter.sources.jira.issues import Change, changes, records
from scorecard_exporter.sources.kit.body import Body, MalformedError

T = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
NAMES = {"1": "To Do", "3": "In Progress", "5": "Resolved", "6": "Closed"}
DONE = frozenset({"5", "6"})


def issue(now="1", **fields):
    """An issue in the status with the id `now`."""
    given = {
        "issuetype": {"name": "Bug"},
        "status": {"name": NAMES[now], "statusCategory": {"key": "done" if now in DONE else "new"}},
        "created": "2026-03-01T12:00:00.000+0000",
        **fields,
    }
    return Body({"id": "10001", "key": "SHOP-1", "fields": given})


def moves(*steps):
    """Changes of status, an hour after each other: `moves("1", "3", "5")`."""
    pairs = pairwise(steps)
    return [
        Change(T + number * HOUR, before, NAMES[before], after, NAMES[after])
        for number, (before, after) in enumerate(pairs, 1)
    ]


def read(meaning, one, made=()):
    return list(records(one, made, DONE, meaning, "SHOP"))


def test_an_issue_is_what_it_says(meaning):
    fields = {
        "summary": "Cart is empty",
        "labels": ["customer", "web"],
        "priority": {"name": "High"},
        "components": [{"name": "Checkout"}, {"name": "Web shop"}],
        "fixVersions": [{"name": "1.2"}, {"name": "1.3"}],
    }
    assert read(meaning, issue(**fields)) == [
        Issue(
            origin="jira:SHOP",
            key="SHOP-1",
            url="https://acme.atlassian.net/browse/SHOP-1",
            type="Bug",
            opened_at=T,
            fix_version="1.2",
            labels=("customer", "web", "component=Checkout", "component=Web shop", "priority=High"),
            history=(Transition(status="To Do", at=T),),
        )
    ]


@pytest.mark.parametrize(
    ("path", "resolution", "resolved", "steps"),
    [
        pytest.param("1", None, None, "", id="nothing has happened"),
        pytest.param("13", None, None, "", id="it is being worked on"),
        pytest.param("135", 2, 2, "resolved@2", id="resolved"),
        pytest.param("1356", 3, 2, "resolved@2", id="closed later: the field moves, the resolution does not"),
        pytest.param("13531", None, None, "resolved@2 reopened@3", id="reopened"),
        pytest.param("1353", 2, None, "resolved@2 reopened@3", id="reopened, and the field was not cleared"),
        pytest.param("13535", 2, 4, "resolved@2 reopened@3 resolved@4", id="resolved again, and the field is old"),
        pytest.param("135", 90, 2, "resolved@2", id="the field was filled in later for many at once"),
        pytest.param("135", None, 2, "resolved@2", id="a project without resolutions"),
        pytest.param("13", 5, 5, "", id="resolved in a status that does not say so"),
        pytest.param("5", None, 0, "", id="created as done"),
        pytest.param("5", 4, 4, "", id="created as done, with a resolution"),
    ],
)
def test_when_it_is_resolved(meaning, path, resolution, resolved, steps):
    """Hours since it was created: the last move into a status of the category Done that still stands."""
    stamp = None if resolution is None else (T + resolution * HOUR).isoformat()
    one = issue(path[-1], resolutiondate=stamp, issuetype={"name": "Incident"})
    found, incident = read(meaning, one, moves(*path))
    expected = None if resolved is None else T + resolved * HOUR
    assert (found.resolved_at, incident.resolved_at) == (expected, expected)
    assert " ".join(f"{step.status}@{(step.at - T) // HOUR}" for step in incident.history) == steps


def test_the_history_begins_with_the_status_that_it_was_created_in(meaning):
    (found,) = read(meaning, issue("5"), reversed(moves("1", "3", "5")))
    assert [(step.status, (step.at - T) // HOUR) for step in found.history] == [
        ("To Do", 0),
        ("In Progress", 1),
        ("Resolved", 2),
    ]


@pytest.mark.parametrize(
    ("fields", "is_incident"),
    [
        ({"issuetype": {"name": "Incident"}}, True),
        ({"issuetype": {"name": "[System] Incident"}}, True),
        ({"issuetype": {"name": "Post-incident review"}}, False),
        ({"labels": ["Outage"]}, True),
        ({"labels": ["no-outage"]}, False),
        ({}, False),
    ],
    ids=str,
)
def test_which_issues_are_incidents_too(meaning, fields, is_incident):
    kinds = [type(record) for record in read(meaning, issue(**fields))]
    assert kinds == [Issue, *[Incident] * is_incident]


def test_an_incident_has_what_incidents_have(meaning):
    fields = {
        "issuetype": {"name": "Incident"},
        "summary": "Checkout\x1b[2J is down",
        "priority": {"name": "Highest"},
        "versions": [{"name": "1.2"}],
    }
    _, incident = read(meaning, issue(**fields))
    assert (incident.began_at, incident.severity, incident.version) == (T, "Highest", "1.2")
    assert incident.title == "Checkout\N{REPLACEMENT CHARACTER}[2J is down"


def test_of_several_affected_versions_none_is_the_cause(meaning):
    fields = {"issuetype": {"name": "Incident"}, "versions": [{"name": "1.2"}, {"name": "1.3"}]}
    assert read(meaning, issue(**fields))[1].version == ""


@pytest.mark.parametrize(
    "created",
    [1772366400, 1772366400000, "1772366400", "2026-03-01T12:00:00.000+0000", "2026-03-01T23:00:00.000+1100",
     "2026-03-01T12:00:00Z"],
    ids=str,
)  # fmt: skip
def test_a_change_is_dated_in_any_of_the_ways_that_jira_has(created):
    item = {"field": "status", "fieldId": "status", "from": "1", "fromString": "To Do", "to": "5", "toString": "Done"}
    (change,) = changes(Body({"created": created, "items": [{"field": "labels", "toString": "x"}, item]}))
    assert change == Change(T, "1", "To Do", "5", "Done")


@pytest.mark.parametrize("created", [None, "", "yesterday", "2026-03-01T12:00:00", 10**30, True], ids=str)
def test_a_change_without_a_moment_is_malformed(created):
    with pytest.raises(MalformedError):
        list(changes(Body({"created": created, "items": [{"field": "status"}]})))


@pytest.mark.parametrize(
    "fields",
    [
        {"issuetype": None},
        {"issuetype": {"name": None}},
        {"issuetype": []},
        {"created": None},
        {"created": "2026-03-01T12:00:00"},
        {"resolutiondate": "soon"},
        {"labels": "web"},
        {"status": "open"},
        {"components": {}},
    ],
    ids=str,
)
def test_an_issue_that_cannot_be_understood_is_malformed(meaning, fields):
    with pytest.raises(MalformedError):
        read(meaning, issue(**fields))


@pytest.mark.parametrize(
    "fields",
    [
        dict.fromkeys(
            ("summary", "priority", "labels", "components", "fixVersions", "versions", "resolutiondate", "status")
        )
    ],
)
def test_what_is_missing_is_empty(meaning, fields):
    (found,) = read(meaning, issue(**fields))
    assert (found.labels, found.fix_version, found.resolved_at, found.history) == ((), "", None, ())


def test_without_pages_for_people_there_is_no_address(meaning):
    (found,) = read(replace(meaning, pages=""), issue())
    assert found.url == ""
