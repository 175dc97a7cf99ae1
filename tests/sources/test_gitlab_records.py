"""What is made of the JSON of GitLab, thing by thing."""

from datetime import UTC, datetime

import pytest

from scorecard_exporter.events.model import Build, Change, Commit, Deployment, Incident, Issue, PullRequest, Transition
from scorecard_exporter.sources.gitlab.parsing import releases as released
from scorecard_exporter.sources.gitlab.parsing.builds import builds
from scorecard_exporter.sources.gitlab.parsing.commits import commits, embedded, tip
from scorecard_exporter.sources.gitlab.parsing.deployments import brought_from_elsewhere, deployments
from scorecard_exporter.sources.gitlab.parsing.details import detail_of_lists, detail_of_node
from scorecard_exporter.sources.gitlab.parsing.issues import history, incident, is_incident, issue
from scorecard_exporter.sources.gitlab.parsing.merge_requests import merge_requests
from scorecard_exporter.sources.gitlab.parsing.words import is_bot, time_of
from scorecard_exporter.sources.kit.body import Body, MalformedError, parse_each

SHA = "a91957a858320c0e17f3a0eca7cfacbff50ea29a"
OTHER = "b" * 40


def moment(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


DEPLOYMENT = {
    "id": 42,
    "iid": 2,
    "ref": "main",
    "sha": SHA,
    "status": "success",
    "created_at": "2026-05-01T08:00:00.000Z",
    "updated_at": "2026-05-01T10:00:09.000Z",
    "environment": {"id": 9, "name": "production/eu"},
    "deployable": {
        "ref": "main",
        "tag": False,
        "status": "success",
        "started_at": "2026-05-01T09:55:00.000Z",
        "finished_at": "2026-05-01T12:00:00.000+02:00",
        "web_url": "https://git.example/-/jobs/664",
    },
}


def deployment(**changed):
    (record,) = deployments(Body({**DEPLOYMENT, **changed}), "s:a/b")
    return record


def test_a_deployment_says_where_what_and_when():
    assert deployment() == Deployment(
        origin="s:a/b",
        key="42",
        url="https://git.example/-/jobs/664",
        environment="production/eu",
        sha=SHA,
        status="success",
        started_at=moment("2026-05-01T09:55"),
        finished_at=moment("2026-05-01T10:00"),
    )


@pytest.mark.parametrize(
    ("said", "status", "is_finished"),
    [
        ("success", "success", True),
        ("failed", "failure", True),
        ("canceled", "cancelled", True),
        ("skipped", "skipped", True),
        ("running", "running", False),
        ("created", "created", False),
        ("blocked", "blocked", False),  # waits for an approval
        ("something new", "something new", False),
    ],
)
def test_the_status_of_a_deployment(said, status, is_finished):
    record = deployment(status=said)
    assert (record.status, record.finished_at is not None) == (status, is_finished)


JOB = DEPLOYMENT["deployable"]


@pytest.mark.parametrize(
    ("changed", "started_at", "finished_at", "why"),
    [
        ({}, "2026-05-01T09:55", "2026-05-01T10:00", "the job's own times; the deployment was created long before"),
        ({"deployable": None}, "2026-05-01T08:00", "2026-05-01T10:00:09", "made through the API: no job"),
        ({"deployable": {**JOB, "finished_at": None}}, "2026-05-01T09:55", "2026-05-01T10:00:09", "the job tells none"),
        ({"finished_at": "2026-05-01T10:00:05Z"}, "2026-05-01T09:55", "2026-05-01T10:00:05", "its own"),
    ],
)
def test_when_a_deployment_was_started_and_finished(changed, started_at, finished_at, why):
    record = deployment(**changed)
    assert (record.started_at, record.finished_at) == (moment(started_at), moment(finished_at)), why


def test_the_version_of_a_deployment_is_the_tag_that_was_deployed():
    assert deployment(deployable={**JOB, "tag": True, "ref": "v1.2"}).version == "v1.2"
    assert deployment(deployable={**JOB, "tag": False, "ref": "v1.2"}).version == ""


@pytest.mark.parametrize(
    ("changed", "sha", "why"),
    [
        ({}, "", "from the deployed branch"),
        ({"ref": "v1.2"}, SHA, "from a tag"),
        ({"ref": "release/1"}, SHA, "from another branch"),
        ({"ref": None}, "", "not told"),
        ({"ref": "v1.2", "status": "failed"}, "", "it shipped nothing"),
        ({"ref": "mend", "environment": {"name": "review/mend"}}, "", "a review app"),
        ({"ref": []}, "", "malformed"),
    ],
)
def test_which_deployments_may_have_brought_commits_from_elsewhere(changed, sha, why):
    assert brought_from_elsewhere({**DEPLOYMENT, **changed}, "main") == sha, why


COMMIT = {
    "id": SHA,
    "parent_ids": [OTHER],
    "title": "Mend the till",
    "message": f"Mend the till\n\nThis reverts commit {OTHER}.",
    "author_name": "Ann",
    "author_email": "Ann@Acme.Example",
    "authored_date": "2026-04-30T21:00:00.000-07:00",
    "committed_date": "2026-05-01T09:00:00.000+02:00",
    "web_url": "https://git.example/c",
}


def test_a_commit_has_its_parents_its_times_in_utc_and_what_it_reverts():
    (record,) = commits(Body(COMMIT), "s:a/b")
    assert record == Commit(
        origin="s:a/b",
        key=SHA,
        url="https://git.example/c",
        parents=(OTHER,),
        authored_at=moment("2026-05-01T04:00"),
        committed_at=moment("2026-05-01T07:00"),
        author="ann@acme.example",
        subject="Mend the till",
        reverts=(OTHER,),
    )


def test_the_commit_of_a_deployment_comes_with_it_if_its_parents_are_told():
    with_parents = deployments(Body({**DEPLOYMENT, "deployable": {**JOB, "commit": COMMIT}}), "s:a/b")
    assert [type(record) for record in with_parents] == [Deployment, Commit]
    assert list(embedded(Body({"commit": {**COMMIT, "parent_ids": None}}), "s:a/b")) == []
    assert list(embedded(Body({"commit": None}), "s:a/b")) == []


REQUEST = {
    "iid": 12,
    "project_id": 3,
    "title": "Mend the till",
    "description": "This reverts merge request !7",
    "state": "merged",
    "draft": False,
    "created_at": "2026-05-01T08:00:00.000Z",
    "prepared_at": "2026-05-01T08:00:04.000Z",
    "updated_at": "2026-05-03T09:00:00.000Z",
    "merged_at": "2026-05-03T08:00:00.000Z",
    "closed_at": None,
    "author": {"username": "ann"},
    "labels": ["bug", "till"],
    "sha": SHA,
    "merge_commit_sha": OTHER,
    "squash_commit_sha": None,
    "source_branch": "mend-till",
    "web_url": "https://git.example/-/merge_requests/12",
}


def note(number, at, author, body, *, system=False):
    return {
        "id": number,
        "body": body,
        "system": system,
        "created_at": f"2026-05-{at}:00Z",
        "author": author and {"username": author},
    }


def request(notes=(), authored=(), **changed):
    detail = detail_of_lists(notes, [{"authored_date": time} for time in authored])
    return list(merge_requests(Body({**REQUEST, **changed}), "s:a/b", {"12": detail}))


def test_a_merged_request_is_a_pull_request_and_a_change():
    assert request(authored=["2026-04-30T10:00:00+02:00", "2026-04-29T10:00:00+02:00"]) == [
        PullRequest(
            origin="s:a/b",
            key="12",
            url="https://git.example/-/merge_requests/12",
            opened_at=moment("2026-05-01T08:00"),
            ready_at=moment("2026-05-01T08:00"),
            merged_at=moment("2026-05-03T08:00"),
            author="ann",
            labels=("bug", "till"),
        ),
        Change(
            origin="s:a/b",
            key="12",
            url="https://git.example/-/merge_requests/12",
            merged_at=moment("2026-05-03T08:00"),
            first_authored_at=moment("2026-04-29T08:00"),
            merge_sha=OTHER,
            head_sha=SHA,
            author="ann",
            title="Mend the till",
            branch="mend-till",
            reverts=("!7",),
            labels=("bug", "till"),
        ),
    ]


@pytest.mark.parametrize("state", ["opened", "closed", "locked"])
def test_a_request_that_is_not_merged_is_no_change(state):
    (record,) = request(state=state, merged_at=None, closed_at="2026-05-02T08:00:00Z" if state == "closed" else None)
    assert record.merged_at is None
    assert record.closed_at == (moment("2026-05-02T08:00") if state == "closed" else None)


@pytest.mark.parametrize(
    ("merge", "squash", "sha", "why"),
    [
        (OTHER, None, OTHER, "a merge commit"),
        (OTHER, "c" * 40, OTHER, "squashed, then merged: the merge is what is on the branch's first line"),
        (None, "c" * 40, "c" * 40, "squashed and fast-forwarded"),
        (None, None, SHA, "fast-forwarded: its head is the branch's tip"),
    ],
)
def test_the_commit_of_a_change_on_its_branch(merge, squash, sha, why):
    assert request(merge_commit_sha=merge, squash_commit_sha=squash)[1].merge_sha == sha, why


@pytest.mark.parametrize(
    ("merge", "squash", "told", "why"),
    [
        (
            None,
            None,
            {SHA: "12", OTHER: "12"},
            "fast-forwarded: its commits are on the branch, and nothing else says whose",
        ),
        (OTHER, None, {}, "the graph tells what a merge brought"),
        (None, OTHER, {}, "squashed: they are not on the branch"),
    ],
)
def test_whose_the_commits_of_a_fast_forward_are(merge, squash, told, why):
    listed = [
        {"id": sha, "authored_date": "2026-05-01T08:00:00Z", "committed_date": "2026-05-02T08:00:00Z"}
        for sha in (SHA, OTHER)
    ]
    detail = detail_of_lists([], [*listed, {"id": "c" * 40, "authored_date": "2026-05-01T08:00:00Z"}])
    body = Body({**REQUEST, "merge_commit_sha": merge, "squash_commit_sha": squash})
    found = [one for one in merge_requests(body, "s:a/b", {"12": detail}) if isinstance(one, Commit)]
    assert {one.key: one.change for one in found} == told, why
    assert all(one.committed_at == moment("2026-05-02T08:00") for one in found)


READY = "marked this merge request as **ready**"
NO_WIP = "unmarked as a **Work In Progress**"
DRAFT = "marked this merge request as **draft**"


@pytest.mark.parametrize(
    ("changed", "notes", "ready_at", "why"),
    [
        ({}, [], "2026-05-01T08:00", "it never was a draft; `prepared_at` is not about that"),
        ({"draft": True}, [], None, "it is a draft"),
        ({"draft": None, "work_in_progress": True}, [], None, "the same before GitLab 14.8"),
        ({}, [note(1, "02T09:00", "ann", READY, system=True)], "2026-05-02T09:00", "it left draft"),
        (
            {},
            [
                note(1, "01T09:00", "ann", READY, system=True),
                note(2, "01T10:00", "ann", DRAFT, system=True),
                note(3, "02T11:00", "ann", READY, system=True),
            ],
            "2026-05-02T11:00",
            "the last time counts: in between nobody was asked for a review",
        ),
        ({}, [note(1, "02T09:00", "ben", READY)], "2026-05-01T08:00", "a person wrote those words"),
        ({}, [note(1, "02T09:00", "ann", NO_WIP, system=True)], "2026-05-02T09:00", "the same before GitLab 13.9"),
    ],
)
def test_when_a_request_was_ready(changed, notes, ready_at, why):
    found = request(notes, **changed)[0]
    assert (found.ready_at, found.is_draft) == (ready_at and moment(ready_at), ready_at is None), why


APPROVED = "approved this merge request"


@pytest.mark.parametrize(
    ("notes", "reviews", "why"),
    [
        ([note(1, "02T09:00", "ann", "Please look")], [], "the author"),
        ([note(1, "02T09:00", "ben", "added 1 commit", system=True)], [], "a system note is no review"),
        ([note(1, "02T09:00", "ben", "Why?")], [("1", "ben", "commented")], "a comment is"),
        ([note(1, "02T09:00", "ben", APPROVED, system=True)], [("1", "ben", "approved")], "the one that is"),
        ([note(1, "02T09:00", "ann", APPROVED, system=True)], [], "approved by the author"),
        ([note(1, "02T09:00", "ben", "unapproved this merge request", system=True)], [], "taken back"),
        ([note(1, "02T09:00", "ben", APPROVED)], [("1", "ben", "commented")], "a person wrote those words"),
        (
            [
                note(3, "02T11:00", "ben", "Once more"),
                note(1, "02T09:00", "ben", "Why?"),
                note(2, "02T10:00", "cem", "Yes, why?"),
                note(4, "02T12:00", "ben", APPROVED, system=True),
            ],
            [("1", "ben", "commented"), ("2", "cem", "commented"), ("4", "ben", "approved")],
            "each person's first comment, in order of time, and approvals",
        ),
        ([note(1, "02T09:00", None, "Gone")], [("1", "", "commented")], "by an account that was deleted"),
    ],
)
def test_which_notes_are_reviews(notes, reviews, why):
    found = request(notes)[2:]
    assert [(one.key, one.author, one.state) for one in found] == reviews, why
    assert {one.pull_request for one in found} <= {"12"}


def test_details_by_graphql_are_those_of_rest():
    node = {
        "iid": "12",
        "commits": {"nodes": [{"authoredDate": "2026-04-30T10:00:00+02:00"}, {"authoredDate": "2026-04-29T08:00:00Z"}]},
        "notes": {
            "nodes": [
                {
                    "id": "gid://gitlab/DiffNote/301",
                    "body": "Why?",
                    "system": False,
                    "createdAt": "2026-05-02T09:00:00Z",
                    "author": {"username": "ben", "bot": False},
                }
            ]
        },
    }
    commits_by_rest = [{"authored_date": "2026-04-30T10:00:00+02:00"}, {"authored_date": "2026-04-29T08:00:00Z"}]
    by_rest = detail_of_lists([note(301, "02T09:00", "ben", "Why?")], commits_by_rest)
    assert detail_of_node(Body(node)) == by_rest
    assert by_rest.first_authored_at == moment("2026-04-29T08:00")


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("project_278964_bot", True),
        ("project_278964_bot1", True),
        ("group_9970_bot_4fa8f8e1b8c1f3", True),
        ("gitlab-duo-reviewer", True),
        ("project_manager", False),
        ("ann", False),
        ("robot", False),
        ("", False),
    ],
)
def test_the_accounts_of_tokens_are_bots(name, is_one):
    assert is_bot(name) is is_one


