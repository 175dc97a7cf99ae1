"""Whether a difference to the period before is more than noise, by kind of measure."""

import pytest

from scorecard_exporter.measures.change import Change, change, estimated_times
from scorecard_exporter.measures.model import Period

DAY = 24 * 3600 * 1_000_000


def changed(world, definition):
    begins, ends = world.period
    now, before = world.reading(definition), world.reading(definition, period=Period(2 * begins - ends, begins))
    return change(now, before, estimated_times(world.store, world.scopes, now, before))


def shipped(world, number, days, lead_hours):
    """So many changes on the same day, each with a lead time a minute longer than the last."""
    for place in range(number):
        lead = lead_hours + place / 60
        world.shipped(world.at(days, hours=-lead), world.at(days))


@pytest.mark.parametrize("statistic", ["median", "mean"])
@pytest.mark.parametrize(
    ("before", "now", "verdict"),
    [
        pytest.param((30, 10), (30, 2), "trend", id="far apart"),
        pytest.param((30, 2), (30, 2.02), "noise", id="close by"),
        pytest.param((30, 10), (19, 2), "too_few", id="too few now"),
        pytest.param((19, 10), (30, 2), "too_few", id="too few before"),
    ],
)
def test_durations(world, statistic, before, now, verdict):
    shipped(world, before[0], -10, before[1])
    shipped(world, now[0], 10, now[1])
    found = changed(world, world.define("lead_time_for_changes", statistic=statistic))
    assert found.verdict == verdict
    assert (found.interval is None) == (verdict == "too_few")


def test_the_interval_of_a_difference_of_medians_is_made_of_order_statistics(world):
    """Of 30 values: 15 - 5.4 and 15 + 5.4, rounded up: the 10th and the 21st, each a minute from the next.

    The medians are 8 hours apart and lie between the 15th and the 16th: 5.5 minutes from either end.
    """
    shipped(world, 30, -10, 10)
    shipped(world, 30, 10, 2)
    low, high = changed(world, world.define("lead_time_for_changes")).interval
    spread = 60 * 5.5 * 2**0.5
    assert (low, high) == pytest.approx((-8 * 3600 - spread, -8 * 3600 + spread))


@pytest.mark.parametrize(
    ("before", "now", "verdict"),
    [
        pytest.param((20, 0), (20, 10), "trend", id="0 of 20 and 10 of 20"),
        pytest.param((20, 1), (20, 2), "noise", id="1 of 20 and 2 of 20"),
        pytest.param((20, 0), (19, 10), "too_few", id="19 are too few"),
    ],
)
def test_shares(world, before, now, verdict):
    for days, (every, failed) in ((-10, before), (10, now)):
        for number in range(every):
            (world.failed if number < failed else world.deployed)(world.at(days))
    assert changed(world, world.define("change_failure_rate")).verdict == verdict


@pytest.mark.parametrize(
    ("before", "now", "verdict"),
    [
        pytest.param(40, 5, "trend", id="40 and 5"),
        pytest.param(20, 0, "trend", id="20 and none"),
        pytest.param(12, 10, "noise", id="12 and 10"),
        pytest.param(19, 0, "too_few", id="19 in both together"),
    ],
)
def test_counts_need_twenty_in_both_periods_together(world, before, now, verdict):
    for days, number in ((-10, before), (10, now)):
        for _ in range(number):
            world.deployed(world.at(days))
    found = changed(world, world.define("deployment_frequency"))
    assert found.verdict == verdict


def test_what_is_counted_for_each_release_is_divided_by_its_own_releases(world):
    """Twice the bugs of twice the releases are as many for each."""
    for days, number in ((-10, 15), (10, 30)):
        for _ in range(number):
            world.bug(world.at(days), is_customers=1)
            world.released(world.at(days))
    low, high = changed(world, world.define("customer_reported_bugs")).interval
    assert low < 0 < high


def test_a_survey_is_compared_with_another_round_only(world):
    definition = world.define("net_promoter_score", survey=world.survey(min_group=3))
    world.answered("payments", *[0] * 25, closes_at=world.at(-5))
    world.flush()
    assert changed(world, definition) == Change("same_samples")
    world.answered("payments", *[10, 9, 8] * 10, closes_at=world.at(5), round_="two")
    found = changed(world, definition)
    assert found.verdict == "trend"
    assert found.interval[0] > 100


def test_what_is_counted_in_full_is_no_sample(world):
    world.observed("cost", "checkout", 5, world.at(-5))
    world.observed("cost", "checkout", 9, world.at(5))
    definition = world.define("observation", unit="eur", series=(world.series(),))
    assert changed(world, definition) == Change("not_sampled")
    assert changed(world, world.define("uptime")) == Change("not_sampled")
