"""Curves on the pages: what they show, in words as well, and that a page never waits for them."""

import re
from datetime import UTC, datetime
from fractions import Fraction
from typing import NamedTuple

import pytest

from scorecard_exporter.config.model import Anchors, Band, Measure, Target, TargetPoint
from scorecard_exporter.measures.model import Definition, Period
from scorecard_exporter.quantities import instant
from scorecard_exporter.scorecard.history import MeasureHistory
from scorecard_exporter.web.pages.charts import HEIGHT, SIDE, chart, sparkline

LEAD_TIME = "/scorecards/engineering/measures/lead_time_for_changes?team=payments"
HOSTILE = "<script>alert(1)</script>"
DAY = 86_400_000_000
BEGIN = instant(datetime(2026, 1, 5, tzinfo=UTC))


class Point(NamedTuple):
    """What is drawn of a period."""

    period: Period
    value: Fraction | None
    value_text: str
    anchors: Anchors | Band | None
    goal_text: str
    status: str


def point(week, value, goal=86_400, red=604_800, status="yellow"):
    ends_at = BEGIN + week * 7 * DAY
    anchors = None if goal is None else Anchors(red=Fraction(red), goal=Fraction(goal))
    return Point(
        period=Period(ends_at - 30 * DAY, ends_at),
        value=None if value is None else Fraction(value),
        value_text="" if value is None else f"{value} s",
        anchors=anchors,
        goal_text="" if goal is None else f"<= {goal} s",
        status=status,
    )


def history(*points, axis="linear", title="Lead time"):
    anchors = Anchors(red=Fraction(604_800), goal=Fraction(86_400))
    measure = Measure(
        id="lead_time",
        definition=Definition(
            measure="lead_time_for_changes",
            unit="seconds",
            statistic="median",
            window=DAY,
            min_samples=5,
            freshness=DAY,
        ),
        title=title,
        description="",
        better="lower",
        indicator="leading",
        target=Target(points=(TargetPoint(at=None, anchors=anchors),), axis=axis, better="lower"),
        domain=(Fraction(0), None),
    )
    return MeasureHistory(measure, list(points))


def path(markup, kind):
    """The steps of the paths of one class."""
    return re.findall(rf'<path class="{kind}" d="([^"]*)"/>', markup)


def numbers(steps):
    return [float(number) for number in re.findall(r"[\d.]+", steps)]


def test_a_curve_goes_from_left_to_right_and_larger_is_higher():
    (steps,) = path(sparkline(history(point(0, 10), point(1, 20), point(4, 30))), "value")
    x, y = numbers(steps)[::2], numbers(steps)[1::2]
    assert x == [0, SIDE / 4, SIDE], "by time, not by number"
    assert y[0] > y[1] > y[2]
    assert all(0 < one < SIDE for one in y)


def test_a_curve_has_a_gap_where_there_is_no_value():
    (steps,) = path(sparkline(history(point(0, 10), point(1, 20), point(2, None), point(3, 20), point(4, 20))), "value")
    assert steps.count("M") == 2


def test_a_value_between_two_gaps_is_a_dot():
    (steps,) = path(sparkline(history(point(0, 10), point(1, None), point(2, 20), point(3, None))), "value")
    assert [piece.count("L") for piece in steps.split("M")[1:]] == [1, 1]


def test_a_sparkline_begins_with_the_first_value():
    (steps,) = path(sparkline(history(point(0, None), point(1, 10), point(2, 20))), "value")
    assert numbers(steps)[::2] == [0, SIDE]


@pytest.mark.parametrize("values", [(), (None, None), (None, 10)])
def test_too_few_values_are_no_curve(values):
    few = history(*(point(week, value) for week, value in enumerate(values)))
    assert (sparkline(few), chart(few, "UTC", "past")) == ("", "")


def test_goal_and_red_line_step_where_the_target_changed():
    shown = chart(
        history(point(0, 10, goal=20, red=40), point(1, 10, goal=20, red=40), point(2, 10, goal=5, red=30)),
        "UTC",
        "past",
    )
    (goal,), (red,) = path(shown, "goal"), path(shown, "red")
    first, second = goal.split("H")[1:]
    assert first.split("V")[1] != second.split("V")[1]
    assert red.count("V") == 2


