"""What happened to a team's services in a time, and when its measures changed colour: the newest of each.

Times are microseconds since the epoch; a time is half-open, as everywhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from scorecard_exporter.events.model import NEVER
from scorecard_exporter.measures.model import Period
from scorecard_exporter.measures.statements import bigint, read, text_literal
from scorecard_exporter.store.base import Store


class Deployed(NamedTuple):
    """A production deployment that ended, of all the services that share it. `failed_by` as in `DeploymentFact`."""

    at: int
    origin: str
    key: str
    url: str
    version: str
    has_succeeded: bool
    failed_by: str
    changes: int
    services: tuple[str, ...]


class Disturbed(NamedTuple):
    """An incident, of all services that share it. `resolved_at` None: it goes on. `title`: hostile until checked."""

    at: int
    origin: str
    key: str
    url: str
    severity: str
    title: str
    resolved_at: int | None
    services: tuple[str, ...]


class Recoloured(NamedTuple):
    """A measure changed its colour from `before` to `status`."""

    at: int
    measure: str
    before: str
    status: str


@dataclass(frozen=True, slots=True)
class Happenings:
    """What happened, newest first. `is_cut`: there was more, and it is older."""

    deployments: tuple[Deployed, ...] = ()
    incidents: tuple[Disturbed, ...] = ()
    colours: tuple[Recoloured, ...] = ()
    is_cut: bool = False


def happenings(
    store: Store, kinds: Iterable[str], *, scorecard: str, team: str, period: Period, most: int
) -> Happenings:
    """At most `most` of each of the kinds `deployment`, `incident` and `status`; others are nothing of the store."""
    wanted = set(kinds)
    deployed = _deployments(store, team, period, most + 1) if "deployment" in wanted else []
    disturbed = _incidents(store, team, period, most + 1) if "incident" in wanted else []
    recoloured = _colours(store, scorecard, team, period, most + 1) if "status" in wanted else []
    return Happenings(
        tuple(deployed[:most]),
        tuple(disturbed[:most]),
        tuple(recoloured[:most]),
        is_cut=max(len(deployed), len(disturbed), len(recoloured)) > most,
    )


def _deployments(store: Store, team: str, period: Period, most: int) -> list[Deployed]:
    columns = "finished_at, origin, key, url, version, status, failed_by, changes"
    rows = _newest(
        store,
        columns,
        f"service_deployments as facts join scope on scope.subject = facts.service "
        f"and scope.team = {text_literal(team)} "
        f"where facts.finished_at >= {bigint(period.starts_at)} and facts.finished_at < {bigint(period.ends_at)}",
        most,
    )
    return [
        Deployed(at, origin, key, url, version, status == "success", failed_by, changes, services)
        for (at, origin, key, url, version, status, failed_by, changes), services in _shared(rows)
    ][:most]


def _incidents(store: Store, team: str, period: Period, most: int) -> list[Disturbed]:
    columns = "began_at, origin, key, url, severity, title, resolved_at"
    rows = _newest(
        store,
        columns,
        f"(select facts.service, facts.began_at, facts.origin, facts.key, facts.url, facts.severity, "
        f"coalesce(incidents.title, '') as title, facts.resolved_at from service_incidents as facts "
        f"left join incidents on incidents.origin = facts.origin and incidents.key = facts.key) as facts "
        f"join scope on scope.subject = facts.service and scope.team = {text_literal(team)} "
        f"where facts.began_at < {bigint(period.ends_at)} and facts.resolved_at > {bigint(period.starts_at)}",
        most,
    )
    return [
        Disturbed(at, origin, key, url, severity, title, None if resolved == NEVER else resolved, services)
        for (at, origin, key, url, severity, title, resolved), services in _shared(rows)
    ][:most]


def _colours(store: Store, scorecard: str, team: str, period: Period, most: int) -> list[Recoloured]:
    """Only changes: the colour that was kept first was none."""
    sql = (
        "with numbered as (select occurred_at, measure, status, "
        "cast(row_number() over (partition by measure order by occurred_at) as bigint) as number from status_changes "
        f"where scorecard = {text_literal(scorecard)} and team = {text_literal(team)}), "
        "ranked as (select later.occurred_at, later.measure, earlier.status as before, later.status, "
        "cast(dense_rank() over (order by later.occurred_at desc) as bigint) as place "
        "from numbered as later join numbered as earlier "
        "on earlier.measure = later.measure and earlier.number = later.number - cast(1 as bigint) "
        f"where later.occurred_at >= {bigint(period.starts_at)} and later.occurred_at < {bigint(period.ends_at)}) "
        f"select occurred_at, measure, before, status from ranked where place <= {most}"
    )
    return sorted((Recoloured(*row) for row in read(store, sql)), reverse=True)[:most]


def _newest(store: Store, columns: str, source: str, most: int) -> list[tuple[object, ...]]:
    """The rows of the newest moments (the first column), with the service that each is of at the end."""
    first = columns.partition(",")[0]
    chosen = ", ".join(f"facts.{name}" for name in columns.split(", "))
    sql = (
        f"with ranked as (select {chosen}, facts.service, "
        f"cast(dense_rank() over (order by facts.{first} desc) as bigint) as place from {source}) "
        f"select {columns}, service from ranked where place <= {most}"
    )
    return sorted(read(store, sql), reverse=True)


def _shared(rows: Iterable[tuple[object, ...]]) -> Iterator[tuple[tuple, tuple[str, ...]]]:  # type: ignore[type-arg]
    """Each thing once, with the services that share it, in the order of the rows."""
    services: defaultdict[tuple[object, object], list[str]] = defaultdict(list)
    found: dict[tuple[object, object], tuple[object, ...]] = {}
    for *row, service in rows:
        thing = row[1], row[2]
        found.setdefault(thing, tuple(row))
        services[thing].append(str(service))
    return ((row, tuple(sorted(set(services[thing])))) for thing, row in found.items())
