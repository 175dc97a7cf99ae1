"""Reading repositories: what becomes of them, what it costs, and that nothing is lost or doubled on the way."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from pydantic import SecretStr

from github_requests import asked, questions
from reading import Shelf, poll, step
from scorecard_exporter.errors import SkippableSourceError
from scorecard_exporter.sources.base import Traffic
from scorecard_exporter.sources.github import commit_lists, deployments, issues, pull_requests, releases, runs, tags
from scorecard_exporter.sources.github.connection import Access, connect
from scorecard_exporter.sources.github.host import Repository
from scorecard_exporter.sources.github.probe import FRESH_SECONDS, Probe
from systems import github as fake

AT = datetime(2026, 6, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def ago(**span):
    return AT - timedelta(**span)


def stream(source, ending):
    (found,) = (one for one in source.streams if one.name.endswith(ending))
    return found


@pytest.fixture
def shop():
    """A repository with one commit on its branch."""
    repo = fake.Repo("acme/shop")
    repo.onto_main(ago(days=100))
    return repo


def test_everything_is_read_of_every_repository(served):
    world = served(fake.busy("acme/checkout"), fake.quiet("acme/catalog"))
    shelf = poll(world.source(deployment_workflows=["deploy.yml"]), Shelf(), AT)
    kinds = Counter((origin, kind) for origin, kind, _ in shelf.records)
    # Every three months from 27 months ago: the first time is older than what is wanted.
    assert kinds == {
        ("code:acme/checkout", "pull_request"): 8,
        ("code:acme/checkout", "change"): 8,
        ("code:acme/checkout", "review"): 8,
        ("code:acme/checkout", "commit"): 8 * 3,
        ("code:acme/checkout", "branch"): 1,
        ("code:acme/checkout", "deployment"): 8 * 5,
        ("code:acme/checkout", "build"): 8,
        ("code:acme/checkout", "issue"): 2 * 8,
        ("code:acme/checkout", "incident"): 8,
        ("code:acme/catalog", "pull_request"): 1,
        ("code:acme/catalog", "change"): 1,
        ("code:acme/catalog", "commit"): 1 + 1 + 3,
        ("code:acme/catalog", "branch"): 1,
        ("code:acme/catalog", "deployment"): 1,
    }
    assert shelf.problems == []
    assert set(shelf.coverage.values()) == {(AT - timedelta(days=730), AT)}


def test_what_is_not_named_in_read_is_not_asked_for(served):
    world = served(fake.busy("acme/checkout"))
    shelf = poll(world.source(read=["deployments"]), Shelf(), AT)
    assert {kind for _, kind, _ in shelf.records} == {"deployment"}
    assert {one.environment for one in shelf.of("deployment").values()} == {"production", "staging"}
    assert {request.url.path for request in world.requests} == {"/api/graphql"}


def test_an_organization_is_asked_which_repositories_it_has(served):
    old = fake.Repo("acme/old", archived=True)
    world = served(fake.quiet("acme/catalog"), fake.quiet("acme/site"), fake.quiet("acme/try-this"), old)
    world.options.pop("repositories")
    source = world.source(organizations=["acme"], only=["*a*", "*i*"], **{"except": ["try-*"]})
    assert {one.name.rpartition("/")[0] for one in source.streams} == {"acme/catalog", "acme/site"}
    named = world.source(organizations=["acme"], repositories=["acme/old"], only=["site"])
    assert [one.name.rpartition("/")[0] for one in named.streams][::5] == ["acme/old", "acme/site"]


def test_an_organization_that_cannot_be_seen_keeps_nobody_else_from_being_read(served):
    world = served(fake.quiet("acme/catalog"), fake.quiet("ours/site"))
    source = world.source(repositories=["acme/catalog"], organizations=["elsewhere", "ours"])
    names = set()
    with pytest.raises(SkippableSourceError, match="orgs/elsewhere/repos is not there, or the credential may not see"):  # noqa: PT012
        for one in source.streams:
            names.add(one.name.rpartition("/")[0])
    assert names == {"acme/catalog", "ours/site"}


@pytest.fixture
def small_pages(monkeypatch):
    for module in (pull_requests, deployments, releases, tags, commit_lists, issues, runs):
        monkeypatch.setattr(module, "SIZE", 2)


def test_pages_are_read_to_their_end(served, small_pages):  # noqa: ARG001
    world = served(fake.busy("acme/checkout"))
    shelf = poll(world.source(deployment_workflows=["deploy.yml"]), Shelf(), AT)
    kinds = Counter(kind for _, kind, _ in shelf.records)
    assert kinds == {
        "pull_request": 8,
        "change": 8,
        "review": 8,
        "commit": 24,
        "branch": 1,
        "deployment": 40,
        "build": 8,
        "issue": 16,
        "incident": 8,
    }


def test_more_runs_in_one_second_than_fit_on_a_page_are_all_read(served, shop, monkeypatch):
    monkeypatch.setattr(runs, "SIZE", 2)
    for _ in range(5):
        shop.run(ago(days=3), "completed", "success")
    shop.run(ago(days=4), "completed", "success")
    assert len(poll(served(shop).source(read=["builds"]), Shelf(), AT).of("build")) == 6


def test_more_issues_in_one_second_than_fit_on_a_page_are_all_read(served, shop, monkeypatch):
    monkeypatch.setattr(issues, "SIZE", 2)
    for _ in range(5):
        shop.issue(ago(days=3), "bug")
    shop.issue(ago(days=2), "bug")
    assert len(poll(served(shop).source(read=["issues"]), Shelf(), AT).of("issue")) == 6


# What changes


def test_nothing_new_costs_one_question_and_a_conditional_request(served, shop):
    shop.pull(ago(days=3), merged_at=ago(days=2))
    shop.deploy(ago(days=2), "production", "SUCCESS")
    shop.tag("v1", shop.line[-1])
    shop.release(ago(days=2), "v1")
    shop.issue(ago(days=2), "bug")
    shop.run(ago(days=2), "completed", "success")
    world = served(shop)
    shelf = poll(world.source(), Shelf(), AT)
    before, records = len(world.requests), dict(shelf.records)
    source = world.source()
    poll(source, shelf, AT + HOUR)
    (probe, run) = world.requests[before:]
    assert (probe.url.path, run.url.path) == ("/api/graphql", "/api/v3/repos/acme/shop/actions/runs")
    assert source.traffic.unmodified == 1
    assert shelf.records == records
    assert {until for _, until in shelf.coverage.values()} == {AT + HOUR}


def test_many_repositories_with_nothing_new_are_found_by_one_question(served):
    world = served(*(fake.quiet(f"acme/r{number}") for number in range(60)))
    source = lambda: world.source(read=["pull_requests", "commits", "deployments", "issues"])  # noqa: E731
    shelf = poll(source(), Shelf(), AT)
    before, cost = len(world.requests), world.github.cost
    poll(source(), shelf, AT + HOUR)
    assert len(world.requests) - before == 2  # fifty repositories and ten
    assert world.github.cost - cost <= 4


def test_what_is_known_of_repositories_is_asked_for_again_before_it_is_old(served):
    """A poll of many repositories takes longer than what was true at its beginning."""
    world = served(*(fake.quiet(f"acme/r{number}") for number in range(3)))
    host = connect(Access(url=fake.URL, token=SecretStr(fake.TOKEN)), Traffic())
    clock = [0.0]
    probe = Probe(host, "", monotonic=lambda: clock[0])
    repositories = [Repository(f"acme/r{number}", f"code:acme/r{number}", fake.URL) for number in range(3)]
    probe.expect(repositories)
    tips = {probe.facts(one).tip for one in repositories}
    assert (len(tips), len(world.requests)) == (3, 1)
    new = world.github.repos["acme/r1"].onto_main(AT)
    clock[0] = FRESH_SECONDS
    assert new not in {probe.facts(one).tip for one in repositories}
    clock[0] += 1
    assert probe.facts(repositories[1]).tip == new
    assert len(world.requests) == 2


def test_what_is_new_is_read_and_what_changed_is_read_again(served):
    system = fake.system()
    world = served(*system.github.repos.values())
    world.handle, world.options = system.handle, system.options
    shelf = poll(world.source(), Shelf(), AT - timedelta(hours=30))
    system.grow()
    poll(world.source(), shelf, AT)
    assert shelf.records == poll(world.source(), Shelf(), AT).records
    assert shelf.of("deployment")["1018"].status == "success"


@pytest.mark.parametrize("kill_after", range(2, 60, 8))
def test_a_poll_that_is_killed_between_two_requests_goes_on_without_gap_or_double(served, kill_after, small_pages):  # noqa: ARG001
    system = fake.system()
    world = served(*system.github.repos.values())
    world.options = system.options
    left = kill_after

    def handle(request):
        nonlocal left
        left -= 1
        if left == 0:
            raise KeyboardInterrupt  # nothing of ours catches it: the process is gone
        return system.handle(request)

    world.handle = handle
    shelf = Shelf()
    with pytest.raises(KeyboardInterrupt):
        poll(world.source(), shelf, AT - timedelta(hours=30))
    system.grow()
    poll(world.source(), shelf, AT)
    assert shelf.records == poll(world.source(), Shelf(), AT).records


# Commits


def test_a_hundred_commits_are_one_request(served, shop):
    for number in range(250):
        shop.onto_main(ago(days=90) + timedelta(minutes=number))
    world = served(shop)
    shelf = poll(world.source(read=["commits"]), Shelf(), AT)
    assert len(shelf.of("commit")) == 251
    assert len(asked(world.requests, "/commits")) == 3
    assert shelf.of("branch")["main"].sha == shop.line[-1]


def test_new_commits_are_those_that_the_old_tip_does_not_lead_to_however_old_they_are(served, shop):
    """A branch of last month that is merged today: by time it would be missed."""
    old = shop.commit(ago(days=60), shop.line[0])
    shop.onto_main(ago(days=2))
    world = served(shop)
    shelf = poll(world.source(read=["commits"]), Shelf(), AT)
    assert old not in shelf.of("commit")
    merge = shop.onto_main(AT, old)
    before = len(world.requests)
    poll(world.source(read=["commits"]), shelf, AT + HOUR)
    assert shelf.of("commit").keys() >= {old, merge}
    assert len(asked(world.requests[before:], f"/compare/{shop.line[-2]}...{merge}")) == 1
    assert asked(world.requests[before:], "/commits") == []


def test_a_branch_that_was_rewritten_keeps_what_was_deployed_from_it(served, shop):
    lost = shop.onto_main(ago(days=3))
    world = served(shop)
    shelf = poll(world.source(read=["commits"]), Shelf(), AT)
    shop.line = shop.line[:1]
    new = shop.onto_main(ago(days=1))
    poll(world.source(read=["commits"]), shelf, AT + HOUR)
    assert shelf.of("commit").keys() == {shop.line[0], lost, new}
    assert shelf.of("branch")["main"].sha == new


def test_a_branch_whose_old_tip_is_gone_is_read_anew(served, shop):
    lost = shop.onto_main(ago(days=3))
    world = served(shop)
    shelf = poll(world.source(read=["commits"]), Shelf(), AT)
    shop.line = shop.line[:1]
    new = shop.onto_main(ago(days=1))
    del shop.commits[lost]
    poll(world.source(read=["commits"]), shelf, AT + HOUR)
    assert shelf.of("commit").keys() == {shop.line[0], lost, new}
    (problem,) = shelf.problems
    assert (problem.code, problem.origin) == ("branch_rewritten", "code:acme/shop")


def test_commits_are_asked_whose_they_are_only_where_rebasing_is_allowed(served, shop):
    """Rebasing makes new commits on the branch, and only the last of them is named by the pull request."""
    number = shop.pull(ago(days=9), merged_at=ago(days=8))
    first, second = shop.onto_main(ago(days=7)), shop.onto_main(ago(days=7))
    shop.pulls[0]["rebased"] = (first, second)
    world = served(shop)
    shelf = poll(world.source(read=["commits"]), Shelf(), AT)
    assert {one.change for one in shelf.of("commit").values()} == {""}
    assert questions(world.requests, "associatedPullRequests") == []
    shop.may_rebase = True
    shelf = poll(world.source(read=["commits"]), Shelf(), AT)
    assert (shelf.of("commit")[first].change, shelf.of("commit")[second].change) == (str(number), str(number))
    assert len(questions(world.requests, "associatedPullRequests")) == 1


def test_commits_of_a_deployment_that_are_not_on_the_branch_are_read(served, shop):
    """A hotfix branch: its own commits, and no other repository's history again."""
    fix = shop.commit(ago(days=5), shop.line[0])
    shop.deploy(ago(days=4), "production", "SUCCESS", sha=fix, ref=None)
    shop.deploy(ago(days=4), "production", "SUCCESS", sha=shop.line[0], ref=None)
    tagged = shop.commit(ago(days=3), fix)
    shop.tag("v1.1", tagged)
    run = shop.commit(ago(days=2), fix)
    shop.run(ago(days=2), "completed", "success", branch="hotfix", path=".github/workflows/deploy.yml")
    shop.runs[0]["head_sha"] = run
    world = served(shop)
    shelf = poll(world.source(deployment_workflows=["deploy.yml"]), Shelf(), AT)
    assert shelf.of("commit").keys() == {shop.line[0], fix, tagged, run}
    assert len(asked(world.requests, f"...{fix}")) == 1
    assert asked(world.requests, f"...{shop.line[0]}") == []
    poll(world.source(deployment_workflows=["deploy.yml"]), shelf, AT + HOUR)
    assert len(asked(world.requests, f"...{fix}")) == 1


