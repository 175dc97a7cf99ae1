"""The keys of a source of type `alertmanager`."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from scorecard_exporter.quantities import Duration
from scorecard_exporter.sources.alertmanager.incidents import Naming
from scorecard_exporter.sources.alertmanager.inspect import inspect
from scorecard_exporter.sources.alertmanager.past import Remembered
from scorecard_exporter.sources.alertmanager.stream import AlertStream
from scorecard_exporter.sources.alertmanager.webhook import AlertmanagerWebhook
from scorecard_exporter.sources.base import Source
from scorecard_exporter.sources.kit.options import HttpOptions, PushedOptions
from scorecard_exporter.sources.prometheus.access import PrometheusAccess

LabelName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
Selector = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_:]*\{.*\}$")]


class PastAlerts(PrometheusAccess):
    """The Prometheus that sends the alerts, and remembers them."""

    selector: Annotated[
        Selector, Field(description="Which of its series are alerts that fire; narrow it to those that are pushed.")
    ] = 'ALERTS{alertstate="firing"}'
    external_labels: Annotated[
        dict[LabelName, str],
        Field(
            default={}, description="Its `global.external_labels`, as far as its `alert_relabel_configs` leave them."
        ),
    ]
    evaluation_interval: Annotated[
        Duration,
        Field(
            default="1m", validate_default=True, description="How often rules were evaluated that it has no more of."
        ),
    ]


class AlertmanagerOptions(HttpOptions, PushedOptions):
    """What an Alertmanager pushes, and what Prometheus remembers of it."""

    type: Literal["alertmanager"]
    thing: Annotated[
        LabelName, Field(description="The label that says what an alert is about; of alerts without it, their name.")
    ] = "service"
    things: Annotated[
        tuple[str, ...],
        Field(
            description="Values of it that are quiet while nothing fires, beside those that services of this file read."
        ),
    ] = ()
    prometheus: Annotated[
        PastAlerts | None, Field(description="The Prometheus behind it, from which the past is read.")
    ] = None

    @model_validator(mode="after")
    def _has_something_to_read(self) -> Self:
        if not self.webhook_secret and self.prometheus is None:
            raise ValueError("give a `webhook_secret`, so that alerts can be pushed, or `prometheus`, or both")
        return self

    def origins(self, name: str) -> tuple[str, ...] | None:  # noqa: ARG002  only the alerts know what they are about
        return None

    def build(self, name: str, directory: str) -> Source:
        naming = Naming(name, self.thing)
        webhook = AlertmanagerWebhook(self.webhook_secret, naming) if self.webhook_secret else None
        if self.prometheus is None:
            return Source(name, self.type, self.interval, (), webhook=webhook)
        past = self.prometheus
        client = past.client(directory, share=self.quota, timeout=self.timeout, ca_file=self.reach(directory))
        remembered = Remembered(
            selector=past.selector,
            external_labels=past.external_labels,
            interval=timedelta(seconds=past.evaluation_interval),
            page=past.url,
        )
        return Source(
            name,
            self.type,
            self.interval,
            (AlertStream(client, remembered, naming, self.things, self.depth),),
            webhook=webhook,
            inspect=partial(inspect, client, remembered, naming, past.asked_as),
            traffic=client.traffic,
        )
