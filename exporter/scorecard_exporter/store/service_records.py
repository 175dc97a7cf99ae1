"""What services are linked from: their records, read for several services at one go."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import duckdb

from scorecard_exporter.events.facts import (
    ChangeRow,
    CommitRow,
    DeploymentRow,
    IncidentRow,
    IssueRow,
    PullRequestRow,
    ServiceRecords,
)
from scorecard_exporter.events.patterns import matches
from scorecard_exporter.events.rules import ServiceRule

RECORDS_AT_ONCE = 25_000
"""How many records of some number are held in memory together, unless one service has more."""
ROWS_AT_ONCE = 1_000

_MANY = ("commits", "deployments", "issues", "pull_requests")

_Value = TypeVar("_Value")
_ByOrigin = Mapping[str, Sequence[_Value]]


def origins_of(rule: ServiceRule) -> set[str]:
    """The origins that a service reads."""
    single = {rule.changes, *(one.origin for one in (rule.deployments, rule.releases) if one)}
    several = (rule.incidents, rule.builds, rule.bugs)
    return {origin for origin in single if origin} | {one.origin for rules in several for one in rules}


def groups(connection: duckdb.DuckDBPyConnection, rules: Iterable[ServiceRule]) -> Iterator[list[ServiceRule]]:
    """Services to read together, so that a table of millions of rows is not searched anew for each."""
    sizes: defaultdict[str, int] = defaultdict(int)
    for table in _MANY:
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
    commits, branches = _commits(connection, changing), _rows(connection, "branches", "key, sha", changing)
    requests, reviews = _pull_requests(connection, changing), _Reviews(connection, changing)
    changes, paths = _changes(connection, changing, requests), _rows(connection, "paths", "kind, key, path", divided)
    releasing = {one.origin for rule in rules for one in (rule.deployments, rule.releases) if one}
    deployments = _deployments(connection, releasing)
    incidents = _incidents(connection, {one.origin for rule in rules for one in rule.incidents})
    issues = _issues(connection, {one.origin for rule in rules for one in rule.bugs})
    built = _rows(connection, "builds", "branch", {one.origin for rule in rules for one in rule.builds}, distinct=True)
    for rule in rules:
        origin = rule.changes or ""
        opened = [
            row._replace(reviewed_at=reviews.first(rule, row.number, row.author)) for row in requests.get(origin, ())
        ]
        authors = {row.number: row.author for row in opened}
        yield ServiceRecords(
            commits=tuple(commits.get(origin, ())),
            tips=tuple(sha for _, sha in branches.get(origin, ())),
            branches=tuple(name for name, _ in branches.get(origin, ())),
            changes=tuple(
                row._replace(reviewed_at=reviews.first(rule, row.number, authors.get(row.number) or row.author))
                for row in changes.get(origin, ())
            ),
            pull_requests=tuple(opened),
            deployments=tuple(deployments.get(rule.deployments.origin, ()) if rule.deployments else ()),
            releases=tuple(deployments.get(rule.releases.origin, ()) if rule.releases else ()),
            incidents=tuple(row for name in {one.origin for one in rule.incidents} for row in incidents.get(name, ())),
            issues=tuple(row for name in {one.origin for one in rule.bugs} for row in issues.get(name, ())),
            built=tuple(
                (name, branch) for name in {one.origin for one in rule.builds} for (branch,) in built.get(name, ())
            ),
            paths=tuple(_path(*row) for row in (paths.get(origin, ()) if rule.paths else ())),
        )


def _rows(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    columns: str,
    origins: Collection[str],
    condition: str = "true",
    *,
    distinct: bool = False,
) -> _ByOrigin[tuple[Any, ...]]:
    """These columns of a table, by origin."""
    if not origins:
        return {}
    wanted = f"SELECT {'DISTINCT ' if distinct else ''}origin, {columns} FROM {table}"
    where = f"WHERE origin IN (SELECT unnest(?)) AND {condition}"
    found = connection.execute(f"{wanted} {where}", [sorted(origins)])
    return _grouped((row[0], row[1:]) for row in _fetched(found))


def _fetched(found: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    """The rows, so many at a time that no other thread waits long for the interpreter."""
    while rows := found.fetchmany(ROWS_AT_ONCE):
        yield from rows


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


def _pull_requests(connection: duckdb.DuckDBPyConnection, origins: Collection[str]) -> _ByOrigin[PullRequestRow]:
    columns = "key, opened_at, ready_at, merged_at, closed_at, author, is_bot, is_draft, url"
    found = _rows(connection, "pull_requests", columns, origins)
    return {origin: [PullRequestRow(*row) for row in rows] for origin, rows in found.items()}


def _changes(
    connection: duckdb.DuckDBPyConnection, origins: Collection[str], requests: _ByOrigin[PullRequestRow]
) -> _ByOrigin[ChangeRow]:
    """Merged pull requests, with what is known of when they were ready."""
    columns = "key, first_authored_at, merged_at, merge_sha, head_sha, author, is_bot, title, branch, reverts, url"
    labelled = _rows(connection, "labels", "key, label", origins, "kind = 'change'")
    found: dict[str, list[ChangeRow]] = {}
    for origin, rows in _rows(connection, "changes", columns, origins).items():
        ready = {
            one.number: one.opened_at if one.ready_at is None else one.ready_at for one in requests.get(origin, ())
        }
        labels = _grouped((key, label) for key, label in labelled.get(origin, ()))
        found[origin] = []
        for number, authored_at, *plain, reverts, url in rows:
            times, named = (authored_at, ready.get(number), None), tuple(sorted(labels.get(number, ())))
            found[origin].append(ChangeRow._make((number, *times, *plain, tuple(reverts.split()), named, url)))
    return found


class _Reviews:
    """The reviews of pull requests by what no source calls a bot."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, origins: Collection[str]) -> None:
        rows = _rows(connection, "reviews", "pull_request, author, submitted_at", origins, "is_bot = 0")
        self._found = {origin: _grouped((number, review) for number, *review in some) for origin, some in rows.items()}

    def first(self, rule: ServiceRule, number: str, author: str) -> int | None:
        """When a pull request of the service was first reviewed by a person other than its author."""
        reviews = self._found.get(rule.changes or "", {}).get(number, ())
        moments = (
            submitted_at
            for reviewer, submitted_at in reviews
            if not _is_same_person(reviewer, author) and not matches(reviewer, rule.bots)
        )
        return min(moments, default=None)


def _is_same_person(reviewer: str, author: str) -> bool:
    """Hosts do not tell logins apart by case; no name is nobody's."""
    return author != "" and reviewer.casefold() == author.casefold()


def _issues(connection: duckdb.DuckDBPyConnection, origins: Collection[str]) -> _ByOrigin[IssueRow]:
    labelled = _rows(connection, "labels", "key, label", origins, "kind = 'issue'")
    found = {}
    for origin, rows in _rows(connection, "issues", "key, type, opened_at, url", origins).items():
        labels = _grouped((key, label) for key, label in labelled.get(origin, ()))
        found[origin] = [
            IssueRow(origin, key, type_, opened_at, tuple(sorted(labels.get(key, ()))), url)
            for key, type_, opened_at, url in rows
        ]
    return found


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
