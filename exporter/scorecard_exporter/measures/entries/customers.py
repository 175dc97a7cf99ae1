"""The measures of customer outcomes."""

from __future__ import annotations

from scorecard_exporter.measures.entry import OWN, Entry

CUSTOMERS = (
    Entry(
        id="uptime",
        title="Uptime",
        unit="ratio",
        better="higher",
        indicator="lagging",
        statistics=("share",),
        window="30d",
        min_samples=0,
        empty="zero",
        domain=("0", "1"),
        needs=("incidents",),
        keys=(("numerator", "count"), ("denominator", "count")),
        keys_are_optional=True,
        definition="Good divided by total, of two series; without them one minus the time of outages, united for "
        "each service, divided by the length of the window times the number of services with incidents.",
        source=OWN,
    ),
    Entry(
        id="feature_adoption_rate",
        title="Feature adoption rate",
        unit="ratio",
        better="higher",
        indicator="lagging",
        statistics=("share",),
        window="30d",
        min_samples=1,
        empty="insufficient",
        domain=("0", "1"),
        keys=(("numerator", "count"), ("denominator", "count")),
        definition="Targeted users who used a feature within 30 days of its release divided by targeted users, over "
        "features released 30 days before a moment of the window.",
        source=OWN,
    ),
    Entry(
        id="customer_reported_bugs",
        title="Customer-reported bugs",
        unit="count",
        better="lower",
        indicator="lagging",
        statistics=("count",),
        window="30d",
        min_samples=0,
        empty="zero",
        needs=("customer_bugs", "releases"),
        definition="Bugs reported by customers in the window divided by the releases in it.",
        source=OWN,
    ),
    Entry(
        id="net_promoter_score",
        title="Net promoter score",
        unit="points",
        better="higher",
        indicator="lagging",
        statistics=("mean",),
        window="30d",
        min_samples=1,
        empty="insufficient",
        domain=("-100", "100"),
        keys=(("survey", ""),),
        definition="The mean of +100 for an answer of 9 or 10, 0 for 7 or 8 and -100 for 0 to 6, of the newest "
        "survey round that was closed before the end of the window.",
        source=OWN,
    ),
)
