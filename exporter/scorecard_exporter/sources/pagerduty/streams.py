"""The two lists of a PagerDuty account that are read: incidents with their log, and change events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from scorecard_exporter.events.model import Deployment, Incident, Problem, Record
from scorecard_exporter.sources.kit.body import parse_each, take_each
from scorecard_exporter.sources.kit.client import Client
from scorecard_exporter.sources.kit.streams import Piece, WindowedStream
from scorecard_exporter.sources.pagerduty.asking import listed_between
from scorecard_exporter.sources.pagerduty.changes import deployments
from scorecard_exporter.sources.pagerduty.incidents import Step, Told, steps, told, united

_Record = TypeVar("_Record", bound=Record)
_MOST_SERVICES_NAMED = 100
"""Of more, the address would get too long; then the whole account is asked and the rest left out here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What of an account is read. `services`: ids of those that exist; `is_whole`: they are not a selection.

    `problems`: what is wrong with the selection. `history`, `made_by`: see `HistoryStream`.
    """

    source: str
    client: Client
    services: tuple[str, ...]
    is_whole: bool
    history: timedelta
    made_by: str
    problems: tuple[Problem, ...] = ()

    @property
    def origins(self) -> tuple[str, ...]:
        return tuple(f"{self.source}:{service}" for service in self.services)

    def wanted(self, records: Iterable[_Record]) -> tuple[_Record, ...]:
        """Those of the selected services."""
        origins = frozenset(self.origins)
        return tuple(record for record in records if self.is_whole or record.origin in origins)


class IncidentStream(WindowedStream):
    """Incidents by their creation, and what happened to any incident by the time when it did.

    The log tells of old incidents that were resolved or reopened meanwhile; of those it shows the rest of their story
    only in part, so records are merged into what is known.
    """

    is_partial = True

    def __init__(self, account: Account) -> None:
        super().__init__(
            "incidents",
            origins=account.origins,
            kinds=(Incident.kind,),
            history=account.history,
            made_by=account.made_by,
        )
        self._account = account

    def pieces(self, begin: datetime, end: datetime) -> Iterator[Piece]:
        account = self._account
        found: list[Told] = []
        problems = list(account.problems)
        for page in self._incidents(begin, end):
            taken, wrong = take_each(
                page, lambda body: (told(account.source, body),), what="an incident", origin=account.source
            )
            found.extend(taken)
            problems.extend(wrong)
        log: list[Step] = []
        for page in self._log(begin, end):
            entries, wrong = take_each(
                page, partial(steps, account.source), what="an entry of the log", origin=account.source
            )
            log.extend(entries)
            problems.extend(wrong)
        yield Piece(records=account.wanted(united(found, log)), problems=tuple(dict.fromkeys(problems)))

    def _incidents(self, begin: datetime, end: datetime) -> Iterator[list[Any]]:
        params: dict[str, Any] = {"time_zone": "UTC", "sort_by": "created_at:asc"}
        if not self._account.is_whole and len(self._account.services) <= _MOST_SERVICES_NAMED:
            params["service_ids[]"] = list(self._account.services)
        return listed_between(self._account.client, "incidents", params, begin, end)

    def _log(self, begin: datetime, end: datetime) -> Iterator[list[Any]]:
        params = {"time_zone": "UTC", "is_overview": "true", "include[]": "incidents"}
        return listed_between(self._account.client, "log_entries", params, begin, end)


class ChangeEventStream(WindowedStream):
    """Change events, which never change, by their time."""

    def __init__(self, account: Account) -> None:
        super().__init__(
            "change_events",
            origins=account.origins,
            kinds=(Deployment.kind,),
            history=account.history,
            made_by=account.made_by,
        )
        self._account = account

    def pieces(self, begin: datetime, end: datetime) -> Iterator[Piece]:
        account = self._account
        for page in listed_between(account.client, "change_events", {}, begin, end):
            found = parse_each(page, partial(deployments, account.source), what="a change event", origin=account.source)
            records = account.wanted(record for record in found.records if isinstance(record, Deployment))
            yield Piece(records=records, problems=found.problems)
