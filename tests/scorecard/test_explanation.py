"""Why a number is what it is, in words."""

import math
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction

import pytest

from scorecard_exporter.config.model import Anchors, Band, Target, TargetPoint
from scorecard_exporter.measures.catalogue import CATALOGUE
from scorecard_exporter.measures.change import Change
from scorecard_exporter.measures.inquiry import Inquiry
from scorecard_exporter.measures.model import Absence, Part, Sample, Series
from scorecard_exporter.quantities import DAY, instant
from scorecard_exporter.scorecard.explanation import Evidence, Figure, explain

HOUR = 3600
LEAD_TIME = Anchors(worst=Fraction(30 * DAY), red=Fraction(7 * DAY), goal=Fraction(DAY), best=Fraction(HOUR))
BAND = Band(
    red_low=Fraction(50, 100), goal_low=Fraction(60, 100), goal_high=Fraction(80, 100), red_high=Fraction(90, 100)
)


def always(anchors, axis="linear", **more):
    return Target(points=(TargetPoint(at=None, anchors=anchors),), axis=axis, better=None, **more)


def parts(**numbers):
    """Parts as `name=(value, unit)`, or a plain count."""
    return {
        name: Part(Fraction(number), "count") if not isinstance(number, tuple) else Part(Fraction(number[0]), number[1])
        for name, number in numbers.items()
    }


@pytest.fixture
def explained(build):
    """One measure alone, explained: `measure` are keys of the measure, the rest of its reading."""

    def explained(measure, value=None, *, inquiry=Inquiry(), at=build.at, before=None, **more):  # noqa: B008  frozen
        status, scorecard = build.status(measure, value, before=before, **more)
        return explain(status, scorecard, at, inquiry, {})

    return explained


@pytest.fixture
def lead_time(build):
    definition = build.definition("lead_time_for_changes", "seconds", "median")
    return build.measure("lead_time", definition=definition, better="lower", target=always(LEAD_TIME, "log"))


SHIPPED = "between 2026-06-01 00:00 UTC and 2026-07-01 00:00 UTC"
RATES = parts(failed=4, deployments=80, failed_by_incident=3, failed_by_rollback=1, failed_by_revert=0)
WAITING = parts(waiting=3, waiting_oldest=(DAY * 9, "seconds"), dropped_negative=2, p90=(4.2 * DAY, "seconds"))


