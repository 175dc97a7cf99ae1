"""Things inside of repositories as GraphQL sees them: commits, pull requests with their parts, issues.

A node is a mapping of fields, in which a function stands for a connection or for what takes time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from examples.acme.company.model import (
    Commit,
    Deployment,
    Issue,
    Person,
    PullRequest,
    Repository,
    Review,
    Step,
)
from examples.acme.company.moments import iso, moment
from examples.acme.systems.asked import Asked
from examples.acme.systems.github import bodies
from examples.acme.systems.github.bodies import node_id, optional
from examples.acme.systems.github.connections import connection, history
from examples.acme.systems.github.graph import history as history_of
from examples.acme.systems.world import World

Fields = dict[str, Any]


@dataclass(frozen=True)
class Things:
    """Makes the nodes of one request."""

    world: World
    asked: Asked

    def actor(self, person: Person) -> Fields:
        body = bodies.user(self.asked, person)
        login = person.login.removesuffix("[bot]")
        fields = {"__typename": body["type"], "id": body["node_id"], "login": login, "url": body["html_url"]}
        return fields if person.is_bot else {**fields, "name": person.name}

    def git_actor(self, person: Person, at: int) -> Fields:
        user = None if person.is_bot else self.actor(person)
        return {"name": person.name, "email": person.email, "date": iso(at), "user": user}

    def _commit_of(self, found: Repository, sha: str) -> Fields | None:
        commit = self.world.commit(found, sha)
        return self.commit(found, commit) if commit else None

    def commit(self, where: Repository, found: Commit) -> Fields:
        request = self.world.request(where, found.pull_request)
        headline, _, rest = found.message.partition("\n")
        parents = [commit for sha in found.parents if (commit := self.world.commit(where, sha))]
        return {
            "__typename": "Commit",
            "id": node_id("C", found.sha),
            "oid": found.sha,
            "abbreviatedOid": found.sha[:7],
            "message": found.message,
            "messageHeadline": headline,
            "messageBody": rest.strip(),
            "url": bodies.web(self.asked, f"{where.path}/commit/{found.sha}"),
            "authoredDate": iso(found.authored_at),
            "committedDate": iso(found.committed_at),
            "author": self.git_actor(found.author, found.authored_at),
            "committer": self.git_actor(found.author, found.committed_at),
            "parents": connection(lambda: parents, lambda one: self.commit(where, one), lambda one: (one.sha,)),
            "associatedPullRequests": connection(
                lambda: [request] if request else [],
                lambda one: self.pull_request(where, one),
                lambda one: (one.number,),
            ),
            "history": lambda info, since=None, until=None, **more: self._history(where, found, since, until)(
                info, **more
            ),
        }

    def _history(self, where: Repository, tip: Commit, since: str | None, until: str | None) -> Callable[..., Any]:
        low, high = moment(since) if since else 0, moment(until) if until else tip.committed_at
        found = [one for one in history_of(self.world, where, tip.sha) if low <= one.committed_at <= high]
        return history(found, lambda one: self.commit(where, one), tip.sha)

    def pull_request(self, where: Repository, found: PullRequest) -> Fields:
        head = found.commits[-1].sha
        base = found.commits[0].parents
        return {
            "id": node_id("PR", found.identity),
            "databaseId": found.identity,
            "fullDatabaseId": str(found.identity),
            "number": found.number,
            "title": found.title,
            "body": found.body,
            "url": bodies.web(self.asked, f"{where.path}/pull/{found.number}"),
            "state": state(found),
            "isDraft": found.ready_at is None,
            "merged": found.merged_at is not None,
            "closed": found.closed_at is not None,
            "createdAt": iso(found.created_at),
            "updatedAt": iso(found.updated_at),
            "mergedAt": optional(found.merged_at),
            "closedAt": optional(found.closed_at),
            "headRefName": found.branch,
            "headRefOid": head,
            "baseRefName": "main",
            "baseRefOid": base[0] if base else head,
            "mergeCommit": lambda _: self._commit_of(where, found.merge_sha),
            "author": self.actor(found.author),
            **self._parts(where, found),
        }

    def _parts(self, where: Repository, found: PullRequest) -> Fields:
        def reviews(states: Sequence[str] = ()) -> list[Review]:
            return [one for one in found.reviews if not states or one.state in states]

        return {
            "labels": labels(found.labels),
            "reviews": connection(reviews, lambda one: self.review(where, found, one), lambda one: (one.number,)),
            "commits": connection(
                lambda: found.commits[:250],
                lambda one: self._request_commit(where, found, one),
                lambda one: (found.commits.index(one),),
            ),
            "files": connection(
                lambda: [f"{where.name}/part{found.number % 5}.py"],
                lambda path: {"path": path, "additions": 3, "deletions": 1},
                lambda path: (path,),
            ),
            "timelineItems": connection(
                lambda **filters: _timeline(found, **filters), lambda row: self._event(found, *row), lambda row: row
            ),
        }

    def _request_commit(self, where: Repository, request: PullRequest, found: Commit) -> Fields:
        url = bodies.web(self.asked, f"{where.path}/pull/{request.number}/commits/{found.sha}")
        return {"id": node_id("PURC", found.sha), "url": url, "commit": self.commit(where, found)}

    def _event(self, found: PullRequest, name: str, at: int) -> Fields:
        number = node_id(name[:3].upper(), found.identity)
        return {"__typename": name, "id": number, "createdAt": iso(at), "actor": self.actor(found.author)}

    def review(self, where: Repository, request: PullRequest, found: Review) -> Fields:
        body = bodies.review(self.asked, where, request, found)
        return {
            "id": body["node_id"],
            "databaseId": found.number,
            "fullDatabaseId": str(found.number),
            "url": body["html_url"],
            "state": found.state,
            "createdAt": iso(found.submitted_at),
            "submittedAt": iso(found.submitted_at),
            "author": self.actor(found.author),
        }

    def status(self, where: Repository, found: Deployment, place: int, step: Step) -> Fields:
        body = bodies.status(self.asked, where, found, place, step)
        return {
            "id": body["node_id"],
            "state": body["state"].upper(),
            "createdAt": body["created_at"],
            "updatedAt": body["updated_at"],
            "environment": found.environment,
            "environmentUrl": None,
            "logUrl": None,
            "description": "",
            "creator": self.actor(found.creator),
        }

    def issue(self, where: Repository, found: Issue) -> Fields:
        body = bodies.issue(self.asked, where, found)
        return {
            "id": body["node_id"],
            "databaseId": body["id"],
            "number": found.number,
            "title": found.title,
            "url": body["html_url"],
            "state": body["state"].upper(),
            "stateReason": "COMPLETED" if found.resolved_at else None,
            "createdAt": body["created_at"],
            "updatedAt": body["updated_at"],
            "closedAt": body["closed_at"],
            "author": self.actor(found.author),
            "issueType": {"id": node_id("IT", found.type), "name": body["type"]["name"]},
            "labels": labels(bodies.issue_labels(found)),
        }


def labels(names: Sequence[str]) -> Callable[..., Any]:
    return connection(
        lambda: names, lambda name: {"id": node_id("LA", name), "name": name, "color": "ededed"}, lambda name: (name,)
    )


def state(found: PullRequest) -> str:
    return "MERGED" if found.merged_at else "CLOSED" if found.closed_at else "OPEN"


def _timeline(found: PullRequest, itemTypes: Sequence[str] = (), **_: Any) -> list[tuple[str, int]]:  # noqa: N803
    """When a draft became ready; that it is opened as a draft is no event."""
    if not found.was_draft or found.ready_at is None:
        return []
    wanted = not itemTypes or "READY_FOR_REVIEW_EVENT" in itemTypes
    return [("ReadyForReviewEvent", found.ready_at)] if wanted else []
