"""From a credential and an address to a GitHub that can be asked."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from pydantic import SecretStr

from scorecard_exporter.sources.base import Traffic
from scorecard_exporter.sources.github.graphql import GraphQL
from scorecard_exporter.sources.github.host import HEADERS, Addresses, Host
from scorecard_exporter.sources.github.limits import GitHubLimits
from scorecard_exporter.sources.github.refusals import explain
from scorecard_exporter.sources.kit.authentication import Credential, Token, TokenFile
from scorecard_exporter.sources.kit.client import Client
from scorecard_exporter.sources.kit.github_app import AppStatement, Installation


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How a GitHub is asked. `app`: its id, the installation and the private key."""

    url: str
    token: SecretStr | None = None
    token_file: Path | None = None
    app: tuple[str, str, SecretStr] | None = None
    share: Fraction = Fraction(1, 2)
    timeout: float = 30.0
    ca_file: Path | None = None


def connect(access: Access, traffic: Traffic) -> Host:
    """The host; all that is asked of it is counted in `traffic`."""
    addresses = Addresses.of(access.url)

    def client(credential: Credential | None) -> Client:
        return Client(
            addresses.rest,
            credential=credential,
            headers=HEADERS,
            share=access.share,
            timeout=access.timeout,
            ca_file=access.ca_file,
            limits=GitHubLimits(),
            explain=explain,
            traffic=traffic,
        )

    if access.app:
        app, installation, key = access.app
        asking = client(Installation(app, installation, client(AppStatement(app, key))))
    elif access.token_file:
        asking = client(TokenFile(access.token_file))
    else:
        asking = client(Token(access.token) if access.token else None)
    return Host(asking, GraphQL(asking, addresses.graphql), addresses.pages)
