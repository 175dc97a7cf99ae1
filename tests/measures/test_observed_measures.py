"""Observations, quotients and arithmetic: rows of (what was observed, what is asked, the value, why)."""

from fractions import Fraction

import pytest

from scorecard_exporter.measures.evaluate import evaluate

DAY = 24 * 3600 * 1_000_000


def cost(*rows, name="cost"):
    """Observations as (subject, value, day) of a moment or (subject, value, first day, day after the last)."""

    def observed(world):
        for subject, value, *days in rows:
            world.observed(name, subject, value, *map(world.at, days))

    return observed


def both(*steps):
    def observed(world):
        for step in steps:
            step(world)

    return observed


@pytest.mark.parametrize(
    ("observed", "statistic", "value"),
    [
        pytest.param(cost(("checkout", 5, 1), ("checkout", 7, 2)), "newest", 7, id="the newest"),
        pytest.param(
            cost(("checkout", 5, 1), ("checkout", 7, 30)), "newest", 5, id="not what comes at the end or later"
        ),
        pytest.param(cost(("checkout", 5, 0, 30)), "newest", 5, id="a span that ends with the period belongs to it"),
        pytest.param(cost(("checkout", 5, -90)), "newest", 5, id="the newest may be from before the period"),
        pytest.param(cost(("checkout", "0.1", 1), ("ledger", "0.2", 2)), "newest", Fraction(3, 10), id="added exactly"),
        pytest.param(cost(("checkout", 4, 1), ("checkout", 8, 2)), "mean", 6, id="the mean of one subject"),
        pytest.param(
            cost(("checkout", 4, 1), ("checkout", 8, 2), ("ledger", 1, 3)), "mean", 7, id="means of amounts are added"
        ),
        pytest.param(cost(("checkout", 4, 0), ("checkout", 8, 30)), "mean", 4, id="half-open"),
        pytest.param(cost(("checkout", 4, 0, 10), ("checkout", 8, 10, 30)), "sum", 12, id="spans inside count whole"),
        pytest.param(cost(("checkout", 30, -10, 5)), "sum", 10, id="a third of it lies in the period"),
        pytest.param(cost(("checkout", 31, 29, 60)), "sum", 1, id="one day of 31"),
        pytest.param(cost(("checkout", 90, -30, 60)), "sum", 30, id="longer than the period on both sides"),
        pytest.param(
            cost(("checkout", 7, -7, 0), ("checkout", 1, 0, 1)), "sum", 1, id="what ends at the start is outside"
        ),
        pytest.param(cost(("checkout", 3, 0), ("checkout", 5, 30)), "sum", 3, id="a moment counts whole, half-open"),
        pytest.param(cost(("checkout", 1, -1, 2), ("ledger", 1, -1, 2)), "sum", Fraction(4, 3), id="thirds stay exact"),
    ],
)
def test_a_series_has_this_value(world, observed, statistic, value):
    observed(world)
    found = world.reading(world.define("observation", unit="eur", statistic=statistic, series=(world.series(),)))
    assert (found.value, found.absence) == (value, None)


@pytest.mark.parametrize(
    ("observed", "rollup", "team", "value"),
    [
        pytest.param(cost(("checkout", 1, 1), ("ledger", 2, 1)), "own", "company", 3, id="services of the teams below"),
        pytest.param(cost(("payments", 9, 1), ("checkout", 1, 1)), "own", "payments", 9, id="own: its own value first"),
        pytest.param(
            cost(("payments", 9, 1), ("checkout", 1, 1)), "own", "company", 9, id="own: each child by its own"
        ),
        pytest.param(cost(("company", 8, 1), ("payments", 9, 1)), "own", "company", 8, id="own: never both"),
        pytest.param(cost(("payments", 9, 1), ("idle", 4, 1)), "own", "company", 13, id="children are added"),
        pytest.param(cost(("company", 8, 1), ("payments", 9, 1)), "sum", "company", 9, id="sum: what is below"),
        pytest.param(
            cost(("payments", 9, 1), ("checkout", 1, 1)), "sum", "payments", 1, id="sum: services, not its own"
        ),
        pytest.param(cost(("payments", 9, 1)), "sum", "payments", 9, id="sum: its own where nothing is below"),
    ],
)
def test_values_are_added_along_the_tree(world, observed, rollup, team, value):
    observed(world)
    definition = world.define("observation", unit="eur", series=(world.series(rollup=rollup),))
    assert world.reading(definition, team=team).value == value


def test_two_raw_subjects_of_one_service_are_added(world):
    world.organise(world.service("checkout"), subjects={"eu": "checkout", "us": "checkout"})
    cost(("eu", 1, 1), ("us", 2, 1), ("eu", 5, 2))(world)
    assert world.reading(world.define("observation", unit="eur", series=(world.series(),))).value == 7


def test_a_mean_of_durations_is_taken_over_all_observations(world):
    cost(("checkout", 1, 1), ("checkout", 2, 2), ("ledger", 9, 1))(world)
    definition = world.define("observation", unit="seconds", statistic="mean", series=(world.series(unit="seconds"),))
    assert world.reading(definition).value == 4


def test_a_share_of_one_subject_needs_no_adding(world):
    cost(("checkout", "0.8", 1), name="coverage")(world)
    definition = world.define("observation", unit="ratio", series=(world.series("coverage", "ratio"),))
    assert world.reading(definition, team="company").value == Fraction(4, 5)


