"""What GitLab pushes: who may, and what is made of it."""

import hashlib
import hmac
import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from fake_system import answer_with
from reading import Shelf, poll
from scorecard_exporter.errors import RefusedDeliveryError
from scorecard_exporter.events.merge import merge
from scorecard_exporter.events.model import Build, Change, Deployment, Incident, Issue, PullRequest, Review, Transition
from scorecard_exporter.sources.base import Delivery
from scorecard_exporter.sources.registry import TYPES
from scorecard_exporter.store.tables import RECORDS
from systems.gitlab import END, TOKEN, at, system

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
KEY = b"a key that only GitLab and we know"
SIGNING_TOKEN = f"whsec_{b64encode(KEY).decode()}"
PROJECT = {"id": 3, "path_with_namespace": "a/b", "web_url": "https://git.example/a/b", "default_branch": "main"}
SHA = "a91957a858320c0e17f3a0eca7cfacbff50ea29a"


def moment(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def webhook(**more):
    options = {"type": "gitlab", "token": TOKEN, "projects": ["a/b"], "webhook_secret": "open sesame", **more}
    return TYPES["gitlab"].model_validate(options).build("s", "/").webhook


def signed(body, *, at=NOW, key=KEY, number="msg_1"):
    stamp = str(int(at.timestamp()))
    digest = hmac.digest(key, f"{number}.{stamp}.".encode() + body, hashlib.sha256)
    signature = f"v1,{b64encode(digest).decode()}"
    return {"webhook-id": number, "webhook-timestamp": stamp, "webhook-signature": signature}


BODY = b'{"object_kind": "push"}'


@pytest.mark.parametrize(
    ("options", "headers", "why"),
    [
        ({}, {"x-gitlab-token": "open sesame"}, "the secret token"),
        ({"webhook_secret": ["new", "open sesame"]}, {"x-gitlab-token": "open sesame"}, "while it is being rotated"),
        ({"webhook_signing_token": SIGNING_TOKEN, "webhook_secret": []}, signed(BODY), "the signing token"),
        ({"webhook_signing_token": SIGNING_TOKEN}, signed(BODY), "both are configured, one is sent"),
        ({"webhook_signing_token": SIGNING_TOKEN}, {"x-gitlab-token": "open sesame"}, "the same"),
        (
            {"webhook_signing_token": SIGNING_TOKEN},
            {**signed(BODY), "x-gitlab-token": "other"},
            "a signature is enough",
        ),
    ],
)
def test_a_delivery_that_proves_where_it_comes_from_is_taken(options, headers, why):
    delivery = webhook(**options).accept({"x-gitlab-event": "Push Hook", **headers}, BODY, NOW)
    assert (delivery.event, delivery.body, delivery.received_at) == ("Push Hook", BODY, NOW), why


SIGNATURE_ONLY = {"webhook_signing_token": SIGNING_TOKEN, "webhook_secret": []}


@pytest.mark.parametrize(
    ("options", "headers", "why"),
    [
        ({}, {}, "nothing"),
        ({}, {"x-gitlab-token": ""}, "an empty token"),
        ({}, {"x-gitlab-token": "guess"}, "a wrong token"),
        ({}, {"x-gitlab-token": "open sesame", **signed(BODY)}, "no fall back: the signature cannot be checked"),
        (SIGNATURE_ONLY, {"x-gitlab-token": "open sesame"}, "no signature"),
        (SIGNATURE_ONLY, signed(BODY, key=b"another key"), "signed by another"),
        (SIGNATURE_ONLY, signed(b"{}"), "another body"),
        (SIGNATURE_ONLY, signed(BODY, at=NOW - timedelta(minutes=6)), "an old one, sent again by somebody"),
        (SIGNATURE_ONLY, {**signed(BODY), "webhook-id": "msg_2"}, "another delivery"),
        (
            {"webhook_signing_token": SIGNING_TOKEN},
            {"x-gitlab-token": "open sesame", **signed(BODY, key=b"another key")},
            "no fall back: a wrong signature is not mended by a token",
        ),
        (
            {"webhook_signing_token": SIGNING_TOKEN},
            {"x-gitlab-token": "open sesame", "webhook-signature": ""},
            "no fall back: an empty signature is one",
        ),
    ],
)
def test_any_other_is_refused(options, headers, why):
    with pytest.raises(RefusedDeliveryError) as caught:
        webhook(**options).accept(headers, BODY, NOW)
    assert not any(secret in str(caught.value) for secret in ("sesame", SIGNING_TOKEN, "guess")), why


def test_the_published_vector_is_taken(payloads):
    vector = json.loads((payloads / "webhook_signature_vectors.json").read_text())["gitlab_standard_webhooks"]
    headers = {name: str(vector[name]) for name in ("webhook-id", "webhook-timestamp", "webhook-signature")}
    sent_at = datetime.fromtimestamp(vector["webhook-timestamp"], UTC)
    hook = webhook(webhook_signing_token=vector["signing_token"])
    assert hook.accept(headers, vector["body"].encode(), sent_at).id == "msg_p5jXN8AQM9LWM0D4loKWxJek"


@pytest.mark.parametrize(
    ("headers", "number"),
    [
        ({**signed(BODY), "idempotency-key": "k1"}, "msg_1"),
        ({"x-gitlab-token": "open sesame", "idempotency-key": "k1"}, "k1"),
        ({"x-gitlab-token": "open sesame"}, hashlib.sha256(BODY).hexdigest()),
        # Hooks that set off one another share it, so it does not tell them apart.
        ({"x-gitlab-token": "open sesame", "x-gitlab-event-uuid": "u"}, hashlib.sha256(BODY).hexdigest()),
    ],
)
def test_a_delivery_has_the_same_id_when_it_is_sent_again(headers, number):
    hook = webhook(webhook_signing_token=SIGNING_TOKEN)
    assert hook.accept(headers, BODY, NOW).id == number


def test_without_a_secret_there_is_no_webhook():
    assert webhook(webhook_secret=[]) is None


def pushed(body, **more):
    return webhook(**more).parse(Delivery(id="1", event="Some Hook", body=json.dumps(body).encode(), received_at=NOW))


DEPLOYMENT = {
    "object_kind": "deployment",
    "status": "success",
    "status_changed_at": "2026-05-01 10:00:00 +0200",
    "deployment_id": 15,
    "deployable_url": "https://git.example/a/b/-/jobs/796",
    "environment": "staging",
    "project": PROJECT,
    "short_sha": "a91957a8",
    "commit_url": f"https://git.example/a/b/-/commit/{SHA}",
}


@pytest.mark.parametrize(
    ("status", "found", "started_at", "finished_at"),
    [
        ("success", "success", None, "2026-05-01T08:00"),
        ("failed", "failure", None, "2026-05-01T08:00"),
        ("canceled", "cancelled", None, "2026-05-01T08:00"),
        ("running", "running", "2026-05-01T08:00", None),
        ("blocked", "blocked", None, None),
    ],
)
def test_a_deployment_event(status, found, started_at, finished_at):
    assert pushed({**DEPLOYMENT, "status": status}).records == (
        Deployment(
            origin="s:a/b",
            key="15",
            url="https://git.example/a/b/-/jobs/796",
            environment="staging",
            sha=SHA,
            status=found,
            started_at=started_at and moment(started_at),
            finished_at=finished_at and moment(finished_at),
        ),
    )


REQUEST = {
    "object_kind": "merge_request",
    "user": {"id": 51, "username": "ann"},
    "project": PROJECT,
    "object_attributes": {
        "id": 99,
        "iid": 1,
        "author_id": 51,
        "title": "Mend",
        "description": "Reverts !7",
        "created_at": "2026-05-01 08:00:00 UTC",
        "updated_at": "2026-05-01 09:00:00 UTC",
        "state": "opened",
        "draft": False,
        "source_branch": "mend",
        "merge_commit_sha": SHA,
        "last_commit": {"id": "b" * 40},
        "url": "https://git.example/a/b/-/merge_requests/1",
        "action": "open",
    },
    "labels": [{"title": "bug"}],
}
NEVER = {"ready_at": None, "merged_at": None, "closed_at": None}


def request(action, changes=None, user=None, **attributes):
    about = {**REQUEST["object_attributes"], "action": action, **attributes}
    return pushed({**REQUEST, "object_attributes": about, "changes": changes or {}, "user": user or REQUEST["user"]})


@pytest.mark.parametrize(
    ("action", "attributes", "changes", "times", "why"),
    [
        ("open", {}, {}, {"ready_at": "08:00"}, "never a draft"),
        ("open", {"draft": True}, {}, {}, "a draft"),
        ("update", {}, {}, {}, "it may have been a draft before: not known from this"),
        ("update", {}, {"draft": {"previous": True, "current": False}}, {"ready_at": "09:00"}, "left draft"),
        ("update", {"draft": True}, {"draft": {"previous": False, "current": True}}, {}, "became one"),
        ("close", {"state": "closed"}, {}, {"closed_at": "09:00"}, "closed"),
        ("merge", {"state": "merged"}, {}, {"merged_at": "09:00"}, "merged"),
        ("merge", {"state": "merged", "merged_at": "2026-05-01T08:59:00Z"}, {}, {"merged_at": "08:59"}, "newer"),
        ("update", {"state": "merged"}, {}, {}, "labelled after the merge: when that was is not known from this"),
    ],
)
def test_a_merge_request_event(action, attributes, changes, times, why):
    record = request(action, changes, **attributes).records[0]
    told = {name: moment(f"2026-05-01T{time}") for name, time in times.items()}
    assert record == PullRequest(
        origin="s:a/b",
        key="1",
        url="https://git.example/a/b/-/merge_requests/1",
        opened_at=moment("2026-05-01T08:00"),
        author="ann",
        is_draft=bool(attributes.get("draft")),
        labels=("bug",),
        **(NEVER | told),
    ), why


def test_a_merge_is_a_change():
    assert request("merge", state="merged").records[1] == Change(
        origin="s:a/b",
        key="1",
        url="https://git.example/a/b/-/merge_requests/1",
        merged_at=moment("2026-05-01T09:00"),
        merge_sha=SHA,
        head_sha="b" * 40,
        author="ann",
        title="Mend",
        branch="mend",
        reverts=("!7",),
        labels=("bug",),
    )


def test_the_author_is_not_whoever_did_something_with_it():
    assert request("approved", user={"id": 7, "username": "ben"}).records[0].author == ""
    assert request("close", user={"username": "ben"}).records[0].author == ""


NOTE = {
    "object_kind": "note",
    "user": {"username": "ben"},
    "project": PROJECT,
    "object_attributes": {
        "id": 1244,
        "noteable_type": "MergeRequest",
        "author_id": 7,
        "created_at": "2026-05-01 10:00:00 UTC",
        "system": False,
        "url": "https://git.example/a/b/-/merge_requests/1#note_1244",
    },
    "merge_request": {"iid": 1, "author_id": 51},
}


def test_a_comment_on_a_merge_request_by_another_is_a_review():
    assert pushed(NOTE).records == (
        Review(
            origin="s:a/b",
            key="1244",
            url="https://git.example/a/b/-/merge_requests/1#note_1244",
            pull_request="1",
            submitted_at=moment("2026-05-01T10:00"),
            author="ben",
            state="commented",
        ),
    )


@pytest.mark.parametrize("changed", [{"author_id": 51}, {"noteable_type": "Issue"}, {"system": True}])
def test_any_other_comment_is_none(changed):
    assert pushed({**NOTE, "object_attributes": {**NOTE["object_attributes"], **changed}}).records == ()


PIPELINE = {
    "object_kind": "pipeline",
    "project": PROJECT,
    "object_attributes": {
        "id": 31,
        "ref": "main",
        "tag": False,
        "sha": SHA,
        "source": "push",
        "status": "failed",
        "created_at": "2026-05-01 09:00:00 UTC",
        "finished_at": "2026-05-01 09:05:00 UTC",
        "url": "https://git.example/a/b/-/pipelines/31",
    },
}


def pipeline(options=None, **changed):
    return pushed({**PIPELINE, "object_attributes": {**PIPELINE["object_attributes"], **changed}}, **(options or {}))


def test_a_pipeline_event_is_a_build_of_the_deployed_branch():
    build = Build(
        origin="s:a/b",
        key="31",
        url="https://git.example/a/b/-/pipelines/31",
        branch="main",
        sha=SHA,
        status="failure",
        started_at=moment("2026-05-01T09:00"),
        finished_at=moment("2026-05-01T09:05"),
    )
    assert pipeline().records == (build,)
    assert pipeline(status="running").records[0].finished_at is None
    assert pipeline({"branch": "live"}).records == ()
    assert pipeline({"branch": "live"}, ref="live").records[0].branch == "live"


@pytest.mark.parametrize("changed", [{"ref": "mend"}, {"tag": True}, {"source": "merge_request_event"}])
def test_a_pipeline_that_the_list_of_the_branch_does_not_have_is_no_build(changed):
    assert pipeline(**changed).records == ()


ISSUE = {
    "object_kind": "issue",
    "project": PROJECT,
    "object_attributes": {
        "iid": 23,
        "title": "Till is down",
        "type": "Incident",
        "severity": "critical",
        "created_at": "2026-05-01 08:00:00 UTC",
        "updated_at": "2026-05-01 10:00:00 UTC",
        "closed_at": None,
        "url": "https://git.example/a/b/-/issues/23",
        "action": "open",
    },
    "labels": [{"title": "till"}],
}


def issue(options=None, **changed):
    return pushed({**ISSUE, "object_attributes": {**ISSUE["object_attributes"], **changed}}, **(options or {})).records


def test_an_issue_event_of_an_incident():
    (record,) = issue()
    assert record == Incident(
        origin="s:a/b",
        key="23",
        url="https://git.example/a/b/-/issues/23",
        began_at=moment("2026-05-01T08:00"),
        severity="critical",
        title="Till is down",
        labels=("till",),
    )
    (closed,) = issue(action="close", closed_at="2026-05-01 09:00:00 UTC")
    assert closed.history == (Transition(status="resolved", at=moment("2026-05-01T09:00")),)
    (again,) = issue(action="reopen")
    known = merge(merge(record, closed), again)
    assert (known.resolved_at, len(known.history)) == (None, 2)


def test_an_issue_event_of_any_other():
    (record,) = issue(type="Issue")
    assert (record.kind, type(record), record.labels) == ("issue", Issue, ("till",))
    (task,) = pushed({**ISSUE, "object_kind": "work_item"}).records
    assert task.key == "23"
    assert [one.kind for one in issue({"incident_labels": ["till"]}, type="Issue")] == ["issue", "incident"]


def test_a_release_event():
    release = {
        "object_kind": "release",
        "action": "create",
        "tag": "v1.1",
        "created_at": "2026-05-01 10:00:00 UTC",
        "released_at": "2026-05-01 09:00:00 UTC",
        "url": "https://git.example/a/b/-/releases/v1.1",
        "commit": {"id": SHA},
        "project": PROJECT,
    }
    assert pushed(release).records == (
        Deployment(
            origin="s:a/b",
            key="release:v1.1",
            url="https://git.example/a/b/-/releases/v1.1",
            environment="release",
            sha=SHA,
            version="v1.1",
            finished_at=moment("2026-05-01T09:00"),
        ),
    )
    assert pushed({**release, "action": "delete"}).records == ()


TAG = {
    "object_kind": "tag_push",
    "ref": "refs/tags/v1.1",
    "after": SHA,
    "checkout_sha": SHA,
    "commits": [{"id": SHA, "timestamp": "2026-05-01T08:00:00+00:00"}],
    "project": PROJECT,
}


def test_a_light_tag_is_dated_as_polling_dates_it():
    assert pushed(TAG).records == (
        Deployment(
            origin="s:a/b",
            key="tag:v1.1",
            url="https://git.example/a/b/-/tags/v1.1",
            environment="tag",
            sha=SHA,
            version="v1.1",
            finished_at=moment("2026-05-01T08:00"),
        ),
    )


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"after": "c" * 40}, "annotated: the date of the tag is not told"),
        ({"after": "0" * 40, "checkout_sha": None}, "deleted"),
        ({"commits": []}, "the date of its commit is not told"),
    ],
)
def test_any_other_tag_waits_for_the_next_poll(changed, why):
    assert pushed({**TAG, **changed}).records == (), why


