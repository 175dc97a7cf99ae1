"""GitLab: pages by number and by key, filters, refusals, and all that the company has."""

import re

import pytest
from examples.acme.company.moments import iso, moment
from examples.acme.systems.running import Quotas, Systems

API = "/gitlab/api/v4"
PROJECT = f"{API}/projects/acme%2Fpayments%2Fpayments"


def pages(ask, path):
    """All pages, by the header that names the next one."""
    found, number = [], "1"
    while number:
        response = ask.get(f"{path}{'&' if '?' in path else '?'}page={number}")
        assert response.status_code == 200, response.text
        found += response.json()
        number = response.headers["x-next-page"]
    return found


@pytest.fixture
def payments(small):
    return small.repositories["gitlab", "acme/payments/payments"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"PRIVATE-TOKEN": "wrong"}, 401),
        ({"PRIVATE-TOKEN": ""}, 401),
        ({"PRIVATE-TOKEN": "", "Authorization": "Bearer acme-demo"}, 200),
        ({}, 200),
    ],
)
def test_a_token_is_needed(ask, headers, status):
    """In a header of GitLab's own, or as a bearer."""
    assert ask.get(f"{API}/user", headers=headers).status_code == status


@pytest.mark.parametrize("identifier", ["acme%2Fpayments%2Fpayments", "7002", "ACME%2Fpayments%2Fpayments"])
def test_a_project_by_path_or_number(ask, identifier):
    """The path is one segment, its slashes encoded."""
    assert ask.get(f"{API}/projects/{identifier}").json()["path_with_namespace"] == "acme/payments/payments"


@pytest.mark.parametrize(
    "path",
    [
        "projects/acme/payments/payments",
        "projects/nothing",
        "groups/nothing",
        "projects/7002/merge_requests/99999",
        "nowhere",
    ],
)
def test_what_is_not_there(ask, path):
    """Is 404; an unencoded path is not there either."""
    assert ask.get(f"{API}/{path}").status_code == 404


@pytest.mark.parametrize(("query", "size"), [("", 20), ("?per_page=7", 7), ("?per_page=500", 100)])
def test_a_page_has_twenty_and_at_most_a_hundred(ask_whole, query, size):
    """Whatever is asked for; the headers say where it is."""
    response = ask_whole.get(f"{PROJECT}/merge_requests{query}")
    assert len(response.json()) == size
    assert (response.headers["x-page"], response.headers["x-next-page"], response.headers["x-prev-page"]) == (
        "1",
        "2",
        "",
    )
    assert set(re.findall(r'rel="(\w+)"', response.headers["link"])) == {"next", "first", "last"}


def test_pages_by_key_follow_their_link_only(ask):
    """No numbers, no counts, and at the end no link."""
    url, names = (
        f"{API}/groups/acme/projects?include_subgroups=true&pagination=keyset&order_by=id&sort=asc&per_page=2",
        [],
    )
    while url:
        response = ask.get(url)
        names += [body["id"] for body in response.json()]
        assert "x-total" not in response.headers
        link = re.search(r'<([^>]+)>; rel="next"', response.headers.get("link", ""))
        url = link[1] if link else None
    assert names == [7002, 7005, 7992]


def test_commits_are_never_counted(ask, payments):
    """There is no total, and no last page is told by number."""
    response = ask.get(f"{PROJECT}/repository/commits?per_page=5")
    assert "x-total" not in response.headers
    found = pages(ask, f"{PROJECT}/repository/commits?per_page=5")
    assert {body["id"] for body in found} == {commit.sha for commit in payments.commits}
    commits = {commit.sha: commit for commit in payments.commits}
    for body in found:
        commit = commits[body["id"]]
        assert body["parent_ids"] == list(commit.parents)
        assert body["committed_date"].endswith("+02:00")
        assert (moment(body["authored_date"]), moment(body["committed_date"])) == (
            commit.authored_at,
            commit.committed_at,
        )


