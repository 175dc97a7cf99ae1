"""How values, goals and targets are written."""

from datetime import UTC, datetime
from fractions import Fraction

import pytest

from scorecard_exporter.config.model import Anchors, Band, Target, TargetPoint
from scorecard_exporter.scorecard.wording import apart_text, exact_text, goal_text, target_label, told_apart, value_text

DAY = 86_400
LOWER = Anchors(red=Fraction(7 * DAY), goal=Fraction(2 * DAY))
BAND = Band(
    red_low=Fraction(50, 100), goal_low=Fraction(60, 100), goal_high=Fraction(80, 100), red_high=Fraction(90, 100)
)


def target(anchors, **more):
    return Target(points=(TargetPoint(at=None, anchors=anchors),), axis="linear", better=None, **more)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (Fraction(2 * DAY), "seconds", "2 d"),
        (Fraction(5400), "seconds", "1.5 h"),
        (Fraction(100), "seconds", "100 s"),
        (Fraction(400 * DAY), "seconds", "400 d"),
        (Fraction(0), "seconds", "0 s"),
        (Fraction(1, 7), "per_day", "1/week"),
        (Fraction(1, 14), "per_day", "1/14 d"),
        (Fraction(1, 45), "per_day", "1/45 d"),
        (Fraction(4), "per_day", "4/d"),
        (Fraction(5, 100), "ratio", "5 %"),
        (Fraction(9995, 10_000), "ratio", "99.95 %"),
        (Fraction(-20, 100), "ratio", "-20 %"),
        (Fraction(1250), "eur", "1,250 EUR"),
        (Fraction(5, 2), "count", "2.5"),
        (Fraction(40), "points", "40"),
        pytest.param(Fraction(168, 10_000), "ratio", "1.68 %", id="20 % less than 2.1 %"),
        pytest.param(Fraction(1, 3), "ratio", "33.3 %", id="six digits are not enough: nearly"),
    ],
)
def test_what_people_chose_is_written_exactly(value, unit, text):
    assert exact_text(value, unit) == text


@pytest.mark.parametrize(
    ("anchors", "unit", "yes_no", "text"),
    [
        pytest.param(LOWER, "seconds", False, "<= 2 d", id="lower is better"),
        pytest.param(
            Anchors(red=Fraction(1, 14), goal=Fraction(1, 7)), "per_day", False, ">= 1/week", id="higher is better"
        ),
        pytest.param(BAND, "ratio", False, "60 %..80 %", id="a band"),
        pytest.param(Anchors(red=Fraction(0), goal=Fraction(1)), "count", True, "yes", id="yes"),
        pytest.param(Anchors(red=Fraction(1), goal=Fraction(0)), "count", True, "no", id="no"),
        pytest.param(None, "count", False, "", id="none in force"),
    ],
)
def test_a_goal_is_written_with_its_direction(anchors, unit, yes_no, text):
    assert goal_text(target(anchors, yes_no=yes_no), anchors, unit) == text


def test_a_steady_target_is_labelled_with_the_goal_in_force():
    assert target_label(target(LOWER), LOWER, "seconds", "UTC") == "<= 2 d"


@pytest.mark.parametrize(("zone", "day"), [("UTC", "2026-12-30"), ("Europe/Berlin", "2026-12-31")])
def test_a_schedule_is_labelled_with_where_it_leads_whatever_is_in_force(zone, day):
    """Midnight in Berlin is the evening before in UTC; the date is the one that people wrote."""
    points = (
        TargetPoint(at=datetime(2026, 1, 1, tzinfo=UTC), anchors=Anchors(red=Fraction(1, 30), goal=Fraction(1, 14))),
        TargetPoint(
            at=datetime(2026, 12, 30, 23, tzinfo=UTC), anchors=Anchors(red=Fraction(1, 14), goal=Fraction(1, 7))
        ),
    )
    moving = Target(points=points, axis="log", better="higher", schedule=True)
    for in_force in (None, points[0].anchors, points[1].anchors):
        assert target_label(moving, in_force, "per_day", zone) == f">= 1/week by {day}"


