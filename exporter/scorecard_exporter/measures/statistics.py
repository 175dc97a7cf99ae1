"""Percentiles from two neighbouring order statistics, and intervals of shares and of their differences."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from fractions import Fraction

from scorecard_exporter.measures.model import Statistic

_Share = tuple[float, tuple[float, float]]

QUANTILES: Mapping[Statistic, tuple[int, int]] = {"median": (1, 2), "p75": (3, 4), "p85": (17, 20), "p90": (9, 10)}
"""Percentiles as numerator and denominator."""

ENOUGH_SAMPLES = 20
"""Below so many, a difference or a trend is not told from chance (docs/definitions.md, "Statistics")."""

_Z = 1.959963984540054
"""The 97.5 % point of the normal distribution: 95 % of it lie between minus and plus this."""


def interpolate(lower: int, upper: int, samples: int, quantile: tuple[int, int]) -> tuple[int, int]:
    """The percentile of `samples` values, linear between its two neighbours in their order, as a fraction's two parts.

    That is SQL's `percentile_cont`, type 7 of Hyndman and Fan, "Sample Quantiles in Statistical Packages",
    The American Statistician 50 (1996). `lower` and `upper` are the values at the positions next to
    `(samples - 1) * quantile`, counted from 0; they are the same one where that is whole.
    """
    numerator, denominator = quantile
    rest = (samples - 1) * numerator % denominator
    return lower * (denominator - rest) + upper * rest, denominator


def exact_sum(values: Iterable[Fraction]) -> Fraction:
    """The sum; those with the same denominator are added up as whole numbers, several times faster."""
    numerators: defaultdict[int, int] = defaultdict(int)
    for value in values:
        numerator, denominator = value.as_integer_ratio()
        numerators[denominator] += numerator
    return sum((Fraction(numerator, denominator) for denominator, numerator in numerators.items()), Fraction(0))


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


def newcombe(share: _Share, before: _Share) -> tuple[float, float]:
    """The 95 % interval of the difference `share - before` of two independent shares, as two ratios.

    Each is given as its value and its Wilson interval. R. G. Newcombe, "Interval estimation for the difference between
    independent proportions", Statistics in Medicine 17 (1998), method 10.
    """
    (now, (low, high)), (then, (low_then, high_then)) = share, before
    difference = now - then
    return difference - math.hypot(now - low, high_then - then), difference + math.hypot(high - now, then - low_then)