def test_deployments_updated_since(ask, small):
    """With their finish, and not those of another environment or state."""
    expected = sorted(small.deployments["payments"], key=lambda one: (one.steps[-1].at, one.number))
    since = expected[len(expected) // 2].steps[-1].at
    query = f"environment=production&order_by=updated_at&sort=asc&per_page=3&updated_after={iso(since)}"
    found = pages(ask, f"{PROJECT}/deployments?{query}")
    late = [one for one in expected if one.environment == "production" and one.steps[-1].at >= since]
    assert [body["id"] for body in found] == [one.number for one in late]
    for body, one in zip(found, late, strict=True):
        assert (body["status"] == "success") == (one.outcome == "success")
        assert body["finished_at"] is None or moment(body["finished_at"]) == one.finished_at
        assert body["sha"] == one.sha


def test_merged_requests_of_a_whole_group(ask, small):
    """One stream for all projects below it."""
    found = pages(
        ask, f"{API}/groups/acme/merge_requests?state=merged&scope=all&order_by=updated_at&sort=asc&per_page=50"
    )
    expected = [one for where in small.of_host("gitlab") for one in where.pull_requests if one.merged_at]
    assert {body["id"] for body in found} == {one.identity for one in expected}
    updated = [moment(body["updated_at"]) for body in found]
    assert updated == sorted(updated)


@pytest.mark.parametrize(
    ("method", "merge", "squash"), [("merge", True, False), ("squash", False, True), ("rebase", False, False)]
)
def test_how_a_request_was_merged(ask_whole, acme, method, merge, squash):
    """A merge commit, a squashed one, or neither: then its head itself is on main."""
    where, one = next(
        (where, one)
        for where in acme.of_host("gitlab")
        for one in where.pull_requests
        if one.merged_at and one.method == method
    )
    body = ask_whole.get(f"{API}/projects/{where.number}/merge_requests/{one.number}").json()
    assert (body["merge_commit_sha"] is not None, body["squash_commit_sha"] is not None) == (merge, squash)
    on_main = body["merge_commit_sha"] or body["squash_commit_sha"] or body["sha"]
    assert on_main == one.merge_sha
    assert on_main in where.line


def test_notes_approvals_and_commits_of_a_request(ask, payments):
    """Approvals have their moment; what the system wrote is marked."""
    one = next(one for one in payments.pull_requests if any(each.state == "APPROVED" for each in one.reviews))
    base = f"{PROJECT}/merge_requests/{one.number}"
    approved = ask.get(f"{base}/approvals").json()["approved_by"]
    assert [moment(row["approved_at"]) for row in approved] == [
        each.submitted_at for each in one.reviews if each.state == "APPROVED"
    ]
    notes = ask.get(f"{base}/notes?sort=asc").json()
    assert [moment(note["created_at"]) for note in notes if not note["system"]] == [
        each.submitted_at for each in one.reviews if each.state != "APPROVED"
    ]
    commits = ask.get(f"{base}/commits").json()
    assert [body["id"] for body in commits] == [commit.sha for commit in reversed(one.commits)]


def test_pipelines_of_the_main_branch(ask, payments):
    """By their last change."""
    since = payments.builds[5].finished_at
    found = pages(ask, f"{PROJECT}/pipelines?ref=main&order_by=updated_at&sort=asc&updated_after={iso(since)}")
    expected = [one for one in payments.builds if (one.finished_at or one.started_at) >= since]
    assert {body["id"] for body in found} == {one.number for one in expected}


def test_a_used_up_quota_is_refused_in_plain_text(connect, small, clock):
    """429 and Retry-After; a minute later all is well."""
    client = connect(Systems(small, clock=clock, quotas=Quotas(gitlab=2)))
    assert [client.get(f"{API}/version").status_code for _ in range(3)] == [200, 200, 429]
    refused = client.get(f"{API}/version")
    assert (refused.text, refused.headers["ratelimit-remaining"]) == ("Retry later\n", "0")
    clock.now += int(refused.headers["retry-after"])
    assert client.get(f"{API}/version").status_code == 200


def test_an_offset_has_an_end(ask):
    """Beyond 50,000 only keys lead on."""
    assert ask.get(f"{PROJECT}/merge_requests?per_page=100&page=502").status_code == 405


QUERY = """query ($path: ID!, $numbers: [String!]) { project(fullPath: $path) {
  fullPath mergeRequests(iids: $numbers, first: 20) { nodes { iid
    commits(last: 100) { nodes { sha authoredDate committedDate } }
    notes(first: 100) { pageInfo { hasNextPage endCursor } nodes { id body system createdAt author { username bot } } }
  } } } }"""


def test_notes_and_commits_of_many_requests_in_one_query(ask, payments):
    """By GraphQL: what the lists of each would say."""
    chosen = [one for one in payments.pull_requests if one.merged_at][:5]
    variables = {"path": payments.path, "numbers": [str(one.number) for one in chosen]}
    body = ask.post("/gitlab/api/graphql", json={"query": QUERY, "variables": variables}).json()
    nodes = {node["iid"]: node for node in body["data"]["project"]["mergeRequests"]["nodes"]}
    assert set(nodes) == set(variables["numbers"])
    for one in chosen:
        node = nodes[str(one.number)]
        assert [each["sha"] for each in node["commits"]["nodes"]] == [each.sha for each in reversed(one.commits)]
        listed = ask.get(f"{PROJECT}/merge_requests/{one.number}/notes?sort=asc").json()
        assert [each["body"] for each in node["notes"]["nodes"]] == [each["body"] for each in listed]


@pytest.mark.parametrize(
    ("query", "data"),
    [
        ('{ project(fullPath: "acme/nothing") { id } }', {"project": None}),
        ("{ nonsense }", None),
    ],
)
def test_a_query_is_always_answered(ask, query, data):
    """What is not there is null; what is no query is an error, and still 200."""
    response = ask.post("/gitlab/api/graphql", json={"query": query})
    assert (response.status_code, response.json().get("data")) == (200, data)


def test_what_a_deployment_brought(ask, small):
    """The merge requests that it was the first to bring to production."""
    one = next(one for one in small.deployments["payments"] if any(key.isdecimal() for key in one.ships))
    found = pages(ask, f"{PROJECT}/deployments/{one.number}/merge_requests")
    assert {str(body["iid"]) for body in found} == {key for key in one.ships if key.isdecimal()}
