"""`check --online`: what systems show is set against what the configuration says, and what fits nothing is named."""

import json
import threading
from typing import Literal

import pytest
from click.testing import CliRunner

from scorecard_exporter.cli import main
from scorecard_exporter.config import load
from scorecard_exporter.errors import FatalSourceError
from scorecard_exporter.inspection.document import document
from scorecard_exporter.inspection.looking import look
from scorecard_exporter.sources.base import Inspection, Seen, Source, SourceOptions
from scorecard_exporter.sources.registry import TYPES

CONFIGURATION = """
store: duckdb:./store.duckdb
sources:
  code: {type: fake}
  pager: {type: fake}
  idle: {type: fake}
teams:
  shop: {owner: shop@example.org, services: [checkout]}
services:
  checkout:
    changes: code:acme/checkout
    deployments: {from: "code:acme/checkout", environment: ["prod*", live]}
    incidents: {from: "pager:P1", labels: incident, severities: [high]}
scorecards:
  delivery:
    teams: [shop]
    perspectives:
      engineering-excellence:
        objectives:
          faster-delivery:
            measures:
              deployment_frequency: {goal: 1/week, red: 1/month}
              change_failure_rate: {goal: 5%, red: 15%}
"""
REPOSITORIES = Seen(sort="repositories", names={"acme/checkout": None, "acme/catalog": None})
PRODUCTION = Seen(sort="environments", names={"Production": 132, "staging": 80}, origin="code:acme/checkout")
SERVICES = Seen(sort="services", names={"P1 (Checkout)": 12})


@pytest.fixture
def shown(monkeypatch):
    """What each source shows: an inspection, or an error that it raises; by name."""
    answers = {}

    def inspection(name):
        answer = answers.get(name)
        if callable(answer):
            return answer()
        if isinstance(answer, Exception):
            raise answer
        return answer

    class FakeOptions(SourceOptions):
        type: Literal["fake"]

        def origins(self, name):  # noqa: ARG002
            return None

        def build(self, name, directory):  # noqa: ARG002
            inspect = (lambda: inspection(name)) if name in answers else None
            return Source(name, self.type, self.interval, (), inspect=inspect)

    monkeypatch.setitem(TYPES, "fake", FakeOptions)
    return answers


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "scorecard.yaml"
    file.write_text(CONFIGURATION)
    return file


def inspected(path):
    configuration = load(path)
    return document(configuration, look(configuration))


def code(*seen, **more):
    return Inspection(account="octocat", seen=(REPOSITORIES, *seen), **more)


def pager(*seen):
    return Inspection(account="acme.pager.example", seen=(SERVICES, *seen))


def test_where_everything_fits_nothing_is_wrong(shown, path):
    """A source that cannot be asked is not asked, and one that shows no labels is not judged by them."""
    shown |= {"code": code(PRODUCTION), "pager": pager()}
    found = inspected(path)
    assert found["wrong"] == []
    assert [source["name"] for source in found["sources"]] == ["code", "pager", "idle"]
    assert found["sources"][0]["inspection"]["seen"][1] == {
        "sort": "environments",
        "origin": "code:acme/checkout",
        "names": {"Production": 132, "staging": 80},
    }
    assert found["sources"][2]["inspection"] is None


def seen(sort, origin="", **names):
    return Seen(sort=sort, names=names, origin=origin)


UNMATCHED = "service checkout: no environment of code:acme/checkout matches prod*, live"
MANY = Seen(sort="labels", names={f"label-{number}": None for number in range(100)})


@pytest.mark.parametrize(
    ("code_shows", "pager_shows", "wrong"),
    [
        (
            [Seen(sort="environments", names={"production-eu": 132, "staging": 80}, origin="code:acme/checkout")],
            [],
            None,
        ),
        (
            [Seen(sort="environments", names={"eu-production": 132, "staging": None}, origin="code:acme/checkout")],
            [],
            f"{UNMATCHED}; there are: eu-production (132), staging",
        ),
        (
            [Seen(sort="environments", names={}, origin="code:acme/checkout")],
            [],
            f"{UNMATCHED}; there are none",
        ),
        ([Seen(sort="environments", names={"qa": 1}, origin="code:acme/catalog")], [], None),
        (
            [Seen(sort="environments", names={f"pr-{number}": 1 for number in range(30)}, origin="code:acme/checkout")],
            [],
            f"{UNMATCHED}; there are: {', '.join(f'pr-{number} (1)' for number in range(10))} and 20 more",
        ),
        ([], [seen("labels", incident=3, bug=4)], None),
        (
            [],
            [seen("labels", bug=4, sev=1)],
            "service checkout: no label of pager:P1 matches incident; there are: bug (4), sev (1)",
        ),
        ([], [seen("labels", bug=4), seen("labels", origin="pager:P1", incident=1)], None),
        ([], [MANY], None),
        (
            [],
            [seen("severities", low=1)],
            "service checkout: no severity of pager:P1 matches high; there are: low (1)",
        ),
    ],
    ids=[
        "an environment matches",
        "none matches: those that exist are named",
        "there is none at all",
        "the environments of others do not count",
        "of very many the first are named",
        "a label of the whole source",
        "no label matches",
        "the labels of the origin itself come first",
        "a list that is cut off proves nothing",
        "severities",
    ],
)
def test_what_patterns_match_is_looked_up_among_what_exists(shown, path, code_shows, pager_shows, wrong):
    shown |= {"code": code(*code_shows), "pager": pager(*pager_shows)}
    assert inspected(path)["wrong"] == ([wrong] if wrong else [])


