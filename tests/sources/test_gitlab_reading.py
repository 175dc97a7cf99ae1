"""Reading GitLab: nothing missed, nothing asked twice, whatever moves meanwhile."""

import json
import re
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest

from fake_system import answer_with
from reading import Shelf, poll, step
from scorecard_exporter.errors import PausedSourceError, RetriableSourceError, SkippableSourceError
from scorecard_exporter.sources.gitlab import api as asking
from scorecard_exporter.sources.gitlab.api import Api
from scorecard_exporter.sources.gitlab.connection import connect
from scorecard_exporter.sources.gitlab.details import chunks, query_for
from scorecard_exporter.sources.gitlab.limits import GitLabLimits
from scorecard_exporter.sources.gitlab.projects import Project, outermost
from scorecard_exporter.sources.gitlab.streams import paced
from scorecard_exporter.sources.registry import TYPES
from systems.gitlab import END, TOKEN, GitLab, acme, at, system

SPEC = Path(__file__).resolve().parents[2].parent / "shared" / "specs" / "gitlab.json"


@pytest.fixture
def gitlab(monkeypatch):
    """A GitLab without projects; what it was asked is in its `requests`."""
    return listening(GitLab(), monkeypatch)


def listening(gitlab, monkeypatch):
    def handle(request):
        gitlab.requests.append(request)
        return gitlab(request)

    answer_with(monkeypatch, handle)
    return gitlab


def source(**more):
    options = {"type": "gitlab", "url": "https://gitlab.acme.example", "token": TOKEN, **more}
    return TYPES["gitlab"].model_validate(options).build("s", "/")


def asked(gitlab, since=0):
    """Path and query of what was asked, without what all of them have."""
    return [request.url.path.removeprefix("/api/v4/") for request in gitlab.requests[since:]]


# The whole of it.


@pytest.fixture
def whole(monkeypatch):
    """The fake system of the contract, read from nothing, the day before its end."""
    fake = system()
    answer_with(monkeypatch, fake)
    built = TYPES["gitlab"].model_validate(fake.options).build("s", "/")
    return fake, built, poll(built, Shelf(), END - timedelta(days=1))


def test_two_years_are_read_from_nothing(whole):
    _, _, shelf = whole
    counts = {kind: len(shelf.of(kind, "s:acme/shop/api")) for kind in ("commit", "pull_request", "change", "build")}
    assert counts == {"commit": 12, "pull_request": 7, "change": 6, "build": 6}
    # 7 deployments, and a release and a tag of each of the 6 merges.
    assert len(shelf.of("deployment", "s:acme/tools")) == 7 + 6 + 6
    assert (len(shelf.of("issue", "s:acme/tools")), len(shelf.of("incident", "s:acme/tools"))) == (6, 7)
    assert shelf.of("branch", "s:acme/tools").keys() == {"main"}
    assert len(shelf.of("review", "s:acme/tools")) == 2 * 6 + 1
    assert shelf.problems == []
    assert not any("old" in origin for origin, _, _ in shelf.records)


def test_all_that_was_read_is_covered_for_every_project(whole):
    _, _, shelf = whole
    end = END - timedelta(days=1)
    kinds = {"deployment", "commit", "branch", "pull_request", "change", "review", "build", "issue", "incident"}
    origins = {"s:acme/shop/api", "s:acme/tools"}
    assert shelf.coverage == {(origin, kind): (end - timedelta(days=730), end) for origin in origins for kind in kinds}


def test_reading_again_asks_little_and_changes_nothing(whole):
    fake, built, shelf = whole
    before, count = dict(shelf.records), len(fake.requests)
    poll(built, shelf, END - timedelta(hours=23))
    assert shelf.records == before
    paths = [request.url.path.removeprefix("/api/v4/") for request in fake.requests[count:]]
    each = ("deployments", "releases", "repository/tags", "repository/branches/main", "pipelines")
    assert sorted(paths) == sorted(
        ["groups/acme/projects", "groups/acme/merge_requests", "groups/acme/issues"]
        + [f"projects/{project}/{what}" for project in (10, 11) for what in each]
    )


def test_what_is_new_and_what_has_changed_is_found(whole):
    fake, built, shelf = whole
    before = dict(shelf.records)
    fake.grow()
    poll(built, shelf, END)
    changed = {address for address, record in shelf.records.items() if record != before.get(address)}
    ours = sorted((kind, key) for origin, kind, key in changed if origin == "s:acme/shop/api")
    counts = {"branch": 1, "build": 1, "change": 1, "commit": 1, "deployment": 4, "incident": 1}
    assert Counter(kind for kind, _ in ours) == {**counts, "pull_request": 2, "review": 3}
    ended = shelf.of("deployment", "s:acme/shop/api")["10006"]
    assert (ended.status, ended.finished_at) == ("success", END - timedelta(days=0.3))
    ready = shelf.of("pull_request", "s:acme/shop/api")["7"]
    assert ready.ready_at == END - timedelta(days=0.2)
    assert shelf.of("incident", "s:acme/shop/api")["13"].resolved_at == END - timedelta(days=0.2)


