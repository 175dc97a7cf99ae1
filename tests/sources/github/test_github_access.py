"""Options and credentials, what `check --online` tells, and what `init` finds."""

import json
from datetime import UTC, datetime, timedelta

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pydantic import SecretStr, ValidationError

from fake_system import answer_with
from github_requests import refusing
from reading import Shelf, poll
from scorecard_exporter.errors import FatalSourceError, RetriableSourceError, SkippableSourceError
from scorecard_exporter.sources.github import codeowners, starter
from scorecard_exporter.sources.kit import github_app
from scorecard_exporter.sources.kit.starter import FoundService, FoundTeam
from scorecard_exporter.sources.registry import TYPES
from systems import github as fake

AT = datetime(2026, 6, 1, tzinfo=UTC)
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()
PLAIN = {"type": "github", "token": "t", "repositories": ["acme/shop"]}


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ({"type": "github", "repositories": ["a/b"]}, "give one of `token`, `token_file` and `app`"),
        ({**PLAIN, "token_file": "t"}, "give one of `token`, `token_file` and `app`"),
        ({"type": "github", "token": "t"}, "give `repositories: [OWNER/NAME]` or `organizations: [NAME]`, or both"),
        ({**PLAIN, "repositories": ["acme"]}, "should match pattern"),
        ({**PLAIN, "repositories": ["acme/shop/x"]}, "should match pattern"),
        ({**PLAIN, "only": ["a*"]}, "choose among the repositories of `organizations`, and there are none"),
        ({**PLAIN, "read": ["wikis"]}, "Input should be 'pull_requests'"),
        ({**PLAIN, "read": []}, "at least 1 item"),
        ({**PLAIN, "incident_labels": ["/(/"]}, "is not a regular expression"),
        ({**PLAIN, "deployment_workflows": ["deploy"]}, "should match pattern"),
        ({**PLAIN, "url": "https://me:pw@github.com"}, "without a name or password in it"),
        (
            {"type": "github", "repositories": ["a/b"], "app": {"id": 1, "installation": 2, "private_key": "s3cret"}},
            "it is not a private key in PEM",
        ),
    ],
    ids=str,
)
def test_what_is_wrong_with_the_keys_is_said(written, message):
    with pytest.raises(ValidationError) as caught:
        TYPES["github"].model_validate(written)
    assert message in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_the_origins_are_known_before_reading_unless_an_organization_is_asked():
    assert TYPES["github"].model_validate(PLAIN).origins("code") == ("code:acme/shop",)
    assert TYPES["github"].model_validate({**PLAIN, "organizations": ["acme"]}).origins("code") is None


def test_a_token_file_is_read_again_when_somebody_renewed_it(served, tmp_path):
    world = served(fake.quiet("acme/catalog"))
    file = tmp_path / "token"
    file.write_text("ghp_old\n")
    world.options |= {"token": None, "token_file": str(file)}
    source = world.source(read=["issues"])
    with pytest.raises(FatalSourceError, match="check the credential"):
        poll(source, Shelf(), AT)
    file.write_text(fake.TOKEN)
    assert poll(source, Shelf(), AT).coverage


class Apps:
    """The token office of a GitHub: checks statements and gives out tokens."""

    def __init__(self, github, clock):
        self.github, self.clock, self.given = github, clock, 0

    def __call__(self, request):
        if request.url.path != "/api/v3/app/installations/77/access_tokens":
            return self.github.handle(request)
        statement = request.headers["authorization"].removeprefix("Bearer ")
        claims = jwt.decode(
            statement, KEY.public_key(), algorithms=["RS256"], options={"verify_exp": False, "verify_iat": False}
        )
        assert claims["iss"] == "123"
        assert claims["iat"] < self.clock[0] < claims["exp"] <= claims["iat"] + 600
        self.given += 1
        self.github.token = f"ghs_{self.given}"
        ends = datetime.fromtimestamp(self.clock[0] + 3600, UTC)
        return httpx.Response(201, json={"token": self.github.token, "expires_at": fake.iso(ends)})


