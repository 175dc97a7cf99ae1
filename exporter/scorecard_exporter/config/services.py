"""Services, series and surveys: which records of which origins are theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import pairwise
from typing import TypeVar
from zoneinfo import ZoneInfo

from scorecard_exporter.config.document import Document, Location
from scorecard_exporter.config.references import Origins, refers
from scorecard_exporter.config.schema import ConfigurationShape
from scorecard_exporter.config.schema_service import (
    BugsShape,
    BuildsShape,
    DeploymentsShape,
    IncidentsShape,
    OpenHoursShape,
    ReleasesShape,
    ServiceShape,
)
from scorecard_exporter.events.rules import (
    BugRule,
    BuildRule,
    DeploymentRule,
    DeploymentsBy,
    IncidentRule,
    OpenHours,
    ReleaseRule,
    ServiceRule,
)
from scorecard_exporter.measures.model import Series, Survey
from scorecard_exporter.quantities import RefusedError, to_micros
from scorecard_exporter.sources.base import SourceOptions
from scorecard_exporter.store.base import SubjectPattern

_Shape = TypeVar("_Shape", IncidentsShape, BuildsShape, BugsShape)
_Find = Callable[[str, Location], str]
_BY_PATTERNS: tuple[DeploymentsBy, ...] = ("environment", "tags", "releases")
_BY_COMMITS: tuple[DeploymentsBy, ...] = ("merges", "first_parent")


def service_rules(shape: ConfigurationShape, origins: Origins, document: Document) -> dict[str, ServiceRule]:
    """The rule of every service, by its name."""
    return {name: _rule(name, service, shape, origins, document) for name, service in shape.services.items()}


def with_paths(sources: Mapping[str, SourceOptions], rules: Mapping[str, ServiceRule]) -> dict[str, SourceOptions]:
    """The sources, told to read the paths of commits where a service of a monorepo asks for them."""
    asked = {rule.changes.partition(":")[0] for rule in rules.values() if rule.changes and rule.paths}
    return {
        name: options.model_copy(update={"paths": True})
        if name in asked and "paths" in type(options).model_fields
        else options
        for name, options in sources.items()
    }


def with_things(sources: Mapping[str, SourceOptions], rules: Mapping[str, ServiceRule]) -> dict[str, SourceOptions]:
    """The sources, told what services read of them where only what happens there would show it.

    A service of which nothing was ever heard is then known to be quiet, where else it would be unknown.
    """
    read = {origin for rule in rules.values() for pairs in rule.feeds().values() for origin, _ in pairs}
    found = {}
    for name, options in sources.items():
        if "things" in type(options).model_fields:
            mapped = {origin.partition(":")[2] for origin in read if origin.startswith(f"{name}:")}
            things = tuple(sorted({*getattr(options, "things"), *mapped}))  # noqa: B009  a key of some types only
            found[name] = options.model_copy(update={"things": things})
        else:
            found[name] = options
    return found


def _rule(
    name: str, service: ServiceShape, shape: ConfigurationShape, origins: Origins, document: Document
) -> ServiceRule:
    here: Location = ("services", name)
    find = partial(_origin, origins=origins, document=document)
    return ServiceRule(
        service=name,
        changes=find(service.changes, (*here, "changes")) if service.changes else None,
        paths=service.paths,
        deployments=_deployments(service.deployments, (*here, "deployments"), shape, origins, document)
        if service.deployments
        else None,
        incidents=tuple(
            IncidentRule(
                origin=origin, severities=one.severities, labels=one.labels, titles=one.titles, outages=one.outages
            )
            for origin, one in _placed(service.incidents, (*here, "incidents"), find)
        ),
        builds=tuple(
            BuildRule(origin=origin, branches=one.branches)
            for origin, one in _placed(service.builds, (*here, "builds"), find)
        ),
        bugs=tuple(
            BugRule(
                origin=origin,
                types=one.types,
                labels=one.labels,
                found_in_production=one.found_in_production,
                reported_by_customers=one.reported_by_customers,
            )
            for origin, one in _placed(service.bugs, (*here, "bugs"), find)
        ),
        releases=_releases(service.releases, (*here, "releases", "from"), find),
        open_hours=open_hours(service.open_hours, (*here, "open_hours"), shape.timezone, document)
        or open_hours(shape.open_hours, ("open_hours",), shape.timezone, document),
        attribution_window=to_micros(service.attribution_window or shape.attribution_window),
        reopen_within=to_micros(shape.reopen_within),
        bots=_own(service.bots, shape.bots),
        hotfixes=_own(service.hotfixes, shape.hotfixes),
        reverts=_own(service.reverts, shape.reverts),
    )


def _placed(written: Sequence[_Shape], here: Location, find: _Find) -> Iterator[tuple[str, _Shape]]:
    """Each entry of a list with the origin that it names under `from`."""
    return ((find(one.origin, (*here, index, "from")), one) for index, one in enumerate(written))


def _releases(written: ReleasesShape | None, here: Location, find: _Find) -> ReleaseRule | None:
    return ReleaseRule(origin=find(written.origin, here), versions=written.versions) if written else None


_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def open_hours(
    written: OpenHoursShape | None, location: Location, zone: ZoneInfo, document: Document
) -> OpenHours | None:
    """The table of open hours; spans of a day that overlap are reported. `zone`: where it names none."""
    if written is None:
        return None
    week = {day: tuple(sorted(getattr(written, day))) for day in _WEEK}
    for day, spans in week.items():
        if any(opens < closes for (_, closes), (opens, _) in pairwise(spans)):
            document.report((*location, day), "the spans of a day must not overlap")
    return OpenHours(
        zone=(written.timezone or zone).key,
        week=tuple(week.values()),
        closed=tuple(sorted({day.isoformat() for day in written.closed})),
    )


def all_surveys(shape: ConfigurationShape, origins: Origins, document: Document) -> dict[str, Survey]:
    """Every survey, by its name."""
    return {
        name: Survey(
            name=name,
            origin=_any_origin(("surveys", name, "from"), survey.origin, origins, document),
            question=survey.question or "",
            min_group=survey.min_group,
            freshness=to_micros(survey.freshness),
        )
        for name, survey in shape.surveys.items()
    }


def survey_patterns(
    shape: ConfigurationShape, surveys: Mapping[str, Survey], document: Document
) -> Iterator[SubjectPattern]:
    """How each survey names its teams, in the order of the file: an answer belongs to the first that matches."""
    teams = document.names("teams")
    for survey in surveys.values():
        subjects = shape.surveys[survey.name].subjects
        pairs = {team: team for team in teams} if subjects == "teams" else subjects
        for raw, name in pairs.items():
            team = name.removeprefix("team/")
            if refers(document, ("surveys", survey.name, "subjects", raw), team, teams, "a team"):
                yield SubjectPattern(
                    series=f"survey/{survey.name}", origin=survey.origin, raw=raw, subject=f"team/{team}"
                )


def _own(own: tuple[str, ...] | None, shared: tuple[str, ...]) -> tuple[str, ...]:
    return shared if own is None else own


def _origin(written: str, location: Location, origins: Origins, document: Document) -> str:
    try:
        return origins.find(written)
    except RefusedError as refusal:
        document.report(location, refusal)
        return written


def _deployments(
    written: DeploymentsShape, here: Location, shape: ConfigurationShape, origins: Origins, document: Document
) -> DeploymentRule:
    ways = [way for way in (*_BY_PATTERNS, *_BY_COMMITS) if getattr(written, way)]
    if len(ways) > 1:
        document.report((*here, ways[1]), f"give one of {ways[0]!r} and {ways[1]!r}, not both")
    origin = _origin(written.origin, (*here, "from"), origins, document)
    if not ways:
        return DeploymentRule(origin=origin, by="environment", patterns=shape.production)
    patterns = getattr(written, ways[0]) if ways[0] in _BY_PATTERNS else ()
    return DeploymentRule(origin=origin, by=ways[0], patterns=patterns)


def all_series(shape: ConfigurationShape, origins: Origins, document: Document) -> dict[str, Series]:
    """Every series, by its name."""
    found = {}
    for name, series in shape.series.items():
        found[name] = Series(
            name=name,
            origin=_any_origin(("series", name, "from"), series.origin, origins, document),
            unit=series.unit,
            rollup=series.rollup,
            freshness=to_micros(series.freshness),
        )
    return found


def _any_origin(location: Location, written: str | None, origins: Origins, document: Document) -> str | None:
    try:
        return origins.find_any(written) if written else None
    except RefusedError as refusal:
        document.report(location, refusal)
        return None


def subject_patterns(
    shape: ConfigurationShape, series: Mapping[str, Series], document: Document
) -> Iterator[SubjectPattern]:
    """How each series names its subjects: one pattern for every service or team that it can speak of."""
    for name, origin in ((one.name, one.origin) for one in series.values()):
        subjects = shape.series[name].subjects
        if subjects == "services":
            pairs = {service: service for service in document.names("services")}
        elif subjects == "teams":
            pairs = {team: f"team/{team}" for team in document.names("teams")}
        else:
            pairs = _mapped(subjects, ("series", name, "subjects"), document)
        for raw, subject in pairs.items():
            yield SubjectPattern(series=name, origin=origin, raw=raw, subject=subject)


def _mapped(subjects: Mapping[str, str], here: Location, document: Document) -> dict[str, str]:
    teams, services = document.names("teams"), document.names("services")
    pairs = {}
    for raw, name in subjects.items():
        team = name.removeprefix("team/")
        if name in services:
            pairs[raw] = name
        elif refers(document, (*here, raw), team, (*services, *teams), "a service or a team"):
            pairs[raw] = f"team/{team}"
    return pairs
