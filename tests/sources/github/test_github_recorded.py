"""Every recorded body of GitHub goes through the parser that it is for; the others say why they are for none."""

import json
import os
import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scorecard_exporter.events.model import Build, Commit, Issue
from scorecard_exporter.sources.base import Delivery
from scorecard_exporter.sources.github import commits, deployments, issues, runs
from scorecard_exporter.sources.github.discovery import Selection
from scorecard_exporter.sources.github.limits import GitHubLimits
from scorecard_exporter.sources.github.reading import Reading
from scorecard_exporter.sources.github.webhook import PARSERS, GitHubWebhook
from scorecard_exporter.sources.kit.body import parse_each

AT = datetime(2026, 6, 1, tzinfo=UTC)
FOLDER = Path(os.environ.get("SCORECARD_TEST_PAYLOADS", "../shared/payloads")) / "github"
RECORDED = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.json"))

NOT_OURS = {
    r"hub4j/.*/\d+-(user|orgs_.*)\.json": "an account; only its login is asked for, by `check --online`",
    r"hub4j/.*/\d+-(r_h_[^_]+|r_h_github-api(-test)?|r_h_test[^_]*)\.json": "a repository; its facts come by GraphQL",
    r"hub4j/.*/\d+-r_h_.*_(pulls|pulls_\d+|pulls_\d+_reviews(_.*)?|pulls_comments_.*)\.json": "pull requests and "
    "reviews come by GraphQL",
    r"hub4j/.*/\d+-search_issues\.json": "the search is not used",
    r"hub4j/.*/\d+-r_h_g_deployments(_\d+)?\.json": "deployments come by GraphQL",
    r"hub4j/.*/\d+-(r_h_g_releases|r_g_.*)\.json": "releases come by GraphQL",
    r"hub4j/.*/\d+-r_h_g_(branches_.*|git_refs.*|contents_.*)\.json": "branches come by GraphQL, files not at all",
    r"hub4j/.*/\d+-r_h_g_actions_(workflows(_[^/]*?)?|jobs_.*|runs_\d+_jobs)\.json": "workflows and jobs are not read",
    r"hub4j/.*/\d+-r_h_t_issues_\d+_comments\.json": "comments are not read",
    r"hub4j/.*/\d+-graphql\.json": "a mutation",
    r"hub4j/.*/4-r_h_g_deployments_\d+_statuses\.json": "the answer to making one",
    r"octokit-fixtures/(create-status|errors|get-repository|get-root|labels|search-issues)/.*": "not asked for",
    r"octokit-fixtures/paginate-issues/.*": "five answers in one file, which have a test of their own",
    r"webhooks-octokit/(check_run|label|ping|status|workflow_job)/.*": "events of no interest",
    r"webhooks-octokit/(push|create)/.*": "commits without parents, tags without commits: read by the next poll",
}
"""Patterns of files with what is in them and why no parser is for them."""


def body_of(name):
    return json.loads((FOLDER / name).read_text())


def answers(pattern):
    """Recorded answers to GET whose address matches: the name of the mapping, and the body."""
    found = []
    for name in RECORDED:
        if "/mappings/" not in name:
            continue
        mapping = body_of(name)
        request, response = mapping["request"], mapping["response"]
        address = request.get("url") or request.get("urlPath") or ""
        if request["method"] == "GET" and response["status"] == 200 and re.search(pattern, address):
            file = response.get("bodyFileName")
            path = Path(name).parent.parent / "__files" / file if file else None
            found.append((name, body_of(path) if path else json.loads(response.get("body") or "null")))
    return found


def cases(pattern):
    return [pytest.param(body, id=name) for name, body in answers(pattern)]


def records(items, parse):
    piece = parse_each(items, parse, what="one", origin="o")
    assert piece.problems == ()
    return piece.records


RUN_LISTS = r"/actions/(workflows/[^/]+/)?runs(\?|$)"
RUN = r"/actions/runs/\d+$"
COMPARED = r"/compare/"
COMMIT_LISTS = r"/(pulls/\d+/commits|commits/[0-9a-f]{40})$"
ISSUE_LISTS = r"(?<!/search)/issues(\?|$)"
STATUSES = r"/deployments/\d+/statuses$"
PARSED = (RUN_LISTS, RUN, COMPARED, COMMIT_LISTS, ISSUE_LISTS, STATUSES)


