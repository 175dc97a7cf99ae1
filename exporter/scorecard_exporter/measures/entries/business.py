"""The measures of business value."""

from __future__ import annotations

from scorecard_exporter.measures.entry import OWN, Entry

BUSINESS = (
    Entry(
        id="infrastructure_cost_per_transaction",
        title="Infrastructure cost per transaction",
        unit=None,
        better="lower",
        indicator="lagging",
        statistics=("sum",),
        window="30d",
        min_samples=1,
        empty="insufficient",
        keys=(("numerator", "money"), ("denominator", "count")),
        definition="Cost of infrastructure divided by successful transactions over the same time.",
        source=OWN,
    ),
    Entry(
        id="feature_revenue",
        title="Revenue from new features",
        unit=None,
        better="higher",
        indicator="lagging",
        statistics=("sum",),
        window="30d",
        min_samples=1,
        empty="insufficient",
        domain=(None, None),
        keys=(("series", "money"), ("releases", "")),
        definition="Revenue of the window that is dated within so many days after the release of its feature.",
        source=OWN,
    ),
    Entry(
        id="engineering_roi",
        title="Return on engineering",
        unit="ratio",
        better="higher",
        indicator="lagging",
        statistics=("sum",),
        window="30d",
        min_samples=1,
        empty="insufficient",
        domain=(None, None),
        keys=(("numerator", "money"), ("denominator", "money")),
        definition="Value delivered minus cost of engineering, divided by cost of engineering, over the same time.",
        source=OWN,
    ),
)
