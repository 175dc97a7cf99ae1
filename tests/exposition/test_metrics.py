"""A snapshot as metric families: what is written, in which series, and what is left out."""

import ast
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from importlib.resources import files
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import generate_latest
from prometheus_client.openmetrics import exposition as openmetrics
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text

from scorecard_exporter import names
from scorecard_exporter.config.model import (
    Anchors,
    Band,
    Exposition,
    Initiative,
    Measure,
    Objective,
    Perspective,
    Scorecard,
    Target,
    TargetPoint,
)
from scorecard_exporter.exposition.metrics import families
from scorecard_exporter.exposition.own import OwnMetrics
from scorecard_exporter.exposition.reference import reference
from scorecard_exporter.measures.benchmark import Benchmark
from scorecard_exporter.measures.model import Absence, Definition, Part, Period, Reading
from scorecard_exporter.scorecard.model import (
    MeasureStatus,
    ObjectiveStatus,
    PerspectiveStatus,
    ScorecardStatus,
)
from scorecard_exporter.scorecard.score import STATUSES
from scorecard_exporter.scorecard.standard import Standard

GOLDEN = Path(__file__).parent.parent / "golden" / "metrics.txt"
DAY = 86_400_000_000
AT = 20_000 * DAY  # 2024-10-04T00:00Z, 1728000000 seconds
EVERYTHING = Exposition()


def definition(measure, unit, statistic, window=30):
    return Definition(
        measure=measure, unit=unit, statistic=statistic, window=window * DAY, min_samples=5, freshness=DAY
    )


LEAD_TIME = Measure(
    id="lead_time_for_changes",
    definition=definition("lead_time_for_changes", "seconds", "median"),
    title="Lead time for changes",
    description="",
    better="lower",
    indicator="leading",
    target=Target(
        points=(
            TargetPoint(at=None, anchors=Anchors(red=Fraction(1_209_600), goal=Fraction(172_800))),
            TargetPoint(
                at=datetime(2024, 7, 1, tzinfo=UTC), anchors=Anchors(red=Fraction(604_800), goal=Fraction(86_400))
            ),
            TargetPoint(
                at=datetime(2025, 1, 1, tzinfo=UTC), anchors=Anchors(red=Fraction(86_400), goal=Fraction(3600))
            ),
        ),
        axis="log",
        better="lower",
    ),
    domain=(Fraction(0), None),
    severity="critical",
)
FAILURES = Measure(
    id="failures",
    definition=definition("change_failure_rate", "ratio", "share", window=90),
    title='Failures "in production"',
    description="",
    better="lower",
    indicator="lagging",
    target=None,
    domain=(Fraction(0), Fraction(1)),
    sources={"payments": ("acme-github", "acme-pager"), "product": ("other",)},
)
UTILISATION = Measure(
    id="utilisation",
    definition=definition("observation", "ratio", "newest", window=7),
    title="Utilisation",
    description="",
    better="higher",
    indicator="leading",
    target=None,
    domain=(None, None),
)
AUTOMATION = Initiative(
    id="automation",
    title="Test automation",
    measures=(("engineering", "lead_time_for_changes"), ("engineering", "failures")),
    owner="qa@acme.example",
    due=datetime(2024, 12, 1, tzinfo=UTC),
    done=Fraction(2, 5),
)


def reading(measure, **known):
    return Reading(
        definition=measure.definition,
        team="payments",
        period=Period(AT - measure.definition.window, AT),
        **known,
    )


def status(measure, reading, **known):
    unknown = {"score": None, "status": "grey", "absence": None, "changed_at": None, "owner": "", "trend": None}
    held_to = Standard(unit=measure.definition.unit)
    return MeasureStatus(measure=measure, team="payments", reading=reading, **({"held_to": held_to} | unknown | known))


