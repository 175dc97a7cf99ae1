"""`init`: what is guessed from what exists, what is written, and that it is valid whatever a host holds."""

from datetime import date

import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from fake_system import answer_with
from scorecard_exporter.cli import main
from scorecard_exporter.config import load
from scorecard_exporter.errors import FatalSourceError, ScorecardError
from scorecard_exporter.sources.kit.starter import Found, FoundService, FoundTeam
from scorecard_exporter.starter import hosts
from scorecard_exporter.starter.beginning import Beginning
from scorecard_exporter.starter.guessing import production, production_of, way_of
from scorecard_exporter.starter.hosts import HOSTS
from scorecard_exporter.starter.outline import outline, slug
from scorecard_exporter.starter.writing import write
from systems import github, gitlab

ON = date(2026, 6, 1)


def service(thing="acme/checkout", environments=(), **more):
    names = environments if isinstance(environments, dict) else dict.fromkeys(environments)
    return FoundService(**{"thing": thing, "name": thing.rpartition("/")[2], "environments": names, **more})


@pytest.mark.parametrize(
    ("environments", "chosen", "why"),
    [
        (["production", "staging"], ["production"], "the usual name"),
        (["Production (EU)", "prod-us", "qa"], ["Production (EU)", "prod-us"], "several that begin so"),
        (["live", "test"], ["live"], "the other usual name"),
        (["eu-production", "eu-staging"], ["eu-production"], "the word in the name"),
        (["PRD", "ACC"], ["PRD"], "its short form"),
        (["preprod", "prod"], ["prod"], "what comes before production is none"),
        (["pre-production", "non-prod", "eu/live"], ["eu/live"], "however it is written"),
        (["staging-prod-like"], [], "nor is what is like it"),
        (["delivery", "alive"], [], "the word within another is none"),
        (["eu-west-1"], ["eu-west-1"], "the only one"),
        (["eu-west-1", "us-east-1"], [], "of two nobody can tell"),
        (["staging"], [], "the only one, known to be another"),
        (["github-pages"], [], "pages are no service"),
        (["review/feature-1"], [], "nor are reviews"),
        ([], [], "none at all"),
    ],
)
def test_production_is_guessed_from_names(environments, chosen, why):
    assert production_of(service(environments=environments)) == tuple(chosen), why


@pytest.mark.parametrize(
    ("found", "way"),
    [
        (service(environments=["production"], releases=3, tags=3), "environment"),
        (service(environments=["staging"], releases=3, tags=3), "releases"),
        (service(tags=1), "tags"),
        (service(), None),
    ],
)
def test_deployments_are_told_by_the_best_that_there_is(found, way):
    assert way_of(found) == way


@pytest.mark.parametrize(
    ("every", "patterns"),
    [
        ([["production"], ["prod-eu", "qa"]], ("prod*",)),
        ([["production"], ["live"]], ("prod*", "live")),
        ([["production"], ["eu-production"], ["eu-production"], ["PRD"]], ("prod*", "eu-production", "PRD")),
        ([["staging"]], ("prod*", "live")),
        ([], ("prod*", "live")),
    ],
)
def test_one_list_of_patterns_chooses_production_of_all(every, patterns):
    found = production(service(environments=names) for names in every)
    assert found.patterns == patterns


def test_environments_are_counted_by_services():
    found = production([service(environments={"production": 132, "qa": 3}), service(environments={"qa": None})])
    assert found.seen == {"qa": 2, "production": 1}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Checkout Service", "checkout-service"),
        ("_.api", "api"),
        ("Ünder", "nder"),
        ("!", "unnamed"),
        ("a/b.c_d", "a-b.c_d"),
    ],
)
def test_names_are_made_of_what_is_allowed(text, name):
    assert slug(text) == name


def found(*services, teams=(), **more):
    return Found(
        **{"account": "octocat", "options": {"organizations": ["acme"]}, "services": services, "teams": teams, **more}
    )


def deployed(thing, **more):
    return service(thing, environments=["production"], **more)


