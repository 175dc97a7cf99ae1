"""What `check --online` tells of a Jira: whose account it is, which projects it sees, and their types of issues."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from scorecard_exporter.errors import SkippableSourceError
from scorecard_exporter.sources.base import Inspection, Seen
from scorecard_exporter.sources.jira.account import Account
from scorecard_exporter.sources.jira.jql import of_project
from scorecard_exporter.sources.kit.body import Body, MalformedError
from scorecard_exporter.sources.text import excerpt

MOST_TYPES = 8
"""Of each project; counting costs a request a type."""


@dataclass(frozen=True, slots=True)
class Look:
    """At an account; `source` with these `projects`."""

    source: str
    projects: Sequence[str]
    per_poll: int

    def __call__(self, account: Account) -> Inspection:
        """Two requests, and for each project one and one for each of its types of issues."""
        seen, missing = [], []
        for project in self.projects:
            try:
                types = dict(_types(account, project))
            except SkippableSourceError as error:
                missing.append(f"Browse projects in {project}, to read its issues: {error}")
            else:
                seen.append(Seen(sort="issue types", names=types, origin=f"{self.source}:{project}"))
        return Inspection(
            account=f"{account.name}, in the time zone {account.zone}",
            missing=tuple(missing),
            seen=tuple(seen),
            next_sync=f"about {self.per_poll} requests where nothing is new, two more for a page of changed issues",
        )


def _types(account: Account, project: str) -> Iterator[tuple[str, int | None]]:
    edition = account.edition
    answer = edition.client.get(f"{edition.root}/project/{project}").object()
    for number, name in enumerate(_names(answer)):
        condition = of_project(project, f'issuetype = "{name}"')
        yield excerpt(name, 60), edition.count(condition) if number < MOST_TYPES else None


def _names(project: Mapping[str, object]) -> Iterator[str]:
    try:
        for kind in Body(dict(project)).bodies("issueTypes"):
            if name := kind.text("name", "").replace('"', ""):
                yield name
    except MalformedError:
        return
