"""Advice on what is allowed and will hardly do what was meant: what is told, about what, and what is not."""

from datetime import UTC, datetime
from textwrap import dedent

import pytest

from scorecard_exporter.config import advise, load
from scorecard_exporter.config.lint.advice import OF_CONFIGURATION, Advice, Silenced, heeded
from scorecard_exporter.quantities import instant

AT = instant(datetime(2026, 7, 1, tzinfo=UTC))
ONE = """\
teams: {{shop: {{owner: {owner}}}}}
scorecards:
  main: {{perspectives: {{all: {{objectives: {{all: {{measures: {{deployment_frequency: {keys}}}}}}}}}}}}}
"""
PERSON = "ada.lovelace@acme.example"
GROUP = "shop-leads@acme.example"
NAME_ONE = "name one beside the measure, its objective or the team"
RED = "the smallest reading above zero is never red; lengthen the window, or move the red line"


@pytest.fixture
def advice(tmp_path):
    """The advice of one name on a configuration, as (what it is about, sentence)."""

    def of(name, text):
        assert name in OF_CONFIGURATION
        path = tmp_path / "scorecard.yaml"
        path.write_text(dedent(text))
        return [(one.about, one.sentence) for one in advise(load(path, {}), AT) if one.name == name]

    return of


RATES = [
    ("{goal: 1/w, red: 1/month, window: 90d}", None, "three in ninety days can be told from one"),
    ("{goal: 1/w, red: 1/month, window: 30d}", None, "exactly one is still red when it is reached"),
    (
        "{goal: 1/month, red: 1/quarter, window: 30d}",
        "with red at 4.1/year in a window of 30 d",
        "one is green already",
    ),
    (
        "{targets: [{from: 2026-01-01, goal: 1/month, red: 1/y}, {from: 2026-07-01, goal: 1/w, red: 1/2w}]}",
        "with red at 1/year in a window of 90 d",
        "any date counts",
    ),
    (
        "{goal: 1/w, red: 1/month, team_targets: {shop: {goal: 1/month, red: 1/y}}}",
        "with red at 1/year in a window of 90 d",
        "and any team",
    ),
]


@pytest.mark.parametrize(("keys", "sentence", "why"), RATES, ids=[row[2] for row in RATES])
def test_a_rate_that_can_never_be_red(advice, keys, sentence, why):
    found = advice("red-never-reached", ONE.format(owner=GROUP, keys=keys))
    assert found == ([("main/deployment_frequency", f"{sentence}, {RED}")] if sentence else []), why


NOTHING = [
    ("", ("the configuration", "there is no scorecard, so nothing is measured; define one under 'scorecards'")),
    (
        "{teams: {shop: {}}, scorecards: {main: {perspectives: {}}}}",
        ("main", "it has no measure; name some under an objective's 'measures'"),
    ),
]


@pytest.mark.parametrize(("text", "expected"), NOTHING)
def test_a_configuration_that_measures_nothing(advice, text, expected):
    """It is valid, since everybody begins with it, and yet shows nothing."""
    assert advice("nothing-measured", text) == [expected]


def series(number, name="m", **keys):
    """So many observations, each with a target and these keys."""
    written = ", ".join(f"{key}: {value}" for key, value in ({"goal": 2, "red": 1} | keys).items())
    return ", ".join(f"{name}{index}: {{series: s, {written}}}" for index in range(number))


def scorecard(**perspectives):
    """A scorecard with these measures in one objective of each perspective."""
    sides = ", ".join(
        f"{name}: {{objectives: {{of-{name}: {{measures: {{{measures}}}}}}}}}"
        for name, measures in perspectives.items()
    )
    return (
        "teams: {shop: {}, web: {parent: shop}}\nseries: {s: {unit: count}}\n"
        f"scorecards: {{main: {{perspectives: {{{sides}}}}}}}\n"
    )


NUMBERS = [
    ("too-many-measures", series(20), [], "twenty can be looked at"),
    (
        "too-many-measures",
        series(21),
        [("main", "21 measures for one team, more than 20; keep those that somebody acts on")],
        "one more cannot",
    ),
    (
        "too-many-measures",
        series(21, teams="[web]"),
        [("main", "21 measures for one team, more than 20; keep those that somebody acts on")],
        "of one team alone",
    ),
    ("perspective-too-large", series(5), [], "five are a vital few"),
    ("perspective-too-large", series(6), [("main/all", "6 measures, more than 5; leave the vital few")], "six are not"),
    ("perspective-too-small", series(3), [], "three balance each other"),
    (
        "perspective-too-small",
        series(2),
        [("main/all", "2 measures, fewer than 3; add what balances it")],
        "two do not",
    ),
    ("perspective-too-small", series(1), [("main/all", "1 measure, fewer than 3; add what balances it")], "one alone"),
]


@pytest.mark.parametrize(
    ("name", "measures", "expected", "why"), NUMBERS, ids=[f"{row[0]}: {row[3]}" for row in NUMBERS]
)
def test_how_many_measures(advice, name, measures, expected, why):
    assert advice(name, scorecard(all=measures)) == expected, why


