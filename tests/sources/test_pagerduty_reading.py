"""Reading a PagerDuty account: what is asked, what is covered, and what happens when something is in the way."""

import json
import os
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import stamina

from fake_system import answer_with
from reading import Shelf, poll, step
from scorecard_exporter.errors import (
    FatalSourceError,
    PausedSourceError,
    RetriableSourceError,
    SkippableSourceError,
    SourceError,
)
from scorecard_exporter.sources.kit import client as kit_client
from scorecard_exporter.sources.kit.quota import Budgets
from scorecard_exporter.sources.pagerduty import asking
from scorecard_exporter.sources.pagerduty.inspect import inspect
from scorecard_exporter.sources.pagerduty.limits import PagerDutyLimits
from scorecard_exporter.sources.registry import TYPES
from systems import pagerduty

AT = datetime(2026, 6, 1, tzinfo=UTC)
LATER = AT + timedelta(minutes=5)
SPECS = Path(os.environ.get("SCORECARD_TEST_SPECS", "../shared/specs"))


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def build(system, **options):
    written = {**system.options, "history": "2y", **options}
    return TYPES["pagerduty"].model_validate(written).build("pager", "/")


def asked(system):
    """The lists that were asked for, and how often."""
    return Counter(request.url.path.strip("/") for request in system.requests)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr(kit_client, "_BUDGETS", Budgets())
    with stamina.set_testing(True, attempts=2):
        yield


@pytest.fixture
def account():
    return pagerduty.account()


@pytest.fixture
def system(monkeypatch):
    found = pagerduty.system()
    answer_with(monkeypatch, found)
    return found


def test_an_account_is_read_whole_newest_first(system):
    shelf = poll(build(system), Shelf(), AT)
    incidents = shelf.of("incident")
    assert list(incidents) == ["Q1", "Q2", "Q3", "Q4", "Q5", "QAGAIN", "QLONG", "QOPEN"]
    assert incidents["Q1"].origin == "pager:PSHOP01"
    assert incidents["Q1"].acknowledged_at == at("2024-07-05T10:05")
    assert incidents["Q1"].resolved_at == at("2024-07-05T11:00")
    assert (incidents["Q1"].severity, incidents["QLONG"].severity) == ("P1", "low")
    assert list(shelf.of("deployment", "pager:PSHOP01")) == ["01BOTH", "01C1", "01C2", "01C3", "01C4", "01C5"]
    assert list(shelf.of("deployment", "pager:PCART02")) == ["01BOTH"]
    assert shelf.problems == []


def test_an_incident_that_is_acknowledged_is_not_restored(system):
    found = poll(build(system), Shelf(), AT).of("incident")["QOPEN"]
    assert (found.acknowledged_at, found.resolved_at) == (at("2026-05-20T08:10"), None)


def test_a_reopened_incident_keeps_both_resolutions(system):
    found = poll(build(system), Shelf(), AT).of("incident")["QAGAIN"]
    assert [(step.status, step.at) for step in found.history] == [
        ("resolved", at("2026-04-10T09:00")),
        ("reopened", at("2026-04-11T09:00")),
        ("resolved", at("2026-04-11T10:00")),
    ]
    assert found.resolved_at == at("2026-04-11T10:00")


def test_an_incident_whose_story_goes_over_several_windows_is_told_whole(system):
    found = poll(build(system), Shelf(), AT).of("incident")["QLONG"]
    assert (found.began_at, found.acknowledged_at) == (at("2025-02-27T23:00"), at("2025-02-27T23:30"))
    assert found.resolved_at == at("2025-04-20T12:00")


def test_every_service_is_covered_also_one_without_an_incident(system):
    shelf = poll(build(system), Shelf(), AT)
    begin = AT - timedelta(days=730)
    assert shelf.coverage == {
        (f"pager:{service}", kind): (begin, AT) for service in pagerduty.SERVICES for kind in ("incident", "deployment")
    }


def test_the_next_poll_learns_of_an_old_incident_from_the_log(system):
    source = build(system)
    shelf = poll(source, Shelf(), AT)
    system.grow()
    system.requests.clear()
    poll(source, shelf, LATER)
    assert shelf.of("incident")["QOPEN"].resolved_at == at("2026-05-31T23:55")
    assert shelf.of("incident")["QOPEN"].acknowledged_at == at("2026-05-20T08:10")
    assert "QNEW" in shelf.of("incident")
    assert "01NEW" in shelf.of("deployment")
    assert asked(system) == {"services": 1, "incidents": 1, "log_entries": 1, "change_events": 1}
    assert {span[1] for span in shelf.coverage.values()} == {LATER}


