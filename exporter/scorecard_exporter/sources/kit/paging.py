"""Page after page of a list, in the ways that systems have, with a guard against lists that never end."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from scorecard_exporter.errors import RetriableSourceError
from scorecard_exporter.sources.kit.client import Client
from scorecard_exporter.sources.kit.response import Response, shown

MOST_PAGES = 10_000


@dataclass(frozen=True, slots=True)
class Request:
    """A GET of the kit's client; see `Client.get`."""

    path: str
    params: Mapping[str, Any] = field(default_factory=dict)


class TooManyError(RetriableSourceError):
    """A list goes on beyond what the system shows of one; asked for in shorter pieces, all of it can be had."""


class Paginator(ABC):
    """How a system's lists go on."""

    @abstractmethod
    def following(self, request: Request, response: Response) -> Request | None:
        """The request of the page after this one; None after the last."""


class LinkPages(Paginator):
    """`Link: <…>; rel="next"` (RFC 8288): GitHub, GitLab, GitLab's keyset lists."""

    def following(self, request: Request, response: Response) -> Request | None:  # noqa: ARG002  others need it
        address = response.links().get("next")
        return Request(address) if address else None


class TokenPages(Paginator):
    """A token in the body that asks for the next page: Jira's `nextPageToken`."""

    def __init__(self, name: str) -> None:
        self._name = name

    def following(self, request: Request, response: Response) -> Request | None:
        token = response.object().get(self._name)
        return Request(request.path, {**request.params, self._name: token}) if token else None


class OffsetPages(Paginator):
    """`offset` and `limit`, while the body says that there is `more`: PagerDuty, which refuses beyond `cap`."""

    def __init__(self, *, limit: int, cap: int) -> None:
        self._limit, self._cap = limit, cap

    def following(self, request: Request, response: Response) -> Request | None:
        if not response.object().get("more"):
            return None
        offset = int(request.params.get("offset", 0)) + self._limit
        if offset + self._limit > self._cap:
            raise TooManyError(
                f"{shown(response.url)} has more than {self._cap} things in one window; shorter ones are needed"
            )
        return Request(request.path, {**request.params, "offset": offset})


def pages(client: Client, first: Request, paginator: Paginator) -> Iterator[Response]:
    """The answers, page by page.

    Raises:
        RetriableSourceError: a page came a second time, so the list would never end.
        SourceError: see `Client.get`.
    """
    seen: set[bytes] = set()
    request: Request | None = first
    while request is not None:
        response = client.get(request.path, request.params)
        mark = hashlib.sha256(response.body).digest()
        if mark in seen or len(seen) >= MOST_PAGES:
            raise RetriableSourceError(f"{shown(response.url)} gives the same page again and again")
        seen.add(mark)
        yield response
        request = paginator.following(request, response)
