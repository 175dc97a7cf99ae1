"""Percentiles against Python's own, and intervals against published ones."""

import math
import statistics
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard_exporter.measures.statistics import (
    QUANTILES,
    Ends,
    Estimate,
    count_estimate,
    difference,
    interpolate,
    mean_estimate,
    quantile_estimate,
    quantile_places,
    wilson,
)


def neighbours(values, quantile):
    """The two values next to the place of a percentile, found by sorting."""
    place = Fraction(*quantile) * (len(values) - 1)
    ordered = sorted(values)
    return ordered[place.__floor__()], ordered[place.__ceil__()]


@given(st.lists(st.integers(-(10**15), 10**15), min_size=2, max_size=60))
def test_percentiles_are_those_of_pythons_inclusive_method(values):
    exact = [Fraction(value) for value in values]
    twentieths = statistics.quantiles(exact, n=20, method="inclusive")
    for name, place in {"median": 10, "p75": 15, "p85": 17, "p90": 18}.items():
        quantile = QUANTILES[name]
        amount, divisor = interpolate(*neighbours(values, quantile), len(values), quantile)
        assert Fraction(amount, divisor) == twentieths[place - 1]


def test_a_percentile_of_one_value_is_that_value():
    assert {Fraction(*interpolate(7, 7, 1, quantile)) for quantile in QUANTILES.values()} == {7}


@pytest.mark.parametrize(
    ("successes", "samples", "lower", "upper"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_intervals_are_those_of_newcombe(successes, samples, lower, upper):
    """R. G. Newcombe, Statistics in Medicine 17 (1998), 857-872, table I, method 3."""
    assert tuple(round(bound, 4) for bound in wilson(successes, samples)) == (lower, upper)


@given(st.integers(1, 10_000).flatmap(lambda samples: st.tuples(st.integers(0, samples), st.just(samples))))
def test_an_interval_holds_the_share_and_stays_within_0_and_1(pair):
    successes, samples = pair
    lower, upper = wilson(successes, samples)
    assert 0 <= lower <= successes / samples + 1e-12
    assert successes / samples - 1e-12 <= upper <= 1


def test_the_interval_of_the_opposite_is_the_mirror_image():
    lower, upper = wilson(3, 10)
    assert wilson(7, 10) == pytest.approx((1 - upper, 1 - lower))


@pytest.mark.parametrize(
    ("now", "before", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0),
    ],
)
def test_differences_of_shares_are_those_of_newcombe(now, before, low, high):
    """R. G. Newcombe, Statistics in Medicine 17 (1998) 873, table II, method 10."""
    shares = [Estimate(successes / samples, *wilson(successes, samples)) for successes, samples in (now, before)]
    found = difference(*shares)
    assert found == pytest.approx((low, high), abs=0.00006)


def test_the_interval_of_a_count_solves_the_equation_of_the_score():
    """An end is the mean from which the count is 1.96 standard deviations away: (x - m)² = 1.96² m."""
    for events in (0, 1, 5, 100):
        _, low, high = count_estimate(events)
        for end in (low, high):
            assert (events - end) ** 2 == pytest.approx(1.959964**2 * end, abs=1e-5)


def test_the_interval_of_a_median_lies_between_two_of_the_values():
    """Of 100 values: 50 - 9.8 and 50 + 9.8, rounded up."""
    assert quantile_places(100, QUANTILES["median"]) == Ends(41, 60)
    assert quantile_estimate(1050.5, Ends(41, 60), {41: 1041, 60: 1060}) == Estimate(1050.5, 1041, 1060)


def test_few_values_do_not_bound_a_high_percentile():
    """Of 20 values: 18 + 1.96 * sqrt(20 * 0.9 * 0.1) is 20.6, and there is no 21st."""
    places = quantile_places(20, QUANTILES["p90"])
    assert places == Ends(16, 21)
    assert quantile_estimate(9, places, {16: 7}) == Estimate(9, 7, math.inf)


@pytest.mark.parametrize(("samples", "point"), [(20, 2.0930), (31, 2.0423), (121, 1.9799)])
def test_the_interval_of_a_mean_is_students(samples, point):
    """The 97.5 % points for 19, 30 and 120 degrees of freedom, as every table has them."""
    values = [0.0, 1.0] * (samples // 2) + [0.5] * (samples % 2)
    mean, low, high = mean_estimate(values)
    error = statistics.stdev(values) / math.sqrt(samples)
    assert (mean, (high - mean) / error, (mean - low) / error) == pytest.approx((0.5, point, point), abs=0.00006)


def test_an_end_that_is_not_bounded_leaves_the_difference_unbounded_on_that_side():
    assert difference(Estimate(9, 7, math.inf), Estimate(3, 3, 3)) == (4, math.inf)
    assert difference(Estimate(9, 9, 9), Estimate(3, 3, math.inf)) == (-math.inf, 6)
