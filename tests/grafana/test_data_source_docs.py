"""The page about the data source names every kind of query, key, word and limit."""

import re

import pytest
import yaml

from scorecard_exporter.grafana import asking, past
from scorecard_exporter.grafana.kinds import events, evidence, explain, history, scorecard, teams
from scorecard_exporter.grafana.question import KEYS, MOST_NAMES
from scorecard_exporter.grafana.server import MOST_QUERIES

WORDS = {
    *scorecard.FORMATS,
    *history.FORMATS,
    *history.SHOWS,
    *past.STEPS,
    *teams.SHOWS,
    *events.KINDS,
    *explain.PARTS,
}


@pytest.fixture(scope="module")
def page(checkout):
    return (checkout / "docs/data-source.md").read_text()


def test_every_kind_has_a_row_and_its_fields_another(page):
    rows = re.findall(r"^\| `(\w+)`", page, re.MULTILINE)
    assert {kind: rows.count(kind) >= 2 for kind in asking.KINDS} == dict.fromkeys(asking.KINDS, True)


@pytest.mark.parametrize("word", sorted(KEYS | WORDS))
def test_every_key_and_word_is_named(page, word):
    assert f"`{word}`" in page


def test_fields_are_those_of_the_frames(page, grafana):
    asked = [
        ("scorecard", {}),
        ("scorecard", {"format": "numeric"}),
        ("scorecard", {"format": "total"}),
        ("evidence", {"measure": "lead_time_for_changes"}),
        ("events", {}),
        ("initiatives", {}),
        ("explain", {}),
        *(("explain", {"part": part}) for part in explain.PARTS),
    ]
    named = {name for kind, keys in asked for name in grafana.one(kind, **keys).names}
    named |= {*grafana.one("teams").names[:8], *grafana.one("history", measure="cloud_cost", show="value").names[2:]}
    assert {name for name in named if f"`{name}`" not in page} == set()


@pytest.mark.parametrize(
    "limit",
    [
        MOST_QUERIES,
        MOST_NAMES,
        scorecard.MOST_ROWS,
        scorecard.MOST_FIELDS,
        past.MOST_TEAMS,
        past.MOST_POINTS,
        past.MOST_VALUES,
        evidence.MOST,
        events.MOST,
        teams.MOST_CELLS,
    ],
)
def test_every_limit_is_told(page, limit):
    assert f"{limit:,}" in page


def test_the_alert_rule_is_yaml_and_its_query_is_answered(page, grafana):
    """By one number beside words, as a rule needs it."""
    (rules,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    model = yaml.safe_load(rules)["groups"][0]["rules"][0]["data"][0]["model"]
    frame = grafana.one(model["queryType"], **{key: model[key] for key in ("scorecard", "team", "format")})
    assert frame.meta["type"] == "numeric-long"
    assert {row["team"] for row in frame.rows()} == {"company", "payments", "search"}
