"""What `check --online` shows of a GitLab: whose token it is, what it lacks, what is seen, what a poll will cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice

from scorecard_exporter.errors import SkippableSourceError
from scorecard_exporter.sources.base import Inspection, Seen
from scorecard_exporter.sources.gitlab.api import PAGE, Api, group_path, items_of, project_path
from scorecard_exporter.sources.gitlab.projects import Found, Project, find
from scorecard_exporter.sources.gitlab.reading import Reading
from scorecard_exporter.sources.kit.body import Body, MalformedError

LOOKED_INTO = 20
"""Projects whose environments are looked at, the most active ones: a request each."""
_NEVER = datetime.min.replace(tzinfo=UTC)


def inspect(api: Api, reading: Reading) -> Inspection:
    """A few requests: two about the token, the list of projects, and one for each of the most active ones.

    Raises:
        SourceError: see `Client.get`.
    """
    scopes, account = token_of(api)
    found = find(api, reading.wanted)
    projects = list(found.all())
    missing = [*_lacks(scopes), *(str(error) for _, error in found.missing)]
    names = {project.thing: None for project in projects}
    seen = [Seen(sort="projects", names=names), *_labels(api, reading, found)]
    seen.extend(environments(api, reading.source, project) for project in most_active(projects, LOOKED_INTO))
    return Inspection(
        account=account, missing=tuple(missing), seen=tuple(seen), next_sync=_cost(reading, len(projects))
    )


def token_of(api: Api) -> tuple[tuple[str, ...] | None, str]:
    """The scopes of the token and whose it is; None where GitLab does not tell: OAuth, or before 15.5."""
    scopes, account = None, ""
    with suppress(SkippableSourceError, MalformedError):
        scopes = Body(api.object("personal_access_tokens/self")).texts("scopes")
    with suppress(SkippableSourceError, MalformedError):
        account = Body(api.object("user")).text("username")
    return scopes, account


def environments(api: Api, source: str, project: Project) -> Seen:
    """The environments of the newest hundred deployments of a project, with how many of them."""
    counts: Counter[str] = Counter()
    for item in _or_none(api, f"{project_path(project.id)}/deployments", order_by="created_at", sort="desc"):
        environment = item.get("environment") if isinstance(item, dict) else None
        name = environment.get("name") if isinstance(environment, dict) else None
        if isinstance(name, str):
            counts[name] += 1
    return Seen(sort="environments", names=dict(counts.most_common()), origin=f"{source}:{project.thing}")


def most_active(projects: list[Project], number: int) -> list[Project]:
    """The projects in which something happened last."""
    return list(islice(sorted(projects, key=lambda one: one.active_at or _NEVER, reverse=True), number))


def labels_at(api: Api, path: str) -> tuple[str, ...]:
    """The labels of a group or project, at most a hundred."""
    found = _or_none(api, f"{path}/labels")
    names = (item.get("name") for item in found if isinstance(item, dict))
    return tuple(name for name in names if isinstance(name, str))


def _labels(api: Api, reading: Reading, found: Found) -> Iterator[Seen]:
    if "issues" not in reading.parts:
        return
    for group in found.groups:
        yield Seen(sort="labels", names=dict.fromkeys(labels_at(api, group_path(group.path))))
    for project in islice(found.projects, LOOKED_INTO):
        names = dict.fromkeys(labels_at(api, project_path(project.id)))
        yield Seen(sort="labels", names=names, origin=f"{reading.source}:{project.thing}")


def _lacks(scopes: tuple[str, ...] | None) -> Iterator[str]:
    if scopes is not None and not {"api", "read_api"} & set(scopes):
        yield f"the scope `read_api`, for everything; the token has {', '.join(scopes) or 'none'}"


def _or_none(api: Api, path: str, **params: str) -> list[object]:
    try:
        return items_of(api.get(path, {**params, "per_page": PAGE}))
    except SkippableSourceError:
        return []


def _cost(reading: Reading, projects: int) -> str:
    """For a poll that finds nothing new; see the page about this source for the rest."""
    each = sum(part in reading.parts for part in ("deployments", "releases", "builds"))
    active = sum(part in reading.parts for part in ("tags", "commits"))
    return (
        f"a poll of {projects} projects with nothing new takes about {each * projects + 3} requests,"
        f" and {active} more for each project with a push in the last hour"
    )
