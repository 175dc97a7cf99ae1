"""The lists that hold deployments: those to environments, releases and tags."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from scorecard_exporter.events.model import Deployment
from scorecard_exporter.sources.github import deployments, releases, tags
from scorecard_exporter.sources.github.host import Repository
from scorecard_exporter.sources.github.lists import Connection, ListStream, complete
from scorecard_exporter.sources.github.reading import Session
from scorecard_exporter.sources.kit.streams import Page

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


class EnvironmentStream(ListStream):
    """Deployments to environments. One that is not over is read again where it stands in the list, until it is."""

    mark = "deployments"

    def __init__(self, session: Session, repository: Repository) -> None:
        self._environments = list(session.reading.environments) or None
        super().__init__(
            session, repository, kinds=("deployment",), made_by=session.reading.made_by(self._environments)
        )

    def read_page(self, after: str) -> Page:
        found = self._ask(DEPLOYMENTS, after, deployments.SIZE, environments=self._environments)
        listed = Connection.of(found, "deployments")
        for node in listed.nodes:
            complete(node, "statuses", partial(self._following, node))
        page = self._page(
            listed,
            lambda body: deployments.deployment(body, self._repository),
            what="a deployment",
            ordered_by="createdAt",
        )
        made = [record for record in page.records if isinstance(record, Deployment)]
        return replace(page, unfinished=deployments.may_still_change(made, self._at - TRIED_AGAIN))

    def _following(self, node: Any, after: str) -> Connection:
        """The next page of the statuses of a deployment: the first success may be on it."""
        answer = self._session.host.ask(STATUSES, {"id": node.get("id"), "after": after})
        return Connection.of(answer.data.get("node"), "statuses")


class ReleaseStream(ListStream):
    """Releases. A draft is read again where it stands: published, it counts from then on."""

    mark = "releases"

    def __init__(self, session: Session, repository: Repository) -> None:
        super().__init__(session, repository, kinds=("deployment",), made_by=session.reading.made_by())

    def read_page(self, after: str) -> Page:
        listed = Connection.of(self._ask(RELEASES, after, releases.SIZE), "releases")
        page = self._page(
            listed, lambda body: releases.release(body, self.origin), what="a release", ordered_by="createdAt"
        )
        return replace(page, unfinished=releases.drafts(listed.nodes))


class TagStream(ListStream):
    """Tags, the one with the newest commit first."""

    mark = "tags"

    def __init__(self, session: Session, repository: Repository) -> None:
        super().__init__(session, repository, kinds=("deployment",), made_by=session.reading.made_by())

    def read_page(self, after: str) -> Page:
        listed = Connection.of(self._ask(TAGS, after, tags.SIZE), "refs")
        made = [(node, tags.committed_at(node)) for node in listed.nodes]
        kept = [node for node, at in made if at is None or at >= self._begin_at]
        page = self._page(
            Connection(kept, listed.after), lambda body: tags.tag(body, self._repository), what="a tag", ordered_by=""
        )
        return replace(page, oldest=min((at for _, at in made if at), default=None))
