"""A GitHub: where its REST and GraphQL are, and asking them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from scorecard_exporter.errors import RetriableSourceError
from scorecard_exporter.sources.github.graphql import Answer, GraphQL
from scorecard_exporter.sources.kit.client import Client
from scorecard_exporter.sources.kit.response import Response, shown

PUBLIC = "https://github.com"
HEADERS = {"accept": "application/vnd.github+json", "x-github-api-version": "2022-11-28"}


@dataclass(frozen=True, slots=True)
class Addresses:
    """Of one installation: its pages for people, REST, GraphQL."""

    pages: str
    rest: str
    graphql: str

    @classmethod
    def of(cls, url: str) -> Addresses:
        """By the address in the configuration: github.com, a subdomain of ghe.com, or a server of one's own."""
        url = url.rstrip("/")
        scheme, _, host = url.partition("://")
        if host in {"github.com", "www.github.com", "api.github.com"}:
            return cls(PUBLIC, "https://api.github.com", "https://api.github.com/graphql")
        if host.endswith(".ghe.com"):
            api = f"{scheme}://api.{host.removeprefix('api.')}"
            return cls(f"{scheme}://{host.removeprefix('api.')}", api, f"{api}/graphql")
        pages = url.removesuffix("/api/v3").removesuffix("/api")
        return cls(pages, f"{pages}/api/v3", f"{pages}/api/graphql")


def listed(response: Response) -> list[Any]:
    """The list that an answer of REST is.

    Raises:
        RetriableSourceError: it is something else; a list that is missing is not an empty one.
    """
    items = response.json()
    if not isinstance(items, list):
        raise RetriableSourceError(f"the answer of {shown(response.url)} is no list; it is asked again later")
    return items


@dataclass(frozen=True, slots=True)
class Host:
    """Where questions go. `pages`: address of the pages for people."""

    client: Client
    graphql: GraphQL
    pages: str

    def ask(self, question: str, variables: Mapping[str, Any] | None = None) -> Answer:
        """By GraphQL; see `GraphQL.ask`."""
        return self.graphql.ask(question, variables)

    def get(self, path: str, params: Mapping[str, Any] | None = None, *, validator: str = "") -> Response:
        """By REST; see `Client.get`."""
        return self.client.get(path, params, validator=validator)


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository as it is configured or was found. `thing`: `acme/checkout`; `origin`: with the source's name."""

    thing: str
    origin: str
    pages: str

    @property
    def variables(self) -> dict[str, str]:
        """As GraphQL asks for it."""
        owner, _, name = self.thing.partition("/")
        return {"owner": owner, "name": name}

    def path(self, rest: str) -> str:
        """Of something of it, for REST."""
        return f"repos/{quote(self.thing)}/{rest}"

    def page(self, *parts: str) -> str:
        """Of something of it, for people."""
        return "/".join((self.pages, quote(self.thing), *(quote(part, safe="") for part in parts)))
