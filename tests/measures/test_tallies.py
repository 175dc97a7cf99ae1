"""What series add up to: along a tree where subjects overlap, over spans of any length, over many periods."""

from fractions import Fraction

import pytest

from scorecard_exporter.measures.evaluate import evaluate
from scorecard_exporter.measures.model import Period, Scope, Series
from scorecard_exporter.measures.observations import Observations
from scorecard_exporter.measures.tally import prorated
from scorecard_exporter.measures.tree import AddedUp, Tree

SERIES = Series(name="cost", origin=None, unit="eur")


def scope(team, services=(), children=()):
    return Scope(team=team, services=(), own_services=services, children=children)


SHARED = {
    one.team: one
    for one in (
        scope("company", children=("shop", "till", "idle")),
        scope("shop", ("checkout", "ledger")),
        scope("till", ("ledger",)),
        scope("idle"),
    )
}


@pytest.mark.parametrize(
    ("numbers", "team", "total"),
    [
        pytest.param({"checkout": 1, "ledger": 2}, "shop", 3, id="services are added"),
        pytest.param({"checkout": 1, "ledger": 2}, "till", 2, id="one service alone is the whole"),
        pytest.param({"checkout": 1, "ledger": 2}, "company", 3, id="a service of two teams counts once above them"),
        pytest.param({"checkout": 1, "team/till": 4}, "company", 5, id="one team by its service, one by its own"),
        pytest.param({"ledger": 2, "team/till": 4}, "company", 6, id="own goes first, so that nothing is shared"),
        pytest.param({"team/company": 8, "checkout": 1}, "company", 8, id="own goes first at the top"),
        pytest.param({"checkout": 1}, "idle", 0, id="no subject adds up to nothing"),
    ],
)
def test_each_subject_counts_once_along_the_tree(numbers, team, total):
    assert AddedUp(Tree(SHARED, "own", numbers), numbers, sum).of(team) == total


def row(amount, starts_at, ends_at):
    return ("cost", 0, "checkout", "raw", "eur", amount, 1, starts_at, ends_at)


@pytest.mark.parametrize(
    ("rows", "value"),
    [
        pytest.param([row(3_000_000, 10, 20)], 3, id="inside, whole"),
        pytest.param([row(3_000_000, -10, 20)], 2, id="two of three parts"),
        pytest.param(
            [row(1_000_000, -1, 2), row(1_000_000, 98, 105)], Fraction(2, 3) + Fraction(2, 7), id="two lengths"
        ),
        pytest.param(
            [row(1_000_000, -length, 1) for length in range(2, 400)],
            sum(Fraction(1, length + 1) for length in range(2, 400)),
            id="so many lengths that they share no fraction to calculate with",
        ),
    ],
)
def test_shares_of_what_crosses_an_edge_are_exact(rows, value):
    contributions = prorated({"checkout": rows}, SERIES, Period(0, 100))
    ((found,),) = contributions.by_subject.values()
    assert (Fraction(found.total, contributions.divisor), found.samples) == (value, len(rows))


@pytest.mark.parametrize("use", ["sum", "each"])
@pytest.mark.parametrize(
    ("observed", "spans"),
    [
        pytest.param([(1, 2), (2, 3)], [(1, 3)], id="those that touch are one"),
        pytest.param([(1, 2), (3, 4)], [(1, 2), (3, 4)], id="those apart are two"),
        pytest.param([(1, 9), (2, 3), (8, 10)], [(1, 10)], id="one within another, and one that overlaps"),
        pytest.param([(-5, 2), (1, 3), (3, 4), (25, 60)], [(0, 4), (25, 30)], id="clipped to the period"),
        pytest.param([(-5, 60), (1, 3), (4, 5)], [(0, 30)], id="one covers all"),
    ],
)
def test_the_engine_and_python_unite_the_same_spans(world, use, observed, spans):
    # Summed up, several within the period do not tell their spans, and the engine is asked; each by itself does.
    for starts_at, ends_at in observed:
        world.observed("cost", "checkout", 1, world.at(starts_at), world.at(ends_at))
    world.flush()
    found = Observations(world.store, [("cost", use)], {"checkout"}, [world.period]).spans("cost", world.period)
    assert found == {"checkout": tuple((world.at(opens), world.at(closes)) for opens, closes in spans)}
    asked = any("island" in statement for statement in world.store.statements)
    assert asked == (use == "sum" and sum(opens >= 0 and closes <= 30 for opens, closes in observed) > 1)


