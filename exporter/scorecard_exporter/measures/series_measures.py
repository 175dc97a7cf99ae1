"""The measures that are made of observed series by a rule of their own.

Each takes the observed series, the definition, a team and a period, and gives what it found.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from scorecard_exporter.measures import diagnose, diagnose_series
from scorecard_exporter.measures.capability import hackathon_contributions, internal_mobility, retention
from scorecard_exporter.measures.features import adoption, new_revenue
from scorecard_exporter.measures.finding import Finding, count
from scorecard_exporter.measures.model import Definition, Part, Period
from scorecard_exporter.measures.observed import Observed


def _uptime(observed: Observed, definition: Definition, team: str, period: Period) -> Finding:
    """Good divided by total."""
    return observed.quotient(definition, team, period, ("good", "total"))


def _cost_per_transaction(observed: Observed, definition: Definition, team: str, period: Period) -> Finding:
    """Cost divided by transactions."""
    return observed.quotient(definition, team, period, ("cost", "transactions"))


def _return_on_engineering(observed: Observed, definition: Definition, team: str, period: Period) -> Finding:
    """What was gained beyond the cost, for each unit of cost."""
    found = observed.quotient(definition, team, period, ("value_delivered", "cost"))
    return found if found.value is None else found._replace(value=found.value - 1)


def _test_coverage(observed: Observed, definition: Definition, team: str, period: Period) -> Finding:
    """The newest ratio of each repository, weighted by its newest lines."""
    ratios, sizes = (observed.gather(definition, one, "newest", team, period) for one in definition.series)
    for side in (ratios, sizes):
        if side.absence:
            return side.nothing()
    covered, lines = ratios.by_raw(), sizes.by_raw()
    unknown = sorted(covered.keys() - lines.keys())
    total = sum((lines[raw] for raw in covered if raw in lines), Fraction(0))
    absence = None
    if unknown:
        absence = diagnose_series.no_weight(definition.series, unknown)
    elif not total:
        absence = diagnose.division_by_zero(f"The sum of series {definition.series[1].name!r}")
    return Finding(
        value=None if absence else sum((ratio * lines[raw] for raw, ratio in covered.items()), Fraction(0)) / total,
        samples=len(covered),
        newest_at=ratios.newest_at,
        parts={**ratios.parts, "repositories": count(len(covered)), "lines": Part(total, "count")},
        absence=absence,
    )


def _training_completion(observed: Observed, definition: Definition, team: str, period: Period) -> Finding:
    """Completed by assigned, both of the same programmes."""
    completed, assigned = (observed.gather(definition, one, "newest", team, period) for one in definition.series)
    for side in (completed, assigned):
        if side.absence:
            return side.nothing()
    above, below = completed.by_raw(), assigned.by_raw()
    total = sum(below.values(), Fraction(0))
    absence = None
    if above.keys() != below.keys():
        absence = diagnose_series.not_same_subjects(definition.series, team, sorted(above.keys() ^ below.keys()))
    elif not total:
        absence = diagnose.division_by_zero(f"The sum of series {definition.series[1].name!r}")
    done = sum(above.values(), Fraction(0))
    return Finding(
        value=None if absence else done / total,
        samples=len(above),
        newest_at=completed.newest_at,
        parts=completed.parts,
        beside={"completed": Part(done, "count"), "assigned": Part(total, "count")},
        absence=absence,
    )


SERIES_MEASURES: Mapping[str, Callable[[Observed, Definition, str, Period], Finding]] = {
    "test_coverage": _test_coverage,
    "uptime": _uptime,
    "feature_adoption_rate": adoption,
    "infrastructure_cost_per_transaction": _cost_per_transaction,
    "feature_revenue": new_revenue,
    "engineering_roi": _return_on_engineering,
    "training_completion_rate": _training_completion,
    "internal_mobility_rate": internal_mobility,
    "retention_rate": retention,
    "hackathon_contributions": hackathon_contributions,
    "observation": Observed.one,
    "quotient": Observed.quotient,
}
