"""Jira: bounded queries in the user's zone, pages by token, histories, and the old version of a Data Center."""

import pytest
from examples.acme.company.moments import HOUR, moment, when
from examples.acme.systems.jira.jql import parse
from examples.acme.systems.running import Quotas, Systems

API = "/jira/rest/api/3"


def search(ask, jql, fields=("status",), size=50):
    """All pages, by their tokens."""
    found, token = [], None
    while True:
        body = {"jql": jql, "fields": list(fields), "maxResults": size, **({"nextPageToken": token} if token else {})}
        response = ask.post(f"{API}/search/jql", json=body)
        assert response.status_code == 200, response.text
        page = response.json()
        found += page["issues"]
        token = page.get("nextPageToken")
        assert page["isLast"] == (token is None)
        if token is None:
            return found


@pytest.fixture
def operations(small):
    """The incidents of Jira."""
    services = {service.name: service for service in small.services}
    return [one for one in small.incidents if not services[one.service].pager]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Authorization": "Basic d3Jvbmc6d3Jvbmc="}, 401),
        ({"Authorization": ""}, 401),
        ({"Authorization": "Bearer acme-demo"}, 200),
        ({}, 200),
    ],
)
def test_a_credential_is_needed(ask, headers, status):
    """Basic with a token, or a bearer of a Data Center."""
    assert ask.get(f"{API}/myself", headers=headers).status_code == status


@pytest.mark.parametrize("size", [3, 50, 5_000])
def test_all_issues_of_a_project_by_pages(ask, small, size):
    """However large the pages: with fields they never have more than a hundred."""
    found = search(ask, "project = SHOP ORDER BY updated ASC", ("updated", "created", "resolutiondate", "status"), size)
    expected = sorted(small.issues, key=lambda one: (one.updated_at, one.number))
    assert [body["key"] for body in found] == [one.key for one in expected]
    for body, one in zip(found, expected, strict=True):
        fields = body["fields"]
        assert set(fields) == {"updated", "created", "resolutiondate", "status"}
        assert (moment(fields["created"]), moment(fields["updated"])) == (one.opened_at, one.updated_at)
        assert (fields["resolutiondate"] and moment(fields["resolutiondate"])) == one.resolved_at


def test_without_fields_there_is_only_an_id(ask):
    """Not even the key."""
    body = ask.get(f"{API}/search/jql", params={"jql": "project = SHOP", "maxResults": 2}).json()
    assert [set(issue) for issue in body["issues"]] == [{"id"}, {"id"}]


