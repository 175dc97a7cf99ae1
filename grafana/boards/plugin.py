"""What is asked of the scorecard's own data source, and what is said where it is missing."""

from __future__ import annotations

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
        f"{what} comes from the data source **{NAME}**, which is the plugin `{KIND}`: it asks the exporter itself. "
        "Where the plugin is not installed, these panels say that no data source was found; all others need "
        "Prometheus alone. How to install it: `docs/grafana.md`."
    )