def test_measures_of_different_teams_are_not_added_up(advice):
    """Nobody sees both: each team has three."""
    ours, theirs = series(3, teams="[shop]"), series(3, name="n", teams="[web]")
    assert advice("perspective-too-large", scorecard(all=f"{ours}, {theirs}")) == []


SORTS = [
    ("no-leading-measure", series(3, indicator="lagging"), 1, "lagging alone"),
    ("only-leading-measures", series(3, indicator="leading"), 1, "leading alone"),
    ("no-leading-measure", "deployment_frequency: , time_to_restore: ", 0, "one of each"),
    ("only-leading-measures", "deployment_frequency: , time_to_restore: ", 0, "one of each"),
    ("only-leading-measures", "time_to_restore: {indicator: leading}", 1, "what the file says counts"),
]


@pytest.mark.parametrize(("name", "measures", "number", "why"), SORTS)
def test_leading_and_lagging(advice, name, measures, number, why):
    assert len(advice(name, scorecard(all=measures))) == number, why


WEIGHTS = [
    ("a: {series: s, goal: 2, red: 1}, b: {series: s, goal: 2, red: 1}", [], "half is not more than half"),
    (
        "a: {series: s, goal: 2, red: 1, weight: 2}, b: {series: s, goal: 2, red: 1}",
        [("main/a", "by the weights it is 66 % of the whole; spread them, so that the others count")],
        "two thirds are",
    ),
    ("a: {series: s, goal: 2, red: 1}", [], "the only one has nobody to outvote"),
    ("a: {series: s, goal: 2, red: 1}, b: {series: s, goal: 2, red: 1, weight: 0}", [], "nor has the only one counted"),
]


@pytest.mark.parametrize(("measures", "expected", "why"), WEIGHTS, ids=[row[2] for row in WEIGHTS])
def test_weights_that_make_one_measure_decide(advice, measures, expected, why):
    assert advice("one-measure-decides", scorecard(all=measures)) == expected, why


def test_a_measure_alone_in_a_heavy_perspective_decides(advice):
    """Its share is that of every level, multiplied: all of two thirds."""
    text = scorecard(light=series(4), heavy="deployment_frequency: ")
    text = text.replace("heavy: {", "heavy: {weight: 2, ")
    assert [about for about, _ in advice("one-measure-decides", text)] == ["main/deployment_frequency"]


OWNERS = [
    ("{}", "{}", [("main/deployment_frequency", f"it has no owner; {NAME_ONE}")], "nobody"),
    ("{owner: leads}", "{}", [], "that of the team"),
    ("{}", "{owner: platform}", [], "its own"),
]


@pytest.mark.parametrize(("team", "keys", "expected", "why"), OWNERS, ids=[row[3] for row in OWNERS])
def test_a_measure_without_an_owner(advice, team, keys, expected, why):
    text = ONE.replace("{{owner: {owner}}}", "{owner}").format(owner=team, keys=keys)
    assert advice("no-owner", text) == expected, why


def test_only_the_teams_without_an_owner_are_named(advice):
    text = scorecard(all="deployment_frequency: ").replace("shop: {}", "shop: {}, data: {owner: data-leads}")
    assert advice("no-owner", text) == [("main/deployment_frequency", f"it has no owner for shop, web; {NAME_ONE}")]


def test_an_owner_who_looks_like_a_person_is_told_once(advice):
    assert advice("personal-owner", ONE.format(owner=PERSON, keys="{}")) == [
        ("team shop", f"the owner {PERSON} looks like a person; a role or a group address outlives people")
    ]
    assert advice("personal-owner", ONE.format(owner=GROUP, keys="{}")) == []


INITIATIVES = [
    ("initiative-overdue", "owner: qa, resources: two, due: 2026-06-30", True, "its day has passed"),
    ("initiative-overdue", "owner: qa, resources: two, due: 2026-07-01", False, "its day is not over"),
    ("initiative-overdue", "owner: qa, resources: two, due: 2026-07-02", False, "its day is to come"),
    ("initiative-overdue", "owner: qa, resources: two, due: 2026-06-30, done: 100%", False, "it is done"),
    ("initiative-overdue", "owner: qa, resources: two", False, "it has no day"),
    ("initiative-without-owner", "resources: two", True, "nobody"),
    ("initiative-without-owner", "owner: qa", False, "somebody"),
    ("initiative-without-owner", "done: 100%", False, "what is done needs nobody"),
    ("initiative-without-resources", "owner: qa", True, "nothing is given"),
    ("initiative-without-resources", "resources: two", False, "something is"),
]


@pytest.mark.parametrize(
    ("name", "keys", "told", "why"), INITIATIVES, ids=[f"{row[0]}: {row[3]}" for row in INITIATIVES]
)
def test_initiatives(advice, name, keys, told, why):
    text = (
        scorecard(all="deployment_frequency: ")
        + f"initiatives: {{tests: {{for: main/deployment_frequency, {keys}}}}}\n"
    )
    assert [about for about, _ in advice(name, text)] == (["initiative tests"] if told else []), why


