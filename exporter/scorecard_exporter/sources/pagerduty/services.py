"""The services of a PagerDuty account, asked for anew at each poll."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from scorecard_exporter.errors import SkippableSourceError
from scorecard_exporter.events.model import Problem
from scorecard_exporter.sources.base import Stream
from scorecard_exporter.sources.delivery import digest
from scorecard_exporter.sources.kit.body import Body, take_each
from scorecard_exporter.sources.kit.client import Client
from scorecard_exporter.sources.pagerduty.asking import listed
from scorecard_exporter.sources.pagerduty.streams import Account, ChangeEventStream, IncidentStream
from scorecard_exporter.sources.text import excerpt

_RECORDS = 1
"""Counted up when records of the same things would look different."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service of the account. `page`: its address for people, '' where unknown."""

    id: str
    name: str
    page: str

    def __str__(self) -> str:
        return f"{self.id} ({self.name})" if self.name else self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The streams of a source: which services there are is asked each time.

    A service without an incident is covered too, so it must be known that it exists. `services`: ids of the wanted
    ones, None for all. `read`: `incidents`, `change_events`.
    """

    source: str
    client: Client
    services: tuple[str, ...] | None
    read: tuple[str, ...]
    history: timedelta

    def __iter__(self) -> Iterator[Stream]:
        account = self._account()
        if "incidents" in self.read:
            yield IncidentStream(account)
        if "change_events" in self.read:
            yield ChangeEventStream(account)

    def existing(self) -> tuple[tuple[Service, ...], tuple[Problem, ...]]:
        """The services that the credential may see. Raises as `listed`."""
        found: list[Service] = []
        problems: list[Problem] = []
        for page in listed(self.client, "services", {"sort_by": "name:asc"}):
            services, wrong = take_each(page, _service, what="a service", origin=self.source)
            found.extend(services)
            problems.extend(wrong)
        return tuple(found), tuple(problems)

    def _account(self) -> Account:
        existing, problems = self.existing()
        ids = {service.id: service for service in existing}
        wanted = tuple(ids) if self.services is None else self.services
        missing = tuple(self._missing(service, existing) for service in wanted if service not in ids)
        services = tuple(service for service in wanted if service in ids)
        if missing and not services:
            raise SkippableSourceError(missing[0].message)
        return Account(
            source=self.source,
            client=self.client,
            services=services,
            is_whole=self.services is None,
            history=self.history,
            # Of a selection only the incidents of its services are asked for: with another one all is read anew.
            made_by=digest(_RECORDS, None if self.services is None else sorted(services)),
            problems=problems + missing,
        )

    def _missing(self, service: str, existing: tuple[Service, ...]) -> Problem:
        shown = ", ".join(str(one) for one in existing[:10]) or "none"
        return Problem(
            code="unknown_service",
            message=f"PagerDuty shows no service {excerpt(service)} to this token; it shows: {excerpt(shown, 400)}",
            origin=f"{self.source}:{service}",
        )


def _service(body: Body) -> tuple[Service]:
    name = body.text("name", "") or body.text("summary", "")
    return (Service(id=body.text("id"), name=name, page=body.text("html_url", "")),)