def test_a_repository_without_a_commit_is_covered_and_read_once_it_has_one(served):
    empty = fake.Repo("acme/new")
    world = served(empty)
    shelf = poll(world.source(), Shelf(), AT)
    assert (shelf.records, shelf.problems) == ({}, [])
    assert shelf.coverage["code:acme/new", "commit"] == (AT - timedelta(days=730), AT)
    first = empty.onto_main(AT)
    poll(world.source(), shelf, AT + HOUR)
    assert shelf.of("commit").keys() == {first}


def test_a_branch_that_is_not_there_is_named(served, shop):
    with pytest.raises(
        SkippableSourceError, match=r"acme/shop has no branch 'live'; name the deployed one in `branch`"
    ):
        step(stream(served(shop).source(branch="live"), "/commits"), Shelf(), AT)


# Pull requests


def test_fifty_merged_pull_requests_with_reviews_and_commits_cost_two_points(served, shop):
    for number in range(100):
        shop.pull(ago(days=50, minutes=number), merged_at=ago(days=49, minutes=number), reviews=2)
    world = served(shop)
    shelf = poll(world.source(read=["pull_requests"]), Shelf(), AT)
    assert (len(shelf.of("change")), len(shelf.of("review"))) == (100, 200)
    assert world.github.costs == [1, 2, 2]  # the probe, and two pages


