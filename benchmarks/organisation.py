"""A made-up organisation: its configuration and two years of its deliveries, the same each time they are made.

Deployments, changes and incidents are written straight into the tables of facts, in the order in which the
linker writes them: service by service, each in order of time. Observations and coverage go through the store.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import yaml

from scorecard_exporter.config import load
from scorecard_exporter.config.model import Configuration
from scorecard_exporter.events.model import NEVER, Batch, Coverage, Observation
from scorecard_exporter.quantities import instant
from scorecard_exporter.store import open_store, store_path

ENDS_AT = datetime(2026, 7, 1, tzinfo=UTC)
"""The moment up to which everything is known, and at which it is evaluated."""

_BEGINS_AT = ENDS_AT - timedelta(days=730)
_MONTH = timedelta(days=30)
_SERIES = {"infrastructure_cost": "eur", "transactions": "count"}
_CHANGES_PER_DEPLOYMENT = 5
_DEPLOYMENTS_PER_INCIDENT = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """How large it is: one root, `departments` below it, `teams` below these, which own the services.

    Every deployment but the last of a service ships five changes, and one in twenty has an incident.
    """

    departments: int
    teams: int
    services_per_team: int
    deployments_per_service: int

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
        store.dimensions(configuration.dimensions)
        store.write(
            "events", ("files", Batch(records=tuple(self._observations()), cursor="", coverage=self._coverage()))
        )
        store.close()
        with duckdb.connect(str(store_path(configuration.store))) as connection:
            for statement in self._facts():
                connection.execute(statement)
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
            "series": {name: {"from": "events", "unit": unit, "subjects": "teams"} for name, unit in _SERIES.items()},
            "scorecards": {"engineering": {"teams": list(every), "perspectives": _PERSPECTIVES}},
        }

    def _coverage(self) -> tuple[Coverage, ...]:
        feeding = [
            (f"events:{_service(number)}", kind)
            for number in range(self.services)
            for kind in ("deployment", "commit", "incident")
        ]
        return tuple(
            Coverage(origin=origin, kind=kind, from_at=None, to_at=ENDS_AT)
            for origin, kind in [*feeding, ("events:observations", "observation")]
        )

    def _observations(self) -> Iterator[Observation]:
        """Each series of each team, once a month."""
        random = Random(1)
        for team in range(self.teams):
            for series, unit in _SERIES.items():
                for month in range(24):
                    ends_at = ENDS_AT - month * _MONTH
                    yield Observation(
                        origin="events:observations",
                        key=f"{series}/team-{team}/{month}",
                        series=series,
                        subject=f"team-{team}",
                        starts_at=ends_at - _MONTH,
                        ends_at=ends_at,
                        value=Decimal(random.randint(1_000, 100_000)),
                        unit=unit,
                    )

    def _facts(self) -> Iterator[str]:
        """Statements that fill the tables of facts.

        `number` counts all deployments, `place` those of a service; `turn`, from 0 to 19, says what becomes of one.
        """
        each = self.deployments_per_service
        step = (instant(ENDS_AT) - instant(_BEGINS_AT)) // each
        finished = f"{instant(_BEGINS_AT)} + place * {step} + noise(number, 1) * {step >> 32}"
        yield "SET enable_progress_bar = false"
        yield _SCRAMBLE
        yield _NOISE
        yield f"""
            CREATE TEMP TABLE made AS
            SELECT number, place, (place + nth * 7) % 20 AS turn, 'service-' || nth AS service,
                {finished} AS finished_at
            FROM (SELECT range AS number, range // {each} AS nth, range % {each} AS place
                FROM range({self.services * each}))
        """
        yield _DEPLOYMENTS
        yield _CHANGES.format(last=each - 1)
        yield _INCIDENTS.format(last=each - _DEPLOYMENTS_PER_INCIDENT)
        yield "CHECKPOINT"


def _service(number: int) -> str:
    return f"service-{number}"


def _mapping(service: str) -> dict[str, Any]:
    origin = f"events:{service}"
    return {
        "changes": origin,
        "deployments": {"from": origin, "environment": "production"},
        "incidents": {"from": origin},
    }


_PERSPECTIVES: dict[str, Any] = {
    "business-value": {
        "objectives": {
            "growth": {
                "measures": {
                    "infrastructure_cost": {
                        "measure": "observation",
                        "series": "infrastructure_cost",
                        "statistic": "sum",
                        "better": "lower",
                        "goal": "100000 EUR",
                        "red": "1000000 EUR",
                    },
                    "cost_per_transaction": {
                        "measure": "quotient",
                        "numerator": "infrastructure_cost",
                        "denominator": "transactions",
                        "unit": "eur",
                        "better": "lower",
                        "goal": "0.5 EUR",
                        "red": "2 EUR",
                    },
                }
            }
        }
    },
    "engineering-excellence": {
        "objectives": {
            "delivery": {
                "measures": {
                    "deployment_frequency": {},
                    "lead_time_for_changes": {},
                    "change_failure_rate": {},
                    "time_to_restore": {},
                    "failed_deployment_recovery_time": {},
                    "deployment_rework_rate": {},
                    "deployment_success_rate": {"goal": "99%", "red": "95%"},
                    "aborted_deployments": {
                        "measure": "arithmetic",
                        "expression": "1 - deployment_success_rate",
                        "unit": "ratio",
                        "better": "lower",
                        "goal": "1%",
                        "red": "5%",
                    },
                }
            }
        }
    },
}
"""Every measure of the catalogue, each once."""

_MULTIPLIER = 1_812_433_253
"""Knuth's, as in the seeding of the Mersenne Twister: below 2^31, so that no product leaves BIGINT."""
_SCRAMBLE = f"CREATE TEMP MACRO scramble(x) AS (xor(x, x >> 16) * {_MULTIPLIER}) % 4294967296"
_NOISE = "CREATE TEMP MACRO noise(number, salt) AS scramble(scramble(number * 16 + salt))"
_HOUR = 3_600_000_000

