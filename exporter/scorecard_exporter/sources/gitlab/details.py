"""Asking for the notes and commits of merge requests: 20 with one GraphQL query, or one by one where there is none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

from scorecard_exporter.errors import RetriableSourceError, SkippableSourceError
from scorecard_exporter.events.model import Problem
from scorecard_exporter.sources.gitlab.api import Api, RefusedQueryError, project_path
from scorecard_exporter.sources.gitlab.parsing.details import detail_of_lists, detail_of_node
from scorecard_exporter.sources.gitlab.parsing.merge_requests import Detail
from scorecard_exporter.sources.gitlab.projects import Project
from scorecard_exporter.sources.kit.body import Body, MalformedError

MOST_REQUESTS = 20
"""Merge requests in a query: each may bring a hundred notes, and GitLab stops a query after 30 seconds."""
MOST_PROJECTS = 4
"""Projects in a query: each costs about 50 of the 250 points of complexity that GitLab allows."""

_NOTES = "pageInfo { hasNextPage endCursor } nodes { id body system createdAt author { username bot } }"
# The oldest commits are the last ones.
_DETAIL = (
    "fragment Detail on MergeRequest { iid commits(last: 100) { nodes { sha authoredDate committedDate } }"
    f" notes(first: 100) {{ {_NOTES} }} }}"
)
_MORE_NOTES = (
    "query($path: ID!, $number: String!, $after: String) { project(fullPath: $path) {"
    f" mergeRequest(iid: $number) {{ notes(first: 100, after: $after) {{ {_NOTES} }} }} }} }}"
)

_WITHOUT = "GraphQL is not to be had, so each merge request takes two requests more: {}"

Numbered = tuple[Project, str]
"""A merge request: its project and its number (`iid`)."""


@dataclass(slots=True)
class Answers:
    """What was found out, by project id and number, and what could not be."""

    details: dict[int, dict[str, Detail]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def put(self, one: Numbered, detail: Detail) -> None:
        """Keep what was found of a merge request."""
        self.details.setdefault(one[0].id, {})[one[1]] = detail

    def lacks(self, one: Numbered) -> bool:
        """Whether nothing is known of a merge request."""
        return one[1] not in self.details.get(one[0].id, {})


class Details:
    """Asks one GitLab. What a query does not bring is asked for by REST, 2 requests for each merge request; where there
    is no GraphQL at all, that is not tried again until the next start.
    """

    def __init__(self, api: Api, source: str) -> None:
        self._api, self._source = api, source
        self._has_graphql = True

    def of(self, wanted: Sequence[Numbered]) -> Answers:
        """The details of these merge requests. Raises as `Client.get`: without them, reviews would be lost for ever."""
        answers = Answers()
        for chunk in chunks(wanted):
            if self._has_graphql:
                self._ask_graphql(chunk, answers)
            for one in chunk:
                if answers.lacks(one):
                    self._ask_rest(one, answers)
        return answers

    def _ask_graphql(self, chunk: Sequence[Numbered], answers: Answers) -> None:
        numbers: dict[Project, list[str]] = {}
        for project, number in chunk:
            numbers.setdefault(project, []).append(number)
        variables: dict[str, Any] = {}
        for index, (project, ours) in enumerate(numbers.items()):
            variables |= {f"path{index}": project.path, f"numbers{index}": ours}
        try:
            data = self._api.graphql(query_for(len(numbers)), variables)
        except RefusedQueryError:
            return
        except SkippableSourceError as error:
            self._has_graphql = False
            answers.problems.append(Problem(code="no_graphql", message=_WITHOUT.format(error), origin=self._source))
            return
        for index, project in enumerate(numbers):
            for node in _nodes(data.get(f"p{index}")):
                self._take(project, node, answers)

    def _take(self, project: Project, node: Any, answers: Answers) -> None:
        try:
            body = Body(node)
            number, detail, after = body.text("iid"), detail_of_node(body), _further(body)
            while after:
                more = Body(self._more(project, number, after))
                detail = replace(detail, notes=detail.notes + detail_of_node(more).notes)
                previous, after = after, _further(more)
                if after == previous:
                    raise RetriableSourceError(f"the notes of {project.thing}!{number} never end")
            answers.put((project, number), detail)
        except MalformedError as error:
            self._refuse(project, f"the notes of a merge request could not be read: {error}", answers)

    def _more(self, project: Project, number: str, after: str) -> Any:
        data = self._api.graphql(_MORE_NOTES, {"path": project.path, "number": number, "after": after})
        found = data.get("project")
        return found.get("mergeRequest") if isinstance(found, dict) else None

    def _ask_rest(self, one: Numbered, answers: Answers) -> None:
        project, number = one
        path = f"{project_path(project.id)}/merge_requests/{number}"
        try:
            notes = self._api.pages(f"{path}/notes", {"order_by": "created_at", "sort": "asc"})
            commits = self._api.pages(f"{path}/commits")
            answers.put(one, detail_of_lists(_all(notes), _all(commits)))
        except MalformedError as error:
            self._refuse(project, f"the notes or commits of !{number} could not be read: {error}", answers)

    def _refuse(self, project: Project, sentence: str, answers: Answers) -> None:
        origin = f"{self._source}:{project.thing}"
        message = f"{origin}: {sentence}; its reviews and first commit are unknown"
        answers.problems.append(Problem(code="no_details", message=message, origin=origin))


def chunks(wanted: Sequence[Numbered]) -> Iterator[list[Numbered]]:
    """The merge requests in as few queries as GitLab takes, those of a project together."""
    chunk: list[Numbered] = []
    for one in sorted(wanted, key=lambda one: one[0].id):
        projects = {project.id for project, _ in (*chunk, one)}
        if len(chunk) == MOST_REQUESTS or len(projects) > MOST_PROJECTS:
            yield chunk
            chunk = []
        chunk.append(one)
    if chunk:
        yield chunk


def query_for(projects: int) -> str:
    """The query for merge requests of so many projects; variables `path0`, `numbers0` and so on."""
    head = ", ".join(f"$path{index}: ID!, $numbers{index}: [String!]" for index in range(projects))
    parts = " ".join(
        f"p{index}: project(fullPath: $path{index}) {{ mergeRequests(iids: $numbers{index}, first: {MOST_REQUESTS})"
        " { nodes { ...Detail } } }"
        for index in range(projects)
    )
    return f"query({head}) {{ {parts} }} {_DETAIL}"


def _nodes(project: Any) -> list[Any]:
    requests = project.get("mergeRequests") if isinstance(project, dict) else None
    nodes = requests.get("nodes") if isinstance(requests, dict) else None
    return [node for node in nodes if node is not None] if isinstance(nodes, list) else []


def _further(body: Body) -> str:
    """Where the notes of a merge request go on; '' at their end."""
    notes = body.body("notes")
    info = notes.body("pageInfo") if notes else None
    return info.text("endCursor", "") if info and info.flag("hasNextPage") else ""


def _all(pages: Iterable[list[Any]]) -> list[Any]:
    return list(chain.from_iterable(pages))
