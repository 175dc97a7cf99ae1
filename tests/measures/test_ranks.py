"""Percentiles of samples of several services and periods, by their definition."""

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scorecard_exporter.events.rules import ServiceRule
from scorecard_exporter.measures.aggregate import Aggregates
from scorecard_exporter.measures.delivery import LEAD_TIMES
from scorecard_exporter.measures.model import Period, Scope
from scorecard_exporter.measures.statistics import QUANTILES

SERVICES = {"company": ("checkout", "ledger"), "payments": ("ledger",), "nobody": ()}
LEAD_TIME = st.integers(min_value=0, max_value=10**13)
HOUR = 3600 * 1_000_000


def scopes(services):
    return [
        Scope(team=team, services=tuple(ServiceRule(service=name) for name in some)) for team, some in services.items()
    ]


def percentile(values, quantile):
    """Linear between the two neighbours of the place (n - 1) * q in the order of the values."""
    ordered, place = sorted(values), (len(values) - 1) * Fraction(*quantile)
    lower = int(place)
    upper = min(lower + 1, len(values) - 1)
    return ordered[lower] + (ordered[upper] - ordered[lower]) * (place - lower)


def found_at(aggregates, statistic, place):
    amounts, divisor = aggregates.percentile(LEAD_TIMES, statistic)
    return None if amounts[place] is None else Fraction(amounts[place], divisor)


@pytest.mark.parametrize("at_once", [1, 10, 100_000], ids=["one by one", "a few side by side", "all side by side"])
@given(
    ledger=st.lists(st.tuples(LEAD_TIME, st.integers(0, 3)), min_size=1, max_size=30),
    checkout=st.lists(st.tuples(LEAD_TIME | st.just(7), st.integers(0, 3)), max_size=30),
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_percentiles_are_those_of_all_samples_of_a_team_in_a_period(world, monkeypatch, at_once, ledger, checkout):
    monkeypatch.setattr("scorecard_exporter.measures.grid._AT_ONCE", at_once)
    with world.store._database.writing() as connection:
        connection.execute("DELETE FROM service_changes")
    shipped = {"ledger": ledger, "checkout": checkout}
    for name, lead_times in shipped.items():
        for lead_time, day in lead_times:
            world.shipped(world.at(day) - lead_time, world.at(day), name)
    world.flush()
    days = [(0, 2), (1, 4), (1, 2), (3, 9)]
    periods = [Period(world.at(first), world.at(last)) for first, last in days]
    aggregates = Aggregates(world.store, scopes(SERVICES), periods, percentiles=QUANTILES)
    assert aggregates.places("nobody") == range(0)
    for (team, services), (number, (first, last)) in product(list(SERVICES.items())[:2], enumerate(days)):
        values = [one for name in services for one, day in shipped[name] if first <= day < last]
        place = aggregates.places(team)[number]
        assert aggregates.total(LEAD_TIMES, place).samples == len(values)
        for statistic, quantile in QUANTILES.items():
            wanted = percentile(values, quantile) if values else None
            assert found_at(aggregates, statistic, place) == wanted, (team, first, last, statistic)


def test_of_very_many_samples_the_places_are_the_same_as_of_few(world):
    values = [(number * 7919) % 5003 for number in range(5_000)]
    for value in values:
        world.shipped(world.at(1) - value, world.at(1))
    world.flush()
    aggregates = Aggregates(world.store, scopes({"payments": ["checkout"]}), [world.period], percentiles=QUANTILES)
    for statistic, quantile in QUANTILES.items():
        assert found_at(aggregates, statistic, 0) == percentile(values, quantile)


def test_percentiles_of_values_that_fill_64_bits_are_exact(world):
    values = [2**62, 2**61 - 1, 5]
    for value in values:
        world.shipped(world.at(1) - value, world.at(1))
    world.flush()
    aggregates = Aggregates(world.store, scopes({"payments": ["checkout"]}), [world.period], percentiles=QUANTILES)
    for statistic, quantile in QUANTILES.items():
        assert found_at(aggregates, statistic, 0) == percentile(values, quantile)


def test_of_nothing_there_is_no_percentile(world):
    world.flush()
    aggregates = Aggregates(world.store, scopes({"payments": ["checkout"]}), [world.period], percentiles=["median"])
    assert found_at(aggregates, "median", 0) is None


def test_values_are_found_at_their_places_in_each_period(world):
    for hours in (5, 1, 3, 3):
        world.shipped(world.at(1), world.at(1, hours=hours))
    world.flush()
    aggregates = Aggregates(
        world.store, scopes({"payments": ["checkout", "ledger"]}), [world.period, Period(0, world.at(1, hours=4))]
    )
    places = [{0, 1, 3, 4}, {2, 5}]
    assert aggregates.at_places(LEAD_TIMES, places) == [{1: HOUR, 3: 3 * HOUR, 4: 5 * HOUR}, {2: 3 * HOUR}]
    assert [sorted(values) for values in aggregates.values(LEAD_TIMES)] == [
        [HOUR, 3 * HOUR, 3 * HOUR, 5 * HOUR],
        [HOUR, 3 * HOUR, 3 * HOUR],
    ]


def test_sums_beyond_64_bits_are_exact(world):
    large = 4 * 10**18
    for name in ("ledger", "checkout", "ledger", "checkout"):
        world.shipped(world.at(1) - large, world.at(1), name)
    world.flush()
    aggregates = Aggregates(world.store, scopes({"company": ("checkout", "ledger")}), [world.period])
    assert aggregates.total(LEAD_TIMES, 0).sum("x") == 4 * large
