"""Which teams or services contribute most, and whether they add up to the whole."""

from dataclasses import replace
from fractions import Fraction

import pytest

from scorecard_exporter.measures.below import Below
from scorecard_exporter.measures.catalogue import CATALOGUE
from scorecard_exporter.measures.model import Absence, Part, Reading, Series
from scorecard_exporter.scorecard.contribution import contributions

HOUR = 3600


@pytest.fixture
def below(build):
    """A team's reading and those of its services; each a value, its samples and its parts as `name=(number, unit)`."""

    def below(measure, whole, better="lower", **services):
        entry = CATALOGUE[measure]
        series = tuple(Series(name=name, origin=None, unit="eur") for name, _ in entry.keys)
        definition = build.definition(measure, entry.unit or "eur", entry.statistics[0], series=series)

        def reading(value, samples, **parts):
            return Reading(
                definition=definition,
                team="payments",
                period=build.period,
                value=None if value is None or isinstance(value, Absence) else Fraction(value),
                absence=value if isinstance(value, Absence) else None,
                samples=samples,
                parts={name: Part(Fraction(number), unit) for name, (number, unit) in parts.items()},
            )

        found = {name: reading(*one[:2], **dict(one[2:])) for name, one in services.items()}
        everything = Below(whole=reading(*whole[:2], **dict(whole[2:])), children={}, services=found)
        return contributions(everything, better, {})

    return below


def amounts(table):
    return [(row.name, row.amount_text, row.share_text) for row in table.rows]


def test_shares_add_up_by_what_is_bad_of_them(below):
    (table,) = below(
        "change_failure_rate", (Fraction(3, 30), 30), calm=(0, 10), cart=(Fraction(1, 5), 5), pay=(Fraction(2, 15), 15)
    )
    assert table.what == "Failed deployments"
    assert amounts(table) == [("pay", "2", "67 %"), ("cart", "1", "33 %")]
    assert table.note == "Failed deployments: 3 in all, and these add up to it."


def test_where_higher_is_better_the_rest_is_bad(below):
    (table,) = below("deployment_success_rate", (Fraction(9, 10), 10), "higher", cart=(Fraction(4, 5), 5), pay=(1, 5))
    assert amounts(table) == [("cart", "1", "100 %")]


def test_durations_add_up_as_time_though_medians_do_not(below):
    mean = ("mean", (2 * HOUR, "seconds"))
    (table,) = below(
        "lead_time_for_changes",
        (HOUR, 4, mean),
        cart=(HOUR, 3, ("mean", (HOUR, "seconds"))),
        pay=(5 * HOUR, 1, ("mean", (5 * HOUR, "seconds"))),
    )
    assert amounts(table) == [("pay", "5 h", "62 %"), ("cart", "3 h", "38 %")]
    assert [row.value_text for row in table.rows] == ["5 h", "1 h"]


def test_what_several_share_counts_once_above(below):
    one = ("mean", (HOUR, "seconds"))
    (table,) = below("time_to_restore", (HOUR, 1), cart=(HOUR, 1, one), pay=(HOUR, 1, one))
    assert table.note == (
        "Time of all incidents together: 1 h in all; these add up to 2 h, since what several share counts once above."
    )


def test_what_belongs_to_none_of_them_is_said(below):
    (table,) = below("hackathon_contributions", (5, 5), "higher", cart=(3, 3), pay=(1, 1))
    assert table.note == "Submissions: 5 in all; these add up to 4, the rest is none of theirs."


@pytest.mark.parametrize(
    ("state", "rest"),
    [
        ("missing", "and of some services it is not known"),
        ("stale", "and of some services it is not known"),
        ("insufficient", "the rest is none of theirs"),
    ],
)
def test_what_was_not_read_is_not_nothing(below, state, rest):
    absent = Absence(state, "no_observation", "There is none.")
    (table,) = below("hackathon_contributions", (5, 5), "higher", cart=(3, 3), pay=(absent, 0))
    assert table.note == f"Submissions: 5 in all; these add up to 3, {rest}."


def test_of_a_quotient_the_numerator_adds_up(below):
    parts = [("cost", (amount, "eur")) for amount in (90, 30, 60)]
    (table,) = below(
        "infrastructure_cost_per_transaction", (2, 5, parts[0]), cart=(1, 2, parts[1]), pay=(3, 3, parts[2])
    )
    assert amounts(table) == [("pay", "60 EUR", "67 %"), ("cart", "30 EUR", "33 %")]


def test_values_that_do_not_add_up_stand_beside_each_other_worst_first(below):
    (table,) = below("arithmetic", (2, 5), "higher", cart=(3, 2), pay=(1, 3), none=(None, 0))
    assert [row.name for row in table.rows] == ["pay", "cart"]
    assert (table.what, table.rows[0].amount) == ("", None)
    assert table.note == "The values of services stand beside each other; they do not add up to the whole."


def test_ten_are_shown_and_the_others_counted(below):
    services = {f"s{number:02}": (Fraction(1, 90), number) for number in range(1, 15)}
    (table,) = below("deployment_frequency", (Fraction(7, 6), 105), "higher", **services)
    assert [row.name for row in table.rows][:2] == ["s14", "s13"]
    assert (len(table.rows), table.more) == (10, 4)


def test_one_alone_is_no_table(below):
    assert below("deployment_frequency", (1, 30), "higher", cart=(1, 30)) == ()


def test_nothing_of_anything_is_no_table(below):
    assert below("deployment_frequency", (0, 0), "higher", cart=(0, 0), pay=(0, 0)) == ()


def test_every_measure_can_be_looked_at_from_below(below):
    for measure in CATALOGUE:
        both = {"cart": (Fraction(1, 2), 4), "pay": (Fraction(1, 4), 4)}
        found = below(measure, (Fraction(1, 2), 8), **both)
        assert all(table.note.endswith(".") for table in found), measure


def test_titles_of_teams_are_shown(build):
    definition = build.definition("deployment_frequency", "per_day", "per_day")
    one = Reading(definition=definition, team="a", period=build.period, value=Fraction(1), samples=30)
    found = contributions(
        Below(whole=replace(one, samples=60), children={"a": one, "b": one}, services={}), "higher", {"a": "Team A"}
    )
    assert [row.title for row in found[0].rows] == ["Team A", "b"]
