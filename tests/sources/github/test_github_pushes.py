"""What GitHub pushes: verified, merged into what polling found, and never more than an event says."""

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from reading import Shelf, poll
from scorecard_exporter.errors import RefusedDeliveryError
from scorecard_exporter.events.merge import merge
from scorecard_exporter.events.model import Deployment, Review
from scorecard_exporter.sources.base import Delivery, Pushed
from systems import github as fake

AT = datetime(2026, 6, 1, tzinfo=UTC)
SECRET = "it is a secret to everybody"  # noqa: S105  of nobody
REPOSITORY = {"full_name": "Acme/Shop", "default_branch": "main"}


def said(**span):
    return fake.iso(AT - timedelta(**span))


@pytest.fixture
def webhook(served):
    options = {"webhook_secret": [SECRET, "the next one"], "deployment_workflows": ["deploy.yml"]}
    return served(fake.Repo("acme/shop")).source(**options).webhook


def headers(body, secret=SECRET, event="ping"):
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"x-hub-signature-256": f"sha256={signature}", "x-github-event": event, "x-github-delivery": "d-1"}


@pytest.mark.parametrize("secret", [SECRET, "the next one"], ids=["the secret", "the one that it is rotated to"])
def test_a_signed_delivery_is_taken(webhook, secret):
    body = b'{"zen": "Keep it logically awesome."}'
    delivery = webhook.accept(headers(body, secret), body, AT)
    assert delivery == Delivery(id="d-1", event="ping", body=body, received_at=AT)
    assert webhook.parse(delivery) == Pushed()


@pytest.mark.parametrize(
    "more",
    [
        {"x-hub-signature-256": "sha256=00"},
        {"x-hub-signature-256": ""},
        {"x-github-event": ""},
        {"x-github-delivery": ""},
    ],
    ids=str,
)
def test_any_other_delivery_is_refused(webhook, more):
    with pytest.raises(RefusedDeliveryError) as caught:
        webhook.accept({**headers(b"{}"), **more}, b"{}", AT)
    assert SECRET not in str(caught.value)


def test_without_a_secret_nothing_is_pushed(served):
    assert served(fake.Repo("acme/shop")).source().webhook is None


def push(webhook, event, **body):
    sent = json.dumps({"repository": REPOSITORY, **body}).encode()
    return webhook.parse(Delivery(id="1", event=event, body=sent, received_at=AT))


PULL = {
    "number": 7,
    "html_url": "https://github.test/acme/shop/pull/7",
    "created_at": said(days=3),
    "updated_at": said(days=1),
    "user": {"login": "ada", "type": "User"},
    "labels": [{"name": "fast"}],
    "head": {"sha": "b" * 40, "ref": "topic"},
    "merge_commit_sha": "a" * 40,
    "title": "Work",
    "body": "Reverts #6",
    "draft": False,
}


def test_a_merge_is_a_change_that_leaves_its_first_commit_to_polling(webhook):
    request, change = push(
        webhook, "pull_request", action="closed", pull_request={**PULL, "merged_at": said(days=1)}
    ).records
    assert (request.key, request.ready_at, request.merged_at) == ("7", None, AT - timedelta(days=1))
    assert (change.key, change.merge_sha, change.head_sha) == ("7", "a" * 40, "b" * 40)
    assert (change.first_authored_at, change.branch, change.reverts) == (None, "topic", ("#6",))


@pytest.mark.parametrize(
    ("action", "draft", "ready_at"),
    [
        ("opened", False, AT - timedelta(days=3)),
        ("opened", True, None),
        ("ready_for_review", False, AT - timedelta(days=1)),
        ("converted_to_draft", True, None),
        ("labeled", False, None),
    ],
)
def test_when_a_pushed_pull_request_was_ready(webhook, action, draft, ready_at):
    """A label says nothing of when the draft was left, so what is known stays."""
    (request,) = push(webhook, "pull_request", action=action, pull_request={**PULL, "draft": draft}).records
    assert (request.ready_at, request.is_draft) == (ready_at, draft)


def test_a_review_is_the_one_that_polling_would_find(webhook):
    review = {
        "id": 4_000_000_001,
        "html_url": "https://github.test/acme/shop/pull/7#pullrequestreview-4000000001",
        "user": {"login": "grace", "type": "User"},
        "state": "approved",
        "submitted_at": said(days=1),
    }
    assert push(webhook, "pull_request_review", action="submitted", review=review, pull_request=PULL).records == (
        Review(
            origin="code:acme/shop",
            key="4000000001",
            url=review["html_url"],
            pull_request="7",
            submitted_at=AT - timedelta(days=1),
            author="grace",
            state="approved",
        ),
    )


DEPLOYMENT = {"id": 1000, "sha": "a" * 40, "environment": "production", "created_at": said(days=1), "ref": "main"}


@pytest.mark.parametrize(
    ("state", "status", "is_over"),
    [
        ("success", "success", True),
        ("failure", "failure", True),
        ("error", "failure", True),
        ("in_progress", "running", False),
    ],
)
def test_a_status_of_a_deployment(webhook, state, status, is_over):
    said_now = {"state": state, "created_at": said(hours=1)}
    pushed = push(webhook, "deployment_status", deployment=DEPLOYMENT, deployment_status=said_now)
    assert pushed.records == (
        Deployment(
            origin="code:acme/shop",
            key="1000",
            url="https://github.test/acme/shop/deployments/production",
            environment="production",
            sha="a" * 40,
            status=status,
            started_at=AT - timedelta(days=1),
            finished_at=AT - timedelta(hours=1) if is_over else None,
        ),
    )


