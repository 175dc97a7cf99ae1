"""Records that any system pushes: who may, what each body becomes, and what is said about a wrong one."""

import hashlib
import hmac
import json
from base64 import b64encode
from datetime import UTC, datetime
from decimal import Decimal

import jsonschema
import pytest
from pydantic import SecretStr, ValidationError

from scorecard_exporter.errors import MalformedDeliveryError, RefusedDeliveryError
from scorecard_exporter.events.model import KINDS, Change, Deployment, Incident, Observation, Transition
from scorecard_exporter.sources.base import Delivery
from scorecard_exporter.sources.webhook.cdevents import CUSTOM, EVENTS
from scorecard_exporter.sources.webhook.options import WebhookOptions
from scorecard_exporter.sources.webhook.records import LISTS
from scorecard_exporter.sources.webhook.schema import json_schema
from scorecard_exporter.sources.webhook.webhook import PushWebhook

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
SECRET = "a secret that nobody guesses"  # noqa: S105  it opens nothing
BEARER = {"authorization": f"Bearer {SECRET}"}
WEBHOOK = PushWebhook("hooks", (SecretStr("the next one"), SecretStr(SECRET)))
DEPLOYMENT = {"thing": "checkout", "environment": "production", "finished_at": "2026-06-01T11:00:00Z", "key": "d1"}


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


def parse(body):
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    return WEBHOOK.parse(Delivery(id="", event="", body=text, received_at=AT))


def records(body):
    pushed = parse(body)
    assert pushed.problems == ()
    return pushed.records


def problems(body):
    pushed = parse(body)
    assert {problem.code for problem in pushed.problems} <= {"malformed"}
    return [problem.message for problem in pushed.problems]


def signed(body, secret=SECRET):
    return {"x-hub-signature-256": f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"}


BODY = json.dumps({"deployments": [DEPLOYMENT]}).encode()


@pytest.mark.parametrize(
    "headers",
    [BEARER, {"authorization": f"bearer {SECRET}"}, {"authorization": "Bearer the next one"}, signed(BODY)],
    ids=["bearer token", "in small letters", "the other secret of two", "signature"],
)
def test_a_sender_proves_itself_by_token_or_signature(headers):
    delivery = WEBHOOK.accept(headers, BODY, AT)
    assert (delivery.body, delivery.received_at) == (BODY, AT)


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({}, "send Authorization: Bearer SECRET, or X-Hub-Signature-256"),
        ({"authorization": f"Basic {SECRET}"}, "send Authorization: Bearer SECRET"),
        ({"authorization": "Bearer"}, "the token is missing"),
        ({"authorization": "Bearer wrong"}, "not the configured one"),
        (signed(BODY + b" "), "does not fit"),
        (BEARER | signed(BODY, "wrong"), "does not fit"),
    ],
    ids=[
        "nothing",
        "another scheme",
        "no token",
        "wrong token",
        "another body",
        "a wrong signature beside a right token",
    ],
)
def test_whoever_does_not_prove_itself_is_refused_before_the_body_is_looked_at(headers, message):
    with pytest.raises(RefusedDeliveryError, match=message):
        WEBHOOK.accept(headers, BODY, AT)
    with pytest.raises(RefusedDeliveryError):
        WEBHOOK.accept(headers, b"no JSON", AT)


def test_without_a_secret_there_is_no_such_source():
    with pytest.raises(ValidationError, match="webhook_secret"):
        WebhookOptions.model_validate({"type": "webhook"})


@pytest.mark.parametrize(
    ("headers", "delivery_id"),
    [
        ({"idempotency-key": "run-7"}, "run-7"),
        ({"ce-id": "1", "ce-source": "/ci"}, "/ci 1"),
        ({"ce-id": "1", "ce-source": "/ci", "idempotency-key": "run-7"}, "run-7"),
        ({}, ""),
    ],
    ids=["a key of the sender's", "a CloudEvent", "both", "neither"],
)
def test_a_delivery_is_told_by_what_its_sender_calls_it(headers, delivery_id):
    """The same body again is not taken for a repetition: a value may be corrected, and corrected back."""
    assert WEBHOOK.accept(BEARER | headers, BODY, AT).id == delivery_id


