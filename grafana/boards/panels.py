"""Panels of Grafana's own kinds as JSON: what every panel of a kind has, said once."""

from __future__ import annotations

from typing import Any

from grafana.boards.look import ABSENT, Json

DATA_SOURCE = {"type": "prometheus", "uid": "${datasource}"}
PLUGIN_VERSION = "12.3.3"
NEWEST = {"calcs": ["lastNotNull"], "fields": "", "values": False}


def now(*expressions: str, table: bool = False, legend: str = "") -> list[Json]:
    """Queries for the newest numbers, named A, B, …; `table`: as rows with a column for each label."""
    kind = {"instant": True, "range": False, "format": "table" if table else "time_series"}
    return [_target(place, expression, legend) | kind for place, expression in enumerate(expressions)]


def over_time(expression: str, legend: str) -> list[Json]:
    """A query for the numbers of the whole time range."""
    return [_target(0, expression, legend) | {"instant": False, "range": True, "format": "time_series"}]


def _target(place: int, expression: str, legend: str) -> Json:
    return {
        "refId": chr(ord("A") + place),
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
) -> Json:
    """A panel without a place; `defaults` and `overrides` say how its fields look."""
    return {
        "type": kind,
        "title": title,
        "description": description,
        "datasource": DATA_SOURCE,
        "targets": targets,
        "pluginVersion": PLUGIN_VERSION,
        "options": options,
        "fieldConfig": {"defaults": {"unit": "none", **defaults}, "overrides": overrides or []},
        "transformations": transformations or [],
    }


def stat(title: str, description: str, *, text_mode: str = "value", **rest: Any) -> Json:
    """Tiles in solid colour; `orientation` horizontal puts one below the other."""
    options = {
        "colorMode": "background_solid",
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


def table(title: str, description: str, *, columns: dict[str, str], rows: list[str], waiting: str, **rest: Any) -> Json:
    """Rows joined from several queries by the labels they share.

    `columns`: field to heading, in order; a heading of "" keeps the field for links without showing it.
    `waiting`: what is said while there is no row.
    """
    fields = ("Time", "Value", *(f"Value #{chr(ord('A') + place)}" for place in range(len(rows))))
    organize = {
        "excludeByName": {name: True for name in fields if name not in columns},
        "indexByName": {name: place for place, name in enumerate(columns)},
        "renameByName": {name: heading for name, heading in columns.items() if heading},
    }
    hidden = [override(name, **{"custom.hideFrom.viz": True}) for name, heading in columns.items() if not heading]
    blank = {"matcher": {"id": "byRegexp", "options": ".*"}, "properties": [{"id": "noValue", "value": ABSENT}]}
    return panel(
        "table",
        title,
        description,
        targets=now(*rows, table=True),
        options={"showHeader": True, "cellHeight": "sm", "sortBy": rest.pop("sort_by", [])},
        defaults={"noValue": waiting, "custom": {"align": "auto", "cellOptions": {"type": "auto"}, "wrapText": True}},
        overrides=[blank, *hidden, *rest.pop("overrides")],
        transformations=[{"id": "merge", "options": {}}, {"id": "organize", "options": organize}],
    )


def override(field: str, **properties: Any) -> Json:
    """How the field of this name differs from the others of its panel."""
    return _override({"id": "byName", "options": field}, properties)


def override_query(reference: str, **properties: Any) -> Json:
    """How the answer to one query differs from the others of its panel."""
    return _override({"id": "byFrameRefID", "options": reference}, properties)


def _override(matcher: Json, properties: Json) -> Json:
    return {"matcher": matcher, "properties": [{"id": name, "value": value} for name, value in properties.items()]}


def row(title: str) -> Json:
    """A heading over the panels that follow."""
    return {"type": "row", "title": title, "collapsed": False, "panels": []}


def link(title: str, url: str) -> Json:
    """A link that opens beside the board."""
    return {"title": title, "url": url, "targetBlank": True}


def repeated(one: Json, variable: str) -> Json:
    """The panel once for each value of a variable, side by side."""
    return one | {"repeat": variable, "repeatDirection": "h", "maxPerRow": 6}


def placed(*shelves: tuple[int, list[tuple[int, Json]]]) -> list[Json]:
    """Panels with ids and places: shelves from top to bottom, each a height and panels with their widths."""
    panels: list[Json] = []
    top = 0
    for height, shelf in shelves:
        left = 0
        for width, one in shelf:
            place = {"x": left, "y": top, "w": width, "h": height}
            panels.append({"id": len(panels) + 1, "gridPos": place, **one})
            left += width
        top += height
    return panels