def test_times_are_in_the_users_zone_and_to_the_minute(ask, small):
    """What was updated within a minute of the query is found by the minute that it began with."""
    assert ask.get(f"{API}/myself").json()["timeZone"] == "Europe/Berlin"
    one = sorted(small.issues, key=lambda one: one.updated_at)[len(small.issues) // 2]
    hours = 2 if when(one.updated_at).month in range(4, 11) else 1
    berlin = f"{when(one.updated_at + hours * HOUR):%Y-%m-%d %H:%M}"
    found = search(ask, f'project in (SHOP) AND updated >= "{berlin}" ORDER BY updated ASC')
    expected = [each for each in small.issues if each.updated_at >= one.updated_at - one.updated_at % 60]
    assert len(found) == len(expected)
    utc = f"{when(one.updated_at):%Y-%m-%d %H:%M}"
    assert len(search(ask, f'project in (SHOP) AND updated >= "{utc}"')) >= len(found)


JQL = {
    "project in (SHOP, OPS) AND issuetype in (Bug, Incident)": lambda one: one["type"] in ("Bug", "Incident"),
    "project = SHOP AND labels in (customer)": lambda one: one["project"] == "SHOP" and "customer" in one["labels"],
    'project = "OPS"': lambda one: one["project"] == "OPS",
    "project = SHOP AND type != Bug": lambda one: one["type"] == "Story",
    "labels not in (customer) and project = shop": lambda one: (
        one["project"] == "SHOP" and "customer" not in one["labels"]
    ),
}


@pytest.mark.parametrize("jql", JQL)
def test_clauses(ask, jql):
    """Those of the language that a collector needs."""

    def described(query):
        for body in search(ask, query, ("issuetype", "labels", "project")):
            fields = body["fields"]
            about = {
                "type": fields["issuetype"]["name"],
                "labels": fields["labels"],
                "project": fields["project"]["key"],
            }
            yield body["key"], about

    expected = {key for key, about in described("project in (SHOP, OPS)") if JQL[jql](about)}
    assert {key for key, _ in described(jql)} == expected
    assert expected


@pytest.mark.parametrize(
    "jql",
    [
        "",
        "ORDER BY updated",
        "project = NOTHING",
        "mood = good",
        'updated >= "yesterday"',
        "project",
        "project = SHOP OR project = OPS",
        "project in SHOP",
    ],
)
def test_queries_that_are_refused(ask, jql):
    """Unbounded, unknown, or none: 400 with a message."""
    response = ask.get(f"{API}/search/jql", params={"jql": jql, "fields": "status"})
    assert response.status_code == 400
    assert response.json()["errorMessages"]


def test_an_order_of_several_fields_is_read():
    """The last word of each says whether it falls."""
    assert parse("project = A order by updated asc, created DESC").order == (("updated", False), ("created", True))


def test_the_old_search_is_gone(ask):
    """410."""
    assert ask.get(f"{API}/search?jql=project=SHOP").status_code == 410


def test_status_histories_of_many_issues_in_one_call(ask, operations):
    """With moments in milliseconds, oldest first, and only the fields that are asked for."""
    body = {"issueIdsOrKeys": [one.key for one in operations], "fieldIds": ["status"], "maxResults": 3}
    found, token = {}, None
    while True:
        page = ask.post(
            f"{API}/changelog/bulkfetch", json={**body, **({"nextPageToken": token} if token else {})}
        ).json()
        for issue in page["issueChangeLogs"]:
            found.setdefault(issue["issueId"], []).extend(issue["changeHistories"])
        token = page.get("nextPageToken")
        if token is None:
            break
    for one in operations:
        steps = [
            (row["created"] / 1000, row["items"][0]["toString"]) for row in found.get(str(900_000 + one.number), [])
        ]
        names = {"resolved": "Done", "reopened": "Reopened"}
        expected = [(one.acknowledged_at, "In Progress")] if one.acknowledged_at else []
        assert steps == [*expected, *((step.at, names[step.state]) for step in one.steps)]


@pytest.mark.parametrize(
    "body", [{}, {"issueIdsOrKeys": ["X"] * 1_001}, {"issueIdsOrKeys": ["X"], "fieldIds": ["a"] * 11}]
)
def test_histories_have_bounds(ask, body):
    """A thousand issues, ten fields."""
    assert ask.post(f"{API}/changelog/bulkfetch", json=body).status_code == 400


def test_a_data_center_has_pages_by_number_and_whole_histories(ask, small):
    """Version 2: a total, and the history of each issue within it."""
    query = {
        "jql": "project = SHOP ORDER BY created ASC",
        "maxResults": 10,
        "startAt": 10,
        "expand": "changelog",
        "fields": "status",
    }
    body = ask.get("/jira/rest/api/2/search", params=query).json()
    expected = sorted(small.issues, key=lambda one: (one.opened_at, one.number))
    assert (body["startAt"], body["total"]) == (10, len(expected))
    assert [issue["key"] for issue in body["issues"]] == [one.key for one in expected[10:20]]
    for issue, one in zip(body["issues"], expected[10:20], strict=True):
        steps = [(moment(row["created"]), row["items"][0]["toString"]) for row in issue["changelog"]["histories"]]
        assert steps == [(step.at, step.state) for step in one.steps]


def test_projects_and_their_versions(ask):
    """By pages, or all at once; an unknown project is none."""
    assert [row["key"] for row in ask.get(f"{API}/project/search").json()["values"]] == ["SHOP", "OPS"]
    paged = ask.get(f"{API}/project/SHOP/version?maxResults=2").json()
    assert paged["values"] == ask.get(f"{API}/project/SHOP/versions").json()[:2]
    assert ask.get(f"{API}/project/NONE/versions").status_code == 404


def test_a_used_up_quota_is_refused_with_a_reason(connect, small, clock):
    """429, Retry-After, and a moment in ISO form."""
    client = connect(Systems(small, clock=clock, quotas=Quotas(jira=1)))
    assert client.get(f"{API}/myself").status_code == 200
    refused = client.get(f"{API}/myself")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "60")
    assert refused.headers["ratelimit-reason"] == "jira-burst-based"
    assert moment(refused.headers["x-ratelimit-reset"]) == clock.now + 60
