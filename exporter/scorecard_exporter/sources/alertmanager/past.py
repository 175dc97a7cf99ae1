"""What Prometheus remembers of alerts: the samples of the series `ALERTS`, and how often rules are evaluated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

from scorecard_exporter.errors import RetriableSourceError, SkippableSourceError
from scorecard_exporter.sources.kit.body import Body, MalformedError
from scorecard_exporter.sources.kit.client import Client
from scorecard_exporter.sources.kit.response import shown

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


def intervals(client: Client) -> dict[str, timedelta]:
    """How often the rules of each alert are evaluated, by its name; nothing where no rules may be seen.

    Raises:
        RetriableSourceError: the answer is none.
        SourceError: see `Client.get`.
    """
    try:
        response = client.get("api/v1/rules", {"type": "alert"})
    except SkippableSourceError:
        return {}
    try:
        return dict(_intervals(Body(response.object().get("data"), "data")))
    except MalformedError as error:
        raise RetriableSourceError(f"the rules of {shown(response.url)} cannot be read: {error}") from None


def _intervals(data: Body) -> Iterator[tuple[str, timedelta]]:
    for group in data.bodies("groups"):
        interval = timedelta(seconds=group.number("interval"))
        for rule in group.bodies("rules"):
            if rule.text("type", "alerting") == "alerting":
                yield rule.text("name", ""), interval
