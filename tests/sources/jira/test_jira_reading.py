"""Issues and releases of a project, from either edition: all of them, in few requests, and again without harm."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import jsonschema
import pytest

from fake_system import answer_with
from scorecard_exporter.errors import FatalSourceError, RetriableSourceError, SkippableSourceError, SourceError
from scorecard_exporter.events.model import Coverage, Deployment, Incident, Issue
from scorecard_exporter.sources.registry import TYPES
from systems import jira

AT = datetime(2026, 6, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def read_all(source, cursors=None, at=AT):
    """Every stream to its end: ({(kind, key): record}, cursors, problems)."""
    found, cursors, problems = {}, dict(cursors or {}), []
    streams = list(source.streams)
    while streams:
        unfinished = []
        for stream in streams:
            progress = None
            for batch in stream.read(cursors.get(stream.name), at):
                found |= {(record.kind, record.key): record for record in batch.records}
                cursors[stream.name], progress = batch.cursor, batch.progress
                problems += batch.problems
            if progress and not progress.is_finished:
                unfinished.append(stream)
        streams = unfinished
    return found, cursors, problems


def paths(system):
    return Counter(request.url.path.rpartition("/rest/api/")[2] for request in system.requests)


def keys(found, kind):
    return sorted(int(key.rpartition("-")[2]) for one, key in found if one == kind)


def test_everything_is_read(build):
    found, _, problems = read_all(build())
    assert keys(found, "issue") == list(range(1, 10))
    assert keys(found, "incident") == [1, 3, 5, 7, 9]
    assert keys(found, "deployment") == [20, 21, 22, 23, 24, 25]
    assert problems == []
    made = datetime(2024, 6, 3, 9, 15, 7, tzinfo=UTC)
    first = found["issue", "SHOP-1"]
    assert (first.opened_at, first.resolved_at) == (made, made + 5 * HOUR)
    assert [(step.status, (step.at - made) // HOUR) for step in first.history] == [
        ("To Do", 0),
        ("In Progress", 1),
        ("Resolved", 5),
        ("Closed", 30),
    ]
    last = found["incident", "SHOP-9"]
    assert (last.resolved_at, last.history) == (None, ())


def test_nothing_new_costs_a_request_a_stream_and_the_zone(build, system, edition):
    source = build()
    _, cursors, _ = read_all(source)
    system.requests.clear()
    found, _, _ = read_all(source, cursors, AT + HOUR)
    assert found == {}
    assert sum(paths(system).values()) == 3
    search = {"cloud": "3/search/jql", "data-center": "2/search"}[edition]
    root = search[0]
    assert paths(system) == {f"{root}/myself": 1, search: 1, f"{root}/project/SHOP/versions": 1}


@pytest.mark.parametrize("edition", ["cloud"], indirect=True)
def test_a_page_of_issues_with_all_their_changes_costs_two_requests(build, system):
    system.handle.page_size, system.handle.changes_on_page = 1000, 10_000
    read_all(build(read=["issues"]))
    asked = paths(system)
    assert set(asked) == {"3/myself", "3/status", "3/search/jql", "3/changelog/bulkfetch"}
    assert asked["3/myself"] == asked["3/status"] == 1
    # 730 days by windows of 60; nine of these thirteen hold an issue.
    assert (asked["3/search/jql"], asked["3/changelog/bulkfetch"]) == (13, 9)


@pytest.mark.parametrize("edition", ["cloud"], indirect=True)
def test_a_thousand_issues_cost_two_requests(build, system):
    """Held for the largest page that Jira gives."""
    created = datetime(2026, 5, 20, tzinfo=UTC)
    moves = [(created + HOUR, "1", "5")]
    system.handle.projects["SHOP"][:] = [jira.FakeIssue(f"SHOP-{n}", created, moves=moves) for n in range(1, 1001)]
    system.handle.page_size, system.handle.changes_on_page = 1000, 10_000
    (stream,) = build(read=["issues"]).streams
    batches = list(stream.read(None, AT))
    assert sum(len(batch.records) for batch in batches) == 1000
    assert all(record.resolved_at == created + HOUR for batch in batches for record in batch.records)
    asked = paths(system)
    assert (asked["3/search/jql"], asked["3/changelog/bulkfetch"]) == (1, 1)


def test_what_changed_is_read_at_the_next_poll(build, system):
    source = build()
    before, cursors, _ = read_all(source, at=datetime(2026, 5, 31, 9, tzinfo=UTC))
    system.grow()
    news, cursors, _ = read_all(source, cursors)
    assert set(news) == {
        ("issue", "SHOP-9"),
        ("incident", "SHOP-9"),
        ("issue", "SHOP-10"),
        ("incident", "SHOP-10"),
        *(("deployment", str(number)) for number in (20, 21, 22, 23, 24, 25, 40)),
    }
    assert news["incident", "SHOP-9"].resolved_at == datetime(2026, 5, 31, 12, 0, 30, tzinfo=UTC)
    whole, _, _ = read_all(source)
    assert before | news == whole


def test_what_became_visible_late_is_still_read(build, system):
    """Search is consistent only after a while: what was changed up to ten minutes before a poll is asked for again."""
    source = build(read=["issues"])
    _, cursors, _ = read_all(source)
    late = AT - timedelta(minutes=9)
    system.handle.projects["SHOP"].append(jira.FakeIssue("SHOP-11", late))
    news, _, _ = read_all(source, cursors, AT + timedelta(minutes=5))
    assert set(news) == {("issue", "SHOP-11")}


@pytest.mark.parametrize("zone", ["UTC", "America/Los_Angeles", "Asia/Kathmandu", "Pacific/Kiritimati"])
def test_the_zone_of_the_account_changes_nothing(build, system, zone):
    whole, _, _ = read_all(build(read=["issues"]))
    system.handle.zone = zone
    assert read_all(build(read=["issues"]))[0] == whole


@pytest.mark.parametrize("edition", ["data-center"], indirect=True)
def test_issues_that_change_while_their_pages_are_read_push_no_other_off(build, system):
    """An issue of the first page is updated, and leaves the window, before the second page is asked for."""
    handler, issues = system.handle, system.handle.projects["SHOP"]
    day = datetime(2026, 5, 20, tzinfo=UTC)
    issues[:] = [jira.FakeIssue(f"SHOP-{n}", day + n * HOUR) for n in range(1, 12)]

    def answer(request):
        response = handler(request)
        if "search" in request.url.path:
            issues[0].updated = AT + HOUR
        return response

    (stream,) = build(answer, read=["issues"]).streams
    found = {record.key for batch in stream.read(None, AT) for record in batch.records}
    assert found == {f"SHOP-{n}" for n in range(1, 12)}


def test_a_condition_is_asked_for_as_well(build, system):
    system.handle.projects["SHOP"][3].labels = ("other",)
    found, _, _ = read_all(build(read=["issues"], jql="labels = other"))
    assert keys(found, "issue") == [4]


def test_another_meaning_reads_all_anew_and_drops_what_was_made_of_it(build):
    _, cursors, _ = read_all(build(read=["issues"]))
    (stream,) = build(read=["issues"], incident_types=["bug"]).streams
    first, *others = stream.read(cursors[stream.name], AT)
    assert first.replace == (("jira:SHOP", "issue"), ("jira:SHOP", "incident"))
    assert all(batch.replace == () for batch in others)


def test_releases_are_the_released_versions_from_the_beginning_of_their_day(build, system):
    system.handle.zone = "America/Los_Angeles"
    system.handle.versions["SHOP"][:] = [
        jira.version(1, "1.0", "2026-01-05"),
        jira.version(2, "1.1", "2026-07-05"),
        jira.version(3, "2.0", "2026-02-05", released=False),
        jira.version(4, "1.2", None),
        {"id": "5", "name": "1.3", "released": True, "releaseDate": "soon"},
        {"id": "6"},
        None,
    ]
    (stream,) = build(read=["releases"]).streams
    (batch,) = stream.read(None, AT)
    assert [(one.key, one.version, one.environment, one.status) for one in batch.records] == [
        ("1", "1.0", "release", "success"),
        ("2", "1.1", "release", "success"),
    ]
    first = batch.records[0]
    assert first.finished_at.astimezone(UTC) == datetime(2026, 1, 5, 8, tzinfo=UTC)
    assert first.url.endswith("/projects/SHOP/versions/1")
    assert batch.coverage == (Coverage(origin="jira:SHOP", kind="deployment", from_at=None, to_at=AT),)
    assert {problem.code for problem in batch.problems} == {"malformed"}
    assert [
        problem.message.removeprefix("a version of jira:SHOP could not be read: ") for problem in batch.problems
    ] == [
        "version '1.2' is released without a day; set its release date in Jira; it is left out",
        "version '1.3' is released without a day; set its release date in Jira; it is left out",
        "the whole is missing, not an object; it is left out",
    ]


def test_a_release_that_was_taken_back_goes(build, system):
    (stream,) = build(read=["releases"]).streams
    *_, last = stream.read(None, AT)
    system.handle.versions["SHOP"][0]["released"] = False
    (batch,) = stream.read(last.cursor, AT + HOUR)
    assert batch.replace == (("jira:SHOP", "deployment"),)
    assert [record.key for record in batch.records] == ["21", "22", "23", "24", "25"]


def test_the_streams_of_a_project_are_named_after_it(build):
    source = build(projects=["SHOP", "PAY"])
    assert [(stream.name, stream.origin) for stream in source.streams] == [
        ("SHOP/issues", "jira:SHOP"),
        ("SHOP/releases", "jira:SHOP"),
        ("PAY/issues", "jira:PAY"),
        ("PAY/releases", "jira:PAY"),
    ]


def test_a_project_that_is_gone_does_not_hold_up_the_others(build):
    """In Jira's own words."""
    first, second = build(projects=["GONE", "SHOP"], read=["issues"]).streams
    with pytest.raises(SkippableSourceError, match="The value 'GONE' does not exist for the field 'project'"):
        list(first.read(None, AT))
    assert list(second.read(None, AT))


