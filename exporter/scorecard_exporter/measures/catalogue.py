"""The table of measures: what exists, its unit, its defaults, its definition and where that is from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from scorecard_exporter.measures.model import Statistic

_DORA = "DORA, Accelerate State of DevOps reports, 2018 to 2024"
_OWN = "this project, docs/definitions.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One measure of the catalogue.

    `unit` None: that of its series or as configured. `statistics`: what may be chosen, the default
    first. `window` as people write it. `empty`: what no sample means under full coverage. `anchors`:
    worst, red, goal and best as people write them. `needs`: roles (`deployments`, `changes`,
    `incidents`) of which at least one service must have a mapping; `uses`: roles read as well where mapped.
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


_ENTRIES = (
    Entry(
        id="deployment_frequency",
        title="Deployment frequency",
        unit="per_day",
        better="higher",
        indicator="leading",
        statistics=("per_day",),
        window="90d",
        min_samples=0,
        empty="zero",
        axis="log",
        anchors=("1/30d", "1/7d", "1/d", "4/d"),
        needs=("deployments",),
        definition="Successful production deployments in the window (rollbacks and repeats among them) "
        "divided by its length in days.",
        source=_DORA,
    ),
    Entry(
        id="lead_time_for_changes",
        title="Lead time for changes",
        unit="seconds",
        better="lower",
        indicator="leading",
        statistics=("median", "mean", "p75", "p85", "p90"),
        window="30d",
        min_samples=5,
        empty="insufficient",
        axis="log",
        anchors=("30d", "7d", "1d", "1h"),
        needs=("deployments", "changes"),
        definition="For each change shipped in the window: finish of the deployment minus authoring of the "
        "change's first commit.",
        source=_DORA,
    ),
    Entry(
        id="change_failure_rate",
        title="Change failure rate",
        unit="ratio",
        better="lower",
        indicator="lagging",
        statistics=("share",),
        window="90d",
        min_samples=5,
        empty="insufficient",
        domain=("0", "1"),
        anchors=("40%", "15%", "5%", "0%"),
        needs=("deployments",),
        uses=("changes", "incidents"),
        definition="Failed deployments among the successful production deployments of the window divided by "
        "those deployments. A deployment failed when an incident is linked to it, a rollback replaced it, a "
        "later change reverts one that it shipped, or a hotfix followed it, within the attribution window.",
        source=_DORA,
    ),
    Entry(
        id="time_to_restore",
        title="Time to restore",
        unit="seconds",
        better="lower",
        indicator="lagging",
        statistics=("mean", "median", "p75", "p85", "p90"),
        window="90d",
        min_samples=1,
        empty="not_applicable",
        axis="log",
        anchors=("7d", "1d", "1h", "10min"),
        needs=("incidents",),
        definition="Mean of resolved minus began over the incidents restored in the window.",
        source=_DORA,
    ),
    Entry(
        id="failed_deployment_recovery_time",
        title="Failed deployment recovery time",
        unit="seconds",
        better="lower",
        indicator="lagging",
        statistics=("median", "mean", "p75", "p85", "p90"),
        window="90d",
        min_samples=1,
        empty="not_applicable",
        axis="log",
        anchors=("7d", "1d", "1h", "10min"),
        needs=("deployments",),
        uses=("changes", "incidents"),
        definition="Median of restored minus finish of the deployment, over failed deployments recovered in the "
        "window; restored is the resolution of the last linked incident, else the finish of the deployment that "
        "rolled back or shipped the fix.",
        source=_DORA,
    ),
    Entry(
        id="deployment_rework_rate",
        title="Deployment rework rate",
        unit="ratio",
        better="lower",
        indicator="lagging",
        statistics=("share",),
        window="90d",
        min_samples=5,
        empty="insufficient",
        domain=("0", "1"),
        anchors=("50%", "20%", "10%", "0%"),
        needs=("deployments",),
        uses=("changes",),
        definition="Deployments that are a rollback, or that shipped at least one change and only reverts and "
        "hotfixes, divided by successful production deployments.",
        source=_DORA,
    ),
    Entry(
        id="deployment_success_rate",
        title="Deployment success rate",
        unit="ratio",
        better="higher",
        indicator="lagging",
        statistics=("share",),
        window="30d",
        min_samples=5,
        empty="insufficient",
        domain=("0", "1"),
        needs=("deployments",),
        definition="Succeeded production deployments divided by succeeded and failed ones.",
        source=_OWN,
    ),
    Entry(
        id="observation",
        title="Observation",
        unit=None,
        better=None,
        indicator="lagging",
        statistics=("newest", "sum", "mean"),
        window="30d",
        min_samples=1,
        empty="insufficient",
        domain=(None, None),
        definition="The newest value, the sum or the mean of a series of observations in the window; a sum is "
        "prorated by the overlap of each observation with the window.",
        source=_OWN,
    ),
    Entry(
        id="quotient",
        title="Quotient",
        unit=None,
        better=None,
        indicator="lagging",
        statistics=("sum",),
        window="30d",
        min_samples=1,
        empty="insufficient",
        domain=(None, None),
        definition="The sum of one series divided by the sum of another over the same time.",
        source=_OWN,
    ),
    Entry(
        id="arithmetic",
        title="Arithmetic",
        unit=None,
        better=None,
        indicator="lagging",
        statistics=("newest",),
        window="30d",
        min_samples=0,
        empty="insufficient",
        domain=(None, None),
        definition="An expression over other measures of the same scorecard and window, units checked.",
        source=_OWN,
    ),
)

CATALOGUE: Mapping[str, Entry] = {entry.id: entry for entry in _ENTRIES}
"""Every measure by its id, in the order of the documents."""