def test_before_the_first_target_there_is_no_line():
    shown = chart(history(point(0, 10, goal=None), point(1, 10), point(2, 10)), "UTC", "past")
    (goal,) = path(shown, "goal")
    assert numbers(goal)[0] == SIDE / 2


def test_a_band_has_two_goals_and_two_red_lines():
    band = Band(goal_low=Fraction(6), goal_high=Fraction(8), red_low=Fraction(5), red_high=Fraction(9))
    points = [point(week, 7)._replace(anchors=band) for week in (0, 1)]
    shown = chart(history(*points), "UTC", "past")
    assert (len(path(shown, "goal")), len(path(shown, "red"))) == (2, 2)


def test_on_a_log_axis_equal_ratios_are_equal_steps():
    (steps,) = path(sparkline(history(point(0, 10), point(1, 100), point(2, 1000), axis="log")), "value")
    y = numbers(steps)[1::2]
    assert y[0] - y[1] == pytest.approx(y[1] - y[2], abs=0.2)


def test_a_zero_takes_a_log_axis_back_to_a_linear_one():
    (steps,) = path(sparkline(history(point(0, 0), point(1, 10), point(2, 20), axis="log")), "value")
    y = numbers(steps)[1::2]
    assert y[0] - y[1] == pytest.approx(y[1] - y[2], abs=0.2)


def test_a_value_that_never_changes_is_a_line_in_the_middle():
    (steps,) = path(sparkline(history(point(0, 10), point(1, 10))), "value")
    assert set(numbers(steps)[1::2]) == {SIDE / 2}


def test_a_chart_says_in_words_what_it_shows():
    shown = chart(history(point(0, 30), point(1, 50), point(2, 20)), "Europe/Berlin", "past")
    assert '<title id="past-title">Lead time over time</title>' in shown
    assert (
        '<desc id="past-desc">Lead time: 30 s on 5 Jan 2026, 20 s on 19 Jan 2026; lowest 20 s, highest 50 s; '
        "goal ≤ 86400 s.</desc>"
    ) in shown


def test_each_value_has_its_colour_and_its_words():
    shown = chart(
        history(point(0, 30, status="red"), point(1, None, status="grey"), point(2, 20, status="green")), "UTC", "past"
    )
    assert re.findall(r'<circle class="(\w+)" .*?<title>(.*?)</title>', shown) == [
        ("red", "5 Jan 2026: 30 s, red"),
        ("green", "19 Jan 2026: 20 s, green"),
    ]
    assert all(0 <= float(y) <= HEIGHT for y in re.findall(r'cy="([\d.]+)"', shown))


def test_lines_and_the_newest_value_say_what_they_are():
    shown = chart(history(point(0, 30), point(1, 40, goal=3600, red=86_400)), "UTC", "past")
    assert re.findall(r'<text class="(?!date)[^>]*>([^<]*)<', shown) == ["goal 1 h", "red line 1 d", "40 s"]


def test_what_a_title_says_is_text():
    assert HOSTILE not in chart(history(point(0, 1), point(1, 2), title=HOSTILE), "UTC", "past")
    assert HOSTILE not in sparkline(history(point(0, 1), point(1, 2), title=HOSTILE))


@pytest.mark.parametrize("path_", ["/?team=payments", LEAD_TIME])
def test_a_page_has_curves_once_they_are_there_and_does_not_wait_for_them(exporter, ask, path_):
    assert 'class="value" d=' not in ask(exporter).get(path_).text
    exporter.has_trends = True
    shown = ask(exporter).get(path_).text
    assert 'class="value" d=' in shown
    assert "style=" not in shown
    assert "<script" not in shown


def test_every_measure_with_values_has_a_sparkline(exporter, ask, snapshot):
    exporter.has_trends = True
    with_value = [one for _, _, one in snapshot.scorecards[1].measures() if one.reading.value is not None]
    assert ask(exporter).get("/?team=payments").text.count('class="spark"') == len(with_value)
