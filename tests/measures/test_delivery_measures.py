"""The delivery measures: rows of (what happened, what is asked, the value, why)."""

from fractions import Fraction

import pytest

from scorecard_exporter.measures.evaluate import evaluate, rolling
from scorecard_exporter.measures.model import Period

SECOND = 1_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR
NEVER = 9_223_372_036_854_775_807


def deployments(*days, **changed):
    """Deployments of checkout at these days of the period."""

    def happened(world):
        for day in days:
            world.deployed(world.at(day), **changed)

    return happened


def changes(*hours, **changed):
    """Changes shipped at day 10 that took so many hours."""

    def happened(world):
        for one in hours:
            world.shipped(world.at(10, hours=-one), world.at(10), **changed)

    return happened


def restores(*hours):
    """Incidents that were resolved at day 10 after so many hours."""

    def happened(world):
        for one in hours:
            world.incident(world.at(10, hours=-one), world.at(10))

    return happened


def several(*steps):
    def happened(world):
        for step in steps:
            step(world)

    return happened


@pytest.mark.parametrize(
    ("happened", "measure", "statistic", "value"),
    [
        pytest.param(deployments(), "deployment_frequency", "per_day", 0, id="no deployment, all covered: a true zero"),
        pytest.param(deployments(1, 2, 2.5), "deployment_frequency", "per_day", Fraction(3, 30), id="count by length"),
        pytest.param(deployments(0), "deployment_frequency", "per_day", Fraction(1, 30), id="the start belongs to it"),
        pytest.param(deployments(30), "deployment_frequency", "per_day", 0, id="the end belongs to the next period"),
        pytest.param(
            lambda world: world.deployed(world.at(30, micros=-1)),
            "deployment_frequency",
            "per_day",
            Fraction(1, 30),
            id="a microsecond before the end belongs to it",
        ),
        pytest.param(
            several(
                deployments(1, is_rollback=1),
                deployments(2, is_repeat=1),
                deployments(3, status="failure"),
                deployments(4),
            ),
            "deployment_frequency",
            "per_day",
            Fraction(3, 30),
            id="rollbacks and repeats are deployments, failed ones are not",
        ),
        pytest.param(changes(10), "lead_time_for_changes", "median", 10 * 3600, id="the median of one is itself"),
        pytest.param(
            changes(10, 20), "lead_time_for_changes", "median", 15 * 3600, id="an even number is interpolated"
        ),
        pytest.param(changes(1, 2, 30), "lead_time_for_changes", "median", 2 * 3600, id="an odd number has a middle"),
        pytest.param(changes(1, 2, 30), "lead_time_for_changes", "mean", 11 * 3600, id="the mean where it is chosen"),
        pytest.param(
            changes(1, 2, 3, 4),
            "lead_time_for_changes",
            "p75",
            Fraction(13, 4) * 3600,
            id="p75: a quarter past the third",
        ),
        pytest.param(changes(7, 7, 7), "lead_time_for_changes", "p90", 7 * 3600, id="ties are no matter"),
        pytest.param(changes(0), "lead_time_for_changes", "median", 0, id="deployed as it was written: zero"),
        pytest.param(
            several(changes(10), changes(-1)),
            "lead_time_for_changes",
            "median",
            10 * 3600,
            id="deployed before it was written: dropped",
        ),
        pytest.param(
            several(deployments(1, 2, 3), lambda world: world.failed(world.at(4))),
            "change_failure_rate",
            "share",
            Fraction(1, 4),
            id="failed among the successful",
        ),
        pytest.param(
            several(deployments(1), deployments(2, status="failure")),
            "change_failure_rate",
            "share",
            0,
            id="one that never reached production did not fail a change",
        ),
        pytest.param(
            several(deployments(1, 2), lambda world: world.failed(world.at(-1), world.at(3))),
            "change_failure_rate",
            "share",
            0,
            id="a failure belongs to the period of its deployment",
        ),
        pytest.param(restores(1, 2, 9), "time_to_restore", "mean", 4 * 3600, id="the mean by default"),
        pytest.param(restores(1, 2, 9), "time_to_restore", "median", 2 * 3600, id="the median where it is chosen"),
        pytest.param(
            several(restores(2), lambda world: world.incident(world.at(1))),
            "time_to_restore",
            "mean",
            2 * 3600,
            id="an open incident is not in it",
        ),
        pytest.param(
            lambda world: world.incident(world.at(-5), world.at(0)),
            "time_to_restore",
            "mean",
            5 * 86_400,
            id="an incident counts when it is resolved, however long before it began",
        ),
        pytest.param(
            lambda world: [world.failed(world.at(2), world.at(2, hours=hours)) for hours in (2, 3, 10)],
            "failed_deployment_recovery_time",
            "median",
            3 * 3600,
            id="from the finish of the deployment to its recovery",
        ),
        pytest.param(
            lambda world: [world.failed(world.at(-1), world.at(0)), world.failed(world.at(29), world.at(30))],
            "failed_deployment_recovery_time",
            "median",
            86_400,
            id="a recovery counts when it happens",
        ),
        pytest.param(
            several(deployments(1, 2), deployments(3, is_rollback=1, is_rework=1), deployments(4, is_rework=1)),
            "deployment_rework_rate",
            "share",
            Fraction(1, 2),
            id="rollbacks and fixes among the successful",
        ),
        pytest.param(
            several(deployments(1, 2, 3), deployments(4, status="failure")),
            "deployment_success_rate",
            "share",
            Fraction(3, 4),
            id="succeeded by succeeded and failed",
        ),
    ],
)
def test_a_measure_has_this_value(world, happened, measure, statistic, value):
    happened(world)
    found = world.reading(world.define(measure, statistic=statistic))
    assert (found.value, found.absence) == (value, None)


