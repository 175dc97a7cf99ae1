"""The units of delivery of a service: merged pull requests, and commits that belong to none.

A commit belongs to a pull request when it is its merge commit, when it names it itself, or when it came to
its branch by the pull request's merge. Merge commits are no changes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from scorecard_exporter.events.deployments import Deployed
from scorecard_exporter.events.facts import ChangeRow, CommitRow, ServiceRecords
from scorecard_exporter.events.graph import NOWHERE, Graph
from scorecard_exporter.events.patterns import matches, matches_path
from scorecard_exporter.events.rules import ServiceRule
from scorecard_exporter.events.timeline import HISTORY, WAITING, Timeline


@dataclass(slots=True, eq=False)
class Unit:
    """A change of the service.

    `node`: its commit in the graph, None where that is not stored. `reverts`: what its messages name.
    `is_linked`: it was shipped by `shipped_by`, or waits where that is None; otherwise it is from before
    the known history, or on no deployed branch, and is no fact. `undoes`: what shipped what it reverts.
    """

    type: Literal["pull_request", "commit"]
    key: str
    url: str
    title: str
    labels: tuple[str, ...]
    node: int | None
    first_authored_at: int
    ready_at: int
    reviewed_at: int
    merged_at: int
    reverts: tuple[str, ...]
    is_bot: bool
    is_hotfix: bool
    is_linked: bool = False
    is_approximate: bool = False
    shipped_by: Deployed | None = None
    is_revert: bool = False
    undoes: tuple[Deployed, ...] = ()


@dataclass(frozen=True, slots=True)
class Changes:
    """The units in order of merge and key, and how to find them: by number, and by commit.

    `introductions`: see `Graph.introductions`.
    """

    units: tuple[Unit, ...]
    by_number: Mapping[str, Unit]
    by_node: Mapping[int, Unit]
    introductions: Mapping[int, int]


def changes(rule: ServiceRule, records: ServiceRecords, graph: Graph, timeline: Timeline) -> Changes:
    """The units of a service, linked to the deployments that shipped them."""
    deployed = [one.node for one in timeline.successes if one.node is not None]
    introductions = graph.introductions([*timeline.tips, *deployed])
    rows = {row.number: row for row in records.changes}
    owners = _owners(rows, graph, introductions)
    members: dict[str, list[CommitRow]] = defaultdict(list)
    for node, number in owners.items():
        members[number].append(graph.commits[node])
    touched = _touched(rule, records)
    by_number = {
        number: _pull_request(rule, row, members[number], graph.find(row.merge_sha))
        for number, row in rows.items()
        if touched is None or _touches(row, members[number], touched)
    }
    by_node = {node: by_number[number] for node, number in owners.items() if number in by_number}
    for node in introductions.keys() - owners.keys():
        commit = graph.commits[node]
        if len(commit.parents) < 2 and (touched is None or commit.sha in touched):  # noqa: PLR2004 - no merge
            by_node[node] = _commit(rule, commit, node)
    units = {id(unit): unit for unit in (*by_number.values(), *by_node.values())}.values()
    for unit in units:
        _ship(unit, timeline)
    return Changes(tuple(sorted(units, key=lambda unit: (unit.merged_at, unit.key))), by_number, by_node, introductions)


def _owners(rows: Mapping[str, ChangeRow], graph: Graph, introductions: Mapping[int, int]) -> dict[int, str]:
    """The number of the pull request that each commit belongs to; a merge comes before what it brought."""
    merged = {row.merge_sha: number for number, row in sorted(rows.items(), reverse=True)}
    owners: dict[int, str] = {}
    for node, merge in introductions.items():
        commit = graph.commits[node]
        named = commit.change if commit.change in rows else None
        number = merged.get(commit.sha) or named or owners.get(merge)
        if number:
            owners[node] = number
    return owners


def _pull_request(rule: ServiceRule, row: ChangeRow, members: Sequence[CommitRow], node: int | None) -> Unit:
    authored_at = min((commit.authored_at for commit in members), default=row.merged_at)
    # A first review after the merge held nothing up: it counts as none.
    reviewed_at = row.merged_at if row.reviewed_at is None else min(row.reviewed_at, row.merged_at)
    named = dict.fromkeys((*row.reverts, *(name for commit in members for name in commit.reverts)))
    return Unit(
        type="pull_request",
        key=row.number,
        url=row.url,
        title=row.title,
        labels=row.labels,
        node=node,
        first_authored_at=authored_at if row.first_authored_at is None else row.first_authored_at,
        ready_at=reviewed_at if row.ready_at is None else row.ready_at,
        reviewed_at=reviewed_at,
        merged_at=row.merged_at,
        reverts=tuple(named),
        is_bot=bool(row.is_bot) or matches(row.author, rule.bots),
        is_hotfix=any(matches(text, rule.hotfixes) for text in (row.title, row.branch, *row.labels)),
    )


def _commit(rule: ServiceRule, row: CommitRow, node: int) -> Unit:
    return Unit(
        type="commit",
        key=row.sha,
        url=row.url,
        title=row.subject,
        labels=(),
        node=node,
        first_authored_at=row.authored_at,
        ready_at=row.committed_at,
        reviewed_at=row.committed_at,
        merged_at=row.committed_at,
        reverts=row.reverts,
        is_bot=bool(row.is_bot) or matches(row.author, rule.bots),
        is_hotfix=matches(row.subject, rule.hotfixes),
    )


def _touched(rule: ServiceRule, records: ServiceRecords) -> set[str] | None:
    """The shas and numbers (`#12`) that touch the service's paths; None where it has the whole repository."""
    if not rule.paths:
        return None
    return {key for key, path in records.paths if matches_path(path, rule.paths)}


def _touches(row: ChangeRow, members: Iterable[CommitRow], touched: set[str]) -> bool:
    return f"#{row.number}" in touched or any(commit.sha in touched for commit in members)


def _ship(unit: Unit, timeline: Timeline) -> None:
    """Link a unit by the graph; by time where its commit, or that of later deployments, is not stored."""
    position = WAITING if unit.node is None else timeline.shipped_by[unit.node]
    if position == NOWHERE or not timeline.successes:
        return
    if position == WAITING:
        nearest = timeline.nearest_from(unit.merged_at, graphless=unit.node is not None)
        unit.shipped_by, unit.is_approximate = nearest, nearest is not None
    else:
        unit.shipped_by = timeline.successes[position]
    unit.is_linked = unit.shipped_by is None or unit.shipped_by.position != HISTORY
