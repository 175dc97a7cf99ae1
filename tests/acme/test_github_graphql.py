"""GitHub's GraphQL: pages by cursors, costs by GitHub's formula, errors beside data."""

import pytest
from examples.acme.company.cut import until
from examples.acme.company.moments import DAY, iso, moment
from examples.acme.systems.github.graphql import schema
from examples.acme.systems.running import Quotas, Systems
from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType, build_schema

PULLS = """
query ($after: String, $size: Int = 5) {
  rateLimit { cost remaining resetAt nodeCount }
  repository(owner: "acme", name: "basket") {
    pullRequests(first: $size, after: $after, states: [MERGED], orderBy: {field: UPDATED_AT, direction: DESC}) {
      nodes {
        number updatedAt mergedAt isDraft headRefOid mergeCommit { oid } author { login __typename }
        labels(first: 10) { nodes { name } }
        reviews(first: 20) { nodes { databaseId submittedAt state author { login __typename } } totalCount }
        commits(first: 50) { nodes { commit { oid authoredDate author { email user { login } } } } totalCount }
        timelineItems(first: 5, itemTypes: [READY_FOR_REVIEW_EVENT]) {
          nodes { ... on ReadyForReviewEvent { createdAt } }
        }
      }
      pageInfo { hasNextPage endCursor }
      totalCount
    }
  }
}
"""


@pytest.fixture
def query(ask):
    def send(text, **variables):
        response = ask.post("/github/api/graphql", json={"query": text, "variables": variables})
        assert response.status_code == 200
        return response.json()

    return send


