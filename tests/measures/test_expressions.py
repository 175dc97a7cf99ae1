"""Arithmetic over measures: what is understood, exactly, and what is refused."""

from fractions import Fraction

import pytest

from scorecard_exporter.measures.expression import LONGEST, compute, names

VALUES = {"a": Fraction(3), "b": Fraction(2), "zero": Fraction(0), "lead_time2": Fraction(1, 7)}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("a", 3),
        ("a + b * 2", 7),
        ("(a + b) * 2", 10),
        ("a - b - 1", 0),
        ("a / b / 3", Fraction(1, 2)),
        ("-a + +b", -1),
        ("0.1 + 0.2", Fraction(3, 10)),
        ("1_000 * .5", 500),
        ("lead_time2 * 7", 1),
        (" a ", 3),
        ("+".join(["a"] * 250), 750),
    ],
)
def test_a_value_is_exact(expression, value):
    assert compute(expression, VALUES) == value


@pytest.mark.parametrize(
    ("expression", "found"),
    [("1 + 2", ()), ("b - a / b", ("b", "a")), ("(zero - a) * (b + zero)", ("zero", "a", "b"))],
)
def test_names_come_once_in_the_order_of_their_use(expression, found):
    assert names(expression) == found


@pytest.mark.parametrize("compute_or_names", [names, lambda expression: compute(expression, VALUES)])
@pytest.mark.parametrize(
    "expression",
    [
        "",
        " ",
        "a b",
        "a +",
        "(a",
        "a ** b",
        "a // b",
        "a % b",
        "a < b",
        "not a",
        "~a",
        "a if b else a",
        "a(b)",
        "a.b",
        "a[0]",
        "[a]",
        "'a'",
        "True",
        "None",
        "1e9",
        "0x10",
        "2j",
        "(a := 1)",
        "lambda: a",
        "a; b",
        "a\0",
        "a, b",
        "__import__('os')",
        "(" * 200 + "a" + ")" * 201,
    ],
)
def test_anything_else_is_refused_with_what_is_allowed(expression, compute_or_names):
    with pytest.raises(ValueError, match=r"allowed are \+ - \* /, parentheses, numbers such as 0\.5, and names"):
        compute_or_names(expression)


def test_a_long_expression_is_refused():
    with pytest.raises(ValueError, match="at most 500 characters, this one has 501"):
        names("a" * (LONGEST + 1))


def test_a_divisor_of_zero_is_an_error_of_its_own():
    with pytest.raises(ZeroDivisionError):
        compute("a / (b - 2)", VALUES)


def test_a_name_without_a_number_is_said():
    with pytest.raises(KeyError, match="missing"):
        compute("a / missing", VALUES)
