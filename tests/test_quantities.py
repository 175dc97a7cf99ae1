"""Numbers as people write them."""

from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard_exporter.quantities import (
    UNITS,
    RefusedError,
    instant,
    is_currency,
    moment,
    parse,
    positive_duration,
    to_micros,
    write,
)

READ = [
    ("90m", "seconds", 5400, "m is a minute"),
    ("1d 12h", "seconds", 129_600, "several parts add up"),
    ("1d12h", "seconds", 129_600, "with or without a space"),
    ("1.5 hours", "seconds", 5400, "words and decimals"),
    ("2w", "seconds", 1_209_600, "a week is 7 days"),
    ("1 month", "seconds", 2_592_000, "a month is 30 days"),
    ("1 quarter", "seconds", 7_776_000, "a quarter is 90 days"),
    ("1y", "seconds", 31_536_000, "a year is 365 days"),
    ("0.3s", "seconds", Fraction(3, 10), "exact, as no float is"),
    ("0", "seconds", 0, "zero needs no unit"),
    ("1/week", "per_day", Fraction(1, 7), "one a week"),
    ("3/d", "per_day", 3, "three a day"),
    ("1/2w", "per_day", Fraction(1, 14), "one in two weeks"),
    ("1 / month", "per_day", Fraction(1, 30), "spaces do no harm"),
    ("0", "per_day", 0, "none at all"),
    ("5%", "ratio", Fraction(1, 20), "per cent"),
    ("0.05", "ratio", Fraction(1, 20), "or plain"),
    ("-20 %", "ratio", Fraction(-1, 5), "a change has a sign"),
    ("1,200 EUR", "eur", 1200, "thousands with a comma, the currency behind"),
    ("€1200.50", "eur", Fraction(2401, 2), "or its sign before"),
    ("1_200", "eur", 1200, "or left out, since the unit is known"),
    ("40 points", "points", 40, "points by name"),
    ("-40", "points", -40, "or plain"),
    ("3", "count", 3, "a count is a number"),
    (1e-7, "count", Fraction(1, 10_000_000), "a float is what it prints"),
    (Fraction(1, 3), "seconds", Fraction(1, 3), "a fraction is read already"),
]


@pytest.mark.parametrize(("text", "unit", "value", "why"), READ, ids=[row[3] for row in READ])
def test_read(text, unit, value, why):
    """What a person writes is read exactly."""
    assert parse(text, unit) == value, why


REFUSED = [
    ("60", "seconds", "a number alone could be seconds or days"),
    ("1M", "seconds", "M could be a minute or a month"),
    ("1,5d", "seconds", "a comma only groups thousands"),
    ("2d 3", "seconds", "the last part has no unit"),
    ("2 fortnights", "seconds", "no such unit"),
    ("d", "seconds", "no number"),
    ("1/0w", "per_day", "never in no time"),
    ("1 per week", "per_day", "only the slash"),
    ("5", "per_day", "per what?"),
    ("5 %%", "ratio", "one sign is enough"),
    ("2d", "ratio", "a duration is no share"),
    ("1,5", "count", "a comma only groups thousands"),
    ("1e9999999", "count", "an exponent could fill the memory"),
    ("nan", "count", "not a number"),
    ("1/3", "count", "a quotient is not how people count"),
    ("5 usd", "eur", "another currency"),
    ("", "count", "nothing"),
    (None, "ratio", "nothing at all"),
    (True, "count", "yes is no number"),
    (float("inf"), "count", "endless"),
    ([1], "count", "a list"),
]


@pytest.mark.parametrize(("text", "unit", "why"), REFUSED, ids=[row[2] for row in REFUSED])
def test_refused(text, unit, why):
    """What is not a quantity of that unit is refused, and what is allowed is said."""
    with pytest.raises(RefusedError, match="is not") as refused:
        parse(text, unit)
    assert refused.value.allowed, why


WRITTEN = [
    (155_520, "seconds", "1.8 d"),
    (5400, "seconds", "1.5 h"),
    (90, "seconds", "1.5 min"),
    (0, "seconds", "0 s"),
    (-90, "seconds", "-1.5 min"),
    (Fraction(1, 20), "ratio", "5 %"),
    (Fraction(9996, 10_000), "ratio", "99.96 %"),
    (Fraction(1, 5), "per_day", "1.4/week"),
    (Fraction(1, 400), "per_day", "0.91/year"),
    (0, "per_day", "0/d"),
    (1234, "eur", "1,234 EUR"),
    (Fraction(42, 10), "points", "4.2"),
    (Fraction(1, 3000), "count", "0.00033"),
]


@pytest.mark.parametrize(("value", "unit", "text"), WRITTEN, ids=[row[2] for row in WRITTEN])
def test_written(value, unit, text):
    """Two significant digits, in the unit that people would choose."""
    assert write(value, unit) == text


@given(st.fractions(min_value=-1000, max_value=1000), st.sampled_from([unit for unit in UNITS if unit != "seconds"]))
def test_what_is_written_can_be_read(value, unit):
    """Written and read again, a quantity differs by its rounding to two digits at most."""
    assert abs(parse(write(value, unit), unit) - value) <= abs(value) * Fraction(51, 1000)


def test_a_duration_is_above_zero():
    """An interval of nothing would never end."""
    with pytest.raises(RefusedError, match="above zero"):
        positive_duration("0")


def test_currencies():
    """Three lower-case letters are a currency; a unit of the measures is none."""
    assert is_currency("chf")
    assert not any(is_currency(unit) for unit in UNITS if unit != "eur")


def test_micros_are_whole():
    """A third of a second is cut, not rounded up."""
    assert to_micros(Fraction(1, 3)) == 333_333


@given(st.datetimes(timezones=st.just(UTC)))
def test_moments_keep_every_microsecond(when):
    """There and back is the same moment."""
    assert moment(instant(when)) == when


def test_an_instant_knows_its_zone():
    """13:00 two hours east of Greenwich is 11:00 there; without a zone it is nothing."""
    east = timezone(timedelta(hours=2))
    assert instant(datetime(1970, 1, 1, 13, tzinfo=east)) == 11 * 3_600_000_000
    with pytest.raises(ValueError, match="no time zone"):
        instant(datetime(1970, 1, 1))  # noqa: DTZ001 - that it has none is the point
