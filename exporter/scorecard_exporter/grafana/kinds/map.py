"""The strategy map as a node graph: objectives in their places, an edge from each cause to its effect.

With places of its own the panel neither lays out nor scales: (0, 0) is its middle, and y grows downwards.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from scorecard_exporter.grafana import appearance
from scorecard_exporter.grafana.frames import Field, Frame, Json
from scorecard_exporter.looks import ABSENT, LOOK_OF, LOOKS, NEUTRAL
from scorecard_exporter.scorecard.model import STATUSES, ScorecardStatus, Status
from scorecard_exporter.scorecard.strategy import Arrow, Node, Sizes, StrategyMap, strategy_map
from scorecard_exporter.scorecard.verdict import score_text

SIZES = Sizes(columns=5, width=150, height=80, gap=80, row_gap=80, passage=80, heading=0, margin=0)
"""So that nodes with their titles lie 230 apart in a row, and rows 160."""
LEGEND = 35
"""By so much the map is moved up, for the legend that covers what lies under it."""
MOST = 200
"""Nodes that the panel draws."""


def frames(card: ScorecardStatus) -> list[Frame]:
    """The map of a scorecard for one team."""
    drawn = strategy_map(card, SIZES)
    nodes = drawn.nodes[:MOST]
    known = {node.objective.id for node in nodes}
    # An edge to a node that is not there would end the panel.
    arrows = [one for one in drawn.arrows if {one.cause, one.effect} <= known]
    return [_nodes(drawn, nodes), _edges(arrows)]


def _nodes(drawn: StrategyMap, nodes: Sequence[Node]) -> Frame:
    card = drawn.card
    sides = {side.id: side.title for side in card.scorecard.perspectives}
    counts = [Counter(one.status for one in node.status.measures) if node.status else Counter() for node in nodes]
    statuses = [node.status.status if node.status else "grey" for node in nodes]
    url = appearance.board(
        appearance.SCORECARD_BOARD, scorecard=card.scorecard.id, team=card.team, objective="${__data.fields.id}"
    )
    cut = len(drawn.nodes) - len(nodes)
    return Frame(
        name="nodes",
        meta={"preferredVisualisationType": "nodeGraph"},
        fields=(
            Field(
                name="id",
                type="text",
                values=[node.objective.id for node in nodes],
                config={"links": [appearance.link("Show its measures", url)]},
            ),
            _texts("title", [node.objective.title for node in nodes]),
            _texts("subTitle", [sides[node.perspective] for node in nodes]),
            _texts("mainStat", [_main(node) for node in nodes], "Score"),
            _texts("secondaryStat", [LOOK_OF[status].text for status in statuses], "Status"),
            _texts("color", [LOOK_OF[status].color for status in statuses], "Colour of the objective"),
            *(
                Field(
                    name=f"arc__{status}",
                    type="number",
                    values=[_share(count, status) for count in counts],
                    config={
                        "displayName": LOOK_OF[status].text,
                        "color": {"mode": "fixed", "fixedColor": LOOK_OF[status].color},
                    },
                )
                for status in STATUSES
            ),
            *(
                _texts(f"detail__{look.status}", [_titles(node, look.status) for node in nodes], look.text)
                for look in reversed(LOOKS)
            ),
            _numbers("fixedX", [node.x + node.width / 2 - drawn.width / 2 for node in nodes]),
            _numbers("fixedY", [node.y + node.height / 2 - drawn.height / 2 - LEGEND for node in nodes]),
        ),
        notices=(f"{MOST} of {MOST + cut} objectives are drawn.",) if cut else (),
    )


def _edges(arrows: Sequence[Arrow]) -> Frame:
    return Frame(
        name="edges",
        meta={"preferredVisualisationType": "nodeGraph"},
        fields=(
            _texts("id", [f"{one.cause}/{one.effect}" for one in arrows]),
            _texts("source", [one.cause for one in arrows]),
            _texts("target", [one.effect for one in arrows]),
            _texts("color", [NEUTRAL for _ in arrows]),
            _numbers("thickness", [2.0 for _ in arrows]),
        ),
    )


def _main(node: Node) -> str:
    score = score_text(node.status.score, node.status.status) if node.status else ""
    return score.partition(" of ")[0] or ABSENT


def _share(count: Counter[Status], status: Status) -> float:
    total = count.total()
    return count[status] / total if total else float(status == "grey")


def _titles(node: Node, status: str) -> str:
    return ", ".join(one.measure.title for one in (node.status.measures if node.status else ()) if one.status == status)


def _texts(name: str, values: Sequence[str], title: str = "") -> Field:
    config: Json = {"displayName": title} if title else {}
    return Field(name=name, type="text", values=values, config=config)


def _numbers(name: str, values: Sequence[float]) -> Field:
    return Field(name=name, type="number", values=values)
