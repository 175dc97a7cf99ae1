"""The one way in which sources ask: what becomes of an answer, and what is never done."""

import ssl
from fractions import Fraction

import httpx
import pytest
from pydantic import SecretStr

from scorecard_exporter.errors import (
    FatalSourceError,
    PausedSourceError,
    RetriableSourceError,
    SkippableSourceError,
    SourceError,
)
from scorecard_exporter.sources.base import Rate
from scorecard_exporter.sources.kit import exchange
from scorecard_exporter.sources.kit.authentication import Basic, Token, TokenFile
from scorecard_exporter.sources.kit.client import ATTEMPTS
from scorecard_exporter.sources.kit.quota import PlainLimits, number


class Hourly(PlainLimits):
    """A quota as GitHub tells it: limit, what is left, and when it begins anew."""

    def rate(self, headers, now):  # noqa: ARG002  as the contract has it
        limit, left, reset = (number(headers, f"x-{name}") for name in ("limit", "left", "reset"))
        return None if limit is None else Rate(resource="core", limit=limit, remaining=left, resets_at=reset)


def answering(*answers):
    """A handler that gives these answers in turn, the last one for ever, and what it was asked."""
    asked = []

    def handle(request):
        asked.append(request)
        answer = answers[min(len(asked), len(answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        return answer(request) if callable(answer) else answer

    return handle, asked


def said(status, body="{}", **headers):
    return lambda _: httpx.Response(status, text=body, headers={key.replace("_", "-"): v for key, v in headers.items()})


def test_a_request_says_who_asks_and_what_for(asking):
    handle, (asked) = answering(said(200, '{"a": 1}'))
    response = asking(handle).get("things", {"since": "2026-01-01", "page": 2})
    assert response.json() == {"a": 1}
    (request,) = asked
    assert str(request.url) == "https://code.example/api/things?since=2026-01-01&page=2"
    assert request.headers["authorization"] == "Bearer s3cret-token"
    assert request.headers["user-agent"].startswith("engineering-scorecard/")
    assert request.extensions["timeout"]["read"] == 30


TLS = httpx.ConnectError("bad")
TLS.__cause__ = ssl.SSLCertVerificationError(1, "unable to get local issuer certificate")

OUTCOMES = [
    (said(401), FatalSourceError, "answers 401; check the credential: it is missing, wrong, expired or revoked", 1),
    (said(403), SkippableSourceError, "answers 403", 1),
    (said(404), SkippableSourceError, "https://code.example/api/things answers 404", 1),
    (said(410), SkippableSourceError, "answers 410", 1),
    (said(422), SkippableSourceError, "answers 422", 1),
    (said(500), RetriableSourceError, "answers 500", ATTEMPTS),
    (said(502, "<html>"), RetriableSourceError, "answers 502", ATTEMPTS),
    (said(429), PausedSourceError, "asks for a pause of 60 s; reading goes on at", 1),
    (said(429, retry_after="3600"), PausedSourceError, "asks for a pause of 3600 s", 1),
    (said(503, retry_after="90"), PausedSourceError, "asks for a pause of 90 s", 1),
    (said(503), RetriableSourceError, "answers 503", ATTEMPTS),
    (httpx.ReadTimeout("slow"), RetriableSourceError, "did not answer within 30 s", ATTEMPTS),
    (httpx.ConnectError("refused"), RetriableSourceError, "no connection to .*: refused", ATTEMPTS),
    (httpx.RemoteProtocolError("cut"), RetriableSourceError, "was cut off or damaged", ATTEMPTS),
    (TLS, FatalSourceError, "no trusted connection to https://code.example/api/things: .*`ca_file`", 1),
    (
        said(302, location="https://elsewhere.example/"),
        FatalSourceError,
        "leads to https://elsewhere.example/, which",
        1,
    ),
    (said(302, location="http://code.example/api"), FatalSourceError, "which is another origin", 1),
    (said(302, location="/api/things"), FatalSourceError, "redirects for ever", 5),
]


@pytest.mark.parametrize(("answer", "error", "message", "times"), OUTCOMES, ids=lambda one: str(one)[:60])
def test_a_failure_ends_as_what_happens_next(asking, answer, error, message, times):
    handle, asked = answering(answer)
    with pytest.raises(SourceError, match=message) as caught:
        asking(handle).get("things", {"secret": "in-the-query"})
    assert type(caught.value) is error or isinstance(caught.value, error)
    assert len(asked) == times
    assert "s3cret" not in str(caught.value)
    assert "in-the-query" not in str(caught.value)


def test_what_fails_once_is_asked_again(asking):
    handle, asked = answering(said(502), httpx.ConnectError("x"), said(200, "[1]"))
    client = asking(handle)
    assert client.get("things").json() == [1]
    assert len(asked) == 3
    assert client.traffic.requests == 3
    assert client.traffic.failures == {"502": 1, "connection": 1}


def test_a_short_wait_is_sat_out(asking):
    handle, asked = answering(said(429, retry_after="2"), said(200, "[1]"))
    client = asking(handle)
    assert client.get("things").json() == [1]
    assert (len(asked), client.traffic.failures) == (2, {"rate": 1})


def test_a_redirect_within_the_origin_is_followed_with_the_credential(asking):
    handle, asked = answering(said(301, location="/api/repositories/7"), said(200, "[]"))
    asking(handle).get("things", {"page": 1})
    assert str(asked[1].url) == "https://code.example/api/repositories/7"
    assert asked[1].headers["authorization"] == "Bearer s3cret-token"


@pytest.mark.parametrize(
    ("body", "error", "message"),
    [
        ("<!doctype html><p>Log in", FatalSourceError, "a page for people instead of JSON; check `url`"),
        ('{"a": [1, 2', RetriableSourceError, "is cut off or damaged"),
        ("", RetriableSourceError, "is empty"),
    ],
)
def test_what_is_no_json_is_said(asking, body, error, message):
    handle, _ = answering(said(200, body))
    with pytest.raises(error, match=message):
        asking(handle).get("things").json()


def test_an_answer_that_is_too_large_is_not_read_to_its_end(asking, monkeypatch):
    monkeypatch.setattr(exchange, "LARGEST_BODY", 1000)
    sent = []

    def endless():
        for piece in range(1_000_000):
            sent.append(piece)
            yield b"x" * 100

    handle, _ = answering(lambda _: httpx.Response(200, content=endless()))
    with pytest.raises(RetriableSourceError, match="is larger than 64 MiB"):
        asking(handle).get("things")
    assert len(sent) <= ATTEMPTS * 12


def test_an_answer_that_drips_is_given_up(asking, monkeypatch):
    moments = iter(range(0, 100_000, 10))
    monkeypatch.setattr(exchange.time, "monotonic", lambda: next(moments))
    handle, _ = answering(lambda _: httpx.Response(200, content=(b" " for _ in range(1000))))
    with pytest.raises(RetriableSourceError, match="did not finish within 30 s"):
        asking(handle).get("things")


def tagged(request):
    headers = {"etag": 'W/"1"', "vary": "Accept, Authorization"}
    status = 304 if request.headers.get("if-none-match") == 'W/"1"' else 200
    return httpx.Response(status, text="" if status == 304 else "[]", headers=headers)


def test_nothing_new_is_told_without_a_body(asking):
    client = asking(tagged)
    first = client.get("things")
    again = client.get("things", validator=first.validator)
    assert (first.is_unmodified, again.is_unmodified, client.traffic.unmodified) == (False, True, 1)
    assert again.validator == first.validator


def test_a_tag_is_good_only_for_the_credential_that_it_was_given_to(asking):
    validator = asking(tagged).get("things").validator
    other = asking(tagged, credential=Token(SecretStr("other")))
    assert not other.get("things", validator=validator).is_unmodified


@pytest.mark.parametrize("headers", [{}, {"etag": '"1"', "vary": "*"}], ids=["no tag", "varies by what no header says"])
def test_without_a_usable_tag_there_is_no_validator(asking, headers):
    assert asking(lambda _: httpx.Response(200, text="[]", headers=headers)).get("things").validator == ""


def limited(limit, left, reset):
    return said(200, "[]", x_limit=str(limit), x_left=str(left), x_reset=str(reset))


def test_no_more_than_our_share_of_a_quota_is_used(asking, hands):
    handle, asked = answering(*[limited(10, 9 - n, 1_003_600) for n in range(9)])
    client = asking(handle, limits=Hourly(), share=Fraction(1, 2))
    for _ in range(5):
        client.get("things")
    with pytest.raises(PausedSourceError, match=r"50% of the quota of .* is used; .* at 14:46 UTC") as caught:
        client.get("things")
    assert (len(asked), caught.value.until, client.traffic.paused_until) == (5, 1_003_600, 1_003_600)
    assert client.traffic.rates["core"].remaining == 5
    hands.at = 1_003_601
    client.get("things")
    assert len(asked) == 6


def test_the_last_twentieth_is_left_to_others(asking):
    handle, asked = answering(limited(1000, 50, 1_003_600))
    client = asking(handle, limits=Hourly())
    client.get("things")
    with pytest.raises(PausedSourceError):
        client.get("things")
    assert len(asked) == 1


def test_a_quota_that_begins_anew_within_seconds_is_waited_for(asking, hands):
    handle, asked = answering(limited(2, 1, 1_000_020), limited(2, 1, 1_000_080))
    client = asking(handle, limits=Hourly())
    client.get("things")
    client.get("things")
    assert (hands.slept, len(asked)) == ([20.0], 2)


def test_sources_with_one_credential_share_what_may_be_asked(asking):
    handle, _ = answering(limited(4, 3, 1_003_600))
    first, second = (asking(handle, limits=Hourly()) for _ in range(2))
    stranger = asking(handle, limits=Hourly(), credential=Token(SecretStr("other")))
    first.get("things")
    first.get("things")
    stranger.get("things")
    with pytest.raises(PausedSourceError):
        second.get("things")


def test_what_a_request_really_cost_is_counted(asking):
    handle, asked = answering(limited(100, 90, 1_003_600))
    client = asking(handle, limits=Hourly())
    client.get("things", cost=1)
    client.spent("core", 49)
    with pytest.raises(PausedSourceError):
        client.get("things")
    assert len(asked) == 1


def test_an_unmodified_answer_costs_nothing(asking):
    def handle(request):
        answer = tagged(request)
        answer.headers.update({"x-limit": "2", "x-left": "1", "x-reset": "1003600"})
        return answer

    client = asking(handle, limits=Hourly(), share=Fraction(1))
    validator = client.get("things").validator
    for _ in range(5):
        assert client.get("things", validator=validator).is_unmodified


def test_a_token_file_is_read_again_when_it_was_renewed(asking, tmp_path):
    path = tmp_path / "token"
    path.write_text("first\n")
    handle, asked = answering(said(200, "[]"))
    client = asking(handle, credential=TokenFile(path))
    client.get("things")
    path.write_text("second\n")
    client.get("things")
    assert [request.headers["authorization"] for request in asked] == ["Bearer first", "Bearer second"]
    path.unlink()
    with pytest.raises(FatalSourceError, match="cannot be read: No such file or directory"):
        client.get("things")


@pytest.mark.parametrize(
    ("content", "message"), [(b"  \n", "is empty"), (b"\xff\xfe", "it is not text")], ids=["nothing in it", "no text"]
)
def test_a_token_file_without_a_token_is_refused(asking, tmp_path, content, message):
    path = tmp_path / "token"
    path.write_bytes(content)
    with pytest.raises(FatalSourceError, match=message):
        asking(answering(said(200))[0], credential=TokenFile(path)).get("things")


def test_a_name_and_a_password_are_sent_as_basic_authentication(asking):
    handle, asked = answering(said(200, "[]"))
    asking(handle, credential=Basic("ada", SecretStr("péché"))).get("things")
    assert asked[0].headers["authorization"] == "Basic YWRhOnDDqWNow6k="


def test_a_certificate_file_that_is_none_is_said(asking, tmp_path):
    path = tmp_path / "authority.pem"
    with pytest.raises(FatalSourceError, match=r"the certificates in `ca_file` .*authority.pem cannot be read"):
        asking(answering(said(200))[0], ca_file=path).get("things")
