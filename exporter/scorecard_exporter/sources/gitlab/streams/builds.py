"""The pipelines of a project's deployed branch, by the time of their last change: 1 request for 100."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from scorecard_exporter.sources.gitlab.api import Api, project_path
from scorecard_exporter.sources.gitlab.parsing.builds import builds
from scorecard_exporter.sources.gitlab.projects import Project
from scorecard_exporter.sources.gitlab.streams.paced import PacedStream
from scorecard_exporter.sources.kit.body import parse_each
from scorecard_exporter.sources.kit.streams import Piece


class BuildStream(PacedStream):
    """A pipeline comes again whenever it changes, so one that is running is seen when it has ended."""

    def __init__(
        self, api: Api, source: str, project: Project, branch: str, *, history: timedelta, made_by: str
    ) -> None:
        super().__init__(
            f"{project.thing}/builds",
            origin=f"{source}:{project.thing}",
            kinds=("build",),
            history=history,
            made_by=made_by,
        )
        self._api, self._branch = api, branch
        self._path = f"{project_path(project.id)}/pipelines"

    def pieces(self, begin: datetime, end: datetime) -> Iterator[Piece]:
        parse = partial(builds, origin=self.origin)
        for items in self._api.changed(self._path, begin, end, {"ref": self._branch}):
            yield parse_each(items, parse, what="a pipeline", origin=self.origin)
