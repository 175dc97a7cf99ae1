"""Panels of Grafana's own kinds as JSON: what every panel of a kind has, said once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from grafana.boards import look
from grafana.boards.look import ABSENT, Json

Shelf = tuple[int, list[tuple[int, Json]]]
"""A height, and panels with their widths, side by side."""

DATA_SOURCE = {"type": "prometheus", "uid": "${datasource}"}
PLUGIN_VERSION = "12.3.3"
NEWEST = {"calcs": ["lastNotNull"], "fields": "", "values": False}


def now(*expressions: str, table: bool = False, legend: str = "") -> list[Json]:
    """Queries for the newest numbers, named A, B, …; `table`: as rows with a column for each label."""
    kind = {"instant": True, "range": False, "format": "table" if table else "time_series"}
    return [_target(place, expression, legend) | kind for place, expression in enumerate(expressions)]


def over_time(*expressions: str, legend: str, after: int = 0) -> list[Json]:
    """Queries for the numbers of the whole time range, named after the `after` ones before them."""
    kind = {"instant": False, "range": True, "format": "time_series"}
    return [_target(place, expression, legend) | kind for place, expression in enumerate(expressions, after)]


def reference(place: int) -> str:
    """The name of a query by its place among those of its panel."""
    return chr(ord("A") + place)


def _target(place: int, expression: str, legend: str) -> Json:
    return {
        "refId": reference(place),
        "datasource": DATA_SOURCE,
        "editorMode": "code",
        "expr": expression,
        "legendFormat": legend,
    }


def panel(
    kind: str,
    title: str,
    description: str,
    *,
    targets: list[Json],
    options: Json,
    defaults: Json,
    overrides: list[Json] | None = None,
    transformations: list[Json] | None = None,
    source: Json | None = None,
) -> Json:
    """A panel without a place; `defaults` and `overrides` say how its fields look."""
    return {
        "type": kind,
        "title": title,
        "description": description,
        "datasource": source or DATA_SOURCE,
        "targets": targets,
        "pluginVersion": PLUGIN_VERSION,
        "options": options,
        "fieldConfig": {"defaults": {"unit": "none", **defaults}, "overrides": overrides or []},
        "transformations": transformations or [],
    }


def stat(title: str, description: str, *, text_mode: str = "value", **rest: Any) -> Json:
    """Tiles in solid colour; `orientation` horizontal puts one below the other."""
    options = {
        "colorMode": rest.pop("color", "background_solid"),
        "graphMode": "none",
        "justifyMode": "center",
        "orientation": rest.pop("orientation", "auto"),
        "textMode": text_mode,
        "wideLayout": rest.pop("wide", True),
        "percentChangeColorMode": "standard",
        "showPercentChange": False,
        "reduceOptions": NEWEST,
        **({"text": text} if (text := rest.pop("text", None)) else {}),
    }
    return panel("stat", title, description, options=options, **rest)


def graph(title: str, description: str, *, waiting: str, **rest: Any) -> Json:
    """Lines over time, all in the blue that says nothing; `custom` and `looks` are what differs from that."""
    legend = rest.pop("legend", True)
    return panel(
        "timeseries",
        title,
        description,
        options={
            "legend": {"showLegend": legend, "displayMode": "list", "placement": "bottom", "calcs": []},
            "tooltip": {"mode": "multi" if legend else "single", "sort": "desc"},
        },
        defaults={
            "noValue": waiting,
            "color": {"mode": "fixed", "fixedColor": look.NEUTRAL},
            "custom": {"lineWidth": 2, "showPoints": "never", "spanNulls": False, **rest.pop("custom", {})},
            **rest.pop("looks", {}),
        },
        **rest,
    )


def states(title: str, description: str, *, waiting: str, show_value: str = "auto", **rest: Any) -> Json:
    """Bars of colour over time, one a measure; `looks` is what differs."""
    return panel(
        "state-timeline",
        title,
        description,
        options={
            "mergeValues": True,
            "showValue": show_value,
            "alignValue": "left",
            "rowHeight": 0.85,
            "perPage": 0,
            "legend": {"showLegend": True, "displayMode": "list", "placement": "bottom"},
            "tooltip": {"mode": "single"},
        },
        defaults={
            "noValue": waiting,
            "color": {"mode": "fixed"},
            "custom": {"fillOpacity": 100, "lineWidth": 0},
            **rest.pop("looks", {}),
        },
        **rest,
    )


def text(title: str, description: str, content: str) -> Json:
    """Words, as Markdown."""
    return {
        "type": "text",
        "title": title,
        "description": description,
        "pluginVersion": PLUGIN_VERSION,
        "options": {"mode": "markdown", "content": content},
    }


TABLE = {"showHeader": True, "cellHeight": "sm", "sortBy": []}
CELLS: Json = {"align": "auto", "cellOptions": {"type": "auto"}, "wrapText": True, "wrapHeaderText": True}
NO_CELL = {"matcher": {"id": "byRegexp", "options": ".*"}, "properties": [{"id": "noValue", "value": ABSENT}]}


def table(
    title: str,
    description: str,
    *,
    columns: dict[str, str],
    rows: list[str],
    waiting: str,
    by: str = "measure",
    trend: str | None = None,
    **rest: Any,
) -> Json:
    """Rows joined from several queries by a label that each of them has once, in the order of the first.

    `columns`: field to heading, in order; a heading of "" keeps the field for links without showing it.
    `waiting`: what is said while there is no row. `trend`: numbers that are drawn over the time range, in the column
    `TREND`.
    """
    targets = now(*rows, table=True)
    last = reference(len(rows))
    if trend:
        targets += over_time(trend, legend="", after=len(rows))
        columns = {f"Trend #{last}" if name == TREND else name: heading for name, heading in columns.items()}
    values = {"Value", *(f"Value #{reference(place)}" for place in range(len(rows)))}
    shown = {by: "", **columns}
    organize = {
        "excludeByName": dict.fromkeys(sorted({"Time", *values} - columns.keys()), True),
        "indexByName": {name: place for place, name in enumerate(columns)},
        "renameByName": {name: heading for name, heading in columns.items() if heading},
    }
    hidden = [override(name, **{"custom.hideFrom.viz": True}) for name, heading in shown.items() if not heading]
    return panel(
        "table",
        title,
        description,
        targets=targets,
        options={**TABLE, "sortBy": rest.pop("sort_by", [])},
        defaults={"noValue": waiting, "custom": CELLS},
        overrides=[NO_CELL, *hidden, *rest.pop("overrides")],
        transformations=[
            *([_drawn(last)] if trend else []),
            *(_joined(by, sorted({*shown, *values})) if len(targets) > 1 else []),
            {"id": "organize", "options": organize},
        ],
    )


def _drawn(query: str) -> Json:
    """The series of a query as rows with a line in each."""
    matcher = {"id": "byRefId", "options": f"/^{query}$/"}
    return {"id": "timeSeriesTable", "options": {query: {"stat": "lastNotNull"}}, "filter": matcher}


def _joined(by: str, names: list[str]) -> list[Json]:
    """The rows of several queries as one table.

    What has no row has no label either and is left out, so that a table without any is empty, and says what is
    waited for: merged, it would be a heading over nothing. The time is not kept, since each query has one.
    """
    return [
        {"id": "filterFieldsByName", "options": {"include": {"names": names}}},
        {"id": "joinByField", "options": {"byField": by, "mode": "outer"}},
    ]


TREND = "Trend"
TREND_CELL = {
    "custom.cellOptions": {"type": "sparkline", "hideValue": True, "lineWidth": 2, "fillOpacity": 10},
    "color": {"mode": "fixed", "fixedColor": look.NEUTRAL},
    "custom.width": 130,
}


def override(field: str, **properties: Any) -> Json:
    """How the field of this name differs from the others of its panel."""
    return _override({"id": "byName", "options": field}, properties)


def override_query(reference: str, **properties: Any) -> Json:
    """How the answer to one query differs from the others of its panel."""
    return _override({"id": "byFrameRefID", "options": reference}, properties)


def override_type(kind: str, **properties: Any) -> Json:
    """How fields of one type (`number`, `string`) differ from the others of their panel."""
    return _override({"id": "byType", "options": kind}, properties)


def override_like(pattern: str, **properties: Any) -> Json:
    """How the fields whose names a pattern matches differ from the others of their panel."""
    return _override({"id": "byRegexp", "options": pattern}, properties)


def _override(matcher: Json, properties: Json) -> Json:
    return {"matcher": matcher, "properties": [{"id": name, "value": value} for name, value in properties.items()]}


def row(title: str, *hidden: Shelf) -> Json:
    """A heading over the panels that follow; shelves given to it are hidden, and ask nothing, until it is opened."""
    return {"type": "row", "title": title, "collapsed": bool(hidden), "panels": list(hidden)}


def repeated(one: Json, variable: str) -> Json:
    """The panel once for each value of a variable, side by side."""
    return one | {"repeat": variable, "repeatDirection": "h", "maxPerRow": 6}


def placed(*shelves: Shelf) -> list[Json]:
    """Panels with ids and places: shelves from top to bottom, each a height and panels with their widths."""
    panels = _placed(shelves, top=0, first=1)
    following = len(panels) + 1
    for one in panels:
        if one.get("panels"):
            one["panels"] = _placed(one["panels"], top=one["gridPos"]["y"] + 1, first=following)
            following += len(one["panels"])
    return panels


def _placed(shelves: Iterable[Shelf], *, top: int, first: int) -> list[Json]:
    panels: list[Json] = []
    for height, shelf in shelves:
        left = 0
        for width, one in shelf:
            place = {"x": left, "y": top, "w": width, "h": height}
            panels.append({"id": first + len(panels), "gridPos": place, **one})
            left += width
        top += height
    return panels