@pytest.fixture
def app(served, monkeypatch):
    """A source of an App, its token office, and a clock of one number."""
    clock = [2_000_000_000.0]
    monkeypatch.setattr(github_app, "now", lambda: clock[0])
    world = served(fake.quiet("acme/catalog"))
    world.options |= {"token": None, "app": {"id": 123, "installation": 77, "private_key": PEM}}
    office = Apps(world.github, clock)
    world.handle = office
    return world, office, clock


def test_an_app_asks_for_a_token_and_renews_it_before_it_ends(app):
    world, office, clock = app
    source = world.source(read=["pull_requests"])
    shelf = poll(source, Shelf(), AT)
    assert len(shelf.of("change")) == 1
    assert office.given == 1
    assert source.traffic.requests == len(world.requests)
    clock[0] += 3200
    poll(source, shelf, AT + timedelta(hours=1))
    assert office.given == 1
    clock[0] += 200  # less than five minutes of the hour are left
    poll(source, shelf, AT + timedelta(hours=2))
    assert office.given == 2


@pytest.mark.parametrize(
    ("answer", "error", "sentence"),
    [
        (refusing(401, {"message": "A JSON web token could not be decoded"}), FatalSourceError, "check the credential"),
        (refusing(404, {"message": "Not Found"}), SkippableSourceError, "access_tokens is not there"),
        (refusing(201, {"token": None}), RetriableSourceError, "token is missing"),
        (refusing(201, {"token": "t", "expires_at": "soon"}), RetriableSourceError, "expires_at is 'soon'"),
    ],
)
def test_an_app_that_gets_no_token_says_so(app, answer, error, sentence):
    world, _, _ = app
    world.handle = answer
    with pytest.raises(error, match=sentence) as caught:
        poll(world.source(read=["pull_requests"]), Shelf(), AT)
    assert "PRIVATE KEY" not in str(caught.value)


def names(inspection, sort, origin=None):
    return [dict(one.names) for one in inspection.seen if one.sort == sort and origin in (None, one.origin)]


def test_what_is_seen_is_told_with_the_environments_and_what_a_poll_costs(served):
    world = served(fake.busy("acme/checkout"), fake.quiet("acme/catalog"))
    inspection = world.source().inspect()
    assert (inspection.account, inspection.missing) == ("scorecard-bot", ())
    assert names(inspection, "repositories") == [{"acme/checkout": None, "acme/catalog": None}]
    assert names(inspection, "environments", "code:acme/checkout") == [{"production": 9, "staging": 9}]
    assert names(inspection, "labels") == [{"incident": 2, "bug": 2}]
    # Two points for pull requests of each, one for deployments of each, one for releases and tags, and a probe.
    assert "with all history, about 8 points" in inspection.next_sync
    assert len(world.requests) == 1 + 1 + 5  # who it is, both repositories at a glance, a look at each permission


def test_a_permission_that_is_missing_is_named_with_what_it_is_for(served):
    world = served(fake.busy("acme/checkout"))
    refuse = refusing(403, {"message": "Resource not accessible by personal access token"})
    world.handle = lambda request: (
        refuse(request) if request.url.path.endswith("/actions/runs") else world.github.handle(request)
    )
    (missing,) = world.source(read=["pull_requests", "builds"]).inspect().missing
    assert missing.startswith("permission `Actions: read`, for runs of workflows: the repository acme/checkout")


def test_a_list_that_may_not_be_seen_leaves_the_others_to_be_told(served):
    world = served(fake.busy("acme/checkout"))
    error = {"type": "FORBIDDEN", "path": ["r0", "deployments"], "message": "Resource not accessible"}
    refused = httpx.Response(200, json={"data": {"r0": None}, "errors": [error]})
    forbid = refusing(403, {"message": "Resource not accessible by integration"})

    def handle(request):
        if request.url.path.endswith("/deployments"):
            return forbid(request)
        return refused if b"deployments(first: 100" in request.content else world.github.handle(request)

    world.handle = handle
    inspection = world.source(read=["pull_requests", "deployments"]).inspect()
    assert [one.partition(",")[0] for one in inspection.missing] == ["permission `Deployments: read`"]
    assert (names(inspection, "environments"), names(inspection, "labels")) == ([{}], [{"incident": 1, "bug": 1}])


