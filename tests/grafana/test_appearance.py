"""Colours, units and links that travel with a field: a value has the colour in Grafana that it has everywhere else."""

import math
from fractions import Fraction

import pytest

from scorecard_exporter.config.model import Anchors, Band, Measure, Target, TargetPoint
from scorecard_exporter.grafana import appearance
from scorecard_exporter.looks import LOOK_OF
from scorecard_exporter.measures.model import Definition
from scorecard_exporter.scorecard.score import colour_by


def measure(unit="seconds", axis="linear", *, yes_no=False):
    anchors = Anchors(red=Fraction(2), goal=Fraction(1))
    return Measure(
        id="m",
        definition=Definition(
            measure="observation", unit=unit, statistic="newest", window=1, min_samples=1, freshness=0
        ),
        title="M",
        description="",
        better="lower",
        indicator="lagging",
        target=Target(points=(TargetPoint(at=None, anchors=anchors),), axis=axis, better="lower", yes_no=yes_no),
        domain=(None, None),
    )


LOWER = Anchors(red=Fraction(1_209_600), goal=Fraction(172_800))
HIGHER = Anchors(red=Fraction(1, 30), goal=Fraction(1, 7))
BAND = Band(goal_low=Fraction(6, 10), goal_high=Fraction(8, 10), red_low=Fraction(1, 2), red_high=Fraction(9, 10))


def drawn(value, anchors):
    """The colour that Grafana gives: that of the last step which the value reaches."""
    steps = appearance.value(measure(), anchors)["thresholds"]["steps"]
    return [step["color"] for step in steps if float(value) >= step["value"]][-1]


@pytest.mark.parametrize(
    ("anchors", "lines"),
    [
        (LOWER, [LOWER.goal, LOWER.red]),
        (HIGHER, [HIGHER.red, HIGHER.goal]),
        (BAND, [BAND.red_low, BAND.goal_low, BAND.goal_high, BAND.red_high]),
    ],
    ids=["lower is better", "higher is better", "band"],
)
def test_a_value_on_and_beside_each_line_has_the_colour_of_its_status(anchors, lines):
    for line in lines:
        for value in (line * Fraction(999, 1000), line, line * Fraction(1001, 1000)):
            assert drawn(value, anchors) == LOOK_OF[colour_by(anchors)(value)].color, f"{value} beside {line}"


def test_a_missing_target_gives_no_colour_of_a_status():
    config = appearance.value(measure(), None)
    assert "thresholds" not in config
    assert config["color"]["fixedColor"] not in {look.color for look in LOOK_OF.values()}


@pytest.mark.parametrize(
    ("unit", "grafanas"),
    [
        ("seconds", "s"),
        ("ratio", "percentunit"),
        ("per_day", "suffix:/d"),
        ("count", "none"),
        ("points", "none"),
        ("eur", "currencyEUR"),
        ("bam", "suffix: BAM"),
    ],
)
def test_a_unit_is_one_that_grafana_has(unit, grafanas):
    """A currency without a sign of its own in Grafana is written behind the number."""
    assert appearance.unit(unit) == grafanas


def test_a_measure_on_a_logarithmic_axis_is_drawn_on_one():
    assert appearance.line(measure(axis="log"))["custom"] == {"scaleDistribution": {"type": "log", "log": 10}}
    assert "custom" not in appearance.line(measure())


def test_yes_and_no_are_written_as_such():
    (mapping,) = appearance.value(measure("count", yes_no=True), HIGHER)["mappings"]
    assert {value: option["text"] for value, option in mapping["options"].items()} == {"0": "no", "1": "yes"}


def test_a_status_has_its_word_and_colour_by_id_and_by_word():
    """A pill looks its colour up by the text that it shows."""
    (mapping,) = appearance.STATUS["mappings"]
    for status, look in LOOK_OF.items():
        for key in (status, look.text):
            assert mapping["options"][key]["text"] == look.text
            assert mapping["options"][key]["color"] == look.color


@pytest.mark.parametrize(
    ("points", "status"), [(0, "red"), (33, "red"), (34, "yellow"), (66, "yellow"), (67, "green"), (100, "green")]
)
def test_whole_points_have_the_colour_of_their_status(points, status):
    steps = appearance.SCORE["thresholds"]["steps"]
    assert [step["color"] for step in steps if points >= step["value"]][-1] == LOOK_OF[status].color


def test_the_first_step_lies_below_every_number_that_json_can_carry():
    assert math.isfinite(appearance.LOWEST)
    assert appearance.LOWEST < -1e299


def test_the_address_of_a_board_keeps_the_time_and_escapes_names():
    assert (
        appearance.board("scorecard", team="a & b/ü", measure="${__data.fields.id}")
        == "/d/scorecard?var-team=a%20%26%20b%2F%C3%BC&var-measure=${__data.fields.id}&${__url_time_range}"
    )
