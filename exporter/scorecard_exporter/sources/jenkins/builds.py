"""Builds of Jenkins' lists: what was built, from which commit, and how it ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from scorecard_exporter.events.model import Build
from scorecard_exporter.events.patterns import matches
from scorecard_exporter.quantities import moment
from scorecard_exporter.sources.kit.body import Body, MalformedError

_FIELDS = "number,timestamp,duration,building,result,url"
_REVISION = "lastBuiltRevision[SHA1,branch[name]],remoteUrls"
_NAMESPACES = ("refs/remotes/", "refs/heads/", "origin/")

STATUSES = {
    "SUCCESS": "success",
    "UNSTABLE": "failure",
    "FAILURE": "failure",
    "ABORTED": "cancelled",
    "NOT_BUILT": "skipped",
}
"""Of a build that checks something. Unstable: it ran to its end, and its tests or its analysis found something."""
RUNNING = "running"
"""The status of a build without a result yet."""


@dataclass(frozen=True, slots=True)
class Revision:
    """A commit that a build checked out: of which repository, on which branch."""

    sha: str
    branch: str
    remotes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """A build as Jenkins tells it. `finished_at`: None while it is running; `result` is '' then."""

    number: int
    url: str
    started_at: datetime
    finished_at: datetime | None
    result: str
    revisions: tuple[Revision, ...]
    parameters: Mapping[str, str]


def fields(*, parameters: bool) -> str:
    """The `tree` of a build. Parameters are asked for only where they are needed: people put secrets there."""
    more = ",parameters[name,value]" if parameters else ""
    return f"{_FIELDS},actions[{_REVISION}{more}]"


def run(body: Body) -> Run:
    """A build. Times are milliseconds; one that is still building has no duration and no result."""
    started_at = milliseconds(body, "timestamp")
    result = body.text("result", "")
    is_running = body.flag("building") or not result
    actions = tuple(body.bodies("actions"))
    return Run(
        number=body.whole("number"),
        url=_page(body),
        started_at=started_at,
        finished_at=None if is_running else milliseconds(body, "timestamp", "duration"),
        result="" if is_running else result,
        revisions=tuple(dict.fromkeys(found for action in actions for found in _revisions(action))),
        parameters={name: value for action in actions for name, value in _parameters(action)},
    )


def build(origin: str, found: Run, revision: Revision | None, branch: str) -> Build:
    """The record of a build."""
    return Build(
        origin=origin,
        key=str(found.number),
        url=found.url,
        branch=branch or (revision.branch if revision else ""),
        sha=revision.sha if revision else "",
        status=STATUSES.get(found.result, found.result.lower()) or RUNNING,
        started_at=found.started_at,
        finished_at=found.finished_at,
    )


def revision_of(found: Run, repositories: tuple[str, ...]) -> tuple[Revision | None, tuple[str, ...]]:
    """The commit that a build is about, and the repositories that leave it in doubt.

    A pipeline may check out several, such as a shared library before the code itself. `repositories`: globs for the
    addresses of the ones that count.
    """
    wanted = found.revisions
    if repositories:
        wanted = tuple(one for one in wanted if any(matches(remote, repositories) for remote in one.remotes))
    remotes = tuple(dict.fromkeys(one.remotes for one in wanted))
    if len(remotes) > 1:
        return None, tuple(remote for several in remotes for remote in several)
    return (wanted[-1] if wanted else None), ()


def milliseconds(body: Body, *names: str) -> datetime:
    """The moment of these milliseconds together."""
    try:
        return moment(sum(body.whole(name) for name in names) * 1000)
    except OverflowError:
        raise MalformedError(f"{names[0]} is no time that there is") from None


def _page(body: Body) -> str:
    url = body.text("url", "")
    return url if url.startswith(("https://", "http://")) else ""


def _revisions(action: Body) -> Iterator[Revision]:
    built = action.body("lastBuiltRevision")
    if built is None or not built.has("SHA1"):
        return
    branches = [branch.text("name", "") for branch in built.bodies("branch")]
    yield Revision(built.text("SHA1"), _branch(branches[0]) if branches else "", action.texts("remoteUrls"))


def _branch(name: str) -> str:
    """The name of a branch without where git keeps it; '' for a commit that was checked out by itself."""
    for namespace in _NAMESPACES:
        name = name.removeprefix(namespace)
    return "" if name == "detached" else name


def _parameters(action: Body) -> Iterator[tuple[str, str]]:
    for parameter in action.bodies("parameters"):
        value = _value(parameter)
        if parameter.has("name") and value is not None:
            yield parameter.text("name"), value


def _value(parameter: Body) -> str | None:
    """A parameter as a text: its value may be of any type, and that of a file or a secret is not there."""
    try:
        found: Any = parameter.flag("value") if parameter.has("value") else None
    except MalformedError:
        pass
    else:
        return None if found is None else str(found).lower()
    try:
        return parameter.text("value")
    except MalformedError:
        return None