def test_lists_inside_of_a_pull_request_are_read_to_their_end(served, shop):
    number = shop.pull(ago(days=9), merged_at=ago(days=8), commits=120, reviews=25)
    earliest = shop.pulls[0]["commits"][110]
    shop.commits[earliest]["commit"]["author"]["date"] = fake.iso(ago(days=70))
    world = served(shop)
    shelf = poll(world.source(read=["pull_requests"]), Shelf(), AT)
    assert len(shelf.of("review")) == 25
    assert shelf.of("change")[str(number)].first_authored_at == ago(days=70)
    assert len(world.github.costs) == 1 + 1 + 2 + 1  # probe, page, two more of commits, one more of reviews


def test_paths_are_read_where_they_are_asked_for(served, shop):
    shop.pull(ago(days=9), merged_at=ago(days=8))
    world = served(shop)
    assert poll(world.source(read=["pull_requests"]), Shelf(), AT).of("change")["1"].paths == ()
    with_paths = world.source(read=["pull_requests"], paths=True)
    assert poll(with_paths, Shelf(), AT).of("change")["1"].paths == ("services/1.py",)


# Deployments


def test_fifty_deployments_with_their_statuses_cost_one_point(served, shop):
    for number in range(100):
        shop.deploy(ago(days=50, minutes=number), "production", "IN_PROGRESS", "SUCCESS")
    world = served(shop)
    shelf = poll(world.source(read=["deployments"]), Shelf(), AT)
    assert len(shelf.of("deployment")) == 100
    assert world.github.costs == [1, 1, 1]