CHAIN = """\
teams: {shop: {}}
scorecards:
  main:
    perspectives:
      all:
        objectives:
          cause: {leads_to: [effect], measures: {deployment_frequency: }}
          effect: {measures: {lead_time_for_changes: }}
          alone: {measures: {time_to_restore: }}
          empty: {leads_to: [effect]}
"""


def test_objectives_without_a_measure_or_without_a_link(advice):
    assert advice("objective-without-measure", CHAIN) == [
        ("main/empty", "no measure tells whether it is reached; add one, or drop the objective")
    ]
    assert advice("objective-without-link", CHAIN) == [
        ("main/alone", "it is linked to no other objective; say with 'leads_to' what it is expected to move")
    ]


def test_an_only_objective_has_nothing_to_be_linked_to(advice):
    assert advice("objective-without-link", ONE.format(owner=GROUP, keys="{}")) == []


AGES = [
    ("{targets: [{from: 2026-04-01, goal: 1/d, red: 1/w}]}", None, "91 days are more than a quarter"),
    ("{targets: [{from: 2026-04-02, goal: 1/d, red: 1/w}]}", False, "90 days are a quarter"),
    (
        "{targets: [{from: 2026-01-01, goal: 1/w, red: 1/month}, {from: 2026-06-01, goal: 1/d, red: 1/w}]}",
        False,
        "moved",
    ),
    (
        "{targets: [{from: 2026-01-01, goal: 1/w, red: 1/month}, {from: 2026-09-01, goal: 1/d, red: 1/w}]}",
        False,
        "will be",
    ),
    (
        "{schedule: [{at: 2026-01-01, goal: 1/w, red: 1/month}, {at: 2026-12-31, goal: 1/d, red: 1/w}]}",
        False,
        "it moves",
    ),
    ("{goal: 1/d, red: 1/w}", False, "nobody knows how old it is"),
]


@pytest.mark.parametrize(("keys", "told", "why"), AGES, ids=[row[2] for row in AGES])
def test_a_target_that_nobody_has_looked_at_for_a_quarter(advice, keys, told, why):
    sentence = "its newest target is 91 days old; confirm it with a new date, or move it"
    expected = [("main/deployment_frequency", sentence)] if told is None else []
    assert advice("target-unchanged", ONE.format(owner=GROUP, keys=keys)) == expected, why


VOLUME = [
    ("commits: {series: s, goal: 20, red: 10}", True, "more commits"),
    ("lines_of_code: {series: s, goal: 20, red: 10}", True, "more lines"),
    ("done: {series: s, title: Story points, goal: 20, red: 10}", True, "more story points, by the title"),
    ("done: {series: story-points, goal: 20, red: 10}", True, "by the series"),
    ("velocity: {series: s, goal: 20, red: 10}", True, "what story points add up to"),
    ("commits: {series: s, goal: 10, red: 20}", False, "fewer are better: nobody is rewarded for more"),
    ("commits: {series: s, goal: 20, red: 10, weight: 0}, time_to_restore: ", False, "it does not count"),
    ("commits_reviewed: {series: share, goal: 90%, red: 50%}", False, "a share is no volume"),
    ("commitment: {series: s, goal: 20, red: 10}", False, "another word"),
    ("deployment_frequency: ", False, "none of them"),
]


@pytest.mark.parametrize(("measure", "told", "why"), VOLUME, ids=[row[2] for row in VOLUME])
def test_measures_that_reward_volume(advice, measure, told, why):
    text = scorecard(all=measure).replace(
        "{s: {unit: count}}", "{s: {unit: count}, story-points: {unit: points}, share: {unit: ratio}}"
    )
    assert bool(advice("rewards-volume", text)) is told, why


SOURCES = """\
sources:
  code: {type: git, repositories: {shop: .}}
  idle: {type: files, path: .}
teams: {shop: {services: [shop]}}
services: {shop: {changes: code:shop, deployments: {from: code:shop, tags: "v*"}}}
"""


def test_a_source_that_no_measure_uses(advice):
    measures = "scorecards: {main: {perspectives: {all: {objectives: {all: {measures: {deployment_frequency: }}}}}}}\n"
    assert advice("source-unused", SOURCES + measures) == [
        ("source idle", "no measure uses it; measure what it tells, or do not read it")
    ]


def test_a_series_that_any_source_may_deliver_uses_them_all(advice):
    measures = "{cost: {series: cost, goal: 5, red: 9}}"
    text = f"scorecards: {{main: {{perspectives: {{all: {{objectives: {{all: {{measures: {measures}}}}}}}}}}}}}\n"
    assert advice("source-unused", SOURCES + "series: {cost: {unit: eur}}\n" + text) == []


def test_what_is_silenced_is_counted_and_keeps_its_reason():
    one, other = Advice("no-owner", "main/a", "why"), Advice("no-owner", "main/b", "why")
    wanted = Advice("personal-owner", "team shop", "why")
    assert heeded([one, wanted, other], {"no-owner": "We are two.", "rewards-volume": "Never mind."}) == (
        (wanted,),
        (Silenced("no-owner", "We are two.", 2), Silenced("rewards-volume", "Never mind.", 0)),
    )
