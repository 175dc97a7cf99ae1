"""The strategy map: objectives in the rows of their perspectives, and an arrow from each cause to its effect.

Effects stand above their causes, so that the map reads from capability up to business value. Pure: the same
scorecard always gives the same places. Lengths are units of the drawing, from its upper left corner.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from scorecard_exporter.config.model import Objective, Perspective, Scorecard
from scorecard_exporter.scorecard.layering import Edge, ordered
from scorecard_exporter.scorecard.model import ObjectiveStatus, PerspectiveStatus, ScorecardStatus

Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How large things are drawn.

    `columns`: so many objectives side by side at most. `gap` lies between them, `row_gap` between their rows;
    `passage` is the width that an arrow takes in a row that it only passes. `label`: the width of the titles of
    perspectives at the left; `heading`: what lies above the objectives, with the titles where there is no label.
    `margin` lies between the objectives and the edge of their perspective.
    """

    columns: int
    width: float
    height: float = 92
    gap: float = 24
    row_gap: float = 56
    passage: float = 12
    label: float = 0
    heading: float = 20
    margin: float = 20


WIDE = Sizes(columns=4, width=196, label=150)
NARROW = Sizes(columns=2, width=148, height=108, gap=14, passage=6, heading=36, margin=12)
"""For a telephone held upright."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """An objective in its place; `x`, `y` is its upper left corner.

    `status` None: it has no measure for this team.
    """

    objective: Objective
    perspective: str
    status: ObjectiveStatus | None
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrow:
    """A cause and its effect, by id; `points` leads from one to the other, through the rows between them."""

    cause: str
    effect: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A perspective over the whole width, from `y` downwards."""

    perspective: PerspectiveStatus
    y: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategyMap:
    """A laid out scorecard of one team."""

    card: ScorecardStatus
    sizes: Sizes
    width: float
    height: float
    lanes: tuple[Lane, ...]
    nodes: tuple[Node, ...]
    arrows: tuple[Arrow, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    """Objectives of one perspective side by side."""

    perspective: str
    ids: tuple[str, ...]


def strategy_map(card: ScorecardStatus, sizes: Sizes = WIDE) -> StrategyMap:
    """The map of a scorecard for one team.

    Perspectives keep the order of the file, or its reverse where more arrows point down the file than up. An
    objective stands above those of its own perspective that lead to it.
    """
    scorecard = card.scorecard
    causes = [(one.id, effect) for one in _objectives(scorecard) for effect in one.leads_to]
    rows = [row for one in _downwards(scorecard, causes) for row in _rows(one, causes, sizes.columns)]
    return _Drawing(card, rows, causes, sizes).drawn()


def _objectives(scorecard: Scorecard) -> Iterator[Objective]:
    return (one for perspective in scorecard.perspectives for one in perspective.objectives)


def _downwards(scorecard: Scorecard, causes: Sequence[Edge]) -> tuple[Perspective, ...]:
    """The perspectives that have objectives, effects first."""
    shown = tuple(perspective for perspective in scorecard.perspectives if perspective.objectives)
    place = {one.id: index for index, perspective in enumerate(shown) for one in perspective.objectives}
    rise = sum((place[cause] > place[effect]) - (place[cause] < place[effect]) for cause, effect in causes)
    return shown if rise >= 0 else shown[::-1]


def _rows(perspective: Perspective, causes: Sequence[Edge], columns: int) -> Iterator[_Row]:
    """The rows of a perspective: what leads to another objective of it stands below that one."""
    own = [one.id for one in perspective.objectives]
    effects = {id_: [effect for cause, effect in causes if cause == id_ and effect in own] for id_ in own}
    depth: dict[str, int] = {}
    while len(depth) < len(own):  # there is no cycle, so each round places at least one
        depth |= {
            id_: max((depth[effect] + 1 for effect in effects[id_]), default=0)
            for id_ in own
            if id_ not in depth and all(effect in depth for effect in effects[id_])
        }
    for level in range(max(depth.values()) + 1):
        ids = [id_ for id_ in own if depth[id_] == level]
        yield from (_Row(perspective.id, part) for part in _evenly(ids, columns))


def _evenly(ids: Sequence[str], columns: int) -> Iterator[tuple[str, ...]]:
    """As few rows as needed, none much longer than the others."""
    rows = -(-len(ids) // columns)
    length = -(-len(ids) // rows)
    return (tuple(ids[first : first + length]) for first in range(0, len(ids), length))


class _Drawing:
    """Places rows, then their objectives, then the arrows between them."""

    def __init__(self, card: ScorecardStatus, rows: Sequence[_Row], causes: Sequence[Edge], sizes: Sizes) -> None:
        self._card, self._rows, self._sizes = card, rows, sizes
        self._row_of = {id_: index for index, row in enumerate(rows) for id_ in row.ids}
        self._chains = {edge: self._chain(*edge) for edge in causes}
        self._tops, self._lanes, self._height = self._vertically()
        self._layers = self._ordered()
        self._width = max((self._length(layer) for layer in self._layers), default=0.0)
        self._width += sizes.label + 2 * sizes.margin
        self._centre = {key: x for layer in self._layers for key, x in self._horizontally(layer)}

    def drawn(self) -> StrategyMap:
        return StrategyMap(
            card=self._card,
            sizes=self._sizes,
            width=self._width,
            height=self._height,
            lanes=self._lanes,
            nodes=tuple(self._nodes()),
            arrows=tuple(self._arrows()),
        )

    def _chain(self, cause: str, effect: str) -> tuple[str, ...]:
        """The keys of an arrow, one in each row from the upper end to the lower; those between are passages."""
        upper, lower = sorted((effect, cause), key=self._row_of.__getitem__)
        between = range(self._row_of[upper] + 1, self._row_of[lower])
        return (upper, *(f"{cause} {effect} {row}" for row in between), lower)

    def _ordered(self) -> list[list[str]]:
        layers = [list(row.ids) for row in self._rows]
        for chain in self._chains.values():
            for row, key in enumerate(chain[1:-1], self._row_of[chain[0]] + 1):
                layers[row].append(key)
        return ordered(layers, [edge for chain in self._chains.values() for edge in pairwise(chain)])

    def _vertically(self) -> tuple[list[float], tuple[Lane, ...], float]:
        """Where each row begins, the lanes around them, and the height of all."""
        sizes = self._sizes
        tops: list[float] = []
        lanes: list[Lane] = []
        known = {one.perspective.id: one for one in self._card.perspectives}
        y = 0.0
        for perspective, rows in groupby(self._rows, lambda row: row.perspective):
            count = len(list(rows))
            tops += [y + sizes.heading + number * (sizes.height + sizes.row_gap) for number in range(count)]
            height = tops[-1] + sizes.height + sizes.margin - y
            lanes.append(Lane(perspective=known[perspective], y=y, height=height))
            y += height + sizes.gap
        return tops, tuple(lanes), max(y - sizes.gap, 0.0)

    def _length(self, layer: Sequence[str]) -> float:
        return sum(map(self._breadth, layer)) + self._sizes.gap * (len(layer) - 1)

    def _breadth(self, key: str) -> float:
        return self._sizes.width if key in self._row_of else self._sizes.passage

    def _horizontally(self, layer: Sequence[str]) -> Iterator[tuple[str, float]]:
        """The middle of each key, the row as a whole in the middle of what the labels leave."""
        x = (self._sizes.label + self._width - self._length(layer)) / 2
        for key in layer:
            yield key, x + self._breadth(key) / 2
            x += self._breadth(key) + self._sizes.gap

    def _nodes(self) -> Iterator[Node]:
        statuses = {one.objective.id: one for side in self._card.perspectives for one in side.objectives}
        objectives = {one.id: one for one in _objectives(self._card.scorecard)}
        for layer, row, top in zip(self._layers, self._rows, self._tops, strict=True):
            for id_ in layer:
                if id_ in objectives:
                    yield Node(
                        objective=objectives[id_],
                        perspective=row.perspective,
                        status=statuses.get(id_),
                        x=self._centre[id_] - self._sizes.width / 2,
                        y=top,
                        width=self._sizes.width,
                        height=self._sizes.height,
                    )

    def _arrows(self) -> Iterator[Arrow]:
        ends = self._ends()
        for edge, chain in self._chains.items():
            upper, lower, first = ends[edge, chain[0]], ends[edge, chain[-1]], self._row_of[chain[0]]
            points = [(upper, self._tops[first] + self._sizes.height)]
            for row, key in enumerate(chain[1:-1], first + 1):
                points += [
                    (self._centre[key], self._tops[row]),
                    (self._centre[key], self._tops[row] + self._sizes.height),
                ]
            points.append((lower, self._tops[self._row_of[chain[-1]]]))
            cause, effect = edge
            upwards = chain[0] == effect
            yield Arrow(cause=cause, effect=effect, points=tuple(reversed(points) if upwards else points))

    def _ends(self) -> Mapping[tuple[Edge, str], float]:
        """Where along the side of an objective each of its arrows begins or ends, in the order of their other ends."""
        ends: dict[tuple[Edge, str], float] = {}
        for id_, centre in self._centre.items():
            below = [(edge, chain[1]) for edge, chain in self._chains.items() if chain[0] == id_]
            above = [(edge, chain[-2]) for edge, chain in self._chains.items() if chain[-1] == id_]
            for side in (below, above):
                side.sort(key=lambda one: self._centre[one[1]])
                for number, (edge, _) in enumerate(side, 1):
                    ends[edge, id_] = centre + self._sizes.width * (number / (len(side) + 1) - 0.5)
        return ends
