"""What GraphQL sees: mappings of fields, in which a function stands for a connection or for what takes time."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
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
    Team,
)
from examples.acme.company.moments import iso, moment
from examples.acme.systems.asked import Asked
from examples.acme.systems.github import bodies
from examples.acme.systems.github.bodies import node_id, optional
from examples.acme.systems.github.connections import connection, history, ordered
from examples.acme.systems.github.graph import between
from examples.acme.systems.github.graph import history as history_of
from examples.acme.systems.world import World

Fields = dict[str, Any]


@dataclass(frozen=True)
class Nodes:
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

    def of_id(self, identity: str) -> Fields | None:
        """A deployment, pull request or repository by its global id."""
        kind, _, number = identity.partition("_")
        plain = base64.urlsafe_b64decode(number + "=" * (-len(number) % 4)).decode("ascii", "replace")
        for where in self.world.company.of_host("github"):
            if kind == "R" and str(where.number) == plain:
                return {"__typename": "Repository", **self.repository(where)}
            for one in self.world.deployed(where, "deployments") if kind == "DE" else ():
                if str(one.number) == plain:
                    return {"__typename": "Deployment", **self.deployment(where, one)}
            for request in where.pull_requests if kind == "PR" else ():
                if str(request.identity) == plain:
                    return {"__typename": "PullRequest", **self.pull_request(where, request)}
        return None

    def organization(self, login: str) -> Fields:
        def repositories(**filters: bool) -> list[Repository]:
            found = self.world.company.of_host("github")
            return [one for one in found if filters.get("isArchived") in (None, one.is_archived)]

        return {
            "id": node_id("O", 77),
            "login": login,
            "url": bodies.web(self.asked, login),
            "repositories": ordered(repositories, self.repository, _repository_key),
            "teams": connection(lambda: self.world.company.teams, self.team, lambda one: (one.name,)),
        }

    def team(self, found: Team) -> Fields:
        body = bodies.team(self.asked, found)
        owned = [
            self.world.company.repository_of(service)
            for service in self.world.company.services
            if (service.team, service.host) == (found.name, "github")
        ]
        parent = {"id": node_id("T", 1), "name": "Engineering", "slug": "engineering", "url": body["html_url"]}
        return {
            "id": body["node_id"],
            "name": found.title,
            "slug": found.name,
            "url": body["html_url"],
            "parentTeam": {
                **parent,
                "parentTeam": None,
                "repositories": connection(list, dict, lambda one: (str(one),)),
            },
            "repositories": connection(lambda: owned, self.repository, lambda one: (one.path,)),
        }

    def repository(self, found: Repository) -> Fields:
        body = bodies.repository(self.asked, found)
        return {
            "id": body["node_id"],
            "databaseId": found.number,
            "name": found.name,
            "nameWithOwner": found.path,
            "url": body["html_url"],
            "createdAt": body["created_at"],
            "updatedAt": body["updated_at"],
            "pushedAt": body["pushed_at"],
            "isArchived": found.is_archived,
            "isFork": False,
            "isEmpty": not found.commits,
            "isPrivate": True,
            "hasIssuesEnabled": True,
            "mergeCommitAllowed": True,
            "squashMergeAllowed": True,
            "rebaseMergeAllowed": any(one.method == "rebase" for one in found.pull_requests),
            "object": lambda _, expression="", oid="": self._commit_of(found, oid or expression),
            "labels": _labels(
                sorted({name for one in found.pull_requests for name in one.labels} | {"bug", "incident"})
            ),
            "defaultBranchRef": lambda _: self._ref_of(found, "main"),
            "ref": lambda _, qualifiedName: self._ref_of(found, qualifiedName),  # noqa: N803 - GitHub's name
            "refs": connection(
                lambda refPrefix, **_: self._refs(found, refPrefix),  # noqa: N803 - GitHub's name
                lambda row: self._ref(found, *row),
                lambda row: (row[1],),
            ),
            "pullRequest": lambda _, number: self._numbered(found, number),
            **self._connections(found),
        }

    def _connections(self, found: Repository) -> Fields:
        deployed = self.world.deployed(found, "deployments")
        released = self.world.deployed(found, "releases")
        names = sorted({one.environment for one in deployed})
        return {
            "pullRequests": self._pull_requests(found),
            "deployments": ordered(
                lambda environments=(): [
                    one for one in deployed if not environments or one.environment in environments
                ],
                lambda one: self.deployment(found, one),
                lambda one, _: (one.created_at, one.number),
            ),
            "environments": connection(
                lambda: names,
                lambda name: {"id": node_id("EN", f"{found.number}/{name}"), "name": name},
                lambda name: (name,),
            ),
            "releases": ordered(
                lambda: released, lambda one: self.release(found, one), _release_key, ("CREATED_AT", "DESC")
            ),
            "issues": self._issues(found),
        }

    def _pull_requests(self, found: Repository) -> Callable[..., Any]:
        def items(
            states: Sequence[str] = (),
            labels: Sequence[str] = (),
            baseRefName: str | None = None,  # noqa: N803 - GitHub's names
            headRefName: str | None = None,  # noqa: N803
        ) -> list[PullRequest]:
            return [
                one
                for one in found.pull_requests
                if (not states or _state(one) in states)
                and (not labels or set(labels) & set(one.labels))
                and baseRefName in (None, "main")
                and headRefName in (None, one.branch)
            ]

        return ordered(items, lambda one: self.pull_request(found, one), _request_key)

    def _issues(self, found: Repository) -> Callable[..., Any]:
        def items(
            filterBy: Mapping[str, Any] | None = None,  # noqa: N803 - GitHub's names
            labels: Sequence[str] = (),
            states: Sequence[str] = (),
        ) -> list[Issue]:
            wanted = dict(filterBy or {})
            since = moment(wanted["since"]) if wanted.get("since") else 0
            names = {*labels, *(wanted.get("labels") or ())}
            allowed = {*states, *(wanted.get("states") or ())}
            return [
                one
                for one in found.issues
                if one.updated_at >= since
                and (not names or names & set(bodies.issue_labels(one)))
                and (not allowed or ("CLOSED" if one.resolved_at else "OPEN") in allowed)
            ]

        return ordered(items, lambda one: self.issue(found, one), _issue_key)

    def _numbered(self, found: Repository, number: int) -> Fields | None:
        request = self.world.request(found, number)
        return self.pull_request(found, request) if request else None

    def _refs(self, found: Repository, prefix: str) -> list[tuple[str, str, str]]:
        if prefix == "refs/tags/":
            return [(prefix, *tag) for tag in sorted(found.tags)]
        heads = [("main", found.line[-1])] if found.line else []
        heads += [(one.branch, one.commits[-1].sha) for one in found.pull_requests if one.closed_at is None]
        return [(prefix, *head) for head in sorted(heads)] if prefix == "refs/heads/" else []

    def _ref_of(self, found: Repository, name: str) -> Fields | None:
        short = name.removeprefix("refs/heads/").removeprefix("refs/tags/")
        heads = [*self._refs(found, "refs/heads/"), *self._refs(found, "refs/tags/")]
        return next((self._ref(found, *row) for row in heads if row[1] == short), None)

    def _ref(self, found: Repository, prefix: str, name: str, sha: str) -> Fields:
        return {
            "id": node_id("REF", f"{found.number}/{name}"),
            "name": name,
            "prefix": prefix,
            "target": lambda _: self._target(found, prefix, name, sha),
            "compare": lambda _, headRef: self._comparison(found, sha, headRef),  # noqa: N803 - GitHub's name
        }

    def _target(self, found: Repository, prefix: str, name: str, sha: str) -> Fields | None:
        """A commit; every other tag is annotated, and so an object of its own."""
        place = [tag for tag, _ in found.tags].index(name) if prefix == "refs/tags/" else 0
        commit = self.world.commit(found, sha)
        if commit is None or place % 2 == 0:
            return self._commit_of(found, sha)
        number = node_id("TA", f"{found.number}/{name}")
        return {
            "__typename": "Tag",
            "id": number,
            "oid": hashlib.sha1(number.encode(), usedforsecurity=False).hexdigest(),
            "name": name,
            "message": name,
            "tagger": self.git_actor(commit.author, commit.committed_at + 60),
            "target": lambda _: self.commit(found, commit),
        }

    def _comparison(self, found: Repository, base: str, head: str) -> Fields | None:
        """From this ref to another one, or to a commit."""
        commit = self.world.commit(found, head)
        if commit is None:
            return None
        ahead, behind = between(self.world, found, base, commit.sha)
        names = {(True, True): "DIVERGED", (True, False): "AHEAD", (False, True): "BEHIND", (False, False): "IDENTICAL"}
        status = names[bool(ahead), bool(behind)]
        number = node_id("CMP", f"{base}...{commit.sha}")
        return {"id": number, "aheadBy": len(ahead), "behindBy": len(behind), "status": status}

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
            "state": _state(found),
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
            "labels": _labels(found.labels),
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

    def deployment(self, where: Repository, found: Deployment) -> Fields:
        body = bodies.deployment(self.asked, where, found)
        steps = bodies.statuses(found)
        shown = bodies.STATES[steps[0][1].state].upper()
        return {
            "id": body["node_id"],
            "databaseId": found.number,
            "environment": found.environment,
            "originalEnvironment": found.environment,
            "latestEnvironment": found.environment,
            "commitOid": found.sha,
            "commit": lambda _: self._commit_of(where, found.sha),
            "createdAt": body["created_at"],
            "updatedAt": body["updated_at"],
            # What is running is called active; what was running and is no longer, inactive.
            "state": "ACTIVE" if shown == "SUCCESS" else shown,
            "task": "deploy",
            "description": None,
            "payload": "{}",
            "ref": lambda _: self._ref_of(where, "main"),
            "creator": self.actor(found.creator),
            "latestStatus": self.status(where, found, *steps[0]),
            "statuses": connection(
                lambda: steps, lambda row: self.status(where, found, *row), lambda row: (found.number, -row[0])
            ),
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

    def release(self, where: Repository, found: Deployment) -> Fields:
        body = bodies.release(self.asked, where, found)
        return {
            "id": body["node_id"],
            "databaseId": found.number,
            "tagName": found.version,
            "name": found.version,
            "url": body["html_url"],
            "createdAt": body["created_at"],
            "publishedAt": body["published_at"],
            "isDraft": body["draft"],
            "isPrerelease": found.is_prerelease,
            "description": "",
            "author": None,
            "tag": lambda _: self._ref_of(where, found.version),
            "tagCommit": lambda _: self._commit_of(where, found.sha),
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
            "labels": _labels(bodies.issue_labels(found)),
        }


def _labels(names: Sequence[str]) -> Callable[..., Any]:
    return connection(
        lambda: names, lambda name: {"id": node_id("LA", name), "name": name, "color": "ededed"}, lambda name: (name,)
    )


def _repository_key(one: Repository, field: str) -> tuple[Any, ...]:
    pushed = max((commit.committed_at for commit in one.commits), default=one.created_at)
    keys = {"CREATED_AT": one.created_at, "UPDATED_AT": pushed, "PUSHED_AT": pushed, "NAME": one.name}
    return keys.get(field, 0), one.number


def _state(found: PullRequest) -> str:
    return "MERGED" if found.merged_at else "CLOSED" if found.closed_at else "OPEN"


def _request_key(found: PullRequest, field: str) -> tuple[int, int]:
    return (found.updated_at if field == "UPDATED_AT" else found.created_at), found.number


def _issue_key(found: Issue, field: str) -> tuple[int, int]:
    return (found.updated_at if field == "UPDATED_AT" else found.opened_at), found.number


def _release_key(found: Deployment, field: str) -> tuple[Any, int]:
    return (found.version if field == "NAME" else found.created_at), found.number


def _timeline(found: PullRequest, itemTypes: Sequence[str] = (), **_: Any) -> list[tuple[str, int]]:  # noqa: N803
    """When a draft became ready; that it is opened as a draft is no event."""
    if not found.was_draft or found.ready_at is None:
        return []
    wanted = not itemTypes or "READY_FOR_REVIEW_EVENT" in itemTypes
    return [("ReadyForReviewEvent", found.ready_at)] if wanted else []
