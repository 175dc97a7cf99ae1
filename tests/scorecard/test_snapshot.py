"""From readings to a snapshot: judged, rolled up, and compared with what was before."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from scorecard_exporter.config.model import Band, Initiative, Target, TargetPoint
from scorecard_exporter.measures.model import Absence, Period
from scorecard_exporter.scorecard.snapshot import status_changes
from scorecard_exporter.store.base import StatusChange

JULY = datetime(2026, 7, 1, tzinfo=UTC)
BAND = Target(
    points=(
        TargetPoint(
            at=None,
            anchors=Band(red_low=Fraction(50), goal_low=Fraction(60), goal_high=Fraction(80), red_high=Fraction(90)),
        ),
    ),
    axis="linear",
    better=None,
)


@pytest.mark.parametrize(
    ("value", "score", "status", "goal"),
    [(20, 2 / 3, "green", ">= 20"), (15, 1 / 2, "yellow", ">= 20"), (10, 1 / 3, "red", ">= 20")],
)
def test_a_value_is_judged_by_its_target(build, value, score, status, goal):
    found, _ = build.status(build.measure(), value)
    assert (found.score, found.status, found.absence) == (pytest.approx(score), status, None)
    assert (found.value_text, found.goal_text, found.target_label) == (str(value), goal, goal)


ABSENCES = [Absence(state, "code", "A sentence.", "A fix.") for state in ("missing", "stale", "insufficient")]


@pytest.mark.parametrize("absence", [*ABSENCES, Absence("not_applicable", "nothing_to_restore", "A sentence.")])
@pytest.mark.parametrize("with_target", [True, False], ids=["with a target", "without a target"])
def test_a_reading_without_a_value_is_grey_for_its_own_reason(build, absence, with_target):
    measure = build.measure(target=build.higher if with_target else None)
    found, _ = build.status(measure, absence=absence)
    assert (found.status, found.score, found.absence, found.value_text) == ("grey", None, absence, "")


def test_a_value_without_a_target_is_shown_and_not_judged(build):
    found, _ = build.status(build.measure(target=None), 15)
    assert (found.status, found.score, found.value_text) == ("grey", None, "15")
    assert (found.goal_text, found.target_label, found.anchors) == ("", "", None)
    assert found.absence == Absence(
        "not_applicable",
        "no_target",
        "It has no target, so its value is shown and not judged.",
        "Write `goal:` and `red:` beside the measure.",
    )


@pytest.mark.parametrize(("zone", "day"), [("UTC", "2026-12-31"), ("Europe/Berlin", "2027-01-01")])
def test_before_its_first_date_a_target_is_none(build, zone, day):
    """The date is said in the zone in which people wrote it."""
    new_year_in_berlin = datetime(2026, 12, 31, 23, tzinfo=UTC)
    found, _ = build.status(build.measure(target=build.dated((new_year_in_berlin, 5))), 15, zone=zone)
    assert (found.status, found.absence.code) == ("grey", "no_target")
    assert f"from {day}" in found.absence.sentence


@pytest.mark.parametrize(
    ("ends_at", "goal"),
    [
        pytest.param(JULY, ">= 5", id="a period that ends where a target begins is judged by the one before"),
        pytest.param(JULY + timedelta(microseconds=1), ">= 7", id="a period that reaches into it is judged by it"),
    ],
)
def test_a_period_is_judged_by_the_target_in_force_at_its_last_instant(build, ends_at, goal):
    measure = build.measure(target=build.dated((datetime(2026, 1, 1, tzinfo=UTC), 5), (JULY, 7)))
    period = Period(build.period.starts_at, build.period.ends_at + (ends_at - JULY) // timedelta(microseconds=1))
    found, _ = build.status(measure, 6, period=period)
    assert found.goal_text == goal


@pytest.mark.parametrize(
    ("target", "better", "before", "now", "trend"),
    [
        pytest.param("plain", "higher", 15, 16, "better", id="more, where more is better"),
        pytest.param("plain", "higher", 16, 15, "worse", id="less, where more is better"),
        pytest.param("plain", "higher", 15, 15, "same", id="equal"),
        pytest.param(None, "lower", 16, 15, "better", id="less, where less is better, even without a target"),
        pytest.param(BAND, "higher", 95, 85, "better", id="nearer to a band"),
        pytest.param(BAND, "higher", 55, 85, "same", id="as far from a band on its other side"),
        pytest.param(BAND, "higher", 61, 79, "same", id="within a band"),
        pytest.param(BAND, "higher", 80, 81, "worse", id="out of a band"),
        pytest.param("plain", "higher", None, 15, None, id="nothing before"),
        pytest.param("plain", "higher", 15, None, None, id="nothing now"),
    ],
)
def test_the_trend_compares_with_the_period_before(build, *, target, better, before, now, trend):
    measure = build.measure(target=build.higher if target == "plain" else target, better=better)
    absence = ABSENCES[0] if now is None else None
    found, _ = build.status(measure, now, before=before, absence=absence)
    assert (found.trend, found.previous) == (trend, before)


def kept(status, at, measure="speed"):
    return StatusChange(scorecard="engineering", team="payments", measure=measure, status=status, value=15.0, at=at)


@pytest.mark.parametrize(
    ("changes", "ago"),
    [
        pytest.param([("yellow", -500)], -500, id="the same colour: since it was kept"),
        pytest.param([("green", -500)], 0, id="another colour: now"),
        pytest.param([], 0, id="never kept: now"),
        pytest.param([("yellow", 500)], None, id="kept later than the moment asked about: unknown"),
    ],
)
def test_a_colour_says_since_when(build, changes, ago):
    known = [kept(status, build.at + offset) for status, offset in changes]
    found, _ = build.status(build.measure(), 15, changes=known)
    assert found.changed_at == (None if ago is None else build.at + ago)


def test_only_changed_colours_are_kept(build):
    same, other, new = (build.measure(name) for name in ("same", "other", "new"))
    grey = build.measure("grey", target=None)
    measures = (same, other, new, grey)
    configuration = build.configuration(build.perspective(build.objective(*measures)))
    known = [kept("yellow", 1, "same"), kept("green", 1, "other")]
    taken = build.snapshot(configuration, [build.reading(one, 15) for one in measures], changes=known)
    assert [(one.measure, one.status, one.value, one.at) for one in status_changes(taken, known)] == [
        ("other", "yellow", 15.0, build.at),
        ("new", "yellow", 15.0, build.at),
        ("grey", "grey", None, build.at),
    ]


def test_what_was_just_kept_is_not_kept_again(build):
    taken = build.taken(build.reading(build.measure(), 15), measure=build.measure())
    assert status_changes(taken, status_changes(taken, ())) == []


def test_a_measure_has_the_owner_of_its_team_and_the_initiatives_about_it(build):
    about = Initiative(id="tests", title="Tests", measures=(("engineering", "speed"),))
    other = Initiative(id="other", title="Other", measures=(("engineering", "slowness"), ("other", "speed")))
    found, scorecard = build.status(
        build.measure(owners={"payments": "leads@acme.example"}), 15, initiatives=(other, about)
    )
    assert (found.owner, found.initiatives) == ("leads@acme.example", (about,))
    assert (scorecard.team, scorecard.team_title, scorecard.parent) == ("payments", "Payments", "all")


def test_a_team_sees_only_its_measures_in_the_order_of_the_file(build):
    """An objective without a measure for the team is left out; a perspective stays, grey."""
    everyone = build.measure("speed", teams=("all", "payments"))
    some = build.measure("safety", teams=("all",))
    configuration = build.configuration(
        build.perspective(build.objective(everyone, some), build.objective(some, name="care")),
        build.perspective(build.objective(some, name="calm"), name="people"),
        teams=("all", "payments"),
    )
    readings = [build.reading(one, 20, team=team) for one in (everyone, some) for team in ("all", "payments")]
    whole, part = build.snapshot(configuration, readings).scorecards

    def shape(scorecard):
        return [
            (
                one.perspective.id,
                [(two.objective.id, [three.measure.id for three in two.measures]) for two in one.objectives],
            )
            for one in scorecard.perspectives
        ]

    assert shape(whole) == [
        ("excellence", [("flow", ["speed", "safety"]), ("care", ["safety"])]),
        ("people", [("calm", ["safety"])]),
    ]
    assert shape(part) == [("excellence", [("flow", ["speed"])]), ("people", [])]
    assert [one.status for one in part.perspectives] == ["green", "grey"]
    assert (part.status, part.coverage) == ("green", 1)


NOTHING = Absence("not_applicable", "nothing_to_restore", "Nothing was there to restore.")


@pytest.mark.parametrize(
    ("critical", "absence", "value", "statuses"),
    [
        pytest.param("measure", None, 10, ["yellow", "yellow", "yellow"], id="a critical measure is red"),
        pytest.param("measure", None, 15, ["green", "green", "green"], id="a critical measure is yellow"),
        pytest.param("measure", ABSENCES[0], None, ["yellow"] * 3, id="a critical measure is missing"),
        pytest.param("measure", ABSENCES[1], None, ["yellow"] * 3, id="a critical measure is stale"),
        pytest.param("measure", ABSENCES[2], None, ["yellow"] * 3, id="a critical measure has too few samples"),
        pytest.param("measure", NOTHING, None, ["green"] * 3, id="a critical measure has nothing to measure"),
        pytest.param(None, None, 10, ["green"] * 3, id="a red measure that is not critical"),
    ],
)
def test_a_critical_measure_in_trouble_caps_all_above_it(build, critical, absence, value, statuses):
    heavy = build.measure("heavy", weight=Fraction(100))
    light = build.measure("light", critical=critical == "measure")
    configuration = build.configuration(build.perspective(build.objective(heavy, light)))
    readings = [build.reading(heavy, 40), build.reading(light, value, absence=absence)]
    (scorecard,) = build.snapshot(configuration, readings).scorecards
    (perspective,) = scorecard.perspectives
    (objective,) = perspective.objectives
    above = [objective, perspective, scorecard]
    assert [one.status for one in above] == statuses
    assert all(one.score <= 0.666 for one in above if one.status == "yellow")


@pytest.mark.parametrize(
    ("value", "absence", "objective", "above"),
    [
        pytest.param(10, None, "yellow", "green", id="on the red line: the objective scores one third, so yellow"),
        pytest.param(5, None, "red", "yellow", id="a critical objective is red"),
        pytest.param(None, ABSENCES[0], "grey", "yellow", id="a critical objective has no score"),
        pytest.param(None, NOTHING, "grey", "green", id="a critical objective has nothing to measure"),
    ],
)
def test_a_critical_objective_in_trouble_caps_what_is_above_it(build, value, absence, objective, above):
    good, bad = build.measure("good"), build.measure("bad")
    configuration = build.configuration(
        build.perspective(
            build.objective(good, name="good", weight=Fraction(100)), build.objective(bad, name="bad", critical=True)
        )
    )
    readings = [build.reading(good, 40), build.reading(bad, value, absence=absence)]
    (scorecard,) = build.snapshot(configuration, readings).scorecards
    (perspective,) = scorecard.perspectives
    assert perspective.objectives[1].status == objective
    assert (perspective.status, scorecard.status) == (above, above)


def test_equal_definitions_share_one_reading(build):
    definition = build.definition()
    strict = build.measure("strict", definition=definition)
    mild = build.measure("mild", definition=definition, target=build.dated((None, 15)))
    configuration = build.configuration(build.perspective(build.objective(strict, mild)))
    (scorecard,) = build.snapshot(configuration, [build.reading(strict, 15)]).scorecards
    assert [status.status for _, _, status in scorecard.measures()] == ["yellow", "green"]


def test_a_team_is_judged_by_its_own_target(build):
    """The value is the same; the goal that is written is that of the team."""
    strict = build.dated((None, 40))
    measure = build.measure(teams=("all", "payments"), team_targets={"payments": strict})
    configuration = build.configuration(build.perspective(build.objective(measure)), teams=("all", "payments"))
    readings = [build.reading(measure, 30, team=team) for team in ("all", "payments")]
    judged = {}
    for one in build.snapshot(configuration, readings).scorecards:
        ((_, _, status),) = one.measures()
        judged[one.team] = status.status, status.goal_text, status.target_label
    assert judged == {"all": ("green", ">= 20", ">= 20"), "payments": ("yellow", ">= 40", ">= 40")}


def test_the_configured_report_stands_beside_values(build):
    measure = build.measure(
        definition=build.definition("lead_time_for_changes", "seconds", "median"), better="lower", target=None
    )
    configuration = build.configuration(build.perspective(build.objective(measure)))
    for report, level in ((None, None), (2024, "high")):
        taken = build.snapshot(replace(configuration, benchmark=report), [build.reading(measure, 172_800)])
        ((_, _, status),) = taken.scorecards[0].measures()
        assert (status.benchmark and status.benchmark.level) == level
