"""What will stand in a starter configuration: names that are allowed, services worth taking, teams that have some."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scorecard_exporter.sources.kit.starter import Found, FoundService, FoundTeam
from scorecard_exporter.starter.guessing import Production, Way, production, way_of

MOST_SERVICES = 200
"""More than this, people do not correct by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service under its name in the configuration. `way`: what its deployments are told by."""

    name: str
    found: FoundService
    way: Way


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """A team under its name in the configuration; `parent` None: it is the top."""

    name: str
    title: str
    parent: str | None
    services: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A configuration in outline. `group`: what was looked at. `passed_over`: services that nothing deploys."""

    group: str
    source: str
    options: Mapping[str, str | list[str]]
    incident_labels: tuple[str, ...]
    production: Production
    services: tuple[Service, ...]
    teams: tuple[Team, ...]
    passed_over: tuple[str, ...]


def outline(group: str, type_: str, found: Found) -> Outline:
    """What of `found` is taken, and under which names; the top team is the group itself."""
    deployed = [(one, way) for one in found.services if (way := way_of(one))]
    # Where nothing is ever marked as deployed, every commit of the main branch may be a deployment.
    chosen: list[tuple[FoundService, Way]] = deployed or [(one, "first_parent") for one in found.services]
    names = _Names()
    services = tuple(
        Service(name=names.give(one.name, one.thing), found=one, way=way) for one, way in chosen[:MOST_SERVICES]
    )
    taken = {service.found.thing for service in services}
    return Outline(
        group=group,
        source=slug(f"{group}-{type_}"),
        options=found.options,
        incident_labels=tuple(dict.fromkeys(label for one in services for label in one.found.incident_labels)),
        production=production(service.found for service in services),
        services=services,
        teams=_teams(group, found.teams, services),
        passed_over=tuple(one.thing for one in found.services if one.thing not in taken),
    )


def slug(text: str) -> str:
    """A name that the configuration allows."""
    return re.sub(r"[^a-z0-9._-]+", "-", text.lower()).strip("._-") or "unnamed"


class _Names:
    """Gives every thing a name of its own."""

    def __init__(self) -> None:
        self._given: set[str] = set()

    def give(self, *wanted: str) -> str:
        """The first of the wanted names that is free, else the last one with a number."""
        slugs = [slug(one) for one in wanted]
        numbered = (f"{slugs[-1]}-{number}" for number in range(2, len(self._given) + 3))
        name = next(one for one in (*slugs, *numbered) if one not in self._given)
        self._given.add(name)
        return name


def _teams(group: str, found: Sequence[FoundTeam], services: Sequence[Service]) -> tuple[Team, ...]:
    """The top, then every team that has services or a team below it that has."""
    by_name = {team.name: team for team in found}
    wanted: dict[str, None] = {}
    for service in services:
        name = service.found.team
        while name in by_name and name not in wanted:
            wanted[name] = None
            name = by_name[name].parent
    names = _Names()
    top = names.give(group)
    given = {name: names.give(name, f"team-{name}") for name in by_name if name in wanted}

    def owned(name: str) -> tuple[str, ...]:
        return tuple(one.name for one in services if (one.found.team if one.found.team in given else "") == name)

    below = (
        Team(
            name=given[team.name],
            title=team.title or team.name,
            parent=given.get(team.parent, top),
            services=owned(team.name),
        )
        for team in by_name.values()
        if team.name in given
    )
    return (Team(name=top, title=group, parent=None, services=owned("")), *below)