def test_only_the_named_environments_are_asked_for(served, shop):
    for name in ("production", "pr-1", "pr-2"):
        shop.deploy(ago(days=3), name, "SUCCESS")
    world = served(shop)
    shelf = poll(world.source(read=["deployments"], environments=["production"]), Shelf(), AT)
    assert [one.environment for one in shelf.of("deployment").values()] == ["production"]
    (sent,) = questions(world.requests, "deployments(first: $size")
    assert sent["environments"] == ["production"]


def test_a_deployment_is_read_again_until_it_is_over(served, shop):
    waiting = shop.deploy(ago(days=3), "production", "IN_PROGRESS")
    for number in range(120):
        shop.deploy(ago(days=2, minutes=number), "staging", "SUCCESS")
    world = served(shop)
    shelf = poll(world.source(read=["deployments"]), Shelf(), AT)
    assert shelf.of("deployment")[str(waiting)].status == "running"
    shop.deployments[0]["statuses"].append({"state": "SUCCESS", "createdAt": fake.iso(AT)})
    poll(world.source(read=["deployments"]), shelf, AT + HOUR)
    assert shelf.of("deployment")[str(waiting)].finished_at == AT


def test_a_deployment_that_failed_today_may_still_succeed(served, shop):
    tried = shop.deploy(ago(hours=20), "production", "FAILURE")
    world = served(shop)
    shelf = poll(world.source(read=["deployments"]), Shelf(), AT)
    poll(world.source(read=["deployments"]), shelf, AT + HOUR)
    assert shelf.of("deployment")[str(tried)].status == "failure"
    shop.deployments[0]["statuses"].append({"state": "SUCCESS", "createdAt": fake.iso(AT + HOUR)})
    poll(world.source(read=["deployments"]), shelf, AT + 2 * HOUR)
    assert shelf.of("deployment")[str(tried)].status == "success"


