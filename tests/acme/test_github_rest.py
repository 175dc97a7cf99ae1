"""GitHub's REST API: pages, conditions, refusals, and all that the company has."""

import base64
import re

import pytest
from examples.acme.company.moments import iso, moment
from examples.acme.systems.running import Quotas, Systems

API = "/github/api/v3"


def pages(ask, path):
    """All pages, by their links, and how many there were."""
    bodies, count = [], 0
    while path:
        response = ask.get(path)
        assert response.status_code == 200, response.text
        body = response.json()
        bodies += body if isinstance(body, list) else next(value for value in body.values() if isinstance(value, list))
        count += 1
        link = re.search(r'<([^>]+)>; rel="next"', response.headers.get("link", ""))
        path = link[1] if link else None
    return bodies, count


@pytest.mark.parametrize(
    ("headers", "status", "message"),
    [
        ({"Authorization": "Bearer wrong"}, 401, "Bad credentials"),
        ({"Authorization": ""}, 401, "Bad credentials"),
        ({"Authorization": "token acme-demo"}, 200, None),
    ],
)
def test_a_token_is_needed(ask, headers, status, message):
    """In either form of the header."""
    response = ask.get(f"{API}/user", headers=headers)
    assert response.status_code == status
    assert response.json().get("message") == message


def test_pages_are_linked_by_number_of_the_repository(ask):
    """Previous, next, last and first; the links name the repository as GitHub's do."""
    response = ask.get(f"{API}/repos/acme/basket/commits?per_page=2&page=3")
    links = {name: url for url, name in re.findall(r'<([^>]+)>; rel="(\w+)"', response.headers["link"])}
    assert list(links) == ["prev", "next", "last", "first"]
    assert links["next"] == "http://acme.test/github/api/v3/repositories/7001/commits?per_page=2&page=4"


@pytest.mark.parametrize(
    ("query", "size"), [("", 30), ("?per_page=7", 7), ("?per_page=100", 100), ("?per_page=500", 100)]
)
def test_a_page_has_thirty_and_at_most_a_hundred(ask_whole, query, size):
    """Whatever is asked for."""
    response = ask_whole.get(f"{API}/repos/acme/basket/pulls{query or '?'}&state=all")
    assert len(response.json()) == size


