"""Which changes revert another one, and the deployments of what they revert.

What a change reverts is judged by parity: one that reverts a reverting change brings the original back and
is no revert itself, and one that reverts that is a revert again.
"""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from scorecard_exporter.events.changes import Changes, Unit
from scorecard_exporter.events.deployments import Deployed
from scorecard_exporter.events.graph import Graph
from scorecard_exporter.events.patterns import matches
from scorecard_exporter.events.rules import ServiceRule
from scorecard_exporter.events.timeline import HISTORY, Timeline


class _Target(NamedTuple):
    """Something that a message names: a change, or a merge that stands for what it brought."""

    is_revert: bool
    shipped_by: Deployed | None


def judge_reverts(rule: ServiceRule, changes: Changes, graph: Graph, timeline: Timeline) -> None:
    """Set `is_revert` and `undoes` of every unit.

    Only what was merged before counts. A change whose message names nothing that is known is a revert
    if its title begins so; one that names nothing, if the rule's patterns say so.
    """
    targets = _Targets(rule, changes, graph, timeline)
    for unit in changes.units:
        named = [target for name in unit.reverts if (target := targets.find(name, unit.merged_at))]
        reverted = [target for target in named if not target.is_revert]
        if named:
            unit.is_revert = bool(reverted)
        elif unit.reverts:
            unit.is_revert = unit.title.lower().startswith("revert")
        elif rule.reverts:
            unit.is_revert = any(matches(text, rule.reverts) for text in (unit.title, *unit.labels))
        unit.undoes = tuple(target.shipped_by for target in reverted if target.shipped_by is not None)


class _Targets:
    """Finds what the names in messages stand for; asked in order of merge, while units are being judged."""

    def __init__(self, rule: ServiceRule, changes: Changes, graph: Graph, timeline: Timeline) -> None:
        self._thing = (rule.changes or "").partition(":")[2].lower()
        self._changes = changes
        self._graph = graph
        self._timeline = timeline
        self._merges: dict[int, list[Unit]] = {}
        self._brought: dict[int, list[int]] = defaultdict(list)
        for node, merge in changes.introductions.items():
            self._brought[merge].append(node)

    def find(self, name: str, before: int) -> _Target | None:
        """What a sha or a number names; None for what is not known, not ours, or not merged before `before`."""
        repository, mark, number = name.replace("!", "#").rpartition("#")
        if mark:
            is_ours = repository.lower() in ("", self._thing)
            return self._unit(self._changes.by_number.get(number), before) if is_ours else None
        node = self._graph.find(name)
        if node is None:
            return None
        if node in self._changes.by_node:
            return self._unit(self._changes.by_node[node], before)
        return self._merge(node, before) if self._graph.commits[node].committed_at < before else None

    def _unit(self, unit: Unit | None, before: int) -> _Target | None:
        if unit is None or unit.merged_at >= before:
            return None
        return _Target(unit.is_revert, unit.shipped_by if unit.is_linked else None)

    def _merge(self, node: int, before: int) -> _Target | None:
        """A merge that is no pull request's: a revert when it brought reverts and nothing else."""
        if node not in self._merges:
            self._merges[node] = sorted(self._units_of(node), key=lambda unit: unit.merged_at)
        units = self._merges[node]
        if not units or units[0].merged_at >= before:
            return None
        position = self._timeline.shipped_by[node]
        shipped_by = self._timeline.successes[position] if position > HISTORY else None
        return _Target(all(unit.is_revert for unit in units if unit.merged_at < before), shipped_by)

    def _units_of(self, merge: int) -> list[Unit]:
        units: list[Unit] = []
        stack = [merge]
        while stack:
            brought = self._brought.get(stack.pop(), ())
            units += (unit for node in brought if (unit := self._changes.by_node.get(node)))
            stack += brought
        return units
