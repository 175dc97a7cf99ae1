"""The way in for what systems push: who gets in, what is refused before it is read, and what an answer promises."""

import asyncio
import hashlib
import hmac
import json
from base64 import b64encode
from dataclasses import dataclass

import bcrypt
import httpx
import pytest
from jsonschema import Draft202012Validator
from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from scorecard_exporter.pushes.intake import Intake
from scorecard_exporter.pushes.pushes import Keeper, Pushes
from scorecard_exporter.sources.base import Source
from scorecard_exporter.sources.webhook.webhook import PushWebhook
from scorecard_exporter.web import webhooks
from scorecard_exporter.web.app import create_app
from scorecard_exporter.web.security import WebConfig

SECRET = "a secret that nobody guesses"  # noqa: S105  it opens nothing
PATH = "/api/v1/webhooks/hooks"
BEARER = {"authorization": f"Bearer {SECRET}"}
BODY = json.dumps(
    {"deployments": [{"thing": "checkout", "environment": "live", "finished_at": "2026-06-01T11:00:00Z"}]}
).encode()


@dataclass
class Receiving:
    """An exporter that only receives."""

    pushes: Pushes
    registry: CollectorRegistry

    @property
    def intake(self) -> Intake:
        return self.pushes.intakes["hooks"]


@pytest.fixture
def receiving(tmp_path):
    async def refresh():
        pass

    pushes = Pushes(tmp_path / "pushes", Keeper(lambda _: {}, tuple, lambda *_: None, refresh))
    webhook = PushWebhook("hooks", (SecretStr(SECRET),))
    pushes.take({"hooks": Source("hooks", "webhook", 300.0, (), webhook=webhook)}, ())
    return Receiving(pushes, CollectorRegistry())


def send(app, path=PATH, content=BODY, headers=BEARER, method="POST"):
    async def main():
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://exporter.example") as client:
            return await client.request(method, path, content=content, headers=headers)

    return asyncio.run(main())


def message(answer):
    assert answer.headers["content-type"] == "application/json"
    return answer.json()["error"]["message"]


@pytest.fixture
def described(ask, exporter):
    """The description of the endpoint, by status: a validator of the answer's body."""
    document = ask(exporter).get("/api/v1/openapi.json").json()
    responses = document["paths"]["/api/v1/webhooks/{source}"]["post"]["responses"]
    return {
        int(status): Draft202012Validator(
            response["content"]["application/json"]["schema"] | {"components": document["components"]}
        )
        for status, response in responses.items()
    }


def test_what_is_proven_is_accepted_and_on_disk(receiving, described):
    answer = send(create_app(receiving))
    assert answer.status_code == 202
    described[202].validate(answer.json())
    (delivery,), _ = receiving.intake.spool.next(1)
    assert delivery.body == BODY


def test_the_signature_of_the_raw_body_is_proof_as_well(receiving):
    content = BODY.replace(b'": ', b'" :\n')
    signature = hmac.new(SECRET.encode(), content, hashlib.sha256).hexdigest()
    answer = send(create_app(receiving), content=content, headers={"X-Hub-Signature-256": f"sha256={signature}"})
    assert answer.status_code == 202


@pytest.mark.parametrize(
    ("path", "headers", "content", "status", "said"),
    [
        (PATH, {}, BODY, 401, "Refused: send Authorization: Bearer SECRET"),
        (PATH, {"authorization": "Bearer wrong"}, BODY, 401, "Refused: the token is not the configured one."),
        (PATH, {"authorization": b"Bearer \xff\xfe"}, BODY, 401, "Refused: the token is not the configured one."),
        (PATH, {"x-hub-signature-256": "sha256=0"}, BODY, 401, "Refused: the signature does not fit"),
        ("/api/v1/webhooks/others", BEARER, BODY, 404, "No source named 'others' takes pushes"),
        (PATH, BEARER, b"{}x", 422, "Nothing was taken: Extra data"),
        (PATH, BEARER, b'{"deployments": [{}]}', 422, "Nothing was taken: deployments[0]: thing is missing"),
    ],
    ids=["no proof", "wrong token", "a token of odd bytes", "wrong signature", "unknown", "no JSON", "wrong field"],
)
def test_what_is_refused_says_why_and_leaves_nothing(receiving, described, path, headers, content, status, said):
    answer = send(create_app(receiving), path, content, headers)
    assert (answer.status_code, message(answer)[: len(said)]) == (status, said)
    described[status].validate(answer.json())
    assert ("www-authenticate" in answer.headers) == (status == 401)
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert receiving.intake.spool.waiting == 0


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
def test_it_takes_posts_only(receiving, method):
    answer = send(create_app(receiving), method=method)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"


def test_a_body_that_is_announced_too_large_is_refused_before_it_is_read(receiving, described):
    read = []

    async def content():
        read.append(1)
        yield b"{}"

    answer = send(create_app(receiving), content=content(), headers=BEARER | {"content-length": str(26 << 20)})
    assert (answer.status_code, message(answer)) == (413, "A body may have 25 MiB at most.")
    described[413].validate(answer.json())
    assert receiving.intake.refused["too_large"] == 1


