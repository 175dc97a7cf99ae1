"""Why there is no value: each reason a short stable code, a sentence with what was seen, and the line that fixes it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from fractions import Fraction

from scorecard_exporter.events.patterns import matches
from scorecard_exporter.events.rules import DeploymentRule, ServiceRule
from scorecard_exporter.measures.coverage import Feeds, Pair
from scorecard_exporter.measures.finding import MICROS
from scorecard_exporter.measures.model import Absence, Period, Series
from scorecard_exporter.quantities import when, write

_MOST_LISTED = 5
_ROLE_EXAMPLES = {
    "deployments": "{from: ORIGIN, environment: production}",
    "changes": "ORIGIN",
    "incidents": "{from: ORIGIN}",
}


def _duration(micros: int) -> str:
    return write(Fraction(micros, MICROS), "seconds")


def _listed(names: Iterable[str]) -> str:
    every = list(names)
    more = len(every) - _MOST_LISTED
    return ", ".join(every[:_MOST_LISTED]) + (f" and {more} more" if more > 0 else "")


def no_service(team: str) -> Absence:
    """The tree of the team has no service."""
    return Absence(
        "missing",
        "no_service",
        f"Team {team} and the teams below it have no service.",
        f"teams.{team}.services: [NAME]",
    )


def not_mapped(team: str, services: Sequence[ServiceRule], needs: Sequence[str]) -> Absence:
    """No service maps every role that the measure needs; names the one that lacks least."""
    lacking = {rule.service: [role for role in needs if role not in rule.feeds()] for rule in services}
    service = min(lacking, key=lambda name: (len(lacking[name]), name))
    role = lacking[service][0]
    return Absence(
        "missing",
        f"{role}_not_mapped",
        f"No service of team {team} says where its {' and '.join(needs)} come from; {service} has no {role}.",
        f"services.{service}.{role}: {_ROLE_EXAMPLES[role]}",
    )


def not_read(unread: Sequence[Pair]) -> Absence:
    """A source never read what feeds the measure."""
    names = _listed(f"{origin} ({kind})" for origin, kind in unread)
    return Absence(
        "missing",
        "not_read",
        f"Never read so far: {names}.",
        f"See that a source reads {unread[0][0]} and what its last poll said.",
    )


def history_begins(feeds: Feeds, period: Period) -> Absence:
    """What feeds the measure is known only from after the period's start."""
    begins_at, (origin, kind) = feeds.begins
    return Absence(
        "missing",
        "history_begins",
        f"The history of {origin} ({kind}) begins at {when(begins_at)}, after the period's start at "
        f"{when(period.starts_at)}.",
        "Read older history, choose a shorter window, or wait.",
    )


def stale(newest_read: int, period: Period, freshness: int) -> Absence:
    """Nothing that feeds the measure was read for longer than its freshness."""
    age = period.ends_at - newest_read
    return Absence(
        "stale",
        "stale",
        f"Nothing was read for {_duration(age)}, since {when(newest_read)}; {_duration(freshness)} is allowed.",
        "See what the last poll of the source said.",
    )


def no_matching_deployment(
    services: Sequence[ServiceRule], known: Collection[str], seen: Mapping[str, Mapping[str, int]]
) -> Absence | None:
    """No service ever had a production deployment, though deployments to other environments are stored.

    `known`: services with production deployments. `seen`: of each origin the environments with their number of
    deployments.
    """
    if any(rule.service in known for rule in services):
        return None
    for rule in services:
        chosen = rule.deployments
        if chosen is not None and chosen.by in _THINGS and not _may_match(chosen, seen.get(chosen.origin, {})):
            return _no_match(rule.service, chosen, seen[chosen.origin])
    return None


_THINGS = {"environment": "environment", "tags": "tag", "releases": "release"}


def _may_match(chosen: DeploymentRule, environments: Mapping[str, int]) -> bool:
    """Whether nothing was seen at all, or a matching environment whose deployments did not finish."""
    return not environments or (
        chosen.by == "environment" and any(matches(environment, chosen.patterns) for environment in environments)
    )


