"""The points of a history: columns that are read as the objects they stand for."""

from fractions import Fraction

import pytest

from scorecard_exporter.measures.model import Absence
from scorecard_exporter.scorecard.history import collect
from scorecard_exporter.scorecard.model import Snapshot
from scorecard_exporter.scorecard.points import MeasurePoint

NOT_READ = Absence("missing", "not_read", "Nothing was read.")


def history(build, *values, **more):
    """The history of a measure that had these values, one after the other, and each of them judged."""
    measure = build.measure()
    judged = [build.status(measure, value, **more) for value in values]
    past = collect(Snapshot(at=build.at, scorecards=(card,)) for _, card in judged)
    (team,) = past.teams.values()
    return past, team.measures[measure.id].points, [status for status, _ in judged]


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(Fraction(15), id="whole"),
        pytest.param(Fraction(0), id="zero, which is a value"),
        pytest.param(Fraction(-7, 3), id="below zero"),
        pytest.param(Fraction(1 << 63), id="too large for 64 bits"),
        pytest.param(Fraction(-(1 << 63)), id="just not too large"),
        pytest.param(Fraction(1, 1 << 63), id="a divisor too large for 64 bits"),
        pytest.param(Fraction(3**50, 2**70), id="both"),
    ],
)
def test_a_value_stays_exact_whatever_stands_beside_it(build, value):
    _, points, _ = history(build, 15, value, 20)
    assert [point.value for point in points] == [15, value, 20]


def test_large_values_of_a_card_stay_with_their_measures(build):
    values = {"speed": Fraction(1), "errors": Fraction(1 << 70), "cost": None}
    measures = [build.measure(name) for name in values]
    configuration = build.configuration(build.perspective(build.objective(*measures)))
    readings = [build.reading(one, values[one.id]) for one in measures]
    past = collect([build.snapshot(configuration, readings)])
    (team,) = past.teams.values()
    assert {name: one.points[0].value for name, one in team.measures.items()} == values


def test_a_point_says_what_the_snapshot_said(build):
    _, (point,), (status,) = history(build, 15, samples=7)
    assert point == MeasurePoint(build.period, Fraction(15), 7, status.held_to, 0.5, "yellow", None)
    assert (point.goal_text, point.anchors) == (status.goal_text, status.anchors)


def test_a_missing_value_has_neither_value_nor_score(build):
    _, (point,), _ = history(build, None, absence=NOT_READ)
    assert (point.value, point.score, point.status, point.absence) == (None, None, "grey", NOT_READ)


def test_points_are_read_as_a_list_is(build):
    _, points, _ = history(build, 1, 2, 3)
    assert len(points) == 3
    assert points[-1].value == 3
    assert [point.value for point in points[1:]] == [2, 3]
    assert [point.value for point in reversed(points)] == [3, 2, 1]
    with pytest.raises(IndexError):
        points[3]


def test_histories_are_equal_when_they_say_the_same(build):
    past, points, _ = history(build, 1, None)
    assert past == history(build, 1, None)[0]
    assert points == list(points)
    assert past != history(build, 1, 2)[0]
    assert past.size == 2
