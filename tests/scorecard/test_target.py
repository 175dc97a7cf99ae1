"""Which anchors are in force, and what the ones are that nobody wrote."""

from datetime import UTC, datetime
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from scorecard_exporter.config.model import Anchors, Band, Target, TargetPoint
from scorecard_exporter.quantities import DAY, instant
from scorecard_exporter.scorecard.target import OPEN, anchors_in_force, between, point_in_force, sides

SHARE = (Fraction(0), Fraction(1))
JANUARY = datetime(2026, 1, 1, tzinfo=UTC)
MARCH = datetime(2026, 3, 1, tzinfo=UTC)
MAY = datetime(2026, 5, 1, tzinfo=UTC)


def always(anchors, axis="linear", **more):
    return Target(points=(TargetPoint(at=None, anchors=anchors),), axis=axis, better="lower", **more)


def dated(*points, axis="linear", schedule=False):
    anchors = tuple(
        TargetPoint(
            at=at, anchors=Anchors(red=Fraction(red), goal=Fraction(goal), worst=Fraction(0), best=Fraction(100))
        )
        for at, red, goal in points
    )
    return Target(points=anchors, axis=axis, better="higher", schedule=schedule)


@pytest.mark.parametrize(
    ("written", "axis", "domain", "worst", "best"),
    [
        pytest.param(
            Anchors(red=Fraction(20), goal=Fraction(10)),
            "linear",
            OPEN,
            Fraction(30),
            Fraction(0),
            id="linear: as far again",
        ),
        pytest.param(
            Anchors(red=Fraction(10), goal=Fraction(20)),
            "linear",
            OPEN,
            Fraction(0),
            Fraction(30),
            id="linear, higher is better",
        ),
        pytest.param(
            Anchors(red=Fraction(7), goal=Fraction(1)),
            "log",
            OPEN,
            Fraction(49),
            Fraction(1, 7),
            id="log: as many times again",
        ),
        pytest.param(
            Anchors(red=Fraction(1), goal=Fraction(4)),
            "log",
            OPEN,
            Fraction(1, 4),
            Fraction(16),
            id="log, higher is better",
        ),
        pytest.param(
            Anchors(red=Fraction(15, 100), goal=Fraction(5, 100)),
            "linear",
            SHARE,
            Fraction(25, 100),
            Fraction(0),
            id="no share is below zero",
        ),
        pytest.param(
            Anchors(red=Fraction(80, 100), goal=Fraction(95, 100)),
            "linear",
            SHARE,
            Fraction(65, 100),
            Fraction(1),
            id="no share is above one",
        ),
        pytest.param(
            Anchors(red=Fraction(60), goal=Fraction(10)),
            "linear",
            (Fraction(0), None),
            Fraction(110),
            Fraction(0),
            id="open above",
        ),
        pytest.param(
            Anchors(red=Fraction(20), goal=Fraction(10), worst=Fraction(90), best=Fraction(2)),
            "linear",
            OPEN,
            Fraction(90),
            Fraction(2),
            id="given ones stay",
        ),
    ],
)
def test_worst_and_best_mirror_goal_and_red_within_what_is_possible(written, axis, domain, worst, best):
    filled = anchors_in_force(always(written, axis), 0, domain)
    assert filled == Anchors(red=written.red, goal=written.goal, worst=worst, best=best)


def test_a_yes_or_no_knows_nothing_worse_than_no_and_nothing_better_than_yes():
    filled = anchors_in_force(always(Anchors(red=Fraction(0), goal=Fraction(1)), yes_no=True), 0)
    assert (filled.worst, filled.best) == (Fraction(0), Fraction(1))


@given(red=st.fractions(0, 1, max_denominator=1000), goal=st.fractions(0, 1, max_denominator=1000))
def test_mirrored_anchors_stay_in_the_domain_and_in_their_order(red, goal):
    assume(red != goal)
    filled = anchors_in_force(always(Anchors(red=red, goal=goal)), 0, SHARE)
    anchors = [filled.worst, filled.red, filled.goal, filled.best]
    assert all(0 <= anchor <= 1 for anchor in anchors)
    assert anchors == sorted(anchors, reverse=red > goal)


STEPS = dated((JANUARY, 10, 20), (MARCH, 30, 40))


@pytest.mark.parametrize(
    ("at", "goal"),
    [
        pytest.param(instant(JANUARY) - 1, None, id="before the first there is none"),
        pytest.param(instant(JANUARY), 20, id="from its first instant"),
        pytest.param(instant(MARCH) - 1, 20, id="up to the last instant before the next"),
        pytest.param(instant(MARCH), 40, id="the next from its first instant"),
        pytest.param(instant(MAY), 40, id="the last for ever"),
    ],
)
def test_a_dated_target_holds_from_its_date_to_the_next(at, goal):
    anchors = anchors_in_force(STEPS, at)
    assert (anchors and anchors.goal) == goal
    point = point_in_force(STEPS, at)
    assert (point and point.anchors.goal) == goal


def test_a_target_without_a_date_always_was():
    target = Target(
        points=(
            TargetPoint(at=None, anchors=Anchors(red=Fraction(1), goal=Fraction(2))),
            TargetPoint(at=MARCH, anchors=Anchors(red=Fraction(3), goal=Fraction(4))),
        ),
        axis="linear",
        better="higher",
    )
    assert anchors_in_force(target, -(10**15)).goal == 2
    assert anchors_in_force(target, instant(MARCH)).goal == 4