def test_the_size_of_pages_makes_no_difference(monkeypatch):
    gitlab, _ = acme()
    listening(gitlab, monkeypatch)
    whole = poll(source(projects=["acme/tools"]), Shelf(), END).records
    for size in (1, 2, 7):
        gitlab.largest_page = size
        assert poll(source(projects=["acme/tools"]), Shelf(), END).records == whole


def test_killed_between_any_two_requests_it_goes_on_where_it_was(monkeypatch):
    gitlab, _ = acme()
    listening(gitlab, monkeypatch)
    options = {"projects": ["acme/tools"], "history": "120d"}
    whole = poll(source(**options), Shelf(), END).records
    total = len(gitlab.requests)
    shelf = Shelf()

    class Killed(Exception):  # noqa: N818
        pass

    def handle(request):
        nonlocal left
        left -= 1
        if left < 0:
            raise Killed
        gitlab.requests.append(request)
        return gitlab(request)

    answer_with(monkeypatch, handle)
    for allowed in range(1, total, 2):
        left = allowed
        try:
            poll(source(**options), shelf, END)
        except Killed:
            continue
    left = 10 * total
    assert poll(source(**options), shelf, END).records == whole


# Requests counted.


def cost(gitlab, shelf, **options):
    """What the first read of a day asks of a project whose history is a day, by what was asked for."""
    names = [one["about"]["path_with_namespace"] for one in gitlab.projects.values()]
    poll(source(**({"projects": names} | options), history="1d"), shelf, END)
    return asked(gitlab)


def test_a_hundred_deployments_are_a_request(gitlab):
    project = gitlab.project("a/b")
    sha = gitlab.commit(project, 0.5)
    for number in range(100):
        gitlab.deployment(project, 0.001 * number, sha)
    shelf = Shelf()
    assert cost(gitlab, shelf, read=["deployments"]) == ["projects/a/b", f"projects/{project}/deployments"]
    assert len(shelf.of("deployment")) == 100


def test_a_hundred_commits_are_a_request_and_their_tip_another(gitlab):
    project = gitlab.project("a/b")
    for number in range(100):
        gitlab.commit(project, 0.5 - 0.001 * number)
    shelf = Shelf()
    below = f"projects/{project}/repository"
    assert cost(gitlab, shelf, read=["commits"]) == ["projects/a/b", f"{below}/branches/main", f"{below}/commits"]
    assert len(shelf.of("commit")) == 100


def test_a_hundred_merge_requests_of_a_group_are_a_request_and_the_notes_of_twenty_another(gitlab):
    project = gitlab.project("a/b")
    for number in range(100):
        gitlab.merge_request(project, 0.001 * number)
    shelf = Shelf()
    paths = cost(gitlab, shelf, projects=[], groups=["a"], read=["merge_requests"])
    assert paths == ["groups/a/projects", "groups/a/merge_requests", *["/api/graphql"] * 5]
    assert (len(shelf.of("change")), len(shelf.of("review"))) == (100, 200)


def test_a_hundred_merge_requests_of_fifty_projects_are_few_queries(gitlab):
    for number in range(50):
        project = gitlab.project(f"a/b{number}")
        gitlab.merge_request(project, 0.001 * number)
        gitlab.merge_request(project, 0.001 * number)
    paths = cost(gitlab, Shelf(), projects=[], groups=["a"], read=["merge_requests"])
    assert paths.count("/api/graphql") == 13  # 4 projects at once
    assert paths.count("groups/a/merge_requests") == 1


def test_a_project_without_a_push_for_hours_is_not_asked_for_commits_and_tags(gitlab):
    gitlab.project("a/b", last_activity_at=at(0.3))
    gitlab.commit(10, 0.4)
    options = {"projects": ["a/b"], "read": ["commits", "tags"], "history": "2d"}
    shelf = poll(source(**options), Shelf(), END)
    count = len(gitlab.requests)
    later = END + timedelta(hours=5)
    poll(source(**options), shelf, later)
    assert asked(gitlab, count) == ["projects/a/b"]
    assert shelf.coverage["s:a/b", "commit"][1] == later


# What moves while it is read.


def test_a_thing_that_changes_between_two_pages_pushes_no_other_one_out(gitlab, monkeypatch):
    """With numbered pages, the third would come to where the second was, on the page that was read already."""
    project = gitlab.project("a/b")
    for days in (0.9, 0.8, 0.7, 0.6, 0.5):
        gitlab.issue(project, days)
    gitlab.largest_page = 2

    def handle(request):
        gitlab.requests.append(request)
        response = gitlab(request)
        if len(gitlab.requests) == 2:
            gitlab.projects[project]["issues"][0]["updated_at"] = at(0.01)
        return response

    answer_with(monkeypatch, handle)
    shelf = poll(source(projects=["a/b"], read=["issues"], history="1d"), Shelf(), END)
    assert list(shelf.of("issue")) == ["1", "2", "3", "4", "5"]