def test_a_malformed_issue_is_told_and_the_others_are_read(build, system):
    handler = system.handle

    def answer(request):
        response = handler(request)
        if "search" not in request.url.path:
            return response
        body = response.json()
        for issue in body["issues"]:
            issue["fields"] |= {"created": None} if issue["key"] == "SHOP-4" else {}
        return httpx.Response(200, json=body)

    found, _, problems = read_all(build(answer, read=["issues"]))
    assert keys(found, "issue") == [1, 2, 3, 5, 6, 7, 8, 9]
    assert {problem.code for problem in problems} == {"malformed"}
    assert "an issue of jira:SHOP could not be read: fields.created is missing" in problems[0].message


@pytest.mark.parametrize(
    ("broken", "answer", "error"),
    [
        ("search", {"json": {}}, RetriableSourceError),
        ("search", {"json": []}, RetriableSourceError),
        ("search", {"json": {"issues": None}}, RetriableSourceError),
        ("search", {"content": b'{"issues": [{"id"'}, RetriableSourceError),
        ("search", {"content": b""}, RetriableSourceError),
        ("myself", {"json": {"displayName": "x"}}, FatalSourceError),
        ("myself", {"json": {"timeZone": "Mars/Base"}}, FatalSourceError),
        ("status", {"json": {}}, RetriableSourceError),
        ("status", {"json": []}, RetriableSourceError),
        ("status", {"json": [{"id": "1", "statusCategory": {"key": "new"}}, {}, None]}, RetriableSourceError),
        ("versions", {"json": {}}, RetriableSourceError),
    ],
    ids=str,
)
def test_an_answer_that_is_none_moves_nothing(build, system, broken, answer, error):
    handler = system.handle

    def answering(request):
        return httpx.Response(200, **answer) if broken in request.url.path else handler(request)

    issues, releases = build(answering).streams
    with pytest.raises(error):
        next((releases if broken == "versions" else issues).read(None, AT))


