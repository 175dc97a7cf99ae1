"""The commit graph of one repository: who is an ancestor of whom, and what came in by which merge.

Commits are small integers inside. A parent that is not stored (a shallow clone) is a cut-off, and a loop
of parents, which only a forged record can hold, ends where it began. Nothing here recurses.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scorecard_exporter.events.facts import CommitRow
from scorecard_exporter.events.shas import Shas

NOWHERE = -1
"""Instead of a commit or a label: there is none."""


class Graph:
    """The commits of a repository; `commits[node]` is the row of `node`."""

    def __init__(self, rows: Iterable[CommitRow]) -> None:
        by_sha = {row.sha: row for row in rows}
        self.commits = tuple(by_sha.values())
        self._nodes = {sha: node for node, sha in enumerate(by_sha)}
        self._shas = Shas(self._nodes)
        find = self._nodes.get
        self._parents = tuple(tuple(find(parent, NOWHERE) for parent in row.parents) for row in self.commits)
        self._generations = _generations(self._parents)
        self._ancestry: dict[tuple[int, int], bool] = {}

    def find(self, sha: str) -> int | None:
        """The node of a sha, whole or abbreviated."""
        full = self._shas.full(sha)
        return None if full is None else self._nodes[full]

    def generation(self, node: int) -> int:
        """A number that is larger than that of any ancestor."""
        return self._generations[node]

    def claim(self, starts: Iterable[int], label: int, labels: list[int]) -> None:
        """Set `label` for all that is reachable from `starts` and has no label in `labels` yet.

        A labelled commit ends the walk, so that many claims together take time linear in the graph.
        """
        stack = list(starts)
        while stack:
            node = stack.pop()
            if node != NOWHERE and labels[node] == NOWHERE:
                labels[node] = label
                stack.extend(self._parents[node])

    def first_parents(self, start: int, labels: list[int]) -> list[int]:
        """The line of first parents from `start` down to the first commit that has a label; labels them."""
        line = []
        node = start
        while node != NOWHERE and labels[node] == NOWHERE:
            labels[node] = start
            line.append(node)
            node = next(iter(self._parents[node]), NOWHERE)
        return line

    def is_ancestor(self, ancestor: int, node: int) -> bool:
        """Whether `ancestor` is reachable from `node` and another commit.

        Walks only the commits between the two; asked again, it remembers.
        """
        pair = (ancestor, node)
        if pair not in self._ancestry:
            self._ancestry[pair] = self._reaches(node, ancestor)
        return self._ancestry[pair]

    def _reaches(self, node: int, ancestor: int) -> bool:
        floor = self._generations[ancestor]
        seen = {NOWHERE, node}
        stack = [node]
        while stack:
            for parent in self._parents[stack.pop()]:
                if parent == ancestor:
                    return node != ancestor
                if parent not in seen and self._generations[parent] > floor:
                    seen.add(parent)
                    stack.append(parent)
        return False

    def introductions(self, starts: Iterable[int]) -> dict[int, int]:
        """For each commit reachable from `starts`, the innermost merge that brought it to its line.

        What is reachable from the first parent was there already, so first parents are followed to
        their end before any other; a commit on a line of first parents of `starts` has `NOWHERE`.
        A merge comes before what it brought.
        """
        merges: dict[int, int] = {}
        ordered = sorted(set(starts), key=lambda node: (self._generations[node], self.commits[node].sha))
        stack = [(node, NOWHERE) for node in ordered]
        while stack:
            node, merge = stack.pop()
            if node == NOWHERE or node in merges:
                continue
            merges[node] = merge
            first, *others = self._parents[node] or (NOWHERE,)
            stack.extend((other, node) for other in reversed(others))
            stack.append((first, merge))
        return merges


def _generations(parents: Sequence[tuple[int, ...]]) -> list[int]:
    """1 for a commit without stored parents, else one more than the largest of its parents'.

    In a loop of parents, and above it, the numbers mean nothing.
    """
    generations = [0] * len(parents)
    waiting = [sum(parent != NOWHERE for parent in row) for row in parents]
    children: list[list[int]] = [[] for _ in parents]
    for node, row in enumerate(parents):
        for parent in row:
            if parent != NOWHERE:
                children[parent].append(node)
    ready = [node for node, count in enumerate(waiting) if count == 0]
    while ready:
        node = ready.pop()
        generations[node] += 1
        for child in children[node]:
            generations[child] = max(generations[child], generations[node])
            waiting[child] -= 1
            if waiting[child] == 0:
                ready.append(child)
    return generations