def test_things_of_one_moment_that_fill_more_than_a_page_all_come(gitlab):
    project = gitlab.project("a/b")
    for _ in range(7):
        gitlab.issue(project, 0.5)
    gitlab.largest_page = 2
    shelf = poll(source(projects=["a/b"], read=["issues"], history="1d"), Shelf(), END)
    assert len(shelf.of("issue")) == 7


def test_pages_of_commits_do_not_shift_when_something_is_pushed(gitlab, monkeypatch):
    project = gitlab.project("a/b")
    for number in range(6):
        gitlab.commit(project, 0.9 - number / 10)
    gitlab.largest_page = 2

    def handle(request):
        gitlab.requests.append(request)
        if request.url.path.endswith("/commits"):
            gitlab.commit(project, 0.2)
        return gitlab(request)

    answer_with(monkeypatch, handle)
    built = source(projects=["a/b"], read=["commits"], history="2d")
    shelf = poll(built, Shelf(), END)
    assert len(shelf.of("commit")) == 6
    answer_with(monkeypatch, gitlab)
    poll(built, shelf, END + timedelta(minutes=5))
    assert shelf.of("commit").keys() == gitlab.projects[project]["commits"].keys()


def test_an_old_commit_that_is_merged_only_now_is_found(gitlab):
    """Its date is long before what was read last, so no question by time would find it."""
    project = gitlab.project("a/b")
    first = gitlab.commit(project, 100)
    old = gitlab.commit(project, 99, parents=[first], branch="")
    tip = gitlab.commit(project, 2)
    built = source(projects=["a/b"], read=["commits"])
    shelf = poll(built, Shelf(), END - timedelta(days=1))
    assert old not in shelf.of("commit")
    gitlab.commit(project, 0.5, parents=[tip, old])
    count = len(gitlab.requests)
    poll(built, shelf, END)
    assert old in shelf.of("commit")
    assert asked(gitlab, count)[-2:] == ["projects/10/repository/branches/main", "projects/10/repository/commits"]
    assert dict(gitlab.requests[-1].url.params)["ref_name"].startswith(f"{tip}..")


def test_a_rewritten_branch_is_read_anew_and_replaces_what_was_known(gitlab):
    project = gitlab.project("a/b")
    first = gitlab.commit(project, 10)
    gone = gitlab.commit(project, 9)
    built = source(projects=["a/b"], read=["commits"])
    shelf = poll(built, Shelf(), END - timedelta(days=1))
    gitlab.projects[project]["branches"]["main"] = first
    new = gitlab.commit(project, 0.5)
    poll(built, shelf, END)
    assert shelf.of("commit").keys() == {first, new}
    assert shelf.of("branch")["main"].sha == new
    gitlab.projects[project]["branches"]["main"] = first  # taken back, with nothing new
    poll(built, shelf, END + timedelta(minutes=5))
    assert shelf.of("commit").keys() == {first}
    del gitlab.projects[project]["commits"][first]  # even the old tip is gone
    gitlab.projects[project]["branches"]["main"] = other = gitlab.commit(project, 0.1, parents=[])
    poll(built, shelf, END + timedelta(minutes=10))
    assert shelf.of("commit").keys() == {other}
    assert gone != other


def test_the_commits_of_a_hotfix_branch_come_with_what_was_deployed_from_it(gitlab):
    project = gitlab.project("a/b")
    base = gitlab.commit(project, 10)
    gitlab.commit(project, 9)
    first = gitlab.commit(project, 8, parents=[base], branch="")
    last = gitlab.commit(project, 7, parents=[first], branch="")
    for days, environment, ref in ((6, "staging", "hotfix"), (5, "production", "v1.1"), (4, "review/x", "x")):
        gitlab.deployment(project, days, last, environment=environment, ref=ref)
    gitlab.deployment(project, 3, "d" * 40, ref="v0")  # its commit is gone
    shelf = poll(source(projects=["a/b"], read=["deployments", "commits"], history="30d"), Shelf(), END)
    assert shelf.of("commit")[last].parents == (first,)
    assert shelf.of("commit")[first].parents == (base,)
    assert [problem.code for problem in shelf.problems] == ["no_commits"]
    assert {one.version for one in shelf.of("deployment").values()} == {"", "v1.1", "v0"}


