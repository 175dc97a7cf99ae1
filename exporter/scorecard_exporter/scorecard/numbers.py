"""The numbers of a reading, as the sentences about it need them."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from scorecard_exporter.measures.finding import MICROS
from scorecard_exporter.measures.model import Period, Reading, Statistic
from scorecard_exporter.quantities import DAY, when, write

_STATISTICS: Mapping[Statistic, str] = {
    "newest": "Newest",
    "sum": "Sum",
    "mean": "Mean",
    "median": "Median",
    "p75": "75th percentile",
    "p85": "85th percentile",
    "p90": "90th percentile",
}


def length_text(period: Period) -> str:
    """How long a period is: `30 d`."""
    seconds = Fraction(period.ends_at - period.starts_at, MICROS)
    return f"{seconds / DAY} d" if seconds % DAY == 0 else write(seconds, "seconds")


def several(number: int, thing: str, things: str = "") -> str:
    """So many things, in words: `1 change`, `2 changes`."""
    return f"{number:,} {thing if number == 1 else things or f'{thing}s'}"


class Numbers:
    """A reading's numbers; `value` as it is written."""

    def __init__(self, reading: Reading, value_text: str) -> None:
        self.reading, self.definition, self.value = reading, reading.definition, value_text
        self.statistic = _STATISTICS.get(reading.definition.statistic, "")
        self.between = f"between {when(reading.period.starts_at)} and {when(reading.period.ends_at)}"

    def count(self, name: str) -> int:
        """A part that counts things; 0 where the reading has none of that name."""
        return int(self.reading.parts[name].value) if name in self.reading.parts else 0

    def text(self, name: str) -> str:
        """A part as people write it; empty where the reading has none of that name."""
        part = self.reading.parts.get(name)
        return write(part.value, part.unit) if part else ""

    def clauses(self, **texts: str) -> str:
        """Those of the texts whose part is there and not zero, each after a semicolon."""
        shown = (text for name, text in texts.items() if (part := self.reading.parts.get(name)) and part.value)
        return "".join(f"; {text}" for text in shown)
