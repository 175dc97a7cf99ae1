"""Why there is no value: each reason a short stable code, a sentence with what was seen, and the line that fixes it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from fractions import Fraction

from scorecard_exporter.events.patterns import matches
from scorecard_exporter.events.rules import DeploymentRule, ServiceRule
from scorecard_exporter.measures.coverage import Feeds, Pair
from scorecard_exporter.measures.finding import MICROS
from scorecard_exporter.measures.model import Absence, Period
from scorecard_exporter.quantities import when, write

_MOST_LISTED = 5
_ROLES = {
    "deployments": "deployments: {from: ORIGIN, environment: production}",
    "changes": "changes: ORIGIN",
    "pull_requests": "changes: ORIGIN",
    "reviews": "changes: ORIGIN",
    "incidents": "incidents: {from: ORIGIN}",
    "builds": "builds: {from: ORIGIN}",
    "escaped_bugs": "bugs: {from: ORIGIN, found_in_production: LABEL}",
    "customer_bugs": "bugs: {from: ORIGIN, reported_by_customers: LABEL}",
    "releases": "releases: {from: ORIGIN}",
}
"""What a service writes for each role."""
_ROLE_WORDS = {
    "pull_requests": "pull requests",
    "escaped_bugs": "bugs found in production",
    "customer_bugs": "bugs reported by customers",
}


def duration(micros: int) -> str:
    """A length of time as people write it."""
    return write(Fraction(micros, MICROS), "seconds")


def listed(names: Iterable[str]) -> str:
    """The first few names, and how many more there are."""
    every = list(names)
    more = len(every) - _MOST_LISTED
    return ", ".join(every[:_MOST_LISTED]) + (f" and {more} more" if more > 0 else "")


def roles_text(roles: Iterable[str]) -> str:
    """Roles in words: `deployments and pull requests`."""
    return " and ".join(_ROLE_WORDS.get(role, role) for role in roles)


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
        f"No service of team {team} says where its {roles_text(needs)} come from; "
        f"{service} has no {roles_text([role])}.",
        f"services.{service}.{_ROLES[role]}",
    )


def not_read(unread: Sequence[Pair]) -> Absence:
    """A source never read what feeds the measure."""
    names = listed(f"{origin} ({kind})" for origin, kind in unread)
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
        f"Nothing was read for {duration(age)}, since {when(newest_read)}; {duration(freshness)} is allowed.",
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
    names = listed(f"`{name}` ({environments[name]})" for name in nearest)
    fix = {
        "environment": f"services.{service}.deployments: {{from: {chosen.origin}, environment: {nearest[0]}}}",
        "tags": f'services.{service}.deployments: {{from: {chosen.origin}, tags: "*"}}',
        "releases": f'services.{service}.deployments: {{from: {chosen.origin}, releases: "*"}}',
    }
    return Absence(
        "missing",
        f"no_matching_{thing}",
        f"No {what} matching {patterns} in {chosen.origin}; environments seen: {names}.",
        fix[chosen.by],
    )


def _likeness(name: str, patterns: Sequence[str]) -> float:
    return max(
        (SequenceMatcher(None, name.lower(), pattern.strip("*/^$").lower()).ratio() for pattern in patterns), default=0
    )


def no_matching_build(
    services: Sequence[ServiceRule], known: Collection[str], seen: Mapping[str, Mapping[str, int]]
) -> Absence | None:
    """No build of any service is of a branch that counts, though builds of other branches are stored.

    `known`: services with builds that count. `seen`: of each origin the branches with their number of builds.
    """
    if any(rule.service in known for rule in services):
        return None
    for rule in services:
        for chosen in rule.builds:
            branches = seen.get(chosen.origin, {})
            if branches:
                often = sorted(branches, key=lambda name: (-branches[name], name))
                wanted = " or ".join(f"`{pattern}`" for pattern in chosen.branches) or "that is deployed"
                return Absence(
                    "missing",
                    "no_matching_build",
                    f"No build of a branch {'matching ' if chosen.branches else ''}{wanted} in {chosen.origin}; "
                    f"branches seen: {listed(f'`{name}` ({branches[name]})' for name in often)}.",
                    f"services.{rule.service}.builds: {{from: {chosen.origin}, branches: {often[0]}}}",
                )
    return None


def first_deployment_only(services: Sequence[str]) -> Absence:
    """Every service has one deployment, which claims no change since nothing is known before it."""
    return Absence(
        "insufficient",
        "first_deployment_only",
        f"Of {listed(services)} only a first deployment is known; what it shipped cannot be told from what was "
        "deployed before.",
        "The next deployment gives the first lead times; older deployments give more.",
    )


def no_linked_change(origins: Sequence[str]) -> Absence:
    """There are deployments, and yet none shipped a known change."""
    return Absence(
        "insufficient",
        "no_linked_change",
        f"Several deployments are known, but none of them shipped a commit of {listed(origins)}.",
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


def nothing_open() -> Absence:
    """Nothing is open that could have an age."""
    return Absence("not_applicable", "nothing_open", "Nothing was open at the end of the period.")


def no_release(period: Period) -> Absence:
    """Nothing was released, so that nothing can be counted for each release."""
    return Absence(
        "not_applicable",
        "no_release",
        f"Nothing was released between {when(period.starts_at)} and {when(period.ends_at)}.",
    )


def still_open(number: int) -> Absence:
    """Nothing was restored, but something waits to be."""
    verb = "is" if number == 1 else "are"
    return Absence(
        "insufficient",
        "still_open",
        f"Nothing was restored in the period; {number} {verb} still open at its end.",
        "Resolve what is open; where it is over, close it in the system that tracks it.",
    )


def division_by_zero(what: str) -> Absence:
    """A divisor is zero."""
    return Absence("not_applicable", "division_by_zero", f"{what} is zero in the period: nothing can be divided by it.")


def operand_absent(name: str, reason: Absence) -> Absence:
    """An operand of an arithmetic measure has no value."""
    return Absence(reason.state, "operand_absent", f"{name} has no value: {reason.sentence}", reason.fix)