def test_without_commits_none_are_asked_for(gitlab):
    project = gitlab.project("a/b")
    gitlab.deployment(project, 0.5, gitlab.commit(project, 0.6), ref="v1")
    poll(source(projects=["a/b"], read=["deployments"], history="1d"), Shelf(), END)
    assert asked(gitlab) == ["projects/a/b", "projects/10/deployments"]


def test_with_another_branch_all_commits_are_read_anew(gitlab):
    project = gitlab.project("a/b")
    main = gitlab.commit(project, 10)
    shelf = poll(source(projects=["a/b"], read=["commits"]), Shelf(), END)
    gitlab.projects[project]["branches"]["live"] = live = gitlab.commit(project, 9, parents=[], branch="")
    poll(source(projects=["a/b"], read=["commits"], branch="live"), shelf, END + timedelta(minutes=5))
    assert (shelf.of("commit").keys(), main != live) == ({live}, True)
    assert shelf.of("branch").keys() == {"live"}


def test_a_deeper_history_is_read_on_without_reading_the_rest_again(gitlab):
    project = gitlab.project("a/b")
    for days in range(30, 0, -1):
        gitlab.commit(project, days)
        gitlab.deployment(project, days, "c" * 40)
    gitlab.largest_page = 5
    options = {"projects": ["a/b"], "read": ["commits", "deployments"]}
    shelf = poll(source(**options, history="10d"), Shelf(), END)
    few = len(shelf.of("commit"))
    assert 10 <= few < 20
    poll(source(**options, history="60d"), shelf, END)
    assert len(shelf.of("commit")) == len(shelf.of("deployment")) == 30
    assert shelf.coverage["s:a/b", "commit"][0] == END - timedelta(days=60)


def test_a_light_tag_on_an_old_commit_is_found(gitlab):
    project = gitlab.project("a/b")
    old = gitlab.commit(project, 20)
    new = gitlab.commit(project, 2)
    tags = gitlab.projects[project]["tags"]
    tags.append({"name": "v1", "commit": gitlab.projects[project]["commits"][new], "created_at": None})
    built = source(projects=["a/b"], read=["tags"])
    shelf = poll(built, Shelf(), END - timedelta(days=1))
    tags.append({"name": "v0", "commit": gitlab.projects[project]["commits"][old], "created_at": None})
    poll(built, shelf, END)
    assert set(shelf.of("deployment")) == {"tag:v0", "tag:v1"}


# Which projects.


def paths_of(built):
    return sorted({name.rpartition("/")[0] for name in (stream.name for stream in built.streams)})


@pytest.mark.parametrize(
    ("options", "things", "why"),
    [
        ({"groups": ["acme"]}, ["acme/a", "acme/shop/b", "acme/shop/c"], "with subgroups, without the archived one"),
        ({"groups": ["acme"], "only": ["acme/shop/*"]}, ["acme/shop/b", "acme/shop/c"], "some of them"),
        ({"groups": ["acme"], "except": ["*/b", "/c$/"]}, ["acme/a"], "all but some"),
        ({"groups": ["acme/shop", "acme"]}, ["acme/a", "acme/shop/b", "acme/shop/c"], "a group within the other: once"),
        ({"projects": ["acme/a", "acme/old"]}, ["acme/a", "acme/old"], "an archived one that is named"),
        ({"groups": ["acme"], "projects": ["acme/old"], "except": ["*"]}, ["acme/old"], "both"),
        ({"groups": ["acme"], "projects": ["acme/a"], "except": ["*"]}, ["acme/a"], "named, though left out"),
    ],
)
def test_which_projects_are_read(gitlab, options, things, why):
    for path in ("acme/a", "acme/shop/b", "acme/shop/c"):
        gitlab.project(path)
    gitlab.project("acme/old", archived=True)
    built = source(**options, read=["deployments"])
    assert paths_of(built) == things, why


def test_groups_within_groups_are_read_once():
    assert outermost(("acme", "acme/shop", "acme-labs", "ACME/tools", "acme/")) == ("acme", "acme-labs")


def test_a_renamed_project_keeps_the_name_that_is_configured(gitlab):
    project = gitlab.project("new/name", was="old/name")
    gitlab.deployment(project, 1, gitlab.commit(project, 2))
    gitlab.merge_request(project, 1)
    shelf = poll(source(projects=["old/name"]), Shelf(), END)
    assert {origin for origin, _, _ in shelf.records} == {"s:old/name"}
    assert len(shelf.of("review")) == 2  # GraphQL knows the new path only


def test_the_path_of_a_project_is_one_part_of_the_address(gitlab):
    gitlab.project("acme/shop/api")
    list(source(projects=["acme/shop/api"]).streams)
    assert gitlab.requests[0].url.raw_path == b"/api/v4/projects/acme%2Fshop%2Fapi"


