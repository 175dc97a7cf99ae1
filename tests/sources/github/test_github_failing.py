"""What is said, and what happens next, when GitHub refuses, breaks, or answers something else."""

import contextlib
import json
import random
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from github_requests import asked, questions, refusing
from reading import Shelf, poll, step
from scorecard_exporter.errors import (
    FatalSourceError,
    PausedSourceError,
    RetriableSourceError,
    SkippableSourceError,
    SourceError,
)
from scorecard_exporter.sources.github.limits import GitHubLimits
from scorecard_exporter.sources.github.lists import MOST_PAGES
from scorecard_exporter.store.tables import RECORDS
from systems import github as fake

AT = datetime(2026, 6, 1, tzinfo=UTC)
RATE = {"x_ratelimit_limit": "5000", "x_ratelimit_resource": "graphql"}
NOW = 1_000_000.0


@pytest.mark.parametrize(
    ("status", "headers", "body", "wait"),
    [
        (403, {"retry-after": "17"}, b"{}", 17),
        (429, {"retry-after": "17"}, b"{}", 17),
        (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1000090"}, b"{}", 90),
        (429, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "999999"}, b"{}", 1),
        (429, {}, b"{}", 60),
        (403, {"gh-limited-by": "search-elapsed-time-shared-grouped"}, b"{}", 60),
        (403, {}, b'{"message": "You have exceeded a secondary rate limit. Please wait"}', 60),
        (403, {"x-ratelimit-remaining": "17"}, b'{"message": "Must have admin rights to Repository."}', None),
        (404, {"retry-after": "17"}, b"{}", None),
        (200, {"x-ratelimit-remaining": "0"}, b'{"data": {}}', None),
        (200, {}, b'{"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]}', 60),
        (
            200,
            {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1000300"},
            b'{"errors":[{"type":"RATE_LIMITED"}]}',
            300,
        ),
        (200, {}, b'{"errors": [{"message": "You have exceeded a secondary rate limit"}]}', 60),
        (200, {}, rb'{"data": {"title": "\"type\":\"RATE_LIMITED\""}}', None),
    ],
    ids=str,
)
def test_what_is_a_refusal_for_reasons_of_rate(status, headers, body, wait):
    assert GitHubLimits().refused(status, headers, body, NOW) == wait


@pytest.mark.parametrize(
    ("headers", "rate"),
    [
        (
            {"x-ratelimit-limit": "5000", "x-ratelimit-remaining": "7", "x-ratelimit-reset": "5"},
            ("core", 5000, 7, 5.0),
        ),
        (
            {
                "x-ratelimit-limit": "30",
                "x-ratelimit-remaining": "0",
                "x-ratelimit-reset": "5",
                "x-ratelimit-resource": "search",
            },
            ("search", 30, 0, 5.0),
        ),
        ({}, None),
        ({"x-ratelimit-limit": "none"}, None),
    ],
    ids=["core, as old servers leave it unsaid", "search", "an Enterprise Server without limits", "nonsense"],
)
def test_what_is_told_of_a_quota(headers, rate):
    told = GitHubLimits().rate(headers, NOW)
    assert (told and (told.resource, told.limit, told.remaining, told.resets_at)) == rate


REFUSALS = [
    (
        (401, {"message": "Bad credentials"}, {}),
        FatalSourceError,
        "does not know the credential .Bad credentials.; check",
    ),
    (
        (
            403,
            {"message": "Resource not accessible by personal access token"},
            {"x_accepted_github_permissions": "actions=read"},
        ),
        SkippableSourceError,
        "acme/shop may not be read: the credential lacks the permission `actions: read`",
    ),
    (
        (403, {"message": "Must have admin rights"}, {"x_accepted_oauth_scopes": "repo", "x_oauth_scopes": "read:org"}),
        SkippableSourceError,
        "acme/shop may not be read: the credential lacks the scope `repo`",
    ),
    (
        (
            403,
            {"message": "Resource protected by organization SAML enforcement."},
            {"x_github_sso": "required; url=https://x"},
        ),
        SkippableSourceError,
        "acme/shop may not be read: the organization enforces SAML; authorize the token for it",
    ),
    (
        (403, {"message": "Resource not accessible by integration"}, {}),
        SkippableSourceError,
        "the credential lacks a permission; see docs/sources/github.md",
    ),
    (
        (403, {"message": "Repository access blocked"}, {}),
        SkippableSourceError,
        "may not be read: Repository access blocked",
    ),
    (
        (404, {"message": "Not Found"}, {}),
        SkippableSourceError,
        "acme/shop is not there, or the credential may not see it",
    ),
    ((410, {"message": "Issues are disabled"}, {}), SkippableSourceError, "answers 410 .Issues are disabled"),
    ((451, {"message": "Repository access blocked"}, {}), SkippableSourceError, "blocked by GitHub for legal reasons"),
    ((422, {}, {}), SkippableSourceError, "answers 422"),
    ((500, {}, {}), RetriableSourceError, "answers 500"),
    ((429, {}, {"retry_after": "90"}), PausedSourceError, "asks for a pause of 90 s"),
]


@pytest.mark.parametrize(("answer", "error", "sentence"), REFUSALS, ids=[str(row[0][:2]) for row in REFUSALS])
def test_a_refusal_by_rest_says_what_is_missing(served, answer, error, sentence):
    shop = fake.Repo("acme/shop")
    shop.onto_main(AT)
    world = served(shop)
    status, body, headers = answer
    refuse = refusing(status, body, **headers)
    world.handle = lambda request: (
        world.github.handle(request) if request.url.path.endswith("graphql") else refuse(request)
    )
    (stream,) = world.source(read=["commits"]).streams
    with pytest.raises(error, match=sentence) as caught:
        step(stream, Shelf(), AT)
    assert fake.TOKEN not in str(caught.value)


def graphql(*errors, **data):
    """An answer of GraphQL with these errors."""
    return httpx.Response(200, json={"data": data or None, "errors": list(errors)})


BROKEN = [
    (
        graphql({"type": "NOT_FOUND", "path": ["r0"], "message": "Could not resolve"}, r0=None),
        SkippableSourceError,
        "acme/shop is not there, or the credential may not see it",
    ),
    (
        graphql(
            {"type": "FORBIDDEN", "path": ["r0"], "message": "Resource protected by organization SAML enforcement."},
            r0=None,
        ),
        SkippableSourceError,
        "acme/shop may not be read: Resource protected by organization SAML enforcement",
    ),
    (
        graphql({"message": "Something went wrong while executing your query. This may be the result of a timeout"}),
        RetriableSourceError,
        "could not answer a question.*may be the result of a timeout",
    ),
    (
        graphql({"type": "RESOURCE_LIMITS_EXCEEDED", "message": "Resource limits"}, r0=None),
        RetriableSourceError,
        "could not answer a question.*Resource limits",
    ),
    (
        graphql({"extensions": {"code": "undefinedField"}, "message": "Field 'x' doesn't exist on type 'Repository'"}),
        FatalSourceError,
        "does not understand what is asked of it .Field 'x' doesn't exist.*Enterprise Server 3.14 or later",
    ),
    (httpx.Response(200, json={"message": "odd"}), RetriableSourceError, "a question without data"),
    (httpx.Response(200, json=[]), RetriableSourceError, "no JSON object"),
    (httpx.Response(200, content=b'{"data": {"r0"'), RetriableSourceError, "cut off or damaged"),
    (httpx.Response(200, content=b"<html>Sign in"), FatalSourceError, "a page for people instead of JSON"),
    (httpx.Response(502, content=b"<html>Bad gateway"), RetriableSourceError, "answers 502"),
    (
        httpx.Response(200, json={"errors": [{"type": "RATE_LIMITED"}]}, headers={"retry-after": "600"}),
        PausedSourceError,
        "asks for a pause of 600 s",
    ),
]


@pytest.mark.parametrize(("answer", "error", "sentence"), BROKEN, ids=[row[2][:40] for row in BROKEN])
def test_a_refusal_by_graphql_says_what_is_wrong(served, answer, error, sentence):
    world = served(fake.Repo("acme/shop"))
    world.handle = lambda _: httpx.Response(answer.status_code, content=answer.content, headers=dict(answer.headers))
    (stream,) = world.source(read=["pull_requests"]).streams
    with pytest.raises(error, match=sentence):
        step(stream, Shelf(), AT)


def test_a_list_that_may_not_be_seen_names_it(served):
    shop = fake.Repo("acme/shop")
    shop.onto_main(AT)
    shop.deploy(AT, "production", "SUCCESS")
    world = served(shop)
    refused = graphql(
        {
            "type": "FORBIDDEN",
            "path": ["repository", "deployments"],
            "message": "Resource not accessible by integration",
        },
        repository={"deployments": None},
    )
    world.handle = lambda request: (
        refused if b"deployments(first: $size" in request.content else world.github.handle(request)
    )
    (stream,) = world.source(read=["deployments"]).streams
    with pytest.raises(
        SkippableSourceError, match=r"acme/shop \(deployments\) may not be read: Resource not accessible"
    ):
        step(stream, Shelf(), AT)


def test_a_list_that_may_not_be_seen_keeps_no_other_from_being_read(served):
    """By the schema it cannot be null, so GitHub leaves out the whole repository for it."""
    world = served(fake.busy("acme/checkout"), fake.quiet("acme/catalog"))

    def handle(request):
        if b"issues(first: 1" not in request.content:
            return world.github.handle(request)
        errors = [
            {
                "type": "FORBIDDEN",
                "path": [one, "issues"],
                "message": "Resource not accessible by personal access token",
            }
            for one in ("r0", "r1")
        ]
        return httpx.Response(200, json={"data": {"r0": None, "r1": None, "rateLimit": {"cost": 1}}, "errors": errors})

    world.handle = handle
    shelf = Shelf()
    for stream in world.source().streams:
        step(stream, shelf, AT)
    assert {origin for origin, kind, _ in shelf.records if kind == "change"} == {
        "code:acme/checkout",
        "code:acme/catalog",
    }
    assert len(questions(world.requests, "issues(first: 1")) == 1


def test_a_page_that_is_too_much_at_once_is_asked_for_in_halves(served):
    """A 502 after ten seconds is what GitHub makes of a question that takes too long."""
    shop = fake.Repo("acme/shop")
    for number in range(60):
        shop.pull(AT - timedelta(days=9, minutes=number), merged_at=AT - timedelta(days=8, minutes=number))
    world = served(shop)

    def handle(request):
        size = json.loads(request.content).get("variables", {}).get("size", 0)
        return httpx.Response(502, content=b"<html>") if size > 20 else world.github.handle(request)

    world.handle = handle
    shelf = poll(world.source(read=["pull_requests"]), Shelf(), AT)
    assert len(shelf.of("change")) == 60
    sizes = [one["size"] for one in questions(world.requests, "pullRequests(first: $size")]
    assert sizes == [50, 25, 12, 12, 12, 12, 12]
    assert (shelf.problems, world.github.costs[1:]) == ([], [1] * 5)


def test_repositories_that_are_too_many_at_once_are_asked_about_in_halves(served):
    world = served(*(fake.quiet(f"acme/r{number}") for number in range(40)))

    def handle(request):
        is_large = request.content.count(b"String!, $n") > 10
        return httpx.Response(502) if is_large else world.github.handle(request)

    world.handle = handle
    shelf = poll(world.source(read=["pull_requests"]), Shelf(), AT)
    assert len({origin for origin, _, _ in shelf.records}) == 40


@pytest.mark.parametrize("broken", [0, 17, 39])
def test_a_repository_that_github_cannot_answer_for_keeps_no_other_from_being_read(served, broken):
    world = served(*(fake.quiet(f"acme/r{number}") for number in range(40)))

    def handle(request):
        asked = json.loads(request.content)["variables"].values()
        return httpx.Response(502) if f"r{broken}" in asked else world.github.handle(request)

    world.handle = handle
    shelf, failed = Shelf(), []
    for stream in world.source(read=["pull_requests"]).streams:
        try:
            step(stream, shelf, AT)
        except RetriableSourceError:
            failed.append(stream.name)
    assert failed == [f"acme/r{broken}/pullRequests"]
    assert len({origin for origin, _, _ in shelf.records}) == 39
    assert len(questions(world.requests, "...fields")) < 20


def test_a_github_that_is_out_of_order_is_not_asked_about_every_repository(served):
    world = served(*(fake.quiet(f"acme/r{number}") for number in range(50)))
    world.handle = lambda _: httpx.Response(502)
    stream = next(iter(world.source(read=["pull_requests"]).streams))
    with pytest.raises(RetriableSourceError, match="answers 502"):
        step(stream, Shelf(), AT)
    # 50, 25, 12, 6, 3 and 1 of them, the last one three times more, and each of the other five halves once.
    assert len(world.requests) == 6 + 3 + 5


def test_a_short_pause_is_sat_out_and_not_taken_for_too_much(served):
    shop = fake.Repo("acme/shop")
    shop.pull(AT - timedelta(days=9), merged_at=AT - timedelta(days=8))
    world = served(shop)
    waits = [refusing(429, retry_after="1")] * 2
    world.handle = lambda request: (
        waits.pop()(request) if waits and b"$size" in request.content else world.github.handle(request)
    )
    assert len(poll(world.source(read=["pull_requests"]), Shelf(), AT).of("change")) == 1
    assert [one["size"] for one in questions(world.requests, "$size")] == [50] * 3


def test_one_repository_that_is_gone_keeps_no_other_from_being_read(served):
    world = served(fake.quiet("acme/catalog"), fake.quiet("acme/site"))
    source = world.source(repositories=["acme/catalog", "acme/gone", "acme/site"])
    shelf, failed = Shelf(), []
    for stream in source.streams:
        try:
            step(stream, shelf, AT)
        except SkippableSourceError as error:
            failed.append((stream.name, str(error)))
    assert {origin for origin, _, _ in shelf.records} == {"code:acme/catalog", "code:acme/site"}
    assert {name.rpartition("/")[0] for name, _ in failed} == {"acme/gone"}
    assert len({reason for _, reason in failed}) == 1


def test_a_malformed_thing_is_a_problem_and_the_rest_is_read(served):
    shop = fake.Repo("acme/shop")
    for _ in range(3):
        shop.pull(AT - timedelta(days=9), merged_at=AT - timedelta(days=8))
    shop.pulls[1]["createdAt"] = "yesterday"
    world = served(shop)
    shelf = poll(world.source(read=["pull_requests"]), Shelf(), AT)
    assert len(shelf.of("pull_request")) == 2
    assert {(one.code, one.origin) for one in shelf.problems} == {("malformed", "code:acme/shop")}
    assert "a pull request of code:acme/shop could not be read: createdAt is 'yesterday'" in shelf.problems[0].message


def test_workflows_that_may_not_be_seen_keep_no_deployment_from_being_read_but_its_coverage(served):
    shop = fake.Repo("acme/shop")
    shop.onto_main(AT)
    shop.deploy(AT - timedelta(days=1), "production", "SUCCESS")
    world = served(shop)
    refuse = refusing(403, {"message": "Resource not accessible by integration"})
    world.handle = lambda request: refuse(request) if "/actions/" in request.url.path else world.github.handle(request)
    shelf = Shelf()
    (stream,) = world.source(read=["deployments"], deployment_workflows=["deploy.yml"]).streams
    with pytest.raises(SkippableSourceError, match="lacks a permission"):
        step(stream, shelf, AT)
    assert len(shelf.of("deployment")) == 1
    assert shelf.coverage == {}


def test_the_token_never_leaves_for_another_address(served):
    shop = fake.Repo("acme/shop")
    for number in range(150):
        shop.onto_main(AT - timedelta(minutes=number))
    world = served(shop)
    elsewhere = {"link": '<https://evil.example/api/v3/repos/acme/shop/commits?page=2>; rel="next"'}
    world.handle = lambda request: (
        httpx.Response(200, json=[], headers=elsewhere)
        if request.url.path.endswith("/commits")
        else world.github.handle(request)
    )
    (stream,) = world.source(read=["commits"]).streams
    with pytest.raises(
        FatalSourceError, match=r"https://evil\.example/api/v3/repos/acme/shop/commits, which is another origin"
    ):
        step(stream, Shelf(), AT)
    assert {request.url.host for request in world.requests} == {"github.test"}


def test_a_page_that_comes_again_and_again_ends(served):
    shop = fake.Repo("acme/shop")
    shop.onto_main(AT)
    world = served(shop)
    again = {"link": f'<{fake.URL}/api/v3/repos/acme/shop/commits?page=2>; rel="next"'}
    world.handle = lambda request: (
        httpx.Response(200, json=[], headers=again)
        if request.url.path.endswith("/commits")
        else world.github.handle(request)
    )
    (stream,) = world.source(read=["commits"]).streams
    with pytest.raises(RetriableSourceError, match="again and again"):
        step(stream, Shelf(), AT)
    assert len(asked(world.requests, "/commits")) == 2


def test_a_list_inside_of_a_pull_request_that_never_ends_is_given_up(served):
    shop = fake.Repo("acme/shop")
    shop.pull(AT - timedelta(days=9), merged_at=AT - timedelta(days=8), commits=60)
    world = served(shop)
    again = {
        "nodes": [{"commit": {"authoredDate": "2026-01-01T00:00:00Z"}}],
        "pageInfo": {"hasNextPage": True, "endCursor": "2"},
    }
    more = httpx.Response(200, json={"data": {"repository": {"pullRequest": {"commits": again}}}})
    world.handle = lambda request: more if b"pullRequest(number" in request.content else world.github.handle(request)
    (stream,) = world.source(read=["pull_requests"]).streams
    with pytest.raises(RetriableSourceError, match="a list of commits gives the same page again and again"):
        step(stream, Shelf(), AT)
    assert len(questions(world.requests, "pullRequest(number")) == MOST_PAGES


def paths(value, here=()):
    """Where something stands in an answer; of a list, its first two."""
    yield here
    listed = value.items() if isinstance(value, dict) else enumerate(value[:2]) if isinstance(value, list) else ()
    for key, inner in listed:
        yield from paths(inner, (*here, key))


def changed(value, path, put):
    """The same with something else at one place."""
    if not path:
        return put
    inner = dict(value) if isinstance(value, dict) else list(value)
    inner[path[0]] = changed(inner[path[0]], path[1:], put)
    return inner


@pytest.mark.parametrize("seed", range(30))
def test_whatever_stands_in_place_of_a_field_ends_in_a_problem_or_an_error_of_a_source(served, seed):
    chance = random.Random(seed)  # noqa: S311  the same every time
    system = fake.system()
    shop = system.github.repos["acme/checkout"]
    shop.may_rebase = True
    shop.pull(AT - timedelta(days=9), merged_at=AT - timedelta(days=8), commits=60, reviews=22)
    shop.deploy(AT - timedelta(days=5), "production", *["IN_PROGRESS"] * 12, "SUCCESS")
    world = served(*system.github.repos.values())
    world.options = system.options
    spoilt = []

    def handle(request):
        answer = system.handle(request)
        if chance.random() > 0.2:
            return answer
        found = json.loads(answer.content)
        place = chance.choice(list(paths(found)))
        put = chance.choice([None, "x", 3, [], {}, True, [None], [{}]])
        spoilt.append((place, put))
        return httpx.Response(answer.status_code, json=changed(found, place, put))

    world.handle = handle
    for stream in world.source().streams:
        shelf = Shelf()
        with contextlib.suppress(SourceError):
            step(stream, shelf, AT)
        for record in shelf.records.values():
            RECORDS[record.kind].rows([record])  # or the store would refuse it
        assert all(problem.code and problem.message.isprintable() for problem in shelf.problems)
    assert spoilt