def test_services_of_the_same_name_are_told_by_their_whole_name_or_a_number():
    what = outline("acme", "gitlab", found(deployed("a/api"), deployed("b/api"), deployed("b-api"), deployed("b/Api")))
    assert [one.name for one in what.services] == ["api", "b-api", "b-api-2", "b-api-3"]


def test_what_nothing_deploys_is_not_taken_unless_there_is_nothing_else():
    what = outline("acme", "github", found(deployed("acme/a"), service("acme/b"), service("acme/c", tags=2)))
    assert [(one.name, one.way) for one in what.services] == [("a", "environment"), ("c", "tags")]
    assert what.passed_over == ("acme/b",)
    alone = outline("acme", "github", found(service("acme/b")))
    assert [(one.name, one.way) for one in alone.services] == [("b", "first_parent")]


def test_of_very_many_services_the_most_active_are_taken():
    what = outline("acme", "github", found(*(deployed(f"acme/s{number}") for number in range(300))))
    assert len(what.services) == 200
    assert what.services[-1].name == "s199"
    assert what.passed_over[0] == "acme/s200"


def test_teams_that_have_services_are_kept_with_those_above_them():
    """The whole is the top; a team without services is no team of the scorecard; a name is given once."""
    teams = (
        FoundTeam(name="web", title="Web UI", parent="front"),
        FoundTeam(name="front"),
        FoundTeam(name="idle"),
        FoundTeam(name="acme", parent="gone"),
    )
    services = (
        deployed("acme/ui", team="web"),
        deployed("acme/api", team="acme"),
        deployed("acme/lone"),
        deployed("acme/lost", team="nobody"),
    )
    what = outline("acme", "github", found(*services, teams=teams))
    assert [(team.name, team.title, team.parent, team.services) for team in what.teams] == [
        ("acme", "acme", None, ("lone", "lost")),
        ("web", "Web UI", "front", ("ui",)),
        ("front", "front", "acme", ()),
        ("team-acme", "acme", "acme", ("api",)),
    ]


def test_teams_in_a_circle_are_no_reason_to_hang():
    teams = (FoundTeam(name="a", parent="b"), FoundTeam(name="b", parent="a"))
    with pytest.raises(ScorecardError, match=r".*"):
        beginning().text(outline("acme", "github", found(deployed("acme/x", team="a"), teams=teams)), ON)


def beginning(type_="github", group="acme", url=None):
    return Beginning(host=HOSTS[type_], group=group, url=url, token_env="TOKEN")  # noqa: S106  a variable


def text_of(what, type_="github", url=None):
    return beginning(type_, url=url).text(outline("acme", type_, what), ON)


RELEASES = "guessed: every release; none looks like production: staging (3)"


def test_the_file_says_what_is_guessed_and_from_what(tmp_path):
    text = text_of(
        found(
            service(environments={"eu-prod": 132, "staging": 80}, team="pay", incident_labels=("sev 1",)),
            service("acme/catalog", environments={"staging": 3}, releases=2),
            teams=(FoundTeam(name="pay", title="Payments"),),
        ),
        url="https://git.acme.example",
    )
    for line in (
        "# Written by `scorecard-exporter init` on 2026-06-01, from what is in acme at https://git.acme.example.",
        "    url: https://git.acme.example",
        "    token: !env TOKEN",
        "    organizations: [acme]",
        '    incident_labels: ["sev 1"]   # guessed: issues with these are incidents',
        "# There are, with the number of services that have it: staging (2), eu-prod (1)",
        "production: [eu-prod]",
        "    title: Payments",
        "    deployments: acme-github:acme/checkout   # eu-prod (132), staging (80)",
        "    incidents: acme-github:acme/checkout",
        f'    deployments: {{from: acme-github:acme/catalog, releases: "*"}}   # {RELEASES}',
        "    # incidents: where its incidents are, such as pager:P1ABCDE; without them no failure is known",
    ):
        assert f"\n{line}\n" in f"\n{text}"
    (tmp_path / "scorecard.yaml").write_text(text)
    configuration = load(tmp_path / "scorecard.yaml", {"TOKEN": "x"})
    rule = {one.service: one for one in configuration.dimensions.services}["checkout"]
    assert rule.deployments.patterns == ("eu-prod",)
    assert configuration.teams["pay"].parent == "acme"
    scorecard = configuration.scorecards["engineering"]
    assert [one.id for one in scorecard.perspectives] == [
        "business-value",
        "customer-outcomes",
        "engineering-excellence",
        "team-capability",
    ]
    assert {owner for _, _, measure in scorecard.measures() for owner in measure.owners.values()} == {"fill-in"}