def test_one_that_is_gone_fails_alone(gitlab):
    gitlab.project("a/b")
    built = source(projects=["a/gone", "a/b"], groups=["nothing"], read=["deployments"])
    streams = {stream.name: stream for stream in built.streams}
    assert streams.keys() == {"a/gone", "nothing", "a/b/deployments"}
    with pytest.raises(SkippableSourceError, match="needs the role Reporter"):
        step(streams["a/gone"], Shelf(), END)
    step(streams["a/b/deployments"], Shelf(), END)


def test_a_malformed_project_fails_alone_and_is_read_whole_when_it_is_mended(gitlab):
    for path in ("acme/a", "acme/b"):
        gitlab.merge_request(gitlab.project(path), 300)
    about = gitlab.projects[10]["about"]
    about["id"] = None
    options = {"groups": ["acme"], "read": ["deployments", "merge_requests"]}
    shelf = Shelf()
    streams = {stream.name: stream for stream in source(**options).streams}
    assert streams.keys() == {"project 1 of acme", "acme/b/deployments", "acme/merge_requests"}
    with pytest.raises(RetriableSourceError, match="id is missing"):
        step(streams.pop("project 1 of acme"), shelf, END)
    for stream in [*streams.values()] * 10:
        step(stream, shelf, END)
    assert {one.origin for one in shelf.of("change").values()} == {"s:acme/b"}
    about["id"] = 10
    poll(source(**options), shelf, END + timedelta(minutes=5))
    assert len(shelf.of("change", "s:acme/a")) == 1


@pytest.mark.parametrize(
    ("about", "names"),
    [
        ({"environments_access_level": "disabled", "releases_access_level": "disabled"}, "tags builds"),
        ({"empty_repo": True, "default_branch": None}, "deployments releases"),
        ({"repository_access_level": "disabled"}, "deployments releases builds"),
    ],
)
def test_features_that_are_turned_off_are_not_asked_for(gitlab, about, names):
    gitlab.project("a/b", merge_requests_access_level="disabled", issues_access_level="disabled", **about)
    gitlab.projects[10]["branches"]["main"] = gitlab.commit(10, 1)
    poll(source(projects=["a/b"], read=["deployments", "releases", "tags", "builds", "issues"]), Shelf(), END)
    words = {"deployments": "deployments", "releases": "releases", "tags": "repository/tags", "builds": "pipelines"}
    assert set(asked(gitlab)) == {"projects/a/b", *(f"projects/10/{words[name]}" for name in names.split())}


def test_a_project_that_comes_to_a_group_with_a_past_has_all_read_anew(gitlab):
    gitlab.project("acme/a")
    gitlab.merge_request(10, 300)
    built = source(groups=["acme"], read=["merge_requests"])
    shelf = poll(built, Shelf(), END - timedelta(days=1))
    gitlab.project("acme/b", created_at=at(700))
    gitlab.merge_request(11, 300)
    poll(built, shelf, END)
    assert len(shelf.of("change", "s:acme/b")) == 1
    assert shelf.coverage["s:acme/b", "change"] == (END - timedelta(days=730), END)


def test_a_project_that_was_just_made_needs_no_reading_anew(gitlab):
    gitlab.project("acme/a")
    built = source(groups=["acme"], read=["merge_requests"])
    shelf = poll(built, Shelf(), END - timedelta(days=1))
    gitlab.project("acme/b", created_at=at(0.5))
    gitlab.merge_request(11, 0.1)
    count = len(gitlab.requests)
    poll(built, shelf, END)
    few = ["groups/acme/projects", "groups/acme/merge_requests"]
    assert asked(gitlab, count) == [*few, "/api/graphql"]
    assert len(shelf.of("change", "s:acme/b")) == 1
    count = len(gitlab.requests)
    poll(built, shelf, END + timedelta(hours=1))
    assert asked(gitlab, count) == few


# Notes and commits of merge requests.


def test_without_graphql_notes_and_commits_are_asked_for_one_by_one(gitlab):
    project = gitlab.project("a/b")
    for _ in range(3):
        gitlab.merge_request(project, 0.5)
    options = {"projects": ["a/b"], "read": ["merge_requests"], "history": "1d"}
    by_graphql = poll(source(**options), Shelf(), END).records
    gitlab.has_graphql = False
    count = len(gitlab.requests)
    assert poll(source(**options), Shelf(), END).records == by_graphql
    assert asked(gitlab, count).count("/api/graphql") == 1
    assert asked(gitlab, count)[-2:] == [f"projects/{project}/merge_requests/3/{what}" for what in ("notes", "commits")]


def test_a_query_that_takes_too_long_is_made_good_by_rest_and_the_next_one_is_tried(gitlab, monkeypatch):
    project = gitlab.project("a/b")
    for _ in range(21):
        gitlab.merge_request(project, 0.5)
    slow = {"errors": [{"message": "Timeout on MergeRequest.notes"}], "data": None}
    queries = []

    def handle(request):
        gitlab.requests.append(request)
        if request.url.path == "/api/graphql":
            queries.append(request)
            if len(queries) == 1:
                return httpx.Response(200, json=slow)
        return gitlab(request)

    answer_with(monkeypatch, handle)
    shelf = poll(source(projects=["a/b"], read=["merge_requests"], history="1d"), Shelf(), END)
    assert (len(queries), len(shelf.of("review")), shelf.problems) == (2, 42, [])


