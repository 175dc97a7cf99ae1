"""What PagerDuty is asked: lists of an account, by time where they have one, in pages of a hundred."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from scorecard_exporter.sources.kit.client import Client
from scorecard_exporter.sources.kit.paging import OffsetPages, Request, TooManyError, pages
from scorecard_exporter.sources.kit.response import Response

PAGE = 100
"""Things a page; more are refused."""
CAP = 10_000
"""`offset` and `limit` together may not be more."""
_SHORTEST = timedelta(seconds=2)

SCOPES = {
    "incidents": "incidents.read",
    "log_entries": "incidents.read",
    "change_events": "change_events.read",
    "services": "services.read",
}
"""Which scope of an OAuth token each list needs; a REST API key needs no more than to be read-only."""


def listed(client: Client, name: str, params: Mapping[str, Any]) -> Iterator[list[Any]]:
    """The things of a list, page by page.

    Raises:
        RetriableSourceError: an answer has no such list; there are more than can be asked for.
        SourceError: see `Client.get`.
    """
    request = Request(name, {**params, "limit": PAGE, "offset": 0})
    for response in pages(client, request, OffsetPages(limit=PAGE, cap=CAP)):
        yield response.things(name)


def listed_between(
    client: Client, name: str, params: Mapping[str, Any], begin: datetime, end: datetime
) -> Iterator[list[Any]]:
    """The things of a list from `[begin, end)`, and those of the seconds that these moments are in.

    A list that is longer than can be paged through is asked for in halves; what came before that comes again.
    Raises as `listed`.
    """
    try:
        yield from listed(client, name, {**params, "since": _written(begin), "until": _written(end, up=True)})
    except TooManyError:
        if end - begin < _SHORTEST:
            raise
        middle = begin + (end - begin) / 2
        yield from listed_between(client, name, params, begin, middle)
        yield from listed_between(client, name, params, middle, end)


def explain(response: Response) -> str | None:
    """What a refusal means, and which permission is missing."""
    name = response.url.path.rsplit("/", 1)[-1]
    if response.status == 401:  # noqa: PLR2004  unauthorized
        return "PagerDuty does not accept the token"
    if response.status == 402:  # noqa: PLR2004  payment required
        return f"the PagerDuty account has no right to {name}; leave them out of `read`"
    if response.status == 403 and name in SCOPES:  # noqa: PLR2004  forbidden
        return f"the token may not read {name} of PagerDuty (scope {SCOPES[name]}); give it that, or change `read`"
    return None


def _written(moment: datetime, *, up: bool = False) -> str:
    """A moment in whole seconds and UTC: a time without a zone would be read in the account's."""
    seconds = math.ceil(moment.timestamp()) if up else math.floor(moment.timestamp())
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