def test_that_a_deployment_became_inactive_says_nothing_new(webhook):
    said_now = {"state": "inactive", "created_at": said(hours=1)}
    assert push(webhook, "deployment_status", deployment=DEPLOYMENT, deployment_status=said_now) == Pushed()


def test_pushed_deployments_become_what_polling_finds_in_whatever_order_they_come(served):
    shop = fake.Repo("acme/shop")
    shop.onto_main(AT - timedelta(days=2))
    shop.deploy(AT - timedelta(days=1), "production", "IN_PROGRESS", "SUCCESS", "INACTIVE")
    world = served(shop)
    (polled,) = poll(world.source(read=["deployments"]), Shelf(), AT).of("deployment").values()
    receiver = world.source(webhook_secret="s").webhook  # noqa: S106
    body = {**DEPLOYMENT, "sha": shop.line[-1]}
    states = [(one["state"].lower(), one["createdAt"]) for one in shop.deployments[0]["statuses"]]
    pushes = [("deployment", {"deployment": body})] + [
        ("deployment_status", {"deployment": body, "deployment_status": {"state": state, "created_at": at}})
        for state, at in states
    ]
    for order in (pushes, pushes[::-1]):
        known = None
        for event, sent in order:
            for record in push(receiver, event, **sent).records:
                known = merge(known, record)
        assert known == polled


def test_a_release_counts_once_it_is_published(webhook):
    release = {"id": 5, "tag_name": "v1", "html_url": "u", "target_commitish": "main", "published_at": said(days=1)}
    (record,) = push(webhook, "release", action="published", release=release).records
    assert (record.key, record.environment, record.version, record.sha) == ("release/5", "release", "v1", "")
    assert record.finished_at == AT - timedelta(days=1)
    assert push(webhook, "release", action="created", release={**release, "draft": True}) == Pushed()
    assert push(webhook, "release", action="deleted", release=release) == Pushed()


def test_an_incident_is_opened_resolved_and_opened_again(webhook):
    issue = {
        "number": 3,
        "created_at": said(days=3),
        "labels": [{"name": "incident"}],
        "title": "Down",
        "state": "open",
    }
    steps = [
        ("opened", {}, said(days=3)),
        ("closed", {"state": "closed", "closed_at": said(days=2)}, said(days=2)),
        ("reopened", {}, said(days=1)),
    ]
    known = None
    for action, more, at in steps:
        _, record = push(webhook, "issues", action=action, issue={**issue, "updated_at": at, **more}).records
        known = merge(known, record)
    assert [(step.status, fake.iso(step.at)) for step in known.history] == [
        ("resolved", said(days=2)),
        ("reopened", said(days=1)),
    ]
    assert known.resolved_at is None


def test_a_run_is_a_build_on_the_deployed_branch_and_a_deployment_where_it_deploys(webhook):
    run = {
        "id": 9,
        "status": "completed",
        "conclusion": "success",
        "head_branch": "main",
        "head_sha": "a" * 40,
        "event": "push",
        "path": ".github/workflows/deploy.yml@refs/heads/main",
        "created_at": said(hours=2),
        "run_started_at": said(hours=2),
        "updated_at": said(hours=1),
    }
    (deployment,) = push(webhook, "workflow_run", action="completed", workflow_run=run).records
    assert (deployment.key, deployment.environment) == ("run/9", "workflow:deploy.yml")
    run["path"] = ".github/workflows/ci.yml"
    (build,) = push(webhook, "workflow_run", action="completed", workflow_run=run).records
    assert (build.kind, build.key, build.status) == ("build", "9", "success")
    elsewhere = {**run, "head_branch": "topic"}
    assert push(webhook, "workflow_run", action="completed", workflow_run=elsewhere) == Pushed()


@pytest.mark.parametrize("event", ["push", "create", "star", "ping"])
def test_what_says_too_little_for_a_record_waits_for_the_next_poll(webhook, event):
    assert push(webhook, event, ref="refs/heads/main", commits=[{"id": "a" * 40}]) == Pushed()


def test_what_belongs_to_another_repository_is_of_no_interest(webhook):
    other = {"full_name": "acme/elsewhere"}
    assert push(webhook, "pull_request", repository=other, action="opened", pull_request=PULL) == Pushed()


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"payload=%7B%7D", "set the webhook's content type to application/json"),
        (b"[]", "the whole is a list, not an object"),
        (b'{"repository": {"full_name": "acme/shop"}}', "pull_request is missing, not an object"),
        (
            b'{"repository": {"full_name": "acme/shop"}, "pull_request": {"created_at": "2026-01-01T00:00:00Z"}}',
            "number is missing",
        ),
        (b'{"repository": 3}', "repository is 3, not an object"),
    ],
    ids=str,
)
def test_a_malformed_push_is_a_problem(webhook, body, sentence):
    pushed = webhook.parse(Delivery(id="1", event="pull_request", body=body, received_at=AT))
    assert pushed.records == ()
    assert [one.code for one in pushed.problems] == ["malformed"]
    assert sentence in pushed.problems[0].message


def test_the_secret_is_never_shown(webhook):
    assert SECRET not in repr(vars(webhook))
    assert SecretStr(SECRET) in webhook._secrets