def test_nothing_is_polled():
    options = WebhookOptions.model_validate({"type": "webhook", "webhook_secret": SECRET})
    source = options.build("hooks", "/")
    assert source.streams == ()
    assert source.webhook is not None
    assert options.origins("hooks") is None
    assert SECRET not in repr(options)


COST = b"""{"kind": "observation", "thing": "costs", "series": "cost", "subject": "checkout", "value": 0.1,
    "unit": "eur", "at": "2026-06-01T00:00:00Z"}"""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            {"deployments": [DEPLOYMENT | {"sha": "0a1b", "version": 12, "url": "https://ci.example/12"}]},
            Deployment(
                origin="hooks:checkout",
                key="d1",
                url="https://ci.example/12",
                environment="production",
                sha="0a1b",
                version="12",
                finished_at=utc(2026, 6, 1, 11),
            ),
        ),
        (
            {"kind": "deployment", **DEPLOYMENT, "status": "failure"},
            Deployment(
                origin="hooks:checkout",
                key="d1",
                environment="production",
                status="failure",
                finished_at=utc(2026, 6, 1, 11),
            ),
        ),
        (
            {
                "incidents": [
                    {
                        "thing": "checkout",
                        "key": "i1",
                        "began_at": "2026-06-01T10:00:00+02:00",
                        "severity": "high",
                        "labels": ["database", "paging team"],
                        "history": [{"status": "resolved", "at": "2026-06-01T09:00:00Z"}],
                    }
                ]
            },
            Incident(
                origin="hooks:checkout",
                key="i1",
                began_at=utc(2026, 6, 1, 8),
                severity="high",
                labels=("database", "paging team"),
                history=(Transition(status="resolved", at=utc(2026, 6, 1, 9)),),
            ),
        ),
        (
            [
                {
                    "kind": "change",
                    "thing": "acme/checkout",
                    "key": 12,
                    "merged_at": "2026-06-01T10:00:00Z",
                    "is_bot": True,
                }
            ],
            Change(origin="hooks:acme/checkout", key="12", merged_at=utc(2026, 6, 1, 10), is_bot=True),
        ),
        (
            COST,
            Observation(
                origin="hooks:costs",
                key="cost/checkout/2026-06-01 00:00:00+00:00/2026-06-01 00:00:00+00:00",
                series="cost",
                subject="checkout",
                starts_at=utc(2026, 6, 1),
                ends_at=utc(2026, 6, 1),
                value=Decimal("0.1"),
                unit="eur",
            ),
        ),
    ],
    ids=["deployment in a list", "deployment alone", "incident", "change in a bare list", "observation"],
)
def test_a_record_has_the_fields_that_it_was_sent_with(body, expected):
    assert records(body) == (expected,)


