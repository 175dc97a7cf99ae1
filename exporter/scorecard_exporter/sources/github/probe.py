"""What is newest in each repository, asked for many at once: what has not changed since is not read.

Five connections a repository make one point for twenty, so a thousand repositories cost fifty.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from scorecard_exporter.errors import RetriableSourceError, SkippableSourceError, SourceError
from scorecard_exporter.sources.github.graphql import Answer, Complaint, of_each, refusal
from scorecard_exporter.sources.github.host import Host, Repository
from scorecard_exporter.sources.kit.body import Body, MalformedError

TOGETHER = 50
"""Repositories in one question; a hundred come near the ten seconds that GitHub works on one."""
FRESH_SECONDS = 240.0
"""So long an answer is taken for what is there now: less than what streams read again anyway."""
NOTHING = "nothing"
"""The mark of a list that is empty."""

LISTS = {
    "pullRequests": """pullRequests(first: 1, orderBy: {field: UPDATED_AT, direction: DESC}) {
      nodes { number updatedAt }
    }""",
    "issues": "issues(first: 1, orderBy: {field: UPDATED_AT, direction: DESC}) { nodes { number updatedAt } }",
    "deployments": "deployments(first: 1, orderBy: {field: CREATED_AT, direction: DESC}) { nodes { id updatedAt } }",
    "releases": """releases(first: 1, orderBy: {field: CREATED_AT, direction: DESC}) {
      totalCount nodes { id publishedAt }
    }""",
    "tags": """tags: refs(refPrefix: "refs/tags/", first: 1, orderBy: {field: TAG_COMMIT_DATE, direction: DESC}) {
      totalCount nodes { name target { oid } }
    }""",
}
"""By their names in the facts, the lists of which the newest thing is asked for."""
_PLAIN = "nameWithOwner isEmpty hasIssuesEnabled rebaseMergeAllowed defaultBranchRef { name target { oid } }"
_DEPLOYED = "deployed: ref(qualifiedName: $branch) { name target { oid } }"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """A repository as it was just now.

    `branch`, `tip`: the deployed branch and its newest commit, '' where there is none. `is_empty`: without any commit.
    `marks`: by list (`pullRequests`, `issues`, `deployments`, `releases`, `tags`), a text that is another one when
    something in it is new; no mark where the list may not be seen. `has_issues`: there are some. `may_rebase`: its
    pull requests may be merged by rebase.
    """

    branch: str
    tip: str
    marks: Mapping[str, str]
    is_empty: bool = False
    has_issues: bool = True
    may_rebase: bool = True


class Probe:
    """Asks for the facts of repositories, a number of them at once, and again when they are no longer fresh.

    `branch`: the deployed branch, '' for each repository's default branch. `lists`: those of `LISTS` that are read; one
    that may not be seen is not asked for again. `monotonic`: seconds that only go forward.
    """

    def __init__(
        self,
        host: Host,
        branch: str,
        lists: Iterable[str] = tuple(LISTS),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._host, self._branch, self._monotonic = host, branch, monotonic
        self._lists = list(lists)
        self._chunks: dict[str, Sequence[Repository]] = {}
        self._found: dict[str, tuple[float, Facts | SourceError]] = {}

    def expect(self, repositories: Iterable[Repository]) -> None:
        """From now on these are asked for, together with their neighbours."""
        listed = list(repositories)
        for start in range(0, len(listed), TOGETHER):
            chunk = listed[start : start + TOGETHER]
            self._chunks.update({one.thing: chunk for one in chunk})

    def facts(self, repository: Repository) -> Facts:
        """Those of a repository.

        Raises:
            SkippableSourceError: it is not there or may not be seen.
            SourceError: see `GraphQL.ask`.
        """
        if not self._is_fresh(repository):
            try:
                self._ask(self._chunks.get(repository.thing, [repository]))
            except RetriableSourceError:
                if not self._is_fresh(repository):
                    raise
        _, found = self._found[repository.thing]
        if isinstance(found, SourceError):
            raise type(found)(str(found))
        return found

    def _is_fresh(self, repository: Repository) -> bool:
        asked_at, _ = self._found.get(repository.thing, (float("-inf"), None))
        return self._monotonic() - asked_at <= FRESH_SECONDS

    def _ask(self, repositories: Sequence[Repository]) -> None:
        """Half of them, and so on, where all are too many at once, or one of them is more than GitHub can answer for.

        Raises:
            RetriableSourceError: of at least one nothing is known.
        """
        try:
            self._ask_at_once(repositories)
        except RetriableSourceError as error:
            if len(repositories) == 1:
                self._found[repositories[0].thing] = self._monotonic(), RetriableSourceError(str(error))
                raise
        else:
            return
        half = len(repositories) // 2
        try:
            self._ask(repositories[:half])
        except RetriableSourceError:
            # If it is one of these, the others answer at once; if they do not either, GitHub itself is out of order.
            self._ask_at_once(repositories[half:])
            raise
        self._ask(repositories[half:])

    def _ask_at_once(self, repositories: Sequence[Repository]) -> None:
        asked_at = self._monotonic()
        is_one = len(repositories) == 1
        answer = self._host.graphql.ask(*question(repositories, self._branch, self._lists), is_repeated=is_one)
        # A list that may not be seen cannot be null, so it takes the whole repository with it.
        refused = {step for one in answer.complaints for step in one.path[1:2] if step in self._lists}
        if refused:
            self._lists = [name for name in self._lists if name not in refused]
            self._ask_at_once(repositories)
            return
        for number, repository in enumerate(repositories):
            self._found[repository.thing] = asked_at, self._understood(repository, f"r{number}", answer)

    def _understood(self, repository: Repository, alias: str, answer: Answer) -> Facts | SkippableSourceError:
        complaints = [one for one in answer.complaints if one.path[:1] == (alias,)]
        found = answer.data.get(alias)
        if not isinstance(found, dict):
            return refusal(repository.thing, (complaints or [Complaint("NOT_FOUND", "", ())])[0])
        try:
            return facts_of(Body(found), self._branch)
        except MalformedError as error:
            return SkippableSourceError(f"the repository {repository.thing} cannot be made out: {error}")


def question(
    repositories: Sequence[Repository], branch: str, lists: Iterable[str] = tuple(LISTS)
) -> tuple[str, dict[str, str]]:
    """The question for these repositories, and its variables."""
    fields = [_PLAIN, *(LISTS[name] for name in lists), *([_DEPLOYED] if branch else [])]
    variables = {"branch": f"refs/heads/{branch}"} if branch else {}
    return of_each([one.variables for one in repositories], " ".join(fields), variables)


def facts_of(found: Body, branch: str = "") -> Facts:
    """The facts in the answer about one repository; `branch`: the deployed one, '' for the default branch."""
    deployed = found.body("deployed" if branch else "defaultBranchRef")
    target = deployed.body("target") if deployed else None
    return Facts(
        branch=deployed.text("name", "") if deployed else "",
        tip=target.text("oid", "") if target else "",
        marks={name: mark for name in LISTS if (mark := _mark(found, name))},
        is_empty=found.flag("isEmpty"),
        has_issues=found.flag("hasIssuesEnabled") and _mark(found, "issues") != NOTHING,
        may_rebase=found.flag("rebaseMergeAllowed"),
    )


def _mark(found: Body, name: str) -> str:
    listed = found.body(name)
    if listed is None:
        return ""
    if not listed.items("nodes"):
        return NOTHING
    return repr((listed.items("nodes"), listed.whole("totalCount", 0)))
