"""The keys of a source of type `prometheus`."""

import base64

import httpx
import pytest
from pydantic import ValidationError

from fake_system import answer_with
from scorecard_exporter.sources.registry import TYPES

SERIES = {"cost": {"expression": "cost", "label": "service"}, "acme/visits": {"expression": "v", "subject": "shop"}}


def options(**written):
    return TYPES["prometheus"].model_validate(
        {"type": "prometheus", "url": "http://prom.example", "series": SERIES, **written}
    )


def test_the_origins_are_the_series():
    assert options().origins("prom") == ("prom:cost", "prom:acme/visits")


def basic(text):
    return f"Basic {base64.b64encode(text.encode()).decode()}"


@pytest.mark.parametrize(
    ("written", "header", "value"),
    [
        ({}, "authorization", None),
        ({"token": "abc"}, "authorization", "Bearer abc"),
        ({"token_file": "token"}, "authorization", "Bearer from-file"),
        ({"user": "scorecard", "password": "abc"}, "authorization", basic("scorecard:abc")),
        ({"headers": {"X-Scope-OrgID": "acme"}}, "x-scope-orgid", "acme"),
    ],
    ids=str,
)
def test_how_it_says_who_asks(monkeypatch, tmp_path, written, header, value):
    (tmp_path / "token").write_text("from-file\n")
    asked = []

    def handler(request):
        asked.append(request)
        return httpx.Response(200, json={"status": "success", "data": {"result": []}})

    answer_with(monkeypatch, handler)
    options(**written).build("prom", str(tmp_path)).inspect()
    assert asked
    assert {request.headers.get(header) for request in asked} == {value}


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ({"series": {}}, "at least 1 item"),
        (
            {"series": {"cost": {"expression": "cost"}}},
            "give either `label: LABEL` that names the subjects or `subject",
        ),
        ({"series": {"cost": {"expression": "cost", "label": "a", "subject": "b"}}}, "give either `label"),
        ({"series": {"cost": {"expression": "", "label": "a"}}}, "at least 1 character"),
        ({"series": {"cost": {"expression": "x", "label": "a b"}}}, "should match pattern"),
        ({"series": {"cost": {"expression": "x", "label": "a", "step": "1.5s"}}}, "a number of whole seconds"),
        ({"series": {"cost": {"expression": "x", "label": "a", "step": "0s"}}}, "is not a duration above zero"),
        ({"series": {"cost": {"expression": "x", "label": "a", "span": "hour"}}}, "should be 'point' or 'step'"),
        ({"series": {"a:b": SERIES["cost"]}}, "should match pattern"),
        ({"user": "a"}, "`user` and `password` belong together"),
        ({"token": "a", "token_file": "b"}, "give one of `token`, `token_file`, and `user` with `password`"),
        ({"token": "a", "user": "b", "password": "c"}, "give one of"),
        ({"headers": {"a b": "c"}}, "should match pattern"),
        ({"url": "prom.example"}, "is not an address such as"),
        ({"url": "http://me:secret@prom.example"}, "without a name or password in it"),
        ({"querry": "x"}, "Extra inputs are not permitted"),
    ],
    ids=str,
)
def test_what_is_wrong_with_the_keys_is_said(written, message):
    with pytest.raises(ValidationError) as caught:
        options(**written)
    assert message in str(caught.value)


def test_no_secret_is_shown():
    written = {"user": "a", "password": "canary", "headers": {"X-Key": "canary"}}
    assert "canary" not in repr(options(**written)) + str(options(token="canary"))  # noqa: S106
