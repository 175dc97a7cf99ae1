"""The strategy map as the parts of an SVG: paths, lines of text and words; the template only puts them down."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from textwrap import wrap

from scorecard_exporter.scorecard.model import ScorecardStatus
from scorecard_exporter.scorecard.strategy import NARROW, WIDE, Arrow, Lane, Node, StrategyMap, strategy_map
from scorecard_exporter.scorecard.verdict import points

_LETTER = 8.6
"""How wide a letter of a title is, on average and with some room, in units of the drawing."""
_BESIDE = 26
_LINE = 17
_FOOT = 40
"""The height that status and score take below a title."""
NO_MEASURE = "No measure"


@dataclass(frozen=True, slots=True)
class Drawing:
    """A map for screens of one breadth; `name` tells its ids from those of the other one."""

    name: str
    map: StrategyMap

    def lines(self, node: Node) -> list[str]:
        """The title of an objective in as many lines as there is room for; the rest is cut off."""
        most = int((node.height - _FOOT) / _LINE)
        return wrap(node.objective.title, int((node.width - _BESIDE) / _LETTER), max_lines=most, placeholder=" …")

    def heading(self, lane: Lane) -> list[str]:
        """The title of a perspective in lines, as wide as its label where it has one."""
        room = self.map.sizes.label or self.map.width
        return wrap(lane.perspective.perspective.title, int((room - _BESIDE) / _LETTER), max_lines=3, placeholder=" …")

    def path(self, arrow: Arrow) -> str:
        """The curve of an arrow, as the `d` of an SVG path."""
        (x, y), *_ = arrow.points
        bends = (
            f"C{x0:.5g} {(y0 + y1) / 2:.5g} {x1:.5g} {(y0 + y1) / 2:.5g} {x1:.5g} {y1:.5g}"
            for (x0, y0), (x1, y1) in pairwise(arrow.points)
        )
        return f"M{x:.5g} {y:.5g}{''.join(bends)}"

    def words(self, node: Node) -> str:
        """Status and score of an objective."""
        if node.status is None:
            return NO_MEASURE
        score = "" if node.status.score is None else f" · {points(node.status.score, node.status.status)}"
        return f"{node.status.status.capitalize()}{score}"


def drawings(card: ScorecardStatus) -> tuple[Drawing, Drawing]:
    """The same map for wide screens and paper, and for narrow screens."""
    return Drawing("wide", strategy_map(card, WIDE)), Drawing("narrow", strategy_map(card, NARROW))
