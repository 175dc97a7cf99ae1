"""From GitHub's words to records: tables of what it says and what that is."""

from datetime import UTC, datetime, timedelta

import pytest

from scorecard_exporter.events.model import Change, Commit, Deployment, PullRequest, Review, Transition
from scorecard_exporter.sources.github import commits, deployments, issues, pull_requests, releases, runs, tags
from scorecard_exporter.sources.github.deployments import Step, outcome
from scorecard_exporter.sources.github.host import Addresses, Repository
from scorecard_exporter.sources.github.people import person
from scorecard_exporter.sources.kit.body import Body, MalformedError

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
SHOP = Repository("acme/shop", "code:acme/shop", "https://github.com")
SHA, OTHER = "a" * 40, "b" * 40


def minutes(number):
    return AT + timedelta(minutes=number)


def said(moment):
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


@pytest.mark.parametrize(
    ("url", "addresses"),
    [
        ("https://github.com", ("https://github.com", "https://api.github.com", "https://api.github.com/graphql")),
        ("https://api.github.com", ("https://github.com", "https://api.github.com", "https://api.github.com/graphql")),
        (
            "https://github.acme.example",
            (
                "https://github.acme.example",
                "https://github.acme.example/api/v3",
                "https://github.acme.example/api/graphql",
            ),
        ),
        (
            "https://git.acme.example/api/v3/",
            ("https://git.acme.example", "https://git.acme.example/api/v3", "https://git.acme.example/api/graphql"),
        ),
        (
            "https://acme.ghe.com",
            ("https://acme.ghe.com", "https://api.acme.ghe.com", "https://api.acme.ghe.com/graphql"),
        ),
    ],
)
def test_where_an_edition_answers(url, addresses):
    assert Addresses.of(url) == Addresses(*addresses)


@pytest.mark.parametrize(
    ("account", "name", "is_bot"),
    [
        ({"login": "ada", "type": "User"}, "ada", False),
        ({"login": "dependabot[bot]", "type": "Bot"}, "dependabot[bot]", True),
        ({"__typename": "Bot", "login": "dependabot"}, "dependabot[bot]", True),
        ({"__typename": "User", "login": "robot"}, "robot", False),
        ({"__typename": "Mannequin", "login": "moved"}, "moved", False),
        ({}, "", False),
        (None, "", False),
    ],
    ids=["a person", "an App by REST", "the same by GraphQL", "by GraphQL", "imported", "nameless", "gone"],
)
def test_who_somebody_is(account, name, is_bot):
    assert person(None if account is None else Body(account)) == (name, is_bot)


OUTCOMES = [
    ("succeeded", "ACTIVE", ["IN_PROGRESS", "SUCCESS"], "success", 2),
    ("succeeded and was superseded", "INACTIVE", ["QUEUED", "IN_PROGRESS", "SUCCESS", "INACTIVE"], "success", 3),
    ("the first success counts", "ACTIVE", ["SUCCESS", "IN_PROGRESS", "SUCCESS"], "success", 1),
    ("failed, then succeeded", "ACTIVE", ["FAILURE", "IN_PROGRESS", "SUCCESS"], "success", 3),
    ("succeeded, then somebody marked it", "FAILURE", ["SUCCESS", "FAILURE"], "success", 1),
    ("failed", "FAILURE", ["IN_PROGRESS", "FAILURE"], "failure", 2),
    ("an error is a failure", "ERROR", ["ERROR"], "failure", 1),
    ("failed and is tried again", "IN_PROGRESS", ["FAILURE", "IN_PROGRESS"], "running", None),
    ("failed and was put away by hand", "INACTIVE", ["FAILURE", "INACTIVE"], "failure", 1),
    ("inactive, its success not listed", "INACTIVE", ["IN_PROGRESS", "INACTIVE"], "success", 1),
    ("put away before it began", "INACTIVE", ["QUEUED", "INACTIVE"], "superseded", 1),
    ("inactive, nothing listed", "INACTIVE", [], "success", 0),
    ("runs", "IN_PROGRESS", ["QUEUED", "IN_PROGRESS"], "running", None),
    ("waits for an approval", "WAITING", ["WAITING"], "pending", None),
    ("only asked for", "PENDING", [], "pending", None),
    ("never begun, something newer came", "ABANDONED", [], "superseded", 0),
]


