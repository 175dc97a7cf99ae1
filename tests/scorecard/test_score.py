"""Colours by exact comparison, scores by interpolation between four anchors."""

import itertools
import math
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from scorecard_exporter.config.model import Anchors, Band
from scorecard_exporter.scorecard.score import judge_by

DAY = 86_400
LEAD_TIME = Anchors(worst=Fraction(30 * DAY), red=Fraction(7 * DAY), goal=Fraction(DAY), best=Fraction(3600))
FREQUENCY = Anchors(worst=Fraction(1, 30), red=Fraction(1, 7), goal=Fraction(1), best=Fraction(4))
FAILURES = Anchors(worst=Fraction(40, 100), red=Fraction(15, 100), goal=Fraction(5, 100), best=Fraction(0))
UPTIME = Anchors(worst=Fraction(98, 100), red=Fraction(99, 100), goal=Fraction(1), best=Fraction(1))
HARSH = Anchors(worst=Fraction(0), red=Fraction(0), goal=Fraction(80), best=Fraction(100))
YES = Anchors(worst=Fraction(0), red=Fraction(0), goal=Fraction(1), best=Fraction(1))
BAND = Band(red_low=Fraction(50), goal_low=Fraction(60), goal_high=Fraction(80), red_high=Fraction(90))
EDGE = Band(red_low=Fraction(10, 100), goal_low=Fraction(50, 100), goal_high=Fraction(70, 100), red_high=Fraction(1))
SMALLEST = Fraction(1, 10**12)


@pytest.mark.parametrize(
    ("value", "anchors", "axis", "score", "status"),
    [
        pytest.param(Fraction(40, 100), FAILURES, "linear", 0, "red", id="worst scores 0"),
        pytest.param(Fraction(15, 100), FAILURES, "linear", 1 / 3, "red", id="on the red line: reached, so red"),
        pytest.param(
            Fraction(15, 100) - SMALLEST, FAILURES, "linear", 1 / 3, "yellow", id="a hair better than red: yellow"
        ),
        pytest.param(Fraction(10, 100), FAILURES, "linear", 1 / 2, "yellow", id="half way from red to goal"),
        pytest.param(Fraction(5, 100) + SMALLEST, FAILURES, "linear", 2 / 3, "yellow", id="a hair worse than the goal"),
        pytest.param(Fraction(5, 100), FAILURES, "linear", 2 / 3, "green", id="on the goal: met"),
        pytest.param(Fraction(0), FAILURES, "linear", 1, "green", id="best scores 1"),
        pytest.param(Fraction(70, 100), FAILURES, "linear", 0, "red", id="past the worst: still 0"),
        pytest.param(Fraction(30 * DAY), LEAD_TIME, "log", 0, "red", id="log: worst"),
        pytest.param(Fraction(7 * DAY), LEAD_TIME, "log", 1 / 3, "red", id="log: red line"),
        pytest.param(Fraction(DAY), LEAD_TIME, "log", 2 / 3, "green", id="log: the exact goal is green"),
        pytest.param(Fraction(60), LEAD_TIME, "log", 1, "green", id="log: past the best: still 1"),
        pytest.param(
            Fraction(math.sqrt(7) * DAY), LEAD_TIME, "log", 1 / 2, "yellow", id="log: the geometric middle is half way"
        ),
        pytest.param(Fraction(0), LEAD_TIME, "log", 1, "green", id="log: a lead time of 0 takes the limit"),
        pytest.param(Fraction(0), FREQUENCY, "log", 0, "red", id="log: a frequency of 0 takes the limit"),
        pytest.param(Fraction(-1), FREQUENCY, "log", 0, "red", id="log: so does less than nothing"),
        pytest.param(Fraction(1), UPTIME, "linear", 1, "green", id="best is the goal: meeting it scores 1"),
        pytest.param(
            Fraction(999, 1000), UPTIME, "linear", 0.9 / 3 + 1 / 3, "yellow", id="best is the goal: below it as ever"
        ),
        pytest.param(Fraction(0), HARSH, "linear", 0, "red", id="worst is the red line: reaching it scores 0"),
        pytest.param(Fraction(1), YES, "linear", 1, "green", id="yes"),
        pytest.param(Fraction(0), YES, "linear", 0, "red", id="no"),
        pytest.param(Fraction(70), BAND, "linear", 1, "green", id="the middle of a band"),
        pytest.param(Fraction(65), BAND, "linear", 5 / 6, "green", id="the smaller of its two sides: the lower"),
        pytest.param(Fraction(75), BAND, "linear", 5 / 6, "green", id="the smaller of its two sides: the upper"),
        pytest.param(Fraction(60), BAND, "linear", 2 / 3, "green", id="on the lower end of a band"),
        pytest.param(Fraction(80), BAND, "linear", 2 / 3, "green", id="on the upper end of a band"),
        pytest.param(Fraction(85), BAND, "linear", 1 / 2, "yellow", id="above a band"),
        pytest.param(Fraction(55), BAND, "linear", 1 / 2, "yellow", id="below a band"),
        pytest.param(Fraction(90), BAND, "linear", 1 / 3, "red", id="on the upper red line"),
        pytest.param(Fraction(50), BAND, "linear", 1 / 3, "red", id="on the lower red line"),
        pytest.param(Fraction(0), BAND, "linear", 0, "red", id="far below a band"),
        pytest.param(Fraction(1000), BAND, "linear", 0, "red", id="far above a band"),
    ],
)
def test_a_value_is_scored_between_the_anchors_and_coloured_by_them(value, anchors, axis, score, status):
    found = judge_by(anchors, axis)(value)
    assert found == (pytest.approx(score, abs=1e-9), status)