@pytest.mark.parametrize("edition", ["data-center"], indirect=True)
def test_a_page_that_comes_for_ever_is_noticed(build, system):
    handler = system.handle
    handler.page_size = 2
    first = {}

    def answering(request):
        if "search" not in request.url.path:
            return handler(request)
        response = handler(request)
        if len(response.json()["issues"]) == 2:
            return first.setdefault("page", response)
        return first.get("page", response)

    handler.projects["SHOP"][:] = [jira.FakeIssue(f"SHOP-{n}", AT - HOUR) for n in range(1, 8)]
    (stream,) = build(answering, read=["issues"]).streams
    with pytest.raises(RetriableSourceError, match="same page again and again"):
        list(stream.read(None, AT))


@pytest.mark.parametrize("edition", ["cloud"], indirect=True)
@pytest.mark.parametrize("path", ["search/jql", "changelog/bulkfetch"])
def test_a_token_that_leads_nowhere_is_noticed(build, system, path):
    handler = system.handle

    def answering(request):
        response = handler(request)
        if not request.url.path.endswith(path):
            return response
        body = response.json() | {"nextPageToken": "page-0" if "search" in path else "0"}
        body.pop("isLast", None)
        return httpx.Response(200, json=body)

    (stream,) = build(answering, read=["issues"]).streams
    with pytest.raises(RetriableSourceError, match="same page again and again"):
        list(stream.read(None, AT))


