"""What a GitLab source shows and needs before it reads: its keys, its inspection, and what `init` finds."""

import httpx
import pytest
from pydantic import SecretStr, ValidationError

from fake_system import answer_with
from scorecard_exporter.errors import FatalSourceError, SkippableSourceError
from scorecard_exporter.sources.base import Seen
from scorecard_exporter.sources.gitlab.starter import look
from scorecard_exporter.sources.kit.starter import FoundService, FoundTeam
from scorecard_exporter.sources.registry import TYPES
from systems.gitlab import TOKEN, GitLab, at

URL = "https://gitlab.acme.example"


def options(**more):
    return TYPES["gitlab"].model_validate({"type": "gitlab", "token": TOKEN, **more})


@pytest.fixture
def gitlab(monkeypatch):
    """A GitLab without projects; what it was asked is in its `requests`."""
    gitlab = GitLab()

    def handle(request):
        gitlab.requests.append(request)
        return gitlab(request)

    answer_with(monkeypatch, handle)
    return gitlab


# The keys.


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({}, "give `projects: [GROUP/PROJECT]`, `groups: [GROUP]`, or both"),
        ({"projects": ["billing"]}, "projects"),
        ({"projects": ["https://gitlab.com/a/b"]}, "projects"),
        ({"groups": ["a b"]}, "groups"),
        ({"projects": ["a/b"], "token_file": "t"}, "either `token: !env NAME` or `token_file: PATH`"),
        ({"projects": ["a/b"], "token": None}, "either `token: !env NAME` or `token_file: PATH`"),
        ({"projects": ["a/b"], "only": ["a/*"]}, "there are none"),
        ({"groups": ["a"], "except": ["/(/"]}, "is not a regular expression"),
        ({"projects": ["a/b"], "read": ["pipelines"]}, "'deployments', 'releases'"),
        ({"projects": ["a/b"], "read": []}, "read"),
        ({"projects": ["a/b"], "url": "gitlab.com"}, "an address such as"),
        ({"projects": ["a/b"], "except_": ["x"]}, "except_"),
    ],
)
def test_mistakes_in_the_keys_are_told(keys, said):
    with pytest.raises(ValidationError) as caught:
        options(**keys)
    assert said in str(caught.value)
    assert TOKEN not in str(caught.value)


def test_the_origins_are_known_when_all_projects_are_named():
    assert options(projects=["a/b", "a/c/d"]).origins("s") == ("s:a/b", "s:a/c/d")
    assert options(projects=["a/b"], groups=["a"]).origins("s") is None


def test_a_token_in_a_file_is_read_again_when_somebody_renews_it(gitlab, tmp_path):
    gitlab.project("a/b")
    file = tmp_path / "token"
    file.write_text("old")
    keys = {"token": None, "token_file": "token", "url": URL, "projects": ["a/b"], "read": ["deployments"]}
    built = options(**keys).build("s", str(tmp_path))
    with pytest.raises(FatalSourceError, match="does not take the token"):
        list(built.streams)
    file.write_text(f"{TOKEN}\n")
    assert [stream.name for stream in built.streams] == ["a/b/deployments"]


def test_the_token_is_sent_as_a_bearer_and_nowhere_else(gitlab):
    gitlab.project("a/b")
    list(options(url=URL, projects=["a/b"]).build("s", "/").streams)
    (request,) = gitlab.requests
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert TOKEN not in str(request.url)


# Looking at it.


def inspection(**keys):
    return options(url=URL, **keys).build("s", "/").inspect()


def test_what_is_seen(gitlab):
    project = gitlab.project("acme/shop/api")
    gitlab.project("acme/tools")
    sha = gitlab.commit(project, 1)
    for days, environment in ((1, "production"), (2, "production"), (3, "staging")):
        gitlab.deployment(project, days, sha, environment=environment)
    found = inspection(groups=["acme"])
    assert (found.account, found.missing) == ("scorecard-reader", ())
    assert found.seen == (
        Seen(sort="projects", names={"acme/shop/api": None, "acme/tools": None}),
        Seen(sort="labels", names={"bug": None, "incident": None}),
        Seen(sort="environments", names={"production": 2, "staging": 1}, origin="s:acme/shop/api"),
        Seen(sort="environments", names={}, origin="s:acme/tools"),
    )
    assert found.next_sync.startswith("a poll of 2 projects with nothing new takes about 9 requests")


def test_looking_is_cheap(gitlab):
    for number in range(150):
        gitlab.project(f"acme/p{number}")
    inspection(groups=["acme"])
    # Its token and account, two pages of projects, labels, and the twenty most active projects.
    assert len(gitlab.requests) == 2 + 2 + 1 + 20


