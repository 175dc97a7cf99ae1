"""The words that measures are spoken in: definition, scope, period, reading, absence, sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal, NamedTuple

from scorecard_exporter.events.rules import ServiceRule

Statistic = Literal["count", "per_day", "sum", "newest", "mean", "median", "p75", "p85", "p90", "share"]
GreyState = Literal["missing", "stale", "insufficient", "not_applicable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A series of observations from `origin` (see `events.model.is_from`).

    `rollup`: a team's own value if it has one, else the sum of its children (`own`), or always that sum
    (`sum`). `freshness` in microseconds: older is stale; 0: no limit.
    """

    name: str
    origin: str | None
    unit: str
    rollup: Literal["own", "sum"] = "own"
    freshness: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """A survey in rounds, answered from 0 to 10, from `origin` (see `events.model.is_from`).

    `question`: the one that is meant; empty: the only one that is answered with such numbers. `min_group`: results
    of fewer answers are not shown. `freshness` in microseconds: a round that was closed longer ago is stale.
    """

    name: str
    origin: str | None
    question: str = ""
    min_group: int = 5
    freshness: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """What is computed: everything about a measure but its targets. Equal definitions are computed once.

    `measure`: id in the catalogue. Durations are microseconds. `series`: in the order of the entry's `keys`; of an
    `observation` one, of a `quotient` numerator and denominator. `within`: how long a feature is new, from its
    release. `expression` and `operands`: of an `arithmetic` measure, the
    names in the expression and the definitions that they stand for.
    """

    measure: str
    unit: str
    statistic: Statistic
    window: int
    min_samples: int
    freshness: int
    zone: str = "UTC"
    series: tuple[Series, ...] = ()
    survey: Survey | None = None
    within: int = 0
    expression: str = ""
    operands: tuple[tuple[str, Definition], ...] = ()

    @property
    def is_total(self) -> bool:
        """Whether its value grows with the length of its window, or is made of values that do."""
        return self.statistic in {"count", "sum"} or any(operand.is_total for _, operand in self.operands)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """A team as measures see it: its services' rules, whole tree below it, once each, and its children.

    `services` are those of the tree, sorted by name; `own_services` its own; `children` are names of teams.
    """

    team: str
    services: tuple[ServiceRule, ...]
    own_services: tuple[str, ...] = ()
    children: tuple[str, ...] = ()


class Period(NamedTuple):
    """A half-open span of time `[starts_at, ends_at)` in microseconds since the epoch, UTC."""

    starts_at: int
    ends_at: int


class Part:
    """A number beside the value, in its own unit (`count` is plain): `amount` divided by `divisor`.

    It is divided when it is asked for: a long history has millions of parts, and shows none of them.
    """

    __slots__ = ("_amount", "_divisor", "unit")

    def __init__(self, amount: Fraction | int, unit: str, divisor: int = 1) -> None:
        self._amount, self._divisor, self.unit = amount, divisor, unit

    @property
    def value(self) -> Fraction:
        """The exact number."""
        return Fraction(self._amount, self._divisor)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Part) and (self.value, self.unit) == (other.value, other.unit)

    def __hash__(self) -> int:
        return hash((self.value, self.unit))

    def __repr__(self) -> str:
        return f"Part({self.value!r}, {self.unit!r})"


@dataclass(frozen=True, slots=True)
class Absence:
    """Why there is no value. `code` is short and stable; `sentence` says what and why; `fix` what to do."""

    state: GreyState
    code: str
    sentence: str
    fix: str = ""


@dataclass(slots=True)
class Reading:
    """One measure of one team over one period: a value with its evidence, or the reason for none.

    Nobody changes one. It is not frozen because a long history makes hundreds of thousands, each at three times the
    price.

    `value` in the definition's unit, exact. `newest_at`: microseconds of the newest sample.
    `interval`: 95 % Wilson interval of a share. `provisional_until`: microseconds; later events may
    still change the value until then. `notes` are sentences that belong beside the number.
    """

    definition: Definition
    team: str
    period: Period
    value: Fraction | None = None
    samples: int = 0
    newest_at: int | None = None
    interval: tuple[float, float] | None = None
    parts: Mapping[str, Part] = field(default_factory=dict)
    absence: Absence | None = None
    provisional_until: int | None = None
    notes: tuple[str, ...] = ()


Readings = Mapping[Definition, Sequence[Mapping[str, Reading]]]
"""Of each definition, for each period in their order, the reading of each team."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One piece of evidence: when it counts, its value in `unit`, and where to look."""

    subject: str
    occurred_at: int
    value: Fraction
    unit: str
    key: str
    origin: str
    url: str
