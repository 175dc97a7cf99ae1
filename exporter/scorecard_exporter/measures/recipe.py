"""How measures of events are made: one team's samples in one period, and the ways to aggregate them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from scorecard_exporter.measures.aggregate import Aggregates, Total
from scorecard_exporter.measures.finding import MICROS, Details, Finding, count, seconds
from scorecard_exporter.measures.grid import Ratio
from scorecard_exporter.measures.model import Definition, Part, Period, Statistic
from scorecard_exporter.measures.statements import SampleSet
from scorecard_exporter.measures.statistics import wilson

SHOWN: tuple[Statistic, ...] = ("median", "p90", "mean")
"""Of a duration: those beside the chosen one."""


class Case(NamedTuple):
    """One definition for one team in one period, whose numbers are at this place of the aggregates.

    `services`: how many map what the measure needs.
    """

    aggregates: Aggregates
    definition: Definition
    team: str
    period: Period
    place: int
    services: int

    def total(self, samples: SampleSet) -> Total:
        """What is counted and summed of a set of samples."""
        return self.aggregates.total(samples, self.place)


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a measure of events is made: its samples, the column that is a sample's own value, and what to find.

    `unit`: of that column. `details`: what stands beside the value that is found, which a long history does not ask
    for; `beside`: further samples that it is made of. `provisional`: an incident or a revert within the attribution
    window after the period's end may still change it. `open`: what is not over yet, where no sample may mean that.
    """

    samples: SampleSet
    column: str
    unit: str
    find: Callable[[Case], Finding]
    details: Callable[[Case], Details]
    beside: tuple[SampleSet, ...] = ()
    provisional: bool = False
    open: SampleSet | None = None


def share(samples: SampleSet, column: str) -> Callable[[Case], Finding]:
    """The samples of which `column` is 1 divided by all."""

    def find(case: Case) -> Finding:
        total = case.total(samples)
        value = Fraction(total.sum(column), total.samples) if total.samples else None
        return Finding(value, total.samples, total.newest)

    return find


def interval(total: Total, column: str) -> tuple[float, float] | None:
    """The 95 % interval of the share of samples of which `column` is 1."""
    return wilson(total.sum(column), total.samples) if total.samples else None


def durations(samples: SampleSet) -> Callable[[Case], Finding]:
    """The chosen statistic of `x`, microseconds, in seconds."""

    def find(case: Case) -> Finding:
        total = case.total(samples)
        if not total.samples:
            return Finding(None, 0, None)
        micros, divisor = _statistic(case, samples, total, case.definition.statistic)
        return Finding(Fraction(micros, divisor * MICROS), total.samples, total.newest)

    return find


def duration_parts(case: Case, samples: SampleSet) -> dict[str, Part]:
    """The shown statistics beside the chosen one, in seconds."""
    total = case.total(samples)
    others = [one for one in SHOWN if one != case.definition.statistic and total.samples]
    return {one: seconds(*_statistic(case, samples, total, one)) for one in others}


def _statistic(case: Case, samples: SampleSet, total: Total, statistic: Statistic) -> Ratio:
    if statistic == "mean":
        return total.sum("x"), total.samples
    return case.aggregates.percentile(samples, statistic, case.place)


def open_spans(case: Case, samples: SampleSet, name: str) -> dict[str, Part]:
    """How many spans are open at the end of the period, and how old the oldest of them is."""
    total = case.total(samples)
    parts = {name: count(total.samples)}
    if total.oldest is not None:
        parts[f"{name}_oldest"] = seconds(case.period.ends_at - total.oldest)
    return parts
