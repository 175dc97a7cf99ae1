"""The pipelines of a project's deployed branch, by the time of their last change: 1 request for 100."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from scorecard_exporter.sources.gitlab.api import Api, project_path
from scorecard_exporter.sources.gitlab.parsing.builds import builds
from scorecard_exporter.sources.gitlab.projects import Project
from scorecard_exporter.sources.gitlab.reading import Reading
from scorecard_exporter.sources.gitlab.streams.paced import PacedStream
from scorecard_exporter.sources.kit.body import parse_each
from scorecard_exporter.sources.kit.streams import Piece


class BuildStream(PacedStream):
    """A pipeline comes again whenever it changes, so one that is running is seen when it has ended."""

    def __init__(self, api: Api, reading: Reading, project: Project) -> None:
        self._branch = reading.branch_of(project)
        super().__init__(
            f"{project.thing}/builds",
            origin=reading.origin(project),
            kinds=("build",),
            history=reading.history,
            made_by=reading.made_by(self._branch),
        )
        self._api = api
        self._path = f"{project_path(project.id)}/pipelines"

    def pieces(self, begin: datetime, end: datetime) -> Iterator[Piece]:
        parse = partial(builds, origin=self.origin)
        for items in self._api.changed(self._path, begin, end, {"ref": self._branch}):
            yield parse_each(items, parse, what="a pipeline", origin=self.origin)
