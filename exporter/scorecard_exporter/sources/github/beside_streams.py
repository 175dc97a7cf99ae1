"""The commits that were deployed, released or tagged beside the deployed branch: those of hotfix and release branches.

They belong to the commits that are read of a repository, so a time is covered for commits once these lists were read
for it too.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from scorecard_exporter.events.model import Batch, Commit
from scorecard_exporter.quantities import moment
from scorecard_exporter.sources.github import tags
from scorecard_exporter.sources.github.deployment_streams import TAGS, question
from scorecard_exporter.sources.github.host import Repository
from scorecard_exporter.sources.github.lists import MOST, Connection, ListStream, oldest
from scorecard_exporter.sources.github.off_branch import OffBranch
from scorecard_exporter.sources.github.reading import Session
from scorecard_exporter.sources.kit.streams import OVERLAP, Page, State

DEPLOYED = question(
    "deployments",
    "environments: $environments, orderBy: {field: CREATED_AT, direction: DESC}",
    "commitOid createdAt ref { name }",
)


class BesideStream(ListStream):
    """A list of things that were made from commits; what was looked at when it was read before is not again."""

    def __init__(self, session: Session, repository: Repository, off_branch: OffBranch, *options: object) -> None:
        made_by = session.reading.made_by(session.reading.branch, *options)
        super().__init__(session, repository, kinds=(Commit.kind,), made_by=made_by)
        self.name = f"{repository.thing}/beside/{self.mark}"
        self._off_branch = off_branch
        self._known: datetime | None = None

    def _catch_up(self, state: State, at: datetime, wanted: datetime) -> Iterator[Batch]:
        self._known = moment(state.until) - OVERLAP
        yield from super()._catch_up(state, at, wanted)
        self._known = None

    def read_page(self, after: str) -> Page:
        listed = self._listed(after)
        made = [(self._sha(node), self._made_at(node)) for node in listed.nodes]
        begin = max(self._begin_at, self._known) if self._known else self._begin_at
        beside = self._off_branch.commits(sha for sha, at in made if sha and (at is None or at >= begin))
        return Page(
            records=beside.records,
            problems=beside.problems,
            oldest=min((at for _, at in made if at), default=None),
            after=listed.after,
        )

    @abstractmethod
    def _listed(self, after: str) -> Connection:
        """A page of the list."""

    @abstractmethod
    def _sha(self, node: Any) -> str:
        """The commit that a thing was made from, '' where that is on the branch for sure."""

    @abstractmethod
    def _made_at(self, node: Any) -> datetime | None:
        """By which the list is ordered."""


class DeployedBeside(BesideStream):
    """Of deployments to environments. What was deployed by the name of the branch, as most are, is on it."""

    mark = "deployments"

    def __init__(self, session: Session, repository: Repository, off_branch: OffBranch) -> None:
        self._environments = list(session.reading.environments) or None
        super().__init__(session, repository, off_branch, self._environments)

    def _listed(self, after: str) -> Connection:
        return Connection.of(self._ask(DEPLOYED, after, MOST, environments=self._environments), "deployments")

    def _sha(self, node: Any) -> str:
        branch = self._session.probe.facts(self._repository).branch
        ref = node.get("ref") if isinstance(node, dict) else None
        is_of_branch = isinstance(ref, dict) and ref.get("name") == branch
        return "" if is_of_branch or not isinstance(node, dict) else str(node.get("commitOid") or "")

    def _made_at(self, node: Any) -> datetime | None:
        return oldest([node], "createdAt")


class TaggedBeside(BesideStream):
    """Of tags, and so of releases."""

    mark = "tags"

    def _listed(self, after: str) -> Connection:
        return Connection.of(self._ask(TAGS, after, tags.SIZE), "refs")

    def _sha(self, node: Any) -> str:
        target = node.get("target") if isinstance(node, dict) else None
        while isinstance(target, dict) and isinstance(target.get("target"), dict):
            target = target["target"]
        return str(target.get("oid") or "") if isinstance(target, dict) else ""

    def _made_at(self, node: Any) -> datetime | None:
        return tags.committed_at(node)
