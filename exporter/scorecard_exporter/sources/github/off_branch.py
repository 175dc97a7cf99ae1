"""The commits of tags and deployments that are not on the deployed branch: those of release and hotfix branches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scorecard_exporter.errors import SkippableSourceError
from scorecard_exporter.events.model import Problem, Record
from scorecard_exporter.sources.github.commit_lists import CommitLists
from scorecard_exporter.sources.github.host import Repository
from scorecard_exporter.sources.github.reading import Session
from scorecard_exporter.sources.kit.body import Body, MalformedError
from scorecard_exporter.sources.kit.streams import Piece

TOGETHER = 50


def question(shas: Iterable[str]) -> tuple[str, dict[str, str]]:
    """How far each of these commits is ahead of the branch; without connections, so a point for all of them."""
    variables = {f"c{number}": sha for number, sha in enumerate(shas)}
    declared = "".join(f", ${alias}: String!" for alias in variables)
    asked = " ".join(f"{alias}: compare(headRef: ${alias}) {{ aheadBy }}" for alias in variables)
    asked = f"""
      query($owner: String!, $name: String!, $branch: String!{declared}) {{
        repository(owner: $owner, name: $name) {{ ref(qualifiedName: $branch) {{ {asked} }} }}
        rateLimit {{ cost }}
      }}
    """
    return asked, variables


class OffBranch:
    """Looks at each commit once. One call for a hundred commits that are off the branch."""

    def __init__(self, session: Session, repository: Repository) -> None:
        self._session, self._repository = session, repository
        self._lists = CommitLists(session, repository)
        self._looked_at: set[str] = set()

    def commits(self, shas: Iterable[str]) -> Piece:
        """All that these lead to and the branch does not."""
        new = [sha for sha in dict.fromkeys(shas) if sha and sha not in self._looked_at]
        self._looked_at.update(new)
        records: list[Record] = []
        problems: list[Problem] = []
        for start in range(0, len(new), TOGETHER):
            for sha in self._ahead(new[start : start + TOGETHER]):
                for piece in self._beyond(sha):
                    records.extend(piece.records)
                    problems.extend(piece.problems)
        return Piece(records=tuple(records), problems=tuple(problems))

    def _ahead(self, shas: list[str]) -> list[str]:
        branch = self._session.probe.facts(self._repository).branch
        if not branch:
            return []
        asked, variables = question(shas)
        known = {**self._repository.variables, "branch": f"refs/heads/{branch}", **variables}
        found = self._session.host.ask(asked, known).repository(self._repository.thing).get("ref")
        return [sha for alias, sha in variables.items() if _is_ahead(found, alias)]

    def _beyond(self, sha: str) -> Iterator[Piece]:
        try:
            yield from self._lists.beyond(self._session.probe.facts(self._repository).tip, sha)
        except SkippableSourceError:
            return  # gone meanwhile: what it shipped is linked by time instead


def _is_ahead(found: object, alias: str) -> bool:
    """Whether a commit is off the branch; not where GitHub does not know the commit."""
    try:
        compared = Body(found).body(alias)
        return compared is not None and compared.whole("aheadBy", 0) > 0
    except MalformedError:
        return False
