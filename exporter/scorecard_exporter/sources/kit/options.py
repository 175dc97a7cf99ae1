"""The keys that every source read over HTTP has."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, WithJsonSchema

from scorecard_exporter.quantities import Duration, RefusedError, parse
from scorecard_exporter.sources.base import SourceOptions


def _share(value: object) -> Fraction:
    share = parse(value, "ratio")
    if not 0 < share <= 1:
        raise RefusedError(value, "a share above 0 and up to 100%")
    return share


def _address(value: str) -> str:
    if not value.startswith(("http://", "https://")) or "@" in value or value != value.strip():
        raise RefusedError(value, "an address such as https://git.acme.example, without a name or password in it")
    return value.rstrip("/")


Share = Annotated[
    Fraction,
    BeforeValidator(_share),
    WithJsonSchema({"type": ["number", "string"], "examples": ["50%"], "$comment": "share such as `50%`"}),
]
Address = Annotated[str, AfterValidator(_address)]
Secrets = Annotated[
    tuple[SecretStr, ...],
    BeforeValidator(lambda value: value if isinstance(value, list | tuple) else (value,)),
    WithJsonSchema({"type": ["string", "array"], "items": {"type": "string"}, "$comment": "text, or a list of them"}),
]


class HttpOptions(SourceOptions):
    """A system that is asked over HTTP. A source adds its own `url` and credentials."""

    history: Annotated[
        Duration,
        Field(default="2y", validate_default=True, description="How far back is read, newest first; older is not."),
    ]
    quota: Annotated[
        Share,
        Field(
            default="50%",
            validate_default=True,
            description="The share of the system's rate limit that may be used; the rest is left to others.",
        ),
    ]
    timeout: Annotated[
        Duration, Field(default="30s", validate_default=True, description="How long one request may take in all.")
    ]
    ca_file: Annotated[
        str | None,
        Field(description="Certificates (PEM) to trust in place of the usual ones, as for an own authority."),
    ] = None

    def reach(self, directory: str) -> Path | None:
        """The file of certificates; a relative path is meant from `directory`."""
        return Path(directory, self.ca_file).expanduser() if self.ca_file else None

    @property
    def depth(self) -> timedelta:
        """`history` as a span."""
        return timedelta(seconds=float(self.history))


class PushedOptions(SourceOptions):
    """A system that may push."""

    webhook_secret: Annotated[
        Secrets,
        Field(
            default=(),
            description="Secret of its webhook, from !env or !file; a list while it is being rotated. "
            "Without one nothing is taken at /api/v1/webhooks/SOURCE.",
        ),
    ]
