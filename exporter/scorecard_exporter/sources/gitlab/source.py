"""All streams of a GitLab source, made anew at each poll for the projects that there are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from scorecard_exporter.errors import SourceError
from scorecard_exporter.events.model import Batch
from scorecard_exporter.sources.base import Stream
from scorecard_exporter.sources.delivery import digest
from scorecard_exporter.sources.gitlab.api import Api, group_path, project_path
from scorecard_exporter.sources.gitlab.details import Details
from scorecard_exporter.sources.gitlab.projects import Found, Project, find
from scorecard_exporter.sources.gitlab.reading import Part, Reading
from scorecard_exporter.sources.gitlab.streams.builds import BuildStream
from scorecard_exporter.sources.gitlab.streams.commits import CommitStream
from scorecard_exporter.sources.gitlab.streams.deployments import DeploymentStream
from scorecard_exporter.sources.gitlab.streams.issues import IssueStream
from scorecard_exporter.sources.gitlab.streams.merge_requests import MergeRequestStream
from scorecard_exporter.sources.gitlab.streams.releases import ReleaseStream, TagStream
from scorecard_exporter.sources.kit.joined import JoinedStream
from scorecard_exporter.sources.kit.streams import HistoryStream

RECORDS = 1
"""Goes up when records are made otherwise, so that they are read anew."""


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
        yield from self._of_lists(found)

    def _of_project(self, project: Project) -> Iterator[Stream]:
        reading, branch = self._reading, self._reading.branch or project.branch
        if deployed := list(self._deployed(project)):
            yield JoinedStream(f"{project.thing}/deployments", deployed)
        if self._reads("commits", project, "repository") and branch:
            made_by = digest(RECORDS, branch)
            yield CommitStream(self._api, reading.source, project, branch, history=reading.history, made_by=made_by)
        if self._reads("builds", project, "builds") and branch:
            made_by = digest(RECORDS, branch)
            yield BuildStream(self._api, reading.source, project, branch, history=reading.history, made_by=made_by)

    def _deployed(self, project: Project) -> Iterator[HistoryStream]:
        """All that is stored as deployments: a time is covered when each of them was read for it."""
        source, history, made_by = self._reading.source, self._reading.history, digest(RECORDS)
        if self._reads("deployments", project, "environments"):
            yield DeploymentStream(self._api, source, project, history=history, made_by=made_by)
        if self._reads("releases", project, "releases"):
            yield ReleaseStream(self._api, source, project, history=history, made_by=made_by)
        if self._reads("tags", project, "repository"):
            yield TagStream(self._api, source, project, history=history, made_by=made_by)

    def _reads(self, part: Part, project: Project, feature: str) -> bool:
        return part in self._reading.parts and feature not in project.lacks

    def _of_lists(self, found: Found) -> Iterator[Stream]:
        """The streams of whole groups, and those of the projects that are in none."""
        for group in found.groups:
            yield from self._of_list(group.path, group_path(group.path), group.projects)
        for project in found.projects:
            yield from self._of_list(project.thing, project_path(project.id), {project.id: project})

    def _of_list(self, name: str, path: str, projects: dict[int, Project]) -> Iterator[Stream]:
        reading, api = self._reading, self._api
        chosen = (RECORDS, reading.wanted.only, reading.wanted.but_not)
        requesting = {id_: one for id_, one in projects.items() if self._reads("merge_requests", one, "merge_requests")}
        if requesting:
            yield MergeRequestStream(
                api,
                reading.source,
                self._details,
                name=name,
                path=path,
                projects=requesting,
                history=reading.history,
                made_by=digest(*chosen),
            )
        tracking = {id_: one for id_, one in projects.items() if self._reads("issues", one, "issues")}
        if tracking:
            yield IssueStream(
                api,
                reading.source,
                reading.incident_labels,
                name=name,
                path=path,
                projects=tracking,
                history=reading.history,
                made_by=digest(*chosen, reading.incident_labels),
            )


class Unreachable(Stream):
    """A named project or group that could not be found: the error that says why, while the others go on."""

    def __init__(self, name: str, error: SourceError) -> None:
        self.name = name
        self._error = error

    def read(self, cursor: str | None, at: datetime) -> Iterator[Batch]:  # noqa: ARG002  there is nothing to read
        raise self._error
        yield  # pragma: no cover  makes this a generator