def test_some_old_observations_are_said_beside_the_value(world):
    cost(("checkout", 1, 29), ("ledger", 2, 1))(world)
    definition = world.define("observation", unit="eur", series=(world.series(freshness=10 * DAY),))
    found = world.reading(definition)
    assert {name: part.value for name, part in found.parts.items()} == {"subjects_current": 1, "subjects": 2}
    assert found.value == 3


def test_a_sum_says_how_much_time_it_covers(world):
    cost(("checkout", 1, -5, 4), ("checkout", 1, 3, 6), ("checkout", 1, 10, 11), ("ledger", 1, 0, 30))(world)
    definition = world.define("observation", unit="eur", statistic="sum", series=(world.series(),))
    assert world.reading(definition).parts["covered"].value == 7 * 86_400, "6 days united, and 1; of ledger 30"


def test_an_observation_says_when_it_speaks_of(world):
    cost(("checkout", 1, 0, 31))(world)
    found = world.reading(world.define("observation", unit="eur", statistic="sum", series=(world.series(),)))
    assert (found.samples, found.newest_at) == (1, world.at(30, micros=-1))


def quotient(world, **changed):
    sides = (world.series(), world.series("transactions", "count"))
    return world.define("quotient", **({"unit": "eur", "series": sides} | changed))


@pytest.mark.parametrize(
    ("observed", "team", "value"),
    [
        pytest.param(
            both(cost(("checkout", 10, 0, 30)), cost(("checkout", 4, 0, 30), name="transactions")),
            "payments",
            Fraction(5, 2),
            id="sum by sum",
        ),
        pytest.param(
            both(
                cost(("checkout", 1, 0, 30), ("ledger", 9, 0, 30)),
                cost(("checkout", 1, 0, 30), ("ledger", 1, 0, 30), name="transactions"),
            ),
            "company",
            5,
            id="of sums, not a mean of 1 and 9 weighed alike",
        ),
        pytest.param(
            both(
                cost(("checkout", 6, 0, 10), ("checkout", 6, 10, 20)), cost(("checkout", 4, 0, 20), name="transactions")
            ),
            "payments",
            3,
            id="two spans that touch cover the same as one",
        ),
        pytest.param(
            both(cost(("payments", 6, 0, 30)), cost(("checkout", 1, 0, 30), ("ledger", 1, 0, 30), name="transactions")),
            "payments",
            3,
            id="a team's cost by its services' transactions",
        ),
        pytest.param(
            both(
                cost(("checkout", 6, 0, 30), ("ledger", 3, 0, 15)),
                cost(("checkout", 2, 0, 30), ("ledger", 1, 0, 15), name="transactions"),
            ),
            "payments",
            3,
            id="each service may have its own time, the same on both sides",
        ),
        pytest.param(
            both(
                cost(("checkout", 6, 1), ("checkout", 3, 2)),
                cost(("checkout", 3, 1), ("checkout", 6, 2), name="transactions"),
            ),
            "payments",
            1,
            id="moments, the same on both sides",
        ),
    ],
)
def test_a_quotient_has_this_value(world, observed, team, value):
    observed(world)
    found = world.reading(quotient(world), team=team)
    assert (found.value, found.absence) == (value, None)


def test_both_sides_of_a_quotient_are_parts(world):
    both(cost(("checkout", 10, 0, 30)), cost(("checkout", 4, 0, 30), name="transactions"))(world)
    parts = world.reading(quotient(world)).parts
    assert [(parts[name].value, parts[name].unit) for name in ("numerator", "denominator")] == [
        (10, "eur"),
        (4, "count"),
    ]


def test_arithmetic_computes_with_the_values_of_its_operands(world):
    both(cost(("checkout", 10, 1)), cost(("checkout", 4, 2), name="transactions"))(world)
    operands = (
        ("value", world.define("observation", unit="eur", series=(world.series(),))),
        ("units", world.define("observation", series=(world.series("transactions", "count"),))),
    )
    found = world.reading(world.define("arithmetic", expression="value / units - 1", operands=operands))
    assert (found.value, found.samples, found.newest_at) == (Fraction(3, 2), 1, world.at(2))
    assert {name: (part.value, part.unit) for name, part in found.parts.items()} == {
        "value": (10, "eur"),
        "units": (4, "count"),
    }


@pytest.mark.parametrize("order", [1, -1], ids=["the operand first", "the operand last"])
def test_arithmetic_over_arithmetic_is_found_wherever_its_operand_stands(world, order):
    cost(("checkout", 10, 1))(world)
    value = world.define("observation", unit="eur", series=(world.series(),))
    double = world.define("arithmetic", expression="2 * value", operands=(("value", value),))
    more = world.define("arithmetic", expression="double + value", operands=(("double", double), ("value", value)))
    world.flush()
    found = evaluate(world.store, [double, more][::order], world.scopes, ["payments"], [world.period])
    assert {definition: of_period["payments"].value for definition, (of_period,) in found.items()} == {
        double: 20,
        more: 30,
    }


def test_arithmetic_over_a_provisional_rate_is_provisional(world):
    world.deployed(world.at(1))
    operands = (("rate", world.define("change_failure_rate")),)
    found = world.reading(world.define("arithmetic", unit="ratio", expression="1 - rate", operands=operands))
    assert (found.value, found.provisional_until) == (1, world.at(31))