def test_an_account_that_gitlab_marks_is_a_bot_whatever_its_name():
    node = {"id": "gid://gitlab/Note/1", "body": "Fine", "createdAt": "2026-05-02T09:00:00Z"}
    for bot in (True, False):
        told = {**node, "author": {"username": "reviewer", "bot": bot}}
        (found,) = detail_of_node(Body({"iid": "1", "notes": {"nodes": [told]}})).notes
        assert found.is_bot is bot


def test_a_pipeline_is_a_build_from_its_creation_to_its_last_change():
    pipeline = {
        "id": 46,
        "ref": "main",
        "sha": SHA,
        "status": "failed",
        "created_at": "2026-05-01T08:00:00Z",
        "updated_at": "2026-05-01T08:10:00Z",
        "web_url": "https://git.example/-/pipelines/46",
    }
    (record,) = builds(Body(pipeline), "s:a/b")
    assert record == Build(
        origin="s:a/b",
        key="46",
        url="https://git.example/-/pipelines/46",
        branch="main",
        sha=SHA,
        status="failure",
        started_at=moment("2026-05-01T08:00"),
        finished_at=moment("2026-05-01T08:10"),
    )
    (running,) = builds(Body({**pipeline, "status": "running"}), "s:a/b")
    assert (running.status, running.finished_at) == ("running", None)
    (whole,) = builds(Body({**pipeline, "finished_at": "2026-05-01T08:09:00Z"}), "s:a/b")
    assert whole.finished_at == moment("2026-05-01T08:09")


