"""A small company that does not exist, with two years of deliveries in a real store: the same each time it is made.

Team `payments` (services checkout and ledger) and team `search` (service catalog) lie below `company`. What they
deliver gets better over the two years; search had no deployment before 2025, and no incident ever.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

from scorecard_exporter.config import load
from scorecard_exporter.events.model import Batch, Commit, Coverage, Deployment, Incident, Observation
from scorecard_exporter.store import open_store

BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
END = datetime(2026, 1, 1, tzinfo=UTC)
SERVICES = {"checkout": BEGIN, "ledger": BEGIN, "catalog": datetime(2025, 1, 1, tzinfo=UTC)}
CONFIGURATION = """
store: duckdb:./store.duckdb
timezone: Europe/Berlin
sources:
  shop: {type: files, path: "none/*.csv"}
teams:
  company: {owner: cto@example.org}
  payments: {parent: company, owner: payments@example.org, services: [checkout, ledger]}
  search: {parent: company, services: [catalog]}
services:
  checkout: {changes: "shop:checkout", deployments: {from: "shop:checkout", environment: live},
             incidents: "shop:checkout"}
  ledger: {changes: "shop:ledger", deployments: {from: "shop:ledger", environment: live}, incidents: "shop:ledger"}
  catalog: {changes: "shop:catalog", deployments: {from: "shop:catalog", environment: live}, incidents: "shop:catalog"}
series:
  cloud-cost: {from: shop, unit: eur, subjects: teams}
scorecards:
  engineering:
    title: "Engineering \\"2026\\""
    teams: [company, payments, search]
    perspectives:
      business:
        objectives:
          cost:
            measures:
              cloud_cost: {measure: observation, series: cloud-cost, statistic: sum, better: lower, goal: 9000 EUR,
                           red: 12000 EUR}
      excellence:
        objectives:
          faster:
            measures:
              lead_time_for_changes: {goal: 2d, red: 2w}
              deployment_frequency:
                targets:
                  - {from: 2024-07-01, goal: 1/2w, red: 1/month}
                  - {from: 2025-07-01, goal: 1/w, red: 1/2w}
          safer:
            measures:
              change_failure_rate: {goal: 5%, red: 15%, critical: true}
              time_to_restore:
                schedule:
                  - {at: 2024-03-01, goal: 12h, red: 2d}
                  - {at: 2025-12-31, goal: 1h, red: 12h}
              time_to_restore_quickly: {measure: time_to_restore, statistic: median, window: 30d, goal: 1h, red: 12h}
              failures_share: {measure: arithmetic, expression: "1 - deployment_success_rate", unit: ratio,
                               better: lower, goal: 1%, red: 5%, window: 30d}
              deployment_success_rate: {goal: 99%, red: 90%}
"""


def found(folder, end=END, configuration=CONFIGURATION):
    """The configuration, whose store is filled with two years that end then."""
    path = folder / "scorecard.yaml"
    path.write_text(configuration)
    configuration = load(path)
    store = open_store(configuration.store)
    store.dimensions(configuration.dimensions)
    for service, begin in SERVICES.items():
        store.write("shop", (service, delivered(service, begin + (end - END), end)))
    store.write("shop", ("costs", costs(end)))
    store.link()
    store.close()
    return configuration


def covered(origin, *kinds, begin, end):
    return tuple(Coverage(origin=origin, kind=kind, from_at=begin, to_at=end) for kind in kinds)


def delivered(service, begin, end):
    """A commit of its own for each deployment; at first every ten days and slowly, in the end daily and soon."""
    random = Random(service)  # noqa: S311  nothing secret is made from it
    origin, records, at, parents = f"shop:{service}", [], begin, ()
    while at < end:
        progress = 1 - (end - at) / (END - BEGIN)
        number = len(records)
        sha = f"{number:040x}"
        authored = at - timedelta(hours=random.uniform(1, 400 * (1.05 - progress)))
        records.append(
            Commit(origin=origin, key=sha, authored_at=authored, committed_at=authored, parents=parents, subject="work")
        )
        outcome = "failure" if random.random() < 0.05 else "success"
        records.append(
            Deployment(
                origin=origin,
                key=f"d{number}",
                environment="live",
                sha=sha,
                status=outcome,
                started_at=at,
                finished_at=at,
            )
        )
        if service != "catalog" and outcome == "success" and random.random() < 0.2:
            begins = at + timedelta(minutes=random.randint(1, 300))
            ends = begins + timedelta(hours=random.uniform(0.2, 30 * (1.1 - progress)))
            records.append(
                Incident(origin=origin, key=f"i{number}", began_at=begins, resolved_at=min(ends, end), severity="high")
            )
        parents = (sha,)
        at += timedelta(days=random.uniform(0.5, 1 + 18 * (1 - progress)))
    return Batch(
        records=tuple(records),
        cursor="",
        coverage=covered(origin, "commit", "deployment", "incident", begin=begin, end=end),
    )


def costs(end):
    random = Random(1)  # noqa: S311  nothing secret is made from it
    begin = end - (END - BEGIN)
    spans = [(begin + timedelta(days=week * 7), team) for week in range(104) for team in ("payments", "search")]
    records = tuple(
        Observation(
            origin="shop:costs",
            key=f"{team}/{at:%Y-%m-%d}",
            series="cloud-cost",
            subject=team,
            starts_at=at,
            ends_at=at + timedelta(days=7),
            value=Decimal(random.randint(900, 1900)),
            unit="eur",
        )
        for at, team in spans
    )
    return Batch(records=records, cursor="", coverage=covered("shop:costs", "observation", begin=begin, end=end))
