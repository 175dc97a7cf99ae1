"""What the patterns of services match among the things that systems show."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import get_close_matches

from scorecard_exporter.config.model import Configuration
from scorecard_exporter.events.patterns import matches
from scorecard_exporter.events.rules import DeploymentRule, ServiceRule
from scorecard_exporter.inspection.looking import Look
from scorecard_exporter.sources.text import excerpt

THINGS: Mapping[str, str] = {
    "repositories": "repository",
    "projects": "project",
    "jobs": "job",
    "services": "service",
}
"""The sorts whose names are the things of origins, in the plural and the singular."""
LISTED = 10
CUT_OFF = 100
"""Sources show at most so many names of a sort that may have more: one that is missing then need not be wrong."""

_Names = Mapping[str, int | None]
_Shown = Callable[[str, str], _Names | None]


def wrong(configuration: Configuration, looks: Sequence[Look]) -> list[str]:
    """Everything that keeps numbers from coming, each a sentence with the names that there are."""
    shown = _shown(looks)
    return [
        *(f"{look.source}: {look.error}" for look in looks if look.error),
        *(f"{look.source}: missing: {one}" for look in looks if look.inspection for one in look.inspection.missing),
        *(f"service {rule.service}: {one}" for rule in configuration.dimensions.services for one in _of(rule, shown)),
    ]


def _shown(looks: Sequence[Look]) -> _Shown:
    """Looks up the names of a sort at an origin, or of its whole source; None where they are not shown."""
    known: dict[tuple[str, str], _Names] = {}
    for look in looks:
        for seen in look.inspection.seen if look.inspection else ():
            known[seen.sort, seen.origin or look.source] = seen.names

    def find(sort: str, origin: str) -> _Names | None:
        return known.get((sort, origin), known.get((sort, origin.partition(":")[0])))

    return find


def _of(rule: ServiceRule, shown: _Shown) -> Iterator[str]:
    origins = [rule.changes, rule.deployments and rule.deployments.origin, *(one.origin for one in rule.incidents)]
    yield from _missing_things(dict.fromkeys(origin for origin in origins if origin), shown)
    if rule.deployments:
        yield from _deployments(rule.deployments, shown)
    for incidents in rule.incidents:
        yield from _unmatched("label", "labels", incidents.origin, incidents.labels, shown)
        yield from _unmatched("severity", "severities", incidents.origin, incidents.severities, shown)


def _missing_things(origins: Mapping[str, None], shown: _Shown) -> Iterator[str]:
    for origin in origins:
        source, _, thing = origin.partition(":")
        sorts = {sort: names for sort in THINGS if (names := shown(sort, source)) is not None}
        # Some show a name behind the key that is the thing.
        if sorts and not any(
            name == thing or name.startswith(f"{thing} (") for names in sorts.values() for name in names
        ):
            sort, names = next(iter(sorts.items()))
            near = get_close_matches(thing, names, n=1)
            instead = f"did you mean {excerpt(near[0])}?" if near else _there_are(names)
            yield f"{source} shows no {THINGS[sort]} {excerpt(thing)}; {instead}"


def _deployments(rule: DeploymentRule, shown: _Shown) -> Iterator[str]:
    singular = {"environment": "environment", "tags": "tag", "releases": "release"}.get(rule.by)
    if singular:
        yield from _unmatched(singular, f"{singular}s", rule.origin, rule.patterns, shown)


def _unmatched(singular: str, sort: str, origin: str, patterns: Sequence[str], shown: _Shown) -> Iterator[str]:
    names = shown(sort, origin)
    if not patterns or names is None or len(names) >= CUT_OFF or any(matches(name, patterns) for name in names):
        return
    yield f"no {singular} of {origin} matches {', '.join(patterns)}; {_there_are(names)}"


def _there_are(names: _Names) -> str:
    if not names:
        return "there are none"
    listed = [excerpt(name, 60) if count is None else f"{excerpt(name, 60)} ({count})" for name, count in names.items()]
    more = f" and {len(listed) - LISTED} more" if len(listed) > LISTED else ""
    return f"there are: {', '.join(listed[:LISTED])}{more}"
