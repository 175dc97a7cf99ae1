"""Pull requests, bugs, releases and builds of a service: which are its own, and what is known of them."""

from datetime import UTC, datetime

import pytest

from scorecard_exporter.events.facts import DeploymentRow, IncidentRow, IssueRow, PullRequestRow, ServiceRecords
from scorecard_exporter.events.link import link
from scorecard_exporter.events.model import NEVER
from scorecard_exporter.events.open_hours import open_time
from scorecard_exporter.events.rules import (
    BugRule,
    BuildRule,
    DeploymentRule,
    IncidentRule,
    OpenHours,
    ReleaseRule,
    ServiceRule,
)

HOUR = 3600 * 1_000_000
DAY = 24 * HOUR
API = ServiceRule(service="api", changes="acme:api", bots=("*-bot",))


def request(opened=1, ready=None, reviewed=None, merged=None, closed=None, **changed):
    """A pull request; times are hours."""
    hours = (None if hour is None else hour * HOUR for hour in (opened, ready, merged, closed, reviewed))
    opened_at, ready_at, merged_at, closed_at, reviewed_at = hours
    row = PullRequestRow(
        number="12",
        opened_at=opened_at,
        ready_at=ready_at,
        merged_at=merged_at,
        closed_at=closed_at,
        author="ann",
        is_bot=0,
        is_draft=0,
        url="",
        reviewed_at=reviewed_at,
    )
    return row._replace(**changed)


def facts(rule, **records):
    return link(rule, ServiceRecords(**records))


