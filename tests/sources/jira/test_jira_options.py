"""The keys of a source of type `jira`, and who it says that it is."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime

import httpx
import pytest
from pydantic import ValidationError

from fake_system import answer_with
from scorecard_exporter.errors import RefusedDeliveryError
from scorecard_exporter.sources.registry import TYPES

CLOUD = {"url": "https://acme.atlassian.net", "user": "me@acme.example", "token": "t0ken", "projects": ["SHOP"]}
SERVER = {"url": "https://jira.acme.example/jira", "token": "t0ken", "projects": ["SHOP"]}
AT = datetime(2026, 6, 1, tzinfo=UTC)


def options(**written):
    return TYPES["jira"].model_validate({"type": "jira", **written})


@pytest.mark.parametrize(
    ("written", "is_cloud"),
    [
        (CLOUD, True),
        (SERVER, False),
        ({**SERVER, "url": "https://api.atlassian.com/ex/jira/11223344"}, True),
        ({**CLOUD, "url": "https://tickets.acme.example", "edition": "cloud"}, True),
        ({**SERVER, "url": "https://acme.atlassian.net.evil.example"}, False),
        ({**CLOUD, "edition": "data-center"}, False),
    ],
    ids=str,
)
def test_which_edition_it_is(written, is_cloud):
    assert options(**written).is_cloud is is_cloud


def test_the_origins_are_the_projects():
    assert options(**{**CLOUD, "projects": ["SHOP", "PAY_2"]}).origins("jira") == ("jira:SHOP", "jira:PAY_2")


def basic(text):
    return f"Basic {base64.b64encode(text.encode()).decode()}"


@pytest.mark.parametrize(
    ("written", "value", "path"),
    [
        (CLOUD, basic("me@acme.example:t0ken"), "/rest/api/3/myself"),
        (SERVER, "Bearer t0ken", "/jira/rest/api/2/myself"),
        ({**SERVER, "user": "me"}, basic("me:t0ken"), "/jira/rest/api/2/myself"),
        ({**SERVER, "token": None, "token_file": "token"}, "Bearer from-file", "/jira/rest/api/2/myself"),
        (
            {**SERVER, "url": "https://api.atlassian.com/ex/jira/1"},
            "Bearer t0ken",
            "/ex/jira/1/rest/api/3/myself",
        ),
    ],
    ids=str,
)
def test_how_it_says_who_asks(monkeypatch, tmp_path, written, value, path):
    (tmp_path / "token").write_text("from-file\n")
    asked = []

    def handler(request):
        asked.append(request)
        return httpx.Response(200, json={"timeZone": "UTC", "issueTypes": []})

    answer_with(monkeypatch, handler)
    options(**written).build("jira", str(tmp_path)).inspect()
    assert {request.headers["authorization"] for request in asked} == {value}
    assert path in [request.url.path for request in asked]


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ({**CLOUD, "user": None}, "an API token of Jira Cloud goes with `user`, the e-mail address of its account"),
        ({**CLOUD, "token": None}, "give `token` or `token_file`"),
        ({**SERVER, "token_file": "x"}, "give `token` or `token_file`"),
        ({**SERVER, "token": None, "token_file": "x", "user": "a"}, "goes without `user`; use `token: !file PATH`"),
        ({**CLOUD, "projects": []}, "at least 1 item"),
        ({**CLOUD, "projects": ["shop"]}, "should match pattern"),
        ({**CLOUD, "projects": ['A" OR 1']}, "should match pattern"),
        ({**CLOUD, "read": []}, "at least 1 item"),
        ({**CLOUD, "read": ["boards"]}, "'issues' or 'releases'"),
        ({**CLOUD, "jql": "a = b ORDER BY key"}, "leave `ORDER BY` out"),
        ({**CLOUD, "incident_types": ["/[/"]}, "is not a regular expression"),
        ({**CLOUD, "edition": "server"}, "'cloud' or 'data-center'"),
        ({**CLOUD, "url": "acme.atlassian.net"}, "is not an address such as"),
    ],
    ids=str,
)
def test_what_is_wrong_with_the_keys_is_said(written, message):
    with pytest.raises(ValidationError) as caught:
        options(**written)
    assert message in str(caught.value)


def test_without_a_secret_nothing_is_taken():
    assert options(**CLOUD).build("jira", "/").webhook is None


BODY = json.dumps({"webhookEvent": "jira:issue_deleted"}).encode()


def signed(body, secret):
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"


@pytest.fixture
def webhook():
    return options(**CLOUD, webhook_secret=["old", "new"]).build("jira", "/").webhook


@pytest.mark.parametrize("secret", ["old", "new"])
def test_a_delivery_that_is_signed_is_taken(webhook, secret):
    headers = {"x-hub-signature": signed(BODY, secret), "x-atlassian-webhook-identifier": "d1"}
    delivery = webhook.accept(headers, BODY, AT)
    assert (delivery.id, delivery.body, delivery.received_at) == ("d1", BODY, AT)


def test_a_delivery_without_an_identifier_is_known_by_its_body(webhook):
    headers = {"x-hub-signature": signed(BODY, "new")}
    assert webhook.accept(headers, BODY, AT).id == webhook.accept(headers, BODY, AT).id
    other = BODY + b" "
    assert (
        webhook.accept({"x-hub-signature": signed(other, "new")}, other, AT).id != webhook.accept(headers, BODY, AT).id
    )


@pytest.mark.parametrize(
    "headers",
    [{}, {"x-hub-signature": ""}, {"x-hub-signature": signed(BODY, "other")}, {"x-hub-signature": "sha256="},
     {"x-hub-signature": signed(b"other", "new")}, {"x-hub-signature-256": signed(BODY, "new")}],
    ids=str,
)  # fmt: skip
def test_any_other_is_refused(webhook, headers):
    with pytest.raises(RefusedDeliveryError):
        webhook.accept(headers, BODY, AT)


def test_the_published_vector(payloads):
    vector = json.loads((payloads / "webhook_signature_vectors.json").read_text())["jira"]
    webhook = options(**CLOUD, webhook_secret=vector["secret"]).build("jira", "/").webhook
    body = vector["body"].encode()
    assert webhook.accept({"x-hub-signature": vector["X-Hub-Signature"]}, body, AT).body == body


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"text"'], ids=str)
def test_a_delivery_that_is_no_object_is_a_problem(webhook, body):
    delivery = webhook.accept({"x-hub-signature": signed(body, "new")}, body, AT)
    pushed = webhook.parse(delivery)
    assert pushed.records == ()
    assert [problem.code for problem in pushed.problems] == ["malformed"]


@pytest.mark.parametrize(
    "event",
    [
        {"webhookEvent": "jira:issue_updated"},
        {"webhookEvent": "jira:issue_updated", "issue": None},
        {"webhookEvent": "jira:version_released", "version": {"id": "1", "projectId": 1}},
        {"webhookEvent": "sprint_started"},
        {},
    ],
    ids=str,
)
def test_what_is_of_no_interest_is_nothing(webhook, event):
    body = json.dumps(event).encode()
    pushed = webhook.parse(webhook.accept({"x-hub-signature": signed(body, "new")}, body, AT))
    assert (pushed.records, pushed.problems) == ((), ())


def test_no_secret_is_shown():
    shown = repr(options(**{**CLOUD, "token": "canary", "webhook_secret": "canary"}))
    assert "canary" not in shown


def test_the_problem_is_on_the_page(checkout):
    assert "| `malformed` |" in (checkout / "docs/sources/jira.md").read_text()
