"""Measures of one's own: an observed series, the quotient of two, arithmetic over other measures."""

from __future__ import annotations

from scorecard_exporter.measures.entry import OWN, Entry

CUSTOM = (
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
        keys=(("series", ""),),
        definition="The newest value, the sum or the mean of a series of observations in the window; a sum is "
        "prorated by the overlap of each observation with the window.",
        source=OWN,
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
        keys=(("numerator", ""), ("denominator", "")),
        definition="The sum of one series divided by the sum of another over the same time.",
        source=OWN,
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
        keys=(("expression", ""),),
        definition="An expression over other measures of the same scorecard and window, units checked.",
        source=OWN,
    ),
)
