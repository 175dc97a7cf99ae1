"""How the measures beside delivery came about, in words: rows of (reading, sentence)."""

from datetime import UTC, datetime
from fractions import Fraction

import pytest

from scorecard_exporter.measures.model import Part, Series
from scorecard_exporter.quantities import DAY, instant
from scorecard_exporter.scorecard.formula import formula

HOUR = 3600
BETWEEN = "between 2026-06-01 00:00 UTC and 2026-07-01 00:00 UTC"


def parts(**numbers):
    """Parts as `name=(value, unit)`, or a plain count."""
    return {
        name: Part(Fraction(number), "count") if not isinstance(number, tuple) else Part(Fraction(number[0]), number[1])
        for name, number in numbers.items()
    }


def series(*names):
    return tuple(Series(name=name, origin=None, unit="count") for name in names)


@pytest.mark.parametrize(
    ("measure", "statistic", "value", "samples", "found", "sentence"),
    [
        (
            "review_pickup_time",
            "p75",
            "4 h",
            12,
            parts(median=(HOUR, "seconds"), p90=(9 * HOUR, "seconds"), share_bots=("0.25", "ratio")),
            (
                f"75th percentile of 12 pull requests first reviewed {BETWEEN} = 4 h; half took at most 1 h; "
                "90 % took at most 9 h; 25 % were made by bots and left out."
            ),
        ),
        (
            "code_review_time",
            "median",
            "4 h",
            1,
            parts(p90=(9 * HOUR, "seconds"), share_bots=(0, "ratio")),
            f"Median of 1 reviewed pull request merged {BETWEEN} = 4 h; 90 % took at most 9 h.",
        ),
        (
            "unreviewed_merge_rate",
            "share",
            "25 %",
            8,
            parts(unreviewed=2, merged=8, share_bots=("0.5", "ratio")),
            "2 without a review ÷ 8 merged pull requests = 25 %; 50 % were made by bots and left out.",
        ),
        (
            "pull_request_age",
            "p85",
            "9 d",
            3,
            parts(median=(DAY, "seconds"), oldest=(20 * DAY, "seconds")),
            (
                "85th percentile of the ages of 3 pull requests open at the end = 9 d; half are at most 1 d old; "
                "the oldest 20 d."
            ),
        ),
        (
            "build_success_rate",
            "share",
            "90 %",
            10,
            parts(succeeded=9, failed=1),
            "9 succeeded ÷ (9 succeeded + 1 failed) = 90 %.",
        ),
        (
            "build_duration",
            "median",
            "12 min",
            10,
            parts(p90=(HOUR, "seconds"), dropped_negative=2),
            (
                f"Median of 10 builds finished {BETWEEN} = 12 min; 90 % took at most 1 h; "
                "2 left out because finished before started, by their clocks."
            ),
        ),
        (
            "test_coverage",
            "newest",
            "80 %",
            2,
            parts(lines=12_000, repositories=2),
            "Newest observations of `first` of 2 repositories, weighted by `second` (12,000 lines) = 80 %.",
        ),
        (
            "defect_escape_rate",
            "share",
            "20 %",
            5,
            parts(found_in_production=1, bugs=5),
            "1 found in production ÷ 5 bugs = 20 %.",
        ),
        (
            "feature_adoption_rate",
            "share",
            "30 %",
            1,
            parts(users=30, targeted_users=100),
            "30 users ÷ 100 targeted users of 1 feature = 30 %.",
        ),
        (
            "customer_reported_bugs",
            "count",
            "1.5",
            3,
            parts(bugs=3, releases=2),
            "3 bugs reported by customers ÷ 2 releases = 1.5 for each release.",
        ),
        (
            "net_promoter_score",
            "mean",
            "20",
            5,
            parts(promoters=2, passives=2, detractors=1),
            "100 * (2 promoters - 1 detractor) ÷ 5 answers = 20, in the round that closed 2026-06-12 00:00 UTC.",
        ),
        (
            "infrastructure_cost_per_transaction",
            "sum",
            "0.02 EUR",
            1,
            parts(cost=(200, "eur"), transactions=10_000),
            "200 EUR ÷ 10,000 transactions = 0.02 EUR.",
        ),
        (
            "feature_revenue",
            "sum",
            "700 EUR",
            4,
            parts(features=3, without_release=1),
            (
                f"Revenue {BETWEEN} of 3 features, each for 60 d after its release = 700 EUR; "
                "1 feature left out because nothing says when it was released."
            ),
        ),
        (
            "engineering_roi",
            "sum",
            "50 %",
            1,
            parts(value_delivered=(300, "eur"), cost=(200, "eur")),
            "(300 EUR delivered - 200 EUR cost) ÷ 200 EUR cost = 50 %.",
        ),
        (
            "training_completion_rate",
            "newest",
            "90 %",
            2,
            parts(completed=9, assigned=10),
            "9 completed ÷ 10 assigned, in 2 programmes = 90 %.",
        ),
        (
            "internal_mobility_rate",
            "sum",
            "10 %",
            1,
            parts(moves=2, mean_headcount=20),
            f"2 moves ÷ 20 people on average {BETWEEN} = 10 %.",
        ),
        (
            "retention_rate",
            "sum",
            "95 %",
            1,
            parts(departures=1, mean_headcount=20),
            f"1 - 1 departure ÷ 20 people on average {BETWEEN} = 95 %.",
        ),
        ("hackathon_contributions", "sum", "7", 7, {}, f"Submissions {BETWEEN} = 7."),
        ("uptime", "share", "99 %", 1, parts(good=99, total=100), "99 good ÷ 100 in total = 99 %."),
    ],
)
def test_the_formula_of_a_measure(build, *, measure, statistic, value, samples, found, sentence):
    definition = build.definition(
        measure, "count", statistic, series=series("first", "second"), within=60 * DAY * 1_000_000
    )
    closed_at = instant(datetime(2026, 6, 12, tzinfo=UTC))
    reading = build.reading(build.measure(definition=definition), 1, samples=samples, parts=found, newest_at=closed_at)
    assert formula(reading, value) == sentence


def test_the_formula_of_uptime_by_incidents(build):
    definition = build.definition("uptime", "ratio", "share")
    reading = build.reading(
        build.measure(definition=definition),
        1,
        parts=parts(downtime=(2 * HOUR, "seconds"), outages=3, services=2),
    )
    assert formula(reading, "99.86 %") == "1 - 2 h of 3 outages ÷ (2 services for 30 d) = 99.86 %."
