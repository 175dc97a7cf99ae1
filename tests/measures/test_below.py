"""A measure next below a team: its child teams, and each service by itself."""

from fractions import Fraction

from scorecard_exporter.measures.below import read_below

HOUR = 3600


def below(world, definition, team="payments", known=None):
    return read_below(world.store, world.scopes, world.reading(definition, team=team), known or {})


def values(readings):
    return {name: reading.value for name, reading in readings.items()}


def test_each_service_is_read_as_if_it_were_a_team(world):
    for name, hours in (("checkout", 1), ("checkout", 3), ("ledger", 10)):
        world.shipped(world.at(1), world.at(1, hours=hours), name=name)
    found = below(world, world.define("lead_time_for_changes"))
    assert values(found.services) == {"checkout": 2 * HOUR, "ledger": 10 * HOUR}
    assert found.whole.value == 3 * HOUR


def test_child_teams_are_read_too(world):
    world.failed(world.at(1))
    world.deployed(world.at(2))
    found = below(world, world.define("change_failure_rate"), team="company")
    assert values(found.children) == {"payments": Fraction(1, 2), "idle": None}


def test_few_samples_do_not_hide_a_service(world):
    world.deployed(world.at(1))
    definition = world.define("change_failure_rate", min_samples=5)
    assert values(below(world, definition).services) == {"checkout": 0, "ledger": None}


def test_observations_of_each_service(world):
    world.observed("cost", "checkout", 3, world.at(1))
    world.observed("cost", "ledger", 4, world.at(1))
    found = below(world, world.define("observation", unit="eur", series=(world.series(),)))
    assert (found.whole.value, values(found.services)) == (7, {"checkout": 3, "ledger": 4})


def test_a_service_with_the_name_of_a_team_has_its_own_observations(world):
    world.organise(
        world.service("checkout"),
        world.service("payments"),
        subjects={"team-payments": "team/payments", "payments": "payments"},
    )
    world.observed("cost", "team-payments", 9, world.at(1))
    world.observed("cost", "payments", 4, world.at(1))
    found = below(world, world.define("observation", unit="eur", series=(world.series(),)))
    assert (found.whole.value, values(found.services)) == (9, {"checkout": None, "payments": 4})


def test_of_a_series_that_observes_no_service_there_are_only_teams(world):
    world.organise(world.service("checkout"), world.service("ledger"), subjects={"all": "team/payments"})
    world.observed("cost", "all", 9, world.at(1))
    found = below(world, world.define("observation", unit="eur", series=(world.series(),)), team="company")
    assert (found.whole.value, values(found.children), found.services) == (9, {"payments": 9, "idle": None}, {})


def test_of_a_survey_there_are_only_teams_that_may_be_shown(world):
    world.answered("payments", 9, 9, closes_at=world.at(1))
    world.answered("company", *[0] * 8, closes_at=world.at(1))
    definition = world.define("net_promoter_score", survey=world.survey(min_group=5))
    found = below(world, definition, team="company")
    assert values(found.children) == {"payments": None, "idle": None}
    assert found.services == {}


def test_what_was_read_before_is_not_read_again(world):
    world.deployed(world.at(1))
    definition = world.define("deployment_frequency")
    known = {"payments": world.reading(definition)}
    whole = world.reading(definition, team="company")
    assert read_below(world.store, world.scopes, whole, known).children["payments"] is known["payments"]
