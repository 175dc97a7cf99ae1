"""What Jenkins ran: deployments, tests, and pipelines that do both."""

from __future__ import annotations

from dataclasses import dataclass

from examples.acme.company.model import Build, Deployment, Repository, Service
from examples.acme.systems.world import World

RESULTS = {"success": "SUCCESS", "failure": "FAILURE", "cancelled": "ABORTED", "skipped": "NOT_BUILT"}
BEFORE_DEPLOYING = 9 * 60
"""Seconds that a pipeline builds and tests before it deploys."""


@dataclass(frozen=True, slots=True)
class Run:
    """A build of a job: what it is about, and how long it took. `deploying`: when the deploying stage began."""

    number: int
    sha: str
    began: int
    ended: int | None
    result: str | None
    parameters: tuple[tuple[str, str], ...] = ()
    deploying: int | None = None


def deployed(world: World, service: Service) -> list[Run]:
    """One build a deployment; a deleted one leaves a gap in the numbers."""
    runs = []
    for place, one in enumerate(world.company.deployments[service.name], start=1):
        runs.append(_run_of(one, place + place // 13, (("ENVIRONMENT", one.environment),)))
    return runs


def _run_of(found: Deployment, number: int, parameters: tuple[tuple[str, str], ...]) -> Run:
    result = RESULTS.get(found.outcome)
    return Run(number, found.sha, found.created_at, found.finished_at, result, parameters)


def tested(repository: Repository) -> list[Run]:
    return [_test(place, one) for place, one in enumerate(repository.builds, start=1)]


def _test(place: int, found: Build) -> Run:
    return Run(place, found.sha, found.started_at, found.finished_at, RESULTS.get(found.status))


def staged(world: World, service: Service) -> list[Run]:
    """Runs of a pipeline: all test, those that are to be released deploy as well."""
    repository = world.company.repository_of(service)
    rows: list[tuple[int, Build | Deployment]] = [(one.started_at, one) for one in repository.builds]
    rows += [(one.created_at - BEFORE_DEPLOYING, one) for one in world.company.deployments[service.name]]
    runs = []
    for number, (began, found) in enumerate(sorted(rows, key=lambda row: (row[0], row[1].number)), start=1):
        if isinstance(found, Build):
            runs.append(_test(number, found))
        else:
            result = RESULTS.get(found.outcome)
            runs.append(Run(number, found.sha, began, found.finished_at, result, deploying=found.created_at))
    return runs
