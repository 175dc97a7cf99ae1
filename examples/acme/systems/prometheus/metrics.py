"""What Prometheus knows of Acme's services.

| metric | what | labels |
|---|---|---|
| `acme_requests_total`, `acme_requests_good_total` | requests, and those that were answered well | service, team |
| `acme_transactions_total` | successful transactions | service, team |
| `acme_infrastructure_cost_eur_total` | what it cost, in euros | service, team |
| `acme_active_users_total` | users, counted each day | service, team |
| `acme_active_users` | users of the day | service, team |
| `ALERTS` | 1 while an alert fires | alertname, alertstate, service, severity |

The totals grow evenly within each day (UTC).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from itertools import accumulate, chain

from examples.acme.company.model import Day, Service
from examples.acme.company.moments import DAY
from examples.acme.systems.prometheus.promql import Labels
from examples.acme.systems.world import World

TOTALS: Mapping[str, Callable[[Day], int]] = {
    "acme_requests_total": lambda day: day.requests,
    "acme_requests_good_total": lambda day: day.good_requests,
    "acme_transactions_total": lambda day: day.transactions,
    "acme_infrastructure_cost_eur_total": lambda day: day.cost,
    "acme_active_users_total": lambda day: day.active_users,
}
"""What is counted of each day."""
USERS = "acme_active_users"


class Metrics:
    """The samples of all metrics."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._days = world.company.days
        self._sums = {
            (name, service): [0, *accumulate(amount(day) for day in days)]
            for name, amount in TOTALS.items()
            for service, days in self._days.items()
        }

    def instant(self, name: str, at: int) -> Mapping[Labels, float]:
        """The value of each series of a metric; none where nothing is known of that moment."""
        if name == "ALERTS":
            return dict.fromkeys(self._alerts(at), 1.0)
        if name != USERS and name not in TOTALS:
            return {}
        value = self._users if name == USERS else self._total
        found: dict[Labels, float] = {}
        for service in self._world.company.services:
            amount = value(name, service, at)
            if amount is not None:
                labels = (("__name__", name), ("service", service.name), ("team", service.team))
                found[labels] = amount
        return found

    def _place(self, service: Service, at: int) -> int | None:
        days = self._days[service.name]
        place = (at - days[0].at) // DAY if days else -1
        is_known = days and days[0].at <= at <= min(days[-1].at + DAY, self._world.now)
        return place if is_known else None

    def _users(self, _: str, service: Service, at: int) -> float | None:
        place = self._place(service, at - 1)
        return None if place is None else float(self._days[service.name][place].active_users)

    def _total(self, name: str, service: Service, at: int) -> float | None:
        """The sum of the days before, and the part of this day that has gone by."""
        place = self._place(service, at)
        if place is None:
            return None
        days, sums = self._days[service.name], self._sums[name, service.name]
        if place == len(days):
            return float(sums[-1])
        gone = at - days[place].at
        today = sums[place + 1] - sums[place]
        return sums[place] + today * gone / DAY

    def _alerts(self, at: int) -> list[Labels]:
        found = []
        for incident in self._world.company.incidents[: self._begun(at)]:
            moments = [incident.began_at, *(step.at for step in incident.steps)]
            if bisect_right(moments, at) % 2 == 1:
                labels = {
                    "__name__": "ALERTS",
                    "alertname": "TooManyErrors",
                    "alertstate": "firing",
                    "service": incident.service,
                    "severity": "critical" if incident.urgency == "high" else "warning",
                }
                found.append(tuple(chain(labels.items())))
        return found

    def _begun(self, at: int) -> int:
        return bisect_right([incident.began_at for incident in self._world.company.incidents], at)
