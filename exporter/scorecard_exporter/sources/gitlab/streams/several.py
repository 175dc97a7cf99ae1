"""Lists that are about the projects of a whole group, or about one, in the order of their last change."""

from __future__ import annotations

from abc import abstractmethod
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from scorecard_exporter.events.model import Batch, Problem
from scorecard_exporter.quantities import moment
from scorecard_exporter.sources.gitlab.api import Api
from scorecard_exporter.sources.gitlab.projects import Project
from scorecard_exporter.sources.gitlab.reading import Reading
from scorecard_exporter.sources.gitlab.streams.paced import PacedStream
from scorecard_exporter.sources.kit.streams import Piece, State

Things = list[tuple[Project, list[Any]]]
"""Projects, each with things of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """A group or a project whose lists are read. `name`: its full path; `path`: that below `/api/v4`.

    `projects`: those of which things are taken, by id.
    """

    name: str
    path: str
    projects: Mapping[int, Project]


class ChangedStream(PacedStream):
    """A list of a scope, by the time of the last change.

    When an older project comes to a group, all is read anew, because its past is not known.
    """

    what: ClassVar[str]
    """The last part of the list's path, and of the stream's name."""
    kinds_of: ClassVar[tuple[str, ...]]
    params: Mapping[str, Any] = {}

    def __init__(self, api: Api, reading: Reading, scope: Scope, *made_by: object) -> None:
        super().__init__(
            f"{scope.name}/{self.what}",
            origins=tuple(map(reading.origin, scope.projects.values())),
            kinds=self.kinds_of,
            history=reading.history,
            made_by=reading.made_by(reading.wanted.only, reading.wanted.but_not, *made_by),
        )
        self.api, self.reading = api, reading
        self._path, self._projects = scope.path, scope.projects
        self._whole = f"{reading.source}:{scope.name}"
        self.mark = " ".join(map(str, sorted(scope.projects)))

    def read(self, cursor: str | None, at: datetime) -> Iterator[Batch]:
        is_outgrown = self._has_gained(State.load(cursor, self.made_by))
        yield from super().read(None if is_outgrown else cursor, at)

    def pieces(self, begin: datetime, end: datetime) -> Iterator[Piece]:
        for items in self.api.changed(f"{self._path}/{self.what}", begin, end, self.params):
            found, strange = self._sorted(items)
            yield from self.page(found)
            yield Piece(problems=tuple(strange))

    @abstractmethod
    def page(self, found: Things) -> Iterator[Piece]:
        """The records of the things on a page."""

    def _has_gained(self, state: State | None) -> bool:
        known = set(state.extra.split()[1:]) if state else set()
        return state is not None and any(
            str(id_) not in known and (project.created_at is None or project.created_at < moment(state.until))
            for id_, project in self._projects.items()
        )

    def _sorted(self, items: Iterable[Any]) -> tuple[Things, list[Problem]]:
        """The things by project; those of other projects are not ours."""
        found: dict[int, list[Any]] = defaultdict(list)
        problems = []
        for item in items:
            id_ = item.get("project_id") if isinstance(item, dict) else None
            if type(id_) is int:  # True is one too, but names no project
                found[id_].append(item)
            else:
                message = f"a thing in the list {self.what} of {self._whole} names no project; it is left out"
                problems.append(Problem(code="malformed", message=message, origin=self._whole))
        return [(self._projects[id_], ours) for id_, ours in found.items() if id_ in self._projects], problems
