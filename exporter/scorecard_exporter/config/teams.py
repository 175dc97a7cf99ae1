"""The tree of teams, and what each of them counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scorecard_exporter.config.document import Document
from scorecard_exporter.config.model import Team
from scorecard_exporter.config.references import cycle, refers
from scorecard_exporter.config.schema import TeamShape
from scorecard_exporter.events.rules import ServiceRule
from scorecard_exporter.measures.model import Scope


def read_teams(shapes: Mapping[str, TeamShape], document: Document) -> dict[str, Team]:
    """Every team by its name; an owner comes from the nearest team above that has one.

    Parents and services that do not exist are reported and left out; so is a cycle.
    """
    parents = {name: _parent(name, shape, document) for name, shape in shapes.items()}
    loop = cycle({name: (parent,) if parent else () for name, parent in parents.items()})
    if loop:
        document.report(("teams", loop[0], "parent"), f"these teams are above each other: {', '.join(loop)}")
        parents = dict.fromkeys(parents)
    return {
        name: Team(
            name=name,
            title=shape.title or name,
            parent=parents[name],
            owner=_owner(name, shapes, parents),
            services=_services(name, shape, document),
        )
        for name, shape in shapes.items()
    }


def _parent(name: str, shape: TeamShape, document: Document) -> str | None:
    known = document.names("teams")
    sound = shape.parent is not None and refers(document, ("teams", name, "parent"), shape.parent, known, "a team")
    return shape.parent if sound else None


def _services(name: str, shape: TeamShape, document: Document) -> tuple[str, ...]:
    known = document.names("services")
    sound = (
        service
        for index, service in enumerate(shape.services)
        if refers(document, ("teams", name, "services", index), service, known, "a service")
    )
    return tuple(dict.fromkeys(sound))


def _owner(name: str, shapes: Mapping[str, TeamShape], parents: Mapping[str, str | None]) -> str:
    """The own owner, else the nearest one above."""
    owners = (shapes[above].owner for above in upwards(name, parents) if above in shapes)
    return next(filter(None, owners), "")


def upwards(name: str, parents: Mapping[str, str | None]) -> Iterator[str]:
    """A team and those above it, the nearest first."""
    above: str | None = name
    while above:
        yield above
        above = parents.get(above)


def scopes(teams: Mapping[str, Team], rules: Mapping[str, ServiceRule]) -> dict[str, Scope]:
    """What every team counts: its own services and those of all teams below it, each once."""
    below = _trees(teams)
    return {
        name: Scope(
            team=name,
            services=tuple(
                rules[service]
                for service in sorted({service for member in below[name] for service in teams[member].services})
                if service in rules
            ),
            own_services=team.services,
            children=tuple(child for child, other in teams.items() if other.parent == name),
        )
        for name, team in teams.items()
    }


def scope_rows(teams: Mapping[str, Team], scopes: Mapping[str, Scope]) -> Iterator[tuple[str, str]]:
    """(team, subject) for every service and every team (`team/NAME`) that a team counts."""
    for name, members in _trees(teams).items():
        yield from ((name, f"team/{member}") for member in members)
        yield from ((name, rule.service) for rule in scopes[name].services)


def _trees(teams: Mapping[str, Team]) -> dict[str, list[str]]:
    """Every team with all below it, itself first."""
    parents = {name: team.parent for name, team in teams.items()}
    trees: dict[str, list[str]] = {name: [name] for name in teams}
    for name in teams:
        for above in upwards(name, parents):
            if above in trees and above != name:
                trees[above].append(name)
    return trees