def test_reading_on_gives_what_reading_from_nothing_gives(system):
    source = build(system)
    shelf = poll(source, Shelf(), AT - timedelta(days=40))
    system.grow()
    poll(source, shelf, AT)
    poll(source, shelf, LATER)
    assert shelf.records == poll(source, Shelf(), LATER).records


def test_reading_again_changes_nothing(system):
    source = build(system)
    shelf = poll(source, Shelf(), AT)
    before = dict(shelf.records)
    poll(source, shelf, LATER)
    assert shelf.records == before


@pytest.mark.parametrize("answered", range(1, 12))
def test_a_source_that_is_killed_after_any_request_goes_on_without_gap_or_double(monkeypatch, answered):
    system = pagerduty.system()
    left = answered

    def handle(request):
        nonlocal left
        left -= 1
        if left < 0:
            raise KeyboardInterrupt
        return system(request)

    answer_with(monkeypatch, handle)
    source, shelf = build(system, history="90d"), Shelf()
    with pytest.raises(KeyboardInterrupt):
        poll(source, shelf, AT)
    left = 10_000
    assert poll(source, shelf, AT).records == poll(source, Shelf(), AT).records


def test_a_list_of_hundreds_costs_a_request_for_each_hundred(monkeypatch, account):
    for number in range(250):
        account.trigger(f"M{number}", "PSHOP01", "2026-05-02T00:00:00Z")
        account.resolve(f"M{number}", "2026-05-02T01:00:00Z")
    system = pagerduty.system()
    system.handle = account.handle
    answer_with(monkeypatch, system)
    source, shelf = build(system, read=["incidents"]), Shelf()
    (stream,) = source.streams
    system.requests.clear()
    step(stream, shelf, AT)
    assert len(shelf.records) == 251
    # 251 incidents; 502 entries of the log.
    assert asked(system) == {"incidents": 3, "log_entries": 6}


def test_what_is_more_than_a_list_can_show_is_asked_for_in_shorter_spans(monkeypatch, account):
    monkeypatch.setattr(asking, "CAP", 300)
    account.cap = 300
    for number in range(700):
        account.trigger(f"M{number}", "PSHOP01", f"2026-05-{1 + number // 25:02}T00:{number % 60:02}:00Z")
    system = pagerduty.system()
    system.handle = account.handle
    answer_with(monkeypatch, system)
    shelf = poll(build(system, history="30d"), Shelf(), AT)
    # All that were triggered within the 30 days: from the second of May on.
    assert len([key for key in shelf.of("incident") if key.startswith("M")]) == 675


def test_more_incidents_in_one_second_than_a_list_can_show_are_not_passed_over(monkeypatch, account):
    monkeypatch.setattr(asking, "CAP", 200)
    account.cap = 200
    for number in range(300):
        account.trigger(f"M{number}", "PSHOP01", "2026-05-02T00:00:00Z")
    system = pagerduty.system()
    system.handle = account.handle
    answer_with(monkeypatch, system)
    with pytest.raises(RetriableSourceError, match="more than 200 things in one window"):
        poll(build(system, history="30d"), Shelf(), AT)


def test_only_the_named_services_are_read_and_covered(system):
    source = build(system, services=["PCART02"])
    shelf = poll(source, Shelf(), AT)
    assert {origin for origin, _, _ in shelf.records} == {"pager:PCART02"}
    assert {origin for origin, _ in shelf.coverage} == {"pager:PCART02"}
    lists = [request.url.params for request in system.requests if request.url.path == "/incidents"]
    assert {tuple(params.get_list("service_ids[]")) for params in lists} == {("PCART02",)}


def test_a_named_service_that_does_not_exist_is_a_problem_and_is_not_covered(system):
    shelf = poll(build(system, services=["PCART02", "PGONE99"]), Shelf(), AT)
    assert {origin for origin, _ in shelf.coverage} == {"pager:PCART02"}
    problem = shelf.problems[0]
    assert (problem.code, problem.origin) == ("unknown_service", "pager:PGONE99")
    assert "PSHOP01 (Shop), PCART02 (Cart), PQUIET3 (Quiet)" in problem.message


def test_a_selection_of_which_nothing_exists_fails_with_what_does(system):
    with pytest.raises(SkippableSourceError, match=r"shows no service PGONE99 .* PSHOP01 \(Shop\)"):
        list(build(system, services=["PGONE99"]).streams)


def test_another_selection_is_read_anew(system):
    shelf = poll(build(system, services=["PCART02"]), Shelf(), AT)
    poll(build(system, services=["PCART02", "PSHOP01"]), shelf, AT)
    assert "Q1" in shelf.of("incident")
    assert shelf.coverage["pager:PSHOP01", "incident"] == (AT - timedelta(days=730), AT)


