"""Percentiles from two neighbouring order statistics, and 95 % intervals of what is estimated from samples."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import numpy.typing as npt

from scorecard_exporter.measures.model import Statistic

_Whole = TypeVar("_Whole", int, npt.NDArray[Any])
"""A whole number, or many of them."""

QUANTILES: Mapping[Statistic, tuple[int, int]] = {"median": (1, 2), "p75": (3, 4), "p85": (17, 20), "p90": (9, 10)}
"""Percentiles as numerator and denominator."""

ENOUGH_SAMPLES = 20
"""Below so many, a difference or a trend is not told from chance (docs/definitions.md, "More than noise")."""

_Z = 1.959963984540054
"""The 97.5 % point of the normal distribution: 95 % of it lie between minus and plus this."""


def interpolate(lower: _Whole, upper: _Whole, samples: _Whole, quantile: tuple[int, int]) -> tuple[_Whole, int]:
    """The percentile of `samples` values, linear between its two neighbours in their order, as a fraction's two parts.

    That is SQL's `percentile_cont`, type 7 of Hyndman and Fan, "Sample Quantiles in Statistical Packages",
    The American Statistician 50 (1996). `lower` and `upper` are the values at the positions next to
    `(samples - 1) * quantile`, counted from 0; they are the same one where that is whole.
    """
    numerator, denominator = quantile
    rest = (samples - 1) * numerator % denominator
    return lower * (denominator - rest) + upper * rest, denominator


def wilson(successes: int, samples: int) -> tuple[float, float]:
    """The 95 % score interval of the share `successes / samples`, as two ratios.

    E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", Journal of the
    American Statistical Association 22 (1927). `samples` is at least 1.
    """
    share = successes / samples
    square = _Z * _Z
    middle = share + square / (2 * samples)
    spread = _Z * math.sqrt(share * (1 - share) / samples + square / (4 * samples * samples))
    scale = 1 + square / samples
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


class Estimate(NamedTuple):
    """What samples say of a number, with the ends of its 95 % interval; an end that they do not bound is infinite."""

    value: float
    low: float
    high: float


def count_estimate(events: int) -> Estimate:
    """How many independent events are to be expected where `events` happened, with the score interval.

    L. Barker, "A Comparison of Nine Confidence Intervals for a Poisson Parameter When the Expected Number of Events
    is <= 5", The American Statistician 56 (2002).
    """
    middle, spread = events + _Z * _Z / 2, _Z * math.sqrt(events + _Z * _Z / 4)
    return Estimate(events, max(0.0, middle - spread), middle + spread)


class Ends(NamedTuple):
    """Which of some values in ascending order, counted from 1, are the ends of an interval.

    A place beyond the values bounds nothing.
    """

    low: int
    high: int


def quantile_places(samples: int, quantile: tuple[int, int]) -> Ends:
    """The ends of the interval of a percentile of at least one value, whatever the distribution.

    W. J. Conover, Practical Nonparametric Statistics, 3rd edition (1999), section 3.2, for more than 20 values: those
    of the normal approximation to the binomial distribution, rounded up.
    """
    numerator, denominator = quantile
    share = numerator / denominator
    middle, spread = samples * share, _Z * math.sqrt(samples * share * (1 - share))
    return Ends(math.ceil(middle - spread), math.ceil(middle + spread))


def quantile_estimate(percentile: float, ends: Ends, values: Mapping[int, int]) -> Estimate:
    """A percentile with the interval between two of the values, given by their places."""
    return Estimate(percentile, values.get(ends.low, -math.inf), values.get(ends.high, math.inf))


def mean_estimate(values: Sequence[float]) -> Estimate:
    """The mean of at least two values with Student's interval."""
    samples = len(values)
    middle = math.fsum(values) / samples
    squares = math.fsum((value - middle) ** 2 for value in values)
    spread = _student(samples - 1) * math.sqrt(squares / (samples - 1) / samples)
    return Estimate(middle, middle - spread, middle + spread)


def _student(freedom: int) -> float:
    """The 97.5 % point of Student's distribution, by the expansion 26.7.5 of Abramowitz and Stegun (1964)."""
    z = _Z
    terms = (
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
    )
    return math.fsum(term / freedom**power for power, term in enumerate(terms))


def difference(now: Estimate, before: Estimate) -> tuple[float, float]:
    """The 95 % interval of `now` minus `before`, from those of the two, which are independent.

    G. Y. Zou and A. Donner, "Construction of confidence limits about effect measures: a general approach", Statistics
    in Medicine 27 (2008). Of shares that is method 10 of R. G. Newcombe, "Interval estimation for the difference
    between independent proportions", Statistics in Medicine 17 (1998).
    """
    between = now.value - before.value
    return (
        between - math.hypot(now.value - now.low, before.high - before.value),
        between + math.hypot(now.high - now.value, before.value - before.low),
    )