def test_all_notes_of_a_long_discussion_are_read(gitlab):
    project = gitlab.project("a/b")
    number = gitlab.merge_request(project, 0.1)
    for count in range(250):
        gitlab.note(project, number, 0.05 - count / 10_000, "ann", "Thinking aloud")
    gitlab.note(project, number, 0.001, "dan", "Fine")
    shelf = poll(source(projects=["a/b"], read=["merge_requests"], history="1d"), Shelf(), END)
    assert {one.author for one in shelf.of("review").values()} == {"ben", "cem", "dan"}


def test_merge_requests_whose_notes_are_forbidden_wait_until_they_are_not(gitlab, monkeypatch):
    """Read without, their reviews would never be asked for again."""
    project = gitlab.project("a/b")
    gitlab.merge_request(project, 0.5)
    gitlab.has_graphql = False

    def handle(request):
        gitlab.requests.append(request)
        forbidden = request.url.path.endswith("/notes")
        return httpx.Response(403, json={"message": "403 Forbidden"}) if forbidden else gitlab(request)

    answer_with(monkeypatch, handle)
    built, shelf = source(projects=["a/b"], read=["merge_requests"], history="1d"), Shelf()
    with pytest.raises(SkippableSourceError, match="role Reporter"):
        poll(built, shelf, END)
    assert shelf.records == {}
    answer_with(monkeypatch, gitlab)
    assert len(poll(built, shelf, END).of("review")) == 2


def test_notes_of_another_form_are_a_problem_of_that_merge_request(gitlab, monkeypatch):
    project = gitlab.project("a/b")
    numbers = [gitlab.merge_request(project, 0.5) for _ in range(2)]
    gitlab.has_graphql = False

    def handle(request):
        gitlab.requests.append(request)
        is_strange = request.url.path.endswith(f"/{numbers[0]}/notes")
        return httpx.Response(200, json=[{"id": 1, "body": []}]) if is_strange else gitlab(request)

    answer_with(monkeypatch, handle)
    shelf = poll(source(projects=["a/b"], read=["merge_requests"], history="1d"), Shelf(), END)
    assert [problem.code for problem in shelf.problems] == ["no_graphql", "no_details"]
    assert "its reviews and first commit are unknown" in shelf.problems[1].message
    assert (len(shelf.of("change")), len(shelf.of("review"))) == (2, 2)


@pytest.mark.parametrize("has_graphql", [True, False])
def test_the_commits_of_a_fast_forward_keep_whose_they_are_whatever_is_read_after(gitlab, has_graphql):
    gitlab.has_graphql = has_graphql
    project = gitlab.project("a/b")
    first = gitlab.commit(project, 3)
    last = gitlab.commit(project, 2)
    gitlab.deployment(project, 1, last)
    number = gitlab.merge_request(project, 1.5, sha=last, merge_commit_sha=None)
    times = {"authored_date": at(3.5), "committed_date": at(3)}
    gitlab.projects[project]["details"][number]["commits"] = [{"id": last, **times}, {"id": first, **times}]
    for order in (1, -1):
        shelf = Shelf()
        for stream in [*source(projects=["a/b"]).streams][::order] * 40:
            step(stream, shelf, END)
        found = shelf.of("commit")
        assert {sha: (one.change, one.parents) for sha, one in found.items()} == {
            first: ("1", ()),
            last: ("1", (first,)),
        }
        assert found[first].subject == "Work"


def numbered(*pairs):
    about = {"thing": "", "path": "", "page": "", "branch": "", "created_at": None, "active_at": None}
    return [(Project(id=project, **about), str(number)) for project, number in pairs]


@pytest.mark.parametrize(
    ("pairs", "sizes"),
    [
        ([], []),
        ([(1, number) for number in range(45)], [20, 20, 5]),
        ([(project, 1) for project in range(9)], [4, 4, 1]),
        ([(number % 2, number) for number in range(10)], [10]),
    ],
)
def test_how_many_merge_requests_are_in_a_query(pairs, sizes):
    assert [len(chunk) for chunk in chunks(numbered(*pairs))] == sizes


def test_a_query_is_shorter_than_gitlab_allows():
    """10,000 characters: https://docs.gitlab.com/api/graphql/#limits."""
    assert len(query_for(4)) < 2_000


# Limits and refusals.


