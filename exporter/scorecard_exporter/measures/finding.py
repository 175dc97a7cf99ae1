"""What a measure found for one team in one period, before it is judged whether that is enough."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from scorecard_exporter.measures.model import Absence, Part

MICROS = 1_000_000
"""Microseconds in a second, and millionths in a unit."""


class Details(NamedTuple):
    """What stands beside a value.

    `parts` belong to the samples and go with the value, as `interval` does; `beside` stands on its own (what is open,
    what waits) and is shown without a value too.
    """

    parts: Mapping[str, Part] = MappingProxyType({})
    beside: Mapping[str, Part] = MappingProxyType({})
    interval: tuple[float, float] | None = None


class Finding(NamedTuple):
    """A value with its evidence. `value` None: nothing to compute it from.

    `absence`: a reason against the value that the samples cannot show. `details` makes what stands beside it, which a
    long history does not ask for.
    """

    value: Fraction | None
    samples: int
    newest_at: int | None
    absence: Absence | None = None
    details: Callable[[], Details] = Details


Find = Callable[[str], Finding]
"""What a measure finds for a team in one period: what all teams have in common was looked up before."""


@lru_cache(maxsize=4096)
def count(number: int) -> Part:
    """A plain number as a part."""
    return Part(number, "count")


def seconds(micros: int, divisor: int = 1) -> Part:
    """A duration of `micros / divisor` microseconds as a part."""
    return Part(micros, "seconds", divisor * MICROS)


def ratio(some: int, every: int) -> Part:
    """A share as a part; `every` is at least 1."""
    return Part(some, "ratio", every)
