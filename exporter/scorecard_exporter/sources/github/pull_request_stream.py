"""The pull requests of a repository, the ones changed last first."""

from __future__ import annotations

from typing import Any

from scorecard_exporter.errors import RetriableSourceError
from scorecard_exporter.sources.github import pull_requests
from scorecard_exporter.sources.github.host import Repository
from scorecard_exporter.sources.github.lists import Connection, ListStream
from scorecard_exporter.sources.github.reading import Session
from scorecard_exporter.sources.kit.streams import Page

MOST_PARTS = 100
"""Pages of one list inside a pull request."""


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
            self._complete(node)
        return self._page(
            listed,
            lambda body: pull_requests.records(body, self.origin),
            what="a pull request",
            ordered_by="updatedAt",
        )

    def _complete(self, node: Any) -> None:
        """Read on the lists inside of a pull request that are longer than what came with it."""
        if not isinstance(node, dict):
            return
        for name in pull_requests.PARTS:
            held = node.get(name)
            if not isinstance(held, dict) or not isinstance(held.get("nodes"), list):
                continue
            after = Connection.of(node, name).after
            seen = {""}
            while after not in seen:
                if len(seen) > MOST_PARTS:
                    raise RetriableSourceError(f"{self.origin}: the {name} of a pull request never end")
                seen.add(after)
                known = {**self._repository.variables, "number": node.get("number"), "after": after}
                answer = self._session.host.ask(question_of_part(name), known)
                more = Connection.of(answer.repository(self._repository.thing).get("pullRequest"), name)
                held["nodes"].extend(more.nodes)
                after = more.after
