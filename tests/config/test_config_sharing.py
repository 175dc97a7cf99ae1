"""One definition for many teams: scorecards by the tree, templates, and targets of teams of their own."""

from fractions import Fraction
from textwrap import dedent

import pytest

from scorecard_exporter.config import load
from scorecard_exporter.quantities import DAY

TEAMS = """\
teams:
  engineering: {}
  shop: {parent: engineering}
  web: {parent: shop}
  app: {parent: shop}
  data: {parent: engineering}
"""


@pytest.fixture
def loaded(tmp_path):
    """Loads a configuration that begins with the five teams."""

    def load_it(text):
        path = tmp_path / "scorecard.yaml"
        path.write_text(TEAMS + dedent(text))
        return load(path, {})

    return load_it


CHOSEN = [
    ("{}", ("engineering", "shop", "web", "app", "data"), "all"),
    ("{teams: [web, data]}", ("web", "data"), "those that are named"),
    ("{teams_below: [shop]}", ("web", "app"), "without the one above"),
    ("{teams_below: [engineering]}", ("shop", "web", "app", "data"), "at any depth"),
    ("{teams: [shop], teams_below: [shop]}", ("shop", "web", "app"), "the one above too, if it is named"),
    ("{teams_below: [shop, engineering]}", ("web", "app", "shop", "data"), "each once"),
]


@pytest.mark.parametrize(("scorecard", "teams", "why"), CHOSEN, ids=[row[2] for row in CHOSEN])
def test_teams_of_a_scorecard(loaded, scorecard, teams, why):
    assert loaded(f"scorecards: {{main: {scorecard}}}").scorecards["main"].teams == teams, why


def test_a_hundred_teams_have_a_scorecard_from_one_definition(tmp_path):
    path = tmp_path / "scorecard.yaml"
    below = "".join(f"  team-{number}: {{parent: engineering}}\n" for number in range(100))
    path.write_text(
        f"teams:\n  engineering: {{}}\n{below}"
        "templates: {delivery: {perspectives: {all: {objectives: {all: {measures: {deployment_frequency: }}}}}}}\n"
        "scorecards: {delivery: {template: delivery, teams_below: [engineering]}}\n"
    )
    scorecard = load(path, {}).scorecards["delivery"]
    ((_, _, measure),) = scorecard.measures()
    assert len(scorecard.teams) == len(measure.teams) == 100


TEMPLATE = """\
templates:
  delivery:
    title: Delivery
    review: monthly
    perspectives:
      excellence:
        title: Engineering Excellence
        objectives:
          speed:
            measures:
              lead_time_for_changes: {goal: 2d, red: 7d}
              deployment_frequency:
scorecards:
  all: {template: delivery}
  shop:
    template: delivery
    teams: [shop]
    title: Shop
    perspectives:
      excellence:
        objectives:
          speed:
            measures:
              lead_time_for_changes: {goal: 1d}
              change_failure_rate:
      customers: {objectives: {trust: {measures: {time_to_restore: }}}}
"""


def test_a_scorecard_has_what_its_template_says(loaded):
    scorecard = loaded(TEMPLATE).scorecards["all"]
    assert (scorecard.title, scorecard.review) == ("Delivery", "monthly")
    assert [measure.id for _, _, measure in scorecard.measures()] == ["lead_time_for_changes", "deployment_frequency"]


def test_what_a_scorecard_says_itself_is_added_or_stands_instead(loaded):
    """Mappings are put together key by key; the other scorecard of the template does not change."""
    configuration = loaded(TEMPLATE)
    scorecard = configuration.scorecards["shop"]
    measures = {measure.id: measure for _, _, measure in scorecard.measures()}
    assert (scorecard.title, scorecard.review, scorecard.teams) == ("Shop", "monthly", ("shop",))
    assert [perspective.title for perspective in scorecard.perspectives] == ["Engineering Excellence", "Customers"]
    assert measures.keys() == {
        "lead_time_for_changes",
        "change_failure_rate",
        "deployment_frequency",
        "time_to_restore",
    }
    anchors = measures["lead_time_for_changes"].target.points[0].anchors
    assert (anchors.goal, anchors.red) == (DAY, 7 * DAY)
    (_, _, untouched), _ = configuration.scorecards["all"].measures()
    assert untouched.target.points[0].anchors.goal == 2 * DAY


def test_a_template_alone_measures_nothing(loaded):
    assert loaded("templates: {delivery: {perspectives: {all: {}}}}").scorecards == {}


SHARED = """\
scorecards:
  main:
    perspectives:
      all:
        objectives:
          all:
            measures:
              lead_time_for_changes:
                goal: 2d
                red: 7d
                team_targets:
                  shop: {goal: 1d, red: 3d}
                  app: {targets: [{from: 2026-01-01, goal: 5d, red: 9d}]}
"""
OF_TEAMS = [
    ("engineering", 2, "the target of all"),
    ("data", 2, "nobody above it has one of its own"),
    ("shop", 1, "its own"),
    ("web", 1, "that of the nearest team above"),
    ("app", 5, "its own before that of the team above"),
]


@pytest.mark.parametrize(("team", "goal", "why"), OF_TEAMS, ids=[row[0] for row in OF_TEAMS])
def test_the_target_of_a_team(loaded, team, goal, why):
    ((_, _, measure),) = loaded(SHARED).scorecards["main"].measures()
    assert measure.target_of(team).points[0].anchors.goal == Fraction(goal * DAY), why


def test_a_measure_may_be_of_one_team_alone(loaded):
    (scorecard,) = loaded(
        """\
        scorecards:
          main: {perspectives: {all: {objectives: {all: {measures: {lead_time_for_changes: {teams: [web]}}}}}}}
        """
    ).scorecards.values()
    ((_, _, measure),) = scorecard.measures()
    assert (scorecard.teams, measure.teams) == (("engineering", "shop", "web", "app", "data"), ("web",))
