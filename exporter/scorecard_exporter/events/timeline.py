"""The successful production deployments of a service in order, and what each of them shipped."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence

from scorecard_exporter.events.deployments import Deployed
from scorecard_exporter.events.graph import NOWHERE, Graph
from scorecard_exporter.events.shas import Shas

HISTORY = 0
"""The position of the first known deployment: what it contains is from before the known history."""

WAITING = -2
"""Instead of a position: on a deployed branch, and not shipped yet."""


class Timeline:
    """Deployments of one service. `successes` are in order, and a position is an index in them; `by_key`
    holds the failed ones as well. `tips`: the commits that the deployed branches end with.

    `shipped_by[node]`: position of the deployment that shipped a commit, `HISTORY`, `WAITING`, or
    `NOWHERE` for a commit that is on no deployed branch and in no deployment. Without any deployment
    nothing is known to be shipped or to wait.
    """

    def __init__(self, deployments: Sequence[Deployed], graph: Graph, tips: Sequence[int]) -> None:
        self.deployments = deployments
        self.tips = tips
        self.successes = [deployed for deployed in deployments if deployed.row.status == "success"]
        self.shipped_by = [NOWHERE] * len(graph.commits)
        self._graph = graph
        self.by_key = {deployed.row.key: deployed for deployed in deployments}
        self._by_sha = _grouped((deployed.identity, deployed) for deployed in deployments if deployed.row.sha)
        self._by_version = _grouped((deployed.row.version, deployed) for deployed in deployments)
        self._shas = Shas(self._by_sha)
        self._ship()
        self._finishes = [deployed.finished_at for deployed in self.successes]
        forward = [
            found for found in self.successes if found.position == HISTORY or not (found.is_rollback or found.is_repeat)
        ]
        self._forward = _Ordered(forward)
        self._graphless = _Ordered([found for found in forward if found.node is None])

    def latest_before(self, at: int, within: int) -> Deployed | None:
        """The latest success that finished strictly before `at`, not more than `within` earlier."""
        position = bisect_left(self._finishes, at) - 1
        if position < 0 or at - self._finishes[position] > within:
            return None
        return self.successes[position]

    def nearest_from(self, at: int, *, graphless: bool) -> Deployed | None:
        """The first deployment that finished at `at` or later and may have shipped something new.

        `graphless`: only among those whose commit is not stored.
        """
        return (self._graphless if graphless else self._forward).first_from(at)

    def named(self, key: str, sha: str, version: str) -> Sequence[Deployed]:
        """The deployments, in order, that a key, else a sha, else a version names.

        A sha may be abbreviated; one that was never deployed itself stands for what shipped it.
        """
        if key in self.by_key:
            return (self.by_key[key],)
        full = self._shas.full(sha)
        if full is not None:
            return self._by_sha[full]
        node = self._graph.find(sha)
        if node is not None and self.shipped_by[node] > HISTORY:
            return (self.successes[self.shipped_by[node]],)
        return self._by_version.get(version, ()) if version else ()

    def _ship(self) -> None:
        """Walk from each deployment to the commits that no earlier one reached; tell rollbacks and repeats."""
        running: dict[str, Deployed] = {}
        first_seen: dict[str, int] = {}
        for position, deployed in enumerate(self.successes):
            deployed.position = position
            first_seen.setdefault(deployed.identity, position)
            environment = deployed.row.environment
            self._compare(deployed, running.get(environment), first_seen)
            running[environment] = deployed
            self._graph.claim(self._contents(deployed), position, self.shipped_by)
        if self.successes:
            self._graph.claim(self.tips, WAITING, self.shipped_by)

    def _contents(self, deployed: Deployed) -> list[int]:
        """Where to walk from. A first deployment without a commit contains what was committed until then."""
        if deployed.node is not None:
            return [deployed.node]
        if deployed.position != HISTORY:
            return []
        return [node for node, row in enumerate(self._graph.commits) if row.committed_at <= deployed.finished_at]

    def _compare(self, deployed: Deployed, before: Deployed | None, first_seen: dict[str, int]) -> None:
        """Set what `deployed` is against what its environment was running."""
        if deployed.is_derived:
            return  # a branch only grows: a clock that was set back makes no rollback
        name = deployed.row.replaces
        named = [found for found in self.named(name, name, name) if _is_earlier(found, deployed)] if name else []
        goes_back = before is not None and self._goes_back(deployed, before, first_seen)
        deployed.is_rollback = bool(name) or goes_back
        deployed.is_repeat = before is not None and not deployed.is_rollback and deployed.identity == before.identity
        if deployed.is_rollback:
            deployed.replaced = named[-1] if named else before

    def _goes_back(self, deployed: Deployed, before: Deployed, first_seen: dict[str, int]) -> bool:
        """Whether the commit is a proper ancestor of `before`'s.

        Where a commit is not stored: whether it was first deployed earlier than what it follows.
        """
        if deployed.node is None or before.node is None:
            return first_seen[deployed.identity] < first_seen[before.identity]
        # What no deployment has reached yet is no ancestor of anything deployed: most need no walk.
        return self.shipped_by[deployed.node] != NOWHERE and self._graph.is_ancestor(deployed.node, before.node)


class _Ordered:
    """Deployments in order of their finish, searched by time."""

    def __init__(self, deployments: Sequence[Deployed]) -> None:
        self._deployments = deployments
        self._finishes = [deployed.finished_at for deployed in deployments]

    def first_from(self, at: int) -> Deployed | None:
        index = bisect_left(self._finishes, at)
        return self._deployments[index] if index < len(self._deployments) else None


def _grouped(pairs: Iterable[tuple[str, Deployed]]) -> dict[str, list[Deployed]]:
    groups: dict[str, list[Deployed]] = defaultdict(list)
    for name, deployed in pairs:
        groups[name].append(deployed)
    return dict(groups)


def _is_earlier(found: Deployed, deployed: Deployed) -> bool:
    """Successful, and before `deployed` in order (which gets its position when its turn comes)."""
    return found.position is not None and deployed.position is not None and found.position < deployed.position
