"""Asking GitLab: its REST lists in the order of their last change, and GraphQL.

https://docs.gitlab.com/api/rest/ and https://docs.gitlab.com/api/graphql/.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from scorecard_exporter.errors import RetriableSourceError, SkippableSourceError
from scorecard_exporter.sources.kit.body import moment_of
from scorecard_exporter.sources.kit.client import Client
from scorecard_exporter.sources.kit.paging import MOST_PAGES, LinkPages, Request
from scorecard_exporter.sources.kit.paging import pages as pages_of
from scorecard_exporter.sources.kit.response import Response, shown
from scorecard_exporter.sources.text import excerpt

PAGE = 100
"""Things on a page; GitLab gives no more at once."""


class RefusedQueryError(SkippableSourceError):
    """GitLab answers a GraphQL query with errors: it took too long, or an older version does not know a field."""


class Api:
    """The API of one GitLab, below `/api`."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> Response:
        """Ask for `path` below `/api/v4`. Raises as `Client.get`."""
        return self.client.get(f"api/v4/{path}", params)

    def object(self, path: str, params: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """A JSON object. Raises as `Client.get`; RetriableSourceError where it is something else."""
        return self.get(path, params).object()

    def pages(self, path: str, params: Mapping[str, Any] | None = None) -> Iterator[list[Any]]:
        """A whole list, page by page, in the order that the system keeps."""
        first = Request(f"api/v4/{path}", {**(params or {}), "per_page": PAGE})
        for response in pages_of(self.client, first, LinkPages()):
            yield items_of(response)

    def changed(
        self, path: str, begin: datetime, end: datetime, params: Mapping[str, Any] | None = None
    ) -> Iterator[list[Any]]:
        """The things of a list that were changed in `[begin, end]`, in that order, page by page; some come twice.

        The next page is asked for by the time of the last thing, not by a number: a thing that changes meanwhile moves
        to the end, and with numbers the one behind it would slip onto the page that was read already. Thus the list
        is not cut off at 50,000 things either. Where a whole page changed at one moment, a number is needed.

        Raises:
            RetriableSourceError: a page comes a second time, or is no list.
        """
        after, number, seen, count = begin, 1, set[bytes](), 0
        order = {"order_by": "updated_at", "sort": "asc", "per_page": PAGE, "updated_before": written(end)}
        while True:
            response = self.get(path, {**(params or {}), **order, "updated_after": written(after), "page": number})
            mark = hashlib.sha256(response.body).digest()
            count += 1
            if mark in seen or count > MOST_PAGES:
                raise RetriableSourceError(f"{shown(response.url)} gives the same page again and again")
            seen.add(mark)
            items = items_of(response)
            yield items
            if not has_next(response):
                return
            last = _last_change(items)
            if last and last > after:  # a page of one moment only comes a second time
                after, number, seen = last, 1, set()
            else:
                number += 1

    def graphql(self, query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """The `data` of a query's answer.

        Raises:
            RefusedQueryError: GitLab takes the query and answers with errors.
            SourceError: see `Client.get`.
        """
        answer = self.client.post("api/graphql", {"query": query, "variables": dict(variables)}).object()
        errors, data = answer.get("errors"), answer.get("data")
        if errors or not isinstance(data, dict):
            raise RefusedQueryError(f"GitLab refuses a GraphQL query: {_first_message(errors)}")
        return data


def project_path(project: int | str) -> str:
    """The path of a project below `/api/v4`, by its id or its full path."""
    return f"projects/{quote(str(project), safe='')}"


def group_path(group: str) -> str:
    """The path of a group below `/api/v4`."""
    return f"groups/{quote(group, safe='')}"


def written(at: datetime) -> str:
    """A moment for a parameter, in UTC, so that no `+` can be taken for a space."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def items_of(response: Response) -> list[Any]:
    """The list that an answer is.

    Raises:
        RetriableSourceError: it is something else; that is not an empty list.
    """
    found = response.json()
    if not isinstance(found, list):
        raise RetriableSourceError(
            f"the answer of {shown(response.url)} is no list; it is asked again at the next poll"
        )
    return found


def has_next(response: Response) -> bool:
    """Whether a list goes on: long ones have neither `x-total` nor `rel="last"`, and some proxies drop `Link`."""
    number = response.headers.get("x-next-page")
    return "next" in response.links() if number is None else bool(number.strip())


def _last_change(items: list[Any]) -> datetime | None:
    times = (moment_of(item.get("updated_at")) for item in items if isinstance(item, dict))
    return max((time for time in times if time), default=None)


def _first_message(errors: Any) -> str:
    first = errors[0] if isinstance(errors, list) and errors else None
    message = first.get("message") if isinstance(first, dict) else None
    return excerpt(message) if isinstance(message, str) else "its answer has neither data nor a reason"
