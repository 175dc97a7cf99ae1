"""What the catalogue says of one measure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from scorecard_exporter.measures.model import Statistic

DORA = "DORA, Accelerate State of DevOps reports, 2018 to 2024"
OWN = "this project, docs/definitions.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One measure of the catalogue.

    `unit` None: that of its series or as configured. `statistics`: what may be chosen, the default
    first. `window` as people write it. `empty`: what no sample means under full coverage. `anchors`:
    worst, red, goal and best as people write them. `needs`: roles (`deployments`, `changes`,
    `incidents`) of which at least one service must have a mapping; `uses`: roles read as well where mapped.
    `keys`: those of the configuration that name its series, each with the unit that the series must have (`money`:
    any currency; empty: any). `keys_are_optional`: without them it is made of events.
    """

    id: str
    title: str
    unit: str | None
    better: Literal["higher", "lower"] | None
    indicator: Literal["leading", "lagging"]
    statistics: tuple[Statistic, ...]
    window: str
    min_samples: int
    empty: Literal["zero", "insufficient", "not_applicable"]
    definition: str
    source: str
    axis: Literal["linear", "log"] = "linear"
    domain: tuple[str | None, str | None] = ("0", None)
    anchors: tuple[str, str, str, str] | None = None
    needs: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    keys: tuple[tuple[str, str], ...] = ()
    keys_are_optional: bool = False