@pytest.mark.parametrize(
    ("scopes", "missing"),
    [
        (["read_api"], ()),
        (["api"], ()),
        (["read_repository"], ("the scope `read_api`, for everything; the token has read_repository",)),
        ([], ("the scope `read_api`, for everything; the token has none",)),
    ],
)
def test_a_missing_scope_is_told_by_its_name(gitlab, scopes, missing):
    gitlab.scopes = scopes
    gitlab.project("acme/a")
    assert inspection(groups=["acme"]).missing == missing


def test_a_named_project_that_cannot_be_seen_is_missing_and_the_rest_is_seen(gitlab):
    gitlab.project("acme/a")
    found = inspection(projects=["acme/a", "acme/hidden"])
    (missing,) = found.missing
    assert "acme%2Fhidden is not there" in missing
    assert found.seen[0].names == {"acme/a": None}


def test_a_token_that_cannot_be_asked_about_is_no_failure(gitlab, monkeypatch):
    """OAuth tokens have no page of their own, nor has GitLab before 15.5."""
    gitlab.project("acme/a")

    def handle(request):
        is_about_token = request.url.path.endswith(("/self", "/user"))
        return httpx.Response(404, json={"message": "404 Not Found"}) if is_about_token else gitlab(request)

    answer_with(monkeypatch, handle)
    gitlab.requests.append(httpx.Request("GET", URL))
    found = inspection(projects=["acme/a"])
    assert (found.account, found.missing) == ("", ())


# What `init` asks.


def looked(group="acme", token=TOKEN):
    return look(url=URL, token=SecretStr(token) if token else None, group=group)


def test_what_is_found_in_a_group(gitlab):
    api = gitlab.project("acme/shop/eu/api", last_activity_at=at(1))
    web = gitlab.project("acme/shop/web", last_activity_at=at(2))
    tools = gitlab.project("acme/tools", last_activity_at=at(3))
    gitlab.project("acme/old", archived=True)
    gitlab.project("acme/copy", forked_from_project={"id": 1})
    gitlab.project("acme/new", empty_repo=True)
    sha = gitlab.commit(api, 1)
    for environment in ("production", "staging", "production"):
        gitlab.deployment(api, 1, sha, environment=environment)
    gitlab.release(web, 1, "v1", gitlab.commit(web, 1))
    gitlab.commit(tools, 1)
    found = looked()
    assert (found.account, found.options, found.notes) == ("scorecard-reader", {"groups": ["acme"]}, ())
    labels = ("incident",)
    assert found.services == (
        FoundService(
            thing="acme/shop/eu/api",
            name="api",
            team="shop-eu",
            environments={"production": 2, "staging": 1},
            incident_labels=labels,
        ),
        FoundService(thing="acme/shop/web", name="web", team="shop", releases=1, tags=1, incident_labels=labels),
        FoundService(thing="acme/tools", name="tools", team="", incident_labels=labels),
    )
    # The fake tells of groups that hold projects themselves.
    assert found.teams == (
        FoundTeam(name="shop", title="Shop", parent=""),
        FoundTeam(name="shop-eu", title="Eu", parent="shop"),
    )
    assert found.left_out == ("1 archived project", "1 fork", "1 empty project")


def test_only_the_most_active_are_looked_into_and_that_is_said(gitlab):
    for number in range(30):
        gitlab.project(f"acme/p{number:02}", last_activity_at=at(number + 1))
    found = looked()
    assert len(found.services) == 30
    assert found.services[0].name == "p00"
    assert "20 most active" in found.notes[0]
    assert len(gitlab.requests) <= 2 + 1 + 1 + 1 + 3 * 20


def test_a_missing_scope_is_noted(gitlab):
    gitlab.project("acme/a")
    gitlab.scopes = ["read_user"]
    assert looked().notes == ("The token lacks the scope read_api.",)


def test_a_group_that_is_not_there_says_what_to_do(gitlab):
    gitlab.project("acme/a")
    with pytest.raises(SkippableSourceError, match="groups/nothing/projects is not there"):
        looked("nothing")


def test_without_a_token_nothing_is_sent(gitlab):
    gitlab.project("acme/a")
    with pytest.raises(FatalSourceError):
        looked(token=None)
    assert "authorization" not in gitlab.requests[-1].headers


@pytest.mark.parametrize("code", ["malformed", "no_details", "no_graphql", "no_commits"])
def test_every_problem_that_is_reported_is_on_the_page(checkout, code):
    assert f"| `{code}` |" in (checkout / "docs" / "sources" / "gitlab.md").read_text()
