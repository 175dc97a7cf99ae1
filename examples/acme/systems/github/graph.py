"""Walks over the commits of a repository."""

from __future__ import annotations

from examples.acme.company.model import Commit, Repository
from examples.acme.systems.world import World


def history(world: World, repository: Repository, sha: str) -> list[Commit]:
    """All that a commit contains, the newest first; a child always comes before its parents."""
    if repository.line and sha == repository.line[-1]:
        found = list(repository.commits)
    else:
        found = _walk(world, repository, sha)
    found.reverse()  # of commits of one moment, too, the child comes first
    return sorted(found, key=lambda commit: -commit.committed_at)


def _walk(world: World, repository: Repository, sha: str) -> list[Commit]:
    """A parent before its child."""
    known: dict[str, Commit] = {}
    waiting = [sha]
    while waiting:
        commit = world.commit(repository, waiting.pop())
        if commit and commit.sha not in known:
            known[commit.sha] = commit
            waiting += commit.parents
    order = {commit.sha: place for place, commit in enumerate(repository.commits)}
    return sorted(known.values(), key=lambda commit: (order.get(commit.sha, len(order)), commit.committed_at))


def between(world: World, repository: Repository, base: str, head: str) -> tuple[list[Commit], list[Commit]]:
    """What `head` has and `base` has not, and the other way round, oldest first."""
    ours, theirs = history(world, repository, head), history(world, repository, base)
    in_base, in_head = {commit.sha for commit in theirs}, {commit.sha for commit in ours}
    ahead = [commit for commit in reversed(ours) if commit.sha not in in_base]
    return ahead, [commit for commit in reversed(theirs) if commit.sha not in in_head]
