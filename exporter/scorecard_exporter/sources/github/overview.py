"""What there is in repositories, at a glance: for `check --online` and `init`, no history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from scorecard_exporter.sources.github.graphql import of_each
from scorecard_exporter.sources.github.host import Host, Repository
from scorecard_exporter.sources.github.pull_requests import listed
from scorecard_exporter.sources.kit.body import Body, MalformedError

TOGETHER = 20
"""Five connections a repository: a point for twenty."""
LISTS = {
    "pullRequests": "pullRequests(first: 1) { totalCount }",
    "deployments": """deployments(first: 100, orderBy: {field: CREATED_AT, direction: DESC}) {
      totalCount nodes { environment }
    }""",
    "releases": "releases(first: 1) { totalCount }",
    "refs": 'refs(refPrefix: "refs/tags/", first: 1) { totalCount }',
    "labels": "labels(first: 100) { nodes { name } }",
}
_PLAIN = "nameWithOwner name isEmpty isFork pushedAt"
FIELDS = " ".join((_PLAIN, *LISTS.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """One repository. `environments`: of its last hundred deployments; the other numbers are of all."""

    thing: str
    name: str
    pushed: str
    is_empty: bool
    is_fork: bool
    environments: Mapping[str, int]
    labels: tuple[str, ...]
    pull_requests: int
    deployments: int
    releases: int
    tags: int

    @property
    def points(self) -> int:
        """What reading all of its lists costs by GraphQL."""
        return 2 * -(-self.pull_requests // 50) + -(-self.deployments // 50) + -(-(self.releases + self.tags) // 100)


def question(repositories: Sequence[Repository], lists: Iterable[str] = tuple(LISTS)) -> tuple[str, dict[str, str]]:
    """The question about these repositories, and its variables."""
    return of_each([one.variables for one in repositories], " ".join((_PLAIN, *(LISTS[name] for name in lists))))


def overviews(host: Host, repositories: Sequence[Repository]) -> Iterator[Overview]:
    """Of those repositories that may be seen; a list that may not be is as if it were empty."""
    lists = list(LISTS)
    for start in range(0, len(repositories), TOGETHER):
        chunk = repositories[start : start + TOGETHER]
        answer = host.ask(*question(chunk, lists))
        # By the schema a list cannot be null: one that may not be seen takes the whole repository with it.
        refused = {step for one in answer.complaints for step in one.path[1:2]}
        if refused.intersection(lists):
            lists = [name for name in lists if name not in refused]
            answer = host.ask(*question(chunk, lists))
        for number in range(len(chunk)):
            with suppress(MalformedError):  # it may not be seen: the streams say so by its name
                yield overview(Body(answer.data.get(f"r{number}")))


def overview(found: Body) -> Overview:
    """From the fields of one repository."""
    environments = Counter(one.text("environment", "") for one in listed(found, "deployments"))
    return Overview(
        thing=found.text("nameWithOwner"),
        name=found.text("name", ""),
        pushed=found.text("pushedAt", ""),
        is_empty=found.flag("isEmpty"),
        is_fork=found.flag("isFork"),
        environments=dict(environments.most_common()),
        labels=tuple(label.text("name", "") for label in listed(found, "labels")),
        pull_requests=_total(found, "pullRequests"),
        deployments=_total(found, "deployments"),
        releases=_total(found, "releases"),
        tags=_total(found, "refs"),
    )


def _total(found: Body, name: str) -> int:
    connection = found.body(name)
    return connection.whole("totalCount", 0) if connection else 0