def hours(*moments):
    return tuple(moment if moment == NEVER else moment // HOUR for moment in moments)


@pytest.mark.parametrize(
    ("row", "ready", "reviewed", "merged", "closed", "pickup"),
    [
        pytest.param(request(), 1, NEVER, NEVER, NEVER, 0, id="opened ready, and that was all"),
        pytest.param(request(ready=3, reviewed=5, merged=9), 3, 5, 9, 9, 2, id="ready when it left draft"),
        pytest.param(request(ready=5, reviewed=3, merged=9), 5, 5, 9, 9, 0, id="a review of the draft counts at ready"),
        pytest.param(request(reviewed=5, closed=9), 1, 5, NEVER, 9, 4, id="closed without a merge"),
        pytest.param(request(reviewed=12, merged=9, closed=9), 1, 12, 9, 9, 11, id="reviewed after its merge"),
        pytest.param(request(merged=9, closed=10), 1, NEVER, 9, 9, 0, id="over when it was merged"),
        pytest.param(request(ready=12, reviewed=3, merged=9), 9, 9, 9, 9, 0, id="never ready before it was merged"),
    ],
)
def test_milestones_of_a_pull_request(row, ready, reviewed, merged, closed, pickup):
    (fact,) = facts(API, pull_requests=(row,)).pull_requests
    assert hours(fact.ready_at, fact.reviewed_at, fact.merged_at, fact.closed_at) == (ready, reviewed, merged, closed)
    assert (fact.pickup, fact.is_draft) == (pickup * HOUR, 0)


@pytest.mark.parametrize(
    ("row", "is_draft", "reviewed"),
    [
        pytest.param(request(reviewed=3, is_draft=1), 1, NEVER, id="an open draft: nobody has to review it yet"),
        pytest.param(request(reviewed=3, closed=9, is_draft=1), 1, NEVER, id="closed as a draft"),
        pytest.param(request(reviewed=3, merged=9, is_draft=1), 0, 3, id="merged: it was no draft in the end"),
    ],
)
def test_a_draft_is_not_ready(row, is_draft, reviewed):
    (fact,) = facts(API, pull_requests=(row,)).pull_requests
    assert (fact.is_draft, *hours(fact.reviewed_at)) == (is_draft, reviewed)


@pytest.mark.parametrize(
    ("changed", "is_bot"),
    [({}, 0), ({"is_bot": 1}, 1), ({"author": "Renovate-Bot"}, 1), ({"author": ""}, 0)],
    ids=["a person", "so says the source", "so says a pattern", "nobody known"],
)
def test_who_made_it(changed, is_bot):
    (fact,) = facts(API, pull_requests=(request(**changed),)).pull_requests
    assert fact.is_bot == is_bot


def test_no_login_is_in_a_fact():
    (fact,) = facts(API, pull_requests=(request(author="somebody"),)).pull_requests
    assert "somebody" not in map(str, fact)


def test_in_a_monorepo_a_pull_request_counts_unless_it_is_known_to_touch_other_paths(history):
    rule = ServiceRule(service="api", changes="acme:api", paths=("api/**",))
    merged = tuple(history.pulls("#12=@3 #13=@3"))
    paths = (("#12", "api/pay.py"), ("#13", "web/pay.py"))
    rows = tuple(request(number=number) for number in ("12", "13", "14"))
    found = facts(rule, changes=merged, pull_requests=rows, paths=paths)
    assert [fact.key for fact in found.pull_requests] == ["12", "14"], "of 14 nothing is known: it is not merged"


def issue(key="J-1", type_="Bug", labels=(), origin="jira:SHOP"):
    return IssueRow(origin=origin, key=key, type=type_, opened_at=5, labels=labels, url="")


BUGS = {"origin": "jira:SHOP", "types": ("bug", "defect")}


@pytest.mark.parametrize(
    ("rules", "row", "flags"),
    [
        pytest.param([BUGS], issue(), (0, 0, 0, 0), id="a bug of which nothing is told"),
        pytest.param([BUGS], issue(type_="Story"), None, id="no bug"),
        pytest.param([BUGS | {"labels": ("api",)}], issue(labels=("web",)), None, id="of something else"),
        pytest.param([BUGS | {"labels": ("api",)}], issue(labels=("web", "API")), (0, 0, 0, 0), id="one label will do"),
        pytest.param(
            [BUGS | {"found_in_production": ("escaped",)}], issue(labels=("escaped",)), (1, 1, 0, 0), id="by its label"
        ),
        pytest.param([BUGS | {"found_in_production": ("escaped",)}], issue(), (0, 1, 0, 0), id="found before"),
        pytest.param(
            [BUGS | {"reported_by_customers": ("customer*", "defect")}],
            issue(type_="Defect"),
            (0, 0, 1, 1),
            id="by its type",
        ),
        pytest.param(
            [BUGS, {"origin": "jira:SUPPORT", "types": ("*",), "reported_by_customers": ("*",)}],
            issue(origin="jira:SUPPORT", type_="Request"),
            (0, 0, 1, 1),
            id="all of an origin that only customers write to",
        ),
        pytest.param(
            [BUGS, {"origin": "jira:SUPPORT", "types": ("*",), "reported_by_customers": ("*",)}],
            issue(),
            (0, 0, 0, 1),
            id="then those of the other origin are known to be none",
        ),
        pytest.param(
            [BUGS | {"labels": ("api",)}, BUGS | {"found_in_production": ("escaped",)}],
            issue(labels=("api", "escaped")),
            (1, 1, 0, 0),
            id="one issue by two rules is one bug, and what either says holds",
        ),
    ],
)
def test_bugs(rules, row, flags):
    rule = ServiceRule(service="api", bugs=tuple(BugRule(**one) for one in rules))
    found = facts(rule, issues=(row,)).bugs
    told = [(one.is_escaped, one.tells_escapes, one.is_customers, one.tells_customers) for one in found]
    assert told == ([] if flags is None else [flags])


def release(key, version="v1", environment="release", status="success", finished_at=7):
    return DeploymentRow(
        key=key,
        environment=environment,
        sha="",
        version=version,
        status=status,
        started_at=None,
        finished_at=finished_at,
        replaces="",
        url="",
    )


CUSTOMERS = (BugRule(origin="jira:SHOP", types=("bug",), reported_by_customers=("customer",)),)
RELEASED = (
    release("r1"),
    release("r2", version="beta 1"),
    release("r3", environment="production"),
    release("r4", status="failure"),
    release("r5", finished_at=None),
)


@pytest.mark.parametrize(
    ("rule", "things"),
    [
        pytest.param({"releases": ReleaseRule(origin="acme:api")}, ["r1", "r2"], id="releases that succeeded"),
        pytest.param({"releases": ReleaseRule(origin="acme:api", versions=("v*",))}, ["r1"], id="of some versions"),
        pytest.param(
            {"deployments": DeploymentRule(origin="acme:api", by="environment", patterns=("prod*",))},
            ["api r3"],
            id="deployments stand in for them, and are the service's alone",
        ),
        pytest.param({}, [], id="nothing is released"),
        pytest.param({"releases": ReleaseRule(origin="acme:api"), "bugs": ()}, [], id="nothing counts them"),
    ],
)
def test_releases(rule, things):
    service = ServiceRule(**({"service": "api", "changes": "acme:api", "bugs": CUSTOMERS} | rule))
    found = facts(service, releases=RELEASED, deployments=RELEASED).releases
    assert [one.thing for one in found] == things


@pytest.mark.parametrize(
    ("branches", "counted"),
    [
        pytest.param((), ["", "main"], id="the deployed branch, and builds without one"),
        pytest.param(("release/*", "main"), ["main", "release/1"], id="those that are named"),
        pytest.param(("*",), ["", "feature/x", "main", "release/1"], id="all of them"),
    ],
)
def test_builds_of_branches(branches, counted):
    rule = ServiceRule(service="api", changes="acme:api", builds=(BuildRule(origin="ci:api", branches=branches),))
    built = (*(("ci:api", name) for name in ("main", "feature/x", "release/1", "")), ("ci:web", "main"))
    found = facts(rule, branches=("main",), built=built).build_branches
    assert [(one.origin, one.branch) for one in found] == [("ci:api", branch) for branch in counted]


def moment(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1_000_000


OFFICE = OpenHours(zone="Europe/Berlin", week=(((540, 1020),),) * 5 + ((), ()), closed=("2026-12-24",))
LUNCH = OpenHours(zone="UTC", week=(((540, 720), (780, 1020)),) * 7)
NIGHT = OpenHours(zone="Europe/Berlin", week=(((0, 240),),) * 7)


@pytest.mark.parametrize(
    ("table", "start", "end", "open_hours"),
    [
        pytest.param(None, "2026-03-06T10:00", "2026-03-09T10:00", 72, id="no table: always"),
        pytest.param(OFFICE, "2026-03-06T08:00", "2026-03-06T10:00", 2, id="within a day; Berlin is an hour ahead"),
        pytest.param(OFFICE, "2026-03-06T15:00", "2026-03-09T09:00", 2, id="over the weekend: an hour on each side"),
        pytest.param(OFFICE, "2026-03-07T09:00", "2026-03-08T18:00", 0, id="from Saturday to Sunday"),
        pytest.param(OFFICE, "2026-03-06T20:00", "2026-03-07T20:00", 0, id="from closing time on"),
        pytest.param(OFFICE, "2026-03-02T00:00", "2026-03-09T00:00", 40, id="a week"),
        pytest.param(OFFICE, "2026-03-27T15:00", "2026-03-30T08:00", 2, id="the clocks went forward: 8:00 is 10:00"),
        pytest.param(OFFICE, "2026-12-23T15:00", "2026-12-28T09:00", 10, id="nobody is there on the 24th"),
        pytest.param(LUNCH, "2026-03-06T11:00", "2026-03-06T14:00", 2, id="not at lunch"),
        pytest.param(NIGHT, "2026-03-28T22:00", "2026-03-29T22:00", 3, id="an hour of the night is skipped"),
        pytest.param(NIGHT, "2026-10-24T21:00", "2026-10-25T21:00", 5, id="and there twice in October"),
        pytest.param(OFFICE, "2026-03-06T10:00", "2026-03-06T10:00", 0, id="no time at all"),
    ],
)
def test_open_time(table, start, end, open_hours):
    assert open_time(table, moment(start), moment(end)) == open_hours * HOUR


def test_a_pickup_is_measured_in_the_services_open_hours():
    rule = ServiceRule(service="api", changes="acme:api", open_hours=OFFICE)
    ready, reviewed = moment("2026-03-06T15:00"), moment("2026-03-09T09:00")
    row = request()._replace(opened_at=ready, reviewed_at=reviewed)
    (fact,) = facts(rule, pull_requests=(row,)).pull_requests
    assert fact.pickup == 2 * HOUR


@pytest.mark.parametrize(
    ("rules", "is_outage"),
    [
        pytest.param([{}], 1, id="every incident, where nothing else is said"),
        pytest.param([{"outages": ("SEV1", "sev2")}], 1, id="of such a severity"),
        pytest.param([{"outages": ("sev2",)}], 0, id="of another one"),
        pytest.param([{"outages": ("sev2",)}, {"titles": ("down",)}], 1, id="by another rule that lets it through"),
        pytest.param([{"outages": ("sev2",)}, {"titles": ("slow",)}], 0, id="not by one that does not"),
    ],
)
def test_outages(rules, is_outage):
    row = IncidentRow(
        origin="pager:P1",
        key="i",
        severity="sev1",
        title="down",
        began_at=1,
        acknowledged_at=None,
        resolved_at=2,
        deployment="",
        sha="",
        version="",
        labels=(),
        history=(),
        url="",
    )
    rule = ServiceRule(service="api", incidents=tuple(IncidentRule(origin="pager:P1", **one) for one in rules))
    assert [fact.is_outage for fact in facts(rule, incidents=(row,)).incidents] == [is_outage]
