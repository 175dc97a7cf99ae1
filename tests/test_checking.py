"""The command `check`: advice as warnings or errors, what is silenced and why, and what could not be looked at."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from click.testing import CliRunner

from scorecard_exporter.cli import main
from scorecard_exporter.events.model import Batch, Coverage, Observation
from scorecard_exporter.store import open_store

CONFIGURATION = """\
store: duckdb:./store.duckdb
teams: {{shop: {{owner: shop-leads}}}}
series: {{morale: {{unit: points}}}}
scorecards:
  main: {{perspectives: {{all: {{objectives: {{all: {{measures: {{
    morale: {{series: morale, goal: 50, red: 20, owner: {owner}}},
    deployment_frequency: , time_to_restore:
  }}}}}}}}}}}}
{more}
"""
PERSON = "warning: personal-owner: main/morale: the owner ada.byron@acme.example looks like a person; "
RED = "warning: red-without-initiative: main/morale: it is red for shop, and no initiative is for it"


@pytest.fixture
def check(tmp_path):
    """Runs `check` on a configuration with this owner, and more."""

    def run(*arguments, owner="shop-leads", more=""):
        path = tmp_path / "scorecard.yaml"
        path.write_text(CONFIGURATION.format(owner=owner, more=more))
        return CliRunner().invoke(main, ["check", f"--config.file={path}", *arguments])

    return run


@pytest.fixture
def red(tmp_path):
    """A store in which morale is low, since yesterday."""
    yesterday = datetime.now(UTC) - timedelta(days=1)
    morale = Observation(
        key="morale", origin="survey:morale", series="morale", subject="shop", starts_at=yesterday, ends_at=yesterday,
        value=Decimal(10), unit="points",
    )  # fmt: skip
    read = Coverage(origin="survey:morale", kind="observation", from_at=None, to_at=datetime.now(UTC))
    store = open_store(f"duckdb:{tmp_path}/store.duckdb")
    store.write("survey", ("observations", Batch(records=(morale,), cursor="", coverage=(read,))))
    store.close()


def test_nothing_to_say(check):
    answer = check()
    assert answer.exit_code == 0
    assert [line.partition(" at /")[0] for line in answer.stdout.splitlines()[:-1]] == [
        "note: advice that needs numbers is left out: there is no store"
    ]
    assert answer.stdout.endswith("scorecard.yaml is valid.\n")


@pytest.mark.parametrize(("arguments", "word", "exit_code"), [((), "warning", 0), (("--strict",), "error", 1)])
def test_advice_is_a_warning_and_with_strict_an_error(check, arguments, word, exit_code):
    answer = check(*arguments, owner="ada.byron@acme.example")
    assert answer.stdout.startswith(PERSON.replace("warning", word))
    assert answer.exit_code == exit_code


def test_what_is_silenced_is_told_with_its_reason_and_is_no_error(check):
    answer = check("--strict", owner="ada.byron@acme.example", more="silence: {personal-owner: We are two.}")
    assert answer.stdout.startswith("silenced: personal-owner (1): We are two.\n")
    assert answer.exit_code == 0


def test_what_needs_numbers_is_told_where_there_is_a_store(check, red):  # noqa: ARG001
    answer = check()
    assert answer.stdout.startswith(RED)
    assert "note:" not in answer.stdout


def test_no_store_is_made_by_looking_for_one(check, tmp_path):
    check()
    assert [path.name for path in tmp_path.iterdir()] == ["scorecard.yaml"]


def test_a_store_that_cannot_be_opened_is_no_mistake_of_the_configuration(check, tmp_path):
    (tmp_path / "store.duckdb").write_text("not a database at all, and long enough to be looked at " * 100)
    answer = check()
    assert answer.stdout.startswith("note: advice that needs numbers is left out: ")
    assert answer.exit_code == 0


def test_for_programs_it_is_data(check):
    answer = json.loads(check("--format=json", owner="ada.byron@acme.example", more="silence: {no-owner: x}").stdout)
    assert (answer["valid"], answer["mistakes"]) == (True, [])
    assert [(one["name"], one["about"]) for one in answer["advice"]] == [("personal-owner", "main/morale")]
    assert answer["silenced"] == [{"name": "no-owner", "reason": "x", "number": 0}]
    assert answer["left_out"].startswith("there is no store at ")


def test_a_mistake_leaves_no_room_for_advice(check):
    answer = check(more="nonsense: 1")
    assert answer.exit_code == 1
    assert "this key is unknown" in answer.stderr
    assert answer.stdout == ""