RED = status(
    LEAD_TIME,
    reading(
        LEAD_TIME,
        value=Fraction(1_814_401, 2),
        samples=12,
        newest_at=AT - DAY,
        parts={"p90": Part(Fraction(1_900_800), "seconds"), "waiting": Part(Fraction(3), "count")},
    ),
    owner="platform@acme.example",
    held_to=Standard(
        unit="seconds",
        anchors=Anchors(red=Fraction(604_800), goal=Fraction(86_400), worst=Fraction(2_592_000), best=Fraction(3600)),
        goal_text="<= 1 d",
        target_label="<= 1 d",
    ),
    score=0.25,
    status="red",
    before=reading(LEAD_TIME, value=Fraction(86_400)),
    changed_at=AT - 2 * DAY,
    initiatives=(AUTOMATION,),
    benchmark=Benchmark(report=2024, level="medium", bounds=(("medium", "1w-1mo"),)),
)
TOO_FEW = Absence(state="insufficient", code="too_few_samples", sentence="2 of 5 deployments", fix="Wait.")
GREY = status(
    FAILURES, reading(FAILURES, samples=2, absence=TOO_FEW), absence=TOO_FEW, changed_at=AT, initiatives=(AUTOMATION,)
)
WITH_BAND = status(
    UTILISATION,
    reading(UTILISATION, value=Fraction(7, 10), samples=1, newest_at=AT - 1, interval=(0.5, 0.875)),
    held_to=Standard(
        unit="ratio",
        anchors=Band(
            goal_low=Fraction(3, 5), goal_high=Fraction(4, 5), red_low=Fraction(1, 2), red_high=Fraction(9, 10)
        ),
        goal_text="60 %..80 %",
        target_label="60 %..80 %",
    ),
    score=1.0,
    status="green",
)


def card(*measures, scorecard="engineering", team="payments"):
    configured = Scorecard(
        id=scorecard,
        title="Engineering",
        teams=(team,),
        perspectives=(),
        themes={"deliver": "Deliver value continuously"},
        zone="UTC",
    )
    objective = ObjectiveStatus(
        objective=Objective(id="faster", title="Shorten the way to production", measures=(), theme="deliver"),
        measures=measures,
        score=0.25,
        coverage=0.5,
        status="red",
    )
    perspective = PerspectiveStatus(
        perspective=Perspective(id="excellence", title="Engineering Excellence", objectives=()),
        objectives=(objective,),
        score=0.25,
        coverage=0.5,
        status="red",
    )
    return ScorecardStatus(
        scorecard=configured,
        team=team,
        team_title="Payments",
        parent="product",
        perspectives=(perspective,),
        score=None,
        coverage=0.25,
        status="grey",
        owner="payments-leads@acme.example",
        reviewed_at=AT - 30 * DAY,
        review_due_at=AT + 60 * DAY,
    )


class Written:
    """What a registry would hold: the families of some scorecards."""

    def __init__(self, *cards, exposition=EVERYTHING):
        self._cards, self._exposition = cards, exposition

    def collect(self):
        return families(self._cards, self._exposition)

    def values(self, family):
        """Value by the label values that are no part of the measure's identity."""
        (found,) = [one for one in self.collect() if one.name == family.name]
        plain = {"scorecard", "team", "perspective", "objective", "measure", "window", "unit", "target"}
        return {
            tuple(value for label, value in sample.labels.items() if label not in plain): sample.value
            for sample in found.samples
        }


def test_the_whole_text_of_a_small_snapshot():
    """Three measures of one team: red with all it can have, grey with a reason, green within a band."""
    assert generate_latest(Written(card(RED, GREY, WITH_BAND))).decode() == GOLDEN.read_text(encoding="utf-8")


def test_both_formats_are_the_same_bytes():
    """One rendering serves both: nothing in it is written differently in OpenMetrics but its end."""
    written = Written(card(RED, GREY, WITH_BAND))
    assert openmetrics.generate_latest(written) == generate_latest(written) + b"# EOF\n"


@pytest.mark.parametrize(
    "parse",
    [
        pytest.param(parse_text, id="text"),
        pytest.param(lambda text: parse_openmetrics(text + "# EOF\n"), id="openmetrics"),
    ],
)
def test_the_text_reads_back_as_what_was_meant(parse):
    """Labels with quotes, backslashes, line breaks and other scripts survive."""
    hostile = 'a "b" \\n\n\r ü 計 {}=,'
    written = Written(card(RED._replace(owner=hostile)))
    families_read = {family.name: family for family in parse(generate_latest(written).decode())}
    assert families_read[names.MEASURE_INFO.name].samples[0].labels["owner"] == hostile
    assert families_read[names.MEASURE_VALUE.name].samples[0].value == 907_200.5