def test_a_thing_that_is_not_shown_is_told_with_the_nearest_one(shown, path):
    path.write_text(CONFIGURATION.replace("acme/checkout", "acme/chekout"))
    shown |= {"code": code(PRODUCTION), "pager": pager()}
    (wrong,) = inspected(path)["wrong"]
    assert wrong == "service checkout: code shows no repository acme/chekout; did you mean acme/checkout?"


def test_a_thing_like_no_other_is_told_with_those_there_are(shown, path):
    path.write_text(CONFIGURATION.replace("pager:P1", "pager:QQQ"))
    shown |= {"code": code(PRODUCTION), "pager": pager()}
    (wrong,) = inspected(path)["wrong"]
    assert wrong == "service checkout: pager shows no service QQQ; there are: P1 (Checkout) (12)"


def test_what_a_credential_may_not_and_what_cannot_be_asked_is_wrong(shown, path):
    """The others are shown all the same."""
    shown |= {
        "code": code(missing=("permission `Deployments: read`, for deployments",)),
        "pager": FatalSourceError("https://pager.example answers 401; check the credential"),
        "idle": ZeroDivisionError("something secret"),
    }
    found = inspected(path)
    assert found["wrong"] == [
        "pager: https://pager.example answers 401; check the credential",
        "idle: a fault of the exporter: ZeroDivisionError",
        "code: missing: permission `Deployments: read`, for deployments",
    ]
    assert found["sources"][1]["error"].startswith("https://pager.example")


def test_sources_are_asked_at_the_same_time(shown, path):
    """Each waits until the other is asked too: one after the other they would wait for ever."""
    both = threading.Barrier(2, timeout=10)

    def meet():
        both.wait()
        return pager()

    shown |= {"code": meet, "pager": meet}
    assert [one["error"] for one in inspected(path)["sources"]] == [None, None, None]


def check(path, *arguments):
    return CliRunner(env={"COLUMNS": "200"}).invoke(main, ["check", f"--config.file={path}", *arguments])


def test_the_command_shows_it_and_fails_where_something_is_wrong(shown, path):
    shown |= {
        "code": code(PRODUCTION, next_sync="about 3 requests"),
        "pager": pager(seen("labels", **{"bug\x1b[31m": 4})),
    }
    answer = check(path, "--online")
    assert answer.exit_code == 1
    for line in (
        "code (fake)  octocat",
        "  repositories: acme/checkout, acme/catalog",
        "  environments of code:acme/checkout: Production (132), staging (80)",
        "  next sync: about 3 requests",
        "idle (fake)  nothing to ask",
        "warning: source-unused: source idle: no measure uses it; measure what it tells, or do not read it",
        "wrong: service checkout: no label of pager:P1 matches incident; there are: bug\ufffd[31m (4)",
    ):
        assert f"{line}\n" in answer.stdout
    assert "\x1b[31m" not in answer.stdout.replace("\x1b[31mwrong", "")


def test_the_command_gives_a_document_and_succeeds_where_nothing_is_wrong(shown, path):
    shown |= {"code": code(PRODUCTION), "pager": pager()}
    answer = check(path, "--online", "--format=json")
    assert answer.exit_code == 0
    told = json.loads(answer.stdout)
    assert told["valid"] is True
    assert told["online"] == inspected(path)


def test_without_the_flag_nothing_is_asked(shown, path):
    shown |= {"code": ZeroDivisionError(), "pager": ZeroDivisionError()}
    answer = check(path, "--format=json")
    assert answer.exit_code == 0
    assert "online" not in json.loads(answer.stdout)


def test_a_wrong_configuration_is_not_asked_about(shown, path):
    path.write_text("sorces: {}\n")
    shown |= {"code": ZeroDivisionError()}
    answer = check(path, "--online", "--format=json")
    assert answer.exit_code == 1
    assert json.loads(answer.stdout)["online"] is None
