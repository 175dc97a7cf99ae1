"""Every recorded body of Jira goes through the parser that it is for; the others are named, with the reason."""

import json
import os
from datetime import UTC, datetime
from fnmatch import fnmatch
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest

from fake_system import answer_with
from scorecard_exporter.events.model import Incident, Issue, Transition
from scorecard_exporter.sources.base import Delivery
from scorecard_exporter.sources.jira.account import Account
from scorecard_exporter.sources.jira.issues import Meaning, records
from scorecard_exporter.sources.jira.releases import release
from scorecard_exporter.sources.jira.search import DataCenter
from scorecard_exporter.sources.jira.webhook import JiraWebhook
from scorecard_exporter.sources.kit.body import Body
from scorecard_exporter.sources.kit.client import Client

FOLDER = Path(os.environ.get("SCORECARD_TEST_PAYLOADS", "../shared/payloads"), "jira")
FILES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.json"))
EVERYTHING = Meaning(source="jira", pages="https://j.example", incident_types=("*",), incident_labels=())
NEW_ZEALAND = ZoneInfo("Pacific/Auckland")

NOT_FOR_A_PARSER = {
    "*board*": "boards are no measure's business",
    "*rapidview*": "boards as well",
    "*sprint*": "sprints as well",
    "*component*": "components come with the issues",
    "*field*": "the names of fields are known",
    "*filter*": "saved searches are not used",
    "*issuelink*": "links between issues are not used",
    "*issueLink*": "links as well",
    "*permissionscheme*": "permissions are shown by what is refused",
    "*priorit*": "priorities come with the issues",
    "*resolution*": "resolutions come with the issues",
    "*role*": "people are no measure's business",
    "*user_*": "people as well",
    "*status_category*": "categories come with the statuses",
    "*statuscategor*": "categories as well",
    "*status/*": "one status; all are asked for at once",
    "*remote_links*": "links to elsewhere are not used",
    "*transitions*": "what could be done to an issue, not what was",
    "*all_projects*": "projects are named in the configuration",
    "*project.json": "for its versions, see below",
    "*project/*": "projects, with other fields than are asked for",
    "*issuetype*": "types come with the issues",
    "*webhook.json": "how a webhook was set up",
    "*webhook/*": "how a webhook was set up",
    "*version/*.put.json": "the answer to a change",
    "*version.post.json": "the answer to a change, of a version that is not released",
    "*.post.json": "the answer to a change",
    "*put*.json": "the answer to a change",
    "*issue/10002/*": "comments, worklogs, watchers, properties and attachments of an issue",
}
READ_HERE = (
    "webhooks-mattermost/*.json",
    "jira-ruby-server/issue.json",
    "jira-ruby-server/empty_issues.json",
    "jira-ruby-server/issue/10002.json",
    "jira-ruby-server/version/10000.json",
    "jira-ruby-server/status.json",
    "go-jira-server/issues_in_sprint.json",
    "go-jira-server/project.json",
    "go-jira-server/all_statuses.json",
)


def utc(text):
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize("name", FILES)
def test_every_body_has_a_parser_or_a_reason_to_have_none(name):
    read = any(fnmatch(name, pattern) for pattern in READ_HERE)
    reasons = [why for pattern, why in NOT_FOR_A_PARSER.items() if fnmatch(name, pattern)]
    assert read or reasons, name


def push(recorded, name, projects=None):
    body = recorded(f"webhooks-mattermost/{name}")
    project = (body.get("issue", {}).get("key") or "NONE").rpartition("-")[0]
    webhook = JiraWebhook((), EVERYTHING, projects or (project,))
    return webhook.parse(Delivery(id="1", event="", body=json.dumps(body).encode(), received_at=datetime.now(UTC)))


DELIVERIES = [name.partition("/")[2] for name in FILES if name.startswith("webhooks-")]
CUT_DOWN = {"webhook-issue-assigned-empty-changelog.json"}
"""Deliveries about an issue of which not even the time of its creation was kept."""


OF_NO_INTEREST = ("webhook-cloud-comment-*", "webhook-server-comment-*", "webhook-issue-deleted.json")
"""Comments; and issues that are gone, of which the page about the source tells."""


def is_of_no_interest(name):
    return any(fnmatch(name, pattern) for pattern in OF_NO_INTEREST)


@pytest.mark.parametrize("name", DELIVERIES)
def test_every_delivery_is_an_issue_or_of_no_interest(recorded, name):
    body = recorded(f"webhooks-mattermost/{name}")
    pushed = push(recorded, name)
    if is_of_no_interest(name):
        assert (pushed.records, pushed.problems) == ((), ())
    elif name in CUT_DOWN:
        assert [problem.code for problem in pushed.problems] == ["malformed"]
        assert "fields.created is missing" in pushed.problems[0].message
    else:
        issue, incident = pushed.records
        key = body["issue"]["key"]
        assert issue.origin == incident.origin == f"jira:{key.rpartition('-')[0]}"
        assert (issue.key, issue.url) == (key, f"https://j.example/browse/{key}")
        assert issue.type == body["issue"]["fields"]["issuetype"]["name"]
        assert issue.opened_at == incident.began_at == utc(body["issue"]["fields"]["created"])
        assert pushed.problems == ()