@pytest.mark.parametrize("word", ["true", "No", "12", "1:30", "a: b", "#x", "[a]", "-", "\x1b[31m\n", '"', "\\", "ä ö"])
def test_words_that_readers_of_yaml_take_for_something_else_stay_words(word):
    """Names and titles are whatever people wrote; a configuration with them is read by every reader alike."""
    what = outline("acme", "github", found(deployed("acme/a", team=word), teams=(FoundTeam(name=word, title=word),)))
    text = write(what, type_="github", url=None, token_env="TOKEN", on=ON)  # noqa: S106  a variable
    read = yaml.safe_load(text.replace("!env TOKEN", "x"))
    (team,) = (one for one in read["teams"].values() if one.get("parent"))
    assert isinstance(team.get("title", ""), str)
    assert all(isinstance(name, str) for name in (*read["teams"], *read["services"], *team["services"]))


ANY = st.text(st.characters(exclude_categories=()), min_size=1, max_size=12)
SERVICE = st.builds(
    service,
    thing=st.text("aB1/_-. ", min_size=1, max_size=12).filter(str.strip),
    environments=st.dictionaries(ANY, st.none() | st.integers(0, 9), max_size=3),
    releases=st.integers(0, 1),
    tags=st.integers(0, 1),
    team=ANY,
    incident_labels=st.lists(ANY.filter(str.strip), max_size=2).map(tuple),
)


@settings(max_examples=60)
@given(
    services=st.lists(SERVICE, min_size=1, max_size=4, unique_by=lambda one: one.thing),
    names=st.lists(st.tuples(ANY, ANY), max_size=3),
)
def test_whatever_things_are_called_the_file_is_valid(services, names):
    teams = tuple(FoundTeam(name=name, title=title) for name, title in names)
    services = [FoundService(**{**_fields(one), "team": teams[0].name if teams else ""}) for one in services]
    text_of(found(*services, teams=teams))


def _fields(one):
    return {name: getattr(one, name) for name in one.__dataclass_fields__}


def command(*arguments, env=None):
    return CliRunner(env={"GITHUB_TOKEN": "x", **(env or {})}).invoke(main, ["init", *arguments])


@pytest.fixture
def looked(monkeypatch, tmp_path):
    """What the command asked of a made-up GitHub, which has a service."""
    asked = []

    def look(**question):
        asked.append(question)
        if question["group"] == "gone":
            raise FatalSourceError("there is no organization gone")
        services = () if question["group"] == "empty" else (deployed("acme/checkout"), service("acme/lib"))
        return found(*services, left_out=("2 forks",), notes=("the teams cannot be seen",))

    made_up = hosts.Host(type="github", title="GitHub", group="organization", token_env="GITHUB_TOKEN", look=look)  # noqa: S106
    monkeypatch.setitem(HOSTS, "github", made_up)
    monkeypatch.chdir(tmp_path)
    return asked


def test_the_command_writes_a_file_and_says_what_it_found_and_what_to_do_next(looked, tmp_path):
    answer = command("--github-organization=acme")
    assert answer.exit_code == 0, answer.output
    (asked,) = looked
    assert (asked["url"], asked["token"].get_secret_value(), asked["group"]) == (None, "x", "acme")
    for line in (
        "acme at GitHub, seen by octocat:",
        "  1 services, 0 teams below the whole",
        "  production: prod*; there are: production",
        "  no label sounds like an incident: say where incidents are, or failures are not known",
        "  not taken (nothing deploys them, or they are beyond 200): acme/lib",
        "  left out: 2 forks",
        "  note: the teams cannot be seen",
        "Written to scorecard.yaml. Next:",
    ):
        assert f"{line}\n" in answer.stdout
    assert load(tmp_path / "scorecard.yaml", {"GITHUB_TOKEN": "x"}).teams
    assert [path.name for path in tmp_path.iterdir()] == ["scorecard.yaml"]
    checked = CliRunner(env={"GITHUB_TOKEN": "x"}).invoke(main, ["check"])
    assert checked.exit_code == 0, checked.output


