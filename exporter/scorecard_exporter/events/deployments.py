"""Which things are production deployments of a service, in the order in which they took effect."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from scorecard_exporter.events.facts import CommitRow, DeploymentRow, ServiceRecords
from scorecard_exporter.events.graph import NOWHERE, Graph
from scorecard_exporter.events.patterns import matches
from scorecard_exporter.events.rules import DeploymentRule, ServiceRule

BRANCH = "branch"
"""The environment of deployments that are derived from commits of the deployed branch."""

_ENVIRONMENTS = {"tags": "tag", "releases": "release"}


@dataclass(slots=True, eq=False)
class Deployed:
    """A finished production deployment. `node`: its commit in the graph, None where that is not stored.

    `identity`: what it put there, as exactly as is known. `is_derived`: made from a commit of a branch.
    `position`: its place among the successful
    ones, from 0; None for a failed one. `replaced`: what a rollback took out of production.
    """

    row: DeploymentRow
    finished_at: int
    node: int | None
    identity: str
    is_derived: bool = False
    position: int | None = None
    is_rollback: bool = False
    is_repeat: bool = False
    replaced: Deployed | None = None

    @property
    def began_at(self) -> int:
        """When it was started, else when it finished."""
        return self.finished_at if self.row.started_at is None else self.row.started_at


def production(rule: ServiceRule, records: ServiceRecords, graph: Graph) -> list[Deployed]:
    """The finished production deployments, successful and failed, in order.

    The order is that of finish, start and key; where commits of a branch were committed at the same
    moment, an ancestor comes first. Merges and first-parent commits are deployments only where they are
    of the repository that the changes are read from.
    """
    mapping = rule.deployments
    if mapping is None:
        return []
    if mapping.by in ("merges", "first_parent"):
        if mapping.origin != rule.changes:
            return []
        line = _line(graph, records.tips, merges_only=mapping.by == "merges")
        return sorted(line, key=lambda found: (found.finished_at, graph.generation(found.node or 0), found.row.key))
    recorded = {row.key: row for row in records.deployments if _is_production(mapping, row)}
    deployed = [_deployed(row, row.finished_at, graph) for row in recorded.values() if row.finished_at is not None]
    return sorted(deployed, key=lambda found: (found.finished_at, found.began_at, found.row.key))


def _is_production(mapping: DeploymentRule, row: DeploymentRow) -> bool:
    if row.status not in ("success", "failure"):
        return False
    if mapping.by == "environment":
        return matches(row.environment, mapping.patterns)
    return row.environment == _ENVIRONMENTS[mapping.by] and matches(row.version, mapping.patterns)


def _deployed(row: DeploymentRow, finished_at: int, graph: Graph) -> Deployed:
    node = graph.find(row.sha)
    identity = graph.commits[node].sha if node is not None else row.sha.lower() or row.version or row.key
    return Deployed(row, finished_at, node, identity)


def _line(graph: Graph, tips: Iterable[str], *, merges_only: bool) -> list[Deployed]:
    labels = [NOWHERE] * len(graph.commits)
    starts = [node for tip in tips if (node := graph.find(tip)) is not None]
    nodes = [node for start in starts for node in graph.first_parents(start, labels)]
    return [
        Deployed(_derived(commit), commit.committed_at, node, commit.sha, is_derived=True)
        for node in nodes
        if len((commit := graph.commits[node]).parents) > 1 or not merges_only
    ]


def _derived(commit: CommitRow) -> DeploymentRow:
    return DeploymentRow(
        key=commit.sha,
        environment=BRANCH,
        sha=commit.sha,
        version="",
        status="success",
        started_at=None,
        finished_at=commit.committed_at,
        replaces="",
        url=commit.url,
    )
