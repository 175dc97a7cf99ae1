"""Issues and incidents of a group or project: 1 request for 100, and 1 for the history of an incident."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import chain

from scorecard_exporter.events.model import Record, Transition
from scorecard_exporter.sources.gitlab.api import Api, project_path
from scorecard_exporter.sources.gitlab.parsing.issues import history, incident, is_incident, issue, type_of
from scorecard_exporter.sources.gitlab.projects import Project
from scorecard_exporter.sources.gitlab.reading import Reading
from scorecard_exporter.sources.gitlab.streams.several import ChangedStream, Scope, Things
from scorecard_exporter.sources.kit.body import Body, parse_each
from scorecard_exporter.sources.kit.streams import Piece


class IssueStream(ChangedStream):
    """What is an incident by its type is no issue; what is one by its label is both."""

    what = "issues"
    kinds_of = ("issue", "incident")
    params = {"scope": "all", "state": "all"}  # noqa: RUF012  never changed

    def __init__(self, api: Api, reading: Reading, scope: Scope) -> None:
        super().__init__(api, reading, scope, reading.incident_labels)

    def page(self, found: Things) -> Iterator[Piece]:
        for project, items in found:
            parse = partial(self._records, project=project)
            yield parse_each(items, parse, what="an issue", origin=self.reading.origin(project))

    def _records(self, body: Body, project: Project) -> Iterator[Record]:
        origin, labels, url = self.reading.origin(project), body.texts("labels"), body.text("web_url", "")
        if type_of(body) != "incident":
            yield issue(body, origin, labels, url)
        if is_incident(body, labels, self.reading.incident_labels):
            yield incident(body, origin, labels, url, self._steps(project, body))

    def _steps(self, project: Project, body: Body) -> tuple[Transition, ...]:
        path = f"{project_path(project.id)}/issues/{body.text('iid')}/resource_state_events"
        return tuple(history(chain.from_iterable(self.api.pages(path))))
