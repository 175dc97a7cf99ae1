"""A made-up organisation: its configuration and two years of what happens in it, the same each time they are made.

Facts, builds, observations and answers are written straight into their tables (`events`), in the order in which the
linker and the sources write them. Coverage goes through the store.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import yaml

from catalogue import PERSPECTIVES, SURVEYS, series
from events import ENDS_AT, statements
from scorecard_exporter.config import load
from scorecard_exporter.config.model import Configuration
from scorecard_exporter.events.model import Batch, Coverage
from scorecard_exporter.store import open_store, store_path

_FED_BY = ("deployment", "commit", "pull_request", "review", "incident", "build", "issue")


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """How large it is: one root, `departments` below it, `teams` below these, which own the services.

    Of every deployment there are five changes, which are pull requests, and two builds, and of one in twenty an
    incident. Of each service there are `bugs_per_service`, and every team answers two surveys a quarter.
    """

    departments: int
    teams: int
    services_per_team: int
    deployments_per_service: int
    bugs_per_service: int

    @property
    def services(self) -> int:
        """How many services there are."""
        return self.teams * self.services_per_team

    def found(self, directory: Path) -> Configuration:
        """Write the configuration into `directory`, fill the store that it names, and load it."""
        path = directory / "organisation.yaml"
        path.write_text(yaml.safe_dump(self._document(), sort_keys=False), encoding="utf-8")
        configuration = load(path)
        store = open_store(configuration.store)
        store.write("events", ("files", Batch(records=(), cursor="", coverage=tuple(self._coverage()))))
        store.close()
        with duckdb.connect(str(store_path(configuration.store))) as connection:
            for statement in statements(self.teams, self.services, self.deployments_per_service, self.bugs_per_service):
                connection.execute(statement)
        store = open_store(configuration.store)
        store.dimensions(configuration.dimensions)
        store.maintain()
        store.close()
        return configuration

    def _document(self) -> dict[str, Any]:
        departments = {f"department-{number}": {"parent": "organisation"} for number in range(self.departments)}
        teams = {
            f"team-{number}": {
                "parent": f"department-{number % self.departments}",
                "services": [_service(number + place * self.teams) for place in range(self.services_per_team)],
            }
            for number in range(self.teams)
        }
        every = {"organisation": {"owner": "engineering@example.org"}, **departments, **teams}
        return {
            "store": "duckdb:organisation.duckdb",
            "sources": {"events": {"type": "files", "path": "events"}},
            "teams": every,
            "services": {_service(number): _mapping(_service(number)) for number in range(self.services)},
            "series": series(),
            "surveys": {name: {"from": "events:answers"} for name in SURVEYS},
            "scorecards": {"engineering": {"teams": list(every), "perspectives": PERSPECTIVES}},
        }

    def _coverage(self) -> Iterator[Coverage]:
        fed = [(f"events:{_service(number)}", kind) for number in range(self.services) for kind in _FED_BY]
        for origin, kind in (*fed, ("events:observations", "observation"), ("events:answers", "survey_answer")):
            yield Coverage(origin=origin, kind=kind, from_at=None, to_at=ENDS_AT)


def _service(number: int) -> str:
    return f"service-{number}"


def _mapping(service: str) -> dict[str, Any]:
    origin = f"events:{service}"
    return {
        "changes": origin,
        "deployments": {"from": origin, "environment": "production"},
        "incidents": {"from": origin},
        "builds": {"from": origin, "branches": "main"},
        "bugs": {"from": origin, "found_in_production": "escaped", "reported_by_customers": "customer"},
    }
