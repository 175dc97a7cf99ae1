"""Who may push: recorded vectors of the systems, vectors made here by hand, and whatever else a header may hold."""

import hashlib
import hmac
import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from scorecard_exporter.errors import RefusedDeliveryError
from scorecard_exporter.sources.kit.signatures import (
    check_any_hmac,
    check_hmac_sha256,
    check_standard_webhook,
    check_token,
)

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
BODY = b'{"action": "deployed"}'
KEY = b"a key of signing tokens!"
SIGNING_TOKEN = f"whsec_{b64encode(KEY).decode()}"


def secrets(*values):
    return tuple(map(SecretStr, values))


def hexadecimal(secret, body=BODY):
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def standard(key=KEY, body=BODY, at=AT):
    signed = f"msg_1.{int(at.timestamp())}.".encode() + body
    return "v1," + b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


@pytest.fixture(scope="module")
def vectors(payloads):
    return json.loads((payloads / "webhook_signature_vectors.json").read_text())


@pytest.mark.parametrize(
    ("system", "header", "check"),
    [
        ("github", "X-Hub-Signature-256", check_hmac_sha256),
        ("jira", "X-Hub-Signature", check_hmac_sha256),
        ("pagerduty", "X-PagerDuty-Signature", check_any_hmac),
    ],
)
def test_the_systems_own_vectors_are_accepted_and_no_other_body(vectors, system, header, check):
    vector = vectors[system]
    body = vector["body"].encode()
    check(secrets(vector["secret"]), body, vector[header])
    with pytest.raises(RefusedDeliveryError, match="does not fit the body"):
        check(secrets(vector["secret"]), body + b" ", vector[header])


def test_the_reference_vector_of_standard_webhooks_is_accepted_at_its_time(vectors):
    vector = vectors["gitlab_standard_webhooks"]
    check_standard_webhook(
        secrets(vector["signing_token"]),
        vector["webhook-id"],
        str(vector["webhook-timestamp"]),
        vector["body"].encode(),
        vector["webhook-signature"],
        datetime.fromtimestamp(vector["webhook-timestamp"], UTC),
    )


@pytest.mark.parametrize(
    ("configured", "signed_with"), [(("old", "new"), "old"), (("old", "new"), "new"), (("only",), "only")]
)
def test_while_a_secret_is_rotated_either_is_right(configured, signed_with):
    check_hmac_sha256(secrets(*configured), BODY, f"sha256={hexadecimal(signed_with)}")
    check_any_hmac(secrets(*configured), BODY, f"v1={hexadecimal('gone')}, v1={hexadecimal(signed_with)}")
    check_token(secrets(*configured), signed_with)


@pytest.mark.parametrize(
    ("signature", "message"),
    [
        (None, "the signature is missing"),
        ("", "the signature is missing"),
        (hexadecimal("secret"), "does not fit"),
        (f"sha1={hexadecimal('secret')}", "does not fit"),
        (f"sha256={hexadecimal('another')}", "does not fit"),
        (f"sha256={hexadecimal('secret')[:-1]}", "does not fit"),
        (f"sha256={hexadecimal('secret')}00", "does not fit"),
        (f"sha256={hexadecimal('secret')} ", "does not fit"),
        ("sha256=", "does not fit"),
        ("sha256=\N{SNOWMAN}", "does not fit"),
        ("\ud800", "does not fit"),
    ],
    ids=str,
)
def test_a_signature_that_is_not_exactly_right_is_refused(signature, message):
    with pytest.raises(RefusedDeliveryError, match=message):
        check_hmac_sha256(secrets("secret"), BODY, signature)


@pytest.mark.parametrize(
    ("given", "message"),
    [(None, "missing"), ("", "missing"), ("secre", "not the configured"), ("secret ", "not the configured")],
    ids=str,
)
def test_a_token_that_is_not_exactly_right_is_refused(given, message):
    with pytest.raises(RefusedDeliveryError, match=message):
        check_token(secrets("secret"), given)


