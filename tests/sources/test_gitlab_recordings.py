"""Every recorded body of GitLab goes through the parser that it is for, or is for none, with the reason.

What is expected was read in the bodies by eye.
"""

import json
import os
from datetime import UTC, datetime
from fnmatch import fnmatch
from pathlib import Path

import pytest

from scorecard_exporter.sources.base import Delivery
from scorecard_exporter.sources.gitlab.parsing.builds import builds
from scorecard_exporter.sources.gitlab.parsing.commits import commits, tip
from scorecard_exporter.sources.gitlab.parsing.deployments import deployments
from scorecard_exporter.sources.gitlab.parsing.details import detail_of_lists
from scorecard_exporter.sources.gitlab.parsing.issues import issue
from scorecard_exporter.sources.gitlab.parsing.merge_requests import merge_requests
from scorecard_exporter.sources.gitlab.parsing.releases import releases, tags
from scorecard_exporter.sources.gitlab.projects import parse_project
from scorecard_exporter.sources.kit.body import parse_each
from scorecard_exporter.sources.registry import TYPES

FOLDER = Path(os.environ.get("SCORECARD_TEST_PAYLOADS", "../shared/payloads"), "gitlab")
FILES = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.json"))
MODELS = "gitlab4j/gitlab4j-models/src/test/resources/org/gitlab4j/models"
API = "gitlab4j/gitlab4j-api/src/test/resources/org/gitlab4j/api"
GOLANG, PLAYGROUND, SCM = "go-scm", "webhooks-go-playground", "webhooks-go-scm"

OLD = "it lacks what a record needs, as older or shortened bodies do"


