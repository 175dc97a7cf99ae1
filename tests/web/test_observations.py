"""`POST /api/v1/observations`: who gets in, and that every wrong field is told with what is allowed."""

import asyncio
import json
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import bcrypt
import httpx
import pytest
from jsonschema import Draft202012Validator
from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from scorecard_exporter.pushes.pushes import Keeper, Pushes
from scorecard_exporter.sources.base import Source
from scorecard_exporter.sources.observations.checking import KnownSeries
from scorecard_exporter.sources.observations.door import ObservationDoor
from scorecard_exporter.web.app import create_app, needs_no_password
from scorecard_exporter.web.security import WebConfig

TOKEN = "a token that nobody guesses"  # noqa: S105  it opens nothing
PATH = "/api/v1/observations"
BEARER = {"authorization": f"Bearer {TOKEN}"}
GIVEN = {"series": "trained", "subject": "platform", "value": 7, "at": "2026-06-01T09:00:00Z"}


@dataclass
class Receiving:
    """An exporter that only receives."""

    pushes: Pushes
    registry: CollectorRegistry


@pytest.fixture
def pushes(tmp_path):
    async def refresh():
        pass

    return Pushes(tmp_path / "pushes", Keeper(lambda _: {}, tuple, lambda *_: None, refresh))


@pytest.fixture
def receiving(pushes):
    door = ObservationDoor((SecretStr(TOKEN),), {"trained": KnownSeries("count", ("platform",))}, ZoneInfo("UTC"))
    pushes.take({"observations": Source("observations", "observations", 300.0, (), webhook=door)}, ())
    return Receiving(pushes, CollectorRegistry())


def send(app, body=GIVEN, headers=BEARER, path=PATH):
    async def main():
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://exporter.example") as client:
            return await client.post(path, content=json.dumps(body), headers=headers)

    return asyncio.run(main())


@pytest.fixture
def described(ask, exporter):
    """The description of the endpoint: validators of what is sent, and of an answer by its status."""
    document = ask(exporter).get("/api/v1/openapi.json").json()
    post = document["paths"][PATH]["post"]

    def validator(content):
        schema = content["content"]["application/json"]["schema"]
        return Draft202012Validator(schema | {"components": document["components"]})

    answers = {int(status): validator(answer) for status, answer in post["responses"].items()}
    return validator(post["requestBody"]), answers


def test_what_is_right_is_accepted_and_on_disk(receiving, described, tmp_path):
    asked, answers = described
    asked.validate(GIVEN)
    asked.validate({"observations": [GIVEN]})
    answer = send(create_app(receiving))
    assert answer.status_code == 202
    answers[202].validate(answer.json())
    assert any(b"trained" in path.read_bytes() for path in (tmp_path / "pushes" / "observations").iterdir())


def test_every_wrong_field_is_told_with_what_is_allowed_and_nothing_is_taken(receiving, described):
    answer = send(create_app(receiving), {"observations": [GIVEN, {**GIVEN, "subject": "shop", "unit": "eur"}]})
    assert answer.status_code == 422
    described[1][422].validate(answer.json())
    fields = answer.json()["error"]["fields"]
    assert [(one["field"], one["allowed"]) for one in fields] == [
        ("observations[1].subject", ["platform"]),
        ("observations[1].unit", ["count"]),
    ]
    assert receiving.pushes.intakes["observations"].spool.waiting == 0


def test_a_second_delivery_of_the_same_name_is_answered_alike_and_passed_over(receiving):
    app = create_app(receiving)
    for _ in range(2):
        assert send(app, headers=BEARER | {"idempotency-key": "job 17"}).status_code == 202
    assert receiving.pushes.intakes["observations"].spool.waiting == 1


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer x"}, {"authorization": f"Basic {TOKEN}"}])
def test_who_has_no_token_is_refused(receiving, described, headers):
    answer = send(create_app(receiving), headers=headers)
    assert answer.status_code == 401
    described[1][401].validate(answer.json())
    assert answer.headers["www-authenticate"] == "Bearer"
    assert TOKEN not in answer.text


def test_a_token_in_the_address_is_refused_whatever_the_header_says(receiving, described):
    answer = send(create_app(receiving), path=f"{PATH}?token={TOKEN.replace(' ', '+')}")
    assert answer.status_code == 400
    described[1][400].validate(answer.json())
    assert TOKEN not in answer.text


def test_without_the_section_none_are_taken(pushes, described):
    answer = send(create_app(Receiving(pushes, CollectorRegistry())))
    assert answer.status_code == 404
    described[1][404].validate(answer.json())
    assert "observations: {token" in answer.json()["error"]["message"]


def test_a_token_is_enough_where_others_need_a_password(receiving):
    users = {"alice": bcrypt.hashpw(b"open sesame", bcrypt.gensalt(4)).decode()}
    app = WebConfig(users).protect(create_app(receiving), needs_no_password(""))
    assert send(app).status_code == 202