@pytest.mark.parametrize(
    ("project", "options", "thing"),
    [
        ({}, {}, "a/b"),
        ({"path_with_namespace": "A/B"}, {}, "a/b"),
        ({"path_with_namespace": "a/other"}, {}, None),
        ({"path_with_namespace": "acme/shop/x"}, {"groups": ["acme"]}, "acme/shop/x"),
        ({"path_with_namespace": "acme-labs/x"}, {"groups": ["acme"]}, None),
        ({"path_with_namespace": "acme/x"}, {"groups": ["acme"], "except": ["*/x"]}, None),
    ],
)
def test_only_what_is_read_is_taken(project, options, thing):
    records = pushed({**DEPLOYMENT, "project": {**PROJECT, **project}}, **options).records
    assert [record.origin for record in records] == ([f"s:{thing}"] if thing else [])


@pytest.mark.parametrize("kind", ["push", "build", "wiki_page", "something_new", ""])
def test_an_event_of_no_interest_is_none(kind):
    found = pushed({"object_kind": kind, "project": PROJECT})
    assert (found.records, found.problems) == ((), ())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"\xff\xfe",
        b"[]",
        b"null",
        b'{"object_kind": "deployment", "project": []}',
        b'{"object_kind": "deployment", "project": {"path_with_namespace": "a/b"}}',
        b'{"object_kind": "merge_request", "project": {"path_with_namespace": "a/b"}, "object_attributes": null}',
        b'{"object_kind": {}}',
        b"[" * 100_000,
    ],
)
def test_a_malformed_body_is_a_problem_never_a_crash(body):
    found = webhook().parse(Delivery(id="1", event="Deployment \x1b[31mHook", body=body, received_at=NOW))
    assert found.records == ()
    (problem,) = found.problems
    assert (problem.code, problem.origin) == ("malformed", "s")
    assert problem.message.isprintable()


