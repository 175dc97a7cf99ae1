"""Arithmetic over other measures: `+ - * /`, parentheses, decimal numbers and names; exact, and nothing else."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import lru_cache

LONGEST = 500
"""Characters of an expression; keeps the tree shallow whatever is written."""

_OPERATORS: Mapping[type[ast.operator], Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_SIGNS: Mapping[type[ast.unaryop], Callable[[Fraction], Fraction]] = {ast.UAdd: operator.pos, ast.USub: operator.neg}
_NUMBER = re.compile(r"\d[\d_]*(?:\.\d*)?|\.\d+")
_ALLOWED = (
    "allowed are + - * /, parentheses, numbers such as 0.5, and names of measures made of letters, digits and _ "
    "(not beginning with a digit)"
)


def names(expression: str) -> tuple[str, ...]:
    """The names in `expression`, each once, in the order of their first use.

    Raises:
        ValueError: it is not an expression; the message says which piece, and what is allowed.
    """
    found: dict[str, None] = {}
    pending = [_parse(expression)]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Name):
            found[node.id] = None
        elif isinstance(node, ast.BinOp):
            pending += [node.right, node.left]
        elif isinstance(node, ast.UnaryOp):
            pending.append(node.operand)
    return tuple(found)


def compute(expression: str, values: Mapping[str, Fraction]) -> Fraction:
    """The value of `expression`, exact, where every name stands for its number in `values`.

    Raises:
        ValueError: it is not an expression; see `names`.
        KeyError: a name that `values` does not have.
        ZeroDivisionError: a divisor is zero.
    """
    return _value(_parse(expression), expression, values)


@lru_cache(maxsize=256)
def _parse(expression: str) -> ast.expr:
    if len(expression) > LONGEST:
        raise ValueError(f"an expression has at most {LONGEST} characters, this one has {len(expression)}")
    try:
        tree = ast.parse(expression.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ValueError(f"{expression!r} is not an expression: {_ALLOWED}") from None
    for node in ast.walk(tree):
        if isinstance(node, ast.expr):
            _check(node, expression)
    return tree


def _check(node: ast.expr, expression: str) -> None:
    match node:
        case ast.Name():
            return
        case ast.BinOp(op=sign) if type(sign) in _OPERATORS:
            return
        case ast.UnaryOp(op=sign) if type(sign) in _SIGNS:
            return
        case ast.Constant() if _NUMBER.fullmatch(_written(node, expression)):
            return
    raise ValueError(f"{_written(node, expression)!r} in {expression!r} is not understood: {_ALLOWED}")


@lru_cache(maxsize=1024)
def _written(node: ast.expr, expression: str) -> str:
    return ast.get_source_segment(expression.strip(), node) or ""


def _value(node: ast.expr, expression: str, values: Mapping[str, Fraction]) -> Fraction:
    match node:
        case ast.Name(id=name):
            return values[name]
        case ast.BinOp(left=left, op=sign, right=right):
            return _OPERATORS[type(sign)](_value(left, expression, values), _value(right, expression, values))
        case ast.UnaryOp(op=sign, operand=operand):
            return _SIGNS[type(sign)](_value(operand, expression, values))
    return Fraction(_written(node, expression).replace("_", ""))
