"""What `init` finds in a GitLab group: projects, their environments, and subgroups as teams."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from pydantic import SecretStr

from scorecard_exporter.errors import SkippableSourceError
from scorecard_exporter.events.patterns import matches
from scorecard_exporter.sources.gitlab.api import PAGE, Api, group_path, items_of, project_path
from scorecard_exporter.sources.gitlab.connection import connect
from scorecard_exporter.sources.gitlab.inspect import LOOKED_INTO, environments, labels_at, most_active, token_of
from scorecard_exporter.sources.gitlab.projects import Project, parse_project
from scorecard_exporter.sources.kit.authentication import Token
from scorecard_exporter.sources.kit.body import Body, MalformedError
from scorecard_exporter.sources.kit.starter import Found, FoundService, FoundTeam

PUBLIC = "https://gitlab.com"
INCIDENTS = ("*incident*", "*outage*")


def look(*, url: str | None, token: SecretStr | None, group: str) -> Found:
    """What is in a group: two requests for the group, one for 100 projects, and three for each of the most active.

    Raises:
        SourceError: it cannot be looked at; the message says what to do.
    """
    credential = Token(token) if token else None
    api = connect(url or PUBLIC, credential, share=Fraction(1, 2), timeout=30.0, ca_file=None)
    try:
        return _look(api, group.strip("/"))
    finally:
        api.client.close()


def _look(api: Api, group: str) -> Found:
    scopes, account = token_of(api)
    items = [item for page in api.pages(f"{group_path(group)}/projects", _ALL) for item in page]
    projects, left_out = _chosen(items)
    labels = labels_at(api, group_path(group))
    incident_labels = tuple(label for label in labels if matches(label, INCIDENTS))
    looked_into = most_active(projects, LOOKED_INTO)
    notes = [] if scopes is None or {"api", "read_api"} & set(scopes) else ["The token lacks the scope read_api."]
    if len(projects) > len(looked_into):
        notes.append(f"Only the {len(looked_into)} most active projects were looked into for their environments.")
    return Found(
        account=account,
        options={"groups": [group]},
        services=tuple(
            _service(api, one, group, incident_labels, is_looked_into=one in looked_into)
            for one in most_active(projects, len(projects))
        ),
        teams=tuple(_teams(api, group)),
        left_out=left_out,
        notes=tuple(notes),
    )


_ALL = {"include_subgroups": "true", "with_shared": "false", "order_by": "id", "sort": "asc"}


def _chosen(items: list[Any]) -> tuple[list[Project], tuple[str, ...]]:
    """The projects that look like services, and how many do not."""
    counts = {"archived project": 0, "fork": 0, "empty project": 0, "unreadable project": 0}
    chosen = []
    for item in items:
        try:
            project = parse_project(item)
        except MalformedError:
            counts["unreadable project"] += 1
            continue
        reason = _reason(item, project)
        if reason:
            counts[reason] += 1
        else:
            chosen.append(project)
    return chosen, tuple(f"{count} {what}{'s' if count > 1 else ''}" for what, count in counts.items() if count)


def _reason(item: dict[str, Any], project: Project) -> str:
    if project.is_archived:
        return "archived project"
    if item.get("forked_from_project"):
        return "fork"
    return "" if project.branch and "repository" not in project.lacks else "empty project"


def _service(
    api: Api, project: Project, group: str, incident_labels: tuple[str, ...], *, is_looked_into: bool
) -> FoundService:
    path, name = project.path.rsplit("/", 1) if "/" in project.path else ("", project.path)
    found = FoundService(thing=project.thing, name=name, team=_slug(path, group), incident_labels=incident_labels)
    if not is_looked_into:
        return found
    below = project_path(project.id)
    return FoundService(
        thing=found.thing,
        name=found.name,
        team=found.team,
        incident_labels=found.incident_labels,
        environments=environments(api, "", project).names,
        releases=_count(api, f"{below}/releases"),
        tags=_count(api, f"{below}/repository/tags"),
    )


def _count(api: Api, path: str) -> int:
    try:
        return len(items_of(api.get(path, {"per_page": PAGE})))
    except SkippableSourceError:
        return 0


def _teams(api: Api, group: str) -> Iterator[FoundTeam]:
    """The groups below, at any depth."""
    for items in api.pages(f"{group_path(group)}/descendant_groups"):
        for item in items:
            try:
                body = Body(item)
                path = body.text("full_path")
            except MalformedError:
                continue
            parent = path.rpartition("/")[0]
            yield FoundTeam(name=_slug(path, group), title=body.text("name", ""), parent=_slug(parent, group))


def _slug(path: str, group: str) -> str:
    """A name for the team that a group below the looked-at one is: its path from there; '' for that one itself."""
    inner = path[len(group) :].strip("/") if path.lower().startswith(group.lower()) else path
    return inner.replace("/", "-")
