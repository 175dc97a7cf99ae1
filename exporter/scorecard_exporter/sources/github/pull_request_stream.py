"""The pull requests of a repository, the ones changed last first."""

from __future__ import annotations

from functools import partial
from typing import Any

from scorecard_exporter.sources.github import pull_requests
from scorecard_exporter.sources.github.host import Repository
from scorecard_exporter.sources.github.lists import Connection, ListStream, complete
from scorecard_exporter.sources.github.reading import Session
from scorecard_exporter.sources.kit.streams import Page


def question(*, paths: bool) -> str:
    """A page of pull requests."""
    return f"""
      query($owner: String!, $name: String!, $after: String, $size: Int!) {{
        repository(owner: $owner, name: $name) {{
          pullRequests(first: $size, after: $after, orderBy: {{field: UPDATED_AT, direction: DESC}}) {{
            nodes {{ {pull_requests.fields(paths=paths)} }}
            pageInfo {{ hasNextPage endCursor }}
          }}
        }}
        rateLimit {{ cost }}
      }}
    """


def question_of_part(name: str) -> str:
    """The next page of a list inside of a pull request."""
    asked = pull_requests.part(name, ", after: $after")
    return f"""
      query($owner: String!, $name: String!, $number: Int!, $after: String) {{
        repository(owner: $owner, name: $name) {{ pullRequest(number: $number) {{ {asked} }} }}
        rateLimit {{ cost }}
      }}
    """


class PullRequestStream(ListStream):
    """Whatever happens to a pull request moves it to the front, so nothing has to be read again where it stands."""

    mark = "pullRequests"
    is_alone = True

    def __init__(self, session: Session, repository: Repository) -> None:
        self._paths = session.reading.paths
        made_by = session.reading.made_by(self._paths)
        super().__init__(session, repository, kinds=("pull_request", "change", "review"), made_by=made_by)

    def read_page(self, after: str) -> Page:
        found = self._ask(question(paths=self._paths), after, pull_requests.SIZE)
        listed = Connection.of(found, "pullRequests")
        for node in listed.nodes:
            for name in pull_requests.PARTS:
                complete(node, name, partial(self._following, node, name))
        return self._page(
            listed,
            lambda body: pull_requests.records(body, self.origin),
            what="a pull request",
            ordered_by="updatedAt",
        )

    def _following(self, node: Any, name: str, after: str) -> Connection:
        """The next page of a list inside of a pull request."""
        known = {**self._repository.variables, "number": node.get("number"), "after": after}
        answer = self._session.host.ask(question_of_part(name), known)
        return Connection.of(answer.repository(self._repository.thing).get("pullRequest"), name)
