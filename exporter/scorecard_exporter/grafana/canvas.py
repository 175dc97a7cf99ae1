"""The strategy map as a drawing: a board for one configuration, in which Prometheus colours the objectives.

A canvas holds its elements in the board itself, so that it is written anew when the objectives change. A shape takes
its colour from the series that is named after it. Connections lie in the element from which they start; of their
ends, 1 is the right or upper side of an element and -1 the left or lower one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scorecard_exporter import names
from scorecard_exporter.config.model import Scorecard
from scorecard_exporter.grafana import appearance
from scorecard_exporter.grafana.promql import CHOSEN, level, points
from scorecard_exporter.looks import ABSENT, GREY, LOOKS, NEUTRAL, YELLOW
from scorecard_exporter.scorecard.model import PerspectiveStatus, ScorecardStatus
from scorecard_exporter.scorecard.strategy import Arrow, Lane, Node, Sizes, StrategyMap, strategy_map

Json = dict[str, Any]

SIZES = Sizes(columns=4, width=250, height=90, gap=40, row_gap=60, label=170)
ROWS_OF_GRID = 38
"""Pixels of a row of Grafana's grid, with the space between."""
BESIDE = 4
LONGEST_UID = 40
LIGHT, DARK = "#FFFFFF", "#202226"
"""What is written on a status; on yellow in black."""
FAINT = "#80808018"
SOURCE = {"type": "prometheus", "uid": "${datasource}"}


def board(scorecard: Scorecard, team: str) -> Json:
    """The board of a scorecard, at first of this team, as Grafana reads it from a file."""
    drawn = strategy_map(_unjudged(scorecard, team), SIZES)
    return {
        "uid": f"strategy-{scorecard.id}"[:LONGEST_UID],
        "title": f"Strategy map: {scorecard.title}",
        "description": "The objectives from cause to effect. Written for one configuration: write it anew when the "
        "objectives change.",
        "tags": ["scorecard"],
        "schemaVersion": 41,
        "version": 1,
        "editable": False,
        "timezone": "browser",
        "time": {"from": "now-30d", "to": "now"},
        "refresh": "1m",
        "annotations": {"list": []},
        "links": [],
        "templating": {"list": _variables(scorecard, team)},
        "panels": [_panel(drawn)],
    }


def _unjudged(scorecard: Scorecard, team: str) -> ScorecardStatus:
    """The scorecard without a number: only where its objectives stand is asked of it."""
    sides = tuple(
        PerspectiveStatus(perspective=side, objectives=(), score=None, coverage=0, status="grey")
        for side in scorecard.perspectives
    )
    return ScorecardStatus(
        scorecard=scorecard,
        team=team,
        team_title=team,
        parent="",
        perspectives=sides,
        score=None,
        coverage=0,
        status="grey",
    )


def _variables(scorecard: Scorecard, team: str) -> list[Json]:
    hidden = {"hide": 2, "skipUrlSync": False}
    return [
        {
            "name": "datasource",
            "label": "Data source",
            "description": "The Prometheus that scrapes the exporter.",
            "type": "datasource",
            "query": "prometheus",
            "current": {"text": "Prometheus", "value": "scorecard-prometheus"},
            "options": [],
            "refresh": 1,
            "hide": 0,
        },
        {
            "name": "scorecard",
            "label": "Scorecard",
            "description": "The scorecard that is drawn.",
            "type": "constant",
            "query": scorecard.id,
            **hidden,
        },
        _choice("team", "Team", "Whose scorecard.", scorecard.teams, team),
    ]


def _choice(name: str, label: str, description: str, values: tuple[str, ...], first: str) -> Json:
    return {
        "name": name,
        "label": label,
        "description": description,
        "type": "custom",
        "query": ",".join(value.replace(",", "\\,") for value in values),
        "current": {"text": first, "value": first},
        "options": [{"text": value, "value": value, "selected": value == first} for value in values],
        "multi": False,
        "includeAll": False,
        "hide": 0,
    }


def _panel(drawn: StrategyMap) -> Json:
    by = "objective"
    colours = level(names.OBJECTIVE_STATUS, by, labels=CHOSEN)
    scores = points(names.OBJECTIVE_SCORE, names.OBJECTIVE_STATUS, by, labels=CHOSEN)
    return {
        "id": 1,
        "type": "canvas",
        "title": "Strategy map",
        "description": "Each objective in the colour of its status, with its score, 0 to 100. What others lead to "
        "stands above them. When one is red, look at the objectives that lead to it first.",
        "gridPos": {"x": 0, "y": 0, "w": 24, "h": max(12, round(drawn.height / ROWS_OF_GRID) + 2)},
        "pluginVersion": "12.3.3",
        "datasource": SOURCE,
        "targets": [
            _target("A", colours, "{{objective}}"),
            _target("B", scores, "{{objective}} score"),
            _target("C", colours, "{{objective}} text"),
        ],
        "fieldConfig": {
            "defaults": {
                "unit": "none",
                "decimals": 0,
                "noValue": ABSENT,
                "color": {"mode": "fixed", "fixedColor": GREY.color},
            },
            "overrides": [
                _mapped("A", {look.level: {"text": look.text, "color": look.color} for look in LOOKS}),
                _mapped("C", {look.level: {"color": DARK if look is YELLOW else LIGHT} for look in LOOKS}),
            ],
        },
        "options": {
            "inlineEditing": False,
            "showAdvancedTypes": False,
            "panZoom": False,
            "zoomToContent": False,
            "tooltip": {"mode": "single", "disableForOneClick": False},
            "root": {
                "type": "frame",
                "name": "Strategy map",
                "constraint": {"horizontal": "left", "vertical": "top"},
                "placement": {"top": 0, "left": 0, "width": 100, "height": 100, "rotation": 0},
                "background": {"color": {"fixed": "transparent"}},
                "border": {"color": {"fixed": "transparent"}},
                "elements": list(_elements(drawn)),
            },
        },
    }