# Of twenty turns the third fails and is mended in the fourth, and the eleventh has an incident.
_DEPLOYMENTS = f"""
INSERT INTO service_deployments BY NAME
SELECT service, 'events:' || service AS origin, 'deployment-' || number AS key,
    'https://deploy.example/' || service || '/' || number AS url, 'production' AS environment,
    'v' || place AS version, md5('d' || number) AS sha,
    CASE WHEN noise(number, 2) % 50 = 0 THEN 'failure' ELSE 'success' END AS status,
    finished_at - noise(number, 3) % {_HOUR} AS started_at, finished_at,
    0 AS is_rollback, 0 AS is_repeat, CASE WHEN turn = 3 THEN 1 ELSE 0 END AS is_rework,
    {_CHANGES_PER_DEPLOYMENT} AS changes, CASE WHEN turn IN (2, 10) THEN 1 ELSE 0 END AS failed,
    CASE turn WHEN 2 THEN 'revert' WHEN 10 THEN 'incident' ELSE '' END AS failed_by,
    CASE WHEN turn IN (2, 10) THEN finished_at + noise(number, 4) % {_HOUR} END AS failed_at,
    CASE WHEN turn IN (2, 10) THEN finished_at + {_HOUR} + noise(number, 5) * 10 END AS recovered_at
FROM made ORDER BY number
"""
# Those of the last deployment still wait for it.
_CHANGES = f"""
INSERT INTO service_changes BY NAME
SELECT service, 'events:' || service AS origin, '' || (number * {_CHANGES_PER_DEPLOYMENT} + nth) AS key,
    'pull_request' AS type, 'https://code.example/' || service || '/' || number || '/' || nth AS url,
    first_authored_at, first_authored_at + lead // 2 AS ready_at, first_authored_at + lead // 4 * 3 AS reviewed_at,
    first_authored_at + lead // 8 * 7 AS merged_at,
    CASE WHEN place = {{last}} THEN {NEVER} ELSE finished_at END AS shipped_at,
    CASE WHEN place = {{last}} THEN '' ELSE 'deployment-' || number END AS deployment,
    0 AS is_approximate, CASE WHEN noise(number * 8 + nth, 6) % 10 = 0 THEN 1 ELSE 0 END AS is_bot,
    CASE WHEN turn = 3 THEN 1 ELSE 0 END AS is_revert, 0 AS is_hotfix
FROM (SELECT *, finished_at - lead AS first_authored_at FROM (
    SELECT *, ({_HOUR} << (noise(number * 8 + nth, 7) % 9)) + noise(number * 8 + nth, 8) % {_HOUR} AS lead
    FROM made, (SELECT range AS nth FROM range({_CHANGES_PER_DEPLOYMENT}))
)) ORDER BY number, nth
"""
# In every tenth service the last incident is still open.
_INCIDENTS = f"""
INSERT INTO service_incidents BY NAME
SELECT service, 'events:' || service AS origin, 'incident-' || number AS key,
    'https://pager.example/' || number AS url, 'high' AS severity, began_at,
    CASE WHEN place >= {{last}} AND noise(number, 9) % 10 = 0 THEN {NEVER}
        ELSE began_at + {_HOUR} // 6 + noise(number, 5) * 10 END AS resolved_at,
    'deployment-' || number AS deployment, 0 AS is_explicit
FROM (SELECT *, finished_at + noise(number, 4) % {_HOUR} AS began_at FROM made WHERE turn = 10)
ORDER BY number
"""
