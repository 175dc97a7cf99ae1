"""Facts of services in their tables: which are out of date, and making them anew."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

import duckdb

from scorecard_exporter import __version__
from scorecard_exporter.events.link import link
from scorecard_exporter.events.model import Batch
from scorecard_exporter.events.rules import ServiceRule
from scorecard_exporter.store.records import insert
from scorecard_exporter.store.service_records import origins_of, read
from scorecard_exporter.store.tables import FACTS, fact_types, from_rows

_LINKED_KINDS = frozenset(
    {"branch", "build", "change", "commit", "deployment", "incident", "issue", "pull_request", "review"}
)


def mark(connection: duckdb.DuckDBPyConnection, batches: Iterable[Batch]) -> None:
    """Note that the services which read what these batches bring are out of date."""
    origins = set()
    for batch in batches:
        origins |= {record.origin for record in batch.records if record.kind in _LINKED_KINDS}
        origins |= {origin for origin, kind in batch.replace if kind in _LINKED_KINDS}
    if origins:
        connection.execute(
            "UPDATE linked_services SET is_current = 0 WHERE is_current = 1 AND service IN "
            "(SELECT service FROM linked_origins WHERE origin IN (SELECT unnest(?)))",
            [sorted(origins)],
        )


def take_rules(connection: duckdb.DuckDBPyConnection, rules: Iterable[ServiceRule]) -> None:
    """From here on these are the services; those that are new or have another rule are out of date."""
    new = {rule.service: rule for rule in rules}
    rows = connection.execute("SELECT service, fingerprint FROM linked_services WHERE is_current = 1").fetchall()
    current = {service for service, fingerprint in rows if service in new and fingerprint == _fingerprint(new[service])}
    for table in FACTS:
        connection.execute(f"DELETE FROM {table} WHERE service NOT IN (SELECT unnest(?))", [sorted(new)])
    connection.execute("DELETE FROM linked_services")
    connection.execute("DELETE FROM linked_origins")
    services = [(service, _fingerprint(rule), int(service in current)) for service, rule in new.items()]
    types = {"service": "VARCHAR", "fingerprint": "VARCHAR", "is_current": "BIGINT"}
    insert(connection, "linked_services", from_rows(types, services))
    origins = [(service, origin) for service, rule in new.items() for origin in origins_of(rule)]
    insert(connection, "linked_origins", from_rows({"service": "VARCHAR", "origin": "VARCHAR"}, origins))


def outdated(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The services whose facts are out of date."""
    rows = connection.execute("SELECT service FROM linked_services WHERE is_current = 0 ORDER BY service").fetchall()
    return [str(service) for (service,) in rows]


def relink(connection: duckdb.DuckDBPyConnection, rules: Sequence[ServiceRule]) -> None:
    """Make the facts of these services anew. The transaction is the caller's."""
    facts = [link(rule, records) for rule, records in zip(rules, read(connection, rules), strict=True)]
    services = [rule.service for rule in rules]
    made: dict[str, list[tuple[Any, ...]]] = {
        "service_deployments": [row for one in facts for row in one.deployments],
        "service_changes": [row for one in facts for row in one.changes],
        "service_incidents": [row for one in facts for row in one.incidents],
        "service_pull_requests": [row for one in facts for row in one.pull_requests],
        "service_build_branches": [row for one in facts for row in one.build_branches],
        "service_bugs": [row for one in facts for row in one.bugs],
        "service_releases": [row for one in facts for row in one.releases],
    }
    for table, rows in made.items():
        connection.execute(f"DELETE FROM {table} WHERE service IN (SELECT unnest(?))", [services])
        insert(connection, table, from_rows(fact_types(table), rows))
    connection.execute("UPDATE linked_services SET is_current = 1 WHERE service IN (SELECT unnest(?))", [services])


def _fingerprint(rule: ServiceRule) -> str:
    """Changes with the rule, and with the version of the program, whose links may differ."""
    return hashlib.sha256(f"{__version__} {rule!r}".encode()).hexdigest()