def _mapped(reference: str, looks: dict[int, Json]) -> Json:
    """How levels look in the answer to one query."""
    options = {str(level): {"index": index, **look} for index, (level, look) in enumerate(looks.items())}
    return {
        "matcher": {"id": "byFrameRefID", "options": reference},
        "properties": [{"id": "mappings", "value": [{"type": "value", "options": options}]}],
    }


def _target(reference: str, expression: str, legend: str) -> Json:
    return {
        "refId": reference,
        "datasource": SOURCE,
        "editorMode": "code",
        "expr": expression,
        "legendFormat": legend,
        "instant": True,
        "range": False,
        "format": "time_series",
    }


def _elements(drawn: StrategyMap) -> Iterator[Json]:
    """Lanes first, since what comes later lies on top; the status last, so that its link is found."""
    nodes = {node.objective.id: node for node in drawn.nodes}
    for lane in drawn.lanes:
        yield from _lane(drawn, lane)
    for node in drawn.nodes:
        yield _objective(drawn, node, [one for one in drawn.arrows if one.cause == node.objective.id], nodes)
        yield from _standing(drawn, node)


def _lane(drawn: StrategyMap, lane: Lane) -> Iterator[Json]:
    side = lane.perspective.perspective
    whole = _placed(drawn, 0, lane.y, drawn.width, lane.height)
    yield _element("rectangle", f"lane {side.id}", whole, background={"fixed": FAINT})
    title = _placed(drawn, 16, lane.y, drawn.sizes.label - 32, lane.height)
    yield _element(
        "text", f"title {side.id}", title, text={"mode": "fixed", "fixed": side.title}, align="left", size=16
    )


def _objective(drawn: StrategyMap, node: Node, arrows: list[Arrow], nodes: dict[str, Node]) -> Json:
    id_ = node.objective.id
    place = _placed(drawn, node.x, node.y, node.width, node.height)
    element = _element(
        "rectangle",
        id_,
        place,
        text={"mode": "fixed", "fixed": node.objective.title},
        valign="top",
        size=14,
        written=_written(id_),
        background={"field": id_, "fixed": GREY.color},
    )
    return element | {
        "border": {"color": {"fixed": "#00000055"}, "width": 1, "radius": 6},
        "connections": [_connection(arrow, node, nodes[arrow.effect]) for arrow in arrows],
    }


def _standing(drawn: StrategyMap, node: Node) -> Iterator[Json]:
    """Score and status of an objective, as texts over its shape."""
    id_ = node.objective.id
    place = _placed(drawn, node.x, node.y, node.width, node.height)
    written = _written(id_)
    score = {"mode": "field", "field": f"{id_} score", "fixed": ABSENT}
    yield _element("text", f"{id_} score", place, text=score, size=22, written=written)
    status = {"mode": "field", "field": id_, "fixed": GREY.text}
    url = appearance.board(appearance.SCORECARD_BOARD, scorecard="${scorecard}", team="${team}")
    yield _element("text", f"{id_} status", place, text=status, valign="bottom", size=13, written=written) | {
        "links": [{**appearance.link("Its measures", url), "oneClick": True}]
    }


def _written(objective: str) -> Json:
    return {"field": f"{objective} text", "fixed": LIGHT}


def _element(
    kind: str,
    name: str,
    placement: Json,
    *,
    text: Json | None = None,
    align: str = "center",
    valign: str = "middle",
    size: int = 14,
    written: Json | None = None,
    background: Json | None = None,
) -> Json:
    """A shape or words; `written` and `background` are colours, by default that of texts and none."""
    return {
        "name": name,
        "type": kind,
        "config": {
            "text": text or {"mode": "fixed", "fixed": ""},
            "color": written or {"fixed": "text"},
            "align": align,
            "valign": valign,
            "size": size,
        },
        "background": {"color": background or {"fixed": "transparent"}},
        "border": {"color": {"fixed": "transparent"}},
        "constraint": {"horizontal": "scale", "vertical": "scale"},
        "placement": placement,
        "links": [],
        "connections": [],
    }


def _placed(drawn: StrategyMap, x: float, y: float, width: float, height: float) -> Json:
    """Distances from the sides of the drawing, in percent, so that it grows with the panel."""
    return {
        "left": round(100 * x / drawn.width, 3),
        "right": round(100 * (1 - (x + width) / drawn.width), 3),
        "top": round(100 * y / drawn.height, 3),
        "bottom": round(100 * (1 - (y + height) / drawn.height), 3),
        "rotation": 0,
    }


def _connection(arrow: Arrow, cause: Node, effect: Node) -> Json:
    """From the cause to the effect, past what stands between; the ends of several arrows lie beside each other."""
    (x, y), *between, (last_x, last_y) = arrow.points
    # A bend is told as a share of the way in each direction, of which there must be some.
    last_x += BESIDE if last_x == x else 0
    bends = [{"x": round((to - x) / (last_x - x), 3), "y": round((at - y) / (last_y - y), 3)} for to, at in between]
    return {
        "source": _end(x, y, cause),
        "target": _end(last_x, last_y, effect),
        "targetName": effect.objective.id,
        "path": "straight",
        "color": {"fixed": NEUTRAL},
        "size": {"fixed": 2, "min": 1, "max": 10},
        "lineStyle": {"style": "solid", "animate": False},
        **({"vertices": bends} if bends else {}),
    }


def _end(x: float, y: float, node: Node) -> Json:
    return {
        "x": round((x - node.x) / node.width * 2 - 1, 3),
        "y": round(1 - (y - node.y) / node.height * 2, 3),
    }
