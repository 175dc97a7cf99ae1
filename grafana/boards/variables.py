"""What is chosen at the top of a board, as JSON."""

from __future__ import annotations

from grafana.boards.look import Json
from grafana.boards.panels import DATA_SOURCE
from grafana.boards.queries import result

PROVISIONED = "scorecard-prometheus"
"""The uid of the data source that `grafana/provisioning` brings."""


def data_source() -> Json:
    """Which Prometheus is asked; at first the provisioned one."""
    return {
        "name": "datasource",
        "label": "Data source",
        "description": "The Prometheus that scrapes the exporter.",
        "type": "datasource",
        "query": "prometheus",
        "current": {"text": "Prometheus", "value": PROVISIONED},
        "options": [],
        "regex": "",
        "refresh": 1,
        "hide": 0,
        "multi": False,
        "includeAll": False,
    }


def query(name: str, label: str, description: str, expression: str, regex: str, *, hidden: bool = False) -> Json:
    """One value out of those that `regex` finds in the series of an instant query (`value`, and `text` if named)."""
    text = result(expression)
    return {
        "name": name,
        "label": label,
        "description": description,
        "type": "query",
        "datasource": DATA_SOURCE,
        "query": {"query": text, "qryType": 3, "refId": name},
        "definition": text,
        "regex": regex,
        "current": {},
        "options": [],
        "refresh": 2,
        "sort": 5,
        "hide": 2 if hidden else 0,
        "multi": False,
        "includeAll": False,
    }


def many(one: Json) -> Json:
    """The same variable with any number of values chosen, at first all."""
    return one | {"multi": True, "includeAll": True, "current": {"text": ["All"], "value": ["$__all"]}}
