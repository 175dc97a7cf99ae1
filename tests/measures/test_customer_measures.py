"""The measures of customer outcomes: rows of (what happened, the value, why)."""

from fractions import Fraction

import pytest

DAY = 24 * 3600 * 1_000_000
MONTH = 30 * DAY


def outages(*spans, **changed):
    """Incidents of checkout from a day to a day of the period."""

    def happened(world):
        for begin, end in spans:
            world.incident(world.at(begin), world.at(end), **changed)

    return happened


def several(*steps):
    def happened(world):
        for step in steps:
            step(world)

    return happened


@pytest.mark.parametrize(
    ("happened", "days_down"),
    [
        pytest.param(several(), 0, id="no incident, all read: never down"),
        pytest.param(outages((3, 4)), 1, id="one day of one of two services"),
        pytest.param(outages((3, 5), (4, 6)), 3, id="overlapping outages are united"),
        pytest.param(outages((3, 9), (4, 5), (8, 9)), 6, id="so is one within another"),
        pytest.param(outages((3, 4), (4, 5)), 2, id="and two that touch"),
        pytest.param(outages((3, 4), (6, 8)), 3, id="apart they are added"),
        pytest.param(outages((3, 4), (3, 4)), 1, id="two of the same time are one outage"),
        pytest.param(
            several(outages((3, 4)), outages((3, 4), name="ledger")),
            2,
            id="for each service, also of the same incident",
        ),
        pytest.param(outages((-5, 2)), 2, id="clipped to the beginning"),
        pytest.param(outages((29, 33)), 1, id="clipped to the end"),
        pytest.param(lambda world: world.incident(world.at(28)), 2, id="open ones last until the end"),
        pytest.param(outages((-3, 0)), 0, id="what ended at the start is outside"),
        pytest.param(outages((30, 31)), 0, id="what begins at the end is outside"),
        pytest.param(outages((-9, 40)), 30, id="down all the time"),
        pytest.param(outages((3, 4), is_outage=0), 0, id="an incident below the severity is no downtime"),
    ],
)
def test_uptime_is_what_outages_leave(world, happened, days_down):
    happened(world)
    found = world.reading(world.define("uptime"))
    assert (found.value, found.absence) == (1 - Fraction(days_down, 60), None)
    assert found.parts["downtime"].value == days_down * 86_400


def test_only_services_with_incidents_are_measured(world):
    world.organise(world.service("checkout"), world.service("ledger", incidents=()))
    outages((3, 6))(world)
    found = world.reading(world.define("uptime"))
    assert (found.value, found.parts["services"].value) == (Fraction(9, 10), 1)


def test_an_outage_of_two_services_is_one_piece_of_evidence(world):
    several(outages((3, 4), key="i"), outages((3, 4), key="i", name="ledger"), outages((-1, 2), key="k"))(world)
    found = world.reading(world.define("uptime"))
    assert (found.samples, found.parts["outages"].value) == (2, 2)
    _, worst = world.evidence(world.define("uptime"), better="higher")
    assert [(sample.key, sample.value, sample.unit) for sample in worst] == [
        ("k", 2 * 86_400, "seconds"),
        ("i", 86_400, "seconds"),
    ], "the longest within the period are the worst"


def test_uptime_of_two_series_is_good_by_total(world):
    world.observed("cost", "checkout", 999, world.at(0), world.at(30))
    world.observed("transactions", "checkout", 1000, world.at(0), world.at(30))
    sides = (world.series("cost", "count"), world.series("transactions", "count"))
    outages((3, 9))(world)
    found = world.reading(world.define("uptime", series=sides))
    assert (found.value, found.absence) == (Fraction(999, 1000), None), "incidents play no part in it"
    assert {name: found.parts[name].value for name in ("good", "total")} == {"good": 999, "total": 1000}
    newest, _ = world.evidence(world.define("uptime", series=sides), better="higher")
    assert [(sample.value, sample.unit) for sample in newest] == [(999, "count")]


@pytest.mark.parametrize(
    ("bugs", "releases", "value"),
    [
        pytest.param((1, 2, 3), (4, 5), Fraction(3, 2), id="bugs by releases"),
        pytest.param((), (4,), 0, id="no bug: a true zero"),
        pytest.param((-1, 0, 30), (0, 30), 1, id="both half-open"),
    ],
)
def test_customer_reported_bugs_for_each_release(world, bugs, releases, value):
    for day in bugs:
        world.bug(world.at(day), is_customers=1)
    world.bug(world.at(2))
    for day in releases:
        world.released(world.at(day))
    found = world.reading(world.define("customer_reported_bugs"))
    assert (found.value, found.absence) == (value, None)
    assert {name: part.value for name, part in found.parts.items()} == {
        "bugs": sum(0 <= day < 30 for day in bugs),
        "releases": sum(0 <= day < 30 for day in releases),
    }


def test_without_a_release_the_number_of_bugs_is_still_told(world):
    world.bug(world.at(1), is_customers=1)
    found = world.reading(world.define("customer_reported_bugs"))
    assert (found.value, found.parts["bugs"].value) == (None, 1)
