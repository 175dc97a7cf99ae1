"""A small part of PromQL: selectors, functions over a range, aggregations, and arithmetic between vectors.

`sum by (service) (increase(acme_requests_total{service=~"b.*"}[1d])) / 100`
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

Labels = tuple[tuple[str, str], ...]
Vector = dict[Labels, float]
TOKEN = re.compile(
    r'\s*("(?:[^"\\]|\\.)*"|[A-Za-z_:][\w:]*|\d+(?:\.\d+)?[a-z]+(?:\d+[a-z]+)*|\d+(?:\.\d+)?|=~|!~|!=|[{}()\[\],=/*+-])'
)
UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
AGGREGATIONS: Mapping[str, Callable[[list[float]], float]] = {
    "sum": sum,
    "max": max,
    "min": min,
    "count": len,
    "avg": lambda values: sum(values) / len(values),
}
RANGED = ("increase", "rate", "max_over_time", "min_over_time", "avg_over_time", "sum_over_time", "last_over_time")
STEP = 3_600
"""Between two samples of a range."""


class Database(Protocol):
    """Where samples are."""

    def instant(self, name: str, at: int) -> Mapping[Labels, float]:
        """The value of each series of a metric at a moment."""


@dataclass(frozen=True, slots=True)
class Matcher:
    """A condition on a label."""

    label: str
    operator: str
    value: str

    def fits(self, labels: Mapping[str, str]) -> bool:
        found = labels.get(self.label, "")
        is_same = bool(re.fullmatch(self.value, found)) if "~" in self.operator else found == self.value
        return is_same != self.operator.startswith("!")


@dataclass(frozen=True, slots=True)
class Selector:
    """Which series are meant, and how far back."""

    name: str
    matchers: tuple[Matcher, ...]
    length: int

    def of(self, database: Database, at: int) -> Vector:
        found = database.instant(self.name, at)
        return {
            labels: value
            for labels, value in found.items()
            if all(matcher.fits(dict(labels)) for matcher in self.matchers)
        }


Expression = Callable[[Database, int], "Vector | float"]


def parse(text: str) -> Expression:
    """Read an expression. Raises ValueError."""
    tokens, place = [], 0
    while text[place:].strip():
        match = TOKEN.match(text, place)
        if match is None:
            raise ValueError(f'invalid parameter "query": 1:{place + 1}: parse error: unexpected character')
        tokens.append(match[1])
        place = match.end()
    parser = _Parser(tokens)
    found = parser.sum()
    if parser.peek():
        raise ValueError(f'invalid parameter "query": parse error: unexpected "{parser.peek()}"')
    return found


def seconds(text: str) -> int:
    """`5m`, `1d12h`, or a number of seconds. Raises ValueError."""
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return int(float(text))
    parts = re.findall(r"(\d+)([smhdw])", text)
    if "".join(number + unit for number, unit in parts) != text or not parts:
        raise ValueError(f'not a valid duration string: "{text}"')
    return sum(int(number) * UNITS[unit] for number, unit in parts)


class _Parser:
    """By recursive descent."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._place = 0

    def peek(self) -> str:
        return self._tokens[self._place] if self._place < len(self._tokens) else ""

    def _take(self, wanted: str = "") -> str:
        token = self.peek()
        if not token or (wanted and token != wanted):
            raise ValueError(f'invalid parameter "query": parse error: unexpected "{token}", expected "{wanted}"')
        self._place += 1
        return token

    def sum(self) -> Expression:
        left = self._product()
        while self.peek() in ("+", "-"):
            left = _arithmetic(self._take(), left, self._product())
        return left

    def _product(self) -> Expression:
        left = self._atom()
        while self.peek() in ("*", "/"):
            left = _arithmetic(self._take(), left, self._atom())
        return left

    def _atom(self) -> Expression:
        word = self._take()
        if word == "(":
            inner = self.sum()
            self._take(")")
            return inner
        if re.fullmatch(r"\d+(\.\d+)?", word):
            number = float(word)
            return lambda _, __: number
        if word in AGGREGATIONS:
            return self._aggregation(word)
        if word in RANGED:
            self._take("(")
            selector = self._selector(self._take())
            self._take(")")
            return lambda database, at: _ranged(word, database, selector, at)
        return self._selector(word).of

    def _aggregation(self, name: str) -> Expression:
        labels = self._by()
        self._take("(")
        inner = self.sum()
        self._take(")")
        labels = labels or self._by()
        return lambda database, at: _aggregate(name, labels, inner(database, at))

    def _by(self) -> tuple[str, ...]:
        if self.peek() != "by":
            return ()
        self._take()
        self._take("(")
        labels = []
        while self.peek() != ")":
            word = self._take()
            if word != ",":
                labels.append(word)
        self._take(")")
        return tuple(labels)

    def _selector(self, name: str) -> Selector:
        matchers = []
        if self.peek() == "{":
            self._take()
            while self.peek() != "}":
                if self.peek() == ",":
                    self._take()
                    continue
                label, operator = self._take(), self._take()
                matchers.append(Matcher(label, operator, self._take()[1:-1]))
            self._take("}")
        length = 0
        if self.peek() == "[":
            self._take()
            length = seconds(self._take())
            self._take("]")
        return Selector(name, tuple(matchers), length)


def _ranged(kind: str, database: Database, selector: Selector, at: int) -> Vector:
    """A function over a range. An increase is exact here: these counters never miss a sample."""
    if kind in ("increase", "rate"):
        after, before = selector.of(database, at), selector.of(database, at - selector.length)
        share = selector.length if kind == "rate" else 1
        return {_nameless(key): (value - before[key]) / share for key, value in after.items() if key in before}
    samples: dict[Labels, list[float]] = {}
    for moment in range(at - selector.length + STEP, at + 1, STEP):
        for key, value in selector.of(database, moment).items():
            samples.setdefault(_nameless(key), []).append(value)
    if kind == "last_over_time":
        return {key: values[-1] for key, values in samples.items()}
    return {key: AGGREGATIONS[kind.partition("_")[0]](values) for key, values in samples.items()}


def _aggregate(name: str, by: tuple[str, ...], inner: Vector | float) -> Vector:
    if isinstance(inner, float):
        raise ValueError('invalid parameter "query": parse error: expected type instant vector')
    groups: dict[Labels, list[float]] = {}
    for labels, value in inner.items():
        kept = tuple((label, text) for label, text in labels if label in by)
        groups.setdefault(kept, []).append(value)
    return {labels: float(AGGREGATIONS[name](values)) for labels, values in groups.items()}


def _arithmetic(operator: str, left: Expression, right: Expression) -> Expression:
    compute: Callable[[float, float], float] = {
        "+": lambda one, two: one + two,
        "-": lambda one, two: one - two,
        "*": lambda one, two: one * two,
        "/": lambda one, two: one / two if two else float("nan"),
    }[operator]

    def evaluate(database: Database, at: int) -> Vector | float:
        one, two = left(database, at), right(database, at)
        if isinstance(one, float) and isinstance(two, float):
            return compute(one, two)
        if isinstance(two, float):
            assert isinstance(one, dict)  # noqa: S101 - it is no number
            return {_nameless(key): compute(value, two) for key, value in one.items()}
        if isinstance(one, float):
            return {_nameless(key): compute(one, value) for key, value in two.items()}
        others = {_nameless(key): value for key, value in two.items()}
        pairs = {_nameless(key): value for key, value in one.items()}
        return {key: compute(value, others[key]) for key, value in pairs.items() if key in others}

    return evaluate


def _nameless(labels: Labels) -> Labels:
    return tuple(pair for pair in labels if pair[0] != "__name__")