def test_what_is_not_to_be_read_is_not_asked_for(system):
    shelf = poll(build(system, read=["change_events"]), Shelf(), AT)
    assert shelf.of("incident") == {}
    assert asked(system).keys() == {"services", "change_events"}


def test_requests_are_as_the_description_of_the_api_has_them(system):
    if not SPECS.is_dir():
        pytest.skip(f"no descriptions of APIs at {SPECS}; set SCORECARD_TEST_SPECS")
    description = json.loads((SPECS / "pagerduty.json").read_text())
    source = build(system, services=["PCART02"])
    poll(source, Shelf(), AT)
    source.inspect()
    for request in system.requests:
        allowed = dict(parameters(description, request.url.path))
        for name, value in request.url.params.multi_items():
            assert name in allowed, f"{request.url.path} has no parameter {name}"
            assert value in allowed[name].get("enum", [value])
        assert request.method == "GET"
        assert request.headers["accept"] == "application/vnd.pagerduty+json;version=2"


def parameters(description, path):
    """The query parameters of a path, by name, each with its schema."""
    for parameter in description["paths"][path]["get"]["parameters"]:
        found = parameter
        if "$ref" in parameter:
            found = description["components"]["parameters"][parameter["$ref"].rsplit("/", 1)[1]]
        if found["in"] == "query":
            yield found["name"], found["schema"]


def test_a_source_without_a_right_token_is_out_of_order_and_does_not_show_it(system):
    with pytest.raises(FatalSourceError, match="does not accept the token; check the credential") as caught:
        list(build(system, token="u+wrong").streams)  # noqa: S106  of nobody
    assert "u+wrong" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "scope"),
    [("incidents", "incidents.read"), ("log_entries", "incidents.read"), ("change_events", "change_events.read")],
)
def test_a_list_that_may_not_be_read_names_the_scope_and_leaves_the_others(monkeypatch, system, name, scope):
    refuse(monkeypatch, system, name, 403)
    source, shelf, failures = build(system, history="30d"), Shelf(), []
    for stream in source.streams:
        try:
            step(stream, shelf, AT)
        except SkippableSourceError as error:
            failures.append(str(error))
    (sentence,) = failures
    assert f"may not read {name} of PagerDuty (scope {scope})" in sentence
    assert shelf.records


def refuse(monkeypatch, system, name, status, **answer):
    """The system as it is, but one list answers otherwise."""

    def handle(request):
        if request.url.path.strip("/") == name:
            return httpx.Response(status, **answer)
        return system(request)

    answer_with(monkeypatch, handle)


@pytest.mark.parametrize(
    ("status", "answer", "error"),
    [
        (402, {}, SkippableSourceError),
        (404, {}, SkippableSourceError),
        (410, {}, SkippableSourceError),
        (429, {}, PausedSourceError),
        (429, {"json": {"error": {"code": 2020}}, "headers": {"ratelimit-reset": "45"}}, PausedSourceError),
        (500, {}, RetriableSourceError),
        (502, {"text": "<html>bad gateway</html>"}, RetriableSourceError),
        (200, {"text": ""}, RetriableSourceError),
        (200, {"text": '{"incidents": [{"id'}, RetriableSourceError),
        (200, {"text": "<html>log in</html>"}, FatalSourceError),
        (200, {"json": []}, RetriableSourceError),
        (200, {"json": {}}, RetriableSourceError),
        (200, {"json": {"incidents": None, "more": False}}, RetriableSourceError),
        (200, {"json": {"incidents": [], "more": True}}, RetriableSourceError),
    ],
    ids=str,
)
def test_an_answer_that_is_none_ends_in_the_documented_error_and_loses_nothing(
    monkeypatch, system, status, answer, error
):
    source = build(system, history="30d")
    shelf = poll(source, Shelf(), AT)
    before, cursor = dict(shelf.records), shelf.cursors["incidents"]
    system.grow()
    refuse(monkeypatch, system, "incidents", status, **answer)
    stream = next(iter(source.streams))
    with pytest.raises(SourceError) as caught:
        step(stream, shelf, LATER)
    assert isinstance(caught.value, error)
    assert pagerduty.TOKEN not in str(caught.value)
    assert (shelf.records, shelf.cursors["incidents"]) == (before, cursor)
    monkeypatch.setattr(kit_client, "_BUDGETS", Budgets())
    answer_with(monkeypatch, system)
    assert "QNEW" in poll(source, shelf, LATER).of("incident")