def test_a_body_may_hold_several_kinds_and_none():
    body = {
        "deployments": [DEPLOYMENT, DEPLOYMENT | {"key": "d2"}],
        "incidents": [],
        "issues": [{"thing": "shop", "type": "bug", "opened_at": "2026-06-01T10:00:00Z"}],
    }
    assert [record.key for record in records(body)] == ["d1", "d2", "bug/2026-06-01 10:00:00+00:00"]
    assert records({}) == ()


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"{", "Expecting property name"),
        (b"\xff", "'utf-8' codec can't decode"),
        (b"[" * 100_000, "it cannot be read"),
        ("text", "the body is neither an object nor a list"),
        ({"deploments": []}, "the list 'deploments' is unknown; did you mean 'deployments'?"),
        ({"deployments": {}}, "deployments is not a list"),
        ({"deployments": [7]}, "deployments[0]: it is not an object"),
        ({"deployments": [DEPLOYMENT, {}]}, "deployments[1]: thing is missing"),
        ({"deployments": [DEPLOYMENT | {"thing": 7}]}, "deployments[0]: thing is missing"),
        (
            {"deployments": [DEPLOYMENT | {"enviroment": "x"}]},
            "deployments[0]: the deployment column 'enviroment' is unknown; did you mean 'environment'?",
        ),
        (
            {"deployments": [DEPLOYMENT | {"finished_at": "yesterday"}]},
            "deployments[0]: finished_at: 'yesterday' is not a time such as 2026-01-31T09:30:00Z",
        ),
        (
            {"deployments": [DEPLOYMENT | {"finished_at": "2026-06-01T11:00:00"}]},
            "deployments[0]: finished_at: '2026-06-01T11:00:00' has no time zone",
        ),
        (
            {"deployments": [DEPLOYMENT | {"finished_at": "2026-06-03T11:00:00Z"}]},
            "deployments[0]: finished_at: '2026-06-03T11:00:00Z' is in the future",
        ),
        (
            {"deployments": [DEPLOYMENT | {"status": "done"}]},
            "deployments[0]: status: 'done' is none of success, failure, running",
        ),
        (
            {"deployments": [DEPLOYMENT | {"kind": "incident"}]},
            "deployments[0]: it says that it is of the kind 'incident'",
        ),
        ({"kind": "deploy"}, "the kind 'deploy' is unknown; did you mean 'deployment'?"),
        ({"kind": "survey_answer"}, "the kind 'survey_answer' is unknown"),
        ([{"thing": "checkout"}], "[0]: the kind 'None' is unknown"),
        ({"incidents": [{"thing": "checkout"}]}, "incidents[0]: began_at is missing"),
        ({"changes": [{"thing": "a", "merged_at": "2026-06-01T10:00:00Z"}]}, "changes[0]: key is missing"),
        (b'{"observations": [{"thing": "a", "value": NaN}]}', "NaN is no number"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_wrong_with_a_body_is_said_by_field(body, message):
    (said,) = problems(body)
    assert said.startswith(message)


def test_all_that_is_wrong_is_said_at_once_and_nothing_is_kept():
    """Who sends it wrote it: a body is taken as a whole or not at all."""
    body = {"deployments": [DEPLOYMENT, {}, {}], "incidents": [{"thing": "checkout"}]}
    with pytest.raises(MalformedDeliveryError) as refused:
        WEBHOOK.accept(BEARER, json.dumps(body).encode(), AT)
    for place in ("deployments[1]: thing", "deployments[2]: thing", "incidents[0]: began_at"):
        assert place in str(refused.value)


def test_of_very_many_mistakes_the_first_are_named():
    with pytest.raises(MalformedDeliveryError) as refused:
        WEBHOOK.accept(BEARER, json.dumps({"deployments": [{}] * 100_000}).encode(), AT)
    assert str(refused.value).endswith("; and 99980 more")
    assert len(str(refused.value)) < 10_000


def test_a_body_that_would_fill_the_memory_is_to_be_sent_in_several():
    with pytest.raises(MalformedDeliveryError, match="larger than 4 MiB; send it in several"):
        WEBHOOK.accept(BEARER, b"[" + b" " * (4 << 20), AT)


def event(type_, subject, content, **custom):
    return {
        "context": {
            "specversion": "0.5.1",
            "id": "e-1",
            "source": "/ci/acme",
            "type": f"dev.cdevents.{type_}.0.3.0",
            "timestamp": "2026-06-01T11:00:00.5Z",
        },
        "subject": {"id": subject, "source": "/ci/acme", "content": content},
        **({"customData": custom, "customDataContentType": "application/json"} if custom else {}),
    }


PRODUCTION = {"environment": {"id": "production", "source": "/clusters/1"}}
IMAGE = "pkg:oci/checkout@sha256%3A0b31b1c0?repository_url=ghcr.io/acme"
DEPLOYED_AT = datetime(2026, 6, 1, 11, 0, 0, 500_000, tzinfo=UTC)


def deployed(**more):
    return Deployment(
        **{
            "origin": "hooks:checkout",
            "key": "/ci/acme/e-1",
            "environment": "production",
            "version": "sha256:0b31b1c0",
            "finished_at": DEPLOYED_AT,
            **more,
        }
    )


def incident(**more):
    labels = ("environment:production",)
    return Incident(**{"origin": "hooks:checkout", "key": "i-1", "began_at": DEPLOYED_AT, "labels": labels, **more})


OUTAGE = {**PRODUCTION, "description": "Slow", "service": {"id": "checkout"}, "artifactId": IMAGE}


@pytest.mark.parametrize(
    ("cdevent", "expected"),
    [
        (event("service.deployed", "checkout", {**PRODUCTION, "artifactId": IMAGE}), deployed()),
        (event("service.upgraded", "checkout", {**PRODUCTION, "artifactId": IMAGE}), deployed()),
        (event("service.rolledback", "checkout", {**PRODUCTION, "artifactId": IMAGE}), deployed(replaces="previous")),
        (event("service.deployed", "checkout", PRODUCTION), deployed(version="")),
        (
            event(
                "service.deployed", "checkout", {**PRODUCTION, "artifactId": f"pkg:golang/acme/checkout@{'ab' * 20}"}
            ),
            deployed(version="ab" * 20, sha="ab" * 20),
        ),
        (
            event(
                "service.deployed",
                "checkout",
                {
                    **PRODUCTION,
                    "artifactId": f"pkg:npm/checkout@1.2.3?vcs_url=git%2Bhttps%3A%2F%2Fgit.example%40{'cd' * 20}#src",
                },
            ),
            deployed(version="1.2.3", sha="cd" * 20),
        ),
        (
            event(
                "service.deployed",
                "checkout",
                {**PRODUCTION, "artifactId": IMAGE},
                sha="0a1b",
                started_at="2026-06-01T10:00:00Z",
                whatever={"else": 1},
            ),
            deployed(sha="0a1b", started_at=utc(2026, 6, 1, 10)),
        ),
        (event("incident.detected", "i-1", OUTAGE), incident(title="Slow", version="sha256:0b31b1c0")),
        (
            event("incident.reported", "i-1", OUTAGE | {"ticketURI": "https://t.example/1"}, severity="high"),
            incident(title="Slow", version="sha256:0b31b1c0", url="https://t.example/1", severity="high"),
        ),
        (event("incident.resolved", "i-1", OUTAGE), incident(resolved_at=DEPLOYED_AT)),
        (
            event("incident.resolved", "i-1", OUTAGE, began_at="2026-06-01T10:00:00Z"),
            incident(began_at=utc(2026, 6, 1, 10), resolved_at=DEPLOYED_AT),
        ),
        (event("incident.detected", "i-1", PRODUCTION), incident(origin="hooks:production")),
        (
            event("change.merged", "12", {"repository": {"id": "acme/checkout"}}, merge_sha="0a1b", title="Add"),
            Change(origin="hooks:acme/checkout", key="12", merged_at=DEPLOYED_AT, merge_sha="0a1b", title="Add"),
        ),
    ],
    ids=[
        "deployed",
        "upgraded",
        "rolled back: what ran before is replaced",
        "without an artifact, as before 0.4",
        "the version is the commit",
        "built from a commit",
        "custom data fills what there is no field for",
        "detected",
        "reported, with its ticket",
        "resolved: the end alone is told",
        "resolved, and when it began",
        "an incident of no service is its environment's",
        "merged",
    ],
)
def test_a_cdevent_becomes_the_record_it_tells_of(cdevent, expected):
    assert records(cdevent) == (expected,)


def test_a_cloudevent_is_opened_in_either_mode():
    cdevent = event("service.deployed", "checkout", {**PRODUCTION, "artifactId": IMAGE})
    attributes = {"specversion": "1.0", "id": "e-1", "source": "/ci/acme", "type": cdevent["context"]["type"]}
    assert records(attributes | {"data": cdevent}) == (deployed(),)
    encoded = b64encode(json.dumps(cdevent).encode()).decode()
    assert records(attributes | {"data_base64": encoded}) == (deployed(),)
    binary = WEBHOOK.accept(
        BEARER | {f"ce-{name}": value for name, value in attributes.items()}, json.dumps(cdevent).encode(), AT
    )
    assert binary.event == "dev.cdevents.service.deployed.0.3.0"
    assert WEBHOOK.parse(binary).records == (deployed(),)


@pytest.mark.parametrize("type_", ["service.removed", "service.published", "taskrun.finished", "change.created"])
def test_an_event_of_no_interest_says_nothing(type_):
    assert records(event(type_, "checkout", {})) == ()


def test_an_event_of_somebody_elses_vocabulary_says_nothing():
    body = event("service.deployed", "checkout", PRODUCTION)
    body["context"]["type"] = "dev.cdeventsx.mytool-service.deployed.0.1.0"
    assert records(body) == ()


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"context": {}}, "the object subject is missing"),
        ({"context": [], "subject": {}}, "context is a list, not an object"),
        ({"specversion": "1.0"}, "the whole is missing, not an object"),
        ({"specversion": "1.0", "data_base64": "?"}, "data_base64 is not base64"),
        ({"specversion": "1.0", "data_base64": 7}, "data_base64 is not base64"),
        (event("service.deployed", None, PRODUCTION), "subject.id is missing"),
        (event("service.deployed", "checkout", {}), "the object environment is missing"),
        (event("service.deployed", "checkout", {"environment": {}}), "subject.content.environment.id is missing"),
        (event("service.deployed", "checkout", PRODUCTION, started_at="soon"), "started_at: 'soon' is not a time"),
        (event("change.merged", "12", {}), "the object repository is missing"),
    ],
    ids=str,
)
def test_what_is_wrong_with_an_event_is_said(body, message):
    (said,) = problems(body)
    assert said.startswith(message)


