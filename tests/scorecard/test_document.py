"""Snapshots and explanations as JSON."""

import json
from datetime import UTC, datetime
from fractions import Fraction

import pytest

from scorecard_exporter.config.model import Initiative
from scorecard_exporter.errors import UnknownNameError
from scorecard_exporter.evaluation import selected
from scorecard_exporter.measures.benchmark import Benchmark
from scorecard_exporter.measures.inquiry import Inquiry
from scorecard_exporter.measures.model import Absence, Part, Sample
from scorecard_exporter.scorecard.document import explanation_document, snapshot_document
from scorecard_exporter.scorecard.explanation import explain
from scorecard_exporter.scorecard.model import Pace

INITIATIVE = Initiative(
    id="tests",
    title="Tests",
    measures=(("engineering", "speed"),),
    owner="qa@acme.example",
    due=datetime(2026, 12, 1, tzinfo=UTC),
    resources="two engineers",
    done=Fraction(2, 5),
)
ABSENCE = Absence("missing", "not_read", "The history was never read.", "Wait for the first poll.")


@pytest.fixture
def speed(build):
    return build.measure(owners={"payments": "leads@acme.example"}, weight=Fraction(2))


@pytest.fixture
def reading(build, speed):
    return build.reading(
        speed,
        15,
        samples=3,
        newest_at=build.at - 1_500_000,
        interval=(0.25, 0.75),
        parts={"waiting_oldest": Part(Fraction(90_000), "seconds")},
    )


def test_a_snapshot_is_a_tree_of_plain_values(build, speed, reading):
    taken = build.taken(reading, measure=speed, previous=[build.reading(speed, 12)], initiatives=[INITIATIVE])
    document = snapshot_document(taken)
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    rolled = {"score": 0.5, "coverage": 1.0, "status": "yellow"}
    measure = {
        "id": "speed",
        "title": "Speed",
        "owner": "leads@acme.example",
        "indicator": "lagging",
        "better": "higher",
        "unit": "count",
        "weight": 2.0,
        "critical": False,
        "severity": "warning",
        "period": {"starts_at": "2026-06-01T00:00:00Z", "ends_at": "2026-07-01T00:00:00Z"},
        "value": 15.0,
        "value_text": "15",
        "goal": {"text": ">= 20", "anchors": {"worst": 0.0, "red": 10.0, "goal": 20.0, "best": 30.0}},
        "score": 0.5,
        "status": "yellow",
        "reason": None,
        "changed_at": "2026-07-01T00:00:00Z",
        "samples": 3,
        "newest_at": "2026-06-30T23:59:58.500000Z",
        "interval": [0.25, 0.75],
        "parts": {"waiting_oldest": {"value": 90000.0, "unit": "seconds", "text": "1 d"}},
        "previous": 12.0,
        "trend": "better",
        "initiatives": [
            {
                "id": "tests",
                "title": "Tests",
                "owner": "qa@acme.example",
                "due": "2026-12-01T00:00:00Z",
                "due_day": "2026-12-01",
                "resources": "two engineers",
                "done": 0.4,
                "notes": "",
                "overdue": False,
            }
        ],
        "pace": None,
        "benchmark": None,
    }
    objective = {
        "id": "flow",
        "title": "Flow",
        "theme": None,
        "weight": 1.0,
        "critical": False,
        "leads_to": [],
        **rolled,
        "initiatives": [],
        "measures": [measure],
    }
    perspective = {"id": "excellence", "title": "Excellence", "weight": 1.0, **rolled, "objectives": [objective]}
    assert document == {
        "at": "2026-07-01T00:00:00Z",
        "scorecards": [
            {
                "id": "engineering",
                "title": "Engineering",
                "team": "payments",
                "team_title": "Payments",
                "parent": "all",
                "owner": "",
                "reviewed_at": None,
                "review_due_at": None,
                **rolled,
                "perspectives": [perspective],
            }
        ],
    }


def test_what_does_not_exist_is_null_and_not_zero(build):
    measure = build.measure(target=None)
    document = snapshot_document(build.taken(build.reading(measure, absence=ABSENCE), measure=measure))
    found = document["scorecards"][0]["perspectives"][0]["objectives"][0]["measures"][0]
    absent = ("value", "goal", "score", "newest_at", "interval", "previous", "trend")
    assert {name: found[name] for name in absent} == dict.fromkeys(absent)
    assert found["reason"] == {
        "state": "missing",
        "code": "not_read",
        "sentence": "The history was never read.",
        "fix": "Wait for the first poll.",
    }


def test_pace_and_benchmark_come_with_their_sentences(build):
    measure = build.measure()
    status, scorecard = build.status(measure, 15)
    status = status._replace(
        pace=Pace(state="behind", by=build.at, sentence="Not enough."),
        benchmark=Benchmark(report=2024, level="", bounds=(("elite", "<1d"), ("high", "1d-1w"))),
    )
    why = explanation_document(explain(status, scorecard, build.at, Inquiry(), {}))
    assert why["pace"] == {"state": "behind", "by": "2026-07-01T00:00:00Z", "sentence": "Not enough."}
    assert why["benchmark"] == {
        "report": 2024,
        "level": None,
        "bounds": {"elite": "<1d", "high": "1d-1w"},
        "sentence": "It meets the bounds of no cluster in the survey of the DORA report 2024 (elite <1d, high 1d-1w). "
        "That is no grade: it does not count.",
    }


def test_one_team_can_be_asked_for(build):
    measure = build.measure(teams=("all", "payments"))
    configuration = build.configuration(build.perspective(build.objective(measure)), teams=("all", "payments"))
    taken = build.snapshot(configuration, [build.reading(measure, 15, team=team) for team in ("all", "payments")])
    assert [one["team"] for one in snapshot_document(taken)["scorecards"]] == ["all", "payments"]
    assert [one.team for one in selected(taken, team="payments").scorecards] == ["payments"]


def test_a_team_that_does_not_exist_is_refused_with_the_names_of_those_that_do(build, speed, reading):
    taken = build.taken(reading, measure=speed)
    with pytest.raises(UnknownNameError) as refusal:
        selected(taken, team="paymens")
    assert str(refusal.value) == (
        "There is no team with a scorecard named 'paymens'. Did you mean 'payments'? There is: payments."
    )


def test_an_explanation_says_the_same_as_the_snapshot_and_why(build, speed, reading):
    taken = build.taken(reading, measure=speed, initiatives=[INITIATIVE])
    (scorecard,) = taken.scorecards
    ((_, _, status),) = scorecard.measures()
    sample = Sample(
        subject="checkout", occurred_at=0, value=Fraction(3), unit="count", key="v1", origin="git:api", url=""
    )
    document = explanation_document(
        explain(status, scorecard, taken.at, Inquiry(newest=(sample,), worst=(sample,)), {})
    )
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    row = snapshot_document(taken)["scorecards"][0]["perspectives"][0]["objectives"][0]["measures"][0]
    told_apart = {"id", "title", "weight", "critical", "severity", "period"}
    assert {name: document[name] for name in row.keys() - told_apart} == {
        name: row[name] for name in row.keys() - told_apart
    }
    assert document["measure"]["id"] == "speed"
    assert document["team"] == {"id": "payments", "title": "Payments"}
    assert document["judgement"] == "15 misses the goal of >= 20 and has not reached the red line at 10."
    assert document["newest"] == [
        {
            "text": "3",
            "value": 3.0,
            "unit": "count",
            "occurred_at": "1970-01-01T00:00:00Z",
            "subject": "checkout",
            "key": "v1",
            "origin": "git:api",
            "url": "",
        }
    ]