@pytest.mark.parametrize(
    ("happened", "measure", "expected"),
    [
        pytest.param(
            deployments(1, 1.2, 1.9, 4),
            "deployment_frequency",
            {"deployments": 4, "days_with_deployments": 2},
            id="days with at least one",
        ),
        pytest.param(
            lambda world: world.shipped(
                world.at(1), world.at(2), ready_at=world.at(1, 4), reviewed_at=world.at(1, 6), merged_at=world.at(1, 9)
            ),
            "lead_time_for_changes",
            {
                "mean": 86_400,
                "p90": 86_400,
                "coding": 4 * 3600,
                "pickup": 2 * 3600,
                "review": 3 * 3600,
                "deploy": 15 * 3600,
                "waiting": 0,
                "dropped_negative": 0,
                "share_approximate": 0,
                "share_bots": 0,
            },
            id="stages of a pull request",
        ),
        pytest.param(
            changes(4, 8, type="commit"),
            "lead_time_for_changes",
            {
                "mean": 6 * 3600,
                "p90": Fraction(76, 10) * 3600,
                "coding": 6 * 3600,
                "deploy": 0,
                "waiting": 0,
                "dropped_negative": 0,
                "share_approximate": 0,
                "share_bots": 0,
            },
            id="without pull requests there is no pickup and no review",
        ),
        pytest.param(
            several(
                changes(1, is_approximate=1),
                changes(1, 1, is_bot=1),
                changes(1, -1),
                lambda world: [world.shipped(world.at(day), NEVER) for day in (20, 28)],
                lambda world: world.shipped(world.at(29), world.at(30)),
                lambda world: world.shipped(world.at(30), NEVER),
            ),
            "lead_time_for_changes",
            {
                "mean": 3600,
                "p90": 3600,
                "coding": 3600,
                "pickup": 0,
                "review": 0,
                "deploy": 0,
                "waiting": 3,
                "waiting_oldest": 10 * 86_400,
                "dropped_negative": 1,
                "share_approximate": Fraction(1, 4),
                "share_bots": Fraction(2, 4),
            },
            id="what waits at the end, what was dropped, what was guessed, what bots made",
        ),
        pytest.param(
            several(
                deployments(1),
                lambda world: [
                    world.failed(world.at(2), by=by) for by in ("incident", "incident", "rollback", "hotfix")
                ],
                lambda world: world.incident(world.at(3)),
                lambda world: world.incident(world.at(3), deployment="d1"),
                lambda world: world.incident(world.at(-3)),
            ),
            "change_failure_rate",
            {
                "failed": 4,
                "deployments": 5,
                "failed_by_incident": 2,
                "failed_by_rollback": 1,
                "failed_by_revert": 0,
                "failed_by_hotfix": 1,
                "unlinked_incidents": 1,
            },
            id="failures by their cause; incidents that began in the period and belong to no deployment",
        ),
        pytest.param(
            several(
                restores(1, 3),
                lambda world: [world.incident(world.at(day)) for day in (-20, 5)],
                lambda world: world.incident(world.at(30)),
            ),
            "time_to_restore",
            {"median": 2 * 3600, "p90": Fraction(28, 10) * 3600, "open": 2, "open_oldest": 50 * 86_400},
            id="what is open at the end, also from before the period",
        ),
        pytest.param(
            lambda world: [
                world.failed(world.at(2), world.at(3)),
                world.failed(world.at(4)),
                world.failed(world.at(31)),
            ],
            "failed_deployment_recovery_time",
            {"p90": 86_400, "mean": 86_400, "still_failed": 1},
            id="failed and not yet recovered",
        ),
        pytest.param(
            several(deployments(1), deployments(2, is_rollback=1, is_rework=1), deployments(3, 4, is_rework=1)),
            "deployment_rework_rate",
            {"rollbacks": 1, "fixes": 2, "deployments": 4},
            id="rollbacks and fixes apart",
        ),
        pytest.param(
            several(deployments(1, 2), deployments(3, status="failure")),
            "deployment_success_rate",
            {"succeeded": 2, "failed": 1},
            id="both sides",
        ),
    ],
)
def test_a_value_has_these_parts(world, happened, measure, expected):
    world.keep_days_of("UTC")
    happened(world)
    found = world.reading(world.define(measure))
    assert {name: part.value for name, part in found.parts.items()} == expected


