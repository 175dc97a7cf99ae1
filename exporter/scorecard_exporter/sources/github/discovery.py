"""Which repositories a source has: those that are named, and those found in organizations; and their streams."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scorecard_exporter.errors import SkippableSourceError
from scorecard_exporter.events.patterns import matches
from scorecard_exporter.sources.base import Stream
from scorecard_exporter.sources.github.beside_streams import DeployedBeside, RunBeside, TaggedBeside
from scorecard_exporter.sources.github.commit_stream import CommitStream
from scorecard_exporter.sources.github.deployment_streams import EnvironmentStream, ReleaseStream, TagStream
from scorecard_exporter.sources.github.host import Host, Repository, listed
from scorecard_exporter.sources.github.issue_stream import IssueStream
from scorecard_exporter.sources.github.off_branch import OffBranch
from scorecard_exporter.sources.github.probe import Probe
from scorecard_exporter.sources.github.pull_request_stream import PullRequestStream
from scorecard_exporter.sources.github.reading import Reading, Session
from scorecard_exporter.sources.github.run_streams import BuildStream, WorkflowStream
from scorecard_exporter.sources.kit.joined import JoinedStream
from scorecard_exporter.sources.kit.paging import LinkPages, Request, pages
from scorecard_exporter.sources.kit.streams import HistoryStream


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which repositories are wanted; see `GitHubOptions`. `leave_out`: what is called `except` there."""

    repositories: tuple[str, ...] = ()
    organizations: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()

    def thing(self, full_name: str) -> str | None:
        """The thing that a repository is, as it is named in the configuration; None for one that is not wanted."""
        lowered = full_name.lower()
        named = next((thing for thing in self.repositories if thing.lower() == lowered), None)
        if named:
            return named
        owner, _, name = full_name.partition("/")
        is_of_one = owner.lower() in {organization.lower() for organization in self.organizations}
        return full_name if is_of_one and self.is_chosen(name) else None

    def is_chosen(self, name: str) -> bool:
        """Whether a repository of an organization is read, by its name without the owner."""
        return (not self.only or matches(name, self.only)) and not matches(name, self.leave_out)


_LISTS = {
    "pull_requests": "pullRequests",
    "issues": "issues",
    "deployments": "deployments",
    "releases": "releases",
    "tags": "tags",
}
"""What is read, by the name of the list that the probe looks at."""


class GitHubStreams:
    """The streams of all repositories; each iteration asks anew which there are. `read`: names of what is read."""

    def __init__(self, source: str, host: Host, selection: Selection, reading: Reading, read: frozenset[str]) -> None:
        self.source, self._host, self._selection = source, host, selection
        self._reading, self._read = reading, read

    def __iter__(self) -> Iterator[Stream]:
        probe = Probe(self._host, self._reading.branch, sorted(_LISTS[name] for name in self._read if name in _LISTS))
        session = Session(self._host, probe, self._reading)
        failed: SkippableSourceError | None = None
        for found in self._listed():
            if isinstance(found, SkippableSourceError):
                failed = failed or found
                continue
            probe.expect(found)
            for repository in found:
                yield from self._streams(session, repository)
        if failed:
            raise failed

    def repositories(self) -> Iterator[Repository]:
        """All of them; an organization that may not be seen has none.

        Raises:
            SourceError: see `Client.get`.
        """
        for found in self._listed():
            yield from () if isinstance(found, SkippableSourceError) else found

    def _listed(self) -> Iterator[list[Repository] | SkippableSourceError]:
        """Those that are named, then those of each organization, or why it cannot be listed."""
        named = {thing.lower() for thing in self._selection.repositories}
        yield [self._repository(thing) for thing in self._selection.repositories]
        for organization in self._selection.organizations:
            try:
                found = sorted(thing for thing in self._of(organization) if thing.lower() not in named)
            except SkippableSourceError as error:
                yield error
            else:
                yield [self._repository(thing) for thing in found]

    def _of(self, organization: str) -> Iterator[str]:
        request = Request(f"orgs/{organization}/repos", {"type": "all", "per_page": 100})
        for response in pages(self._host.client, request, LinkPages()):
            for item in listed(response):
                if not isinstance(item, dict) or item.get("archived") is True or item.get("disabled") is True:
                    continue
                thing = item.get("full_name")
                if isinstance(thing, str) and self._selection.is_chosen(thing.partition("/")[2]):
                    yield thing

    def _repository(self, thing: str) -> Repository:
        return Repository(thing, f"{self.source}:{thing}", self._host.pages)

    def _streams(self, session: Session, repository: Repository) -> Iterator[Stream]:
        if "pull_requests" in self._read:
            yield PullRequestStream(session, repository)
        if "commits" in self._read:
            yield JoinedStream(f"{repository.thing}/commits", tuple(self._commits(session, repository)))
        if deployments := tuple(self._deployments(session, repository)):
            yield JoinedStream(f"{repository.thing}/deployments", deployments)
        if "issues" in self._read:
            yield IssueStream(session, repository)
        if "builds" in self._read:
            yield BuildStream(session, repository)

    def _commits(self, session: Session, repository: Repository) -> Iterator[HistoryStream]:
        off_branch = OffBranch(session, repository)
        yield CommitStream(session, repository)
        if "deployments" in self._read:
            yield DeployedBeside(session, repository, off_branch)
        if not self._read.isdisjoint({"releases", "tags"}):
            yield TaggedBeside(session, repository, off_branch)
        for workflow in session.reading.deployment_workflows:
            yield RunBeside(session, repository, workflow, off_branch)

    def _deployments(self, session: Session, repository: Repository) -> Iterator[HistoryStream]:
        if "deployments" in self._read:
            yield EnvironmentStream(session, repository)
        if "releases" in self._read:
            yield ReleaseStream(session, repository)
        if "tags" in self._read:
            yield TagStream(session, repository)
        for workflow in session.reading.deployment_workflows:
            yield WorkflowStream(session, repository, workflow)
