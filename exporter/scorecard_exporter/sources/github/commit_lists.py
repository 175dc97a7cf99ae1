"""Lists of a repository's commits: back from one of them, and what one has that another has not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from scorecard_exporter.events.model import Commit
from scorecard_exporter.sources.github.commits import associated, commit
from scorecard_exporter.sources.github.host import Repository, listed
from scorecard_exporter.sources.github.reading import Session
from scorecard_exporter.sources.kit.body import parse_each, take_each
from scorecard_exporter.sources.kit.paging import LinkPages, Request, pages
from scorecard_exporter.sources.kit.streams import Piece

SIZE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared(Piece):
    """A page of the commits that one has and the other has not: how many are on it, and on all pages."""

    count: int
    total: int


def question_of_requests(shas: Iterable[str]) -> tuple[str, dict[str, str]]:
    """Which pull requests these commits belong to: a point for a hundred."""
    variables = {f"c{number}": sha for number, sha in enumerate(shas)}
    declared = "".join(f", ${alias}: GitObjectID!" for alias in variables)
    asked = " ".join(f"{alias}: object(oid: ${alias}) {{ ...belonging }}" for alias in variables)
    question = f"""
      query($owner: String!, $name: String!{declared}) {{
        repository(owner: $owner, name: $name) {{ {asked} }}
        rateLimit {{ cost }}
      }}
      fragment belonging on Commit {{ oid associatedPullRequests(first: 2) {{ nodes {{ number mergedAt }} }} }}
    """
    return question, variables


class CommitLists:
    """One call for a hundred commits, and a point more where the repository allows merging by rebase.

    Only then does the graph not tell which pull request a commit belongs to.
    """

    def __init__(self, session: Session, repository: Repository) -> None:
        self._session, self._repository = session, repository

    def back_from(self, sha: str) -> str:
        """The address of the first page of all that can be reached from a commit."""
        return f"{self._repository.path('commits')}?sha={sha}&per_page={SIZE}"

    def page(self, address: str) -> tuple[Piece, str]:
        """A page, and the address of the next one, '' after the last."""
        response = self._session.host.get(address)
        return self._piece(listed(response)), response.links().get("next", "")

    def beyond(self, base: str, head: str) -> Iterator[Compared]:
        """The commits that can be reached from `head` and not from `base`, page by page.

        Raises:
            SkippableSourceError: one of the two is not there.
        """
        first = Request(self._repository.path(f"compare/{base}...{head}"), {"per_page": SIZE})
        for response in pages(self._session.host.client, first, LinkPages()):
            items, total = response.things("commits"), response.object().get("total_commits")
            piece = self._piece(items)
            yield Compared(
                records=piece.records,
                problems=piece.problems,
                count=len(items),
                total=total if isinstance(total, int) else 0,
            )

    def _piece(self, items: list[Any]) -> Piece:
        piece = parse_each(
            items,
            lambda body: commit(body, self._repository.origin),
            what="a commit",
            origin=self._repository.origin,
        )
        found = [record for record in piece.records if isinstance(record, Commit)]
        numbers = self._numbers([one.key for one in found if len(one.parents) == 1])
        records = tuple(replace(one, change=numbers[one.key]) if one.key in numbers else one for one in found)
        return Piece(records=records, problems=piece.problems)

    def _numbers(self, shas: list[str]) -> dict[str, str]:
        if not shas or not self._session.probe.facts(self._repository).may_rebase:
            return {}
        question, variables = question_of_requests(shas)
        answer = self._session.host.ask(question, {**self._repository.variables, **variables})
        found = answer.repository(self._repository.thing)
        commits = [one for alias in variables if (one := found.get(alias)) is not None]
        numbers, _ = take_each(commits, associated, what="whose a commit is", origin=self._repository.origin)
        return dict(numbers)
