"""What is asked of the scorecard's own data source, and what is said where it is missing."""

from __future__ import annotations

from grafana.boards import panels
from grafana.boards.look import Json

KIND = "scorecard-datasource"
NAME = "Scorecard"
PROVISIONED = "scorecard-datasource"
"""The plugin's id, and name and uid of the data source that `grafana/provisioning` brings."""

SOURCE = {"type": KIND, "uid": "${scorecard_source}"}
TEAM = {"scorecard": "$scorecard", "team": "$team"}
MEASURE = {**TEAM, "measure": "$measure"}
"""What is chosen at the top of the board, as keys of a query."""

SILENT = "The scorecard's data source had nothing to say. Is the plugin installed, and is the exporter running?"


def query(kind: str, reference: str = "A", **keys: str) -> Json:
    """A question of one kind; keys that are left out mean all."""
    return {"refId": reference, "datasource": SOURCE, "queryType": kind, **keys}


def table(
    title: str,
    description: str,
    asked: Json,
    *,
    hidden: tuple[str, ...] = (),
    widths: dict[str, int] | None = None,
) -> Json:
    """Rows as the exporter gives them: headings, units and links come with them.

    `hidden`: headings left out. `widths`: of headings, in pixels; the others share the rest.
    """
    return panels.panel(
        "table",
        title,
        description,
        source=SOURCE,
        targets=[asked],
        options=panels.TABLE,
        defaults={"noValue": SILENT, "custom": panels.CELLS},
        overrides=[
            panels.NO_CELL,
            *(panels.override(name, **{"custom.hideFrom.viz": True}) for name in hidden),
            *(panels.override(name, **{"custom.width": width}) for name, width in (widths or {}).items()),
        ],
    )


def annotation(name: str, color: str, kind: str, keys: dict[str, str], *, shown: bool = True) -> Json:
    """What happened, as marks on every panel with a time axis; each kind is a layer with a switch at the top.

    Not `shown` at first is what there may be hundreds of.
    """
    return {
        "name": name,
        "datasource": SOURCE,
        "enable": shown,
        "hide": False,
        "iconColor": color,
        "target": {"refId": "events", "queryType": "events", "kind": kind, **keys},
    }


def notice(what: str) -> str:
    """What a board says about the plugin, as Markdown."""
    return (
        f"{what} comes from the data source **{NAME}**, the plugin `{KIND}`. Where it is not installed, this stays "
        "empty, with a red corner; all else needs Prometheus alone. How to install it: `docs/grafana.md`."
    )
