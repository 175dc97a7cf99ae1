"""Whether a value differs from that of the period before by more than noise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from scorecard_exporter.measures.aggregate import Aggregates
from scorecard_exporter.measures.finding import MICROS
from scorecard_exporter.measures.model import Reading, Scope
from scorecard_exporter.measures.recipes import recipe_of
from scorecard_exporter.measures.statistics import (
    ENOUGH_SAMPLES,
    QUANTILES,
    Estimate,
    count_estimate,
    difference,
    mean_estimate,
    quantile_estimate,
    quantile_places,
)
from scorecard_exporter.quantities import DAY
from scorecard_exporter.store.base import Store

Verdict = Literal["trend", "noise", "too_few", "not_sampled", "same_samples"]


@dataclass(frozen=True, slots=True)
class Change:
    """What may be said of the difference between two periods.

    `trend`: it is more than noise, since its 95 % interval excludes zero; `noise`: it does not; `too_few`: fewer than
    `ENOUGH_SAMPLES`; `not_sampled`: the value is no estimate from samples, so that there is no interval;
    `same_samples`: both rest on the same ones, as of a survey of which no further round has closed. `interval`: of
    this value minus the one before, in the unit of the measure; an end that is not bounded is infinite.
    """

    verdict: Verdict
    interval: tuple[float, float] | None = None


def change(now: Reading, before: Reading, times: tuple[Estimate, Estimate] | None = None) -> Change:
    """How a reading differs from that of the period before; both have a value.

    `times`: what the samples of a length of time say of the two values (`estimated_times`). Without them one that
    rests on enough samples counts as a trend, with no interval.
    """
    definition, recipe = now.definition, recipe_of(now.definition)
    if definition.survey:
        return _of_answers(now, before)
    if recipe is None or definition.measure == "uptime":
        return Change("not_sampled")
    if recipe.unit == "count":
        # One event after thirty says a lot, and one after two nothing.
        few = now.samples + before.samples < ENOUGH_SAMPLES
        return Change("too_few") if few else _verdict(_rate(now), _rate(before))
    if min(now.samples, before.samples) < ENOUGH_SAMPLES:
        return Change("too_few")
    if recipe.unit == "ratio":
        return _verdict(_share(now), _share(before))
    return _verdict(*times) if times else Change("trend")


def estimated_times(
    store: Store, scopes: Mapping[str, Scope], now: Reading, before: Reading
) -> tuple[Estimate, Estimate] | None:
    """The two values of a length of time, in seconds, with the intervals that their samples give them.

    None where the value is none, or rests on too few samples.
    """
    definition, recipe, readings = now.definition, recipe_of(now.definition), (now, before)
    if recipe is None or recipe.unit != "seconds" or definition.measure == "uptime":
        return None
    if min(one.samples for one in readings) < ENOUGH_SAMPLES:
        return None
    aggregates = Aggregates(store, [scopes[now.team]], [one.period for one in readings])
    if definition.statistic == "mean":
        found = [mean_estimate(values) for values in aggregates.values(recipe.samples)]
    else:
        places = [quantile_places(one.samples, QUANTILES[definition.statistic]) for one in readings]
        values = aggregates.at_places(recipe.samples, places)
        found = [
            quantile_estimate(float((one.value or 0) * MICROS), between, known)
            for one, between, known in zip(readings, places, values, strict=True)
        ]
    first, second = (Estimate(*(number / MICROS for number in one)) for one in found)
    return first, second


def _share(reading: Reading) -> Estimate:
    low, high = reading.interval or (0.0, 1.0)
    return Estimate(float(reading.value or 0), low, high)


def _rate(reading: Reading) -> Estimate:
    """Events for each of what they are divided by: the days of the period, or the releases in it."""
    releases = reading.parts.get("releases")
    days = Fraction(reading.period.ends_at - reading.period.starts_at, DAY * MICROS)
    divisor = float(releases.value if releases else days)
    return Estimate(*(number / divisor for number in count_estimate(reading.samples)))


def _of_answers(now: Reading, before: Reading) -> Change:
    """The means of 100, 0 and -100 over the answers."""
    if now.newest_at == before.newest_at:
        return Change("same_samples")
    if min(now.samples, before.samples) < ENOUGH_SAMPLES:
        return Change("too_few")
    return _verdict(mean_estimate(_answers(now)), mean_estimate(_answers(before)))


def _answers(reading: Reading) -> list[int]:
    worth = {"promoters": 100, "passives": 0, "detractors": -100}
    return [value for name, value in worth.items() for _ in range(int(reading.parts[name].value))]


def _verdict(now: Estimate, before: Estimate) -> Change:
    low, high = difference(now, before)
    return Change("trend" if low > 0 or high < 0 else "noise", (low, high))
