"""What Alertmanager pushes becomes incidents; who else pushes is refused."""

import base64
import json
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from scorecard_exporter.errors import RefusedDeliveryError
from scorecard_exporter.events.model import Incident
from scorecard_exporter.sources.alertmanager.incidents import fingerprint
from scorecard_exporter.sources.registry import TYPES

AT = datetime(2026, 6, 1, tzinfo=UTC)
NEVER = "0001-01-01T00:00:00Z"
ALERT = {
    "status": "firing",
    "labels": {"alertname": "Slow", "service": "checkout", "severity": "page"},
    "annotations": {"summary": "It is slow"},
    "startsAt": "2026-05-01T10:00:07.632Z",
    "endsAt": NEVER,
    "generatorURL": "http://prometheus:9090/graph?g0.expr=up",
}


def options(**written):
    return TYPES["alertmanager"].model_validate({"type": "alertmanager", **written})


def webhook(*secrets, **written):
    return options(webhook_secret=list(secrets or ("s3cret",)), **written).build("alerts", "/").webhook


def group(*alerts, **more):
    return json.dumps({"version": "4", "status": "firing", "alerts": list(alerts), **more}).encode()


def parsed(body, **written):
    taken = webhook(**written)
    return taken.parse(taken.accept({"authorization": "Bearer s3cret"}, body, AT))


def test_an_alert_that_fires_is_an_incident():
    assert parsed(group(ALERT)).records == (
        Incident(
            origin="alerts:checkout",
            key=f"{fingerprint(ALERT['labels'])}/2026-05-01T10:00:07.632Z",
            url="http://prometheus:9090/graph?g0.expr=up",
            began_at=datetime(2026, 5, 1, 10, 0, 7, 632_000, tzinfo=UTC),
            severity="page",
            title="Slow",
            labels=("alertname=Slow", "service=checkout", "severity=page"),
        ),
    )


def test_an_alert_that_is_resolved_is_the_same_one():
    resolved = {**ALERT, "status": "resolved", "endsAt": "2026-05-01T10:30:07.632Z"}
    (before,), (after,) = parsed(group(ALERT)).records, parsed(group(resolved)).records
    assert (before.origin, before.key, before.resolved_at) == (after.origin, after.key, None)
    assert after.resolved_at == datetime(2026, 5, 1, 10, 30, 7, 632_000, tzinfo=UTC)


@pytest.mark.parametrize(
    "ends_at",
    [NEVER, "2026-05-01T10:04:07.632Z", None, ""],
    ids=["never", "until it is heard of again", "null", "empty"],
)
def test_an_alert_that_fires_has_no_end_whatever_stands_there(ends_at):
    (found,) = parsed(group({**ALERT, "endsAt": ends_at})).records
    assert found.resolved_at is None


@pytest.mark.parametrize(
    ("starts_at", "key_time"),
    [
        ("2026-05-01T10:00:07.632Z", "2026-05-01T10:00:07.632Z"),
        ("2026-05-01T12:00:07.632999999+02:00", "2026-05-01T10:00:07.632Z"),
        ("2026-05-01T10:00:07Z", "2026-05-01T10:00:07.000Z"),
        ("2026-05-01T10:00:07.05Z", "2026-05-01T10:00:07.050Z"),
    ],
)
def test_the_beginning_is_cut_to_the_millisecond_that_prometheus_keeps(starts_at, key_time):
    (found,) = parsed(group({**ALERT, "startsAt": starts_at})).records
    assert found.key.partition("/")[2] == key_time
    assert found.began_at == datetime.fromisoformat(key_time)


@pytest.mark.parametrize(
    ("labels", "thing", "origin"),
    [
        ({"alertname": "Slow", "service": "checkout"}, "service", "alerts:checkout"),
        ({"alertname": "Slow", "service": "checkout", "team": "shop"}, "team", "alerts:shop"),
        ({"alertname": "Slow"}, "service", "alerts:Slow"),
        ({"alertname": "Slow", "service": ""}, "service", "alerts:Slow"),
        ({}, "service", "alerts:unnamed"),
    ],
    ids=str,
)
def test_what_an_alert_is_about(labels, thing, origin):
    (found,) = parsed(group({**ALERT, "labels": labels}), thing=thing).records
    assert found.origin == origin


