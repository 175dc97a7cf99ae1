"""All streams of a GitLab source, made anew at each poll for the projects that there are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Literal

from scorecard_exporter.errors import SourceError
from scorecard_exporter.events.model import Batch
from scorecard_exporter.sources.base import Stream
from scorecard_exporter.sources.gitlab.api import Api, group_path, project_path
from scorecard_exporter.sources.gitlab.details import Details
from scorecard_exporter.sources.gitlab.projects import Found, Project, find
from scorecard_exporter.sources.gitlab.reading import Reading
from scorecard_exporter.sources.gitlab.streams.builds import BuildStream
from scorecard_exporter.sources.gitlab.streams.commits import CommitStream
from scorecard_exporter.sources.gitlab.streams.deployments import DeploymentStream
from scorecard_exporter.sources.gitlab.streams.issues import IssueStream
from scorecard_exporter.sources.gitlab.streams.merge_requests import MergeRequestStream
from scorecard_exporter.sources.gitlab.streams.releases import ReleaseStream, TagStream
from scorecard_exporter.sources.gitlab.streams.several import Scope
from scorecard_exporter.sources.kit.joined import JoinedStream
from scorecard_exporter.sources.kit.streams import HistoryStream


class Streams:
    """Each iteration asks which projects there are. `things`: those that were found, by id."""

    def __init__(self, api: Api, reading: Reading) -> None:
        self._api, self._reading = api, reading
        self._details = Details(api, reading.source)
        self.things: dict[int, str] = {}

    def __iter__(self) -> Iterator[Stream]:
        found = find(self._api, self._reading.wanted)
        self.things.update((project.id, project.thing) for project in found.all())
        yield from (Unreachable(name, error) for name, error in found.missing)
        for project in found.all():
            yield from self._of_project(project)
        yield from self._of_scopes(found)

    def _of_project(self, project: Project) -> Iterator[Stream]:
        api, reading = self._api, self._reading
        if deployed := list(self._deployed(project)):
            yield JoinedStream(f"{project.thing}/deployments", deployed)
        if not reading.branch_of(project):
            return
        if self._reading.reads("commits", project, "repository"):
            yield CommitStream(api, reading, project)
        if self._reading.reads("builds", project, "builds"):
            yield BuildStream(api, reading, project)

    def _deployed(self, project: Project) -> Iterator[HistoryStream]:
        """All that is stored as deployments: a time is covered when each of them was read for it."""
        if self._reading.reads("deployments", project, "environments"):
            yield DeploymentStream(self._api, self._reading, project)
        if self._reading.reads("releases", project, "releases"):
            yield ReleaseStream(self._api, self._reading, project)
        if self._reading.reads("tags", project, "repository"):
            yield TagStream(self._api, self._reading, project)

    def _of_scopes(self, found: Found) -> Iterator[Stream]:
        """The streams of whole groups, and those of the projects that are in none."""
        for group in found.groups:
            yield from self._of_scope(Scope(name=group.path, path=group_path(group.path), projects=group.projects))
        for project in found.projects:
            path = project_path(project.id)
            yield from self._of_scope(Scope(name=project.thing, path=path, projects={project.id: project}))

    def _of_scope(self, scope: Scope) -> Iterator[Stream]:
        if requesting := self._with("merge_requests", scope):
            yield MergeRequestStream(self._api, self._reading, requesting, self._details)
        if tracking := self._with("issues", scope):
            yield IssueStream(self._api, self._reading, tracking)

    def _with(self, part: Literal["merge_requests", "issues"], scope: Scope) -> Scope | None:
        """The scope with those projects of which this part is read, if there are any."""
        projects = {id_: one for id_, one in scope.projects.items() if self._reading.reads(part, one, part)}
        return replace(scope, projects=projects) if projects else None


class Unreachable(Stream):
    """A named project or group that could not be found: the error that says why, while the others go on."""

    def __init__(self, name: str, error: SourceError) -> None:
        self.name = name
        self._error = error

    def read(self, cursor: str | None, at: datetime) -> Iterator[Batch]:  # noqa: ARG002  there is nothing to read
        raise self._error
        yield  # pragma: no cover  makes this a generator
