"""Features after their release: who uses them, and what they earn while they are new.

The raw subject of an observation is the feature.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import partial

from scorecard_exporter.measures import diagnose, diagnose_series
from scorecard_exporter.measures.finding import MICROS, Details, Find, Finding, count
from scorecard_exporter.measures.model import Definition, Period
from scorecard_exporter.measures.observations import Overlapping
from scorecard_exporter.measures.observed import Observed, current_parts
from scorecard_exporter.measures.tally import Tally, common_divisor, portion
from scorecard_exporter.measures.tree import AddedUp

_Dated = frozenset[tuple[str, int, int]]


def adoption(observed: Observed, definition: Definition, period: Period) -> Find:
    """Users divided by targeted users of the features that are dated in the period, both of the same features."""
    used_of, targeted_of = (observed.gather(definition, one, "mean", period) for one in definition.series)

    def find(team: str) -> Finding:
        used, targeted = used_of(team), targeted_of(team)
        for side in (used, targeted):
            if side.absence:
                return side.nothing()
        absence = None
        differing = _differing(observed, used.tally, targeted.tally, team, period)
        if differing:
            absence = diagnose_series.not_same_subjects(definition.series, team, differing)
        elif not targeted.total:
            absence = diagnose.division_by_zero(f"The sum of series {definition.series[1].name!r}")
        return Finding(
            None if absence else used.divided_by(targeted),
            used.samples,
            used.newest_at,
            absence,
            lambda: Details(
                current_parts(used.tally, team),
                {"users": used.part("count"), "targeted_users": targeted.part("count")},
            ),
        )

    return find


def _differing(observed: Observed, used: Tally, targeted: Tally, team: str, period: Period) -> list[str]:
    """The features that are dated in the period in only one of the two series, or at another time in the other."""
    dated = used.once(("dated", id(targeted)), partial(_dated_otherwise, observed, used, targeted, period))
    if not dated:
        return []
    above, below = (one.of(team) for one in dated)
    return sorted({feature for feature, _, _ in above ^ below})


def _dated_otherwise(
    observed: Observed, used: Tally, targeted: Tally, period: Period
) -> tuple[AddedUp[_Dated], AddedUp[_Dated]] | None:
    """What is dated in each of the two series; None where it is the same, subject by subject."""
    above, below = (_dated(observed, one, period) for one in (used, targeted))
    if used.tree is targeted.tree and above == below:
        return None
    return AddedUp(used.tree, above, _united), AddedUp(targeted.tree, below, _united)


def _united(every: Iterable[_Dated]) -> _Dated:
    return frozenset[tuple[str, int, int]]().union(*every)


def _dated(observed: Observed, tally: Tally, period: Period) -> dict[str, _Dated]:
    """Feature and time of every observation of a series that is dated in the period, by subject."""
    return {
        subject: frozenset((row[3], *row[-2:]) for row in rows if row[-1] <= period.ends_at)
        for subject, rows in observed.observations.overlapping(tally.series.name, period).items()
    }


def new_revenue(observed: Observed, definition: Definition, period: Period) -> Find:
    """Revenue of the period within so long after the release of its feature; a span counts by that share of it."""
    revenue, releases = definition.series
    gather = observed.gather(definition, revenue, "sum", period)

    def find(team: str) -> Finding:
        gathered = gather(team)
        if gathered.absence:
            return gathered.nothing()
        released = observed.observations.first(releases.name)
        tally = gathered.tally
        features = tally.once("features", partial(_features, tally)).of(team)

        def details() -> Details:
            without_release = count(len(features.difference(released)))
            return Details(
                current_parts(tally, team), {"features": count(len(features)), "without_release": without_release}
            )

        if not any(feature in released for feature in features):
            absence = diagnose_series.no_feature_release(revenue, releases, sorted(features))
            return gathered.nothing()._replace(absence=absence, details=details)
        name = "earned", releases.name, definition.within
        earned, divisor = tally.once(name, partial(_earned, observed, tally, released, definition.within, period))
        value = Fraction(earned.of(team), divisor * MICROS)
        return Finding(value, gathered.samples, gathered.newest_at, details=details)

    return find


def _features(tally: Tally) -> AddedUp[frozenset[str]]:
    """The features that some revenue is of."""
    return tally.added_up(
        lambda every: frozenset(one.raw for one in every), lambda every: frozenset[str]().union(*every)
    )


def _earned(
    observed: Observed, tally: Tally, released: Mapping[str, int], within: int, period: Period
) -> tuple[AddedUp[int | Fraction], int]:
    """What lies in the period and in the time that its feature is new; in millionths by the divisor beside it."""
    rows = observed.observations.overlapping(tally.series.name, period)
    divisor = common_divisor(row[-1] - row[-2] for some in rows.values() for row in some)

    def of_subject(some: Sequence[Overlapping]) -> int | Fraction:
        total: int | Fraction = 0
        for _, _, _, raw, _, amount, _, starts_at, ends_at in some:
            if raw in released:
                opens = max(starts_at, released[raw], period.starts_at)
                closes = min(ends_at, released[raw] + within, period.ends_at)
                total += amount * portion(max(closes - opens, 0), ends_at - starts_at, divisor)
        return total

    return AddedUp(tally.tree, {subject: of_subject(some) for subject, some in rows.items()}, sum), divisor
