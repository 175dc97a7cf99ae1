"""The strategy map as a node graph: objectives in their places, an edge from each cause to its effect.

With places of its own the panel neither lays out nor scales: (0, 0) is its middle, and y grows downwards. Under a node
it writes two lines of 140 pixels, and cuts what is longer until somebody points at it. The name of a perspective is a
node too small to be seen, at the left of its objectives.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from scorecard_exporter.grafana import appearance
from scorecard_exporter.grafana.frames import Field, Frame, Json
from scorecard_exporter.looks import ABSENT, LOOK_OF, LOOKS, NEUTRAL
from scorecard_exporter.scorecard.model import ScorecardStatus
from scorecard_exporter.scorecard.score import STATUSES, Status
from scorecard_exporter.scorecard.strategy import Arrow, Lane, Node, Sizes, StrategyMap, strategy_map
from scorecard_exporter.scorecard.verdict import score_text

SIZES = Sizes(columns=5, width=150, height=80, gap=80, row_gap=80, passage=80, label=160, heading=0, margin=0)
"""So that nodes with their titles lie 230 apart in a row, and rows 160."""
LEGEND = 35
"""By so much the map is moved up, for the legend that covers what lies under it."""
MOST = 200
"""Nodes that the panel draws."""
LINE = 22
"""Letters, about, that one of the two lines under a node holds."""
RADIUS, UNSEEN = 40.0, 0.1


def frames(card: ScorecardStatus) -> list[Frame]:
    """The map of a scorecard for one team."""
    drawn = strategy_map(card, SIZES)
    nodes = drawn.nodes[: MOST - len(drawn.lanes)]
    known = {node.objective.id for node in nodes}
    # An edge to a node that is not there would end the panel.
    arrows = [one for one in drawn.arrows if {one.cause, one.effect} <= known]
    return [_nodes(drawn, nodes), _edges(arrows)]


def _nodes(drawn: StrategyMap, nodes: Sequence[Node]) -> Frame:
    lanes = drawn.lanes

    def texts(
        name: str, of_node: Callable[[Node], str], of_lane: Callable[[Lane], str] = lambda _: "", title: str = ""
    ) -> Field:
        return _texts(name, [*map(of_node, nodes), *map(of_lane, lanes)], title)

    def numbers(name: str, of_node: Callable[[Node], float], of_lane: Callable[[Lane], float]) -> Field:
        return _numbers(name, [*map(of_node, nodes), *map(of_lane, lanes)])

    cut = len(drawn.nodes) - len(nodes)
    return Frame(
        name="nodes",
        meta={"preferredVisualisationType": "nodeGraph"},
        fields=(
            Field(
                name="id",
                type="text",
                values=[*(node.objective.id for node in nodes), *(_lane_id(lane) for lane in lanes)],
                config={"links": _links(drawn.card)},
            ),
            texts("title", lambda node: two_lines(node.objective.title)[0], lambda lane: two_lines(_side(lane))[0]),
            texts("subTitle", lambda node: two_lines(node.objective.title)[1], lambda lane: two_lines(_side(lane))[1]),
            texts("mainStat", _main, title="Score"),
            texts("secondaryStat", lambda node: LOOK_OF[_status(node)].text, title="Status"),
            texts(
                "color", lambda node: LOOK_OF[_status(node)].color, lambda _: "transparent", "Colour of the objective"
            ),
            numbers("nodeRadius", lambda _: RADIUS, lambda _: UNSEEN),
            *_arcs(nodes, len(lanes)),
            *(
                texts(f"detail__{look.status}", partial(_titles, status=look.status), title=look.text)
                for look in reversed(LOOKS)
            ),
            # Of no meaning to the panel; links take them.
            texts("perspective", lambda node: node.perspective, lambda lane: lane.perspective.perspective.id),
            texts("measure", _worst),
            numbers(
                "fixedX", lambda node: _middle(node)[0] - drawn.width / 2, lambda _: SIZES.label / 2 - drawn.width / 2
            ),
            numbers(
                "fixedY",
                lambda node: _middle(node)[1] - drawn.height / 2 - LEGEND,
                lambda lane: lane.y + SIZES.height / 2 - drawn.height / 2 - LEGEND - 25,
            ),
        ),
        notices=(f"{len(nodes)} of {len(nodes) + cut} objectives are drawn.",) if cut else (),
    )


def _links(card: ScorecardStatus) -> list[Json]:
    here = partial(appearance.board, scorecard=card.scorecard.id, team=card.team)
    return [
        appearance.link("Its worst measure", here(appearance.MEASURE_BOARD, measure="${__data.fields.measure}")),
        appearance.link(
            "Its perspective", here(appearance.SCORECARD_BOARD, perspective="${__data.fields.perspective}")
        ),
    ]


def _lane_id(lane: Lane) -> str:
    return f"perspective/{lane.perspective.perspective.id}"


def _side(lane: Lane) -> str:
    return lane.perspective.perspective.title


def two_lines(title: str) -> tuple[str, str]:
    """A title in two lines: as many words as the first one holds, and the rest."""
    if len(title) <= LINE:
        return title, ""
    at = title.rfind(" ", 0, LINE + 1)
    at = at if at > 0 else title.find(" ")
    return (title[:at], title[at + 1 :]) if at > 0 else (title, "")


def _middle(node: Node) -> tuple[float, float]:
    return node.x + node.width / 2, node.y + node.height / 2


def _worst(node: Node) -> str:
    """Its measure with the lowest score, or the first where none is judged."""
    measures = node.status.measures if node.status else ()
    worst = min(measures, key=lambda one: 2.0 if one.score is None else one.score, default=None)
    return worst.measure.id if worst else ""


def _status(node: Node) -> Status:
    return node.status.status if node.status else "grey"


def _arcs(nodes: Sequence[Node], lanes: int) -> Iterator[Field]:
    """For each status the share of an objective's measures that have it, as a part of its ring."""
    counts = [Counter(one.status for one in node.status.measures) if node.status else Counter() for node in nodes]
    for status in STATUSES:
        look = LOOK_OF[status]
        yield Field(
            name=f"arc__{status}",
            type="number",
            values=[*(_share(count, status) for count in counts), *[0.0] * lanes],
            config={"displayName": look.text, "color": {"mode": "fixed", "fixedColor": look.color}},
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