@pytest.mark.parametrize(
    ("state", "states", "status", "at"), [row[1:] for row in OUTCOMES], ids=[row[0] for row in OUTCOMES]
)
def test_what_became_of_a_deployment(state, states, status, at):
    """The trap: `INACTIVE` is what GitHub makes of a success once the next deployment took its place."""
    steps = [Step(one.lower(), minutes(number)) for number, one in enumerate(states, 1)]
    assert outcome(steps, state.lower(), AT) == (status, None if at is None else minutes(at))
    assert outcome(steps[::-1], state.lower(), AT) == (status, None if at is None else minutes(at))


def test_a_deployment_of_a_tag_has_its_version():
    found = {
        "id": "DE_1",
        "databaseId": 3_000_000_000,
        "commitOid": SHA,
        "environment": "production/eu",
        "createdAt": said(AT),
        "state": "ACTIVE",
        "ref": {"name": "v1.2", "prefix": "refs/tags/"},
        "statuses": {"nodes": [{"state": "SUCCESS", "createdAt": said(minutes(5))}]},
    }
    assert list(deployments.deployment(Body(found), SHOP)) == [
        Deployment(
            origin="code:acme/shop",
            key="3000000000",
            url="https://github.com/acme/shop/deployments/production%2Feu",
            environment="production/eu",
            sha=SHA,
            version="v1.2",
            status="success",
            started_at=AT,
            finished_at=minutes(5),
        )
    ]


PULL_REQUEST = {
    "number": 7,
    "url": "https://github.com/acme/shop/pull/7",
    "title": 'Revert "Faster checkout"',
    "body": "Reverts acme/shop#6",
    "isDraft": False,
    "createdAt": said(AT),
    "updatedAt": said(minutes(90)),
    "mergedAt": said(minutes(80)),
    "closedAt": said(minutes(80)),
    "headRefName": "revert-6",
    "headRefOid": OTHER,
    "author": {"__typename": "User", "login": "ada"},
    "mergeCommit": {"oid": SHA},
    "labels": {"nodes": [{"name": "hotfix"}]},
    "commits": {
        "nodes": [{"commit": {"authoredDate": said(minutes(-5))}}, {"commit": {"authoredDate": said(minutes(-50))}}]
    },
    "reviews": {
        "nodes": [
            {
                "fullDatabaseId": "4000000001",
                "author": {"__typename": "User", "login": "grace"},
                "state": "APPROVED",
                "submittedAt": said(minutes(70)),
                "url": "https://github.com/acme/shop/pull/7#pullrequestreview-4000000001",
            },
            {"fullDatabaseId": "4000000002", "author": None, "state": "PENDING", "submittedAt": None},
        ]
    },
    "timelineItems": {"nodes": [{"createdAt": said(minutes(10))}, {"createdAt": said(minutes(30))}]},
}


def test_a_merged_pull_request_is_three_sorts_of_records():
    about = {"origin": "code:acme/shop", "url": "https://github.com/acme/shop/pull/7"}
    assert list(pull_requests.records(Body(PULL_REQUEST), "code:acme/shop")) == [
        PullRequest(
            **about,
            key="7",
            opened_at=AT,
            ready_at=minutes(30),
            merged_at=minutes(80),
            closed_at=minutes(80),
            author="ada",
            labels=("hotfix",),
        ),
        Review(
            origin="code:acme/shop",
            url="https://github.com/acme/shop/pull/7#pullrequestreview-4000000001",
            key="4000000001",
            pull_request="7",
            submitted_at=minutes(70),
            author="grace",
            state="approved",
        ),
        Change(
            **about,
            key="7",
            merged_at=minutes(80),
            first_authored_at=minutes(-50),
            merge_sha=SHA,
            head_sha=OTHER,
            author="ada",
            title='Revert "Faster checkout"',
            branch="revert-6",
            reverts=("acme/shop#6",),
            labels=("hotfix",),
        ),
    ]