def test_two_raw_subjects_that_cover_the_same_days_cover_them_once(world):
    names = [f"service-{number}" for number in range(9)]
    raws = {f"{name}/{place}": name for name in names for place in range(4)}
    world.organise(*map(world.service, names), subjects=raws)
    days = range(-40, 32, 2)
    for raw in raws:
        for day in days:
            world.observed("cost", raw, 1, world.at(day), world.at(day + 1))
    world.flush()
    periods = [Period(world.at(begin), world.at(begin + 30)) for begin in (0, -30)]
    observations = Observations(world.store, [("cost", "sum")], names, periods)
    for period in periods:
        spans = tuple(
            (world.at(day), world.at(day + 1)) for day in days if period.starts_at <= world.at(day) < period.ends_at
        )
        assert observations.spans("cost", period) == dict.fromkeys(names, spans)


@pytest.mark.parametrize("names", [("cost", "transactions"), ("transactions", "cost")])
def test_a_series_of_one_span_and_one_of_two_cover_the_same_time(world, names):
    world.observed("cost", "checkout", 6, world.at(0), world.at(30))
    world.observed("transactions", "checkout", 1, world.at(0), world.at(15))
    world.observed("transactions", "checkout", 2, world.at(15), world.at(30))
    definition = world.define("quotient", unit="eur", series=tuple(world.series(name) for name in names))
    found = world.reading(definition)
    assert (found.value, found.parts["covered"].value) == ({"cost": 2}.get(names[0], Fraction(1, 2)), 30 * 86_400)


def test_of_many_periods_each_reading_is_as_it_is_alone_also_without_its_parts(world):
    for month in range(-3, 2):
        for day in (0, 17):
            starts_at, ends_at = world.at(30 * month + day), world.at(30 * month + day + 13)
            for series in ("cost", "transactions", "lines"):
                for subject in ("checkout", "payments", "idle"):
                    world.observed(series, subject, 7 + month, starts_at, ends_at)
            world.observed("released", "checkout", 1, world.at(30 * month))
    cost, both = world.series(unit="count"), (world.series(unit="count"), world.series("transactions", "count"))
    definitions = [
        *(world.define("observation", unit="eur", statistic=one, series=(cost,)) for one in ("newest", "sum", "mean")),
        world.define("quotient", unit="eur", series=both),
        world.define("retention_rate", series=both),
        world.define("hackathon_contributions", series=(cost,)),
        world.define("training_completion_rate", series=both),
        world.define("test_coverage", series=both),
        world.define("feature_adoption_rate", series=both),
        world.define("feature_revenue", series=(cost, world.series("released", "count")), within=20 * 86_400_000_000),
        world.define("employee_net_promoter_score", unit="points", survey=world.survey()),
    ]
    periods = [Period(world.at(day - 30), world.at(day)) for day in (-60, -35, -8, 0, 20, 30)]
    world.answered("payments", 10, 9, 8, 3, 7, closes_at=world.at(-10))
    alone = {
        definition: [{team: world.reading(definition, team, period) for team in world.scopes} for period in periods]
        for definition in definitions
    }
    assert evaluate(world.store, definitions, world.scopes, list(world.scopes), periods) == alone
    every = [one for by_period in alone.values() for of_period in by_period for one in of_period.values()]
    assert sum(reading.value is not None for reading in every) > len(every) / 2
    without = evaluate(world.store, definitions, world.scopes, list(world.scopes), periods, details=False)
    for one in every:
        one.parts = {}
    assert without == alone