@pytest.mark.parametrize("name", ["deployment", "merge_request", "note", "pipeline", "issue", "tag_push"])
@pytest.mark.parametrize("strange", [None, 7, "", "text", [], {}, [None]], ids=repr)
def test_a_field_of_any_other_form_is_a_problem_or_harmless(name, strange):
    bodies = (DEPLOYMENT, REQUEST, NOTE, PIPELINE, ISSUE, TAG)
    (good,) = (body for body in bodies if body["object_kind"] == name)
    inner = good.get("object_attributes", {})
    bodies = [
        *({**good, field: strange} for field in good),
        *({**good, "object_attributes": {**inner, field: strange}} for field in inner),
    ]
    for body in bodies:
        found = pushed(body)
        for record in found.records:
            RECORDS[record.kind].rows([record])  # or the store would refuse it
        assert {problem.code for problem in found.problems} <= {"malformed"}


def test_what_is_pushed_of_a_thing_becomes_what_polling_finds(monkeypatch):
    """The same record: origin, kind and key; and the next poll agrees with what was pushed."""
    fake = system()
    answer_with(monkeypatch, fake)
    options = {**fake.options, "webhook_secret": "x"}
    source = TYPES["gitlab"].model_validate(options).build("s", "/")
    shelf = poll(source, Shelf(), END - timedelta(days=1))
    (running,) = (one for one in shelf.of("deployment", "s:acme/tools").values() if one.status == "running")
    body = {
        **DEPLOYMENT,
        "deployment_id": int(running.key),
        "environment": "production",
        "status_changed_at": at(0.3),
        # A renamed project is told by its id.
        "project": {**PROJECT, "id": 11, "path_with_namespace": "acme/renamed"},
        "commit_url": f"https://gitlab.acme.example/-/commit/{running.sha}",
        "deployable_url": running.url,
    }
    delivery = Delivery(id="1", event="Deployment Hook", body=json.dumps(body).encode(), received_at=NOW)
    (news,) = source.webhook.parse(delivery).records
    merged = merge(running, news)
    fake.grow()
    poll(source, shelf, END)
    assert merged == shelf.of("deployment", "s:acme/tools")[running.key]


def test_secrets_are_kept_from_sight():
    options = TYPES["gitlab"].model_validate(
        {"type": "gitlab", "token": TOKEN, "projects": ["a/b"], "webhook_signing_token": SIGNING_TOKEN}
    )
    assert isinstance(options.token, SecretStr)
    assert TOKEN not in repr(options)
    assert SIGNING_TOKEN not in repr(options)
