"""How measures of events are made: one team's samples in one period, and the ways to aggregate them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from scorecard_exporter.measures.aggregate import Aggregates, SampleSet, Total
from scorecard_exporter.measures.finding import Finding, count, seconds
from scorecard_exporter.measures.model import Definition, Part, Period, Statistic
from scorecard_exporter.measures.statistics import wilson

SHOWN: tuple[Statistic, ...] = ("median", "p90", "mean")
"""Of a duration: those beside the chosen one."""


class Case(NamedTuple):
    """One definition for one team in one period; `services`: how many map what the measure needs."""

    aggregates: Aggregates
    definition: Definition
    team: str
    period: Period
    services: int = 0

    def total(self, samples: SampleSet) -> Total:
        """What is counted and summed of a set of samples."""
        return self.aggregates.total(samples, self.team, self.period)


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a measure of events is made: its samples, the column that is a sample's own value, and what to find.

    `unit`: of that column. `provisional`: an incident or a revert within the attribution window after the period's
    end may still change it. `open`: the part that counts what is not over yet.
    """

    samples: SampleSet
    column: str
    unit: str
    find: Callable[[Case], Finding]
    provisional: bool = False
    open: str = ""


def share(total: Total, column: str, parts: Mapping[str, Part], beside: Mapping[str, Part]) -> Finding:
    """The samples of which `column` is 1 divided by all, with the interval of that share."""
    if not total.samples:
        return Finding(value=None, samples=0, newest_at=None, beside=beside)
    some = total.sum(column)
    return Finding(
        value=Fraction(some, total.samples),
        samples=total.samples,
        newest_at=total.newest,
        parts=parts,
        beside=beside,
        interval=wilson(some, total.samples),
    )


def durations(case: Case, samples: SampleSet, beside: Mapping[str, Part]) -> Finding:
    """The chosen statistic of `x`, microseconds, in seconds, and the shown ones as parts."""
    total = case.total(samples)
    if not total.samples:
        return Finding(value=None, samples=0, newest_at=None, beside=beside)
    value, parts = duration(case, samples, total)
    return Finding(value=value, samples=total.samples, newest_at=total.newest, parts=parts, beside=beside)


def duration(case: Case, samples: SampleSet, total: Total) -> tuple[Fraction, dict[str, Part]]:
    """The chosen statistic in seconds, and the shown ones beside it."""
    chosen = case.definition.statistic
    wanted = SHOWN if chosen in SHOWN else (*SHOWN, chosen)
    case.aggregates.prepare(samples, wanted)
    values: dict[str, Part] = {
        statistic: seconds(total.sum("x"), total.samples)
        if statistic == "mean"
        else case.aggregates.quantile(samples, statistic, case.team, case.period)
        for statistic in wanted
    }
    return values.pop(chosen).value, values


def open_spans(case: Case, samples: SampleSet, name: str) -> dict[str, Part]:
    """How many spans are open at the end of the period, and how old the oldest of them is."""
    total = case.total(samples)
    parts = {name: count(total.samples)}
    if total.oldest is not None:
        parts[f"{name}_oldest"] = seconds(case.period.ends_at - total.oldest)
    return parts
