"""What `check --online` tells of a Jenkins."""

from __future__ import annotations

from collections.abc import Iterator

from scorecard_exporter.errors import SkippableSourceError
from scorecard_exporter.sources.base import Inspection, Seen
from scorecard_exporter.sources.jenkins.jobs import Jobs
from scorecard_exporter.sources.jenkins.reading import Job, Reading
from scorecard_exporter.sources.kit.body import Body, MalformedError
from scorecard_exporter.sources.kit.client import Client


def inspect(streams: Jobs) -> Inspection:
    """Who asks, which jobs there are, and where they deploy to. Three requests, and one for each very deep folder.

    Raises:
        SourceError: the credential is refused, or may not even list jobs.
    """
    reading = streams.reading
    version = reading.client.get("api/json", {"tree": "mode"}).headers.get("x-jenkins", "of unknown version")
    jobs, _ = streams.existing()
    wanted = [job for job in jobs if reading.wants(job)]
    return Inspection(
        account=f"{_account(reading.client)} at Jenkins {version}",
        missing=() if jobs else ("Job/Read: to see any job",),
        seen=(Seen(sort="jobs", names={job.name: job.newest for job in jobs}), *_environments(reading, wanted)),
        next_sync=f"1 request when nothing is new, 1 more for each of {len(wanted)} jobs that has new builds",
    )


def _account(client: Client) -> str:
    """The name of the user; nobody in particular has none, and is told so by a refusal."""
    try:
        user = Body(client.get("me/api/json", {"tree": "id,fullName"}).json())
        return user.text("fullName", "") or user.text("id")
    except (SkippableSourceError, MalformedError):
        return "nobody in particular"


def _environments(reading: Reading, jobs: list[Job]) -> Iterator[Seen]:
    """Where jobs deploy to, as the configuration has it."""
    for job in jobs:
        names = {rule.environment: None for rule in reading.rules(job)}
        if names:
            yield Seen(sort="environments", names=names, origin=reading.origin(job))
