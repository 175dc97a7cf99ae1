"""The score of the period before, which a change of points is told by."""

import pytest

from scorecard_exporter.scorecard.judging import previous_score


@pytest.mark.parametrize(
    ("before", "score"),
    [
        (None, None),
        (10, 1 / 3),
        (15, 1 / 2),
        (20, 2 / 3),
        (30, 1),
    ],
    ids=["no value", "on the red line", "half way between", "on the goal", "as far above the goal as red is below"],
)
def test_it_is_held_to_the_target_in_force_now(build, before, score):
    """Red at 10, green from 20 on."""
    status, _ = build.status(build.measure(), 25, before=before)
    assert previous_score(status) == (None if score is None else pytest.approx(score))


def test_without_a_target_there_is_none(build):
    status, _ = build.status(build.measure(target=None), 25, before=15)
    assert previous_score(status) is None


def test_it_is_there_where_the_value_is_gone(build):
    status, _ = build.status(build.measure(), None, before=15)
    assert previous_score(status) == pytest.approx(1 / 2)
