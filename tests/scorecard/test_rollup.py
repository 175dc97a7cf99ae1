"""From children to a parent: weights, coverage, what does not apply, what is critical."""

from fractions import Fraction
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard_exporter.scorecard.rollup import Rolled, Weight, roll_up


class Child(NamedTuple):
    """What `roll_up` takes, with names."""

    weight: Weight
    score: float | None
    applies: bool
    alarm: bool


def scored(score, weight=1):
    return Child(weight=Weight.of(Fraction(weight)), score=score, applies=True, alarm=False)


def missing(weight=1):
    return Child(weight=Weight.of(Fraction(weight)), score=None, applies=True, alarm=False)


def not_applicable(weight=1):
    return Child(weight=Weight.of(Fraction(weight)), score=None, applies=False, alarm=False)


def critical(score, weight=1):
    """A child with something critical and red, or critical and without a number, in it."""
    return Child(weight=Weight.of(Fraction(weight)), score=score, applies=True, alarm=True)


@pytest.mark.parametrize(
    ("children", "score", "coverage", "status"),
    [
        pytest.param([scored(0.2), scored(0.6)], 0.4, 1, "yellow", id="equal weights"),
        pytest.param([scored(0.2, 3), scored(0.6)], 0.3, 1, "red", id="weights are relative"),
        pytest.param([scored(0.2, 300), scored(0.6, 100)], 0.3, 1, "red", id="so their size says nothing"),
        pytest.param([scored(0.9), scored(0.1, 0)], 0.9, 1, "green", id="weight 0 is shown and not counted"),
        pytest.param([scored(2 / 3)], 2 / 3, 1, "green", id="green from two thirds"),
        pytest.param([scored(2 / 3 - 5e-10)], 2 / 3 - 5e-10, 1, "green", id="less what floats lose"),
        pytest.param([scored(2 / 3 - 2e-9)], 2 / 3 - 2e-9, 1, "yellow", id="and no more"),
        pytest.param([scored(1 / 3)], 1 / 3, 1, "yellow", id="red below one third"),
        pytest.param([scored(1 / 3 - 5e-10)], 1 / 3 - 5e-10, 1, "yellow", id="with the same tolerance"),
        pytest.param([scored(1 / 3 - 2e-9)], 1 / 3 - 2e-9, 1, "red", id="again no more"),
        pytest.param([scored(0.1)] * 10, 0.1, 1, "red", id="ten times a tenth is a tenth"),
        pytest.param([scored(0.8), missing()], 0.8, 0.5, "green", id="half of the weight is enough"),
        pytest.param([scored(0.8), missing(), missing()], None, 1 / 3, "grey", id="less than half is grey"),
        pytest.param([scored(0.8), missing(2)], None, 1 / 3, "grey", id="it is the weight that counts"),
        pytest.param([scored(0.8), missing(0)], 0.8, 1, "green", id="weight 0 is never missing"),
        pytest.param([missing(), missing()], None, 0, "grey", id="nothing has a score"),
        pytest.param(
            [scored(0.8), not_applicable(9)], 0.8, 1, "green", id="what does not apply is neither present nor missing"
        ),
        pytest.param(
            [scored(0.8), missing(2), not_applicable(9)], None, 1 / 3, "grey", id="nor does it fill up what is missing"
        ),
        pytest.param([not_applicable()], None, 1, "grey", id="only what does not apply: grey, and nothing is missing"),
        pytest.param([], None, 1, "grey", id="no children at all: likewise"),
        pytest.param([scored(0.8, 0)], None, 1, "grey", id="only weight 0: likewise"),
        pytest.param([scored(1.0, 9), critical(0.2)], 0.666, 1, "yellow", id="something critical: at most yellow"),
        pytest.param([scored(1.0), critical(0.9, 0)], 0.666, 1, "yellow", id="also with weight 0"),
        pytest.param([scored(0.4), critical(0.2)], 0.3, 1, "red", id="the cap never lifts a score"),
        pytest.param([scored(1.0), critical(None)], 0.666, 0.5, "yellow", id="something critical has no number"),
        pytest.param([critical(None)], None, 0, "grey", id="grey stays grey"),
    ],
)
def test_a_parent_is_the_weighted_mean_of_the_children_that_have_a_score(children, score, coverage, status):
    found = roll_up(children)
    assert (found.score, found.coverage) == (pytest.approx(score, abs=1e-15), pytest.approx(coverage))
    assert found.status == status


def parent(status, *, applies=True, alarm=False):
    score = {"green": 0.9, "yellow": 0.5, "red": 0.1, "grey": None}[status]
    return Rolled(score=score, coverage=1, status=status, applies=applies, alarm=alarm)


@pytest.mark.parametrize(
    ("rolled", "is_critical", "alarm"),
    [
        pytest.param(parent("red"), True, True, id="critical and red"),
        pytest.param(parent("grey"), True, True, id="critical and without a score"),
        pytest.param(parent("grey", applies=False), True, False, id="critical, but there is nothing to measure"),
        pytest.param(parent("yellow"), True, False, id="critical and yellow"),
        pytest.param(parent("red"), False, False, id="red and not critical"),
        pytest.param(parent("yellow", alarm=True), False, True, id="not critical itself, but something below it is"),
    ],
)
def test_a_critical_parent_or_anything_critical_below_it_raises_the_alarm(rolled, is_critical, alarm):
    child = Child(*rolled.child(Weight.of(Fraction(2)), critical=is_critical))
    assert (child.alarm, child.weight.exact, child.score, child.applies) == (alarm, 2, rolled.score, rolled.applies)


children = st.lists(
    st.builds(
        Child,
        weight=st.fractions(0, 10, max_denominator=100).map(Weight.of),
        score=st.none() | st.floats(0, 1),
        applies=st.booleans(),
        alarm=st.booleans(),
    ).map(lambda child: child if child.applies else not_applicable(child.weight.exact)),
    max_size=8,
)


@given(children, st.randoms(use_true_random=False))
def test_the_order_of_the_children_does_not_matter_to_the_last_bit(family, random):
    shuffled = random.sample(family, len(family))
    assert roll_up(shuffled) == roll_up(family)


@given(children)
def test_a_parent_is_never_better_than_its_best_child_nor_worse_than_its_worst_unless_capped(family):
    found = roll_up(family)
    scores = [child.score for child in family if child.applies and child.weight.exact > 0 and child.score is not None]
    assert 0 <= found.coverage <= 1
    assert (found.score is None) == (found.status == "grey")
    if found.score is not None:
        assert min(*scores, 0.666 if found.alarm else 1) <= found.score <= max(scores)


@given(children, st.floats(0, 1))
def test_a_better_child_never_makes_a_worse_parent(family, gain):
    better = [
        Child(weight=child.weight, score=max(child.score, gain), applies=child.applies, alarm=child.alarm)
        if child.score is not None
        else child
        for child in family
    ]
    before, after = roll_up(family).score, roll_up(better).score
    assert (before is None) == (after is None)
    assert before is None or before <= after


@given(children)
def test_an_alarm_below_is_never_green(family):
    found = roll_up(family)
    assert found.status != "green" or not any(child.alarm for child in family)
