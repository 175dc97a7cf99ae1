"""The store on DuckDB, in one file."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from arro3.core import Table

from scorecard_exporter.events.model import Coverage
from scorecard_exporter.events.rules import ServiceRule
from scorecard_exporter.store import dimensions as tables_of_configuration
from scorecard_exporter.store import links, records, reviews, service_records
from scorecard_exporter.store.base import Delivery, Dimensions, KeptReview, ReviewDates, StatusChange, SubjectPattern
from scorecard_exporter.store.database import Database
from scorecard_exporter.store.tables import from_rows

_STATUS_CHANGE = {
    "scorecard": "VARCHAR",
    "team": "VARCHAR",
    "measure": "VARCHAR",
    "occurred_at": "BIGINT",
    "status": "VARCHAR",
    "value": "DOUBLE",
}


class DuckDBStore:
    """Fulfils `store.base.Store`. All writes wait for each other; reads see what is committed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rules: Mapping[str, ServiceRule] = {}
        self._subjects: tuple[SubjectPattern, ...] = ()

    @classmethod
    def open(cls, path: Path) -> DuckDBStore:
        """Open the file, or make it and its folder.

        Raises:
            StoreBusyError: another process holds it.
            StoreError: it cannot be opened, is not ours, or is from a newer version.
        """
        return cls(Database(path))

    def write(self, source: str, *deliveries: Delivery) -> Mapping[str, int]:
        with self._database.writing() as connection:
            rows = records.write(connection, source, deliveries)
            brought = [record for _, batch in deliveries for record in batch.records]
            tables_of_configuration.add_subjects(connection, self._subjects, brought)
            links.mark(connection, [batch for _, batch in deliveries])
        return rows

    def link(self) -> int:
        with self._database.reading() as connection:
            rules = [self._rules[service] for service in links.outdated(connection) if service in self._rules]
            groups = list(service_records.groups(connection, rules)) if rules else []
        for group in groups:
            with self._database.writing() as connection:
                links.relink(connection, group)
        return len(rules)

    def dimensions(self, dimensions: Dimensions) -> None:
        with self._database.writing() as connection:
            tables_of_configuration.replace(connection, dimensions)
            links.take_rules(connection, dimensions.services)
        self._rules = {rule.service: rule for rule in dimensions.services}
        self._subjects = dimensions.subjects

    def query(self, sql: str) -> Table:
        with self._database.reading() as connection:
            return Table.from_arrow(connection.sql(sql))

    def cursors(self, source: str) -> Mapping[str, str]:
        with self._database.reading() as connection:
            return records.cursors(connection, source)

    def coverage(self, origins: Collection[str] = (), kinds: Collection[str] = ()) -> Sequence[Coverage]:
        with self._database.reading() as connection:
            return records.coverage(connection, origins, kinds)

    def environments(self) -> Sequence[tuple[str, str, int]]:
        with self._database.reading() as connection:
            return connection.execute(
                "SELECT origin, environment, count(*) FROM deployments GROUP BY ALL ORDER BY ALL"
            ).fetchall()

    def status_changes(self) -> Sequence[StatusChange]:
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT scorecard, team, measure, status, value, occurred_at FROM status_changes "
                "QUALIFY occurred_at = max(occurred_at) OVER (PARTITION BY scorecard, team, measure) ORDER BY ALL"
            ).fetchall()
        return [
            StatusChange(scorecard=scorecard, team=team, measure=measure, status=status, value=value, at=at)
            for scorecard, team, measure, status, value, at in rows
        ]

    def record_status_changes(self, changes: Iterable[StatusChange]) -> None:
        rows = {(one.scorecard, one.team, one.measure, one.at): (one.status, one.value) for one in changes}
        if rows:
            with self._database.writing() as connection:
                identity = "scorecard, team, measure, occurred_at"
                found = from_rows(_STATUS_CHANGE, [(*moment, *change) for moment, change in rows.items()])
                connection.register("changed", found)
                connection.execute(f"DELETE FROM status_changes WHERE ({identity}) IN (SELECT {identity} FROM changed)")
                connection.unregister("changed")
                records.insert(connection, "status_changes", found)

    def reviews(self, scorecard: str) -> Sequence[KeptReview]:
        with self._database.reading() as connection:
            return reviews.of_scorecard(connection, scorecard)

    def record_review(self, review: KeptReview) -> None:
        with self._database.writing() as connection:
            reviews.add(connection, review)

    def review_dates(self, at: int) -> Mapping[tuple[str, str], ReviewDates]:
        with self._database.reading() as connection:
            return reviews.dates(connection, at)

    def statistics(self) -> Mapping[str, Any]:
        with self._database.reading() as connection:
            names = connection.execute("SELECT table_name FROM duckdb_tables() ORDER BY table_name").fetchall()
            counts = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" for (name,) in names)
            rows = dict(connection.execute(counts).fetchall())
        return {"rows": rows, "bytes": self._database.size()}

    def maintain(self) -> None:
        with self._database.exclusive() as connection:
            connection.execute("CHECKPOINT")

    def close(self) -> None:
        self._database.close()