ISSUE = {
    "iid": 5,
    "title": "Till is down",
    "issue_type": "issue",
    "severity": "UNKNOWN",
    "created_at": "2026-05-01T08:00:00Z",
    "closed_at": "2026-05-01T09:00:00Z",
}


def test_an_issue_and_an_incident():
    assert issue(Body(ISSUE), "s:a/b", ("bug",), "u") == Issue(
        origin="s:a/b",
        key="5",
        url="u",
        type="issue",
        opened_at=moment("2026-05-01T08:00"),
        resolved_at=moment("2026-05-01T09:00"),
        labels=("bug",),
    )
    body = Body({**ISSUE, "issue_type": "incident", "severity": "CRITICAL"})
    assert incident(body, "s:a/b", (), "u") == Incident(
        origin="s:a/b",
        key="5",
        url="u",
        began_at=moment("2026-05-01T08:00"),
        severity="critical",
        title="Till is down",
        resolved_at=moment("2026-05-01T09:00"),
    )


def test_what_was_reopened_is_not_closed_though_it_tells_when_it_was():
    reopened = Body({**ISSUE, "state": "opened"})
    assert issue(reopened, "s:a/b", (), "").resolved_at is None
    assert incident(reopened, "s:a/b", (), "").resolved_at is None
    assert request(state="opened", merged_at=None, closed_at="2026-05-02T08:00:00Z")[0].closed_at is None