def test_a_body_that_is_too_large_is_refused_while_it_comes(receiving, monkeypatch):
    """However long it would have gone on; what came of it is let go."""
    monkeypatch.setattr(webhooks, "LARGEST", 10_000)
    taken = []

    async def content():
        for number in range(10_000):
            taken.append(number)
            yield b"x" * 1_000

    app = create_app(receiving)
    asyncio.run(_stream(app, content()))
    assert len(taken) <= 12
    assert receiving.intake.refused["too_large"] == 1
    monkeypatch.setattr(webhooks, "AT_ONCE", len(BODY))
    assert send(app).status_code == 202


async def _stream(app, content):
    """A request whose body comes piece by piece, as a server gives it to the application; the status of the answer."""
    sent = []

    async def receive():
        try:
            return {"type": "http.request", "body": await anext(content), "more_body": True}
        except StopAsyncIteration:
            return {"type": "http.request", "body": b"", "more_body": False}

    async def send(part):
        sent.append(part)

    headers = [(b"authorization", BEARER["authorization"].encode())]
    scope = {
        "type": "http", "method": "POST", "path": PATH, "raw_path": PATH.encode(), "root_path": "", "scheme": "http",
        "query_string": b"", "headers": headers, "http_version": "1.1", "server": ("exporter", 80), "client": ("a", 1),
    }  # fmt: skip
    await app(scope, receive, send)
    return sent[0]["status"]


def test_a_body_that_does_not_come_is_given_up(receiving, monkeypatch):
    monkeypatch.setattr(webhooks, "PATIENCE", 0.01)

    async def content():
        yield b"{"
        await asyncio.sleep(3600)

    assert asyncio.run(_stream(create_app(receiving), content())) == 408
    assert receiving.intake.refused["too_slow"] == 1


def test_when_too_much_comes_at_once_the_rest_is_asked_to_come_again(receiving, monkeypatch):
    monkeypatch.setattr(webhooks, "AT_ONCE", 3_000)

    async def main():
        app, go = create_app(receiving), asyncio.Event()

        async def slow():
            yield b" " * 2_000
            await go.wait()
            yield b"{}"

        async def more():
            yield b" " * 2_000

        first = asyncio.create_task(_stream(app, slow()))
        await asyncio.sleep(0.01)
        second = await _stream(app, more())
        go.set()
        return await first, second

    assert asyncio.run(main()) == (202, 503)


def test_a_full_spool_asks_to_come_again(receiving, described, monkeypatch):
    monkeypatch.setattr(receiving.intake.spool, "_capacity", 10)
    answer = send(create_app(receiving))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
    assert message(answer) == "Send it again later: 0 deliveries wait to be stored already."
    described[503].validate(answer.json())


USERS = {"admin": bcrypt.hashpw(b"correct horse", bcrypt.gensalt(4)).decode()}


@pytest.mark.parametrize(
    ("prefix", "method", "path", "status", "why"),
    [
        ("", "POST", PATH, 202, "a push proves itself"),
        ("/scorecard", "POST", PATH, 202, "also behind a proxy that strips the path"),
        ("/scorecard", "POST", f"/scorecard{PATH}", 202, "or that leaves it"),
        ("/score.ard", "POST", f"/scorecard{PATH}", 401, "no other path before it"),
        ("", "GET", PATH, 401, "nothing but a push"),
        ("", "POST", f"{PATH}/", 401, "exactly there"),
        ("", "POST", f"{PATH}/../../scorecards", 401, "and nowhere else"),
        ("", "POST", f"{PATH}%2F..%2F..%2Fscorecards", 401, "however it is written"),
        ("", "POST", "/api/v1/webhooks", 401, "no source"),
        ("", "POST", "/-/reload", 401, "nothing else that is posted"),
        ("", "POST", f"/x{PATH}", 401, "nothing before it"),
        ("", "GET", "/metrics", 401, "nothing else at all"),
    ],
)
def test_no_password_is_asked_of_a_push_and_of_nothing_else(receiving, prefix, method, path, status, why):
    """With basic authentication on; a wrong password beside the proof makes no difference either."""
    external_url = f"https://example.com{prefix}/"
    app = WebConfig(USERS).protect(create_app(receiving, external_url=external_url), webhooks.is_push(prefix))
    assert send(app, path, method=method).status_code == status, why


def test_a_push_without_proof_is_refused_by_the_source_where_there_are_passwords(receiving):
    """The name and password of a user prove nothing to a source."""
    app = WebConfig(USERS).protect(create_app(receiving), webhooks.is_push(""))
    basic = b64encode(b"admin:correct horse").decode()
    answer = send(app, headers={"authorization": f"Basic {basic}"})
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


def test_nothing_of_a_push_is_in_the_log(receiving, caplog):
    caplog.set_level(0)
    content = BODY.replace(b"checkout", b"confidential")
    send(create_app(receiving), content=content)
    send(create_app(receiving), content=b'["confidential"', headers=BEARER)
    send(create_app(receiving), content=content, headers={"authorization": "Bearer confidential"})
    assert "confidential" not in caplog.text
    assert SECRET not in caplog.text