QUARTER_OF_THE_WAY = instant(JANUARY) + (instant(MARCH) - instant(JANUARY)) // 4
HALF_WAY = instant(JANUARY) + (instant(MARCH) - instant(JANUARY)) // 2


@pytest.mark.parametrize(
    ("at", "red", "goal"),
    [
        pytest.param(instant(JANUARY), Fraction(10), Fraction(20), id="at a point exactly what is written"),
        pytest.param(QUARTER_OF_THE_WAY, Fraction(15), Fraction(26), id="a quarter of the way"),
        pytest.param(HALF_WAY, Fraction(20), Fraction(32), id="half way"),
        pytest.param(instant(MARCH), Fraction(30), Fraction(44), id="at the last point"),
        pytest.param(instant(MAY), Fraction(30), Fraction(44), id="constant after the last point"),
    ],
)
def test_a_linear_schedule_moves_evenly_and_exactly(at, red, goal):
    anchors = anchors_in_force(dated((JANUARY, 10, 20), (MARCH, 30, 44), schedule=True), at)
    assert (anchors.red, anchors.goal) == (red, goal)


def test_a_schedule_has_no_target_before_its_first_point():
    assert anchors_in_force(dated((JANUARY, 10, 20), (MARCH, 30, 44), schedule=True), instant(JANUARY) - 1) is None


def log_schedule(*goals):
    points = zip((JANUARY, MARCH, MAY), goals, strict=False)
    anchors = tuple(TargetPoint(at=at, anchors=Anchors(red=Fraction(1, 4), goal=Fraction(goal))) for at, goal in points)
    return Target(points=anchors, axis="log", better="higher", schedule=True)


def test_a_log_schedule_moves_by_equal_factors():
    """Half way from 1 to 4 is 2, and all four anchors move: the mirrored ones too."""
    anchors = anchors_in_force(log_schedule(1, 4), HALF_WAY)
    assert float(anchors.goal) == pytest.approx(2, rel=1e-12)
    assert float(anchors.best) == pytest.approx(16, rel=1e-12)
    assert float(anchors.worst) == pytest.approx(1 / 32, rel=1e-12)


def test_what_does_not_move_on_a_log_schedule_stays_exact():
    assert anchors_in_force(log_schedule(1, 4), HALF_WAY).red == Fraction(1, 4)
    assert anchors_in_force(log_schedule(1, Fraction(1, 3), 4), instant(MARCH)).goal == Fraction(1, 3)
    assert anchors_in_force(log_schedule(1, Fraction(1, 3)), instant(MAY)).goal == Fraction(1, 3)


def test_a_band_moves_with_all_four_lines():
    narrow = Band(red_low=Fraction(50), goal_low=Fraction(60), goal_high=Fraction(80), red_high=Fraction(90))
    wide = Band(red_low=Fraction(30), goal_low=Fraction(50), goal_high=Fraction(90), red_high=Fraction(100))
    points = (TargetPoint(at=JANUARY, anchors=wide), TargetPoint(at=MARCH, anchors=narrow))
    target = Target(points=points, axis="linear", better=None, schedule=True)
    assert anchors_in_force(target, HALF_WAY) == Band(
        red_low=Fraction(40), goal_low=Fraction(55), goal_high=Fraction(85), red_high=Fraction(95)
    )


@pytest.mark.parametrize(
    ("band", "axis", "domain", "low", "high"),
    [
        pytest.param(
            Band(red_low=Fraction(50), goal_low=Fraction(60), goal_high=Fraction(80), red_high=Fraction(90)),
            "linear",
            OPEN,
            (40, 50, 60, 70),
            (100, 90, 80, 70),
            id="both sides mirror, and meet in the middle",
        ),
        pytest.param(
            Band(red_low=Fraction(50), goal_low=Fraction(60), goal_high=Fraction(64), red_high=Fraction(90)),
            "linear",
            OPEN,
            (40, 50, 60, 62),
            (116, 90, 64, 62),
            id="nothing is better than the middle of a narrow goal",
        ),
        pytest.param(
            Band(red_low=Fraction(50), goal_low=Fraction(70), goal_high=Fraction(70), red_high=Fraction(90)),
            "linear",
            (Fraction(0), Fraction(100)),
            (30, 50, 70, 70),
            (100, 90, 70, 70),
            id="a goal of one point, and the end of what is possible",
        ),
        pytest.param(
            Band(red_low=Fraction(1, 4), goal_low=Fraction(1, 2), goal_high=Fraction(2), red_high=Fraction(4)),
            "log",
            OPEN,
            (Fraction(1, 8), Fraction(1, 4), Fraction(1, 2), 1),
            (8, 4, 2, 1),
            id="on a log axis the middle is the geometric one",
        ),
    ],
)
def test_each_side_of_a_band_has_anchors_of_its_own(band, axis, domain, low, high):
    found = sides(band, axis, domain)
    assert [(one.worst, one.red, one.goal, one.best) for one in found] == [low, high]


@given(
    start=st.fractions(Fraction(1, 100), 100, max_denominator=1000),
    end=st.fractions(Fraction(1, 100), 100, max_denominator=1000),
    gone=st.fractions(0, 1, max_denominator=DAY),
    axis=st.sampled_from(["linear", "log"]),
)
def test_a_moving_anchor_never_leaves_the_span_between_its_points(start, end, gone, axis):
    least, most = sorted([start, end])
    moved = between(start, end, gone, axis)
    assert least * (1 - Fraction(1, 10**12)) <= moved <= most * (1 + Fraction(1, 10**12))