def test_all_merged_pull_requests_by_pages(query, small):
    """In order of their last change, with what belongs to them, without a gap or a double."""
    found, after = [], None
    while True:
        page = query(PULLS, after=after)["data"]["repository"]["pullRequests"]
        found += page["nodes"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    merged = [one for one in small.repositories["github", "acme/basket"].pull_requests if one.merged_at]
    merged.sort(key=lambda one: (one.updated_at, one.number), reverse=True)
    assert len(found) == page["totalCount"] == len(merged)
    for node, one in zip(found, merged, strict=True):
        assert (node["number"], moment(node["mergedAt"]), node["mergeCommit"]["oid"]) == (
            one.number,
            one.merged_at,
            one.merge_sha,
        )
        assert [each["state"] for each in node["reviews"]["nodes"]] == [each.state for each in one.reviews]
        assert [each["commit"]["oid"] for each in node["commits"]["nodes"]] == [each.sha for each in one.commits]
        left = [moment(each["createdAt"]) for each in node["timelineItems"]["nodes"]]
        assert left == ([one.ready_at] if one.was_draft else [])


def test_a_page_that_shifts_while_it_is_read_skips_nothing(connect, small):
    """Something new in front moves nothing behind the cursor."""
    systems = Systems(until(small, small.now - 20 * DAY))
    client = connect(systems)

    def page(after):
        body = {"query": PULLS, "variables": {"after": after}}
        return client.post("/github/api/graphql", json=body).json()["data"]["repository"]["pullRequests"]

    first = page(None)
    expected = page(first["pageInfo"]["endCursor"])
    systems.move_to(small)
    shifted = page(first["pageInfo"]["endCursor"])
    assert page(None)["nodes"] != first["nodes"]
    assert [one["number"] for one in shifted["nodes"]] == [one["number"] for one in expected["nodes"]]


def basket(selection):
    """A query of one repository."""
    return f'{{ repository(owner: "acme", name: "basket") {{ {selection} }} }}'


PARTS = "labels(first: 20) { nodes { name } } reviews(first: 20) { nodes { id } } commits(first: 50) { nodes { id } }"
PARENTS = "commit { parents(first: 100) { totalCount } }"
ISSUES = "issues(first: 50) { nodes { labels(first: 60) { nodes { name } } } }"
COSTS = {
    "at least one point": ("{ viewer { login } }", 1, 0),
    "one request": (basket("pullRequests(first: 50) { nodes { number } }"), 1, 50),
    "151 requests": (basket(f"pullRequests(first: 50) {{ nodes {{ {PARTS} }} }}"), 2, 50 + 50 * (20 + 20 + 50)),
    "GitHub's own example, 5,101 requests": (
        f'{{ organization(login: "acme") {{ repositories(first: 100) {{ nodes {{ {ISSUES} }} }} }} }}',
        51,
        100 + 100 * 50 + 100 * 50 * 60,
    ),
}


@pytest.mark.parametrize("case", COSTS)
def test_cost_by_the_formula(query, case):
    """A hundred requests of connections are a point, if all pages were full."""
    text, points, nodes = COSTS[case]
    before = query("{ rateLimit { remaining } }")["data"]["rateLimit"]["remaining"]
    limit = query(text.replace("{", "{ rateLimit { cost nodeCount remaining } ", 1))["data"]["rateLimit"]
    assert (limit["cost"], limit["nodeCount"]) == (points, nodes)
    assert limit["remaining"] == before - points


@pytest.mark.parametrize(
    ("selection", "type_"),
    [
        ("pullRequests { totalCount }", "MISSING_PAGINATION_BOUNDARIES"),
        ("pullRequests(first: 101) { totalCount }", "EXCESSIVE_PAGINATION"),
        (
            f"pullRequests(first: 100) {{ nodes {{ commits(first: 100) {{ nodes {{ {PARENTS} }} }} }} }}",
            "MAX_NODE_LIMIT_EXCEEDED",
        ),
    ],
)
def test_connections_have_bounds(query, selection, type_):
    """From one to a hundred, and never too many nodes in all."""
    body = query(basket(selection))
    assert body["errors"][0]["type"] == type_


def test_what_is_missing_is_an_error_beside_the_rest(query):
    """Of several repositories in one query the others are still answered."""
    parts = (
        f'{name}: repository(owner: "acme", name: "{found}") {{ name }}'
        for name, found in (("a", "basket"), ("b", "nothing"))
    )
    body = query("{ " + " ".join(parts) + " }")
    assert body["data"] == {"a": {"name": "basket"}, "b": None}
    (error,) = body["errors"]
    assert (error["type"], error["path"]) == ("NOT_FOUND", ["b"])
    assert error["message"] == "Could not resolve to a Repository with the name 'acme/nothing'."


@pytest.mark.parametrize("text", ["{ nonsense }", "{ repository(owner: 1) { name } }", "{"])
def test_a_query_that_is_none_is_an_answer_with_errors(query, text):
    """Still 200, without data."""
    body = query(text)
    assert "data" not in body
    assert body["errors"][0]["message"]


def test_a_used_up_quota_is_an_answer_with_an_error(connect, small, clock):
    """200, `RATE_LIMITED`, and headers that say when it is renewed."""
    client = connect(Systems(small, clock=clock, quotas=Quotas(graphql=1)))
    assert "data" in client.post("/github/api/graphql", json={"query": "{ viewer { login } }"}).json()
    refused = client.post("/github/api/graphql", json={"query": "{ viewer { login } }"})
    assert (refused.status_code, refused.json()["errors"][0]["type"]) == (200, "RATE_LIMITED")
    assert (refused.headers["x-ratelimit-remaining"], refused.headers["x-ratelimit-resource"]) == ("0", "graphql")


def test_the_history_of_the_default_branch(query, small):
    """All of it by pages of the commit's own cursors; a bot has a login without brackets."""
    text = """query ($after: String, $since: GitTimestamp) { repository(owner: "acme", name: "basket") {
      defaultBranchRef { name target { ... on Commit { oid history(first: 20, after: $after, since: $since) {
        nodes { oid parents(first: 3) { nodes { oid } } associatedPullRequests(first: 1) { nodes { number } } }
        pageInfo { hasNextPage endCursor } totalCount } } } } } }"""
    found, after = [], None
    while True:
        history = query(text, after=after)["data"]["repository"]["defaultBranchRef"]["target"]["history"]
        found += history["nodes"]
        after = history["pageInfo"]["endCursor"]
        if not history["pageInfo"]["hasNextPage"]:
            break
    commits = {commit.sha: commit for commit in small.repositories["github", "acme/basket"].commits}
    assert {node["oid"] for node in found} == set(commits)
    assert len(found) == history["totalCount"]
    for node in found:
        commit = commits[node["oid"]]
        assert [parent["oid"] for parent in node["parents"]["nodes"]] == list(commit.parents)
        numbers = [each["number"] for each in node["associatedPullRequests"]["nodes"]]
        assert numbers == ([commit.pull_request] if commit.pull_request else [])
    since = iso(max(commit.committed_at for commit in commits.values()))
    newest = query(text, since=since)["data"]["repository"]["defaultBranchRef"]["target"]["history"]
    assert newest["totalCount"] == 1


def test_deployments_tell_what_is_running(query, small):
    """The newest success is active, those before it are inactive, and each has its statuses."""
    text = """{ repository(owner: "acme", name: "basket") {
      deployments(first: 100, environments: ["production"], orderBy: {field: CREATED_AT, direction: DESC}) {
        nodes { databaseId state commitOid latestStatus { state }
          statuses(first: 10) { nodes { state createdAt } } } } } }"""
    nodes = query(text)["data"]["repository"]["deployments"]["nodes"]
    expected = {one.number: one for one in small.deployments["basket"]}
    assert [node["state"] for node in nodes].count("ACTIVE") == 1
    for node in nodes:
        one = expected[node["databaseId"]]
        successes = [moment(each["createdAt"]) for each in node["statuses"]["nodes"] if each["state"] == "SUCCESS"]
        assert (successes[-1] if successes else None) == one.succeeded_at
        assert node["commitOid"] == one.sha


def test_an_empty_repository_has_no_branch(query):
    """Nothing is null, and nothing fails."""
    found = query(
        basket("isEmpty defaultBranchRef { name } pullRequests(first: 1) { totalCount }").replace("basket", "sandbox")
    )
    expected = {"isEmpty": True, "defaultBranchRef": None, "pullRequests": {"totalCount": 0}}
    assert found == {"data": {"repository": expected}}


def unknown(ours, real):
    """What our type has and GitHub's has not."""
    if real is None:
        yield ours.name
    elif isinstance(ours, GraphQLEnumType):
        yield from (f"{ours.name}.{value}" for value in ours.values if value not in real.values)
    elif isinstance(ours, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
        for name, field in ours.fields.items():
            known = real.fields.get(name)
            if str(known and known.type) != str(field.type):
                yield f"{ours.name}.{name}"
            else:
                yield from (f"{ours.name}.{name}({argument})" for argument in strange(field, known))


def strange(field, known):
    """Arguments that the real field has not, or has of another type."""
    for name, argument in getattr(field, "args", {}).items():
        if name not in known.args or str(known.args[name].type) != str(argument.type):
            yield name


def test_the_schema_is_a_part_of_githubs(payloads):
    """Every type, field, argument and value, but for `issueType`, which the stored description does not have yet."""
    path = payloads.parent / "specs" / "github-graphql.graphql"
    if not path.is_file():
        pytest.skip(f"no description of GitHub's schema at {path}")
    real = build_schema(path.read_text("utf-8"), assume_valid=True).type_map
    ours = {name: kind for name, kind in schema().type_map.items() if not name.startswith("__")}
    found = [each for name, kind in ours.items() for each in unknown(kind, real.get(name))]
    assert found == ["Issue.issueType", "IssueType"]


def test_a_node_by_its_global_id(query, small):
    """A deployment that a list has shown; something unknown is an error."""
    shown = query(basket("deployments(last: 1) { nodes { id databaseId } }"))
    (node,) = shown["data"]["repository"]["deployments"]["nodes"]
    text = (
        f'{{ node(id: "{node["id"]}") {{ ... on Deployment {{ databaseId statuses(first: 9) {{ totalCount }} }} }} }}'
    )
    found = query(text)["data"]["node"]
    assert found["databaseId"] == node["databaseId"] == small.deployments["basket"][-1].number
    assert found["statuses"]["totalCount"] > 1
    assert query('{ node(id: "DE_MQ") { id } }')["errors"][0]["type"] == "NOT_FOUND"


def test_how_far_a_commit_is_from_a_branch(query, small):
    """A commit of the branch is not ahead of it; one of an unmerged pull request is."""
    repository = small.repositories["github", "acme/basket"]
    closed = next(one for one in repository.pull_requests if not one.merged_at)
    heads = {"old": repository.line[2], "off": closed.commits[-1].sha}
    parts = " ".join(f'{name}: compare(headRef: "{sha}") {{ aheadBy status }}' for name, sha in heads.items())
    found = query(basket(f'ref(qualifiedName: "refs/heads/main") {{ {parts} }}'))["data"]["repository"]["ref"]
    assert found["old"] == {"aheadBy": 0, "status": "BEHIND"}
    assert found["off"]["aheadBy"] == len(closed.commits)


def test_tags_may_be_objects_of_their_own(query, small):
    """Every other tag is annotated, and leads to its commit in two steps."""
    text = """{ repository(owner: "acme", name: "accounts") { refs(refPrefix: "refs/tags/", first: 100) { nodes {
      name target { __typename oid ... on Tag { tagger { date } target { oid } } } } } } }"""
    nodes = query(text)["data"]["repository"]["refs"]["nodes"]
    tags = dict(small.repositories["github", "acme/accounts"].tags)
    kinds = [node["target"]["__typename"] for node in nodes]
    assert {"Commit", "Tag"} == set(kinds)
    for node in nodes:
        target = node["target"]
        commit = target["target"]["oid"] if target["__typename"] == "Tag" else target["oid"]
        assert commit == tags[node["name"]]
