"""The company with what all systems look up in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from examples.acme.company.model import (
    Build,
    Commit,
    Company,
    Deployment,
    Host,
    Incident,
    PullRequest,
    Repository,
    Service,
    Way,
)


@dataclass(frozen=True, eq=False)
class World:
    """A company at one moment; a later moment is another world."""

    company: Company

    @property
    def now(self) -> int:
        return self.company.now

    @cached_property
    def services(self) -> dict[str, Service]:
        return {service.name: service for service in self.company.services}

    @cached_property
    def _by_path(self) -> dict[tuple[Host, str], Repository]:
        return {(host, path.lower()): found for (host, path), found in self.company.repositories.items()}

    @cached_property
    def _by_number(self) -> dict[tuple[Host, int], Repository]:
        return {(found.host, found.number): found for found in self.company.repositories.values()}

    def repository(self, host: Host, path: str) -> Repository | None:
        """By path, without regard to case, or by number."""
        if path.isdecimal():
            return self._by_number.get((host, int(path)))
        return self._by_path.get((host, path.lower()))

    def renamed(self, path: str) -> Repository | None:
        """The GitHub repository that once had this path."""
        named = (found for found in self.company.of_host("github") if found.former_path)
        return next((found for found in named if found.former_path == path.lower()), None)

    @cached_property
    def _service_of(self) -> dict[tuple[Host, str], Service]:
        return {(service.host, service.repository): service for service in self.company.services}

    def service_of(self, repository: Repository) -> Service | None:
        return self._service_of.get((repository.host, repository.path))

    def deployed(self, repository: Repository, *ways: Way) -> Sequence[Deployment]:
        """The deployments of a repository's service, oldest first, if it is deployed in one of these ways."""
        service = self.service_of(repository)
        return self.company.deployments[service.name] if service and service.way in ways else ()

    @cached_property
    def _commits(self) -> dict[str, tuple[Repository, Commit]]:
        found: dict[str, tuple[Repository, Commit]] = {}
        for repository in self.company.repositories.values():
            for request in repository.pull_requests:
                found.update((commit.sha, (repository, commit)) for commit in request.commits)
            found.update((commit.sha, (repository, commit)) for commit in repository.commits)
        return found

    def commit(self, repository: Repository, sha: str) -> Commit | None:
        """A commit of main or of a pull request's branch, by its sha or, for a branch or tag, by the name of that."""
        named = {"main": repository.line[-1] if repository.line else "", "HEAD": "", **dict(repository.tags)}
        where, commit = self._commits.get(named.get(sha, sha), (None, None))
        return commit if where is repository else None

    @cached_property
    def _requests(self) -> dict[tuple[Host, str, int], PullRequest]:
        return {
            (repository.host, repository.path, request.number): request
            for repository in self.company.repositories.values()
            for request in repository.pull_requests
        }

    def request(self, repository: Repository, number: int) -> PullRequest | None:
        return self._requests.get((repository.host, repository.path, number))

    @cached_property
    def jobs(self) -> dict[str, Service]:
        """The services that Jenkins deploys, by the full name of the job."""
        return {service.job: service for service in self.company.services if service.job}

    @cached_property
    def _incidents(self) -> dict[bool, list[Incident]]:
        found: dict[bool, list[Incident]] = defaultdict(list)
        for incident in self.company.incidents:
            found[bool(self.services[incident.service].pager)].append(incident)
        return found

    def incidents(self, *, paged: bool) -> list[Incident]:
        """The incidents of PagerDuty, or those of Jira, in order of beginning."""
        return self._incidents[paged]

    def builds(self, repository: Repository) -> Sequence[Build]:
        """The test runs of a repository, oldest first."""
        return repository.builds