@pytest.mark.parametrize(
    "path", [("context", "id"), ("context", "source"), ("context", "timestamp"), ("subject", "id")]
)
@pytest.mark.parametrize("value", [None, [], {}, True])
@pytest.mark.parametrize("type_", EVENTS)
def test_a_field_of_another_type_is_a_problem_and_never_a_crash(type_, path, value):
    content = OUTAGE | {"repository": {"id": "acme/checkout"}}
    body = event(type_, "checkout", content)
    body[path[0]][path[1]] = value
    is_used = path[0] == "subject" or path[1] == "timestamp" or type_.startswith("service.")
    assert bool(problems(body)) is is_used


@pytest.mark.parametrize("kind", LISTS.values())
def test_the_schema_takes_what_is_taken(kind):
    """A smallest record of every kind, as the page shows them."""
    times = dict.fromkeys(("began_at", "merged_at", "started_at", "opened_at", "submitted_at", "finished_at"))
    needed = {
        "build": {"started_at"},
        "change": {"key", "merged_at"},
        "deployment": {"environment", "finished_at"},
        "incident": {"began_at"},
        "issue": {"type", "opened_at"},
        "observation": {"series", "value", "at"},
        "pull_request": {"key", "opened_at"},
        "review": {"pull_request", "submitted_at"},
    }[kind]
    values = {"value": 1.5, "at": "2026-06-01T10:00:00Z"} | dict.fromkeys(times, "2026-06-01T10:00:00Z")
    record = {"thing": "checkout", "kind": kind} | {name: values.get(name, "12") for name in needed}
    validator = jsonschema.Draft202012Validator(json_schema())
    for body in (record, [record], {f"{kind}s": [record]}):
        assert [error.message for error in validator.iter_errors(body)] == []
        assert len(records(body)) == 1
    for name in {*needed, "thing"} - {"finished_at"}:
        less = {field: value for field, value in record.items() if field != name}
        assert not validator.is_valid({f"{kind}s": [less]}), name
        assert problems({f"{kind}s": [less]}), name
    assert not validator.is_valid({f"{kind}s": [record | {"colour": "red"}]})


def test_the_schema_on_the_page_is_the_one_that_the_code_writes(checkout):
    written = (checkout / "docs" / "sources" / "webhook.schema.json").read_text()
    assert json.loads(written) == json_schema(), "run `make generate`"


def test_custom_data_has_the_names_of_the_records_fields():
    for kind, names in CUSTOM.items():
        assert set(names) <= set(KINDS[kind].__dataclass_fields__)