def test_stages_sum_to_the_mean(world):
    for hours in (3, 5, 11):
        milestones = {"ready_at": world.at(5, 1), "reviewed_at": world.at(5, 1.5), "merged_at": world.at(5, 2)}
        world.shipped(world.at(5), world.at(5, hours), **milestones)
    parts = world.reading(world.define("lead_time_for_changes")).parts
    assert sum(parts[stage].value for stage in ("coding", "pickup", "review", "deploy")) == parts["mean"].value


@pytest.mark.parametrize(
    ("zone", "days"),
    [
        pytest.param("UTC", 1, id="both within one day of UTC"),
        pytest.param("Europe/Berlin", 2, id="23:30 UTC is the next day in Berlin"),
        pytest.param("Pacific/Auckland", 1, id="in Auckland both are on the next day"),
    ],
)
def test_days_are_those_of_the_scorecards_zone(world, zone, days):
    world.keep_days_of(zone)
    world.deployed(world.at(3, hours=12))
    world.deployed(world.at(3, hours=23.5))
    assert world.reading(world.define("deployment_frequency", zone=zone)).parts["days_with_deployments"].value == days


def test_a_deployment_at_midnight_is_on_the_day_that_begins(world):
    world.keep_days_of("UTC")
    world.deployed(world.at(3))
    world.deployed(world.at(3, hours=23))
    assert world.reading(world.define("deployment_frequency")).parts["days_with_deployments"].value == 1


