"""The measures that are made of observed series: rows of (what was observed, the value, why)."""

from fractions import Fraction

import pytest

DAY = 24 * 3600 * 1_000_000


def seen(name, *rows):
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


def of_counts(world, measure, **changed):
    sides = (world.series("cost", "count"), world.series("transactions", "count"))
    return world.define(measure, series=sides, **changed)


def parts(found):
    return {name: part.value for name, part in found.parts.items()}


def coverage(*rows, lines):
    return both(seen("coverage", *rows), seen("lines", *lines))


@pytest.mark.parametrize(
    ("observed", "value"),
    [
        pytest.param(
            coverage(("checkout", "0.8", 1), lines=[("checkout", 100, 1)]),
            Fraction(4, 5),
            id="of one repository its own",
        ),
        pytest.param(
            coverage(("checkout", "0.9", 1), ("ledger", "0.5", 1), lines=[("checkout", 100, 1), ("ledger", 300, 1)]),
            Fraction(3, 5),
            id="weighted by lines: not the mean of 90 and 50 %",
        ),
        pytest.param(
            coverage(("checkout", "0.1", 1), ("checkout", "0.8", 5), lines=[("checkout", 9, 1), ("checkout", 100, 9)]),
            Fraction(4, 5),
            id="the newest of both",
        ),
        pytest.param(
            coverage(("checkout", "0.8", -9), lines=[("checkout", 100, -30)]), Fraction(4, 5), id="also from before"
        ),
        pytest.param(
            coverage(("checkout", "1", 1), ("ledger", "0", 1), lines=[("checkout", 0, 1), ("ledger", 10, 1)]),
            0,
            id="an empty repository weighs nothing, and 0 % is a value",
        ),
    ],
)
def test_test_coverage(world, observed, value):
    observed(world)
    sides = (world.series("coverage", "ratio"), world.series("lines", "count"))
    found = world.reading(world.define("test_coverage", series=sides))
    assert (found.value, found.absence) == (value, None)


def test_without_a_line_nothing_can_be_weighed(world):
    coverage(("checkout", "1", 1), lines=[("checkout", 0, 1)])(world)
    sides = (world.series("coverage", "ratio"), world.series("lines", "count"))
    assert world.reading(world.define("test_coverage", series=sides)).absence.code == "division_by_zero"


def test_a_repository_of_two_services_is_weighed_once(world):
    """`*` and `shop-*` both match `shop-mono`, so both services have it."""
    world.organise(world.service("checkout"), world.service("ledger"), subjects={"*": "checkout", "shop-*": "ledger"})
    coverage(("shop-mono", "0.4", 1), ("tool", "1", 1), lines=[("shop-mono", 100, 1), ("tool", 50, 1)])(world)
    sides = (world.series("coverage", "ratio"), world.series("lines", "count"))
    found = world.reading(world.define("test_coverage", series=sides))
    assert (found.value, found.samples) == (Fraction(3, 5), 2)


def test_a_repository_without_lines_takes_the_value_only_of_the_teams_that_have_it(world):
    ratios = (("checkout", "0.5", 1), ("ledger", "0.8", 1), ("idle", "1", 1))
    coverage(*ratios, lines=[("checkout", 100, 1), ("ledger", 200, 1)])(world)
    sides = (world.series("coverage", "ratio"), world.series("lines", "count"))
    definition = world.define("test_coverage", series=sides)
    assert world.reading(definition).value == Fraction(7, 10)
    absence = world.reading(definition, "company").absence
    assert (absence.code, "idle" in absence.sentence) == ("no_weight", True)
    world.observed("lines", "idle", 300, world.at(1))
    assert world.reading(definition, "company").value == Fraction(17, 20)


@pytest.mark.parametrize(
    ("observed", "value"),
    [
        pytest.param(
            both(seen("cost", ("checkout", 30, -20, 10)), seen("transactions", ("checkout", 100, -20, 10))),
            Fraction(3, 10),
            id="users by targeted users, dated 30 days after the release",
        ),
        pytest.param(
            both(
                seen("cost", ("checkout", 10, 1), ("ledger", 20, 2)),
                seen("transactions", ("checkout", 100, 1), ("ledger", 100, 2)),
            ),
            Fraction(15, 100),
            id="of all features together",
        ),
        pytest.param(
            both(
                seen("cost", ("checkout", 10, -30, 0), ("checkout", 40, 0, 30), ("ledger", 1, 1, 31)),
                seen("transactions", ("checkout", 50, -30, 0), ("checkout", 100, 0, 30), ("ledger", 9, 1, 31)),
            ),
            Fraction(2, 5),
            id="30 days that end at the period's start or after its end belong to others",
        ),
    ],
)
def test_feature_adoption_rate(world, observed, value):
    observed(world)
    found = world.reading(of_counts(world, "feature_adoption_rate", statistic="share"))
    assert (found.value, found.absence) == (value, None)