@pytest.mark.parametrize(
    ("name", "resolved", "history", "steps"),
    [
        pytest.param(
            "webhook-issue-updated-resolved.json",
            "2019-02-16T03:15:40.470Z",
            [("Done", "2019-02-16T03:15:40.507Z")],
            [("resolved", "2019-02-16T03:15:40.470Z")],
            id="resolved",
        ),
        pytest.param(
            "webhook-issue-updated-resolved-one-changelog.json",
            "2019-02-16T03:15:40.470Z",
            [],
            [("resolved", "2019-02-16T03:15:40.470Z")],
            id="resolved, and only the resolution is told",
        ),
        pytest.param(
            "webhook-issue-updated-reopened.json",
            None,
            [("To Do", "2019-02-16T03:17:06.531Z")],
            [("reopened", "2019-02-16T03:17:06.531Z")],
            id="reopened",
        ),
        pytest.param(
            "webhook-server-issue-updated-resolved.json",
            "2019-08-12T23:23:01.890Z",
            [("Resolved", "2019-08-12T23:23:02.025Z")],
            [("resolved", "2019-08-12T23:23:01.890Z")],
            id="resolved on a server",
        ),
        pytest.param(
            "webhook-server-issue-updated-closed.json",
            None,
            [("Closed", "2019-08-14T03:07:58.358Z")],
            [],
            id="from Resolved to Closed: the field resolutiondate has moved on by a day, the resolution has not",
        ),
        pytest.param(
            "webhook-server-issue-updated-reopened.json",
            None,
            [("Reopened", "2019-08-14T03:01:43.657Z")],
            [("reopened", "2019-08-14T03:01:43.657Z")],
            id="reopened on a server",
        ),
        pytest.param(
            "webhook-issue-updated-started-working.json",
            None,
            [("In Progress", "2019-02-16T03:14:22.039Z")],
            [],
            id="somebody begins to work on it",
        ),
        pytest.param("webhook-issue-updated-labels.json", None, [], [], id="labels"),
        pytest.param(
            "webhook-issue-created.json", None, [("To Do", "2019-02-16T03:01:52.971Z")], [], id="created"
        ),
    ],
)  # fmt: skip
def test_what_a_delivery_says_of_an_issue(recorded, name, resolved, history, steps):
    """Read by hand from the body: its changelog, its timestamp in milliseconds, its resolutiondate."""
    issue, incident = push(recorded, name).records
    assert issue.resolved_at == incident.resolved_at == (utc(resolved) if resolved else None)
    assert issue.history == tuple(Transition(status=status, at=utc(at)) for status, at in history)
    assert incident.history == tuple(Transition(status=status, at=utc(at)) for status, at in steps)


def test_a_delivery_with_many_fields(recorded):
    issue, _ = push(recorded, "webhook-cloud-issue-created-many-fields.json").records
    assert (issue.fix_version, issue.labels) == ("version1", ("Label1", "Label2", "priority=Medium"))


def test_issues_of_other_projects_are_of_no_interest(recorded):
    assert push(recorded, "webhook-issue-created.json", projects=("SHOP",)).records == ()


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("jira-ruby-server/issue.json", [f"SAMPLEPROJECT-{n}" for n in (13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 1)]),
        ("jira-ruby-server/empty_issues.json", []),
        ("go-jira-server/issues_in_sprint.json", ["AR-86"]),
    ],
)
def test_a_page_of_issues(recorded, name, keys):
    page = recorded(name)["issues"]
    found = [record for item in page for record in records(Body(item), (), frozenset(), EVERYTHING, "P")]
    assert [record.key for record in found if isinstance(record, Issue)] == keys
    assert [record.key for record in found if isinstance(record, Incident)] == keys
    for item, record in zip(page, found[::2], strict=True):
        assert record.opened_at == utc(item["fields"]["created"])


def test_an_issue_that_is_resolved_in_a_status_that_does_not_say_so(recorded):
    """Its status is of the category To Do, its resolution was set on 7 December 2015 at 14:19:13 in -0800."""
    (item,) = recorded("go-jira-server/issues_in_sprint.json")["issues"]
    issue, _ = records(Body(item), (), frozenset(), EVERYTHING, "AR")
    assert issue.resolved_at == utc("2015-12-07T22:19:13Z")


def test_an_issue_by_itself(recorded):
    issue, _ = records(Body(recorded("jira-ruby-server/issue/10002.json")), (), frozenset(), EVERYTHING, "P")
    assert (issue.key, issue.opened_at, issue.resolved_at) == ("SAMPLEPROJECT-1", utc("2011-12-13T21:26:06.030Z"), None)


def test_the_versions_of_a_project(recorded):
    """Of nine, seven are released; 0.2.2 on 19 February 2007, which began in Auckland at 11:00 UTC the day before."""
    versions = recorded("go-jira-server/project.json")["versions"]
    found = [one for version in versions for one in release(Body(version), "jira:ABDERA", "https://x/p", NEW_ZEALAND)]
    assert [one.version for one in found] == ["0.2.2", "0.3.0", "0.4.0", "1.0", "1.1", "1.1.1", "1.1.2"]
    assert found[0].finished_at.astimezone(UTC) == utc("2007-02-18T11:00:00Z")
    assert (found[0].key, found[0].url) == ("12312506", "https://x/p/versions/12312506")


def test_a_version_that_is_not_released(recorded):
    assert list(release(Body(recorded("jira-ruby-server/version/10000.json")), "jira:P", "", UTC)) == []


@pytest.mark.parametrize(
    ("name", "done"),
    [
        ("jira-ruby-server/status.json", {"5", "6"}),
        ("go-jira-server/all_statuses.json", {"10203", "10300", "10510", "10601", "10700"}),
    ],
)
def test_the_statuses_in_which_nothing_is_left_to_do(recorded, monkeypatch, name, done):
    answer_with(monkeypatch, lambda _: httpx.Response(200, json=recorded(name)))
    assert Account(DataCenter(Client("https://jira.example"))).done == done