@pytest.mark.parametrize("body", cases(RUN_LISTS))
def test_recorded_lists_of_runs_are_builds(body):
    found = records(body["workflow_runs"], lambda one: runs.build(one, "o"))
    kept = [run for run in body["workflow_runs"] if not run["event"].startswith("pull_request")]
    assert [one.key for one in found] == [str(run["id"]) for run in kept]
    for one, run in zip(found, kept, strict=True):
        assert isinstance(one, Build)
        assert (one.branch, one.sha, one.url) == (run["head_branch"], run["head_sha"], run["html_url"])
        assert (one.finished_at is None) == (run["status"] != "completed")
        assert one.finished_at is None or one.finished_at >= one.started_at


@pytest.mark.parametrize("body", cases(RUN))
def test_a_recorded_run_is_a_deployment_where_its_workflow_deploys(body):
    piece = parse_each([body], lambda one: runs.deployment(one, "o", "deploy.yml"), what="a run", origin="o")
    if "created_at" not in body:  # one that was cut down by hand
        assert [one.message for one in piece.problems] == [
            "a run of o could not be read: created_at is missing, not a time; it is left out"
        ]
        return
    expected = [] if body["event"] == "pull_request" else [(f"run/{body['id']}", body["conclusion"])]
    assert [(one.key, one.status) for one in piece.records] == expected


def test_a_recorded_failure_to_start_is_a_failure():
    ((_, body),) = [one for one in answers(RUN_LISTS) if "StartupFailure" in one[0]]
    statuses = Counter(one.status for one in records(body["workflow_runs"], lambda one: runs.build(one, "o")))
    assert statuses["failure"] == sum(run["conclusion"] == "startup_failure" for run in body["workflow_runs"]) > 0


@pytest.mark.parametrize("body", cases(COMPARED))
def test_recorded_comparisons_are_commits_with_parents(body):
    found = records(body["commits"], lambda one: commits.commit(one, "o"))
    assert len(found) == len(body["commits"]) > 0
    assert all(isinstance(one, Commit) and one.parents for one in found)


def test_the_pages_of_a_recorded_comparison_are_one_list_whose_links_are_of_another_address():
    """The repository was renamed: what is asked for by name is linked to by number."""
    pages = [(name, body) for name, body in answers(COMPARED) if "getCommitsBetweenPaged" in name]
    whole = [
        body for name, body in pages if "per_page=100" in json.loads((FOLDER / name).read_text())["request"]["url"]
    ]
    shas = [one["sha"] for body in whole for one in body["commits"]]
    assert len(shas) == len(set(shas)) == whole[0]["total_commits"]
    link = next(
        json.loads((FOLDER / name).read_text())["response"]["headers"]["Link"]
        for name, body in pages
        if body is whole[0]
    )
    assert re.search(r'/repositories/206888201/compare/[^>]*>; rel="next"', link)


@pytest.mark.parametrize("body", cases(COMMIT_LISTS))
def test_recorded_commits_are_read(body):
    items = body if isinstance(body, list) else [body]
    assert [one.key for one in records(items, lambda one: commits.commit(one, "o"))] == [one["sha"] for one in items]


@pytest.mark.parametrize("body", cases(ISSUE_LISTS))
def test_recorded_lists_of_issues_are_issues_without_the_pull_requests_among_them(body):
    found = records(body, lambda one: issues.records(one, "o", ("bug",), {}))
    kept = [one for one in body if "pull_request" not in one]
    listed = [one for one in found if isinstance(one, Issue)]
    assert [one.key for one in listed] == [str(one["number"]) for one in kept]
    assert [one.resolved_at is not None for one in listed] == [one["state"] == "closed" for one in kept]
    labelled = [one for one in kept if any(label["name"].lower() == "bug" for label in one["labels"])]
    assert len(found) - len(listed) == len(labelled)


