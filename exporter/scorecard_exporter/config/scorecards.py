"""Scorecards: perspectives, objectives and measures, with targets, weights and owners."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from zoneinfo import ZoneInfo

from scorecard_exporter.config.anchors import Scale
from scorecard_exporter.config.definitions import Defined, Definer, Inputs, Placed
from scorecard_exporter.config.document import Document, Location, Report
from scorecard_exporter.config.model import Better, Measure, Objective, Perspective, Scorecard, Target, Team
from scorecard_exporter.config.references import cycle, refers
from scorecard_exporter.config.schema import (
    ConfigurationShape,
    ObjectiveShape,
    PerspectiveShape,
    ScorecardShape,
)
from scorecard_exporter.config.schema_measure import MeasureShape
from scorecard_exporter.config.targets import default_target, has_target, read_target
from scorecard_exporter.config.teams import upwards
from scorecard_exporter.config.values import words
from scorecard_exporter.measures.entry import Entry
from scorecard_exporter.measures.feeding import feeding_sources
from scorecard_exporter.measures.model import Definition, Scope
from scorecard_exporter.quantities import parse


def read_scorecards(
    shape: ConfigurationShape,
    teams: Mapping[str, Team],
    scopes: Mapping[str, Scope],
    inputs: Inputs,
    document: Document,
) -> dict[str, Scorecard]:
    """Every scorecard by its id; what is not sound is reported and left out."""
    found = {}
    for id_, scorecard in shape.scorecards.items():
        zone = scorecard.timezone or shape.timezone
        definer = Definer(inputs, zone.key, document)
        found[id_] = _Reader(
            id_, scorecard, zone=zone, teams=teams, scopes=scopes, definer=definer, document=document
        ).scorecard()
    return found


class _Reader:
    """Reads one scorecard."""

    def __init__(
        self,
        id_: str,
        shape: ScorecardShape,
        *,
        zone: ZoneInfo,
        teams: Mapping[str, Team],
        scopes: Mapping[str, Scope],
        definer: Definer,
        document: Document,
    ) -> None:
        self._id, self._shape, self._teams, self._document = id_, shape, teams, document
        self._zone, self._definer, self._scopes = zone, definer, scopes
        self._here: Location = ("scorecards", id_)
        self._parents = {name: team.parent for name, team in teams.items()}

    def scorecard(self) -> Scorecard:
        shape = self._shape
        for location, _, objective in self._objectives():
            self._check_objective(location, objective)
        self._check_weights(self._here, "perspectives", shape.perspectives.values())
        self._check_chain()
        teams = self._own_teams()
        placed = self._placed()
        defined = self._definer.define(placed)
        return Scorecard(
            id=self._id,
            title=shape.title or words(self._id),
            teams=teams,
            perspectives=tuple(
                self._perspective(id_, perspective, defined, placed, teams)
                for id_, perspective in shape.perspectives.items()
            ),
            themes=shape.themes,
            zone=self._zone.key,
            review=shape.review or "",
        )

    def _own_teams(self) -> tuple[str, ...]:
        """The teams that are named, then those below the ones that are named for that; without either, all."""
        shape, known = self._shape, self._document.names("teams")
        if not shape.teams_below:
            teams = self._read_teams(self._here, shape.teams, known, "a team")
            if not teams and not shape.teams:  # names that are wrong have been reported
                self._document.report((*self._here, "teams"), "a scorecard needs a team; define one under 'teams'")
            return teams
        found = list(self._read_teams(self._here, shape.teams or (), known, "a team"))
        for index, name in enumerate(shape.teams_below):
            location = (*self._here, "teams_below", index)
            if not refers(self._document, location, name, known, "a team"):
                continue
            below = [team for team in self._teams if team != name and name in upwards(team, self._parents)]
            if not below:
                self._document.report(location, f"there is no team below {name}: name it under 'teams' itself")
            found += below
        return tuple(dict.fromkeys(found))

    def _objectives(self) -> Iterator[tuple[Location, str, ObjectiveShape]]:
        for perspective, shape in self._shape.perspectives.items():
            for id_, objective in shape.objectives.items():
                yield (*self._here, "perspectives", perspective, "objectives", id_), id_, objective

    def _placed(self) -> dict[str, Placed]:
        """Every measure by its id, which must be one of a kind in the scorecard."""
        placed: dict[str, Placed] = {}
        for location, _, objective in self._objectives():
            for id_, measure in objective.measures.items():
                here = (*location, "measures", id_)
                if id_ in placed:
                    message = "another objective has a measure of this id; give one its own id, and 'measure' beside it"
                    self._document.report(here, message)
                else:
                    placed[id_] = Placed(here, measure)
        return placed

    def _check_objective(self, location: Location, objective: ObjectiveShape) -> None:
        self._check_weights(location, "measures", objective.measures.values())
        if objective.theme:
            known = tuple(self._shape.themes)
            refers(self._document, (*location, "theme"), objective.theme, known, "a theme of this scorecard")

    def _check_weights(
        self, location: Location, key: str, shapes: Iterable[PerspectiveShape | ObjectiveShape | MeasureShape]
    ) -> None:
        weights = [shape.weight for shape in shapes]
        if weights and not any(weights):
            self._document.report((*location, key), "all weights are 0; at least one of them must count")

    def _check_chain(self) -> None:
        """Objectives lead to objectives of the scorecard, and never back to themselves."""
        locations: dict[str, Location] = {}
        for location, id_, _ in self._objectives():
            if id_ in locations:
                self._document.report(location, "another perspective has an objective of this id; give one its own id")
            locations.setdefault(id_, location)
        edges = {}
        for location, id_, objective in self._objectives():
            edges[id_] = [
                name
                for index, name in enumerate(objective.leads_to)
                if refers(self._document, (*location, "leads_to", index), name, tuple(locations), "an objective")
            ]
        loop = cycle(edges)
        if loop:
            location = (*locations[loop[0]], "leads_to")
            self._document.report(location, f"these objectives lead to each other: {', '.join(reversed(loop))}")

    def _read_teams(
        self, location: Location, written: tuple[str, ...] | None, known: tuple[str, ...], what: str
    ) -> tuple[str, ...]:
        if written is None:
            return known
        sound = (
            name
            for index, name in enumerate(written)
            if refers(self._document, (*location, "teams", index), name, known, what)
        )
        return tuple(dict.fromkeys(sound))

    def _perspective(
        self, id_: str, shape: PerspectiveShape, defined: Defined, placed: Mapping[str, Placed], teams: tuple[str, ...]
    ) -> Perspective:
        self._check_weights((*self._here, "perspectives", id_), "objectives", shape.objectives.values())
        return Perspective(
            id=id_,
            title=shape.title or words(id_).title(),
            weight=shape.weight,
            objectives=tuple(
                Objective(
                    id=name,
                    title=objective.title or words(name),
                    measures=tuple(
                        self._measure(measure, placed[measure], defined[measure], objective, teams)
                        for measure, written in objective.measures.items()
                        if measure in defined and placed[measure].shape is written
                    ),
                    theme=objective.theme or "",
                    weight=objective.weight,
                    critical=objective.critical,
                    leads_to=objective.leads_to,
                )
                for name, objective in shape.objectives.items()
            ),
        )

    def _measure(
        self,
        id_: str,
        placed: Placed,
        defined: tuple[Entry, Definition],
        objective: ObjectiveShape,
        scorecard_teams: tuple[str, ...],
    ) -> Measure:
        (entry, definition), shape = defined, placed.shape
        domain = _domain(entry, definition.unit)
        target = self._target(placed, entry, definition.unit, domain)
        better = self._better(placed, entry, target)
        teams = self._read_teams(placed.location, shape.teams, scorecard_teams, "a team of this scorecard")
        return Measure(
            id=id_,
            definition=definition,
            title=shape.title or (entry.title if id_ == entry.id else words(id_)),
            description=shape.description or entry.definition,
            better=better,
            indicator=shape.indicator or entry.indicator,
            target=target,
            domain=domain,
            weight=shape.weight,
            critical=shape.critical,
            severity=shape.severity or ("critical" if shape.critical else "warning"),
            teams=teams,
            team_targets=self._team_targets(
                placed, teams, Scale(unit=definition.unit, axis=entry.axis, better=better, domain=domain)
            ),
            owners={team: self._owner(team, shape, objective) for team in teams},
            sources={team: feeding_sources(definition, self._scopes[team]) for team in teams if team in self._scopes},
        )

    def _owner(self, team: str, shape: MeasureShape, objective: ObjectiveShape) -> str:
        inherited = self._teams[team].owner if team in self._teams else ""
        return shape.owner or objective.owner or inherited

    def _target(
        self, placed: Placed, entry: Entry, unit: str, domain: tuple[Fraction | None, Fraction | None]
    ) -> Target | None:
        scale = Scale(unit=unit, axis=entry.axis, better=entry.better or placed.shape.better, domain=domain)
        if not has_target(placed.shape):
            return default_target(entry, scale)
        return read_target(placed.shape, scale, self._zone, self._at(placed.location))

    def _team_targets(self, placed: Placed, teams: tuple[str, ...], scale: Scale) -> dict[str, Target]:
        """The targets of teams that have one of their own, or are below such a team."""
        lines = {team: tuple(upwards(team, self._parents)) for team in teams}
        known = tuple(dict.fromkeys(above for line in lines.values() for above in line))
        own: dict[str, Target] = {}
        for name, shape in placed.shape.team_targets.items():
            location = (*placed.location, "team_targets", name)
            if not refers(self._document, location, name, known, "a team of this measure, or one above"):
                continue
            if not has_target(shape):
                self._document.report(location, "a target has 'goal' and 'red', or else 'targets' or 'schedule'")
            elif target := read_target(shape, scale, self._zone, self._at(location)):
                own[name] = target
        nearest = {team: next((above for above in line if above in own), None) for team, line in lines.items()}
        return {team: own[above] for team, above in nearest.items() if above}

    def _at(self, place: Location) -> Report:
        return lambda location, problem: self._document.report((*place, *location), problem)

    def _better(self, placed: Placed, entry: Entry, target: Target | None) -> Better:
        written = placed.shape.better
        location = (*placed.location, "better")
        if entry.better and written not in (None, entry.better):
            self._document.report(location, f"of {entry.id}, {entry.better} is better; leave this key out")
        told = entry.better or written or (target.better if target else None)
        if told is None and not has_target(placed.shape):
            self._document.report(location, "the key 'better' is missing: higher or lower, since no goal tells it")
        return told or "higher"


def _domain(entry: Entry, unit: str) -> tuple[Fraction | None, Fraction | None]:
    low, high = entry.domain
    return (None if low is None else parse(low, unit), None if high is None else parse(high, unit))
