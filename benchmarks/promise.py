"""How a benchmark tells what it measured, what is promised, and whether the promise is kept."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

_KEPT = {
    "at most": lambda figure, bound: figure <= bound,
    "below": lambda figure, bound: figure < bound,
    "at least": lambda figure, bound: figure >= bound,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A promise about the median of several runs; `detail` says what the figure was made from."""

    name: str
    runs: Sequence[float]
    unit: str
    sense: Literal["at most", "below", "at least"]
    bound: float
    detail: str = ""

    @property
    def kept(self) -> bool:
        """Whether the median is where it was promised to be."""
        return bool(_KEPT[self.sense](median(self.runs), self.bound))

    def __str__(self) -> str:
        runs = f"median of {len(self.runs)} runs" if len(self.runs) > 1 else "1 run"
        spread = f", {_number(min(self.runs))} to {_number(max(self.runs))}" if len(self.runs) > 1 else ""
        detail = f"; {self.detail}" if self.detail else ""
        return (
            f"{self.name}: {_number(median(self.runs))} {self.unit} ({runs}{spread}{detail}); "
            f"promised: {self.sense} {_number(self.bound)} {self.unit}; {'kept' if self.kept else 'NOT KEPT'}"
        )


def _number(value: float) -> str:
    """Three significant digits, and all digits before the point."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def tell(promises: Iterable[Promise]) -> None:
    """Print a line for each promise as soon as it is measured; end with status 1 when one is broken."""
    kept = []
    for promise in promises:
        print(promise, flush=True)
        kept.append(promise.kept)
    sys.exit(0 if all(kept) else 1)