def target(*points, schedule=False):
    anchors = Anchors(red=Fraction(2), goal=Fraction(1))
    return Target(
        points=tuple(TargetPoint(at=at, anchors=anchors) for at in points),
        axis="linear",
        better="lower",
        schedule=schedule,
    )


@pytest.mark.parametrize(
    ("changed", "family", "expected", "why"),
    [
        ({}, names.MEASURE_VALUE, {(): 907_200.5}, "the exact value as a float"),
        ({"value": None}, names.MEASURE_VALUE, {}, "no value is no series, not a zero"),
        ({"value": Fraction(0)}, names.MEASURE_VALUE, {(): 0.0}, "a zero is a zero"),
        ({"samples": 0}, names.MEASURE_SAMPLES, {(): 0.0}, "it is known that there were none"),
        (
            {"samples": 0, "value": None, "absence": Absence("missing", "not_covered", "")},
            names.MEASURE_SAMPLES,
            {},
            "what was not read has no number of samples",
        ),
        ({"newest_at": None}, names.MEASURE_LAST_EVENT, {}, "no event, no time"),
        ({"interval": (0.0, 1.0)}, names.MEASURE_INTERVAL_LOWER, {(): 0.0}, "lower end"),
        ({"interval": (0.0, 1.0)}, names.MEASURE_INTERVAL_UPPER, {(): 1.0}, "upper end"),
    ],
)
def test_evidence(changed, family, expected, why):
    """What a reading knows is a series, what it does not know is none."""
    assert Written(card(RED._replace(reading=replace(RED.reading, **changed)))).values(family) == expected, why


@pytest.mark.parametrize(
    ("measure", "expected", "why"),
    [
        (target(None), {}, "always in force: it has no beginning"),
        (target(datetime(2024, 10, 1, tzinfo=UTC)), {(): 1_727_740_800.0}, "the one point"),
        (
            target(None, datetime(2024, 10, 3, tzinfo=UTC), datetime(2024, 10, 4, tzinfo=UTC)),
            {(): 1_727_913_600.0},
            "a target that begins when the period ends is not in force yet",
        ),
        (
            target(datetime(2024, 10, 1, tzinfo=UTC), datetime(2024, 10, 3, tzinfo=UTC), schedule=True),
            {(): 1_727_740_800.0},
            "a schedule is one target, as old as its first point",
        ),
        (None, {}, "no target"),
    ],
)
def test_since_when_a_target_is_in_force(measure, expected, why):
    """The age of a target counts from the day on which it took force."""
    changed = RED._replace(measure=replace(LEAD_TIME, target=measure))
    assert Written(card(changed)).values(names.TARGET_SET) == expected, why


@pytest.mark.parametrize(
    ("found", "expected", "why"),
    [
        (Benchmark(report=2023, level="elite", bounds=()), {("2023", "elite"): 1.0}, "report and cluster"),
        (Benchmark(report=2024, level="", bounds=()), {}, "worse than every cluster: no series, and no word for it"),
        (None, {}, "the report says nothing of it, or none is configured"),
    ],
)
def test_a_benchmark_stands_beside_the_score(found, expected, why):
    written = Written(card(RED._replace(benchmark=found)))
    assert written.values(names.MEASURE_BENCHMARK_INFO) == expected, why
    assert written.values(names.MEASURE_SCORE) == {(): 0.25}


def test_a_value_without_a_target_is_grey_with_a_value():
    """Nothing to compare it with is no reason to hide the number."""
    no_target = Absence(state="not_applicable", code="no_target", sentence="It has no target.")
    written = Written(
        card(RED._replace(status="grey", absence=no_target, held_to=Standard(unit="seconds"), score=None))
    )
    assert written.values(names.MEASURE_VALUE) == {(): 907_200.5}
    assert written.values(names.MEASURE_GREY_INFO) == {("not_applicable", "no_target"): 1.0}
    assert written.values(names.MEASURE_GOAL) == {}


@pytest.mark.parametrize("colour", STATUSES)
def test_exactly_one_state_is_set(colour):
    """A status is one 0/1 series a state, for measures and for all that is rolled up from them."""
    states = Written(card(RED._replace(status=colour))).values(names.MEASURE_STATUS)
    assert states == {(state,): float(state == colour) for state in STATUSES}


