"""Whether the last step would do to meet a goal that has a date, and when nothing is said."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from scorecard_exporter.config.model import Anchors, Band, Target, TargetPoint
from scorecard_exporter.measures.model import Period, Survey
from scorecard_exporter.measures.statistics import wilson
from scorecard_exporter.scorecard.pace import pace

DAY = 86_400
NOW = datetime(2026, 7, 1, tzinfo=UTC)


def schedule(*points, axis="linear", better="lower"):
    """(days from now, goal, red)."""
    return Target(
        points=tuple(
            TargetPoint(at=NOW + timedelta(days=days), anchors=Anchors(goal=Fraction(goal), red=Fraction(red)))
            for days, goal, red in points
        ),
        axis=axis,
        better=better,
        schedule=True,
    )


LINEAR = schedule((-180, 100, 120), (90, 10, 20))
"""To 10 in ninety days, which are three periods of thirty."""
LOG = schedule((-180, 64 * DAY, 128 * DAY), (90, DAY, 2 * DAY), axis="log")
RISING = schedule((-180, 10, 5), (60, 60, 40), better="higher")
SURVEY = Survey(name="customers", origin=None)


@pytest.fixture
def of(build):
    """The pace of one measure from `before` to `now`."""

    def found(
        target,
        before,
        now,
        *,
        samples=(50, 50),
        measure="lead_time_for_changes",
        statistic="median",
        unit="count",
        survey=None,
        days=30,
        **more,
    ):
        definition = build.definition(measure, unit, statistic, survey=survey)
        measure = build.measure(definition=definition)
        reading = build.reading(measure, now, samples=samples[1])
        earlier = Period(*(end - days * DAY * 1_000_000 for end in (reading.period.starts_at, reading.period.ends_at)))
        previous = None
        if before is not None:
            previous = replace(build.reading(measure, before, samples=samples[0]), period=earlier)
        return pace(target, replace(reading, **more), previous, "UTC")

    return found


STATES = [
    (LINEAR, 60, 40, "sufficient", "20 in a period; 30 are left, and three periods"),
    (LINEAR, 50, 40, "sufficient", "exactly 10 in each of three periods"),
    (LINEAR, 49, 40, "behind", "9 in a period are too few"),
    (LINEAR, 40, 40, "behind", "it stands still"),
    (LINEAR, 30, 40, "behind", "it goes the wrong way"),
    (LINEAR, 12, 10, "reached", "exactly the goal"),
    (LINEAR, 5, 8, "reached", "better than the goal, though it gets worse"),
    (RISING, 20, 40, "sufficient", "20 in a period; 20 are left, and two periods"),
    (RISING, 31, 40, "behind", "9 of 10"),
]


@pytest.mark.parametrize(("target", "before", "now", "state", "why"), STATES, ids=[row[4] for row in STATES])
def test_state(of, target, before, now, state, why):
    assert of(target, before, now).state == state, why


@pytest.mark.parametrize(
    ("before", "state", "why"),
    [
        (16, "sufficient", "halved in a period: 8, 4, 2, 1"),
        (15, "behind", "a little less than halved"),
    ],
)
def test_on_a_logarithmic_axis_a_step_is_a_factor(of, before, state, why):
    assert of(LOG, before * DAY, 8 * DAY, unit="seconds").state == state, why


def test_the_sentence_says_what_is_needed_and_what_was_done(of):
    assert of(LINEAR, 49, 40).sentence == (
        "To meet <= 10 by 2026-09-29 it has to come from 40 to 30 in the next 30 d; "
        "in the last 30 d it came from 49 to 40, which is not enough."
    )


def test_when_less_than_a_period_is_left_the_goal_itself_is_next(of):
    assert of(schedule((-180, 100, 120), (15, 10, 20)), 70, 40).sentence == (
        "To meet <= 10 by 2026-07-16 it has to come from 40 to 10 in the next 15 d; "
        "in the last 30 d it came from 70 to 40, which is not enough."
    )


def test_windows_that_do_not_touch_are_as_far_apart_as_their_ends(of):
    """In a review of quarters a cost of thirty days is compared with that of three months ago."""
    assert of(LINEAR, 60, 40, days=90).sentence == (
        "To meet <= 10 by 2026-09-29 it has to come from 40 to 10 in the next 90 d; "
        "in the last 90 d it came from 60 to 40, which is not enough."
    )


UNCLEAR = [
    ({"samples": (19, 50)}, "below 20 samples", "the period before is too small"),
    ({"samples": (50, 19)}, "below 20 samples", "this one is"),
    ({"before": None}, "there is no value for the period before", "nothing to compare with"),
    (
        {"measure": "net_promoter_score", "survey": SURVEY},
        "there are no newer answers than those of the period before",
        "no round has closed since",
    ),
    ({"target": LOG, "before": 0}, "from zero on there is no pace on a logarithmic axis", "no factor leads from zero"),
]


@pytest.mark.parametrize(("given", "doubt", "why"), UNCLEAR, ids=[row[2] for row in UNCLEAR])
def test_where_the_last_step_may_be_chance_nothing_is_said(of, given, doubt, why):
    found = of(**({"target": LINEAR, "before": 60, "now": 3 * DAY} | given))
    assert (found.state, found.sentence.endswith(f" cannot be said: {doubt}.")) == ("unclear", True), why


NONE = [
    ({"target": None}, "no target"),
    ({"target": replace(LINEAR, schedule=False)}, "dated targets hold; they do not lead anywhere"),
    ({"target": schedule((-180, 100, 120), (0, 10, 20))}, "the date has come"),
    ({"target": LINEAR, "value": None}, "no value"),
    (
        {
            "target": replace(
                LINEAR,
                points=tuple(
                    TargetPoint(at=point.at, anchors=Band(goal_low=1, goal_high=2, red_low=0, red_high=3))
                    for point in LINEAR.points
                ),
                better=None,
            )
        },
        "a band is kept, not reached",
    ),
]


@pytest.mark.parametrize(("given", "why"), NONE, ids=[row[1] for row in NONE])
def test_without_a_goal_ahead_there_is_no_pace(of, given, why):
    assert of(**({"before": 60, "now": 40} | given)) is None, why


@pytest.mark.parametrize(
    ("before", "state", "why"),
    [
        ((30, 100), "sufficient", "30 % and 10 % of a hundred each: 9 to 31 points apart"),
        ((14, 100), "unclear", "14 % and 10 % of a hundred each"),
    ],
)
def test_a_step_between_shares_is_one_where_it_is_more_than_noise(build, before, state, why):
    target = schedule((-180, Fraction(1, 2), Fraction(3, 5)), (30, Fraction(2, 100), Fraction(4, 100)))
    measure = build.measure(definition=build.definition("change_failure_rate", "ratio", "share"))
    now, then = (
        build.reading(measure, Fraction(*share), samples=share[1], interval=wilson(*share))
        for share in ((10, 100), before)
    )
    month = 30 * DAY * 1_000_000
    earlier = Period(now.period.starts_at - month, now.period.ends_at - month)
    assert pace(target, now, replace(then, period=earlier), "UTC").state == state, why


def test_a_judged_measure_has_its_pace(build):
    measure = build.measure(target=replace(RISING, better="higher"))
    status, _ = build.status(measure, 40, before=20)
    assert (status.pace.state, status.status) == ("sufficient", "yellow")
