"""The samples that a person is shown behind a number."""

from fractions import Fraction

import pytest

HOUR = 3600 * 1_000_000


def values(samples):
    return [sample.value for sample in samples]


def test_newest_and_longest_lead_times_in_seconds(world):
    for day, hours in ((1, 5), (2, 9), (3, 1), (4, 7)):
        world.shipped(world.at(day, hours=-hours), world.at(day))
    world.shipped(world.at(30), world.at(31))
    newest, worst = world.evidence(world.define("lead_time_for_changes"), newest=2, worst=2)
    assert values(newest) == [7 * 3600, 3600]
    assert values(worst) == [9 * 3600, 7 * 3600]
    assert [sample.occurred_at for sample in newest] == [world.at(4), world.at(3)]


def test_a_sample_leads_to_the_thing_it_came_from(world):
    world.failed(world.at(2))
    (sample,), _ = world.evidence(world.define("change_failure_rate"))
    assert (sample.subject, sample.origin, sample.key, sample.url) == (
        "checkout",
        "git:checkout",
        "d0",
        "https://example.com/d0",
    )


@pytest.mark.parametrize(
    ("measure", "better", "bad"),
    [("change_failure_rate", "lower", [1]), ("deployment_success_rate", "higher", [0])],
)
def test_the_worst_samples_of_a_share_are_those_on_its_bad_side(world, measure, better, bad):
    world.deployed(world.at(1))
    world.failed(world.at(2))
    world.deployed(world.at(3), status="failure")
    _, worst = world.evidence(world.define(measure), better=better)
    assert values(worst) == bad


def test_no_deployment_is_worse_than_another(world):
    world.deployed(world.at(1))
    newest, worst = world.evidence(world.define("deployment_frequency"), better="higher")
    assert (values(newest), worst) == ([1], ())


def test_an_incident_of_two_services_is_shown_once(world):
    for name in ("checkout", "ledger"):
        for day in (1, 2, 3, 4):
            world.incident(world.at(day), world.at(day, hours=day), name=name, key=f"i{day}")
    newest, worst = world.evidence(world.define("time_to_restore"), newest=3, worst=2)
    assert [sample.key for sample in newest] == ["i4", "i3", "i2"]
    assert [sample.key for sample in worst] == ["i4", "i3"]


def test_equal_samples_come_by_origin_and_key(world):
    for key in ("c", "a", "b"):
        world.shipped(world.at(1), world.at(2), key=key)
    newest, _ = world.evidence(world.define("lead_time_for_changes"), newest=2)
    assert [sample.key for sample in newest] == ["a", "b"]


@pytest.mark.parametrize(
    ("statistic", "newest", "worst"),
    [
        pytest.param("newest", [3, 2], [2, 3], id="newest: one of each subject"),
        pytest.param("mean", [3, 2, 9], [2, 3, 9], id="mean: those in the period"),
        pytest.param("sum", [3, 2, 9], [2, 3, 9], id="sum: likewise"),
    ],
)
def test_observations_of_the_subjects_that_count(world, statistic, newest, worst):
    world.observed("cost", "checkout", 9, world.at(1))
    world.observed("cost", "checkout", 2, world.at(2))
    world.observed("cost", "ledger", 3, world.at(3))
    world.observed("cost", "company", 7, world.at(4))
    definition = world.define("observation", unit="eur", statistic=statistic, series=(world.series(),))
    found = world.evidence(definition, better="higher")
    assert (values(found[0]), values(found[1])) == (newest, worst)


def test_a_quotient_shows_its_numerator(world):
    world.observed("cost", "checkout", "1.5", world.at(0), world.at(1))
    world.observed("transactions", "checkout", 3, world.at(0), world.at(1))
    sides = (world.series(), world.series("transactions", "count"))
    newest, _ = world.evidence(world.define("quotient", unit="eur", series=sides))
    assert values(newest) == [Fraction(3, 2)]


def test_arithmetic_has_no_samples_of_its_own(world):
    operands = (("speed", world.define("deployment_frequency")),)
    assert world.evidence(world.define("arithmetic", expression="speed", operands=operands)) == ((), ())


def test_a_series_that_nobody_delivered_shows_nothing(world):
    assert world.evidence(world.define("observation", unit="eur", series=(world.series(),))) == ((), ())


@pytest.mark.parametrize(
    "measure", ["lead_time_for_changes", "change_failure_rate", "code_review_time", "time_to_restore"]
)
def test_among_many_services_the_same_are_first(world, measure):
    """With more services than samples shown, only what comes no later than the first of some services is sorted."""
    names = [f"s{number}" for number in range(12)]
    world.organise(*(world.service(name) for name in names))
    for place, name in enumerate(names):
        for hours in (1, place * 7 % 12 + 2, 3):
            world.shipped(world.at(place / 2, hours=-hours), world.at(place / 2), name=name)
            (world.failed if hours > 6 else world.deployed)(world.at(place / 2, hours=hours), name=name)
            begins, ends = world.at(place / 2), world.at(place / 2, hours=hours)
            world.requested(begins, begins, ends, name=name)
            world.incident(begins, ends, name=name)
        # What nobody in the team counts is newer, longer and worse.
        for moment in (world.at(20, hours=place), world.at(21, hours=place)):
            world.shipped(world.at(0), moment, name=f"other-{name}")
            world.failed(moment, name=f"other-{name}")
            world.requested(world.at(0), world.at(0), moment, name=f"other-{name}")
            world.incident(world.at(0), moment, name=f"other-{name}")
    definition = world.define(measure)
    every = world.evidence(definition, newest=100, worst=100)
    assert world.evidence(definition, newest=3, worst=4) == (every[0][:3], every[1][:4])
    assert world.evidence(definition, newest=0, worst=2) == ((), every[1][:2])
    assert len(every[0]) == 36


def test_a_pull_request_of_two_services_is_shown_once_among_those_of_many(world):
    names = [f"s{number}" for number in range(5)]
    world.organise(*(world.service(name, changes="git:shared") for name in names))
    for key, hours in (("a", 1), ("b", 3), ("c", 2)):
        for name in names:
            opened = world.at(1, hours=-hours)
            world.requested(opened, world.at(1), name=name, origin="git:shared", key=key)
    newest, worst = world.evidence(world.define("review_pickup_time"), newest=2, worst=2)
    assert [sample.key for sample in newest] == ["a", "b"]
    assert [sample.key for sample in worst] == ["b", "c"]


@pytest.mark.parametrize("measure", ["lead_time_for_changes", "change_failure_rate"])
def test_of_many_services_without_samples_nothing_is_shown(world, measure):
    world.organise(*(world.service(f"s{number}") for number in range(5)))
    assert world.evidence(world.define(measure), newest=0, worst=2) == ((), ())