def test_a_malformed_incident_is_a_problem_and_the_rest_goes_on(monkeypatch, account):
    account.incidents["QOPEN"] |= {"priority": None, "teams": None, "something_new": {"a": 1}}
    system = pagerduty.system()

    def handle(request):
        if request.url.path == "/incidents":
            nothing = {"id": "QBAD", "service": {"id": "PSHOP01"}}
            found = [None, 7, nothing, account.incidents["QOPEN"]]
            return httpx.Response(200, json={"incidents": found, "more": False})
        return system(request)

    answer_with(monkeypatch, handle)
    shelf = Shelf()
    step(next(iter(build(system, history="30d").streams)), shelf, AT)
    assert list(shelf.of("incident")) == ["QOPEN"]
    assert [(problem.code, problem.message) for problem in shelf.problems] == [
        ("malformed", f"an incident of pager could not be read: {reason}; it is left out")
        for reason in (
            "the whole is missing, not an object",
            "the whole is 7, not an object",
            "created_at is missing, not a time",
        )
    ]


@pytest.mark.parametrize(
    ("headers", "rate"),
    [
        ({"ratelimit-limit": "960", "ratelimit-remaining": "900", "ratelimit-reset": "12"}, (960, 900, 1012.0)),
        ({"ratelimit-limit": "960", "ratelimit-remaining": "900"}, None),
        ({}, None),
    ],
)
def test_the_reset_of_the_quota_is_seconds_to_wait(headers, rate):
    found = PagerDutyLimits().rate(headers, 1000.0)
    assert (found and (found.limit, found.remaining, found.resets_at)) == rate


@pytest.mark.parametrize(
    ("status", "headers", "wait"),
    [
        (429, {}, 60.0),
        (429, {"ratelimit-reset": "7"}, 7.0),
        (429, {"retry-after": "9", "ratelimit-reset": "7"}, 9.0),
        (403, {"ratelimit-reset": "7"}, None),
        (200, {}, None),
    ],
)
def test_only_a_429_asks_for_a_pause_and_may_say_nothing_about_it(status, headers, wait):
    assert PagerDutyLimits().refused(status, headers, b"", 1000.0) == wait


def test_inspecting_tells_the_account_its_services_and_what_a_poll_costs(system):
    found = inspect(build(system).streams, datetime(2026, 5, 31, tzinfo=UTC))
    assert found.account == "acme.pagerduty.example"
    assert found.missing == ()
    services, environments = found.seen[0], found.seen[1:]
    assert services.names == {"PSHOP01 (Shop)": 0, "PCART02 (Cart)": 1, "PQUIET3 (Quiet)": 0}
    assert {one.origin: one.names for one in environments} == {
        "pager:PSHOP01": {"change-event": 1},
        "pager:PCART02": {"change-event": 1},
    }
    assert found.next_sync.startswith("4 requests when nothing is new")
    assert len(system.requests) <= 12


def test_inspecting_names_the_scopes_that_are_missing(monkeypatch, system):
    refuse(monkeypatch, system, "log_entries", 403)
    assert build(system).inspect().missing == ("incidents.read: to read log_entries",)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ({}, "give either `token: !env NAME` or `token_file: PATH`"),
        ({"token": "a", "token_file": "b"}, "give either `token: !env NAME` or `token_file: PATH`"),
        ({"token": "a", "services": []}, "at least 1 item"),
        ({"token": "a", "services": ["P 1"]}, "should match pattern"),
        ({"token": "a", "read": ["builds"]}, "Input should be 'incidents' or 'change_events'"),
        ({"token": "a", "url": "api.pagerduty.com"}, "an address such as"),
    ],
    ids=str,
)
def test_what_is_wrong_with_the_keys_is_said(written, message):
    with pytest.raises(ValueError, match=message):
        TYPES["pagerduty"].model_validate({"type": "pagerduty", **written})


def test_origins_are_known_where_services_are_named():
    def options(**written):
        return TYPES["pagerduty"].model_validate({"type": "pagerduty", "token": "a", **written})

    assert options(services=["PA", "PB"]).origins("pager") == ("pager:PA", "pager:PB")
    assert options().origins("pager") is None
    assert options().url == "https://api.pagerduty.com"


@pytest.mark.usefixtures("system")
def test_a_token_in_a_file_is_read_from_there(tmp_path):
    (tmp_path / "pager.token").write_text(f"{pagerduty.TOKEN}\n")
    written = {"type": "pagerduty", "url": pagerduty.URL, "token_file": "pager.token"}
    source = TYPES["pagerduty"].model_validate(written).build("pager", str(tmp_path))
    assert [stream.name for stream in source.streams] == ["incidents", "change_events"]


def test_pushes_are_taken_only_with_a_secret(system):
    assert build(system).webhook is None
    assert build(system, webhook_secret="hook").webhook is not None  # noqa: S106  of nobody