@pytest.mark.parametrize("address", ["javascript:alert(1)", "", None, "/graph"], ids=str)
def test_only_an_address_of_the_web_is_a_link(address):
    (found,) = parsed(group({**ALERT, "generatorURL": address})).records
    assert found.url == ""


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"labels": None}, "labels is missing"),
        ({"labels": []}, "labels is a list"),
        ({"startsAt": None}, "startsAt is missing"),
        ({"startsAt": "soon"}, "startsAt is 'soon'"),
        ({"status": None}, "status is missing"),
        ({"status": "resolved", "endsAt": None}, "endsAt is missing"),
    ],
    ids=str,
)
def test_a_malformed_alert_is_told_and_the_others_are_taken(changed, words):
    pushed = parsed(group({**ALERT, **changed}, ALERT))
    assert len(pushed.records) == 1
    assert [problem.code for problem in pushed.problems] == ["malformed"]
    assert words in pushed.problems[0].message


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"alerts": {}}', b'"text"'], ids=str)
def test_a_delivery_that_is_none_is_a_problem(body):
    pushed = parsed(body)
    assert pushed.records == ()
    assert [problem.code for problem in pushed.problems] == ["malformed"]


def test_alerts_that_were_left_out_are_told():
    (problem,) = parsed(group(ALERT, truncatedAlerts=3)).problems
    assert (problem.code, "left 3 alerts out" in problem.message) == ("truncated", True)


@pytest.mark.parametrize("body", [b'{"alerts": []}', b"{}"], ids=str)
def test_no_alerts_are_nothing(body):
    assert (parsed(body).records, parsed(body).problems) == ((), ())


def basic(text):
    return f"Basic {base64.b64encode(text.encode()).decode()}"


@pytest.mark.parametrize(
    "authorization",
    [
        "Bearer s3cret",
        "bearer s3cret",
        "Bearer older",
        basic("alertmanager:s3cret"),
        basic(":s3cret"),
        basic("a:older"),
    ],
)
def test_who_has_the_secret_is_let_in(authorization):
    delivery = webhook("s3cret", "older").accept({"authorization": authorization}, b"{}", AT)
    assert (delivery.body, delivery.received_at) == (b"{}", AT)


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer other", "s3cret", "Token s3cret", "Bearer s3cret\u00e9", "Basic s3cret", "Basic ===",
     "Basic /w==", basic("s3cret"), basic("s3cret:"), basic("a:other")],
)  # fmt: skip
def test_any_other_is_refused(authorization):
    with pytest.raises(RefusedDeliveryError) as caught:
        webhook().accept({"authorization": authorization}, b"{}", AT)
    assert "s3cret" not in str(caught.value)


def test_without_an_authorization_it_is_refused():
    with pytest.raises(RefusedDeliveryError):
        webhook().accept({}, b"{}", AT)


def test_a_notification_that_is_repeated_is_known_again():
    taken, headers = webhook(), {"authorization": "Bearer s3cret"}
    first, again = (taken.accept(headers, group(ALERT), AT) for _ in range(2))
    other = taken.accept(headers, group({**ALERT, "status": "resolved"}), AT)
    assert first.id == again.id != other.id


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ({}, "give a `webhook_secret`, so that alerts can be pushed, or `prometheus`, or both"),
        ({"webhook_secret": "a", "thing": "a-b"}, "should match pattern"),
        ({"prometheus": {"url": "http://p", "selector": "ALERTS"}}, "should match pattern"),
        ({"prometheus": {"url": "http://p", "selector": "ALERTS{}[5m]"}}, "should match pattern"),
        ({"prometheus": {"url": "http://p", "selector": "sum(ALERTS{})"}}, "should match pattern"),
        ({"prometheus": {"url": "http://p", "user": "a"}}, "`user` and `password` belong together"),
        ({"prometheus": {}}, "Field required"),
    ],
    ids=str,
)
def test_what_is_wrong_with_the_keys_is_said(written, message):
    with pytest.raises(ValidationError) as caught:
        options(**written)
    assert message in str(caught.value)


def test_what_is_only_pushed_to_has_no_streams():
    """So that listening is taken for knowing, as it is for every such source."""
    assert options(webhook_secret="a").build("alerts", "/").streams == ()  # noqa: S106
    assert options(webhook_secret="a").origins("alerts") is None  # noqa: S106


@pytest.mark.parametrize("code", ["malformed", "truncated", "warning"])
def test_every_problem_is_on_the_page(checkout, code):
    assert f"| `{code}` |" in (checkout / "docs/sources/alertmanager.md").read_text()
