"""Rows of a drawing put into an order in which few of the lines between them cross. Pure, and the same every time.

A layer is a row of keys; an edge joins keys of two rows that follow each other: (in the upper row, in the lower row).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations, pairwise

Layers = list[list[str]]
Edge = tuple[str, str]

_SWEEPS = 8
"""Down and up again so often at most; maps of strategies are still after two or three."""


def ordered(layers: Sequence[Sequence[str]], edges: Sequence[Edge]) -> Layers:
    """The layers, each in an order in which few edges cross; as they are given where that is as good.

    Every key stands between those that it is joined to, from above and from below in turn (the barycentre of
    Sugiyama, Tagawa and Toda, 1981); the best order met on the way is taken.
    """
    above, below = _joined(edges)
    current = [list(layer) for layer in layers]
    best, fewest = current, crossings(current, edges)
    for sweep in range(_SWEEPS):
        if not fewest:
            break
        current = _swept(current, above) if sweep % 2 == 0 else _swept(current[::-1], below)[::-1]
        found = crossings(current, edges)
        if found < fewest:
            best, fewest = current, found
    return best


def crossings(layers: Sequence[Sequence[str]], edges: Sequence[Edge]) -> int:
    """How many pairs of edges cross."""
    at = {key: index for layer in layers for index, key in enumerate(layer)}
    found = 0
    for upper, lower in pairwise(layers):
        between = [(at[one], at[other]) for one, other in edges if one in upper and other in lower]
        found += sum((one[0] - other[0]) * (one[1] - other[1]) < 0 for one, other in combinations(between, 2))
    return found


def _joined(edges: Sequence[Edge]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """What each key is joined to in the row above it, and in the row below."""
    above: defaultdict[str, list[str]] = defaultdict(list)
    below: defaultdict[str, list[str]] = defaultdict(list)
    for upper, lower in edges:
        above[lower].append(upper)
        below[upper].append(lower)
    return above, below


def _swept(layers: Layers, joined: Mapping[str, Sequence[str]]) -> Layers:
    """Each row but the first by the middle of what its keys are joined to in the row before; the rest stays put."""
    swept = layers[:1]
    for layer in layers[1:]:
        at = {key: index / max(1, len(swept[-1]) - 1) for index, key in enumerate(swept[-1])}
        own = {key: index / max(1, len(layer) - 1) for index, key in enumerate(layer)}
        middle = {key: _mean([at[one] for one in joined.get(key, ())], own[key]) for key in layer}
        swept.append(sorted(layer, key=middle.__getitem__))
    return swept


def _mean(places: Sequence[float], otherwise: float) -> float:
    return sum(places) / len(places) if places else otherwise
