"""The other scorecards and teams, as trees to choose from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from scorecard_exporter.scorecard.model import ScorecardStatus, Snapshot


@dataclass(frozen=True, slots=True)
class Node:
    """A team with the teams below it. `is_open`: it is the team that is looked at, or that is below it."""

    status: ScorecardStatus
    children: tuple[Node, ...]
    is_open: bool


@dataclass(frozen=True, slots=True)
class Group:
    """The teams of one scorecard; roots are those whose parent is not on it."""

    title: str
    roots: tuple[Node, ...]


def grouped(snapshot: Snapshot, current: ScorecardStatus) -> tuple[Group, ...]:
    """All scorecards of a snapshot with their teams, in the snapshot's order."""
    by_scorecard = groupby(snapshot.scorecards, lambda status: status.scorecard.id)
    return tuple(_group(tuple(statuses), current) for _, statuses in by_scorecard)


def _group(statuses: tuple[ScorecardStatus, ...], current: ScorecardStatus) -> Group:
    known = {status.team for status in statuses}
    below: dict[str, list[ScorecardStatus]] = {}
    for status in statuses:
        below.setdefault(status.parent if status.parent in known else "", []).append(status)
    return Group(statuses[0].scorecard.title, _nodes(below.get("", ()), below, current))


def _nodes(
    statuses: Iterable[ScorecardStatus], below: dict[str, list[ScorecardStatus]], current: ScorecardStatus
) -> tuple[Node, ...]:
    nodes = []
    for status in statuses:
        children = _nodes(below.get(status.team, ()), below, current)
        nodes.append(Node(status, children, status is current or any(child.is_open for child in children)))
    return tuple(nodes)