@pytest.mark.parametrize(
    ("measure", "unit", "statistic", "reading", "sentence"),
    [
        pytest.param(
            "deployment_frequency",
            "per_day",
            "per_day",
            {"value": Fraction(7, 30), "samples": 7, "parts": parts(deployments=7, days_with_deployments=6)},
            "7 successful production deployments ÷ 30 d = 1.6/week; on 6 different days.",
            id="deployment frequency",
        ),
        pytest.param(
            "deployment_frequency",
            "per_day",
            "per_day",
            {"value": Fraction(0), "parts": parts(deployments=0, days_with_deployments=0)},
            "0 successful production deployments ÷ 30 d = 0/d.",
            id="no deployment is a true zero",
        ),
        pytest.param(
            "lead_time_for_changes",
            "seconds",
            "median",
            {"value": Fraction(18 * DAY, 10), "samples": 132, "parts": WAITING},
            f"Median of 132 changes shipped {SHIPPED} = 1.8 d; 90 % took at most 4.2 d; 2 left out because deployed "
            "before authored, by their clocks; 3 changes not yet deployed, the oldest for 9 d.",
            id="lead time, with what is not in it",
        ),
        pytest.param(
            "lead_time_for_changes",
            "seconds",
            "p90",
            {"value": Fraction(DAY), "samples": 1, "parts": parts(waiting=0, share_approximate=(1, "ratio"))},
            f"90th percentile of 1 change shipped {SHIPPED} = 1 d; 100 % of the changes linked by time alone.",
            id="lead time, another statistic",
        ),
        pytest.param(
            "change_failure_rate",
            "ratio",
            "share",
            {"value": Fraction(4, 80), "samples": 80, "parts": RATES | parts(unlinked_incidents=1)},
            "4 failed ÷ 80 successful production deployments = 5 %; 3 by an incident; 1 by a rollback; "
            "1 incident linked to no deployment.",
            id="change failure rate",
        ),
        pytest.param(
            "time_to_restore",
            "seconds",
            "mean",
            {
                "value": Fraction(2 * HOUR),
                "samples": 5,
                "parts": parts(
                    median=(HOUR, "seconds"), p90=(5 * HOUR, "seconds"), open=1, open_oldest=(3 * DAY, "seconds")
                ),
            },
            f"Mean of 5 incidents restored {SHIPPED} = 2 h; half took at most 1 h; 90 % took at most 5 h; "
            "1 still open, the oldest for 3 d.",
            id="time to restore",
        ),
        pytest.param(
            "failed_deployment_recovery_time",
            "seconds",
            "median",
            {"value": Fraction(HOUR), "samples": 1, "parts": parts(p90=(HOUR, "seconds"), still_failed=2)},
            f"Median of 1 failed deployment recovered {SHIPPED} = 1 h; 90 % took at most 1 h; 2 not yet recovered.",
            id="recovery time",
        ),
        pytest.param(
            "deployment_rework_rate",
            "ratio",
            "share",
            {"value": Fraction(3, 20), "samples": 20, "parts": parts(rollbacks=1, fixes=2, deployments=20)},
            "(1 rollback + 2 fixes) ÷ 20 successful production deployments = 15 %.",
            id="rework rate",
        ),
        pytest.param(
            "deployment_success_rate",
            "ratio",
            "share",
            {"value": Fraction(19, 20), "samples": 20, "parts": parts(succeeded=19, failed=1)},
            "19 succeeded ÷ (19 succeeded + 1 failed) = 95 %.",
            id="success rate",
        ),
        pytest.param(
            "observation",
            "points",
            "newest",
            {"value": Fraction(42), "samples": 1, "newest_at": instant(datetime(2026, 6, 12, tzinfo=UTC))},
            "Newest observation of `answers` = 42, of 2026-06-12 00:00 UTC.",
            id="the newest observation",
        ),
        pytest.param(
            "observation",
            "count",
            "newest",
            {"value": Fraction(42), "samples": 3, "newest_at": instant(datetime(2026, 6, 12, tzinfo=UTC))},
            "Sum of the newest observations of `answers`, of 3 services or teams = 42, of 2026-06-12 00:00 UTC.",
            id="the newest observations of several subjects",
        ),
        pytest.param(
            "observation",
            "eur",
            "sum",
            {"value": Fraction(1200), "samples": 4},
            f"Sum of 4 observations of `answers` {SHIPPED} = 1,200 EUR.",
            id="a sum of observations",
        ),
        pytest.param(
            "quotient",
            "eur",
            "sum",
            {"value": Fraction(2), "parts": parts(numerator=(500, "eur"), denominator=(250, "count"))},
            "500 EUR (`answers`) ÷ 250 (`questions`) = 2 EUR.",
            id="a quotient",
        ),
        pytest.param(
            "arithmetic",
            "ratio",
            "newest",
            {"value": Fraction(1, 2), "parts": parts(gain=(300, "eur"), cost=(200, "eur"))},
            "gain / cost - 1 = 50 %, with gain = 300 EUR, cost = 200 EUR.",
            id="arithmetic",
        ),
        pytest.param("deployment_frequency", "per_day", "per_day", {"samples": 3}, "", id="no value, no formula"),
    ],
)
def test_the_formula_holds_the_numbers_of_its_period(build, explained, *, measure, unit, statistic, reading, sentence):
    series = tuple(Series(name=name, origin=None, unit="count") for name in ("answers", "questions"))
    operands = tuple((name, build.definition(expression=name)) for name in ("gain", "cost"))
    definition = build.definition(
        measure, unit, statistic, series=series, expression="gain / cost - 1", operands=operands
    )
    absence = None if "value" in reading else Absence("missing", "not_read", "Not read.")
    why = explained(build.measure(definition=definition, target=None), absence=absence, **reading)
    assert why.formula == sentence


def test_every_measure_of_the_catalogue_has_a_formula(build, explained):
    for entry in CATALOGUE.values():
        series = tuple(Series(name=name, origin=None, unit="count") for name in ("answers", "questions"))
        definition = build.definition(entry.id, entry.unit or "count", entry.statistics[0], series=series)
        assert explained(build.measure(definition=definition), 15).formula, entry.id


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (Fraction(DAY), "1 d meets the goal of <= 1 d."),
        (Fraction(3 * DAY), "3 d misses the goal of <= 1 d and has not reached the red line at 7 d."),
        (Fraction(7 * DAY), "7 d has reached the red line at 7 d."),
    ],
)
def test_the_judgement_says_how_value_and_target_give_the_colour(explained, lead_time, value, sentence):
    assert explained(lead_time, value).judgement == sentence


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (70, "70 % lies within the goal of 60 %..80 %."),
        (85, "85 % misses the goal of 60 %..80 % and lies between the red lines at 50 % and 90 %."),
        (90, "90 % is not between the red lines at 50 % and 90 %."),
    ],
)
def test_the_judgement_of_a_band_names_both_sides(build, explained, value, sentence):
    measure = build.measure(definition=build.definition(unit="ratio"), target=always(BAND))
    assert explained(measure, Fraction(value, 100)).judgement == sentence


