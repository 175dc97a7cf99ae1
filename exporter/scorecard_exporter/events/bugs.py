"""The bugs of a service, its releases, and the branches whose builds are its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from scorecard_exporter.events.deployments import Deployed
from scorecard_exporter.events.facts import (
    BugFact,
    BuildBranchFact,
    DeploymentRow,
    IssueRow,
    ReleaseFact,
    ServiceRecords,
)
from scorecard_exporter.events.patterns import matches
from scorecard_exporter.events.rules import BugRule, ServiceRule

RELEASE = "release"
"""The environment to which releases are stored as deployments."""


def bug_facts(rule: ServiceRule, rows: Iterable[IssueRow]) -> list[BugFact]:
    """The issues that are bugs by one of the service's rules; what any of these says of one holds."""
    found = []
    for row in {(row.origin, row.key): row for row in rows}.values():
        rules = [one for one in rule.bugs if _is_bug(row, one)]
        if rules:
            found.append(_bug(rule, row, rules))
    return found


def _is_bug(row: IssueRow, rule: BugRule) -> bool:
    return (
        row.origin == rule.origin
        and matches(row.type, rule.types)
        and (not rule.labels or any(matches(label, rule.labels) for label in row.labels))
    )


def _bug(rule: ServiceRule, row: IssueRow, rules: Sequence[BugRule]) -> BugFact:
    texts = (row.type, *row.labels)
    return BugFact(
        service=rule.service,
        origin=row.origin,
        key=row.key,
        url=row.url,
        opened_at=row.opened_at,
        is_escaped=int(any(matches(text, one.found_in_production) for one in rules for text in texts)),
        tells_escapes=int(rule.tells_escapes),
        is_customers=int(any(matches(text, one.reported_by_customers) for one in rules for text in texts)),
        tells_customers=int(rule.tells_customers),
    )


def release_facts(
    rule: ServiceRule, rows: Iterable[DeploymentRow], deployments: Iterable[Deployed]
) -> Iterator[ReleaseFact]:
    """The releases that the service names, else its successful deployments, each of them a thing of its own.

    None where nothing says which bugs customers reported: nothing else counts releases.
    """
    if not rule.tells_customers:
        return
    if rule.releases is not None:
        origin, versions = rule.releases.origin, rule.releases.versions
        for row in rows:
            released = row.environment == RELEASE and row.status == "success" and matches(row.version, versions)
            if released and row.finished_at is not None:
                yield ReleaseFact(rule.service, origin, row.key, row.url, row.finished_at, row.key)
    elif rule.deployments is not None:
        for one in deployments:
            if one.row.status == "success":
                thing = f"{rule.service} {one.row.key}"
                place = (rule.deployments.origin, one.row.key, one.row.url)
                yield ReleaseFact(rule.service, *place, one.finished_at, thing)


def build_branch_facts(rule: ServiceRule, records: ServiceRecords) -> list[BuildBranchFact]:
    """The branches whose builds count: those that the service names, else the deployed ones, and no name at all."""
    deployed = {"", *records.branches}
    counted = {
        (origin, branch)
        for one in rule.builds
        for origin, branch in records.built
        if origin == one.origin and (matches(branch, one.branches) if one.branches else branch in deployed)
    }
    return [BuildBranchFact(rule.service, *pair) for pair in sorted(counted)]
