"""The keys by which a Prometheus is reached, and the client made of them."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, model_validator

from scorecard_exporter.sources.kit.authentication import Basic, Credential, Token, TokenFile
from scorecard_exporter.sources.kit.client import Client
from scorecard_exporter.sources.kit.options import Address
from scorecard_exporter.sources.prometheus.queries import explain

HeaderName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")]


class PrometheusAccess(BaseModel):
    """Where a Prometheus is, and as whom it is asked."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    url: Annotated[Address, Field(description="What stands before /api/v1/: http://prometheus:9090.")]
    token: Annotated[SecretStr | None, Field(description="Bearer token, from !env or !file.")] = None
    token_file: Annotated[
        str | None, Field(min_length=1, description="A file with the bearer token, read again when it changes.")
    ] = None
    user: Annotated[str | None, Field(min_length=1, description="Name for basic authentication.")] = None
    password: Annotated[SecretStr | None, Field(description="Password for it, from !env or !file.")] = None
    headers: Annotated[
        dict[HeaderName, SecretStr],
        Field(default={}, description="Headers to send besides, as X-Scope-OrgID for the tenant of a Mimir."),
    ]

    @model_validator(mode="after")
    def _one_way_of_asking(self) -> Self:
        if (self.user is None) != (self.password is None):
            raise ValueError("`user` and `password` belong together")
        if sum(one is not None for one in (self.token, self.token_file, self.user)) > 1:
            raise ValueError("give one of `token`, `token_file`, and `user` with `password`")
        return self

    def client(self, directory: str, *, share: Fraction, timeout: float, ca_file: Path | None) -> Client:
        """The client. A relative `token_file` is meant from `directory`."""
        return Client(
            self.url,
            credential=self._credential(directory),
            headers={name: value.get_secret_value() for name, value in self.headers.items()},
            share=share,
            timeout=timeout,
            ca_file=ca_file,
            explain=explain,
        )

    @property
    def asked_as(self) -> str:
        """Who asks, for people."""
        if self.user:
            return f"the user {self.user}"
        return (
            "the bearer of a token" if self.token or self.token_file else "nobody in particular, without a credential"
        )

    def _credential(self, directory: str) -> Credential | None:
        if self.token:
            return Token(self.token)
        if self.token_file:
            return TokenFile(Path(directory, self.token_file).expanduser())
        return Basic(self.user, self.password) if self.user and self.password else None
