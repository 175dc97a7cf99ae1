"""From what the systems said to what belongs together, for one service: a pure function.

Which deployment shipped a change, which deployment an incident belongs to, which deployment failed; when a
pull request was first reviewed, which bugs, builds and releases are the service's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from scorecard_exporter.events.bugs import bug_facts, build_branch_facts, release_facts
from scorecard_exporter.events.changes import Changes, Unit, changes
from scorecard_exporter.events.deployments import Deployed, production
from scorecard_exporter.events.facts import ChangeFact, DeploymentFact, ServiceFacts, ServiceRecords
from scorecard_exporter.events.failures import CAUSES, Failure, failures
from scorecard_exporter.events.graph import Graph
from scorecard_exporter.events.incidents import incident_facts
from scorecard_exporter.events.model import NEVER
from scorecard_exporter.events.pull_requests import pull_request_facts
from scorecard_exporter.events.reversals import judge_reverts
from scorecard_exporter.events.rules import ServiceRule
from scorecard_exporter.events.timeline import Timeline


def link(rule: ServiceRule, records: ServiceRecords) -> ServiceFacts:
    """The facts of a service. The order of the records does not matter; time and memory are linear in them.

    A change is shipped by the first successful production deployment that contains its commit. What the
    first known deployment contains is from before the known history and is no fact. Where a commit is
    not stored, time stands in for the graph, and the link is approximate: a pull request without its
    merge commit goes to the first deployment from its merge on; a change whose commit is stored, and in
    no stored deployment, to the first deployment from then on whose commit is not stored; and a first
    deployment without its commit contains what was committed until it finished. A change waits if it is
    on a deployed branch (on any, where no tip is known) and none of this ships it. Without any
    successful deployment nothing is known to be shipped or to wait.
    """
    graph = Graph(records.commits)
    timeline = Timeline(production(rule, records, graph), graph, _tips(records, graph))
    found = changes(rule, records, graph, timeline)
    judge_reverts(rule, found, graph, timeline)
    linked = [unit for unit in found.units if unit.is_linked]
    incidents = incident_facts(rule, records.incidents, timeline)
    failed = failures(rule, timeline, linked, incidents)
    shipped: dict[str, list[Unit]] = defaultdict(list)
    for unit in linked:
        if unit.shipped_by:
            shipped[unit.shipped_by.row.key].append(unit)
    return ServiceFacts(
        deployments=tuple(_deployment(rule, one, shipped[one.row.key], failed) for one in timeline.deployments),
        changes=tuple(_change(rule, unit) for unit in linked),
        incidents=tuple(incidents),
        pull_requests=tuple(pull_request_facts(rule, records.pull_requests, _elsewhere(records, found))),
        build_branches=tuple(build_branch_facts(rule, records)),
        bugs=tuple(bug_facts(rule, records.issues)),
        releases=tuple(release_facts(rule, records.releases, timeline.deployments)),
    )


def _elsewhere(records: ServiceRecords, found: Changes) -> set[str]:
    """The numbers of merged pull requests that touch none of the service's paths."""
    return {row.number for row in records.changes} - found.by_number.keys()


def _tips(records: ServiceRecords, graph: Graph) -> Sequence[int]:
    if not records.tips:
        return range(len(graph.commits))
    return [node for tip in records.tips if (node := graph.find(tip)) is not None]


def _deployment(
    rule: ServiceRule, deployed: Deployed, shipped: Sequence[Unit], failed: Mapping[str, Failure]
) -> DeploymentFact:
    row = deployed.row
    failure = failed.get(row.key)
    only_fixes = bool(shipped) and all(unit.is_revert or unit.is_hotfix for unit in shipped)
    return DeploymentFact(
        service=rule.service,
        origin=rule.deployments.origin if rule.deployments else "",
        key=row.key,
        url=row.url,
        environment=row.environment,
        version=row.version,
        sha=row.sha,
        status=row.status,
        started_at=row.started_at,
        finished_at=deployed.finished_at,
        is_rollback=int(deployed.is_rollback),
        is_repeat=int(deployed.is_repeat),
        is_rework=int(deployed.is_rollback or only_fixes),
        changes=len(shipped),
        failed=int(failure is not None),
        failed_by=CAUSES[failure.cause] if failure else "",
        failed_at=failure.began_at if failure else None,
        recovered_at=failure.recovered_at if failure else None,
    )


def _change(rule: ServiceRule, unit: Unit) -> ChangeFact:
    shipped_at = unit.shipped_by.finished_at if unit.shipped_by else NEVER
    ready_at = _between(unit.first_authored_at, unit.ready_at, shipped_at)
    reviewed_at = _between(ready_at, unit.reviewed_at, shipped_at)
    return ChangeFact(
        service=rule.service,
        origin=rule.changes or "",
        key=unit.key,
        type=unit.type,
        url=unit.url,
        first_authored_at=unit.first_authored_at,
        ready_at=ready_at,
        reviewed_at=reviewed_at,
        merged_at=_between(reviewed_at, unit.merged_at, shipped_at),
        shipped_at=shipped_at,
        deployment=unit.shipped_by.row.key if unit.shipped_by else "",
        is_approximate=int(unit.is_approximate),
        is_bot=int(unit.is_bot),
        is_revert=int(unit.is_revert),
        is_hotfix=int(unit.is_hotfix),
    )


def _between(lower: int, value: int, upper: int) -> int:
    """`value`, moved up to `lower`, then down to `upper`."""
    return min(max(value, lower), upper)