@pytest.mark.parametrize(
    ("changed", "labels", "patterns", "is_one"),
    [
        ({"issue_type": "incident"}, (), (), True),
        ({"issue_type": None, "type": "INCIDENT"}, (), (), True),
        ({"issue_type": None, "type": "Incident"}, (), (), True),
        ({"issue_type": None}, (), (), False),
        ({}, ("Outage",), ("outage",), True),
        ({}, ("outage",), (), False),
        ({}, ("bug",), ("outage", "inc*"), False),
        ({}, ("incident::sev1",), ("outage", "inc*"), True),
    ],
)
def test_what_is_an_incident(changed, labels, patterns, is_one):
    assert is_incident(Body({**ISSUE, **changed}), labels, patterns) is is_one


def test_the_history_of_an_incident_is_when_it_was_closed_and_reopened():
    events = [
        {"state": "closed", "created_at": "2026-05-01T09:00:00Z"},
        {"state": "reopened", "created_at": "2026-05-02T09:00:00Z"},
        {"state": "merged", "created_at": "2026-05-03T09:00:00Z"},
        {"created_at": "2026-05-03T09:00:00Z"},
    ]
    assert list(history(events)) == [
        Transition(status="resolved", at=moment("2026-05-01T09:00")),
        Transition(status="reopened", at=moment("2026-05-02T09:00")),
    ]