def moment(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def labelled(body):
    return [issue(body, "s:t", body.texts("labels"), "")]


PARSERS = {
    "deployments": lambda body: deployments(body, "s:t"),
    "commits": lambda body: commits(body, "s:t"),
    "requests": lambda body: merge_requests(body, "s:t", {}),
    "issues": labelled,
    "releases": lambda body: releases(body, "s:t"),
    "tags": lambda body: tags(body, "s:t", ""),
    "builds": lambda body: builds(body, "s:t"),
    "tips": lambda body: [tip(body, "s:t", body.text("name"))],
}

# file → parser, and of each record some of what it must say; a text in place of that is a refusal.
BODIES = {
    f"{MODELS}/deployment.json": (
        "deployments",
        [
            {
                "key": "42",
                "environment": "production",
                "sha": "a91957a858320c0e17f3a0eca7cfacbff50ea29a",
                "status": "success",  # of its job: then, deployments had none
                "started_at": moment("2016-08-11T11:32:35.444"),
                "finished_at": moment("2016-08-11T11:32:35.145"),
            }
        ],
    ),
    **{
        f"{folder}/commit.json": (
            "commits",
            [
                {
                    "key": "6104942438c14ec7bd21c6cd5bd995272b3faff6",
                    "parents": ("ae1d9fb46aa2b07ee9836d49862ec4e2c46fbbba",),
                    "authored_at": moment(at),
                    "committed_at": moment(at),
                }
            ],
        )
        # The offsets count: 03:44 at -07:00.
        for folder, at in (
            (MODELS, "2012-09-20T06:06:12"),
            (API, "2012-09-20T06:06:12"),
            (GOLANG, "2012-06-28T10:44:20"),
        )
    },
    f"{GOLANG}/commits.json": (
        "commits",
        [{"key": "6104942438c14ec7bd21c6cd5bd995272b3faff6", "committed_at": moment("2012-06-28T10:44:20")}],
    ),
    **{
        f"{folder}/merge-request.json": (
            "requests",
            [
                {"key": "1", "author": "admin", "merged_at": moment("2016-12-03T17:23:34")},
                {"key": "1", "merge_sha": "37a1f246848c3dc2bb82964a183417e2e72fe1a7", "branch": "test1"},
            ],
        )
        for folder in (MODELS, API)
    },
    **{
        f"{GOLANG}/{name}.json": (
            "requests",
            [
                {
                    "key": "1",
                    "author": "dblessing",
                    "opened_at": moment("2015-12-18T18:29:53.563"),
                    "merged_at": None,
                    "closed_at": None,  # closed, but at that time the API did not tell when
                    "labels": ("bug", "documentation"),
                }
            ],
        )
        for name in ("merge", "merges")
    },
    f"{GOLANG}/merge_with_diffrefs.json": ("requests", "created_at is missing"),
    f"{MODELS}/issue.json": (
        "issues",
        [{"key": "1", "type": "issue", "resolved_at": moment("2016-01-05T15:31:46.176"), "labels": ()}],
    ),
    f"{GOLANG}/issues.json": ("issues", [{"key": "1", "resolved_at": moment("2016-01-05T15:31:46.176")}]),
    f"{GOLANG}/issue.json": (
        "issues",
        [{"key": "1", "opened_at": moment("2016-01-04T15:31:46.176"), "resolved_at": None}],
    ),
    f"{MODELS}/linked-issues.json": ("issues", [{"key": "14"}]),
    f"{MODELS}/issues-closed-by-mr.json": ("issues", [{"key": "6"}, "iid is missing"]),  # the second is one of Jira
    **{
        f"{folder}/releases.json": (
            "releases",
            [
                {"key": "release:v0.2", "environment": "release", "finished_at": moment("2019-01-03T01:56:19.539")},
                {"key": "079e90101242458910cccd35eab0e211dfc359c0"},
                {"key": "release:v0.1", "version": "v0.1", "sha": "f8d3d94cbd347e924aa7b715845e439d00e80ca4"},
                {"key": "f8d3d94cbd347e924aa7b715845e439d00e80ca4", "parents": ()},
            ],
        )
        for folder in (MODELS, GOLANG)
    },
    f"{GOLANG}/release.json": (
        "releases",
        [
            {"key": "release:v0.1", "finished_at": moment("2019-01-03T01:55:18.203")},
            {"key": "f8d3d94cbd347e924aa7b715845e439d00e80ca4"},
        ],
    ),
    f"{MODELS}/tag.json": (
        "tags",
        [
            {"key": "tag:v1.0.0", "finished_at": moment("2024-08-13T16:53:30")},  # when it was set
            {"key": "2695effb5807a22ff3d138d593fd856244e155e7", "committed_at": moment("2012-05-28T04:42:42")},
        ],
    ),
    **{
        f"{GOLANG}/{name}.json": (
            "tags",
            [
                {"key": "tag:v1.0.0", "finished_at": moment("2015-02-01T20:56:31")},  # of its commit: 21:56 at +01:00
                {"key": "2695effb5807a22ff3d138d593fd856244e155e7"},
            ],
        )
        for name in ("tag", "tags")
    },
    f"{MODELS}/pipeline.json": (
        "builds",
        [
            {
                "key": "46",
                "branch": "main",
                "status": "success",
                "started_at": moment("2016-08-11T11:28:34.085"),
                "finished_at": moment("2016-08-11T11:32:35.145"),
            }
        ],
    ),
    f"{MODELS}/branch.json": ("tips", [{"key": "master", "sha": "7b5c3cc8be40ee161ae89a06bba6229da1032a0c"}]),
    f"{MODELS}/bad-branch.json": ("tips", "name is missing"),
    f"{GOLANG}/branch.json": ("tips", [{"key": "master", "sha": "7b5c3cc8be40ee161ae89a06bba6229da1032a0c"}]),
    f"{GOLANG}/branches.json": ("tips", [{"key": "master"}]),
    f"{GOLANG}/branches_filter.json": ("tips", [{"key": "master"}, {"key": "master-patch"}]),
    f"{GOLANG}/branch_create.json": ("tips", [{"key": "yooo", "sha": "0efb1bed7c6a4871cb4ddb862ecc2111e11f31ee"}]),
}

# file → (notes that are reviews by somebody else than `ann`)
NOTES = {
    f"{MODELS}/merge-request-note.json": [("301", "pipin", False)],
    f"{MODELS}/note.json": [("1659", "pipin", False)],
    f"{GOLANG}/merge_note.json": [("301", "pipin", False)],
    f"{GOLANG}/merge_notes.json": [("301", "pipin", False)],
    f"{GOLANG}/issue_note.json": [("302", "pipin", True)],
    f"{GOLANG}/issue_notes.json": [("302", "pipin", True)],
}

PROJECTS = {
    f"{MODELS}/project.json": (3, "diaspora/diaspora-project-site", "master"),
    f"{GOLANG}/repo.json": (178504, "diaspora/diaspora", "master"),
    f"{GOLANG}/repos.json": (178504, "diaspora/diaspora", "master"),
    f"{GOLANG}/repos_filter.json": (178504, "diaspora/diaspora", "master"),
    f"{GOLANG}/subgroup.json": (14264161, "gitlab-org/gitter/gitter-demo-app", "master"),
}

# file → the records in a push: kind, thing, key and what must be said of it.
PUSHES = {
    f"{PLAYGROUND}/deployment-event.json": [
        # 21:50 at +02:00
        ("deployment", "root/test-deployment-webhooks", "15", {"finished_at": moment("2021-04-28T19:50")}),
    ],
    f"{MODELS}/deployment-event.json": [
        (
            "deployment",
            "root/test-deployment-webhooks",
            "15",
            {"sha": "279484c09fbe69ededfced8c1bb6e6d24616b468", "environment": "staging", "status": "success"},
        ),
    ],
    **{
        f"{folder}/{name}-event.json": [
            (
                "review",
                "gitlab-org/gitlab-test",
                "1244",
                {"submitted_at": moment("2015-05-17T18:21:36"), "author": "root"},
            )
        ]
        for folder, name in ((PLAYGROUND, "comment-merge-request"), (MODELS, "note-merge-request"))
    },
    **{
        f"{folder}/{name}.json": [("issue", "gitlabhq/gitlab-test", "23", {"opened_at": moment("2013-12-03T17:15:43")})]
        for folder, name in (
            (PLAYGROUND, "confidential-issue-event"),
            (PLAYGROUND, "issue-event"),
            (MODELS, "issue-event"),
        )
    },
    **{
        f"{folder}/merge-request-event.json": [
            # Root did it; the author is somebody else.
            ("pull_request", "gitlabhq/gitlab-test", "1", {"author": "", "labels": ("API",), "merged_at": None})
        ]
        for folder in (PLAYGROUND, MODELS)
    },
    f"{MODELS}/external-status-check-event.json": [("pull_request", "a_group/a_project", "20", {"merged_at": None})],
    **{
        f"{folder}/{name}.json": [
            ("pull_request", "jsmith/example", "1", {"opened_at": moment("2017-09-20T08:31:45.944")})
        ]
        for folder, name in (
            (PLAYGROUND, "system-merge-request-event"),
            (MODELS, "merge-request-system-hook-event"),
            (API, "merge-request-system-hook-event"),
        )
    },
    f"{PLAYGROUND}/release-event.json": [
        (
            "deployment",
            "gitlab-org/release-webhook-example",
            "release:v1.1",
            {"sha": "ee0a3fb31ac16e11b9dbb596ad16d4af654d08f8", "finished_at": moment("2020-11-02T12:55:12")},
        ),
    ],
    f"{SCM}/issue_closed.json": [
        (
            "issue",
            "gitlab-org/hello-world",
            "1",
            {"resolved_at": moment("2017-12-10T16:41:28"), "labels": ("critical",), "type": "issue"},
        ),
    ],
    # One that is reopened still tells when it was closed before.
    **{
        f"{SCM}/{name}.json": [("issue", "gitlab-org/hello-world", "1", {"resolved_at": None})]
        for name in ("issue_create", "issue_edited", "issue_labeled", "issue_reopen")
    },
    f"{SCM}/merge_request_subgroup.json": [("pull_request", "group1/group2/group3/grp2repo", "1", {"closed_at": None})],
    f"{SCM}/pull_request_close.json": [
        ("pull_request", "gitlab-org/hello-world", "1", {"closed_at": moment("2017-12-10T17:02:46")}),
    ],
    f"{SCM}/pull_request_create.json": [
        ("pull_request", "gitlab-org/hello-world", "1", {"ready_at": moment("2017-12-10T17:01:11")}),
    ],
    f"{SCM}/pull_request_merge.json": [
        (
            "pull_request",
            "gitlab-org/hello-world",
            "1",
            {"merged_at": moment("2017-12-10T17:08:07"), "closed_at": None},
        ),
        (
            "change",
            "gitlab-org/hello-world",
            "1",
            {
                "merge_sha": "78a76ee6b4992a6baf64c59fc4c44c7323d60438",
                "head_sha": "c4c79227ed610f1151f05bbc5be33b4f340d39c8",
            },
        ),
    ],
    f"{SCM}/pull_request_reopen.json": [("pull_request", "gitlab-org/hello-world", "1", {"closed_at": None})],
    # Became a draft: the author did that, so the name is known.
    f"{SCM}/pull_request_review_ready.json": [
        ("pull_request", "rathod.meetsatish/meet", "3", {"ready_at": None, "author": "rathod.meetsatish"}),
    ],
    f"{SCM}/tag_create.json": [
        (
            "deployment",
            "gitlab-org/hello-world",
            "tag:v1.0.0",
            {"sha": "2adc9465c4edfc33834e173fe89436a7cb899a1d", "finished_at": moment("2017-12-10T08:26:38")},
        ),
    ],
}

# Pushes that hold no record, and why.
SILENT = {
    f"{PLAYGROUND}/system-*.json": "an event of the instance: of people, keys, groups or projects",
    f"{MODELS}/*system-hook-event.json": "an event of the instance: of people, keys, groups or projects",
    f"{PLAYGROUND}/comment-*.json": "a comment on a commit, an issue or a snippet",
    f"{PLAYGROUND}/confidential-comment-event.json": "a comment on an issue",
    f"{MODELS}/note-*-event.json": "a comment on a commit, an issue or a snippet",
    f"{SCM}/issue_comment_create.json": "a comment on an issue",
    f"{SCM}/merge_request_comment_*.json": "by the author of the merge request",
    f"{SCM}/review_comment_create.json": "by the author of the merge request",
    f"{PLAYGROUND}/push-event.json": "a push: it tells no parents",
    f"{MODELS}/push-event.json": "a push: it tells no parents",
    f"{SCM}/push*.json": "a push: it tells no parents",
    f"{SCM}/branch_*.json": "a push: it tells no parents",
    f"{PLAYGROUND}/tag-event.json": "a tag whose date is not told",
    f"{MODELS}/tag-push-event.json": "a tag whose date is not told",
    f"{SCM}/tag_delete*.json": "a deleted tag",
    f"{PLAYGROUND}/pipeline-event.json": "a pipeline of a merge request",
    f"{MODELS}/pipeline-event.json": "a pipeline of a merge request",
    f"{SCM}/pipeline_*.json": "a pipeline of a merge request",
    f"{PLAYGROUND}/*-event.json": "an event of no interest: jobs, wiki pages",
    f"{MODELS}/workitem-event.json": "an epic: of a group, not of a project",
    f"{MODELS}/*-event.json": "an event of no interest: jobs, wiki pages",
}

# What no parser is for, and why.
OTHERS = {
    f"{MODELS}/environment.json": "environments are counted from deployments",
    f"{MODELS}/job.json": "jobs are read within deployments",
    f"{MODELS}/event.json": "an entry of the activity list, which is not read",
    f"{MODELS}/*discussion*.json": "notes are read as a flat list, discussions are not",
    f"{API}/*discussion*.json": "notes are read as a flat list, discussions are not",
    f"{GOLANG}/merge_discussion.json": "notes are read as a flat list, discussions are not",
    f"{MODELS}/approval*.json": "approvals have no time: their system notes are read",
    f"{GOLANG}/compare.json": "commits are read by a range of the list of commits",
    f"{MODELS}/compare-results.json": "commits are read by a range of the list of commits",
    f"{GOLANG}/*.json": "contents, users, groups, milestones, hooks, diffs, statuses: nothing that a measure needs",
    f"{MODELS}/*.json": "settings, people, keys, packages, boards and so on: nothing that a measure needs",
    f"{API}/*.json": "settings, people, keys, packages, boards and so on: nothing that a measure needs",
}


def reason_of(file, table):
    return next((why for pattern, why in table.items() if fnmatch(file, pattern)), None)


@pytest.mark.usefixtures("payloads")
@pytest.mark.parametrize("file", FILES)
def test_every_recorded_body_is_for_a_parser_or_for_none_with_a_reason(file):
    tables = [table for table in (BODIES, NOTES, PROJECTS, PUSHES) if file in table]
    assert len(tables) == 1 or (not tables and (reason_of(file, SILENT) or reason_of(file, OTHERS))), file


def test_every_expected_body_is_there(payloads):
    assert (payloads / "gitlab").is_dir()
    assert {*BODIES, *NOTES, *PROJECTS, *PUSHES} - {*FILES} == set()


def loaded(payloads, file):
    data = json.loads((payloads / "gitlab" / file).read_text())
    return data if isinstance(data, list) else [data]


@pytest.mark.parametrize("file", BODIES)
def test_a_body_of_the_api_is_parsed_or_refused(payloads, file):
    name, expected = BODIES[file]
    piece = parse_each(loaded(payloads, file), PARSERS[name], what="a thing", origin="s:t")
    refusals = [expected] if isinstance(expected, str) else [one for one in expected if isinstance(one, str)]
    told = [] if isinstance(expected, str) else [one for one in expected if isinstance(one, dict)]
    assert [
        all(getattr(record, field) == value for field, value in one.items())
        for record, one in zip(piece.records, told, strict=True)
    ] == [True] * len(told), piece.records
    assert len(piece.problems) == len(refusals)
    assert all(reason in problem.message for reason, problem in zip(refusals, piece.problems, strict=True))


@pytest.mark.parametrize("file", NOTES)
def test_a_recorded_note_is_read(payloads, file):
    detail = detail_of_lists(loaded(payloads, file), [])
    assert [(note.id, note.author, note.is_system) for note in detail.notes] == NOTES[file]


@pytest.mark.parametrize("file", PROJECTS)
def test_a_recorded_project_is_read(payloads, file):
    (project,) = (parse_project(item) for item in loaded(payloads, file))
    assert (project.id, project.path, project.branch) == PROJECTS[file]
    assert not project.is_archived


GROUPS = ["gitlab-org", "gitlabhq", "group1", "rathod.meetsatish", "root", "mike", "jsmith", "a_group"]
DELIVERED = [file for file in FILES if file in PUSHES or (reason_of(file, SILENT) and file not in BODIES)]


@pytest.mark.parametrize("file", [*dict.fromkeys([*PUSHES, *DELIVERED])])
def test_a_recorded_push_is_parsed_or_silent(payloads, file):
    options = {"type": "gitlab", "token": "t", "groups": GROUPS, "webhook_secret": "x"}
    webhook = TYPES["gitlab"].model_validate(options).build("s", "/").webhook
    body = (payloads / "gitlab" / file).read_bytes()
    pushed = webhook.parse(Delivery(id="1", event="", body=body, received_at=datetime(2026, 1, 1, tzinfo=UTC)))
    assert pushed.problems == ()
    expected = PUSHES.get(file, [])
    assert [(one.kind, one.origin, one.key) for one in pushed.records] == [
        (kind, f"s:{thing}", key) for kind, thing, key, _ in expected
    ], reason_of(file, SILENT)
    for record, (_, _, _, told) in zip(pushed.records, expected, strict=True):
        assert {field: getattr(record, field) for field in told} == told