@pytest.mark.parametrize("configured", [(), ("",), ("  ", "\n")], ids=["none", "an empty one", "blank ones"])
def test_without_a_secret_nothing_is_accepted(configured):
    """An empty secret would let anybody sign, and an empty token would let anybody in."""
    empty = configured[0] if configured else ""
    for refused in (
        lambda: check_token(secrets(*configured), empty or "x"),
        lambda: check_hmac_sha256(secrets(*configured), BODY, f"sha256={hexadecimal(empty)}"),
        lambda: check_any_hmac(secrets(*configured), BODY, f"v1={hexadecimal(empty)}"),
        lambda: check_standard_webhook(
            secrets(*configured), "msg_1", str(int(AT.timestamp())), BODY, standard(empty.encode()), AT
        ),
    ):
        with pytest.raises(RefusedDeliveryError, match="configured"):
            refused()


def check_standard(*, signatures=None, name="msg_1", sent_at=AT, configured=(SIGNING_TOKEN,), timestamp=None):
    timestamp = str(int(sent_at.timestamp())) if timestamp is None else timestamp
    signatures = standard(at=sent_at) if signatures is None else signatures
    check_standard_webhook(secrets(*configured), name, timestamp, BODY, signatures, AT)


@pytest.mark.parametrize("seconds", [-300, -1, 0, 300])
def test_a_signed_delivery_may_be_five_minutes_off(seconds):
    check_standard(sent_at=AT + timedelta(seconds=seconds))


@pytest.mark.parametrize("seconds", [-301, 301, -86_400])
def test_a_signed_delivery_that_is_older_or_from_the_future_is_refused(seconds):
    """Its signature is right, but it may be a copy of one that was sent before."""
    with pytest.raises(RefusedDeliveryError, match="more than five minutes"):
        check_standard(sent_at=AT + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"signatures": ""}, "signature is missing"),
        ({"signatures": standard(key=b"another")}, "does not fit"),
        ({"signatures": standard().replace("v1,", "v1a,")}, "does not fit"),
        ({"signatures": standard().removeprefix("v1,")}, "does not fit"),
        ({"name": None}, "delivery id is missing"),
        ({"name": "msg_2"}, "does not fit"),
        ({"timestamp": ""}, "timestamp is missing"),
        ({"timestamp": "1"}, "does not fit"),
        ({"configured": ("a plain token",)}, "no signing token"),
        ({"configured": ("whsec_not base64",)}, "no signing token"),
        ({"configured": ("whsec_",)}, "no signing token"),
    ],
    ids=str,
)
def test_what_is_wrong_with_a_signed_delivery_is_said(more, message):
    with pytest.raises(RefusedDeliveryError, match=message):
        check_standard(**more)


def test_a_signing_token_is_found_among_plain_tokens_and_signatures_of_other_versions():
    check_standard(configured=("a plain token", SIGNING_TOKEN), signatures=f"v1a,xyz {standard()} v1,{standard()}")


@pytest.mark.parametrize("timestamp", ["1e9", "-1", "\N{ARABIC-INDIC DIGIT ONE}", "1" * 13, "now"])
def test_a_signed_time_that_is_none_is_refused(timestamp):
    signed = f"msg_1.{timestamp}.".encode() + BODY
    signature = "v1," + b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
    with pytest.raises(RefusedDeliveryError, match="not a number of seconds"):
        check_standard(timestamp=timestamp, signatures=signature)


ANYTHING = st.none() | st.text(st.characters(exclude_categories=())) | st.integers() | st.binary()


@given(given=ANYTHING, name=ANYTHING, timestamp=ANYTHING, body=st.binary())
def test_whatever_is_sent_the_answer_is_a_refusal(given, name, timestamp, body):
    """No header can make a check fail in another way, and none is right by chance."""
    for check in (
        lambda: check_token(secrets("a secret that nobody guesses"), given),
        lambda: check_hmac_sha256(secrets("secret"), body, given),
        lambda: check_any_hmac(secrets("secret"), body, given),
        lambda: check_standard_webhook(secrets(SIGNING_TOKEN), name, timestamp, body, given, AT),
    ):
        with pytest.raises(RefusedDeliveryError) as refused:
            check()
        assert "secret that nobody" not in str(refused.value)
