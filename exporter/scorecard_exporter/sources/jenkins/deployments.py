"""Deployments among the builds of a job, as the rules of the configuration have them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from scorecard_exporter.events.model import Deployment
from scorecard_exporter.events.patterns import matches
from scorecard_exporter.sources.jenkins.builds import RUNNING, Revision, Run
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
        status = STATUSES.get(found.result, found.result.lower()) or RUNNING
        yield _deployment(rule, found, revision, origin=origin, status=status, finished_at=found.finished_at)
    for stage in stages if rule.stage else ():
        if matches(stage.name, (str(rule.stage),)):
            deployed = _deployment(
                rule, found, revision, origin=origin, status=stage.status, finished_at=stage.finished_at
            )
            yield replace(deployed, key=f"{found.number}/{stage.name}", started_at=stage.started_at)


def _deployment(
    rule: DeploymentRule,
    found: Run,
    revision: Revision | None,
    *,
    origin: str,
    status: str,
    finished_at: datetime | None,
) -> Deployment:
    return Deployment(
        origin=origin,
        key=str(found.number),
        url=found.url,
        environment=fill(rule.environment, found.parameters),
        sha=fill(rule.commit, found.parameters) or (revision.sha if revision and not rule.commit else ""),
        version=fill(rule.version, found.parameters),
        status=status,
        started_at=found.started_at,
        finished_at=finished_at,
    )