@pytest.mark.parametrize(
    ("micros", "window"),
    [
        (90 * DAY, "90d"),
        (36 * 3_600_000_000, "36h"),
        (5_400_000_000, "90m"),
        (90_000_000, "90s"),
        (1_500_000, "1.5s"),
    ],
)
def test_a_window_is_written_in_its_largest_whole_unit(micros, window):
    """The label is exact, so that two windows never share a series."""
    measure = replace(LEAD_TIME, definition=replace(LEAD_TIME.definition, window=micros))
    text = generate_latest(Written(card(RED._replace(measure=measure)))).decode()
    assert f'window="{window}"' in text


@pytest.mark.parametrize(
    ("exposition", "left_out"),
    [
        (Exposition(readings=False), {names.MEASURE_READING_INFO}),
        (
            Exposition(parts=False),
            {names.MEASURE_PART, names.MEASURE_INTERVAL_LOWER, names.MEASURE_INTERVAL_UPPER},
        ),
    ],
    ids=["readings", "parts"],
)
def test_what_the_configuration_leaves_out(exposition, left_out):
    """`exposition.readings` and `exposition.parts` save series where there are many teams."""
    written = [family.name for family in Written(card(RED), exposition=exposition).collect()]
    assert written == [family.name for family in names.SNAPSHOT_FAMILIES if family not in left_out]


def test_every_series_names_its_scorecard_and_its_team():
    """So answers of two scorecards can be scraped apart or together and never collide."""
    for family in Written(card(RED, GREY, WITH_BAND), card(RED, scorecard="platform", team="core")).collect():
        for sample in family.samples:
            assert sample.labels["scorecard"], family.name
            assert sample.labels["team"], family.name


def test_every_label_is_explained_and_every_state_named():
    """The table of labels covers the table of families."""
    used = {label for family in (*names.SNAPSHOT_FAMILIES, *names.SELF_FAMILIES) for label in family.labels}
    assert used == set(names.LABELS)
    assert all(f"`{status}`" in names.LABELS["status"] for status in STATUSES)


def test_every_family_of_the_table_is_listed_once():
    """A family that is declared but not listed would be neither written nor documented."""
    declared = [one for one in vars(names).values() if isinstance(one, names.Family)]
    listed = [*names.SNAPSHOT_FAMILIES, *names.SELF_FAMILIES]
    assert sorted(one.name for one in declared) == sorted(one.name for one in listed)
    assert len({one.name for one in listed}) == len(listed)


def test_computed_families_say_so():
    """A reader of the HELP text learns that a scrape computes nothing, and where the moment is."""
    assert all(names.EVALUATION_LAST_SUCCESS.name in family.help for family in names.SNAPSHOT_FAMILIES)


def test_no_other_module_spells_a_metric_name():
    """A name is written in one place; all else takes it from there."""
    spelt = {family.name for family in (*names.SNAPSHOT_FAMILIES, *names.SELF_FAMILIES)}
    found = [
        (module.name, text)
        for module in Path(str(files("scorecard_exporter"))).rglob("*.py")
        if module.name not in {"names.py", "reference.py"}
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(text := node.value, str) and text in spelt
    ]
    assert found == []


def test_the_reference_of_metrics_is_current(checkout):
    """Where this fails: `make generate`."""
    assert (checkout / "docs" / "metrics.md").read_text(encoding="utf-8") == reference()


@pytest.mark.needs("promtool")
def test_promtool_finds_nothing_to_improve():
    """Names, types, units and HELP texts follow the conventions of Prometheus."""
    registry = CollectorRegistry()
    own = OwnMetrics(registry)
    own.expect("repo")
    own.polled("repo", 1.0, succeeded=True, at=1.0)
    own.wrote("repo", {"deployment": 1})
    own.problem("repo", "bad_row")
    own.evaluated(0.1, at=1.0)
    own.stored({"rows": {"deployment": 1}, "bytes": 4096})
    own.reloaded(succeeded=True, at=1.0)
    text = generate_latest(Written(card(RED, GREY, WITH_BAND))) + generate_latest(registry)
    checked = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, check=False)
    assert (checked.stdout + checked.stderr).decode() == ""
    assert checked.returncode == 0
