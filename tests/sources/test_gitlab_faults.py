"""When GitLab misbehaves in the middle of reading: a documented error, nothing lost, no secret told."""

from datetime import timedelta

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
from scorecard_exporter.sources.registry import TYPES
from systems.gitlab import END, TOKEN, GitLab

OPTIONS = {
    "type": "gitlab",
    "url": "https://gitlab.acme.example",
    "token": TOKEN,
    "groups": ["acme/shop"],
    "history": "1d",
}

HTML = b"<html><body>502 Bad Gateway</body></html>"


def refused(request):
    raise httpx.ConnectError("no route", request=request)


FAULTS = {
    "401": (lambda _: httpx.Response(401, json={"message": "401 Unauthorized"}), FatalSourceError),
    "403": (lambda _: httpx.Response(403, json={"message": "403 Forbidden"}), SkippableSourceError),
    "404": (lambda _: httpx.Response(404, json={"message": "404 Not found"}), SkippableSourceError),
    "410": (lambda _: httpx.Response(410), SkippableSourceError),
    "429 for an hour": (lambda _: httpx.Response(429, headers={"retry-after": "3600"}), PausedSourceError),
    "429 without a word": (lambda _: httpx.Response(429, text="Retry later"), PausedSourceError),
    "500": (lambda _: httpx.Response(500, json={"message": "500 Internal Server Error"}), RetriableSourceError),
    "502 with a page": (lambda _: httpx.Response(502, content=HTML), RetriableSourceError),
    "a login page": (lambda _: httpx.Response(200, content=b"<html>Sign in</html>"), FatalSourceError),
    "cut off": (lambda _: httpx.Response(200, content=b'[{"id": 1, "na'), RetriableSourceError),
    "empty": (lambda _: httpx.Response(200, content=b""), RetriableSourceError),
    "another form": (lambda _: httpx.Response(200, json="fine"), RetriableSourceError),
    "null": (lambda _: httpx.Response(200, json=None), RetriableSourceError),
    "no connection": (refused, RetriableSourceError),
}


@pytest.fixture(autouse=True)
def no_waiting():
    """Nothing is tried twice, so that each fault is seen."""
    with stamina.set_testing(True, attempts=1):
        yield


@pytest.fixture
def gitlab(monkeypatch):
    """Two projects with one of each thing, within a day."""
    gitlab = GitLab()
    for path in ("acme/shop/api", "acme/shop/web"):
        project = gitlab.project(path)
        sha = gitlab.commit(project, 0.6)
        gitlab.deployment(project, 0.5, sha)
        gitlab.merge_request(project, 0.5, sha=sha)
        gitlab.pipeline(project, 0.5, sha)
        gitlab.issue(project, 0.5, type="incident", closed=0.4)
        gitlab.release(project, 0.5, "v1", sha)
    gitlab.fault, gitlab.when = None, lambda _: False

    def handle(request):
        gitlab.requests.append(request)
        return gitlab.fault(request) if gitlab.when(request) else gitlab(request)

    answer_with(monkeypatch, handle)
    return gitlab


def source():
    return TYPES["gitlab"].model_validate(OPTIONS).build("s", "/")


PLACES = {
    "the list of projects": "/groups/acme%2Fshop/projects",
    "deployments": "/deployments",
    "releases": "/releases",
    "tags": "/repository/tags",
    "the tip": "/repository/branches/main",
    "commits": "/repository/commits",
    "pipelines": "/pipelines",
    "merge requests": "/groups/acme%2Fshop/merge_requests",
    "issues": "/groups/acme%2Fshop/issues",
    "GraphQL": "/api/graphql",
    "the history of an incident": "/resource_state_events",
}
HARMLESS = {("GraphQL", SkippableSourceError)}
"""Asked by REST instead."""


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_ends_as_documented_and_loses_nothing(gitlab, place, fault):
    whole = poll(source(), Shelf(), END).records
    gitlab.fault, expected = FAULTS[fault]
    gitlab.when = lambda request: request.url.raw_path.decode().partition("?")[0].endswith(PLACES[place])
    built, shelf = source(), Shelf()
    errors = []
    try:
        streams = list(built.streams)
    except SourceError as error:
        streams, _ = [], errors.append(error)
    for stream in streams:
        try:
            step(stream, shelf, END)
        except SourceError as error:
            errors.append(error)
    if (place, expected) not in HARMLESS:
        assert errors
        assert {type(error) for error in errors} == {expected}
    assert not any(TOKEN in str(error) for error in errors)
    gitlab.when = lambda _: False
    poll(built, shelf, END)
    poll(source(), shelf, END + timedelta(minutes=5))
    assert shelf.records == whole


def test_what_one_stream_cannot_read_does_not_stop_the_others(gitlab):
    gitlab.fault, _ = FAULTS["403"]
    gitlab.when = lambda request: "/projects/10/" in request.url.path
    shelf, errors = Shelf(), []
    for stream in source().streams:
        try:
            step(stream, shelf, END)
        except SkippableSourceError as error:
            errors.append(str(error))
    assert len(errors) == 4  # deployments, commits, builds, and the history of an incident
    assert all("/projects/10/" in error for error in errors)
    assert {origin for origin, kind, _ in shelf.records if kind == "deployment"} == {"s:acme/shop/web"}