def test_all_commits_come_newest_first_and_children_before_parents(ask, small):
    """By pages, without a gap or a double."""
    found, count = pages(ask, f"{API}/repos/acme/basket/commits?per_page=10")
    repository = small.repositories["github", "acme/basket"]
    assert count == -(-len(repository.commits) // 10)
    assert sorted(body["sha"] for body in found) == sorted(commit.sha for commit in repository.commits)
    seen = set()
    for body in found:
        assert not seen & {parent["sha"] for parent in body["parents"]}
        seen.add(body["sha"])


def test_commits_since_and_until(ask, small):
    """By the moment of the commit, both ends included."""
    moments = sorted(commit.committed_at for commit in small.repositories["github", "acme/basket"].commits)
    low, high = moments[3], moments[-3]
    found, _ = pages(ask, f"{API}/repos/acme/basket/commits?since={iso(low)}&until={iso(high)}")
    assert len(found) == sum(low <= at <= high for at in moments)


def test_what_a_range_of_commits_brings(ask, small):
    """Between two deployments: what the second one has and the first has not."""
    first, *_, last = [one for one in small.deployments["basket"] if one.succeeded_at]
    response = ask.get(f"{API}/repos/acme/basket/compare/{first.sha}...{last.sha}")
    body = response.json()
    assert body["status"] == "ahead"
    shown = {commit["sha"] for commit in body["commits"]}
    merged = {one.merge_sha for one in small.repositories["github", "acme/basket"].pull_requests if one.merged_at}
    brought = {change for one in small.deployments["basket"] for change in one.ships if one.number != first.number}
    numbers = {str(one.number): one.merge_sha for one in small.repositories["github", "acme/basket"].pull_requests}
    assert shown & merged == {numbers[key] for key in brought if key in numbers}
    back = ask.get(f"{API}/repos/acme/basket/compare/{last.sha}...{first.sha}").json()
    assert (back["status"], back["behind_by"]) == ("behind", body["ahead_by"])


def test_the_pull_request_of_a_rebased_commit(ask_whole, acme):
    """The graph cannot tell; the host does."""
    repository = next(
        one
        for one in acme.of_host("github")
        if any(each.method == "rebase" and len(each.commits) > 1 and each.merged_at for each in one.pull_requests)
    )
    request = next(
        one for one in repository.pull_requests if one.method == "rebase" and len(one.commits) > 1 and one.merged_at
    )
    rebased = next(commit for commit in repository.commits if commit.pull_request == request.number)
    found = ask_whole.get(f"{API}/repos/{repository.path}/commits/{rebased.sha}/pulls").json()
    assert [body["number"] for body in found] == [request.number]
    assert rebased.sha not in {commit.sha for commit in request.commits}


def test_pull_requests_by_state_and_order(ask, small):
    """Open ones by default, newest first; all of them by their last change."""
    requests = small.repositories["github", "acme/basket"].pull_requests
    opened, _ = pages(ask, f"{API}/repos/acme/basket/pulls")
    assert {body["number"] for body in opened} == {one.number for one in requests if one.closed_at is None}
    trial = {body["merge_commit_sha"] for body in opened}
    assert not trial & {commit.sha for commit in small.repositories["github", "acme/basket"].commits}
    updated, _ = pages(ask, f"{API}/repos/acme/basket/pulls?state=all&sort=updated&direction=desc&per_page=5")
    moments = [moment(body["updated_at"]) for body in updated]
    assert moments == sorted((one.updated_at for one in requests), reverse=True)


def test_a_pull_request_with_reviews_and_commits(ask, small):
    """The commits of its branch, and who said what."""
    request = next(
        one
        for one in small.repositories["github", "acme/basket"].pull_requests
        if len(one.reviews) > 1 and one.merged_at
    )
    base = f"{API}/repos/acme/basket/pulls/{request.number}"
    reviews, _ = pages(ask, f"{base}/reviews")
    commits, _ = pages(ask, f"{base}/commits")
    assert [(body["user"]["login"], body["state"], moment(body["submitted_at"])) for body in reviews] == [
        (one.author.login, one.state, one.submitted_at) for one in request.reviews
    ]
    assert [body["sha"] for body in commits] == [commit.sha for commit in request.commits]


def test_deployments_and_their_statuses(ask, small):
    """Newest first; what another followed is inactive, and its statuses still tell of the success."""
    found, _ = pages(ask, f"{API}/repos/acme/basket/deployments?environment=production")
    expected = [one for one in small.deployments["basket"] if one.environment == "production"]
    assert [body["id"] for body in found] == [one.number for one in reversed(expected)]
    superseded = next(one for one in expected if one.steps[-1].state == "inactive" and one.succeeded_at)
    states, _ = pages(ask, f"{API}/repos/acme/basket/deployments/{superseded.number}/statuses")
    assert [body["state"] for body in states] == ["inactive", "success", "in_progress", "queued"]


def test_runs_by_time_branch_and_outcome(ask, small):
    """Of tests and deployments; conclusions only for what is over."""
    found, _ = pages(ask, f"{API}/repos/acme/reports/actions/workflows/deploy.yml/runs?per_page=5")
    expected = small.deployments["reports"]
    assert [body["id"] for body in found] == [one.number for one in reversed(expected)]
    since = iso(expected[3].created_at)
    late, _ = pages(
        ask, f"{API}/repos/acme/reports/actions/workflows/deploy.yml/runs?created=%3E%3D{since}&status=success"
    )
    assert [body["id"] for body in late] == [one.number for one in reversed(expected[3:]) if one.outcome == "success"]
    success = next(one for one in expected if one.outcome == "success")
    body = next(body for body in found if body["id"] == success.number)
    assert (body["status"], body["conclusion"], moment(body["updated_at"])) == (
        "completed",
        "success",
        success.succeeded_at,
    )


def test_issues_come_with_pull_requests(ask, small):
    """Every pull request is an issue too, and says so; a label finds bugs alone."""
    repository = small.repositories["github", "acme/catalog"]
    found, _ = pages(ask, f"{API}/repos/acme/catalog/issues?state=all&per_page=100")
    assert {body["number"] for body in found if "pull_request" not in body} == {one.number for one in repository.issues}
    assert {body["number"] for body in found if "pull_request" in body} == {
        one.number for one in repository.pull_requests
    }
    bugs, _ = pages(ask, f"{API}/repos/acme/catalog/issues?state=all&labels=bug&sort=updated&direction=asc")
    assert [body["number"] for body in bugs] == [
        one.number
        for one in sorted(repository.issues, key=lambda one: (one.updated_at, one.number))
        if one.type == "Bug"
    ]


def test_releases_and_previews(ask, small):
    """Newest first; a preview is marked as one, and a draft has not been published."""
    found, _ = pages(ask, f"{API}/repos/acme/accounts/releases")
    shown = [(body["tag_name"], body["prerelease"], body["draft"], body["published_at"] is None) for body in found]
    expected = reversed(small.deployments["accounts"])
    assert shown == [(one.version, one.is_prerelease, *[one.succeeded_at is None] * 2) for one in expected]


def test_a_renamed_repository_redirects(ask_whole):
    """By number, whatever is asked of it."""
    response = ask_whole.get(f"{API}/repos/acme/homepage/commits?per_page=1")
    assert response.status_code == 301
    assert response.headers["location"] == "http://acme.test/github/api/v3/repositories/7040/commits?per_page=1"
    assert len(ask_whole.get(response.headers["location"]).json()) == 1


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("repos/acme/nothing", 404),
        ("repos/acme/sandbox/commits", 409),
        ("repos/acme/sandbox/pulls", 200),
        ("repos/acme/basket/pulls/99999", 404),
        ("orgs/other/repos", 404),
        ("nowhere", 404),
    ],
)
def test_what_is_not_there(ask, path, status):
    """Is said as GitHub says it."""
    assert ask.get(f"{API}/{path}").status_code == status