def test_a_release_is_dated_by_itself_and_a_tag_by_its_setting_or_its_commit():
    release = {
        "tag_name": "v1.0",
        "created_at": "2026-05-02T09:00:00Z",
        "released_at": "2026-05-01T09:00:00Z",
        "commit": COMMIT,
        "_links": {"self": "https://git.example/-/releases/v1.0"},
    }
    found, commit = released.releases(Body(release), "s:a/b")
    assert found == Deployment(
        origin="s:a/b",
        key="release:v1.0",
        url="https://git.example/-/releases/v1.0",
        environment="release",
        sha=SHA,
        version="v1.0",
        finished_at=moment("2026-05-01T09:00"),
    )
    assert commit.key == SHA
    light, _ = released.tags(
        Body({"name": "v 1", "commit": COMMIT, "created_at": None}), "s:a/b", "https://git.example/p"
    )
    assert (light.environment, light.key, light.version) == ("tag", "tag:v 1", "v 1")
    assert (light.url, light.finished_at) == ("https://git.example/p/-/tags/v%201", moment("2026-05-01T07:00"))
    set_later = {"name": "v1", "commit": COMMIT, "created_at": "2026-05-04T09:00:00Z"}
    annotated, _ = released.tags(Body(set_later), "s:a/b", "")
    assert (annotated.url, annotated.finished_at) == ("", moment("2026-05-04T09:00"))


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-05-01T08:00:00.000Z", "2026-05-01T08:00"),
        ("2026-05-01T10:00:00+02:00", "2026-05-01T08:00"),
        ("2026-05-01 08:00:00 UTC", "2026-05-01T08:00"),  # webhooks
        ("2026-05-01 10:00:00 +0200", "2026-05-01T08:00"),  # webhooks of deployments
        (None, None),
        ("", None),
    ],
)
def test_the_ways_in_which_gitlab_writes_a_time(text, at):
    assert time_of(Body({"at": text}), "at") == (at and moment(at))