def test_a_file_that_is_there_is_not_replaced_and_nothing_is_asked(looked, tmp_path):
    (tmp_path / "scorecard.yaml").write_text("mine")
    answer = command("--github-organization=acme")
    assert answer.exit_code == 1
    assert "scorecard.yaml is there already" in answer.stderr
    assert (tmp_path / "scorecard.yaml").read_text() == "mine"
    assert looked == []
    assert command("--github-organization=acme", "--force").exit_code == 0
    assert (tmp_path / "scorecard.yaml").read_text() != "mine"
    assert command("--github-organization=acme", "--output=other.yaml").exit_code == 0
    assert (tmp_path / "other.yaml").is_file()


@pytest.mark.parametrize(
    ("arguments", "exit_code", "said"),
    [
        (["--github-organization=gone"], 1, "there is no organization gone"),
        (["--github-organization=empty"], 1, "Nothing in empty looks like a service. Left out: 2 forks."),
        (["--github-organization=acme", "--output=no/such/folder.yaml"], 1, "cannot be written: No such file"),
        (
            ["--github-organization=acme", "--gitlab-group=acme"],
            2,
            "give either --github-organization or --gitlab-group",
        ),
        (["--github-organization=acme", "--url=git.acme.example"], 1, "--url=git.acme.example: expected an address"),
        ([], 2, "without a terminal, give --github-organization NAME or --gitlab-group PATH"),
    ],
)
def test_what_is_in_the_way_is_said(looked, tmp_path, arguments, exit_code, said):  # noqa: ARG001
    answer = command(*arguments)
    assert (answer.exit_code, said in answer.stderr) == (exit_code, True), answer.output
    assert list(tmp_path.iterdir()) == []


def test_without_a_token_it_is_asked_as_nobody_and_another_variable_may_hold_it(looked):
    command("--github-organization=acme", env={"GITHUB_TOKEN": ""})
    command("--github-organization=acme", "--token-env=MINE", "--force", "--url=https://g.example", env={"MINE": "y"})
    assert looked[0]["token"] is None
    assert (looked[1]["token"].get_secret_value(), looked[1]["url"]) == ("y", "https://g.example")


def test_at_a_terminal_it_asks(looked, monkeypatch):
    monkeypatch.setattr("scorecard_exporter.cli._is_at_terminal", lambda: True)
    answer = CliRunner(env={"GITHUB_TOKEN": "x"}).invoke(main, ["init"], input="github\nacme\n\n")
    assert answer.exit_code == 0, answer.output
    assert "Which organization of GitHub: acme" in answer.stdout
    assert (looked[0]["group"], looked[0]["url"]) == ("acme", None)


@pytest.mark.parametrize(
    ("system", "flag", "token"),
    [(github, "--github-organization=acme", "GITHUB_TOKEN"), (gitlab, "--gitlab-group=acme", "GITLAB_TOKEN")],
)
def test_what_a_whole_host_shows_becomes_a_valid_file(monkeypatch, tmp_path, system, flag, token):
    """From the first request to `check`; the fakes are those that the sources are tested with."""
    fake = system.system()
    answer_with(monkeypatch, fake)
    monkeypatch.chdir(tmp_path)
    environ = {token: system.TOKEN}
    answer = CliRunner(env=environ).invoke(main, ["init", flag, f"--url={fake.options['url']}"])
    assert answer.exit_code == 0, answer.output
    configuration = load(tmp_path / "scorecard.yaml", environ)
    rules = configuration.dimensions.services
    assert rules
    assert all(rule.deployments and rule.deployments.by == "environment" for rule in rules), answer.output
    assert system.TOKEN not in answer.output + (tmp_path / "scorecard.yaml").read_text()
    checked = CliRunner(env={**environ, "COLUMNS": "200"}).invoke(main, ["check", "--online"])
    assert checked.exit_code == 0, checked.output
