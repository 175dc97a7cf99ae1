"""What is chosen at the top of a board, as JSON."""

from __future__ import annotations

from grafana.boards import plugin, queries
from grafana.boards.look import Json
from grafana.boards.panels import DATA_SOURCE

from scorecard_exporter import names

PROVISIONED = "scorecard-prometheus"
"""The uid of the data source that `grafana/provisioning` brings."""


def data_source() -> Json:
    """Which Prometheus is asked; at first the provisioned one."""
    return _data_source(
        "datasource",
        "Data source",
        "The Prometheus that scrapes the exporter.",
        kind="prometheus",
        current={"text": "Prometheus", "value": PROVISIONED},
    )


def scorecard_source() -> Json:
    """Which data source of the scorecard's own plugin is asked; none where the plugin is missing."""
    return _data_source(
        "scorecard_source",
        "Scorecard source",
        "The data source of the scorecard plugin, for what Prometheus cannot hold.",
        kind=plugin.KIND,
        current={"text": plugin.NAME, "value": plugin.PROVISIONED},
    )


def _data_source(name: str, label: str, description: str, *, kind: str, current: Json) -> Json:
    return {
        "name": name,
        "label": label,
        "description": description,
        "type": "datasource",
        "query": kind,
        "current": current,
        "options": [],
        "regex": "",
        "refresh": 1,
        "hide": 0,
        "multi": False,
        "includeAll": False,
    }


def scorecard() -> Json:
    """Which scorecard, by its title."""
    titles = f"max by (scorecard, title) ({names.INFO.name})"
    return query("scorecard", "Scorecard", "Which scorecard.", titles, named("scorecard", "title"))


def team() -> Json:
    """Whose scorecard, by the team's title."""
    return query("team", "Team", "Whose scorecard.", _TEAMS, named("team", "title"))


def teams() -> Json:
    """Which teams are shown, at first all."""
    return many(query("team", "Teams", "Which teams are shown.", _TEAMS, named("team", "title")))


def perspectives(labels: str = queries.CHOSEN) -> Json:
    """Which perspectives are shown, at first all."""
    sides = f"max by (perspective, perspective_title) ({queries.info(labels)})"
    regex = named("perspective", "perspective_title")
    return many(query("perspective", "Perspective", "Which perspectives are shown.", sides, regex))


def measure() -> Json:
    """Which measure of the team, by its title."""
    titles = f"max by (measure, title) ({queries.info(queries.CHOSEN)})"
    return query("measure", "Measure", "Which measure.", titles, named("measure", "title"))


def exporter() -> Json:
    """Where the exporter is reached; not shown."""
    return query(
        "exporter", "Exporter", "Where links lead.", queries.address(), '/external_url="([^"]+)"/', hidden=True
    )


_TEAMS = f'max by (team, title) ({names.TEAM_INFO.name}{{scorecard="$scorecard"}})'


def named(value: str, text: str) -> str:
    """The pattern for a value and what people call it, the only two labels of a series."""
    return f'/{value}="(?<value>[^"]+)",{text}="(?<text>.*)"}}/'


def query(name: str, label: str, description: str, expression: str, regex: str, *, hidden: bool = False) -> Json:
    """One value out of those that `regex` finds in the series of an instant query (`value`, and `text` if named)."""
    text = queries.result(expression)
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


def custom(name: str, label: str, description: str, choices: dict[str, str]) -> Json:
    """One of a few values that are always the same; `choices`: what people read to the value, the first at first."""
    options = [
        {"text": text, "value": value, "selected": place == 0} for place, (text, value) in enumerate(choices.items())
    ]
    return {
        "name": name,
        "label": label,
        "description": description,
        "type": "custom",
        "query": ", ".join(f"{text} : {value}" for text, value in choices.items()),
        "current": {key: options[0][key] for key in ("text", "value")},
        "options": options,
        "hide": 0,
        "multi": False,
        "includeAll": False,
    }