@pytest.mark.parametrize("text", ["2026-05-01 08:00:00", "2026-05-01T08:00:00", "yesterday", "2026-05-01"])
def test_a_time_without_a_zone_is_refused_not_guessed(text):
    with pytest.raises(MalformedError, match="not a time with a zone"):
        time_of(Body({"at": text}), "at")


def test_the_tip_of_a_branch():
    body = Body({"name": "main", "commit": {"id": SHA}, "web_url": "https://git.example/-/tree/main"})
    record = tip(body, "s:a/b", "main")
    assert (record.key, record.sha, record.url) == ("main", SHA, "https://git.example/-/tree/main")


PARSERS = {
    "deployment": (DEPLOYMENT, lambda body: deployments(body, "s:a/b")),
    "commit": (COMMIT, lambda body: commits(body, "s:a/b")),
    "merge request": (REQUEST, lambda body: merge_requests(body, "s:a/b", {})),
    "issue": (ISSUE, lambda body: [issue(body, "s:a/b", (), ""), incident(body, "s:a/b", (), "")]),
    "release": (
        {"tag_name": "v1", "created_at": "2026-05-01T08:00:00Z", "commit": COMMIT, "_links": {}},
        lambda body: released.releases(body, "s:a/b"),
    ),
    "tag": ({"name": "v1", "commit": COMMIT}, lambda body: released.tags(body, "s:a/b", "")),
    "pipeline": (
        {"id": 1, "status": "success", "created_at": "2026-05-01T08:00:00Z", "updated_at": "2026-05-01T08:00:00Z"},
        lambda body: builds(body, "s:a/b"),
    ),
}


@pytest.mark.parametrize("name", PARSERS)
@pytest.mark.parametrize("strange", [None, 7, 1.5, True, "", "text", [], [None], {}, {"id": {}}], ids=repr)
def test_a_field_of_any_other_form_is_a_problem_or_harmless_never_a_crash(name, strange):
    """A Problem or records, whatever one field holds, and without it."""
    good, parse = PARSERS[name]
    assert not parse_each([good], parse, what="a thing", origin="s:a/b").problems
    for field in good:
        for body in ({**good, field: strange}, {key: value for key, value in good.items() if key != field}):
            piece = parse_each([body, strange, good], parse, what="a thing", origin="s:a/b")
            assert {problem.code for problem in piece.problems} <= {"malformed"}
            assert piece.records[-1].origin == "s:a/b"