@pytest.mark.parametrize(
    ("status", "answer", "error", "words"),
    [
        (400, {"json": {"errorMessages": ["Unbounded JQL queries are not allowed here."]}}, SkippableSourceError,
         "refuses: Unbounded JQL queries"),
        (401, {"text": "Client must be authenticated"}, FatalSourceError, "check the credential"),
        (403, {"json": {"errors": {"a": "b"}}}, SkippableSourceError, "refuses: a: b; the account may not see it"),
        (404, {"html": "<h1>Oops</h1>"}, SkippableSourceError, "check `url`, the project and `edition`"),
        (410, {"json": {"errorMessages": ["The requested API has been removed."]}}, SkippableSourceError,
         "set `edition: cloud`"),
        (429, {"headers": {"retry-after": "120"}}, SourceError, "asks for a pause of 120 s"),
        (429, {}, SourceError, "asks for a pause of 60 s"),
        (503, {"headers": {"retry-after": "90"}}, SourceError, "asks for a pause of 90 s"),
        (503, {}, RetriableSourceError, "answers 503"),
        (502, {"html": "<h1>Bad gateway</h1>"}, RetriableSourceError, "answers 502"),
    ],
    ids=str,
)  # fmt: skip
def test_a_refusal_says_what_happens_next(build, status, answer, error, words):
    source = build(lambda _: httpx.Response(status, **answer))
    with pytest.raises(error) as caught:
        list(next(iter(source.streams)).read(None, AT))
    assert words in str(caught.value)
    assert jira.TOKEN not in str(caught.value)


def test_the_wrong_edition_is_told(build, system, edition):
    other = {"cloud": "data-center", "data-center": "cloud"}[edition]
    user = {"user": jira.USER} if edition == "cloud" else {"user": None}
    options = {**system.options, **user, "edition": other}
    if edition == "data-center":
        options |= {"user": "scorecard"}
    source = build(lambda _: httpx.Response(410 if edition == "cloud" else 404, json={}), **options)
    with pytest.raises(SkippableSourceError, match="edition"):
        list(next(iter(source.streams)).read(None, AT))


def test_inspection_shows_the_account_and_the_types_of_issues(build, system):
    seen = build(projects=["SHOP", "GONE"]).inspect()
    assert seen.account == "Scorecard, in the time zone Australia/Sydney"
    assert [(one.sort, one.origin, dict(one.names)) for one in seen.seen] == [
        ("issue types", "jira:SHOP", {"Bug": 4, "Incident": 5})
    ]
    (missing,) = seen.missing
    assert missing.startswith("Browse projects in GONE, to read its issues:")
    assert "No project could be found with key 'GONE'" in missing
    assert len(system.requests) == 1 + 2 + 2


@pytest.fixture(scope="session")
def spec():
    found = Path("../shared/specs/jira.json")
    if not found.is_file():
        pytest.skip(f"no description of the API at {found}")
    return json.loads(found.read_text())


@pytest.mark.parametrize("edition", ["cloud"], indirect=True)
def test_requests_are_those_of_the_description(build, system, spec):
    """Path, method, names of parameters and the forms of bodies; projects are not in the trimmed description."""
    read_all(build())
    build().inspect()
    checked = Counter()
    for request in system.requests:
        if "/project/" in request.url.path:
            continue
        operation = spec["paths"][request.url.path][request.method.lower()]
        parameters = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"}
        assert set(request.url.params) <= parameters, request.url
        if request.content:
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            jsonschema.validate(json.loads(request.content), {**schema, "components": spec["components"]})
        checked[request.url.path] += 1
    assert len(checked) == 5


def test_the_records_of_the_two_editions_differ_in_their_addresses_only(monkeypatch):
    found = []
    for cloud in (True, False):
        system = jira.system(cloud=cloud)
        answer_with(monkeypatch, system)
        source = TYPES["jira"].model_validate(system.options).build("jira", "/")
        records, _, _ = read_all(source)
        found.append({key: {**_fields(record), "url": ""} for key, record in records.items()})
    assert found[0] == found[1]


def _fields(record):
    assert isinstance(record, Issue | Incident | Deployment)
    return {name: getattr(record, name) for name in type(record).__dataclass_fields__}