def test_an_unchanged_answer_costs_nothing(ask):
    """304 for a known ETag, and the quota stays."""
    first = ask.get(f"{API}/repos/acme/basket")
    again = ask.get(f"{API}/repos/acme/basket", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["x-ratelimit-remaining"] == first.headers["x-ratelimit-remaining"]
    assert "Authorization" in again.headers["vary"]
    assert ask.get(f"{API}/repos/acme/basket", headers={"If-None-Match": 'W/"other"'}).status_code == 200


def test_a_used_up_quota_is_refused_until_it_is_renewed(connect, small, clock):
    """With 403, no Retry-After, and the moment of the renewal; asking for the limits is free."""
    client = connect(Systems(small, clock=clock, quotas=Quotas(github=2)))
    assert [client.get(f"{API}/user").status_code for _ in range(3)] == [200, 200, 403]
    refused = client.get(f"{API}/user")
    assert (refused.headers["x-ratelimit-remaining"], "retry-after" in refused.headers) == ("0", False)
    assert client.get(f"{API}/rate_limit").json()["resources"]["core"]["remaining"] == 0
    clock.now = int(refused.headers["x-ratelimit-reset"]) + 1
    assert client.get(f"{API}/user").status_code == 200


def test_owners_are_named_in_a_file(ask):
    """CODEOWNERS names the team."""
    body = ask.get(f"{API}/repos/acme/basket/contents/CODEOWNERS").json()
    assert base64.b64decode(body["content"]) == b"* @acme/checkout\n"
