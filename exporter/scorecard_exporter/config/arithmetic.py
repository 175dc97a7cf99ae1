"""Which unit an arithmetic measure has: worked out from the units of what it is made of."""

from __future__ import annotations

import ast
from collections.abc import Mapping

PLAIN = ""
"""The unit of a number written in the expression."""

UNKNOWN = "?"
"""The unit of what has no name for it (euros times seconds)."""

_WITHOUT_UNIT = ("count", "ratio")


def unit_of(expression: str, units: Mapping[str, str]) -> str:
    """The unit of a valid expression, given those of its names; `UNKNOWN` where it has no name.

    Raises:
        ValueError: units are added or subtracted that do not fit.
    """
    unit = _unit(ast.parse(expression.strip(), mode="eval").body, units)
    return "count" if unit == PLAIN else unit


def _unit(node: ast.expr, units: Mapping[str, str]) -> str:
    match node:
        case ast.Name(id=name):
            return units[name]
        case ast.UnaryOp(operand=operand):
            return _unit(operand, units)
        case ast.BinOp(left=left, op=sign, right=right):
            one, other = _unit(left, units), _unit(right, units)
            if isinstance(sign, ast.Add | ast.Sub):
                return _sum(one, other)
            return quotient_unit(one, other) if isinstance(sign, ast.Div) else _product(one, other)
    return PLAIN


def _sum(one: str, other: str) -> str:
    if UNKNOWN in (one, other):
        return UNKNOWN
    if one == other or (other == PLAIN and one in _WITHOUT_UNIT):
        return one
    if one == PLAIN and other in _WITHOUT_UNIT:
        return other
    names = " and ".join("a plain number" if unit == PLAIN else unit for unit in (one, other))
    raise ValueError(f"{names} cannot be added or subtracted; both sides need the same unit")


def _product(one: str, other: str) -> str:
    for factor, rest in ((one, other), (other, one)):
        if factor in (PLAIN, *_WITHOUT_UNIT):
            return rest or factor
    return UNKNOWN


def quotient_unit(one: str, other: str) -> str:
    """The unit of a quotient; `UNKNOWN` where it has no name."""
    if one == other:
        return PLAIN if one == PLAIN else UNKNOWN if one == UNKNOWN else "ratio"
    return one if other in (PLAIN, *_WITHOUT_UNIT) and one != PLAIN else UNKNOWN
