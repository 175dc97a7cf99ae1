"""How measures of events are made: one team's samples in one period, and the ways to aggregate them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from scorecard_exporter.measures.aggregate import Aggregates, Total
from scorecard_exporter.measures.finding import MICROS, Details, count, seconds
from scorecard_exporter.measures.model import Absence, Definition, Part, Period, Statistic
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


Value = Callable[[int, Period, int], Fraction | None]
"""The value at a place of the aggregates, in a period, of so many services; None: there is nothing to make it of."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a measure of events is made: its samples, the column that is a sample's own value, and what its value is.

    `unit`: of that column. `value`: looks up once what all values of a definition are made of; `divided_by`: further
    samples among that. `details`: what stands beside the value, which a long history does not ask for; `beside`:
    further samples that it is made of.
    `provisional`: an incident or a revert within the attribution window after the period's end may still change it.
    `open`: what is not over yet, where no sample may mean that. `without`: why there is no value, where that is not for
    want of samples.
    """

    samples: SampleSet
    column: str
    unit: str
    value: Callable[[Aggregates, Definition], Value]
    details: Callable[[Case], Details]
    beside: tuple[SampleSet, ...] = ()
    divided_by: tuple[SampleSet, ...] = ()
    provisional: bool = False
    open: SampleSet | None = None
    without: Callable[[Period], Absence] | None = None


def share(samples: SampleSet, column: str) -> Callable[[Aggregates, Definition], Value]:
    """The samples of which `column` is 1 divided by all."""

    def value(aggregates: Aggregates, _definition: Definition) -> Value:
        columns = aggregates.columns(samples)
        some, every = columns.sums[column], columns.samples
        return lambda place, *_: Fraction(some[place], every[place]) if every[place] else None

    return value


def interval(total: Total, column: str) -> tuple[float, float] | None:
    """The 95 % interval of the share of samples of which `column` is 1."""
    return wilson(total.sum(column), total.samples) if total.samples else None


def durations(samples: SampleSet) -> Callable[[Aggregates, Definition], Value]:
    """The chosen statistic of `x`, microseconds, in seconds."""

    def value(aggregates: Aggregates, definition: Definition) -> Value:
        statistic_at = _statistic(aggregates, samples, definition.statistic)

        def of(place: int, _period: Period, _services: int) -> Fraction | None:
            micros, divisor = statistic_at(place)
            return None if micros is None else Fraction(micros, divisor * MICROS)

        return of

    return value


def duration_parts(case: Case, samples: SampleSet) -> dict[str, Part]:
    """The shown statistics beside the chosen one, in seconds."""
    found: dict[str, Part] = {}
    for statistic in SHOWN:
        if statistic != case.definition.statistic:
            micros, divisor = _statistic(case.aggregates, samples, statistic)(case.place)
            if micros is not None:
                found[statistic] = seconds(micros, divisor)
    return found


def _statistic(
    aggregates: Aggregates, samples: SampleSet, statistic: Statistic
) -> Callable[[int], tuple[int | None, int]]:
    """At each place microseconds, and what to divide them by; None where there is no sample."""
    if statistic != "mean":
        amounts, divisor = aggregates.percentile(samples, statistic)
        return lambda place: (amounts[place], divisor)
    columns = aggregates.columns(samples)
    total, every = columns.sums["x"], columns.samples
    return lambda place: (total[place] if every[place] else None, every[place])


def open_spans(case: Case, samples: SampleSet, name: str) -> dict[str, Part]:
    """How many spans are open at the end of the period, and how old the oldest of them is."""
    total = case.total(samples)
    parts = {name: count(total.samples)}
    if total.oldest is not None:
        parts[f"{name}_oldest"] = seconds(case.period.ends_at - total.oldest)
    return parts
