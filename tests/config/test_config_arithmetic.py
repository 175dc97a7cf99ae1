"""Units of arithmetic measures."""

import pytest

from scorecard_exporter.config.arithmetic import UNKNOWN, unit_of

UNITS = {"cost": "eur", "value": "eur", "orders": "count", "share": "ratio", "time": "seconds", "rate": "per_day"}
KNOWN = [
    ("value - cost", "eur", "equal units add"),
    ("value / cost - 1", "ratio", "equal units divide to a ratio, which numbers may be added to"),
    ("(value - cost) / cost", "ratio", "the return on an investment"),
    ("cost / orders", "eur", "euros an order are euros"),
    ("cost / 1000", "eur", "a number changes no unit"),
    ("2 * cost", "eur", "on either side"),
    ("share * cost", "eur", "a share of euros is euros"),
    ("-cost", "eur", "nor does a sign"),
    ("orders + 1", "count", "a number is a count"),
    ("1 + orders", "count", "in either order"),
    ("1 - share", "ratio", "or a share"),
    ("orders / orders", "ratio", "counts by counts are a ratio"),
    ("share / 2", "ratio", "half a share is a share"),
    ("cost * time", UNKNOWN, "euros times seconds have no name"),
    ("cost / time", UNKNOWN, "nor have euros by seconds"),
    ("1 / cost", UNKNOWN, "nor a number by euros"),
    ("1 / orders", UNKNOWN, "nor by a count"),
    ("cost / time + 1", UNKNOWN, "and what has none stays so"),
    ("1 + 1", "count", "numbers alone are a count"),
]


@pytest.mark.parametrize(("expression", "unit", "why"), KNOWN, ids=[row[0] for row in KNOWN])
def test_unit(expression, unit, why):
    """The unit follows from those of the operands."""
    assert unit_of(expression, UNITS) == unit, why


REFUSED = [
    ("cost + orders", "eur and count"),
    ("cost + 1", "eur and a plain number"),
    ("time - share", "seconds and ratio"),
    ("value / cost + cost", "ratio and eur"),
]


@pytest.mark.parametrize(("expression", "names"), REFUSED, ids=[row[0] for row in REFUSED])
def test_units_that_do_not_add(expression, names):
    """Both units are named."""
    with pytest.raises(ValueError, match=f"^{names} cannot be added"):
        unit_of(expression, UNITS)
