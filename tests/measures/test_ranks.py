"""Percentiles by the statement that every engine runs, and by DuckDB's own: the same rows, to the last digit."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scorecard_exporter.measures.aggregate import Aggregates, Place, read, row_numbers, sorted_lists
from scorecard_exporter.measures.delivery import LEAD_TIMES
from scorecard_exporter.measures.model import Period
from scorecard_exporter.measures.statistics import QUANTILES

TEAMS = ("company", "payments")
LEAD_TIME = st.integers(min_value=0, max_value=10**13)


@pytest.mark.parametrize("statistics", [tuple(QUANTILES), ("p90",)])
@given(ledger=st.lists(LEAD_TIME, max_size=30), checkout=st.lists(LEAD_TIME | st.just(7), min_size=1, max_size=30))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_both_statements_find_the_same_neighbours(world, statistics, ledger, checkout):
    with world.store._database.writing() as connection:
        connection.execute("DELETE FROM service_changes")
    for name, lead_times in (("ledger", ledger), ("checkout", checkout)):
        for lead_time in lead_times:
            world.shipped(world.at(1) - lead_time, world.at(1), name)
    world.flush()
    periods = [world.period, Period(world.at(0.5), world.at(2)), Period(world.at(5), world.at(6))]
    rows = [
        sorted(read(world.store, ranks(LEAD_TIMES, statistics, TEAMS, periods)))
        for ranks in (row_numbers, sorted_lists)
    ]
    assert rows[0] == rows[1]
    assert [(team, place, count) for team, place, count, *_ in rows[0]] == [
        (team, place, len(ledger + checkout)) for team in TEAMS for place in (0, 1)
    ]


@given(lead_times=st.lists(LEAD_TIME | st.just(7), min_size=1, max_size=40))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_each_place_is_that_of_the_sorted_values(world, lead_times):
    with world.store._database.writing() as connection:
        connection.execute("DELETE FROM service_changes")
    for lead_time in lead_times:
        world.shipped(world.at(1) - lead_time, world.at(1))
    world.flush()
    places = {Place(place, len(lead_times)) for place in range(1, len(lead_times) + 1)}
    (found,) = Aggregates(world.store, ["payments"], [world.period]).at_places(LEAD_TIMES, "payments", [places])
    assert found == dict(enumerate(sorted(lead_times), 1))


def test_both_statements_find_the_same_values_at_places(world, monkeypatch):
    for hours in (5, 1, 3, 3):
        world.shipped(world.at(1), world.at(1, hours=hours))
    world.flush()
    aggregates = Aggregates(world.store, ["payments"], [world.period, world.period])
    places = [{Place(place, 4) for place in (1, 3, 4)}, {Place(place, 4) for place in (0, 2, 5)}]
    hour = 3600 * 1_000_000
    expected = [{1: hour, 3: 3 * hour, 4: 5 * hour}, {2: 3 * hour}]
    assert aggregates.at_places(LEAD_TIMES, "payments", places) == expected
    assert aggregates.at_places(LEAD_TIMES, "payments", [{Place(5, 4)}, set()]) == [{}, {}]
    monkeypatch.setattr(type(world.store), "dialect", "any")
    assert aggregates.at_places(LEAD_TIMES, "payments", places) == expected
