"""What a source of type `jenkins` reads of which jobs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from scorecard_exporter.events.model import Build, Deployment
from scorecard_exporter.events.patterns import matches_path
from scorecard_exporter.sources.delivery import digest
from scorecard_exporter.sources.jenkins.rules import DeploymentRule
from scorecard_exporter.sources.kit.client import Client

_RECORDS = 1
"""Counted up when records of the same builds would look different."""


@dataclass(frozen=True, slots=True)
class Job:
    """A job by its full name. `branch`: that of a multibranch job, else ''; `newest`: the number of its last build."""

    name: str
    branch: str
    newest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What is wanted. `repositories`: globs for the addresses of the code that counts, see `builds.revision_of`."""

    source: str
    client: Client
    jobs: tuple[str, ...]
    read: tuple[str, ...]
    deployments: tuple[DeploymentRule, ...]
    repositories: tuple[str, ...]
    history: timedelta

    def wants(self, job: Job) -> bool:
        """Whether a job is read."""
        return matches_path(job.name, self.jobs) and bool(self.kinds(job))

    def origin(self, job: Job) -> str:
        """Where the records of a job come from."""
        return f"{self.source}:{job.name}"

    def rules(self, job: Job) -> tuple[DeploymentRule, ...]:
        """The rules by which builds of a job, or their stages, are deployments."""
        return tuple(rule for rule in self.deployments if "deployments" in self.read and rule.is_for(job.name))

    def kinds(self, job: Job) -> tuple[str, ...]:
        """The kinds of records that a job has."""
        builds = (Build.kind,) if "builds" in self.read else ()
        return (*builds, Deployment.kind) if self.rules(job) else builds

    def made_by(self, job: Job) -> str:
        """See `HistoryStream`."""
        return digest(
            _RECORDS, self.kinds(job), self.repositories, [rule.model_dump_json() for rule in self.rules(job)]
        )
