"""The commits that were deployed, released or tagged beside the deployed branch: those of hotfix and release branches.

They belong to the commits that are read of a repository, so a time is covered for commits once these lists were read
for it too.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from scorecard_exporter.events.model import Commit, Record
from scorecard_exporter.sources.github import tags
from scorecard_exporter.sources.github.deployment_streams import TAGS, question
from scorecard_exporter.sources.github.host import Repository
from scorecard_exporter.sources.github.lists import MOST, Connection, ListStream, oldest
from scorecard_exporter.sources.github.off_branch import OffBranch
from scorecard_exporter.sources.github.reading import Session
from scorecard_exporter.sources.github.run_streams import RunStream
from scorecard_exporter.sources.kit.body import Body
from scorecard_exporter.sources.kit.streams import Page

DEPLOYED = question(
    "deployments",
    "environments: $environments, orderBy: {field: CREATED_AT, direction: DESC}",
    "commitOid createdAt ref { name }",
)


class BesideStream(ListStream):
    """A list of things that were made from commits; what was looked at when it was read before is not again."""

    def __init__(self, session: Session, repository: Repository, off_branch: OffBranch, *options: object) -> None:
        made_by = session.reading.made_by(session.reading.branch, *options)
        super().__init__(session, repository, kinds=(Commit.kind,), made_by=made_by, name=f"beside/{self.mark}")
        self._off_branch = off_branch

    def read_page(self, after: str) -> Page:
        listed = self._listed(after)
        made = [(self._sha(node), self._made_at(node)) for node in listed.nodes]
        beside = self._off_branch.commits(sha for sha, at in made if sha and (at is None or at >= self._new_from))
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


class RunBeside(RunStream):
    """Of the runs of a workflow that deploys, where they were for another branch."""

    def __init__(self, session: Session, repository: Repository, workflow: str, off_branch: OffBranch) -> None:
        path = f"actions/workflows/{workflow}/runs"
        super().__init__(session, repository, f"beside/{workflow}", path, Commit.kind)
        self._off_branch = off_branch
        self._shas: list[str] = []

    def page(self, after: str) -> Page:
        self._shas = []
        page = super().page(after)
        beside = self._off_branch.commits(self._shas)
        problems = page.problems + beside.problems
        return replace(page, records=beside.records, problems=problems, unfinished=())

    def _parse(self, found: Body) -> Iterable[Record]:
        """Nothing of its own; the commit is looked at with those of the page."""
        branch = self._session.probe.facts(self._repository).branch
        if found.text("head_branch", "") != branch and found.time("created_at") >= self._new_from:
            self._shas.append(found.text("head_sha", ""))
        return ()