def test_a_grey_measure_says_why_and_what_to_do(explained, lead_time):
    absence = Absence("missing", "not_read", "The history was never read.", "Wait for the first poll.")
    why = explained(lead_time, absence=absence)
    assert (why.judgement, why.formula, why.score_text) == ("", "", "")
    assert why.absence == absence


def test_score_anchors_and_definition_are_there(explained, lead_time):
    why = explained(lead_time, DAY)
    assert why.score_text == "67 of 100"
    assert why.anchors == (
        Figure("worst", "worst", Fraction(30 * DAY), "seconds", "30 d"),
        Figure("red", "red", Fraction(7 * DAY), "seconds", "7 d"),
        Figure("goal", "goal", Fraction(DAY), "seconds", "1 d"),
        Figure("best", "best", Fraction(HOUR), "seconds", "1 h"),
    )
    assert why.definition.startswith("For each change shipped in the window")
    assert why.definition_source.startswith("DORA")
    assert why.period_text == "30 d from 2026-06-01 00:00 UTC to 2026-07-01 00:00 UTC"


def test_the_stages_of_a_lead_time_are_shares_of_all_of_them(explained, lead_time):
    hours = {"coding": 3, "pickup": 1, "review": 2, "deploy": 6}
    beside = {name: (HOUR * number, "seconds") for name, number in hours.items()}
    why = explained(lead_time, 12 * HOUR, parts=parts(waiting=1, **beside))
    assert [(one.figure.name, one.figure.text, one.share) for one in why.stages] == [
        ("coding", "3 h", Fraction(1, 4)),
        ("pickup", "1 h", Fraction(1, 12)),
        ("review", "2 h", Fraction(1, 6)),
        ("deploy", "6 h", Fraction(1, 2)),
    ]


def test_without_a_stage_there_is_none(explained, lead_time):
    assert explained(lead_time, DAY, parts=parts(waiting=1)).stages == ()


MARCH = datetime(2026, 3, 1, tzinfo=UTC)
YEAR_END = datetime(2026, 12, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    ("more", "note"),
    [
        pytest.param({}, "", id="plain"),
        pytest.param(
            {"is_default": True},
            "The default of this measure; write your own goal and red line beside it.",
            id="nobody chose it",
        ),
        pytest.param({"baseline": Fraction(40)}, "Relative to a baseline of 40.", id="relative"),
        pytest.param(
            {"points": (TargetPoint(at=MARCH, anchors=Anchors(red=Fraction(1), goal=Fraction(5))),)},
            "In force since 2026-03-01.",
            id="dated",
        ),
        pytest.param(
            {
                "points": (
                    TargetPoint(at=MARCH, anchors=Anchors(red=Fraction(1), goal=Fraction(5))),
                    TargetPoint(at=YEAR_END, anchors=Anchors(red=Fraction(1), goal=Fraction(9))),
                ),
                "schedule": True,
            },
            "A schedule that leads to >= 9 by 2026-12-31.",
            id="moving",
        ),
    ],
)
def test_the_target_says_where_it_comes_from(build, explained, more, note):
    assert explained(build.measure(target=replace(build.higher, **more)), 15).target_note == note


def test_an_interval_is_written_with_its_samples(build, explained):
    measure = build.measure(definition=build.definition("change_failure_rate", "ratio", "share"))
    why = explained(measure, Fraction(5, 100), samples=80, interval=(0.0196, 0.1216))
    assert why.interval_text == "95 % interval: 2 % to 12 %, from 80 samples."


@pytest.mark.parametrize(
    ("later", "provisional"),
    [
        pytest.param(
            1,
            "Provisional until 2026-07-02 00:00 UTC: what happens until then may still count for this period.",
            id="yes",
        ),
        pytest.param(24 * HOUR * 1_000_000, "", id="no longer"),
    ],
)
def test_a_value_is_provisional_until_nothing_can_change_it(build, explained, later, provisional):
    until = build.at + DAY * 1_000_000
    why = explained(build.measure(), 15, provisional_until=until, at=build.at + later)
    assert why.provisional == provisional


FEW = "Too few to tell whether the difference is more than noise: 20 samples are needed."