@pytest.mark.parametrize(
    ("status", "headers", "body", "wait", "why"),
    [
        (200, {"ratelimit-remaining": "0", "ratelimit-reset": "1060"}, b"", None, "it was answered"),
        (429, {"retry-after": "7"}, b"", 7, "as it says"),
        (429, {"retry-after": "7", "ratelimit-remaining": "500", "ratelimit-reset": "1060"}, b"", 7, "some are left"),
        (429, {"ratelimit-remaining": "0", "ratelimit-reset": "1030"}, b"", 30, "until the reset"),
        (429, {}, b"Retry later\n", 60, "plain text, no header at all"),
        (403, {}, b"Retry later\n", 60, "the same behind a proxy that changes the status"),
        (403, {}, b'{"message":"403 Forbidden"}', None, "forbidden is forbidden"),
        (503, {"retry-after": "20"}, b"", 20, "maintenance"),
        (503, {}, b"", None, "broken"),
    ],
)
def test_when_gitlab_refuses_for_reasons_of_rate(status, headers, body, wait, why):
    assert GitLabLimits().refused(status, headers, body, 1000.0) == wait, why


def test_what_gitlab_says_about_its_limit():
    headers = {"ratelimit-limit": "2000", "ratelimit-remaining": "1990", "ratelimit-reset": "1780272060"}
    rate = GitLabLimits().rate(headers, 0.0)
    assert (rate.limit, rate.remaining, rate.resets_at) == (2000, 1990, 1780272060.0)
    assert GitLabLimits().rate({}, 0.0) is None
    assert GitLabLimits().rate({**headers, "ratelimit-limit": "0"}, 0.0) is None


def answering(monkeypatch, status, body, **headers):
    answer_with(monkeypatch, lambda _: httpx.Response(status, content=body, headers=headers))
    return source(projects=["a/b"])


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (403, b'{"error":"insufficient_scope","scope":"api read_api"}', "the token lacks the scope `read_api`"),
        (403, b'{"message":"403 Forbidden"}', "needs the role Reporter"),
        (403, b"<html>", "needs the role Reporter"),
        (404, b'{"message":"404 Project Not Found"}', "needs the role Reporter"),
    ],
)
def test_a_refusal_says_what_to_do(monkeypatch, status, body, said):
    (stream,) = answering(monkeypatch, status, body).streams
    with pytest.raises(SkippableSourceError, match=said) as caught:
        step(stream, Shelf(), END)
    assert TOKEN not in str(caught.value)


def test_a_long_refusal_pauses_the_source(monkeypatch):
    with pytest.raises(PausedSourceError):
        list(answering(monkeypatch, 429, b"Retry later", **{"retry-after": "3600"}).streams)


def api(monkeypatch, handle):
    answer_with(monkeypatch, handle)
    return connect("https://gitlab.acme.example", None, share=1, timeout=5.0, ca_file=None)


def test_a_page_that_comes_again_and_again_ends(monkeypatch):
    def handle(_):
        page = [{"updated_at": "2026-05-01T00:00:00Z"}]
        return httpx.Response(200, json=page, headers={"link": '<https://gitlab.acme.example/x>; rel="next"'})

    with pytest.raises(RetriableSourceError, match="again and again"):
        list(api(monkeypatch, handle).changed("x", END - timedelta(days=90), END))


def test_lists_go_on_by_either_header(monkeypatch):
    """Long lists have neither `x-total` nor `rel="last"`, and some proxies drop `Link`."""
    for headers in ({"x-next-page": "2"}, {"link": '<https://gitlab.acme.example/x?page=2>; rel="next"'}):

        def handle(request, headers=headers):
            is_first = request.url.params.get("page") == "1"
            items = [{"n": is_first}]
            return httpx.Response(200, json=items, headers=headers if is_first else {"x-next-page": ""})

        found = list(api(monkeypatch, handle).changed("x", END - timedelta(days=1), END))
        assert found == [[{"n": True}], [{"n": False}]]


def test_times_are_sent_in_utc_so_that_no_plus_sign_is_needed():
    in_berlin = END.astimezone(ZoneInfo("Europe/Berlin"))
    assert asking.written(in_berlin) == "2026-06-01T00:00:00.000000Z"


# Against GitLab's own description of its API.

NOT_DESCRIBED = {
    "/api/graphql": "not REST",
    "/api/v4/projects/{id}": "left out of the trimmed description",
    "/api/v4/projects/{id}/repository/branches/{branch}": "left out of the trimmed description",
    "/api/v4/projects/{id}/repository/tags": "left out of the trimmed description",
    "/api/v4/projects/{id}/merge_requests/{merge_request_iid}/notes": "left out of the trimmed description",
    "/api/v4/projects/{id}/issues/{issue_iid}/resource_state_events": "left out of the trimmed description",
    "/api/v4/projects/{id}/labels": "left out of the trimmed description",
    "/api/v4/groups/{id}/labels": "left out of the trimmed description",
    "/api/v4/personal_access_tokens/self": "left out of the trimmed description",
    "/api/v4/user": "left out of the trimmed description",
}


