"""The boards as Grafana reads them: their panels, also those in rows that are closed, and their queries."""

import json
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "grafana"
BOARDS = {
    path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted((FOLDER / "dashboards").glob("*.json"))
}
PLUGIN = "scorecard-datasource"


def everything(board):
    """Rows and panels, those of closed rows after their row."""
    for panel in board["panels"]:
        yield panel
        yield from panel.get("panels", ())


def panels(board):
    """What is looked at."""
    return [panel for panel in everything(board) if panel["type"] != "row"]


def variables(board):
    """What can be chosen, by name."""
    return {variable["name"]: variable for variable in board["templating"]["list"]}


def queries(kind):
    """Every question to a kind of data source, as (uid of the board, title of the panel, target)."""
    return [
        (uid, panel["title"], target)
        for uid, board in BOARDS.items()
        for panel in panels(board)
        for target in panel.get("targets", ())
        if target["datasource"]["type"] == kind
    ]


def marks(kind):
    """Every layer of annotations from a kind of data source, as (uid of the board, name, layer)."""
    return [
        (uid, layer["name"], layer)
        for uid, board in BOARDS.items()
        for layer in board["annotations"]["list"]
        if layer["datasource"]["type"] == kind
    ]


def inside(thing, key):
    """Every value that stands under a key, at any depth."""
    if isinstance(thing, dict):
        for name, value in thing.items():
            if name == key:
                yield value
            yield from inside(value, key)
    elif isinstance(thing, list):
        for value in thing:
            yield from inside(value, key)