@pytest.mark.parametrize(
    ("change", "before", "sentence"),
    [
        pytest.param(None, None, "There is no value for the period before.", id="nothing before"),
        pytest.param(
            Change("trend", (-1.5 * DAY, -HOUR)),
            4 * DAY,
            "The period before had 4 d. The difference is more than noise: it lies between -1.5 d and -1 h, "
            "with 95 % confidence.",
            id="a trend",
        ),
        pytest.param(
            Change("noise", (-HOUR, DAY)),
            2 * DAY,
            "The period before had 2 d. The difference is not more than noise: it lies between -1 h and +1 d, "
            "with 95 % confidence.",
            id="noise",
        ),
        pytest.param(
            Change("noise", (-math.inf, DAY)),
            2 * DAY,
            "The period before had 2 d. The difference is not more than noise.",
            id="an end that is not bounded",
        ),
        pytest.param(Change("too_few"), 2 * DAY, f"The period before had 2 d. {FEW}", id="too few"),
    ],
)
def test_a_change_says_whether_it_is_more_than_noise(explained, lead_time, change, before, sentence):
    assert explained(lead_time, 3 * DAY, before=before, inquiry=Inquiry(change=change)).change_text == sentence


def test_a_difference_of_shares_is_in_percentage_points(build, explained):
    measure = build.measure(definition=build.definition("change_failure_rate", "ratio", "share"))
    why = explained(
        measure, Fraction(5, 100), before=Fraction(8, 100), inquiry=Inquiry(change=Change("noise", (-0.08, 0.02)))
    )
    assert "between -8 percentage points and +2 percentage points" in why.change_text


@pytest.mark.parametrize(
    ("fix", "line"),
    [
        ("services.checkout.deployments: {from: git:x, environment: prod}", True),
        ("teams.payments.services: [NAME]", True),
        ("series.cost.unit: usd", True),
        ("See what the last poll of the source said.", False),
        ("", False),
    ],
)
def test_a_fix_that_is_a_line_of_configuration_is_told_apart(explained, lead_time, fix, line):
    why = explained(lead_time, absence=Absence("missing", "not_read", "Why.", fix))
    assert why.fix_line == (fix if line else "")


@pytest.mark.parametrize(
    ("measure", "unit", "value", "text"),
    [
        ("lead_time_for_changes", "seconds", 90_000, "1 d"),
        ("deployment_frequency", "per_day", 1, "deployed"),
        ("change_failure_rate", "ratio", 1, "failed"),
        ("change_failure_rate", "ratio", 0, "did not fail"),
        ("deployment_rework_rate", "ratio", 1, "rework"),
        ("deployment_success_rate", "ratio", 0, "failed"),
        ("observation", "eur", 1200, "1,200 EUR"),
        ("unreviewed_merge_rate", "ratio", 1, "merged without a review"),
        ("build_success_rate", "ratio", 0, "failed"),
        ("defect_escape_rate", "ratio", 1, "found in production"),
        ("customer_reported_bugs", "count", 1, "reported by a customer"),
        ("uptime", "seconds", 7200, "2 h"),
        ("uptime", "count", 7200, "7,200"),
    ],
)
def test_a_sample_says_what_happened(build, explained, *, measure, unit, value, text):
    definition = build.definition(measure, unit, "newest")
    place = {"subject": "checkout", "occurred_at": 5, "key": "v1", "origin": "git:api", "url": "x:y"}
    sample = Sample(value=Fraction(value), unit=unit, **place)
    why = explained(build.measure(definition=definition), 15, inquiry=Inquiry(newest=(sample,), worst=(sample, sample)))
    expected = Evidence(text=text, value=Fraction(value), unit=unit, **place)
    assert (why.newest, why.worst) == ((expected,), (expected, expected))


def test_it_says_where_in_the_scorecard_it_is_and_whose(build, explained):
    why = explained(build.measure(owners={"payments": "leads@acme.example"}), 15, before=12)
    assert (why.scorecard_title, why.perspective_title, why.objective_title, why.title, why.team_title, why.owner) == (
        "Engineering",
        "Excellence",
        "Flow",
        "Speed",
        "Payments",
        "leads@acme.example",
    )
    assert (why.previous_text, why.trend) == ("12", "better")


def test_a_value_that_is_better_by_little_does_not_look_the_same(build, explained):
    why = explained(build.measure(), Fraction("13.04"), before=Fraction("12.96"))
    assert (why.value_text, why.previous_text, why.trend) == ("13", "12.96", "better")
