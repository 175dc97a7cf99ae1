"""Percentiles against Python's own, and Wilson intervals against published ones."""

import statistics
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard_exporter.measures.statistics import QUANTILES, interpolate, newcombe, wilson


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
    ("first", "second", "lower", "upper"),
    [((56, 70), (48, 80), 0.0524, 0.3339), ((9, 10), (3, 10), 0.1705, 0.8090), ((5, 56), (0, 29), -0.0381, 0.1926)],
)
def test_intervals_of_differences_are_those_of_newcombe(first, second, lower, upper):
    """R. G. Newcombe, Statistics in Medicine 17 (1998), 873-890, table II, method 10."""
    shares = [(successes / samples, wilson(successes, samples)) for successes, samples in (first, second)]
    assert tuple(round(bound, 4) for bound in newcombe(*shares)) == (lower, upper)
