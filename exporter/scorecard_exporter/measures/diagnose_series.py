"""Why a measure of observed series has no value; see `diagnose`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scorecard_exporter.measures.diagnose import duration, listed
from scorecard_exporter.measures.model import Absence, Period, Series
from scorecard_exporter.quantities import when


def series_not_seen(series: Series) -> Absence:
    """No observation of the series is stored."""
    return Absence(
        "missing",
        "series_not_seen",
        f"No observation of series {series.name!r} was read so far.",
        f"See that a source delivers it under this name; series.{series.name}.from says which.",
    )


def no_matching_subject(series: Series, team: str, raws: Sequence[str]) -> Absence:
    """The series is observed, but of nothing that the team counts."""
    return Absence(
        "missing",
        "no_matching_subject",
        f"No observation of series {series.name!r} is about team {team}; subjects seen: "
        f"{listed(repr(raw) for raw in raws)}.",
        f"series.{series.name}.subjects: {{{raws[0] or 'SUBJECT'}: {team}}}",
    )


def no_observation(series: Series, team: str, period: Period) -> Absence:
    """The team has no observation of the series in the period."""
    return Absence(
        "insufficient",
        "no_observation",
        f"No observation of series {series.name!r} for team {team} between {when(period.starts_at)} and "
        f"{when(period.ends_at)}.",
        "Deliver one, or choose a longer window.",
    )


def stale_series(series: Series, newest_at: int, period: Period) -> Absence:
    """The newest observation is older than the series allows."""
    return Absence(
        "stale",
        "stale_observation",
        f"The newest observation of series {series.name!r} is {duration(period.ends_at - newest_at)} old, of "
        f"{when(newest_at)}; {duration(series.freshness)} is allowed.",
        f"Deliver a newer one, or raise series.{series.name}.freshness.",
    )


def wrong_unit(series: Series, units: Iterable[str]) -> Absence | None:
    """Observations say another unit than the configuration, in which their numbers would be read."""
    others = sorted({unit for unit in units if unit and unit.lower() != series.unit})
    if not others:
        return None
    return Absence(
        "missing",
        "wrong_unit",
        f"Observations of series {series.name!r} are in {listed(others)}, the configuration says {series.unit}.",
        f"series.{series.name}.unit: {others[0].lower()}",
    )


def does_not_add(series: Series, team: str, subjects: Sequence[str]) -> Absence:
    """Several subjects have a value of which no sum makes sense."""
    return Absence(
        "missing",
        "does_not_add",
        f"Team {team} has no value of series {series.name!r} of its own, and those of {listed(subjects)} "
        f"do not add up: they are in {series.unit}.",
        f"Deliver a value for team {team}, or use a quotient of two series.",
    )


def not_same_time(series: Sequence[Series], team: str) -> Absence:
    """Numerator and denominator cover different times."""
    first, second = (one.name for one in series)
    return Absence(
        "missing",
        "not_same_time",
        f"Series {first!r} and {second!r} of team {team} do not cover the same time within the period.",
        "Deliver both for the same spans (starts_at, ends_at).",
    )


def observations_begin(series: Series, begins_at: int, origin: str, period: Period) -> Absence:
    """A series of events was read only from after the period's start on: what is not there may have happened."""
    return Absence(
        "missing",
        "observations_begin",
        f"The history of series {series.name!r} in {origin} begins at {when(begins_at)}, after the period's start at "
        f"{when(period.starts_at)}.",
        "Deliver older observations (of files, say covers_from), choose a shorter window, or wait.",
    )


def headcount_begins(series: Series, raws: Sequence[str], period: Period) -> Absence:
    """How many people there were at the beginning of the period is not known."""
    return Absence(
        "missing",
        "headcount_begins",
        f"Series {series.name!r} says nothing of {listed(raws)} at the period's start, {when(period.starts_at)}.",
        "Deliver an observation of that moment or before; of a new team, 0.",
    )


def no_weight(series: Sequence[Series], raws: Sequence[str]) -> Absence:
    """A repository whose size is not known cannot be weighed."""
    return Absence(
        "missing",
        "no_weight",
        f"Series {series[1].name!r} has no observation of {listed(raws)}, which series {series[0].name!r} has.",
        "Deliver both under the same subject.",
    )


def not_same_subjects(series: Sequence[Series], team: str, raws: Sequence[str]) -> Absence:
    """Only one of two series has an observation of the same subject and time."""
    first, second = (one.name for one in series)
    return Absence(
        "missing",
        "not_same_subjects",
        f"Only one of the series {first!r} and {second!r} of team {team} has an observation of {listed(raws)}.",
        "Deliver both under the same subject and time.",
    )


def no_feature_release(revenue: Series, releases: Series, features: Sequence[str]) -> Absence:
    """Of no feature with revenue it is known when it was released."""
    return Absence(
        "missing",
        "no_feature_release",
        f"Series {releases.name!r} does not say when {listed(features)} was released, of which series "
        f"{revenue.name!r} tells revenue.",
        f"Deliver an observation of series {releases.name!r} under the same subject, at the moment of the release.",
    )
