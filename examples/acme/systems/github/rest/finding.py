"""Which repository or pull request a path names; 301 for a renamed one."""

from __future__ import annotations

from examples.acme.company.model import PullRequest, Repository
from examples.acme.systems.asked import Asked, Reply, answer
from examples.acme.systems.world import World


def missing() -> Reply:
    return answer({"message": "Not Found", "documentation_url": "https://docs.github.com/rest", "status": "404"}, 404)


def find(world: World, owner: str, name: str = "") -> Repository | None:
    """By owner and name, or by number (`/repositories/7001`)."""
    return world.repository("github", f"{owner}/{name}" if name else owner)


def read(asked: Asked, world: World, owner: str, name: str) -> Repository | Reply:
    """The repository, a redirection if it was renamed, or 404."""
    found = find(world, owner, name)
    if found:
        return found
    renamed = world.renamed(f"{owner}/{name}")
    if renamed is None:
        return missing()
    rest = asked.path.split(f"{owner}/{name}", 1)[1]
    url = f"{asked.base}/api/v3/repositories/{renamed.number}{rest}" + (f"?{asked.query}" if asked.query else "")
    value = {"message": "Moved Permanently", "url": url, "documentation_url": "https://docs.github.com/rest"}
    return answer(value, 301, {"location": url})


def both(pattern: str) -> tuple[str, str]:
    """A path below a repository, named by owner and name or by number."""
    return f"/api/v3/repos/{{owner}}/{{repo}}{pattern}", f"/api/v3/repositories/{{owner}}{pattern}"


def read_request(
    world: World, asked: Asked, owner: str, repo: str, number: str
) -> tuple[Repository, PullRequest] | Reply:
    where = read(asked, world, owner, repo)
    if isinstance(where, Reply):
        return where
    found = world.request(where, int(number)) if number.isdecimal() else None
    return (where, found) if found else missing()
