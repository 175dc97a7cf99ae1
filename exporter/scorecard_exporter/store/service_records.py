"""What services are linked from: their records, read for several services at one go."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import duckdb

from scorecard_exporter.events.facts import ChangeRow, CommitRow, DeploymentRow, IncidentRow, ServiceRecords
from scorecard_exporter.events.patterns import matches
from scorecard_exporter.events.rules import ServiceRule

RECORDS_AT_ONCE = 25_000
"""How many commits and deployments are held in memory together, unless one service has more."""

_Value = TypeVar("_Value")
_ByOrigin = Mapping[str, Sequence[_Value]]
_Review = tuple[str, int]  # reviewer, and the moment at which it counts


def origins_of(rule: ServiceRule) -> set[str]:
    """The origins that a service reads."""
    deployments = {rule.deployments.origin} if rule.deployments else set()
    changes = {rule.changes} if rule.changes else set()
    return deployments | changes | {incidents.origin for incidents in rule.incidents}


def groups(connection: duckdb.DuckDBPyConnection, rules: Iterable[ServiceRule]) -> Iterator[list[ServiceRule]]:
    """Services to read together, so that a table of millions of rows is not searched anew for each."""
    sizes: defaultdict[str, int] = defaultdict(int)
    for table in ("commits", "deployments"):
        for origin, count in connection.execute(f"SELECT origin, count(*) FROM {table} GROUP BY origin").fetchall():
            sizes[origin] += count
    group: list[ServiceRule] = []
    held: set[str] = set()
    for rule in rules:
        held |= origins_of(rule)
        if group and sum(sizes[origin] for origin in held) > RECORDS_AT_ONCE:
            yield group
            group, held = [], origins_of(rule)
        group.append(rule)
    if group:
        yield group


def read(connection: duckdb.DuckDBPyConnection, rules: Sequence[ServiceRule]) -> Iterator[ServiceRecords]:
    """The records of each of these services, in their order; every table is read once."""
    changing = {rule.changes for rule in rules if rule.changes}
    divided = {rule.changes for rule in rules if rule.changes and rule.paths}
    commits, tips = _commits(connection, changing), _rows(connection, "branches", "sha", changing)
    changes, paths = _changes(connection, changing), _rows(connection, "paths", "kind, key, path", divided)
    deployments = _deployments(connection, {rule.deployments.origin for rule in rules if rule.deployments})
    incidents = _incidents(connection, {one.origin for rule in rules for one in rule.incidents})
    for rule in rules:
        origin = rule.changes or ""
        yield ServiceRecords(
            commits=tuple(commits.get(origin, ())),
            tips=tuple(sha for (sha,) in tips.get(origin, ())),
            changes=tuple(_reviewed(*change, rule.bots) for change in changes.get(origin, ())),
            deployments=tuple(deployments.get(rule.deployments.origin, ()) if rule.deployments else ()),
            incidents=tuple(row for name in {one.origin for one in rule.incidents} for row in incidents.get(name, ())),
            paths=tuple(_path(*row) for row in (paths.get(origin, ()) if rule.paths else ())),
        )


def _rows(
    connection: duckdb.DuckDBPyConnection, table: str, columns: str, origins: Collection[str], condition: str = "true"
) -> _ByOrigin[tuple[Any, ...]]:
    """These columns of a table, by origin."""
    if not origins:
        return {}
    rows = connection.execute(
        f"SELECT origin, {columns} FROM {table} WHERE origin IN (SELECT unnest(?)) AND {condition}", [sorted(origins)]
    ).fetchall()
    return _grouped((row[0], row[1:]) for row in rows)


def _commits(connection: duckdb.DuckDBPyConnection, origins: Collection[str]) -> _ByOrigin[CommitRow]:
    columns = "key, parents, authored_at, committed_at, author, is_bot, subject, reverts, change, url"
    return {
        origin: [
            CommitRow._make((sha, tuple(parents.split()), *plain, tuple(reverts.split()), change, url))
            for sha, parents, *plain, reverts, change, url in rows
        ]
        for origin, rows in _rows(connection, "commits", columns, origins).items()
    }


def _deployments(connection: duckdb.DuckDBPyConnection, origins: Collection[str]) -> _ByOrigin[DeploymentRow]:
    found = _rows(connection, "deployments", ", ".join(DeploymentRow._fields), origins)
    return {origin: [DeploymentRow._make(row) for row in rows] for origin, rows in found.items()}


def _changes(
    connection: duckdb.DuckDBPyConnection, origins: Collection[str]
) -> _ByOrigin[tuple[ChangeRow, Sequence[_Review]]]:
    """Merged pull requests, each with its reviews by others than its author and what the source calls a bot."""
    columns = "key, first_authored_at, merged_at, merge_sha, head_sha, author, is_bot, title, branch, reverts, url"
    opened = _rows(connection, "pull_requests", "key, coalesce(ready_at, opened_at), author", origins)
    reviewed = _rows(connection, "reviews", "pull_request, author, submitted_at", origins, "is_bot = 0")
    labelled = _rows(connection, "labels", "key, label", origins, "kind = 'change'")
    found: dict[str, list[tuple[ChangeRow, Sequence[_Review]]]] = {}
    for origin, rows in _rows(connection, "changes", columns, origins).items():
        ready = {number: (ready_at, author) for number, ready_at, author in opened.get(origin, ())}
        reviews = _grouped((number, review) for number, *review in reviewed.get(origin, ()))
        labels = _grouped((key, label) for key, label in labelled.get(origin, ()))
        found[origin] = []
        for number, authored_at, *plain, reverts, url in rows:
            ready_at, author = ready.get(number, (None, ""))
            named = tuple(sorted(labels.get(number, ())))
            row = ChangeRow._make((number, authored_at, ready_at, None, *plain, tuple(reverts.split()), named, url))
            others = [
                (reviewer, submitted_at if ready_at is None else max(submitted_at, ready_at))
                for reviewer, submitted_at in reviews.get(number, ())
                if not _is_same_person(reviewer, author or row.author)
            ]
            found[origin].append((row, others))
    return found


def _is_same_person(reviewer: str, author: str) -> bool:
    """Hosts do not tell logins apart by case; no name is nobody's."""
    return author != "" and reviewer.casefold() == author.casefold()