@pytest.mark.parametrize(
    ("value", "unit", "anchors", "text"),
    [
        pytest.param(Fraction(175_000), "seconds", None, "2 d", id="two digits"),
        pytest.param(Fraction(175_000), "seconds", LOWER, "2.03 d", id="two digits would look as if the goal were met"),
        pytest.param(Fraction(172_700), "seconds", LOWER, "2 d", id="here they do not"),
        pytest.param(
            Fraction(9994, 10_000),
            "ratio",
            Anchors(red=Fraction(99, 100), goal=Fraction(9995, 10_000)),
            "99.94 %",
            id="close to one the nines count",
        ),
        pytest.param(
            Fraction(9996, 10_000),
            "ratio",
            Anchors(red=Fraction(99, 100), goal=Fraction(9995, 10_000)),
            "99.96 %",
            id="and are not rounded to 100 %",
        ),
        pytest.param(Fraction(7951, 10_000), "ratio", BAND, "80 %", id="within the band"),
        pytest.param(Fraction(8004, 10_000), "ratio", BAND, "80.04 %", id="just outside the band"),
    ],
)
def test_a_value_is_never_rounded_into_another_colour(value, unit, anchors, text):
    assert value_text(value, unit, anchors and target(anchors), anchors) == text


@pytest.mark.parametrize(("value", "text"), [(Fraction(1), "yes"), (Fraction(0), "no"), (Fraction(1, 2), "0.5")])
def test_a_yes_or_no_is_written_as_a_word(value, text):
    anchors = Anchors(worst=Fraction(0), red=Fraction(0), goal=Fraction(1), best=Fraction(1))
    assert value_text(value, "count", target(anchors, yes_no=True), anchors) == text


APART = [
    (("0.1652", "0.1591", "0.158"), "eur", ["0.165 EUR", "0.159 EUR", "0.158 EUR"], "a third digit tells them apart"),
    (("0.5", "0.4"), "eur", ["0.5 EUR", "0.4 EUR"], "two digits do"),
    (("0.4", "0.4", "0.4001"), "ratio", ["40 %", "40 %", "40.01 %"], "what is the same looks the same"),
    (("1", "1.00000001"), "count", ["1", "1"], "six digits do not"),
]


@pytest.mark.parametrize(("values", "unit", "texts", "why"), APART, ids=[row[3] for row in APART])
def test_quantities_beside_each_other_are_told_apart(values, unit, texts, why):
    assert told_apart([Fraction(value) for value in values], unit) == texts, why


@pytest.mark.parametrize(
    ("value", "shown", "unit", "text", "why"),
    [
        pytest.param("13.1", "13/d", "per_day", "13.1/d", "one digit more", id="rate"),
        pytest.param("0.4936", "0.49 EUR", "eur", "0.494 EUR", "one digit more", id="money"),
        pytest.param("12", "15", "count", "12", "they differ as they are", id="far apart"),
        pytest.param("12", "", "count", "12", "nothing is shown beside it", id="alone"),
        pytest.param("12.0000001", "12", "count", "12", "six digits are all that is written", id="too near"),
    ],
)
def test_a_value_is_told_apart_from_one_that_is_shown(value, shown, unit, text, why):
    assert apart_text(Fraction(value), shown, unit, None) == text, why


def test_a_goal_between_two_dates_does_not_contradict_the_value_beside_it():
    """0.1591 is not 0.16: with two digits a yellow 0.1595 EUR would look like its goal."""
    between = Fraction("0.159178082191")
    anchors = Anchors(worst=Fraction(1), red=Fraction("0.2"), goal=between, best=Fraction(0))
    assert goal_text(target(anchors), anchors, "eur") == "<= 0.159 EUR"
    assert value_text(Fraction("0.1595"), "eur", target(anchors), anchors) == "0.16 EUR"