def test_a_band_whose_red_line_is_the_end_of_what_is_possible_scores_0_there():
    assert judge_by(EDGE, "linear", (Fraction(0), Fraction(1)))(Fraction(1)) == (0, "red")


def test_the_exact_goal_is_green_even_where_interpolation_falls_short_of_two_thirds():
    """Drawing one line from red (1/3) to goal (2/3) misses 2/3 at some exact goals; the colour must not."""
    falls_short = 0
    for red, goal in itertools.combinations(range(60, 1, -1), 2):
        span = math.log(goal) - math.log(red)
        falls_short += 1 / 3 + (2 / 3 - 1 / 3) / span * span < 2 / 3
        anchors = Anchors(
            worst=Fraction(red * red, goal), red=Fraction(red), goal=Fraction(goal), best=Fraction(goal * goal, red)
        )
        assert judge_by(anchors, "log")(Fraction(goal)) == (2 / 3, "green")
    assert falls_short > 0


numbers = st.fractions(-1000, 1000, max_denominator=10_000)
positive = st.fractions(Fraction(1, 1000), 1000, max_denominator=1000)
axes = st.sampled_from(["linear", "log"])


@st.composite
def four_anchors(draw):
    """Worst, red, goal and best in either direction; the outer ones may lie on the inner ones."""
    red, goal = draw(st.tuples(positive, positive).filter(lambda pair: pair[0] != pair[1]))
    beyond = draw(positive), draw(positive)
    factor = 1 if goal > red else -1
    worst, best = red - factor * (beyond[0] - Fraction(1, 1000)), goal + factor * (beyond[1] - Fraction(1, 1000))
    least = Fraction(1, 10**6)
    return Anchors(worst=max(worst, min(least, red)), red=red, goal=goal, best=max(best, min(least, goal)))


@given(value=numbers, anchors=four_anchors(), axis=axes)
def test_green_if_and_only_if_the_goal_is_met_and_red_if_and_only_if_the_red_line_is_reached(value, anchors, axis):
    sign = 1 if anchors.goal > anchors.red else -1
    expected = "green" if sign * value >= sign * anchors.goal else "yellow"
    expected = "red" if sign * value <= sign * anchors.red else expected
    score, status = judge_by(anchors, axis)(value)
    assert status == expected
    assert 0 <= score <= 1
    assert {"red": score <= 1 / 3, "yellow": 1 / 3 <= score <= 2 / 3, "green": score >= 2 / 3}[status]


@given(values=st.tuples(numbers, numbers), anchors=four_anchors(), axis=axes)
def test_a_better_value_never_scores_less(values, anchors, axis):
    worse, better = sorted(values, reverse=anchors.goal < anchors.red)
    assert judge_by(anchors, axis)(worse)[0] <= judge_by(anchors, axis)(better)[0]


@st.composite
def bands(draw):
    lines = draw(st.lists(positive, min_size=4, max_size=4).map(sorted))
    assume(lines[0] < lines[1] and lines[2] < lines[3])
    return Band(red_low=lines[0], goal_low=lines[1], goal_high=lines[2], red_high=lines[3])


@given(value=numbers, band=bands(), axis=axes)
def test_a_band_is_green_between_its_goals_and_red_from_its_red_lines_outward(value, band, axis):
    score, status = judge_by(band, axis)(value)
    assert (status == "green") == (band.goal_low <= value <= band.goal_high)
    assert (status == "red") == (value <= band.red_low or value >= band.red_high)
    assert 0 <= score <= 1
    assert {"red": score <= 1 / 3, "yellow": 1 / 3 <= score <= 2 / 3, "green": score >= 2 / 3}[status]
