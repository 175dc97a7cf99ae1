"""Advice on what is allowed and will hardly do what was meant."""

import pytest

from scorecard_exporter.config import advise, load

PAGE = """\
teams: {{shop: {{owner: {owner}}}}}
scorecards:
  main: {{perspectives: {{all: {{objectives: {{all: {{measures: {{deployment_frequency: {keys}}}}}}}}}}}}}
"""
PERSON = "ada.lovelace@acme.example"
GROUP = "shop-leads@acme.example"
UNJUDGEABLE = "the smallest reading above zero is never red; lengthen the window, or move the red line"
ADVICE = [
    (GROUP, "{goal: 1/w, red: 1/month, window: 90d}", [], "three in ninety days can be told from one"),
    (GROUP, "{goal: 1/w, red: 1/month, window: 30d}", [], "exactly one is still red when it is reached"),
    (
        GROUP,
        "{goal: 1/month, red: 1/quarter, window: 30d}",
        [
            f"main/deployment_frequency: with red at 4.1/year in a window of 30 d, {UNJUDGEABLE}",
        ],
        "one deployment is already green",
    ),
    (
        GROUP,
        "{targets: [{from: 2026-01-01, goal: 1/month, red: 1/y}, {from: 2026-07-01, goal: 1/w, red: 1/2w}]}",
        [
            f"main/deployment_frequency: with red at 1/year in a window of 90 d, {UNJUDGEABLE}",
        ],
        "any date counts",
    ),
    (
        PERSON,
        "{}",
        [
            f"team shop: the owner {PERSON} looks like a person; a role or a group address outlives people",
        ],
        "a person, told once",
    ),
]


@pytest.mark.parametrize(("owner", "keys", "advice", "why"), ADVICE, ids=[row[3] for row in ADVICE])
def test_advice(owner, keys, advice, why, tmp_path):
    """Each sentence names what it is about, and what to do."""
    path = tmp_path / "scorecard.yaml"
    path.write_text(PAGE.format(owner=owner, keys=keys))
    assert advise(load(path, {})) == advice, why


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("", "there is no scorecard, so nothing is measured; define one under 'scorecards'"),
        (
            "{teams: {shop: {}}, scorecards: {main: {perspectives: {}}}}",
            "main: this scorecard has no measure; name some under an objective's 'measures'",
        ),
    ],
)
def test_a_configuration_that_measures_nothing(text, advice, tmp_path):
    """It is valid, since everybody begins with it, and yet shows nothing."""
    path = tmp_path / "scorecard.yaml"
    path.write_text(text)
    assert advise(load(path, {})) == [advice]
