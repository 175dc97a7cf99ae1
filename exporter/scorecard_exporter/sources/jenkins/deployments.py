"""Deployments among the builds of a job, as the rules of the configuration have them."""

from __future__ import annotations

from collections.abc import Iterator

from scorecard_exporter.events.model import Deployment
from scorecard_exporter.events.patterns import matches
from scorecard_exporter.sources.jenkins.builds import Revision, Run
from scorecard_exporter.sources.jenkins.rules import DeploymentRule, fill
from scorecard_exporter.sources.jenkins.stages import Stage

STATUSES = {
    "SUCCESS": "success",
    "UNSTABLE": "success",
    "FAILURE": "failure",
    "ABORTED": "cancelled",
    "NOT_BUILT": "skipped",
}
"""Of a build that deploys. Unstable: something was found, and the build went on to its end, so it did deploy."""


def deployments(
    origin: str, rule: DeploymentRule, found: Run, revision: Revision | None, stages: tuple[Stage, ...]
) -> Iterator[Deployment]:
    """What a build deployed by a rule; `stages`: those of it that are at their end.

    Raises:
        MissingParameterError: the rule needs a parameter that the build does not have.
    """
    if rule.stage is None:
        if found.finished_at is not None:
            whole = Stage("", STATUSES.get(found.result, found.result.lower()), found.started_at, found.finished_at)
            yield _deployment(origin, rule, found, revision, whole)
        return
    for stage in stages:
        if matches(stage.name, (rule.stage,)):
            yield _deployment(origin, rule, found, revision, stage)


def _deployment(origin: str, rule: DeploymentRule, found: Run, revision: Revision | None, part: Stage) -> Deployment:
    return Deployment(
        origin=origin,
        key=f"{found.number}/{part.name}" if part.name else str(found.number),
        url=found.url,
        environment=fill(rule.environment, found.parameters),
        sha=fill(rule.commit, found.parameters) or (revision.sha if revision and not rule.commit else ""),
        version=fill(rule.version, found.parameters),
        status=part.status,
        started_at=part.started_at,
        finished_at=part.finished_at,
    )