def test_the_pages_of_recorded_issues_of_a_renamed_repository_are_one_list(payloads):
    """Asked for by name, linked to as `/repositories/1000`."""
    recorded = json.loads((payloads / "github/octokit-fixtures/paginate-issues/normalized-fixture.json").read_text())
    found = [
        one for page in recorded for one in records(page["response"], lambda one: issues.records(one, "o", (), {}))
    ]
    assert [one.key for one in found] == [str(number) for number in range(13, 0, -1)]
    assert all(page["path"].startswith("/repositories/1000/issues") for page in recorded[1:])


@pytest.mark.parametrize("body", cases(STATUSES))
def test_recorded_statuses_are_steps_of_a_deployment(body):
    steps = [deployments.Step(one["state"], datetime.fromisoformat(one["created_at"])) for one in body]
    assert deployments.outcome(steps, "", AT) == ("pending", None)


PUSHED = [name for name in RECORDED if name.startswith("webhooks-octokit/") and name.split("/")[1] in PARSERS]
KINDS = {
    "deployment": ["deployment"],
    "deployment_status": ["deployment"],
    "issues": ["issue"],
    "pull_request": ["pull_request"],
    "pull_request_review": ["review"],
    "release": ["deployment"],
    "workflow_run": ["deployment"],
}
SILENT = ("issues/deleted", "issues/transferred", "release/deleted")
"""What is gone cannot be said by a record."""


def webhook():
    reading = Reading(
        branch="",
        environments=(),
        deployment_workflows=("test.yml",),
        incident_labels=("bug",),
        paths=False,
        history=AT - datetime(2010, 1, 1, tzinfo=UTC),
    )
    selection = Selection(repositories=("codertocat/hello-world",), organizations=("octo-org",))
    return GitHubWebhook("code", (), selection, reading, "https://github.com")


@pytest.mark.parametrize("name", PUSHED)
def test_recorded_pushes_are_records(name):
    event = name.split("/")[1]
    delivery = Delivery(id="1", event=event, body=(FOLDER / name).read_bytes(), received_at=AT)
    pushed = webhook().parse(delivery)
    assert pushed.problems == ()
    silent = name.removeprefix("webhooks-octokit/").startswith(SILENT)
    expected = [] if silent else list(KINDS[event])
    issue = json.loads(delivery.body).get("issue", {})
    if "pull_request" in issue:  # milestones of pull requests are told as those of issues
        expected = []
    elif expected and any(label["name"] == "bug" for label in issue.get("labels", ())):
        expected.append("incident")
    assert [one.kind for one in pushed.records] == expected
    thing = "octo-org/octo-repo" if event == "workflow_run" else "codertocat/hello-world"
    assert {one.origin for one in pushed.records} <= {f"code:{thing}"}
    assert all(one.key and one.created_at for one in pushed.records)


@pytest.mark.parametrize(
    "name", [one for one in RECORDED if "LimitHandlerTest" in one and "/mappings/2-" in one and "Fail" not in one]
)
def test_recorded_refusals_for_reasons_of_rate_are_pauses(name):
    response = body_of(name)["response"]
    headers = {key.lower(): value for key, value in response["headers"].items() if "{{" not in value}
    wait = GitHubLimits().refused(response["status"], headers, response["body"].encode(), now=1_000.0)
    asked = headers.get("retry-after", "")
    assert wait == (float(asked) if asked else 60.0)


def test_every_recorded_body_has_a_parser_or_a_reason(payloads):  # noqa: ARG001  skipped without them
    parsed = {name for pattern in PARSED for name, _ in answers(pattern)}
    files = set(parsed)
    for name in parsed:
        file = body_of(name)["response"].get("bodyFileName")
        files |= {str(Path(name).parent.parent / "__files" / file)} if file else set()
    left = [
        name
        for name in RECORDED
        if name not in files
        and name not in PUSHED
        and "LimitHandlerTest" not in name
        and not any(
            re.fullmatch(pattern, name.replace("/wiremock/", "/").replace("/__files/", "/")) for pattern in NOT_OURS
        )
    ]
    assert [name for name in left if "/mappings/" not in name] == []