def _reviewed(row: ChangeRow, reviews: Sequence[_Review], bots: tuple[str, ...]) -> ChangeRow:
    """With its first review by a person; one of the draft counts when the draft became ready."""
    moments = [seen_at for reviewer, seen_at in reviews if not matches(reviewer, bots)]
    return row._replace(reviewed_at=min(moments)) if moments else row


def _incidents(connection: duckdb.DuckDBPyConnection, origins: Collection[str]) -> _ByOrigin[IncidentRow]:
    columns = "key, severity, title, began_at, acknowledged_at, resolved_at, deployment, sha, version, url"
    labelled = _rows(connection, "labels", "key, label", origins, "kind = 'incident'")
    stepped = _rows(connection, "transitions", "key, position, status, occurred_at", origins, "kind = 'incident'")
    found: dict[str, list[IncidentRow]] = {}
    for origin, rows in _rows(connection, "incidents", columns, origins).items():
        labels = _grouped((key, label) for key, label in labelled.get(origin, ()))
        steps = _grouped((key, (status, at)) for key, _, status, at in sorted(stepped.get(origin, ())))
        found[origin] = [
            IncidentRow._make((origin, key, *plain, tuple(sorted(labels.get(key, ()))), tuple(steps.get(key, ())), url))
            for key, *plain, url in rows
        ]
    return found


def _path(kind: str, key: str, path: str) -> tuple[str, str]:
    return f"#{key}" if kind == "change" else key, path


def _grouped(pairs: Iterable[tuple[str, _Value]]) -> dict[str, list[_Value]]:
    found: defaultdict[str, list[_Value]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return found
