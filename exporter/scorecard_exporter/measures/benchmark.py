"""The levels of the DORA reports: clusters of a survey, to be shown beside a number and never as its grade.

`benchmarks/dora.yaml` has the tables as they were published, with their sources. The change failure rate has none here:
in 2024 the cluster "high" has a worse one than "medium". 2020 had no survey report, and that of 2025 has no levels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib import resources
from typing import Any

import yaml

from scorecard_exporter.measures.catalogue import CATALOGUE
from scorecard_exporter.measures.model import Definition
from scorecard_exporter.quantities import parse

_TABLES = {
    "deployment_frequency": "deployment_frequency",
    "lead_time_for_changes": "lead_time",
    "time_to_restore": "time_to_restore",
    "failed_deployment_recovery_time": "failed_deployment_recovery_time",
}
"""Measure of the catalogue → row of the published tables."""

_ON_DEMAND = Fraction(1)
"""Deployments a day, of which there must be more: the reports explain "on demand" as several a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """Where a value stands in the table of a report.

    `level`: the best cluster whose bounds are met, empty where none is. `bounds`: those of every cluster as they
    were published, best first.
    """

    report: int
    level: str
    bounds: tuple[tuple[str, str], ...]

    @property
    def sentence(self) -> str:
        """What it says, and what it does not."""
        met = f"meets the bounds of the cluster “{self.level}”" if self.level else "meets the bounds of no cluster"
        table = ", ".join(f"{level} {text}" for level, text in self.bounds)
        return (
            f"It {met} in the survey of the DORA report {self.report} ({table}). That is no grade: it does not count."
        )


def reports() -> tuple[int, ...]:
    """The years of the reports that have levels."""
    return tuple(sorted(_published()))


def benchmark(report: int, definition: Definition, value: Fraction) -> Benchmark | None:
    """Where `value` (in the definition's unit) stands in a report; None where it says nothing of the measure.

    A measure is compared by its first statistic only: a 90th percentile is not what people were asked about.
    """
    row = _published()[report].get(_TABLES.get(definition.measure, ""))
    if not row or definition.statistic != CATALOGUE[definition.measure].statistics[0]:
        return None
    met = (level for level, text in row.items() if _meets(value, text, definition.unit))
    return Benchmark(report=report, level=next(met, ""), bounds=tuple(row.items()))


def _meets(value: Fraction, text: str, unit: str) -> bool:
    """Whether a value is at least as good as the worse end of the bounds (`1d-1w`, `<1h`, `>6mo`, `on demand`)."""
    more_is_better = unit == "per_day"
    if text == "on demand":
        return value > _ON_DEMAND
    if text.startswith("<") and not more_is_better:
        return value < parse(text[1:], unit)
    if text[0] in "<>":  # the worst cluster, which is open
        return True
    worse = parse(text.rpartition("-")[2], unit)
    return value >= worse if more_is_better else value <= worse


@cache
def _published() -> Mapping[int, Mapping[str, Any]]:
    text = resources.files(__package__).joinpath("benchmarks/dora.yaml").read_text("utf-8")
    tables: Mapping[int, Mapping[str, Any]] = yaml.safe_load(text)
    return tables
