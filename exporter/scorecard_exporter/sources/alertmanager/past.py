"""What Prometheus remembers of alerts: the samples of the series `ALERTS`, and how often rules are evaluated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

from scorecard_exporter.errors import RetriableSourceError
from scorecard_exporter.events.model import Problem
from scorecard_exporter.sources.kit.body import Body, MalformedError, take_each
from scorecard_exporter.sources.kit.client import Client
from scorecard_exporter.sources.kit.response import shown

_LONGEST = timedelta(days=365)
"""No rule is evaluated less often."""
_OWN_LABELS = frozenset({"__name__", "alertstate"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """Where alerts are remembered.

    `selector`: PromQL that selects their series. `external_labels`: those that Prometheus adds to alerts on their way
    to Alertmanager, and to no series of its own. `interval`: of rules that are not known any more. `page`: the address
    of Prometheus for people.
    """

    selector: str
    external_labels: Mapping[str, str]
    interval: timedelta
    page: str

    def labels(self, series: Mapping[str, str]) -> dict[str, str]:
        """The labels of the alert that a series is about, as Alertmanager has them."""
        own = {name: value for name, value in series.items() if name not in _OWN_LABELS and value}
        return {**self.external_labels, **own}

    def address(self, labels: Mapping[str, str]) -> str:
        """A page of Prometheus that shows when it fired."""
        expression = f'ALERTS{{alertname="{labels.get("alertname", "")}"}}'
        return f"{self.page}/graph?g0.expr={quote(expression, safe='')}&g0.tab=0"


def intervals(client: Client, origin: str) -> tuple[dict[str, timedelta], tuple[Problem, ...]]:
    """How often the rules of each alert are evaluated, by its name, and which groups of rules cannot be read.

    `origin`: whose problems these are. Raises as `Client.get`: without knowing this, other incidents would be seen.
    """
    response = client.get("api/v1/rules", {"type": "alert"})
    try:
        groups = Body(response.object().get("data"), "data").items("groups")
    except MalformedError as error:
        raise RetriableSourceError(f"the rules of {shown(response.url)} cannot be read: {error}") from None
    found, problems = take_each(groups, _of_group, what="a group of rules", origin=origin)
    return dict(found), problems


def _of_group(group: Body) -> Iterator[tuple[str, timedelta]]:
    seconds = group.number("interval")
    if not 0 < seconds <= _LONGEST.total_seconds():
        raise MalformedError(f"interval is {seconds:g} s")
    for rule in group.bodies("rules"):
        if rule.text("type", "alerting") == "alerting":
            yield rule.text("name", ""), timedelta(seconds=seconds)
