"""The lists that hold deployments: those to environments, releases and tags."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from scorecard_exporter.events.model import Batch, Deployment, Record
from scorecard_exporter.quantities import moment
from scorecard_exporter.sources.github import deployments, releases, tags
from scorecard_exporter.sources.github.host import Repository
from scorecard_exporter.sources.github.lists import Connection, ListStream, complete
from scorecard_exporter.sources.github.off_branch import OffBranch
from scorecard_exporter.sources.github.reading import Session
from scorecard_exporter.sources.kit.body import Body, moment_of
from scorecard_exporter.sources.kit.streams import OVERLAP, Page, State

TRIED_AGAIN = timedelta(days=1)
"""So long a failed deployment, or a failed run, is looked at again: somebody may have it done once more."""


def question(connection: str, arguments: str, fields: str) -> str:
    """A page of a list of a repository."""
    return f"""
      query($owner: String!, $name: String!, $after: String, $size: Int!{_DECLARED.get(connection, "")}) {{
        repository(owner: $owner, name: $name) {{
          {connection}(first: $size, after: $after, {arguments}) {{
            nodes {{ {fields} }}
            pageInfo {{ hasNextPage endCursor }}
          }}
        }}
        rateLimit {{ cost }}
      }}
    """


_DECLARED = {"deployments": ", $environments: [String!]"}
DEPLOYMENTS = question(
    "deployments",
    "environments: $environments, orderBy: {field: CREATED_AT, direction: DESC}",
    deployments.FIELDS,
)
RELEASES = question("releases", "orderBy: {field: CREATED_AT, direction: DESC}", releases.FIELDS)
TAGS = question("refs", 'refPrefix: "refs/tags/", orderBy: {field: TAG_COMMIT_DATE, direction: DESC}', tags.FIELDS)
STATUSES = f"""
  query($id: ID!, $after: String) {{
    node(id: $id) {{
      ... on Deployment {{ statuses(first: 100, after: $after) {{ {deployments.STATUS_FIELDS} }} }}
    }}
    rateLimit {{ cost }}
  }}
"""


class DeploymentListStream(ListStream):
    """A list of deployments, with the commits that they were made from where those are not on the deployed branch.

    `off_branch`: None where no commits are read.
    """

    def __init__(self, session: Session, repository: Repository, off_branch: OffBranch | None, made_by: str) -> None:
        super().__init__(session, repository, kinds=("deployment",), made_by=made_by)
        self._off_branch = off_branch
        self._known: datetime | None = None

    def _catch_up(self, state: State, at: datetime, wanted: datetime) -> Iterator[Batch]:
        self._known = moment(state.until) - OVERLAP
        yield from super()._catch_up(state, at, wanted)
        self._known = None

    def _deployments(
        self, listed: Connection, parse: Callable[[Body], Iterable[Record]], *, what: str, ordered_by: str
    ) -> Page:
        """The page, with commits; which of its deployments may still change is for the caller to say."""
        page = self._page(listed, parse, what=what, ordered_by=ordered_by)
        if self._off_branch is None:
            return page
        beside = self._off_branch.commits(
            record.sha for record in page.records if isinstance(record, Deployment) and self._is_new(record)
        )
        return replace(page, records=page.records + beside.records, problems=page.problems + beside.problems)

    def _is_new(self, record: Deployment) -> bool:
        """Whether its commit was not looked at when the list was read before."""
        made_at = record.started_at or record.finished_at
        return self._known is None or made_at is None or made_at >= self._known


class EnvironmentStream(DeploymentListStream):
    """Deployments to environments. One that is not over is read again where it stands in the list, until it is."""

    mark = "deployments"

    def __init__(self, session: Session, repository: Repository, off_branch: OffBranch | None) -> None:
        self._environments = list(session.reading.environments) or None
        made_by = session.reading.made_by(self._environments)
        super().__init__(session, repository, off_branch, made_by)
        self._on_branch: set[str] = set()

    def read_page(self, after: str) -> Page:
        found = self._ask(DEPLOYMENTS, after, deployments.SIZE, environments=self._environments)
        listed = Connection.of(found, "deployments")
        for node in listed.nodes:
            complete(node, "statuses", partial(self._following, node))
        self._on_branch = self._made_from_branch(listed.nodes)
        page = self._deployments(
            listed,
            lambda body: deployments.deployment(body, self._repository),
            what="a deployment",
            ordered_by="createdAt",
        )
        made = [record for record in page.records if isinstance(record, Deployment)]
        return replace(page, unfinished=deployments.may_still_change(made, self._at - TRIED_AGAIN))

    def _is_new(self, record: Deployment) -> bool:
        return record.sha not in self._on_branch and super()._is_new(record)

    def _made_from_branch(self, nodes: Iterable[Any]) -> set[str]:
        """The commits that were deployed by the name of the deployed branch, as most are: they are on it."""
        branch = self._session.probe.facts(self._repository).branch
        return {
            str(node.get("commitOid"))
            for node in nodes
            if isinstance(node, dict) and isinstance(node.get("ref"), dict) and node["ref"].get("name") == branch
        }

    def _following(self, node: Any, after: str) -> Connection:
        """The next page of the statuses of a deployment: the first success may be on it."""
        answer = self._session.host.ask(STATUSES, {"id": node.get("id"), "after": after})
        return Connection.of(answer.data.get("node"), "statuses")


class ReleaseStream(DeploymentListStream):
    """Releases. A draft is read again where it stands: published, it counts from then on."""

    mark = "releases"

    def __init__(self, session: Session, repository: Repository, off_branch: OffBranch | None) -> None:
        super().__init__(session, repository, off_branch, session.reading.made_by())

    def read_page(self, after: str) -> Page:
        listed = Connection.of(self._ask(RELEASES, after, releases.SIZE), "releases")
        page = self._deployments(
            listed, lambda body: releases.release(body, self.origin), what="a release", ordered_by="createdAt"
        )
        return replace(page, unfinished=releases.oldest_draft(listed.nodes))


class TagStream(DeploymentListStream):
    """Tags, the one with the newest commit first."""

    mark = "tags"

    def __init__(self, session: Session, repository: Repository, off_branch: OffBranch | None) -> None:
        super().__init__(session, repository, off_branch, session.reading.made_by())

    def read_page(self, after: str) -> Page:
        listed = Connection.of(self._ask(TAGS, after, tags.SIZE), "refs")
        made = [(node, _committed_at(node)) for node in listed.nodes]
        kept = [node for node, at in made if at is None or at >= self._begin_at]
        page = self._deployments(
            Connection(kept, listed.after), lambda body: tags.tag(body, self._repository), what="a tag", ordered_by=""
        )
        return replace(page, oldest=min((at for _, at in made if at), default=None))


def _committed_at(node: Any) -> datetime | None:
    """When the commit of a tag was made, by which the list is ordered."""
    target = node.get("target") if isinstance(node, dict) else None
    while isinstance(target, dict):
        if committed_at := moment_of(target.get("committedDate")):
            return committed_at
        target = target.get("target")
    return None