def _no_match(service: str, chosen: DeploymentRule, environments: Mapping[str, int]) -> Absence:
    thing = _THINGS[chosen.by]
    nearest = sorted(environments, key=lambda name: (-_likeness(name, chosen.patterns), -environments[name], name))
    what = "deployment to an environment" if thing == "environment" else thing
    patterns = " or ".join(f"`{pattern}`" for pattern in chosen.patterns)
    listed = _listed(f"`{name}` ({environments[name]})" for name in nearest)
    fix = {
        "environment": f"services.{service}.deployments: {{from: {chosen.origin}, environment: {nearest[0]}}}",
        "tags": f'services.{service}.deployments: {{from: {chosen.origin}, tags: "*"}}',
        "releases": f'services.{service}.deployments: {{from: {chosen.origin}, releases: "*"}}',
    }
    return Absence(
        "missing",
        f"no_matching_{thing}",
        f"No {what} matching {patterns} in {chosen.origin}; environments seen: {listed}.",
        fix[chosen.by],
    )


def _likeness(name: str, patterns: Sequence[str]) -> float:
    return max(
        (SequenceMatcher(None, name.lower(), pattern.strip("*/^$").lower()).ratio() for pattern in patterns), default=0
    )


def first_deployment_only(services: Sequence[str]) -> Absence:
    """Every service has one deployment, which claims no change since nothing is known before it."""
    return Absence(
        "insufficient",
        "first_deployment_only",
        f"Of {_listed(services)} only a first deployment is known; what it shipped cannot be told from what was "
        "deployed before.",
        "The next deployment gives the first lead times; older deployments give more.",
    )


def no_linked_change(origins: Sequence[str]) -> Absence:
    """There are deployments, and yet none shipped a known change."""
    return Absence(
        "insufficient",
        "no_linked_change",
        f"Several deployments are known, but none of them shipped a commit of {_listed(origins)}.",
        "See that services.NAME.changes is the repository that is deployed, and that its deployed branch is read.",
    )


def too_few_samples(samples: int, least: int, period: Period) -> Absence:
    """Fewer samples than the measure needs."""
    return Absence(
        "insufficient",
        "too_few_samples",
        f"{samples} of at least {least} samples between {when(period.starts_at)} and {when(period.ends_at)}.",
        "Choose a longer window or a smaller min_samples, or wait.",
    )


def nothing_to_restore() -> Absence:
    """Nothing failed, so that nothing was restored."""
    return Absence("not_applicable", "nothing_to_restore", "Nothing was restored in the period, and nothing is open.")


def still_open(number: int) -> Absence:
    """Nothing was restored, but something waits to be."""
    verb = "is" if number == 1 else "are"
    return Absence(
        "insufficient",
        "still_open",
        f"Nothing was restored in the period; {number} {verb} still open at its end.",
        "Resolve what is open; where it is over, close it in the system that tracks it.",
    )


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
        f"{_listed(repr(raw) for raw in raws)}.",
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
        f"The newest observation of series {series.name!r} is {_duration(period.ends_at - newest_at)} old, of "
        f"{when(newest_at)}; {_duration(series.freshness)} is allowed.",
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
        f"Observations of series {series.name!r} are in {_listed(others)}, the configuration says {series.unit}.",
        f"series.{series.name}.unit: {others[0].lower()}",
    )


def does_not_add(series: Series, team: str, subjects: Sequence[str]) -> Absence:
    """Several subjects have a value of which no sum makes sense."""
    return Absence(
        "missing",
        "does_not_add",
        f"Team {team} has no value of series {series.name!r} of its own, and those of {_listed(subjects)} "
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


def division_by_zero(what: str) -> Absence:
    """A divisor is zero."""
    return Absence("not_applicable", "division_by_zero", f"{what} is zero in the period: nothing can be divided by it.")


def operand_absent(name: str, reason: Absence) -> Absence:
    """An operand of an arithmetic measure has no value."""
    return Absence(reason.state, "operand_absent", f"{name} has no value: {reason.sentence}", reason.fix)