def test_more_statuses_than_come_along_are_read_for_the_first_success(served, shop):
    states = ["SUCCESS", *["IN_PROGRESS", "INACTIVE"] * 10]
    number = shop.deploy(ago(days=3), "production", *states)
    shelf = poll(served(shop).source(read=["deployments"]), Shelf(), AT)
    assert shelf.of("deployment")[str(number)].finished_at == ago(days=3) + timedelta(minutes=5)


def test_a_draft_of_a_release_counts_once_it_is_published(served, shop):
    shop.release(ago(days=3), "v1", draft=True)
    shop.release(ago(days=2), "v2")
    world = served(shop)
    shelf = poll(world.source(read=["releases"]), Shelf(), AT)
    assert [one.version for one in shelf.of("deployment").values()] == ["v2"]
    shop.releases[0] |= {"isDraft": False, "publishedAt": fake.iso(AT)}
    poll(world.source(read=["releases"]), shelf, AT + HOUR)
    assert {one.version: one.finished_at for one in shelf.of("deployment").values()} == {
        "v1": AT,
        "v2": ago(days=2),
    }


def test_coverage_of_deployments_waits_for_all_the_lists_that_hold_some(served, shop, monkeypatch):
    """A year without a deployment is a zero only when the list of releases was read for it as well."""
    monkeypatch.setattr(deployments, "SIZE", 1)
    for days in range(12):
        shop.deploy(ago(days=10 * days + 1), "production", "SUCCESS")
    shop.release(ago(days=1), "v1")
    source = served(shop).source(read=["deployments", "releases"])
    shelf = Shelf()
    assert step(stream(source, "/deployments"), shelf, AT)
    begin, end = shelf.coverage["code:acme/shop", "deployment"]
    assert (begin, end) == (ago(days=91) + timedelta(microseconds=1), AT)


# Issues


def test_an_incident_that_was_opened_again_has_its_history(served, shop):
    number = shop.issue(
        ago(days=9), "incident", "sev1", closed=[ago(days=8), ago(days=6)], reopened=[ago(days=7)], type="Bug"
    )
    shelf = poll(served(shop).source(read=["issues"]), Shelf(), AT)
    incident = shelf.of("incident")[str(number)]
    assert [(step.status, step.at) for step in incident.history] == [
        ("resolved", ago(days=8)),
        ("reopened", ago(days=7)),
        ("resolved", ago(days=6)),
    ]
    assert (incident.resolved_at, incident.severity) == (ago(days=6), "sev1")
    assert shelf.of("issue")[str(number)].type == "Bug"


def test_other_labels_make_other_incidents_and_those_of_before_are_dropped(served, shop):
    shop.issue(ago(days=9), "incident")
    shop.issue(ago(days=9), "Outage: pay")
    world = served(shop)
    shelf = poll(world.source(read=["issues"]), Shelf(), AT)
    assert shelf.of("incident").keys() == {"1"}
    poll(world.source(read=["issues"], incident_labels=["outage*"]), shelf, AT + HOUR)
    assert shelf.of("incident").keys() == {"2"}


def test_a_repository_that_was_renamed_keeps_its_configured_name(served, shop):
    """Recorded answers of a renamed one: REST redirects to `/repositories/N`, whose links go on there."""
    for number in range(150):
        shop.onto_main(ago(days=90) + timedelta(minutes=number))
    world = served(shop)
    rest = "/api/v3/repos/acme/shop/"

    def handle(request):
        path = request.url.path
        if path.startswith(rest):
            moved = request.url.copy_with(path=f"/api/v3/repositories/7/{path.removeprefix(rest)}")
            return httpx.Response(301, headers={"location": str(moved)})
        inner = request.url.copy_with(path=path.replace("/api/v3/repositories/7/", rest))
        answer = world.github.handle(
            httpx.Request("GET", inner, headers=request.headers) if inner != request.url else request
        )
        link = answer.headers.get("link", "").replace(rest, "/api/v3/repositories/7/")
        return httpx.Response(answer.status_code, content=answer.content, headers={"link": link} if link else {})

    world.handle = handle
    shelf = poll(world.source(read=["commits"]), Shelf(), AT)
    assert len(shelf.of("commit", "code:acme/shop")) == 151