def test_users_of_another_time_than_those_targeted_give_no_rate(world):
    both(seen("cost", ("checkout", 10, 1)), seen("transactions", ("checkout", 50, 2)))(world)
    assert world.reading(of_counts(world, "feature_adoption_rate")).absence.code == "not_same_subjects"


def test_nobody_targeted(world):
    both(seen("cost", ("checkout", 0, 1)), seen("transactions", ("checkout", 0, 1)))(world)
    assert world.reading(of_counts(world, "feature_adoption_rate")).absence.code == "division_by_zero"


def test_the_evidence_of_adoption_is_dated_in_the_period(world):
    both(seen("cost", ("checkout", 10, -1), ("checkout", 20, 3)), seen("transactions", ("checkout", 50, 3)))(world)
    newest, _ = world.evidence(of_counts(world, "feature_adoption_rate", statistic="share"), better="higher")
    assert [(sample.value, sample.unit) for sample in newest] == [(20, "count")]


def new_revenue(world, **changed):
    sides = (world.series("cost", "eur"), world.series("released", "count"))
    return world.define("feature_revenue", **({"unit": "eur", "series": sides, "within": 10 * DAY} | changed))


@pytest.mark.parametrize(
    ("revenue", "released", "value"),
    [
        pytest.param([("checkout", 5, 3), ("checkout", 7, 11)], 2, 12, id="within ten days after the release"),
        pytest.param([("checkout", 5, 3), ("checkout", 7, 13)], 3, 5, id="the tenth day is over at its end"),
        pytest.param([("checkout", 5, 1), ("checkout", 7, 2)], 2, 7, id="before the release is not after it"),
        pytest.param([("checkout", 5, 25)], 1, 0, id="old features earn no new revenue: a true zero"),
        pytest.param([("checkout", 5, -1), ("checkout", 7, 0)], -5, 7, id="in the window"),
        pytest.param([("checkout", 30, 0, 30)], 5, 10, id="a span counts by its days: ten of thirty"),
        pytest.param([("checkout", 30, -10, 20)], -4, 6, id="six of them in the window"),
    ],
)
def test_feature_revenue(world, revenue, released, value):
    both(seen("cost", *revenue), seen("released", ("checkout", 1, released)))(world)
    found = world.reading(new_revenue(world))
    assert (found.value, found.absence) == (value, None)


def test_a_feature_is_new_from_its_first_release(world):
    both(seen("cost", ("checkout", 5, 20)), seen("released", ("checkout", 1, 15), ("checkout", 1, 1)))(world)
    assert world.reading(new_revenue(world)).value == 0


def test_features_of_which_no_release_is_known_are_counted(world):
    both(seen("cost", ("checkout", 5, 3), ("ledger", 9, 3)), seen("released", ("checkout", 1, 1)))(world)
    found = world.reading(new_revenue(world))
    assert (found.value, parts(found)) == (5, {"features": 2, "without_release": 1})


def test_cost_per_transaction_names_both_sides(world):
    both(seen("cost", ("checkout", 10, 0, 30)), seen("transactions", ("checkout", 400, 0, 30)))(world)
    sides = (world.series("cost", "eur"), world.series("transactions", "count"))
    found = world.reading(world.define("infrastructure_cost_per_transaction", unit="eur", series=sides))
    assert found.value == Fraction(1, 40)
    assert {name: parts(found)[name] for name in ("cost", "transactions")} == {"cost": 10, "transactions": 400}


@pytest.mark.parametrize(
    ("delivered", "cost", "value"),
    [(300, 200, Fraction(1, 2)), (100, 200, Fraction(-1, 2)), (200, 200, 0), (0, 200, -1)],
)
def test_return_on_engineering(world, delivered, cost, value):
    both(seen("cost", ("checkout", delivered, 0, 30)), seen("transactions", ("checkout", cost, 0, 30)))(world)
    sides = (world.series("cost", "eur"), world.series("transactions", "eur"))
    found = world.reading(world.define("engineering_roi", series=sides))
    assert found.value == value
    assert {name: parts(found)[name] for name in ("value_delivered", "cost")} == {
        "value_delivered": delivered,
        "cost": cost,
    }


