"""The levels of the DORA reports: the best cluster whose bounds are met, read from the published tables by hand."""

from fractions import Fraction

import pytest

from scorecard_exporter.measures.benchmark import benchmark, reports
from scorecard_exporter.measures.model import Definition

HOUR, DAY, WEEK, MONTH = 3600, 86_400, 7 * 86_400, 30 * 86_400
UNITS = {"deployment_frequency": "per_day", "change_failure_rate": "ratio"}
STATISTICS = {"deployment_frequency": "per_day", "change_failure_rate": "share", "time_to_restore": "mean"}


def of(measure, statistic=None):
    return Definition(
        measure=measure,
        unit=UNITS.get(measure, "seconds"),
        statistic=statistic or STATISTICS.get(measure, "median"),
        window=1,
        min_samples=1,
        freshness=1,
    )


LEVELS = [
    (2024, "lead_time_for_changes", DAY - 1, "elite", "below a day"),
    (2024, "lead_time_for_changes", DAY, "high", "a day is not below a day"),
    (2024, "lead_time_for_changes", WEEK, "high", "the worse end belongs to the cluster"),
    (2024, "lead_time_for_changes", WEEK + 1, "medium", "just beyond it"),
    (2024, "lead_time_for_changes", 6 * MONTH, "low", "the end of the last cluster"),
    (2024, "lead_time_for_changes", 6 * MONTH + 1, "", "worse than every cluster"),
    (2021, "lead_time_for_changes", 5 * HOUR, "high", "in the gap between two clusters the worse one is met"),
    (2021, "lead_time_for_changes", 20 * MONTH, "low", "the last cluster is open"),
    (2022, "lead_time_for_changes", 60, "high", "there was no elite cluster"),
    (2024, "deployment_frequency", "1.1", "elite", "on demand: more than one a day"),
    (2024, "deployment_frequency", 1, "high", "one a day is the better end of high"),
    (2024, "deployment_frequency", "1/7", "high", "the worse end of high"),
    (2024, "deployment_frequency", "1/8", "medium", "between once a week and once a month"),
    (2024, "deployment_frequency", "1/180", "low", "once in six months"),
    (2024, "deployment_frequency", 0, "", "none at all"),
    (2021, "deployment_frequency", 0, "low", "fewer than one in six months"),
    (2018, "deployment_frequency", "1/30", "medium", "two clusters of the same bounds: the better one"),
    (2024, "failed_deployment_recovery_time", HOUR - 1, "elite", "below an hour"),
    (2024, "failed_deployment_recovery_time", DAY - 1, "high", "below a day"),
    (2019, "time_to_restore", DAY, "low", "a week to a month, and a day is not below a day"),
]


@pytest.mark.parametrize(("report", "measure", "value", "level", "why"), LEVELS)
def test_level(report, measure, value, level, why):
    assert benchmark(report, of(measure), Fraction(value)).level == level, why


SILENT = [
    (2024, "change_failure_rate", None, "high has a worse one than medium there"),
    (2024, "time_to_restore", None, "replaced by the recovery time in 2023"),
    (2022, "failed_deployment_recovery_time", None, "not asked about before"),
    (2024, "lead_time_for_changes", "p90", "people were asked about the usual change"),
    (2024, "review_pickup_time", "p75", "not in the reports"),
]


@pytest.mark.parametrize(("report", "measure", "statistic", "why"), SILENT, ids=[row[3] for row in SILENT])
def test_of_some_measures_a_report_says_nothing(report, measure, statistic, why):
    assert benchmark(report, of(measure, statistic), Fraction(1, 10)) is None, why


def test_reports_with_levels():
    """2020 had no survey report, and 2025 has no levels."""
    assert reports() == (2018, 2019, 2021, 2022, 2023, 2024)


def test_it_says_that_it_is_no_grade():
    found = benchmark(2024, of("lead_time_for_changes"), Fraction(2 * DAY))
    assert found.bounds == (("elite", "<1d"), ("high", "1d-1w"), ("medium", "1w-1mo"), ("low", "1mo-6mo"))
    assert found.sentence == (
        "It meets the bounds of the cluster “high” in the survey of the DORA report 2024 (elite <1d, high 1d-1w, "
        "medium 1w-1mo, low 1mo-6mo). That is no grade: it does not count."
    )
