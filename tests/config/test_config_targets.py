"""Every form in which people write a target, and what it means."""

from datetime import UTC, datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from scorecard_exporter.config import load
from scorecard_exporter.config.model import Anchors, Band

DAY = 86_400
PAGE = """\
timezone: Europe/Berlin
teams: {{shop: {{}}}}
series: {{load: {{unit: ratio}}, handbook: {{unit: count}}}}
scorecards:
  main:
    perspectives: {{all: {{objectives: {{all: {{measures: {{{name}: {keys}}}}}}}}}}}
"""


@pytest.fixture
def measure(tmp_path):
    """Reads one measure, written as its name and its keys."""

    def read(name, keys):
        path = tmp_path / "scorecard.yaml"
        path.write_text(PAGE.format(name=name, keys=keys))
        ((_, _, found),) = load(path, {}).scorecards["main"].measures()
        return found

    return read


def anchors(goal, red, worst=None, best=None):
    values = (None if value is None else Fraction(value) for value in (goal, red, worst, best))
    return Anchors(**dict(zip(("goal", "red", "worst", "best"), values, strict=True)))


ALWAYS = [
    ("lead_time_for_changes", "{goal: 2d, red: 2w}", anchors(2 * DAY, 14 * DAY), "goal and red"),
    (
        "lead_time_for_changes",
        "{goal: 1d, red: 7d, worst: 30d, best: 1h}",
        anchors(DAY, 7 * DAY, 30 * DAY, 3600),
        "all four anchors",
    ),
    (
        "lead_time_for_changes",
        "{goal: 1d, red: 7d, worst: 7d, best: 1d}",
        anchors(DAY, 7 * DAY, 7 * DAY, DAY),
        "worst may be red itself, and best the goal",
    ),
    ("deployment_frequency", "{goal: 1/w, red: 1/2w}", anchors(Fraction(1, 7), Fraction(1, 14)), "rates"),
    ("change_failure_rate", "{goal: 5%, red: 0.15}", anchors("1/20", "3/20"), "shares, with or without the sign"),
    ("observed", "{series: load, goal: 70%, red: 50%}", anchors("7/10", "1/2"), "an observation in its series' unit"),
    (
        "change_failure_rate",
        "{goal: {baseline: 0.021, change: -20%}, red: {baseline: 0.021, change: +100%}}",
        anchors("0.0168", "0.042"),
        "relative to a baseline",
    ),
    ("change_failure_rate", "{goal: {baseline: 10%, change: -50%}, red: 10%}", anchors("1/20", "1/10"), "red plain"),
    ("handbook", "{series: handbook, goal: yes}", anchors(1, 0, 0, 1), "yes is 1: green there, red at 0"),
    ("outages", "{series: handbook, goal: no}", anchors(0, 1, 1, 0), "no is 0: green there, red at 1"),
    (
        "training",
        "{series: load, goal: 60%..80%, red: 50%..90%}",
        Band(goal_low=Fraction(3, 5), goal_high=Fraction(4, 5), red_low=Fraction(1, 2), red_high=Fraction(9, 10)),
        "a band has two sides",
    ),
]


@pytest.mark.parametrize(("name", "keys", "expected", "why"), ALWAYS, ids=[row[3] for row in ALWAYS])
def test_always_in_force(measure, name, keys, expected, why):
    """One set of anchors holds at all times."""
    target = measure(name, keys).target
    (point,) = target.points
    assert (point.at, point.anchors) == (None, expected), why
    assert not target.schedule
    assert not target.is_default


DIRECTIONS = [
    ("deployment_frequency", "{goal: 1/w, red: 1/2w}", "higher", "higher", "log", "catalogue"),
    ("lead_time_for_changes", "{goal: 1d, red: 7d}", "lower", "lower", "log", "catalogue, axis too"),
    ("observed", "{series: load, goal: 70%, red: 50%}", "higher", "higher", "linear", "goal above red"),
    ("observed", "{series: load, goal: 10%, red: 20%}", "lower", "lower", "linear", "goal below red"),
    ("handbook", "{series: handbook, goal: no}", "lower", "lower", "linear", "no is better"),
    (
        "training",
        "{series: load, goal: 6%..8%, red: 5%..9%}",
        None,
        "higher",
        "linear",
        "a band has none; a trend needs one",
    ),
    (
        "training",
        "{series: load, goal: 6%..8%, red: 5%..9%, better: lower}",
        None,
        "lower",
        "linear",
        "unless it is told",
    ),
]


@pytest.mark.parametrize(
    ("name", "keys", "of_target", "of_measure", "axis", "why"), DIRECTIONS, ids=[row[5] for row in DIRECTIONS]
)
def test_which_way_is_better(measure, name, keys, of_target, of_measure, axis, why):
    """The catalogue tells it, else the anchors do."""
    found = measure(name, keys)
    assert (found.target.better, found.better, found.target.axis) == (of_target, of_measure, axis), why


def test_default_anchors(measure):
    """Without any target the catalogue's anchors apply, as a set, and say that they do."""
    target = measure("time_to_restore", "{}").target
    assert target.is_default
    assert target.points[0].anchors == anchors(3600, DAY, 7 * DAY, 600)


def test_no_target_at_all(measure):
    """A measure without anchors in the catalogue may go without a target."""
    assert measure("deployment_success_rate", "{}").target is None


def test_dated_targets(measure):
    """Dates without a zone begin at midnight in the scorecard's zone."""
    target = measure(
        "deployment_frequency",
        "{targets: [{from: 2026-01-01, goal: 1/2w, red: 1/month}, {from: 2026-07-01T00:00Z, goal: 1/w, red: 1/2w}]}",
    ).target
    assert not target.schedule
    assert [point.at for point in target.points] == [
        datetime(2026, 1, 1, tzinfo=ZoneInfo("Europe/Berlin")),
        datetime(2026, 7, 1, tzinfo=UTC),
    ]
    assert target.points[1].anchors == anchors(Fraction(1, 7), Fraction(1, 14))


def test_schedule(measure):
    """A schedule is dated too, and moves between its points."""
    target = measure(
        "change_failure_rate",
        "{schedule: [{at: 2026-01-01, goal: 15%, red: 30%}, {at: 2026-12-31, goal: 5%, red: 15%}]}",
    ).target
    assert target.schedule
    assert [point.anchors for point in target.points] == [anchors("3/20", "3/10"), anchors("1/20", "3/20")]


def test_baseline_is_kept(measure):
    """A relative goal can say what it is relative to."""
    assert measure("change_failure_rate", "{goal: {baseline: 2.1%, change: -20%}, red: 5%}").target.baseline == (
        Fraction(21, 1000)
    )


def test_yes_no_is_kept(measure):
    """A goal of yes is shown as yes."""
    assert measure("handbook", "{series: handbook, goal: yes}").target.yes_no