@pytest.mark.parametrize(
    ("observed", "value"),
    [
        pytest.param(
            both(seen("cost", ("checkout", 3, 1)), seen("transactions", ("checkout", 4, 1))),
            Fraction(3, 4),
            id="completed by assigned",
        ),
        pytest.param(
            both(
                seen("cost", ("checkout", 1, 1), ("ledger", 9, 1)),
                seen("transactions", ("checkout", 2, 1), ("ledger", 98, 1)),
            ),
            Fraction(1, 10),
            id="summed over programmes, not a mean of 50 and 9 %",
        ),
        pytest.param(
            both(
                seen("cost", ("checkout", 1, 1), ("checkout", 4, 20)),
                seen("transactions", ("checkout", 4, 1)),
            ),
            1,
            id="the newest of each",
        ),
    ],
)
def test_training_completion_rate(world, observed, value):
    observed(world)
    found = world.reading(of_counts(world, "training_completion_rate"))
    assert (found.value, found.absence) == (value, None)


@pytest.mark.parametrize(
    ("heads", "mean"),
    [
        pytest.param([("checkout", 10, 0)], 10, id="the same all the time"),
        pytest.param([("checkout", 10, -90)], 10, id="known from before"),
        pytest.param([("checkout", 10, -5), ("checkout", 20, 15)], 15, id="weighted by time: half and half"),
        pytest.param([("checkout", 10, -5), ("checkout", 40, 29)], 11, id="a day of thirty weighs little"),
        pytest.param([("checkout", 10, 0), ("ledger", 6, -1)], 16, id="of all teams"),
        pytest.param([("checkout", 10, 0, 10), ("checkout", 4, 10, 20)], 6, id="a span holds until the next one"),
        pytest.param([("checkout", 10, 0), ("checkout", 99, 30)], 10, id="not what comes at the end"),
    ],
)
def test_the_mean_headcount(world, heads, mean):
    both(seen("cost", ("checkout", 3, 5)), seen("transactions", *heads))(world)
    series = (world.series("cost", "count"), world.series("transactions", "count"))
    mobility = world.reading(world.define("internal_mobility_rate", series=series))
    stayed = world.reading(world.define("retention_rate", series=series))
    assert (mobility.value, stayed.value) == (Fraction(3, mean), 1 - Fraction(3, mean))
    assert (parts(mobility), parts(stayed)) == (
        {"moves": 3, "mean_headcount": mean},
        {"departures": 3, "mean_headcount": mean},
    )


@pytest.mark.parametrize(
    ("observed", "departures"),
    [
        pytest.param(seen("cost", ("checkout", 1, -40)), 0, id="the last left before the period: nobody in it"),
        pytest.param(seen("cost", ("ledger", 2, 5), ("checkout", 1, 29)), 3, id="of all services"),
        pytest.param(seen("cost", ("checkout", 1, 0), ("checkout", 5, 30)), 1, id="half-open"),
        pytest.param(seen("cost", ("company", 2, 5)), 0, id="somebody of another team"),
    ],
)
def test_nobody_left_is_a_true_zero_where_all_is_known(world, observed, departures):
    both(observed, seen("transactions", ("checkout", 10, 0)))(world)
    found = world.reading(of_counts(world, "retention_rate"))
    assert (found.value, found.absence) == (1 - Fraction(departures, 10), None)


def test_nobody_is_there(world):
    both(seen("cost", ("checkout", 1, 3)), seen("transactions", ("checkout", 0, 0)))(world)
    assert world.reading(of_counts(world, "retention_rate")).absence.code == "division_by_zero"


@pytest.mark.parametrize(
    ("observed", "team", "value"),
    [
        pytest.param(seen("cost", ("checkout", 1, 3), ("ledger", 4, 9)), "payments", 5, id="added up"),
        pytest.param(seen("cost", ("checkout", 1, 3), ("checkout", 9, 30)), "payments", 1, id="in the window"),
        pytest.param(seen("cost", ("checkout", 1, 3)), "idle", 0, id="none of this team: a true zero"),
        pytest.param(seen("cost", ("payments", 2, 3), ("idle", 3, 3)), "company", 5, id="the tree below"),
        pytest.param(seen("cost", ("company", 9, 3), ("payments", 2, 3)), "company", 9, id="never both"),
    ],
)
def test_hackathon_contributions(world, observed, team, value):
    observed(world)
    definition = world.define("hackathon_contributions", series=(world.series("cost", "count"),))
    found = world.reading(definition, team=team)
    assert (found.value, found.absence) == (value, None)
