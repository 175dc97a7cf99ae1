"""Commits: main with its side branches, made from what was planned."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from examples.acme.company.model import Commit, Host, Person
from examples.acme.company.plan import Draft

MINUTE = 60


@dataclass(eq=False)
class Graph:
    """The commits of a repository, growing. `main`: in an order in which a parent precedes its child."""

    host: Host
    path: str
    seed: int
    main: list[Commit] = field(default_factory=list)
    line: list[str] = field(default_factory=list)
    _moments: list[int] = field(default_factory=list)
    _count: int = 0

    def tip(self, at: int) -> str:
        """What main was at a moment; empty before its first commit."""
        found = bisect_right(self._moments, at)
        return self.line[found - 1] if found else ""

    def branch(
        self, authored: Sequence[int], latest: int, author: Person, messages: Sequence[str], number: int
    ) -> tuple[Commit, ...]:
        """The commits of a side branch, committed as they were authored, but for what a wrong clock says.

        The branch leaves main where main was at the first of them, and no commit of it is later than `latest`.
        """
        committed = [min(at, latest) for at in authored]
        parent = self.tip(min(committed) - 1)
        found: list[Commit] = []
        for at, moment, message in zip(authored, committed, messages, strict=True):
            found.append(self._commit((parent,) if parent else (), author, (at, moment), message, number))
            parent = found[-1].sha
        return tuple(found)

    def merge(self, draft: Draft, branch: tuple[Commit, ...], title: str, body: str) -> tuple[Commit, ...]:
        """Bring a branch to main. Returns the commits that the pull request then shows; sets the draft's `sha`."""
        join: Callable[..., tuple[Commit, ...]] = {
            "squash": self._squash,
            "rebase": self._rebase,
            "merge": self._merge,
        }[draft.method]
        shown = join(branch, draft.merged_at, draft.number, title, body)
        draft.sha = self.line[-1]
        return shown

    def push(self, draft: Draft, author: Person, message: str) -> None:
        """A commit straight to main."""
        commit = self._commit(self._parents(), author, (draft.authored[0], draft.merged_at), message, 0)
        self._extend([commit], draft.merged_at)
        draft.sha = commit.sha

    def _squash(self, branch: tuple[Commit, ...], at: int, number: int, title: str, body: str) -> tuple[Commit, ...]:
        mark = "#" if self.host == "github" else "!"
        message = f"{title} ({mark}{number})\n\n{body}".strip()
        self._extend([self._commit(self._parents(), branch[0].author, (at, at), message, number)], at)
        return branch

    def _rebase(self, branch: tuple[Commit, ...], at: int, number: int, title: str, body: str) -> tuple[Commit, ...]:
        """New commits with the old authors' moments. GitLab shows those, GitHub still shows the old ones."""
        del title, body
        parents, moved = self._parents(), []
        for commit in branch:
            moved.append(self._commit(parents, commit.author, (commit.authored_at, at), commit.message, number))
            parents = (moved[-1].sha,)
        self._extend(moved, at)
        return tuple(moved) if self.host == "gitlab" else branch

    def _merge(self, branch: tuple[Commit, ...], at: int, number: int, title: str, body: str) -> tuple[Commit, ...]:
        mark, kind = ("#", "pull request") if self.host == "github" else ("!", "merge request")
        message = f"Merge {kind} {mark}{number}\n\n{title}\n\n{body}".strip()
        self.main += branch
        parents = (*self._parents(), branch[-1].sha)
        self._extend([self._commit(parents, branch[0].author, (at, at), message, number)], at)
        return branch

    def _parents(self) -> tuple[str, ...]:
        return tuple(self.line[-1:])

    def _extend(self, commits: list[Commit], at: int) -> None:
        self.main += commits
        self.line += [commit.sha for commit in commits]
        self._moments += [at] * len(commits)

    def _commit(
        self, parents: tuple[str, ...], author: Person, moments: tuple[int, int], message: str, number: int
    ) -> Commit:
        """A new commit; `moments`: when it was authored, and committed."""
        self._count += 1
        text = f"{self.seed}/{self.host}/{self.path}/{self._count}"
        sha = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
        return Commit(
            sha=sha,
            parents=parents,
            author=author,
            authored_at=moments[0],
            committed_at=moments[1],
            message=message,
            pull_request=number,
        )
