"""GitHub's organisation and repositories as GraphQL sees them, with their lists, branches and tags."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from examples.acme.company.model import (
    Deployment,
    Issue,
    PullRequest,
    Repository,
    Team,
)
from examples.acme.company.moments import moment
from examples.acme.systems.github import bodies
from examples.acme.systems.github.bodies import node_id
from examples.acme.systems.github.connections import connection, ordered
from examples.acme.systems.github.graph import between
from examples.acme.systems.github.things import Fields, Things, labels, state


class Nodes(Things):
    """Makes the nodes of one request, from its root on."""

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
            "labels": labels(
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
                if (not states or state(one) in states)
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


def _repository_key(one: Repository, field: str) -> tuple[Any, ...]:
    pushed = max((commit.committed_at for commit in one.commits), default=one.created_at)
    keys = {"CREATED_AT": one.created_at, "UPDATED_AT": pushed, "PUSHED_AT": pushed, "NAME": one.name}
    return keys.get(field, 0), one.number


def _request_key(found: PullRequest, field: str) -> tuple[int, int]:
    return (found.updated_at if field == "UPDATED_AT" else found.created_at), found.number


def _issue_key(found: Issue, field: str) -> tuple[int, int]:
    return (found.updated_at if field == "UPDATED_AT" else found.opened_at), found.number


def _release_key(found: Deployment, field: str) -> tuple[Any, int]:
    return (found.version if field == "NAME" else found.created_at), found.number
