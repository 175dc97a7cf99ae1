"""The measures that are made of observed series by a rule of their own.

Each takes the observed series, the definition and a period, and gives what finds it for a team.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import NamedTuple, cast

from scorecard_exporter.measures import diagnose, diagnose_series
from scorecard_exporter.measures.capability import hackathon_contributions, internal_mobility, retention
from scorecard_exporter.measures.features import adoption, new_revenue
from scorecard_exporter.measures.finding import Details, Find, Finding, count
from scorecard_exporter.measures.matched import both, matched, weighted
from scorecard_exporter.measures.model import Definition, Part, Period
from scorecard_exporter.measures.observations import Use
from scorecard_exporter.measures.observed import Observed, current_parts


def _uptime(observed: Observed, definition: Definition, period: Period) -> Find:
    """Good divided by total."""
    return observed.quotient(definition, period, ("good", "total"))


def _cost_per_transaction(observed: Observed, definition: Definition, period: Period) -> Find:
    """Cost divided by transactions."""
    return observed.quotient(definition, period, ("cost", "transactions"))


def _return_on_engineering(observed: Observed, definition: Definition, period: Period) -> Find:
    """What was gained beyond the cost, for each unit of cost."""
    quotient = observed.quotient(definition, period, ("value_delivered", "cost"))

    def find(team: str) -> Finding:
        found = quotient(team)
        return found if found.value is None else found._replace(value=found.value - 1)

    return find


def _test_coverage(observed: Observed, definition: Definition, period: Period) -> Find:
    """The newest ratio of each repository, weighted by its newest lines."""
    ratios_of, sizes_of = (observed.gather(definition, one, "newest", period) for one in definition.series)

    def find(team: str) -> Finding:
        ratios, sizes = ratios_of(team), sizes_of(team)
        for side in (ratios, sizes):
            if side.absence:
                return side.nothing()
        found = matched(ratios.tally, sizes.tally, team, weighted)
        absence = None
        if found.unmatched:
            absence = diagnose_series.no_weight(definition.series, sorted(found.unmatched))
        elif not found.below:
            absence = diagnose.division_by_zero(f"The sum of series {definition.series[1].name!r}")

        def details() -> Details:
            lines = Part(found.below, "count", sizes.tally.divisor)
            return Details({**current_parts(ratios.tally, team), "repositories": count(found.number), "lines": lines})

        value = None if absence else Fraction(found.above, found.below * ratios.tally.divisor)
        return Finding(value, found.number, ratios.newest_at, absence, details)

    return find


def _training_completion(observed: Observed, definition: Definition, period: Period) -> Find:
    """Completed by assigned, both of the same programmes."""
    completed_of, assigned_of = (observed.gather(definition, one, "newest", period) for one in definition.series)

    def find(team: str) -> Finding:
        completed, assigned = completed_of(team), assigned_of(team)
        for side in (completed, assigned):
            if side.absence:
                return side.nothing()
        found = matched(completed.tally, assigned.tally, team, both)
        absence = None
        if found.unmatched:
            absence = diagnose_series.not_same_subjects(definition.series, team, sorted(found.unmatched))
        elif not found.below:
            absence = diagnose.division_by_zero(f"The sum of series {definition.series[1].name!r}")

        def details() -> Details:
            done = Part(found.above, "count", completed.tally.divisor)
            total = Part(found.below, "count", assigned.tally.divisor)
            return Details(current_parts(completed.tally, team), {"completed": done, "assigned": total})

        value = None if absence else completed.tally.divided(found.above, assigned.tally, found.below)
        return Finding(value, found.number, completed.newest_at, absence, details)

    return find


class SeriesMeasure(NamedTuple):
    """How a measure is found, and what it uses of each of its series; empty: what its statistic says."""

    find: Callable[[Observed, Definition, Period], Find]
    uses: tuple[Use, ...] = ()


SERIES_MEASURES: Mapping[str, SeriesMeasure] = {
    "test_coverage": SeriesMeasure(_test_coverage, ("newest", "newest")),
    "uptime": SeriesMeasure(_uptime, ("sum", "sum")),
    "feature_adoption_rate": SeriesMeasure(adoption, ("each", "each")),
    "infrastructure_cost_per_transaction": SeriesMeasure(_cost_per_transaction, ("sum", "sum")),
    "feature_revenue": SeriesMeasure(new_revenue, ("each",)),
    "engineering_roi": SeriesMeasure(_return_on_engineering, ("sum", "sum")),
    "training_completion_rate": SeriesMeasure(_training_completion, ("newest", "newest")),
    "internal_mobility_rate": SeriesMeasure(internal_mobility, ("events", "held")),
    "retention_rate": SeriesMeasure(retention, ("events", "held")),
    "hackathon_contributions": SeriesMeasure(hackathon_contributions, ("events",)),
    "observation": SeriesMeasure(Observed.one),
    "quotient": SeriesMeasure(Observed.quotient, ("sum", "sum")),
}


def uses_of(definition: Definition) -> Iterator[tuple[str, Use]]:
    """The names of its series, each with what is used of it."""
    uses = SERIES_MEASURES[definition.measure].uses or (cast("Use", definition.statistic),)
    # Of the releases of features the first ever is asked for, whatever the period.
    yield from zip((series.name for series in definition.series), uses, strict=False)
