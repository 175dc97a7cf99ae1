"""What PagerDuty pushes, as it was recorded and as it is documented."""

import hmac
import json
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from scorecard_exporter.errors import RefusedDeliveryError
from scorecard_exporter.events.model import Incident, Transition
from scorecard_exporter.sources.base import Delivery
from scorecard_exporter.sources.pagerduty.webhook import EVENTS, PagerDutyWebhook

AT = datetime(2026, 6, 1, tzinfo=UTC)
SECRET = "hook-secret"  # noqa: S105  of nobody


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def webhook(services=None):
    return PagerDutyWebhook("pager", (SecretStr(SECRET),), services)


def parse(body, services=None):
    return webhook(services).parse(Delivery(id="1", event="", body=body, received_at=AT))


def signed(body, secret=SECRET):
    return f"v1={hmac.digest(secret.encode(), body, 'sha256').hex()}"


def event(name, moment="2026-05-01T11:00:00.500Z", **data):
    data = {"id": "P1", "created_at": "2026-05-01T10:00:00Z", "service": {"id": "PSHOP"}, "urgency": "high", **data}
    return json.dumps({"event": {"id": "01E", "event_type": name, "occurred_at": moment, "data": data}}).encode()


RECORDED = {
    "triggered_v3.json": Incident(
        origin="pager:PA2P440",
        key="PFQZPSY",
        url="https://pig208.pagerduty.com/incidents/PFQZPSY",
        began_at=at("2021-06-04T13:35:29"),
        severity="high",
        title="Test Incident 3",
    ),
    "reopened_v3.json": Incident(
        origin="pager:PLVTM9H",
        key="Q05XJA8GDXGOB3",
        url="https://harsh0303.pagerduty.com/incidents/Q05XJA8GDXGOB3",
        began_at=at("2026-03-30T13:37:07"),
        severity="P3",
        title="Test Incident 2",
        history=(Transition(status="reopened", at=at("2026-04-01T02:15:01")),),
    ),
    # They do not say when the incident began, as bodies of 2021 did not; the poll reads it.
    "acknowledged_v3.json": "no_beginning",
    "resolved_v3.json": "no_beginning",
}


def test_every_recorded_webhook_is_named_here(payloads):
    assert {file.name for file in (payloads / "pagerduty" / "zulip-v3").iterdir()} == RECORDED.keys()


@pytest.mark.parametrize(("name", "expected"), RECORDED.items(), ids=RECORDED)
def test_a_recorded_webhook_is_an_incident_or_is_refused(payloads, name, expected):
    pushed = parse((payloads / "pagerduty" / "zulip-v3" / name).read_bytes())
    if isinstance(expected, Incident):
        assert (pushed.records, pushed.problems) == ((expected,), ())
    else:
        assert pushed.records == ()
        assert [problem.code for problem in pushed.problems] == [expected]


def test_the_documented_signature_is_accepted(payloads):
    vector = json.loads((payloads / "webhook_signature_vectors.json").read_text())["pagerduty"]
    hook = PagerDutyWebhook("pager", (SecretStr(vector["secret"]),), None)
    body = vector["body"].encode()
    delivery = hook.accept({"x-pagerduty-signature": vector["X-PagerDuty-Signature"]}, body, AT)
    assert (delivery.id, delivery.event) == ("01BWDWL3NYY7LUFPZCC28QUCMK", "incident.priority_updated")


@pytest.mark.parametrize(
    "signature",
    [None, "", "v1=", "v0=00", signed(b"another body"), signed(event("incident.resolved"), "another secret"), "é"],
    ids=["none", "empty", "no digits", "unknown version", "of another body", "of another secret", "not ASCII"],
)
def test_a_delivery_without_a_right_signature_is_refused(signature):
    headers = {} if signature is None else {"x-pagerduty-signature": signature}
    with pytest.raises(RefusedDeliveryError) as caught:
        webhook().accept(headers, event("incident.resolved"), AT)
    assert SECRET not in str(caught.value)


def test_one_right_signature_of_several_is_enough_while_a_secret_is_rotated():
    body = event("incident.resolved")
    headers = {"x-pagerduty-signature": f"{signed(body, 'old')},{signed(body)}", "x-webhook-id": "hook-7"}
    delivery = webhook().accept(headers, body, AT)
    assert (delivery.id, delivery.event, delivery.body) == ("hook-7", "incident.resolved", body)


def test_a_verified_body_that_is_no_json_is_kept_and_then_refused_as_malformed():
    delivery = webhook().accept({"x-pagerduty-signature": signed(b"<html>")}, b"<html>", AT)
    assert delivery.id
    assert [problem.code for problem in webhook().parse(delivery).problems] == ["malformed"]


@pytest.mark.parametrize(
    ("name", "fields", "expected"),
    [
        ("incident.triggered", {}, {}),
        ("incident.acknowledged", {"status": "acknowledged"}, {"acknowledged_at": at("2026-05-01T11:00")}),
        ("incident.unacknowledged", {}, {}),
        ("incident.priority_updated", {"priority": {"summary": "P1"}}, {"severity": "P1"}),
        (
            "incident.resolved",
            {"status": "resolved"},
            {
                "resolved_at": at("2026-05-01T11:00"),
                "history": (Transition(status="resolved", at=at("2026-05-01T11:00")),),
            },
        ),
        ("incident.reopened", {}, {"history": (Transition(status="reopened", at=at("2026-05-01T11:00")),)}),
    ],
)
def test_an_event_says_what_is_new_of_an_incident(name, fields, expected):
    pushed = parse(event(name, **fields))
    whole = {"began_at": at("2026-05-01T10:00"), "severity": "high", **expected}
    assert pushed.records == (Incident(origin="pager:PSHOP", key="P1", **whole),)


@pytest.mark.parametrize("name", ["pagey.ping", "incident.annotated", "incident.responder.added", "service.updated"])
def test_events_of_no_interest_are_passed_over(name):
    assert name not in EVENTS
    assert parse(event(name)) == parse(event(name, created_at=None, service=None))
    assert (parse(event(name)).records, parse(event(name)).problems) == ((), ())


def test_an_event_of_a_service_that_is_not_wanted_is_passed_over():
    body = event("incident.triggered")
    assert len(parse(body, services=("PSHOP",)).records) == 1
    assert (parse(body, services=("PCART",)).records, parse(body, services=("PCART",)).problems) == ((), ())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"event": null}',
        b'{"event": []}',
        b'{"event": {}}',
        b'{"event": {"event_type": "incident.triggered"}}',
        event("incident.triggered", moment="soon"),
        event("incident.triggered", id=None),
        event("incident.triggered", service=[]),
        b"[" * 100_000,
    ],
    ids=lambda body: body[:60].decode(),
)
def test_a_malformed_delivery_is_a_problem_with_a_sentence(body):
    (problem,) = parse(body).problems
    assert (problem.code, problem.origin) == ("malformed", "pager")
    assert problem.message.startswith("a webhook of PagerDuty could not be read: ")