@pytest.mark.parametrize(
    ("more", "ready_at"),
    [
        ({"timelineItems": {"nodes": []}}, AT),
        ({"timelineItems": None}, AT),
        ({}, minutes(30)),
        ({"isDraft": True, "mergedAt": None}, None),
    ],
    ids=["never a draft", "not said", "left draft for good", "still a draft"],
)
def test_when_a_pull_request_was_ready(more, ready_at):
    request = next(iter(pull_requests.records(Body({**PULL_REQUEST, **more}), "o")))
    assert (request.ready_at, request.is_draft) == (ready_at, ready_at is None)


@pytest.mark.parametrize("name", [name for name in PULL_REQUEST if name not in {"number", "createdAt"}])
def test_a_field_of_a_pull_request_may_be_missing(name):
    found = {key: value for key, value in PULL_REQUEST.items() if key != name}
    assert next(iter(pull_requests.records(Body(found), "o"))).key == "7"


@pytest.mark.parametrize("name", ["number", "createdAt"])
def test_without_number_or_time_it_is_none(name):
    with pytest.raises(MalformedError, match=f"{name} is missing"):
        list(pull_requests.records(Body({**PULL_REQUEST, name: None}), "o"))


def test_a_commit_has_its_parents_and_what_it_reverts():
    found = {
        "sha": SHA,
        "html_url": f"https://github.com/acme/shop/commit/{SHA}",
        "commit": {
            "message": f"Back to before\n\nThis reverts commit {OTHER}.",
            "author": {"name": "Ada", "email": "Ada@Acme.example", "date": said(AT)},
            "committer": {"name": "GitHub", "email": "noreply@github.com", "date": said(minutes(5))},
        },
        "author": None,
        "parents": [{"sha": OTHER}, {"sha": "c" * 40}],
    }
    expected = Commit(
        origin="o",
        key=SHA,
        url=found["html_url"],
        parents=(OTHER, "c" * 40),
        authored_at=AT,
        committed_at=minutes(5),
        author="ada@acme.example",
        subject="Back to before",
        reverts=(OTHER,),
    )
    assert list(commits.commit(Body(found), "o")) == [expected]
    named = {**found, "author": {"login": "renovate[bot]", "type": "Bot"}}
    (one,) = commits.commit(Body(named), "o")
    assert (one.author, one.is_bot) == ("renovate[bot]", True)


LIGHT = {"__typename": "Commit", "oid": SHA, "committedDate": said(AT)}


@pytest.mark.parametrize(
    ("target", "found"),
    [
        (LIGHT, (SHA, AT)),
        ({"oid": OTHER, "tagger": {"date": "2026-03-01T14:00:00+01:00"}, "target": LIGHT}, (SHA, minutes(60))),
        ({"oid": OTHER, "tagger": None, "target": LIGHT}, (SHA, AT)),
        (
            {"oid": OTHER, "tagger": {"date": said(minutes(9))}, "target": {"oid": OTHER, "target": LIGHT}},
            (SHA, minutes(9)),
        ),
        ({"oid": OTHER}, None),
    ],
    ids=["light", "annotated", "annotated by nobody", "a tag of a tag", "a tag of a file"],
)
def test_what_a_tag_is(target, found):
    made = [(one.sha, one.finished_at) for one in tags.tag(Body({"name": "v1/a b", "target": target}), SHOP)]
    assert made == ([found] if found else [])


def test_tags_releases_runs_and_deployments_never_share_a_key():
    (tag,) = tags.tag(Body({"name": "12", "target": LIGHT}), SHOP)
    (release,) = releases.release(Body({"databaseId": 12, "tagName": "12", "publishedAt": said(AT)}), "o")
    run = {"id": 12, "status": "completed", "conclusion": "success", "created_at": said(AT), "updated_at": said(AT)}
    (deployment,) = runs.deployment(Body(run), "o", "deploy.yml")
    assert [tag.key, release.key, deployment.key] == ["tag/12", "release/12", "run/12"]
    assert [tag.environment, release.environment, deployment.environment] == ["tag", "release", "workflow:deploy.yml"]
    assert tag.url == "https://github.com/acme/shop/tree/12"


