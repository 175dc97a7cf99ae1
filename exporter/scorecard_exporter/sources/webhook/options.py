"""The keys of a source of type `webhook`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from scorecard_exporter.sources.base import Source
from scorecard_exporter.sources.kit.options import PushedOptions, Secrets
from scorecard_exporter.sources.webhook.webhook import PushWebhook


class WebhookOptions(PushedOptions):
    """Whatever is pushed to it; nothing is asked for."""

    type: Literal["webhook"]
    webhook_secret: Annotated[
        Secrets,
        Field(
            min_length=1,
            description="What a sender proves itself with, from !env or !file: as bearer token or as key of an "
            "HMAC-SHA256; a list while it is being rotated.",
        ),
    ]

    def origins(self, name: str) -> tuple[str, ...] | None:  # noqa: ARG002  only what is pushed knows its things
        return None

    def build(self, name: str, directory: str) -> Source:  # noqa: ARG002  no file is read
        return Source(name, self.type, self.interval, (), webhook=PushWebhook(name, self.webhook_secret))