def matched(path, templates):
    found = [one for one in templates if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", one), path)]
    return min(found, key=lambda one: one.count("{"), default=None)


def test_every_request_is_one_that_gitlab_describes(whole, monkeypatch):
    if not SPEC.is_file():
        pytest.skip(f"no description of GitLab's API at {SPEC}")
    described = json.loads(SPEC.read_text())["paths"]
    fake, built, _ = whole
    built.inspect()
    gitlab, _ = acme()
    gitlab.has_graphql = False
    listening(gitlab, monkeypatch)
    poll(source(projects=["acme/tools"], history="60d"), Shelf(), END)
    for request in (*fake.requests, *gitlab.requests):
        path = request.url.raw_path.decode().partition("?")[0]
        template = matched(path, [*described, *NOT_DESCRIBED])
        assert template, path
        if template in NOT_DESCRIBED:
            continue
        parameters = {one["name"]: one for one in described[template][request.method.lower()]["parameters"]}
        for name, value in request.url.params.items():
            assert name in parameters, (template, name)
            allowed = parameters[name].get("enum")
            assert allowed is None or value in allowed, (template, name, value)


def test_a_quiet_project_is_read_in_few_steps_and_a_busy_one_in_many(gitlab, monkeypatch):
    monkeypatch.setattr(paced, "STEP", 10)
    quiet, busy = gitlab.project("a/quiet"), gitlab.project("a/busy")
    for number in range(100):
        gitlab.pipeline(busy, 1 + number / 10, "c" * 40)
    poll(source(projects=["a/quiet", "a/busy"], read=["builds"], history="1y"), Shelf(), END)
    paths = asked(gitlab)
    assert paths.count(f"projects/{quiet}/pipelines") == 5  # 2, 8, 32, 128 and the rest of 365 days
    assert 10 <= paths.count(f"projects/{busy}/pipelines") <= 30


def test_a_pause_after_any_number_of_requests_does_not_make_it_begin_again_for_ever(gitlab, monkeypatch):
    """A step is small enough to be done between two pauses."""
    monkeypatch.setattr(paced, "STEP", 50)
    project = gitlab.project("a/b")
    gitlab.has_graphql = False
    for number in range(60):
        gitlab.merge_request(project, 1 + number / 4)
    left = 0

    def handle(request):
        nonlocal left
        left -= 1
        if left < 0:
            return httpx.Response(429, text="Retry later", headers={"retry-after": "3600"})
        return gitlab(request)

    answer_with(monkeypatch, handle)
    shelf = Shelf()
    for _ in range(60):
        left = 40
        with suppress(PausedSourceError):
            poll(source(projects=["a/b"], read=["merge_requests"], history="30d"), shelf, END)
            break
    assert len(shelf.of("change")) == 60


def test_after_a_long_absence_what_was_missed_is_read_in_steps_too(gitlab, monkeypatch):
    monkeypatch.setattr(paced, "STEP", 10)
    project = gitlab.project("a/b")
    built = source(projects=["a/b"], read=["builds"], history="1y")
    for number in range(50):
        gitlab.pipeline(project, 100 + number / 10, "c" * 40)
    shelf = poll(built, Shelf(), END - timedelta(days=100))
    for number in range(50):
        gitlab.pipeline(project, 90 - number, "c" * 40)
    (stream,) = built.streams
    batches = list(stream.read(shelf.cursors[stream.name], END))
    assert len(batches) > 5
    assert max(len(batch.records) for batch in batches) < 50
    for batch in batches:
        shelf.take(stream.name, batch)
    assert len(shelf.of("build")) == 100


def test_windows_of_history_touch(monkeypatch):
    """Each begins where the next newer one ends."""
    gitlab = listening(GitLab(), monkeypatch)
    gitlab.project("a/b")
    poll(source(projects=["a/b"], read=["builds"], history="1y"), Shelf(), END)
    windows = [
        (request.url.params["updated_after"], request.url.params["updated_before"])
        for request in gitlab.requests
        if request.url.path.endswith("/pipelines")
    ]
    assert windows[0][1] == "2026-06-01T00:00:00.000000Z"
    assert windows[-1][0] == "2025-06-01T00:00:00.000000Z"
    assert all(newer[0] == older[1] for newer, older in pairwise(windows))


def test_the_api_is_below_the_path_of_the_address(monkeypatch):
    seen = []

    def handle(request):
        seen.append(str(request.url))
        return httpx.Response(200, json=[])

    answer_with(monkeypatch, handle)
    found = connect("https://acme.example/git", None, share=1, timeout=5.0, ca_file=None)
    assert isinstance(found, Api)
    found.get("projects/1/labels")
    assert seen == ["https://acme.example/git/api/v4/projects/1/labels"]