RUNS = [
    ({"status": "completed", "conclusion": "success"}, "success", 10),
    ({"status": "completed", "conclusion": "failure"}, "failure", 10),
    ({"status": "completed", "conclusion": "timed_out"}, "failure", 10),
    ({"status": "completed", "conclusion": "startup_failure"}, "failure", 10),
    ({"status": "completed", "conclusion": "cancelled"}, "cancelled", 10),
    ({"status": "completed", "conclusion": "skipped"}, "skipped", 10),
    ({"status": "completed", "conclusion": "neutral"}, "neutral", 10),
    ({"status": "completed", "conclusion": "action_required"}, "action_required", 10),
    ({"status": "in_progress", "conclusion": None}, "running", None),
    ({"status": "waiting", "conclusion": None}, "pending", None),
    ({"status": "completed", "conclusion": "success", "run_started_at": said(minutes(20))}, "success", 20),
]


@pytest.mark.parametrize(("more", "status", "at"), RUNS, ids=str)
def test_what_became_of_a_run(more, status, at):
    found = {"id": 1, "created_at": said(AT), "run_started_at": said(AT), "updated_at": said(minutes(10)), **more}
    run = runs.run(Body(found))
    assert (run.status, run.finished_at) == (status, None if at is None else minutes(at))


@pytest.mark.parametrize(
    ("event", "count"), [("push", 1), ("schedule", 1), ("pull_request", 0), ("pull_request_target", 0)]
)
def test_a_run_for_a_pull_request_is_no_build_of_the_branch(event, count):
    """One from the `main` of a fork says `head_branch: main` too."""
    found = {"id": 1, "status": "queued", "head_branch": "main", "created_at": said(AT), "event": event}
    assert len(list(runs.build(Body(found), "o"))) == count


@pytest.mark.parametrize(
    ("labels", "severity"),
    [
        (("incident", "sev1"), "sev1"),
        (("SEV-2",), "SEV-2"),
        (("severity: high", "sev3"), "severity: high"),
        (("severity/minor",), "severity/minor"),
        (("P1",), "P1"),
        (("severity 3",), "severity 3"),
        (("several", "p10", "incident"), ""),
    ],
    ids=str,
)
def test_the_severity_of_an_incident_is_the_label_that_names_one(labels, severity):
    assert issues.severity(labels) == severity


def issue(**more):
    return Body({"number": 3, "created_at": said(AT), "labels": [{"name": "bug"}], "state": "open", **more})


@pytest.mark.parametrize(
    ("more", "kinds"),
    [
        ({}, ["issue"]),
        ({"labels": ["bug", {"name": "Incident"}]}, ["issue", "incident"]),
        ({"type": {"name": "Incident"}}, ["issue", "incident"]),
        ({"type": None, "labels": []}, ["issue"]),
        ({"pull_request": {"url": ""}, "labels": [{"name": "incident"}]}, []),
    ],
    ids=["a bug", "by a label, old servers write it as a text", "by its type", "bare", "a pull request"],
)
def test_which_issues_are_incidents(more, kinds):
    assert [one.kind for one in issues.records(issue(**more), "o", ("incident",), {})] == kinds


def test_an_incident_that_was_opened_again_is_not_resolved():
    steps = (Transition(status="resolved", at=minutes(1)), Transition(status="reopened", at=minutes(2)))
    found = issue(labels=[{"name": "incident"}], title="Down", html_url="https://github.com/acme/shop/issues/3")
    _, incident = issues.records(found, "o", ("incident",), {3: steps})
    assert (incident.began_at, incident.resolved_at, incident.history) == (AT, None, steps)
    closed = issue(state="closed", closed_at=said(minutes(9)), labels=[{"name": "incident"}])
    assert [one.resolved_at for one in issues.records(closed, "o", ("incident",), {})] == [minutes(9)] * 2
