"""Which projects there are: those that are named, and those of groups and their subgroups."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from scorecard_exporter.errors import RetriableSourceError, SkippableSourceError, SourceError
from scorecard_exporter.events.patterns import matches
from scorecard_exporter.sources.gitlab.api import Api, group_path, project_path
from scorecard_exporter.sources.kit.body import Body, MalformedError
from scorecard_exporter.sources.kit.streams import OVERLAP

LATE = timedelta(hours=1)
"""How far behind `last_activity_at` may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A project. `thing`: its name in origins, as configured; `path`: its full path of today, for GraphQL.

    `page`: its page for people. `branch`: its default branch, '' for an empty repository. `active_at`: when something
    happened in it last, up to an hour late. `lacks`: features that are turned off, as in `merge_requests`.
    """

    id: int
    thing: str
    path: str
    page: str
    branch: str
    created_at: datetime | None
    active_at: datetime | None
    is_archived: bool = False
    lacks: frozenset[str] = frozenset()

    def was_quiet(self, since: datetime) -> bool:
        """Whether nothing was pushed to it from this moment on, for all that is known.

        A push is an event, and the time of the last event is noted at most once in an hour.
        """
        return self.active_at is not None and self.active_at + LATE + OVERLAP < since


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which projects are to be read. `only`, `but_not`: globs over the full paths of the projects of groups."""

    projects: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    but_not: tuple[str, ...] = ()

    def takes(self, path: str) -> bool:
        """Whether a project of a group is wanted."""
        return (not self.only or matches(path, self.only)) and not matches(path, self.but_not)

    def names(self, path: str) -> str:
        """The thing that the project of this full path is, '' for one that is not to be read."""
        for named in self.projects:
            if named.lower() == path.lower():
                return named
        is_inside = any(path.lower().startswith(f"{group.lower().strip('/')}/") for group in self.groups)
        return path if is_inside and self.takes(path) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group that is to be read, with its projects by id, those of its subgroups among them."""

    path: str
    projects: dict[int, Project]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What is to be read. `missing`: named things that could not be found, and why."""

    groups: tuple[Group, ...] = ()
    projects: tuple[Project, ...] = ()
    missing: tuple[tuple[str, SourceError], ...] = ()

    def all(self) -> Iterator[Project]:
        """Every project, once."""
        for group in self.groups:
            yield from group.projects.values()
        yield from self.projects


def find(api: Api, wanted: Wanted) -> Found:
    """The wanted projects: one request for 100 of a group, and one for each that is named.

    A project or group that is gone, forbidden or malformed is missing; the others go on.

    Raises:
        SourceError: the system cannot be asked at all.
    """
    missing: list[tuple[str, SourceError]] = []
    named = _named(api, wanted.projects, missing)
    known: set[int] = set()
    groups = []
    for path in outermost(wanted.groups):
        try:
            found = [project for project in projects_of(api, path, missing) if project.id not in known]
        except SkippableSourceError as error:
            missing.append((path, error))
            continue
        taken = {one.id: named.get(one.id, one) for one in found if one.id in named or wanted.takes(one.path)}
        known.update(taken)
        groups.append(Group(path=path, projects=taken))
    projects = [project for id_, project in named.items() if id_ not in known]
    return Found(groups=tuple(groups), projects=tuple(projects), missing=tuple(missing))


def _named(api: Api, paths: Iterable[str], missing: list[tuple[str, SourceError]]) -> dict[int, Project]:
    found = {}
    for path in paths:
        try:
            project = parse_project(api.object(project_path(path)), thing=path)
        except SkippableSourceError as error:
            missing.append((path, error))
        except MalformedError as error:
            missing.append((path, _malformed(path, error)))
        else:
            found[project.id] = project
    return found


def projects_of(api: Api, group: str, missing: list[tuple[str, SourceError]]) -> Iterator[Project]:
    """The projects of a group and its subgroups that are not archived; those that are malformed are `missing`."""
    params = {"include_subgroups": "true", "with_shared": "false", "archived": "false", "order_by": "id", "sort": "asc"}
    items = (item for page in api.pages(f"{group_path(group)}/projects", params) for item in page)
    for place, item in enumerate(items, 1):
        try:
            yield parse_project(item)
        except MalformedError as error:
            name = f"project {place} of {group}"
            missing.append((name, _malformed(name, error)))


def _malformed(name: str, error: MalformedError) -> SourceError:
    return RetriableSourceError(f"what GitLab tells of {name} could not be read: {error}")


def outermost(groups: tuple[str, ...]) -> tuple[str, ...]:
    """The groups without those that are part of another one of them."""
    unique = dict.fromkeys(group.strip("/") for group in groups)
    return tuple(one for one in unique if not any(one.lower().startswith(f"{other.lower()}/") for other in unique))


_FEATURES = ("merge_requests", "issues", "builds", "releases", "environments", "repository")


def parse_project(data: Any, thing: str = "") -> Project:
    """A project from its JSON.

    Raises:
        MalformedError: what every project has is missing, or has another form.
    """
    body = Body(data)
    path = body.text("path_with_namespace")
    return Project(
        id=body.whole("id"),
        thing=thing or path,
        path=path,
        page=body.text("web_url", ""),
        branch=body.text("default_branch", ""),
        created_at=body.time_or_none("created_at"),
        active_at=body.time_or_none("last_activity_at"),
        is_archived=body.flag("archived"),
        lacks=frozenset(name for name in _FEATURES if _is_off(body, name)),
    )


def _is_off(body: Body, feature: str) -> bool:
    if feature == "repository" and body.flag("empty_repo"):
        return True
    return body.text(f"{feature}_access_level", "") == "disabled"
