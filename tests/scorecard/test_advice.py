"""Advice that needs numbers: a red that is left alone, and targets that are too easy or too hard."""

from fractions import Fraction

import pytest

from scorecard_exporter.config.model import Initiative
from scorecard_exporter.measures.model import Absence
from scorecard_exporter.scorecard.advice import advise_on_numbers

NOTHING = Absence("missing", "nothing", "Nothing was read.")
RED, YELLOW, GREEN, GREY = 5, 15, 25, None
"""Values of a measure that is red at 10 and green from 20 on."""


@pytest.fixture
def taken(build):
    """A snapshot of `speed` for teams with these values."""

    def of(values, initiatives=(), **more):
        measure = build.measure(teams=tuple(values), **more)
        configuration = build.configuration(
            build.perspective(build.objective(measure)), teams=tuple(values), initiatives=initiatives
        )
        for name in values:
            configuration.teams.setdefault(name, configuration.teams["payments"])
        readings = [
            build.reading(measure, value, team=team, absence=None if value is not None else NOTHING)
            for team, value in values.items()
        ]
        return build.snapshot(configuration, readings)

    return of


def named(newest, name, periods=()):
    return [(one.about, one.sentence) for one in advise_on_numbers(newest, periods) if one.name == name]


def initiative(done=None):
    return Initiative(id="tests", title="Tests", measures=(("engineering", "speed"),), done=done)


REDS = [
    ({"a": RED}, (), "a", "nothing is done about it"),
    ({"a": RED}, (initiative(),), None, "something is"),
    ({"a": RED}, (initiative(Fraction(1)),), "a", "what was done did not help"),
    ({"a": YELLOW}, (), None, "yellow is no red"),
    ({"a": GREY}, (), None, "nor is grey"),
    ({"a": RED, "b": GREEN, "c": RED}, (), "a, c", "the teams that it concerns"),
    (dict.fromkeys("abcdefg", RED), (), "a, b, c, d, e and 2 more", "not more than a line of them"),
]


@pytest.mark.parametrize(("values", "initiatives", "teams", "why"), REDS, ids=[row[3] for row in REDS])
def test_a_red_measure_without_an_initiative(taken, values, initiatives, teams, why):
    sentence = f"it is red for {teams}, and no initiative is for it; add one under 'initiatives'"
    expected = [("engineering/speed", sentence)] if teams else []
    assert named(taken(values, initiatives), "red-without-initiative") == expected, why


MET = [
    ([GREEN, GREEN, GREEN], True, "three times running"),
    ([RED, GREEN, GREEN, GREEN], True, "what was before does not matter"),
    ([GREEN, GREEN], False, "twice may be luck"),
    ([GREEN, YELLOW, GREEN], False, "not running"),
    ([GREEN, GREY, GREEN], False, "nobody knows of one of them"),
]


@pytest.mark.parametrize(("values", "told", "why"), MET, ids=[row[2] for row in MET])
def test_a_target_that_is_met_again_and_again(taken, values, told, why):
    sentence = "its target was met in 3 periods running by a; raise it, or measure what matters now"
    found = named(taken({"a": RED}), "target-met-repeatedly", [taken({"a": value}) for value in values])
    assert found == ([("engineering/speed", sentence)] if told else []), why


def test_a_target_that_has_been_raised_since_is_not_to_be_raised(build, taken):
    """What was met in three quarters was met by the old one."""
    periods = [taken({"a": GREEN})] * 3
    stricter = taken({"a": GREEN}, target=build.dated((None, 22)))
    assert named(stricter, "target-met-repeatedly", periods) == []


def test_a_target_is_not_too_easy_while_one_team_misses_it(taken):
    mixed = taken({"a": GREEN, "b": RED})
    assert named(mixed, "target-met-repeatedly", [mixed] * 3) == []


MISSED = [
    ({"a": RED, "b": YELLOW, "c": RED}, 3, "none of three"),
    ({"a": RED, "b": YELLOW}, None, "two may have a reason of their own"),
    ({"a": RED, "b": YELLOW, "c": GREEN}, None, "one can"),
    ({"a": RED, "b": YELLOW, "c": GREY}, None, "of the third nobody knows"),
]


@pytest.mark.parametrize(("values", "number", "why"), MISSED, ids=[row[2] for row in MISSED])
def test_a_target_that_nobody_meets(taken, values, number, why):
    sentence = f"none of {number} teams meets its target; set one that the best of them can reach"
    expected = [("engineering/speed", sentence)] if number else []
    assert named(taken(values), "target-met-by-nobody") == expected, why