def test_a_scope_that_is_missing_is_named(served):
    world = served(fake.busy("acme/checkout"))

    def handle(request):
        answer = world.github.handle(request)
        answer.headers["x-oauth-scopes"] = "read:org"
        answer.headers["github-authentication-token-expiration"] = "2026-07-01 10:00:00 UTC"
        return answer

    world.handle = handle
    inspection = world.source(read=["pull_requests"]).inspect()
    assert inspection.missing == ("scope `repo`: private repositories cannot be seen; public ones can",)
    assert inspection.account == "scorecard-bot (the token ends on 2026-07-01)"


def test_a_repository_that_cannot_be_seen_is_told(served):
    world = served(fake.quiet("acme/catalog"))
    (missing,) = world.source(repositories=["acme/gone"]).inspect().missing
    assert missing == "access to acme/gone: it is not there, or the credential may not see it"


def test_what_init_finds_in_an_organization(monkeypatch):
    empty, old, quiet = fake.Repo("acme/new"), fake.Repo("acme/old", archived=True), fake.Repo("acme/quiet")
    quiet.onto_main(AT - timedelta(days=500))
    github = fake.Github(fake.busy("acme/checkout"), empty, old, quiet)
    answer_with(monkeypatch, github.handle)
    found = starter.look(url=fake.URL, token=SecretStr(fake.TOKEN), group="acme", at=AT)
    assert (found.account, found.options, found.notes) == ("scorecard-bot", {"organizations": ["acme"]}, ())
    assert found.services == (
        FoundService(
            thing="acme/checkout",
            name="checkout",
            team="payments",
            environments={"production": 9, "staging": 9},
            releases=9,
            tags=9,
            incident_labels=("incident",),
        ),
    )
    assert found.teams == (FoundTeam(name="payments", title="Payments"),)
    assert found.left_out == (
        "1 archived repositories",
        "1 empty repositories",
        "repositories that nobody pushed to for a year",
    )


def test_teams_that_may_not_be_seen_are_a_note(monkeypatch):
    github = fake.Github(fake.busy("acme/checkout"))

    def handle(request):
        if b"teams(" not in request.content:
            return github.handle(request)
        error = {"type": "INSUFFICIENT_SCOPES", "path": ["organization", "teams"], "message": "requires read:org"}
        return httpx.Response(200, content=json.dumps({"data": {"organization": None}, "errors": [error]}).encode())

    answer_with(monkeypatch, handle)
    found = starter.look(url=fake.URL, token=SecretStr(fake.TOKEN), group="acme", at=AT)
    assert [one.team for one in found.services] == [""]
    (note,) = found.notes
    assert note.startswith("the teams of acme cannot be seen (scope `read:org`, or permission `Members: read`)")


def test_the_team_of_a_repository_without_one_is_that_of_its_codeowners(monkeypatch):
    shop, site = fake.busy("acme/checkout"), fake.quiet("acme/site")
    site.onto_main(AT - timedelta(days=3))  # the team has the one that was pushed to last
    shop.owned = "# who looks after it\n* @ada @acme/web-team\n/docs @acme/writers\n"
    answer_with(monkeypatch, fake.Github(shop, site).handle)
    found = starter.look(url=fake.URL, token=SecretStr(fake.TOKEN), group="acme", at=AT)
    assert {one.name: one.team for one in found.services} == {"checkout": "web-team", "site": "payments"}
    assert {team.name for team in found.teams} == {"payments", "web-team"}


@pytest.mark.parametrize(
    ("text", "team"),
    [
        ("* @acme/web", "web"),
        ("* @ada @acme/web @acme/all", "web"),
        ("* @acme/all\n/src @acme/src\n** @acme/web # the last one counts", "web"),
        ("* @acme/all\n*", ""),
        ("/src @acme/src", ""),
        ("* ada@acme.example @ada", ""),
        ("", ""),
    ],
    ids=str,
)
def test_who_owns_everything(text, team):
    assert codeowners.team(text) == team


def test_an_organization_that_is_none_is_said(monkeypatch):
    answer_with(monkeypatch, fake.Github(fake.busy("acme/checkout")).handle)
    with pytest.raises(SkippableSourceError, match="the organization elsewhere cannot be looked at: Could not resolve"):
        starter.look(url=fake.URL, token=SecretStr(fake.TOKEN), group="elsewhere", at=AT)
