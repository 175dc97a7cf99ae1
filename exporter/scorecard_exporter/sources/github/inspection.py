"""What `check --online` tells of a GitHub; a few questions, however many repositories there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from scorecard_exporter.errors import SkippableSourceError
from scorecard_exporter.sources.base import Inspection, Seen
from scorecard_exporter.sources.github.discovery import GitHubStreams
from scorecard_exporter.sources.github.host import Host, Repository
from scorecard_exporter.sources.github.overview import Overview, overviews

LOOKED_AT = 100
"""So many repositories are looked at closely; of more than that, these stand for the others."""

NEEDED = {
    "pull_requests": ("pulls", "Pull requests: read", "pull requests and reviews"),
    "commits": ("commits", "Contents: read", "commits, releases and tags"),
    "deployments": ("deployments", "Deployments: read", "deployments"),
    "issues": ("issues", "Issues: read", "issues and incidents"),
    "builds": ("actions/runs", "Actions: read", "runs of workflows"),
}
"""What is read, with a list that needs the same permission, that permission, and what it is needed for."""


def inspect(host: Host, streams: GitHubStreams, read: frozenset[str]) -> Inspection:
    """Whom the credential belongs to, what is missing, what is seen."""
    account, scopes = _account(host)
    repositories = list(streams.repositories())
    seen = list(overviews(host, repositories[:LOOKED_AT]))
    missing = [*_scopes_missing(scopes), *_permissions_missing(host, repositories, seen, read)]
    return Inspection(
        account=account,
        missing=tuple(missing),
        seen=(
            Seen(sort="repositories", names=dict.fromkeys(repository.thing for repository in repositories)),
            *_seen(streams.source, seen),
        ),
        next_sync=_cost(len(repositories), seen, read),
    )


def _account(host: Host) -> tuple[str, str | None]:
    """Whose the credential is, and its scopes; None where it has permissions instead: an App, a fine-grained token."""
    try:
        response = host.get("user")
    except SkippableSourceError:
        # Installations are nobody; what they have says that they are in order.
        response = host.get("installation/repositories", {"per_page": 1})
        return "an installation of a GitHub App", None
    login = str(response.object().get("login", ""))
    ends = response.headers.get("github-authentication-token-expiration", "")
    account = f"{login} (the token ends on {ends[:10]})" if ends else login
    return account, response.headers.get("x-oauth-scopes")


def _scopes_missing(scopes: str | None) -> Iterator[str]:
    given = {scope.strip() for scope in (scopes or "").split(",")}
    if scopes is not None and "repo" not in given:
        yield "scope `repo`: private repositories cannot be seen; public ones can"


def _permissions_missing(
    host: Host, repositories: Sequence[Repository], seen: Sequence[Overview], read: frozenset[str]
) -> Iterator[str]:
    """By asking for one of each, in the first repository that has something in it."""
    known = {one.thing.lower() for one in seen if not one.is_empty}
    repository = next((one for one in repositories if one.thing.lower() in known), None)
    if repository is None:
        if repositories:
            yield f"access to {repositories[0].thing}: it is not there, or the credential may not see it"
        return
    for name, (path, permission, needed_for) in NEEDED.items():
        if name not in read:
            continue
        try:
            host.get(repository.path(path), {"per_page": 1})
        except SkippableSourceError as error:
            yield f"permission `{permission}`, for {needed_for}: {error}"


def _seen(source: str, seen: Sequence[Overview]) -> Iterator[Seen]:
    for one in seen:
        yield Seen(sort="environments", names=one.environments, origin=f"{source}:{one.thing}")
    labels = Counter(label for one in seen for label in one.labels)
    yield Seen(sort="labels", names=dict(labels.most_common(100)))


def _cost(count: int, seen: Sequence[Overview], read: frozenset[str]) -> str:
    idle = -(-count // 20)
    first = sum(one.points for one in seen) * count // max(len(seen), 1)
    calls = count if "builds" in read else 0
    return (
        f"about {idle} points of GraphQL and {calls} conditional requests, which cost nothing, where nothing is new;"
        f" the first one, with all history, about {first + idle} points"
    )
