"""Features after their release: who uses them, and what they earn while they are new.

The raw subject of an observation is the feature.
"""

from __future__ import annotations

from fractions import Fraction

from scorecard_exporter.measures import diagnose, diagnose_series
from scorecard_exporter.measures.finding import MICROS, Finding, count
from scorecard_exporter.measures.model import Definition, Part, Period, Series
from scorecard_exporter.measures.observations import Row
from scorecard_exporter.measures.observed import Observed


def adoption(observed: Observed, definition: Definition, team: str, period: Period) -> Finding:
    """Users divided by targeted users of the features that are dated in the period, both of the same features."""
    used, targeted = (observed.gather(definition, one, "mean", team, period) for one in definition.series)
    for side in (used, targeted):
        if side.absence:
            return side.nothing()
    above, below = (_dated(observed, one, team, period) for one in definition.series)
    absence = None
    if above != below:
        features = sorted({raw for raw, _, _ in above ^ below})
        absence = diagnose_series.not_same_subjects(definition.series, team, features)
    elif not targeted.total:
        absence = diagnose.division_by_zero(f"The sum of series {definition.series[1].name!r}")
    return Finding(
        value=None if absence else used.total / targeted.total,
        samples=used.samples,
        newest_at=used.newest_at,
        parts=used.parts,
        beside={"users": Part(used.total, "count"), "targeted_users": Part(targeted.total, "count")},
        absence=absence,
    )


def _dated(observed: Observed, series: Series, team: str, period: Period) -> frozenset[tuple[str, int, int]]:
    """Feature and time of every observation of a series that is dated in the period."""
    subjects = observed.subjects(series, "mean", team, period)
    return frozenset(
        (row.raw, row.starts_at, row.ends_at)
        for row in observed.rows(series, subjects)
        if period.starts_at < row.ends_at <= period.ends_at
    )


def new_revenue(observed: Observed, definition: Definition, team: str, period: Period) -> Finding:
    """Revenue of the period within so long after the release of its feature; a span counts by that share of it."""
    revenue, releases = definition.series
    gathered = observed.gather(definition, revenue, "sum", team, period)
    if gathered.absence:
        return gathered.nothing()
    released = observed.observations.first(releases.name)
    features = {one.raw for one in gathered.found}
    unknown = features - released.keys()
    beside = {"features": count(len(features)), "without_release": count(len(unknown))}
    if unknown == features:
        absence = diagnose_series.no_feature_release(revenue, releases, sorted(features))
        return gathered.nothing()._replace(beside=beside, absence=absence)
    subjects = observed.subjects(revenue, "sum", team, period)
    shares = (
        _share(row, released[row.raw], definition.within, period)
        for row in observed.rows(revenue, subjects)
        if row.starts_at < period.ends_at and row.ends_at > period.starts_at and row.raw in released
    )
    return Finding(
        value=sum(shares, Fraction(0)),
        samples=gathered.samples,
        newest_at=gathered.newest_at,
        parts=gathered.parts,
        beside=beside,
    )


def _share(row: Row, released_at: int, within: int, period: Period) -> Fraction:
    """What of an observation lies in the period and in the time that its feature is new."""
    opens = max(row.starts_at, released_at, period.starts_at)
    closes = min(row.ends_at, released_at + within, period.ends_at)
    return Fraction(row.amount * max(closes - opens, 0), (row.ends_at - row.starts_at) * MICROS)