@pytest.mark.parametrize(
    ("measure", "value"),
    [
        pytest.param("deployment_frequency", Fraction(2, 30), id="deployments count for each service"),
        pytest.param("lead_time_for_changes", 3600 * 2, id="shipped changes count for each service"),
        pytest.param("time_to_restore", 3600 * 4, id="an incident of two services counts once"),
    ],
)
def test_what_two_services_of_a_team_share(world, measure, value):
    for name in ("checkout", "ledger"):
        world.deployed(world.at(1), name=name, origin="git:shared", key="same")
        world.incident(world.at(1), world.at(1, hours=2), name=name, key="same")
    world.shipped(world.at(1), world.at(1, hours=1), key="same", origin="git:shared")
    world.shipped(world.at(1), world.at(1, hours=3), name="ledger", key="same", origin="git:shared")
    world.incident(world.at(1), world.at(1, hours=6))
    assert world.reading(world.define(measure)).value == value


def test_an_incident_linked_for_one_service_is_not_unlinked_for_the_team(world):
    world.deployed(world.at(1))
    world.incident(world.at(2), key="same", deployment="d0")
    world.incident(world.at(2), key="same", name="ledger")
    assert world.reading(world.define("change_failure_rate")).parts["unlinked_incidents"].value == 0


def test_a_team_counts_the_whole_tree_below_it(world):
    world.deployed(world.at(1))
    world.deployed(world.at(2), name="ledger")
    assert world.reading(world.define("deployment_frequency"), team="company").value == Fraction(2, 30)


def test_a_percentile_is_taken_over_the_raw_samples_of_all_services(world):
    for hours in (1, 2, 3):
        world.shipped(world.at(5, hours=-hours), world.at(5))
    world.shipped(world.at(5, hours=-100), world.at(5), name="ledger")
    found = world.reading(world.define("lead_time_for_changes"), team="company")
    assert found.value == Fraction(5, 2) * 3600, "not 51 h, the middle of the medians 2 h and 100 h"


def test_every_definition_period_and_team_is_read_once_and_in_order(world):
    world.deployed(world.at(1))
    world.deployed(world.at(31))
    world.covered("git:checkout", until=world.at(60))
    world.covered("git:ledger", until=world.at(60))
    world.flush()
    frequency, success = world.define("deployment_frequency"), world.define("deployment_success_rate")
    periods = [Period(world.at(30), world.at(60)), Period(world.at(0), world.at(30))]
    found = evaluate(world.store, [frequency, success, frequency], world.scopes, ["payments", "company"], periods)
    assert list(found) == [frequency, success]
    for definition, readings in found.items():
        assert [[(one.definition, one.period, name, one.team) for name, one in of.items()] for of in readings] == [
            [(definition, period, team, team) for team in ("payments", "company")] for period in periods
        ]
    assert {one.value for of_period in found[frequency] for one in of_period.values()} == {Fraction(1, 30)}


def test_a_reading_says_how_many_samples_and_which_was_the_newest(world):
    for day in (1, 9, 4):
        world.deployed(world.at(day))
    found = world.reading(world.define("deployment_success_rate"))
    assert (found.samples, found.newest_at) == (3, world.at(9))


def test_a_change_failure_rate_is_provisional_until_the_longest_attribution_window_is_over(world):
    world.organise(world.service("checkout"), world.service("ledger", attribution_window=3 * DAY))
    world.deployed(world.at(1))
    assert world.reading(world.define("change_failure_rate")).provisional_until == world.at(33)


def test_a_frequency_is_never_provisional(world):
    assert world.reading(world.define("deployment_frequency")).provisional_until is None


def test_roles_that_nobody_maps_are_named_beside_a_failure_rate(world):
    world.organise(world.service("checkout", incidents=()))
    world.deployed(world.at(1))
    found = world.reading(world.define("change_failure_rate"))
    assert found.notes == ("No service maps its incidents, so this number knows nothing of them.",)


def test_a_rolling_period_ends_at_the_moment_asked(world):
    period = rolling(world.define("deployment_frequency", window=DAY), world.at(7))
    assert (period.starts_at, period.ends_at) == (world.at(6), world.at(7))
