"""The keys of a source of type `pagerduty`."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, StringConstraints, model_validator

from scorecard_exporter.sources.base import Source
from scorecard_exporter.sources.kit.authentication import Credential, Token, TokenFile
from scorecard_exporter.sources.kit.client import Client
from scorecard_exporter.sources.kit.options import Address, HttpOptions, PushedOptions
from scorecard_exporter.sources.pagerduty.asking import explain
from scorecard_exporter.sources.pagerduty.inspect import inspect
from scorecard_exporter.sources.pagerduty.limits import PagerDutyLimits
from scorecard_exporter.sources.pagerduty.services import Services
from scorecard_exporter.sources.pagerduty.webhook import PagerDutyWebhook

ServiceId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]+$")]
Read = Literal["incidents", "change_events"]


class PagerDutyOptions(HttpOptions, PushedOptions):
    """A PagerDuty account, read by its REST API of version 2."""

    type: Literal["pagerduty"]
    url: Annotated[
        Address, Field(description="Address of the API; https://api.eu.pagerduty.com in the European region.")
    ] = "https://api.pagerduty.com"
    token: Annotated[
        SecretStr | None, Field(description="A REST API key, read-only is enough; from !env or !file.")
    ] = None
    token_file: Annotated[
        str | None, Field(min_length=1, description="A file with the key, read again when it has changed.")
    ] = None
    services: Annotated[
        tuple[ServiceId, ...] | None,
        Field(min_length=1, description="Ids of the services to read, as in their addresses. Default: all of them."),
    ] = None
    read: Annotated[
        tuple[Read, ...],
        Field(min_length=1, description="What is read: `incidents`, and `change_events` as deployments."),
    ] = ("incidents", "change_events")

    @model_validator(mode="after")
    def _one_credential(self) -> Self:
        if (self.token is None) == (self.token_file is None):
            raise ValueError("give either `token: !env NAME` or `token_file: PATH`")
        return self

    def origins(self, name: str) -> tuple[str, ...] | None:
        return None if self.services is None else tuple(f"{name}:{service}" for service in self.services)

    def build(self, name: str, directory: str) -> Source:
        client = Client(
            self.url,
            credential=self._credential(directory),
            headers={"accept": "application/vnd.pagerduty+json;version=2"},
            share=self.quota,
            timeout=float(self.timeout),
            ca_file=self.reach(directory),
            limits=PagerDutyLimits(),
            explain=explain,
        )
        streams = Services(source=name, client=client, services=self.services, read=self.read, history=self.depth)
        webhook = PagerDutyWebhook(name, self.webhook_secret, self.services) if self.webhook_secret else None
        return Source(
            name,
            self.type,
            self.interval,
            streams,
            webhook=webhook,
            inspect=partial(inspect, streams),
            traffic=client.traffic,
        )

    def _credential(self, directory: str) -> Credential:
        prefix = "Token token="
        if self.token is not None:
            return Token(self.token, prefix=prefix)
        return TokenFile(Path(directory, str(self.token_file)).expanduser(), prefix=prefix)
