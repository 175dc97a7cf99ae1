"""What `check --online` tells of a PagerDuty account."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from typing import Any

from scorecard_exporter.errors import SkippableSourceError
from scorecard_exporter.sources.base import Inspection, Seen
from scorecard_exporter.sources.kit.body import Body, take_each
from scorecard_exporter.sources.kit.client import Client
from scorecard_exporter.sources.pagerduty.asking import SCOPES, listed_between
from scorecard_exporter.sources.pagerduty.changes import deployments
from scorecard_exporter.sources.pagerduty.services import Service, Services

RECENT = timedelta(days=30)
_PAGES = 5
"""Counts are of no more than so many pages: they are to recognise things by, not to report."""
_LISTS = {"incidents": ("incidents", "log_entries"), "change_events": ("change_events",)}


def inspect(streams: Services, now: datetime | None = None) -> Inspection:
    """The account of a credential, what it may not read, what is there. A dozen requests at most.

    Raises:
        SourceError: the credential is refused, or may not even list services.
    """
    until = now or datetime.now(UTC)
    services, _ = streams.existing()
    lists = [name for read in streams.read for name in _LISTS[read]]
    missing = [name for name in lists if not _may_read(streams.client, name)]
    recent = {name: _recent(streams, name, until) for name in lists if name not in missing and name != "log_entries"}
    return Inspection(
        account=_address(services),
        missing=tuple(f"{SCOPES[name]}: to read {name}" for name in missing),
        seen=(
            Seen(sort="services", names=_services(services, recent.get("incidents", []), streams.source)),
            *_environments(recent.get("change_events", []), streams.source),
        ),
        next_sync=f"{1 + len(lists)} requests when nothing is new, and 2 for each month of history at the first time",
    )


def _may_read(client: Client, name: str) -> bool:
    try:
        client.get(name, {"limit": 1})
    except SkippableSourceError:
        return False
    return True


def _recent(streams: Services, name: str, until: datetime) -> list[Any]:
    """The things of the last 30 days in a list, of its first pages."""
    pages = listed_between(streams.client, name, {}, until - RECENT, until)
    return [thing for page in islice(pages, _PAGES) for thing in page]


def _services(services: tuple[Service, ...], incidents: list[Any], source: str) -> dict[str, int | None]:
    counts = Counter(take_each(incidents, _service_of, what="an incident", origin=source)[0])
    return {str(service): counts[service.id] for service in services}


def _service_of(body: Body) -> Iterator[str]:
    service = body.body("service")
    if service:
        yield service.text("id")


def _environments(events: list[Any], source: str) -> Iterator[Seen]:
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for found in take_each(events, partial(deployments, source), what="a change event", origin=source)[0]:
        counts[found.origin][found.environment] += 1
    for origin, environments in counts.items():
        yield Seen(sort="environments", names=dict(environments), origin=origin)


def _address(services: tuple[Service, ...]) -> str:
    """Where people find the account, from the page of a service."""
    hosts = (service.page.partition("://")[2].partition("/")[0] for service in services)
    return next((host for host in hosts if host), "an account without pages")
