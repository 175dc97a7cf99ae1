"""What a path names, and what is said where there is nothing."""

from __future__ import annotations

from examples.acme.company.model import Commit, PullRequest, Repository
from examples.acme.systems.asked import Reply, answer
from examples.acme.systems.gitlab.bodies import groups
from examples.acme.systems.world import World

ROOT = "/api/v4"


def missing(message: str) -> Reply:
    return answer({"message": message}, 404)


def bad(message: str) -> Reply:
    return answer({"error": message}, 400)


def project(world: World, identifier: str) -> Repository | None:
    return world.repository("gitlab", identifier)


def group_projects(world: World, identifier: str) -> list[Repository] | None:
    """The projects of a group and the groups in it; None where there is no such group."""
    named = {str(number): path for path, number in groups().items()}
    path = named.get(identifier, identifier)
    if path not in groups():
        return None
    return [found for found in world.company.of_host("gitlab") if found.path.startswith(f"{path}/")]


def newest_first(found: Repository) -> list[Commit]:
    """Of commits of one moment, too, the child comes first."""
    commits = list(found.commits)
    commits.reverse()
    return sorted(commits, key=lambda commit: -commit.committed_at)


def named_commits(world: World, found: Repository, revisions: str) -> set[str] | None:
    """What `ref_name` means: a branch, tag or commit, or a range of two; None where one of them is not there."""
    old, _, new = revisions.rpartition("..")
    ends = [world.commit(found, name) for name in (new, old) if name]
    reached = [_reachable(found, end.sha) for end in ends if end]
    return reached[0].difference(*reached[1:]) if len(reached) == len(ends) else None


def _reachable(found: Repository, sha: str) -> set[str]:
    parents = {commit.sha: commit.parents for commit in found.commits}
    reached: set[str] = set()
    waiting = [sha]
    while waiting:
        if (one := waiting.pop()) not in reached:
            reached.add(one)
            waiting.extend(parents.get(one, ()))
    return reached


def found_request(world: World, identifier: str, number: str) -> tuple[Repository, PullRequest] | None:
    where = project(world, identifier)
    found = world.request(where, int(number)) if where and number.isdecimal() else None
    return (where, found) if where and found else None
