"""Prometheus' query API over what Acme's services did: requests, transactions, users, cost, and alerts.

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
from functools import lru_cache
from itertools import accumulate, chain
from typing import Any
from urllib.parse import parse_qsl

from examples.acme.company.model import Day, Service
from examples.acme.company.moments import DAY, moment
from examples.acme.systems.api import Api
from examples.acme.systems.asked import Asked, Reply, answer
from examples.acme.systems.cache import Cache
from examples.acme.systems.promql import Expression, Labels, Vector, parse, seconds
from examples.acme.systems.world import World

MOST = 11_000
"""Points of a series in one answer."""
TOTALS: Mapping[str, Callable[[Day], int]] = {
    "acme_requests_total": lambda day: day.requests,
    "acme_requests_good_total": lambda day: day.good_requests,
    "acme_transactions_total": lambda day: day.transactions,
    "acme_infrastructure_cost_eur_total": lambda day: day.cost,
    "acme_active_users_total": lambda day: day.active_users,
}
"""What is counted of each day."""
USERS = "acme_active_users"


class Prometheus(Api):
    """Prometheus, behind something that wants a bearer token."""

    name = "prometheus"

    def __init__(self, world: World, cache: Cache, *, token: str) -> None:
        super().__init__(world, cache)
        self._token = token

    def is_known(self, asked: Asked) -> bool:
        return asked.headers.get("authorization", "") == f"Bearer {self._token}"

    def unknown(self, asked: Asked) -> Reply:
        del asked
        return Reply(status=401, body=b"Unauthorized\n", headers={"content-type": "text/plain; charset=utf-8"})

    def answer(self, world: World, asked: Asked) -> Reply:
        given = {**dict(asked.pairs), **dict(parse_qsl(asked.body.decode("utf-8", "replace")))}
        kinds = {"/api/v1/query": _instant, "/api/v1/query_range": _range}
        if asked.path == "/api/v1/status/buildinfo":
            return _success({"version": "3.5.0"})
        if asked.path not in kinds:
            return Reply(status=404, body=b"404 page not found\n", headers={"content-type": "text/plain"})
        try:
            expression = parse(given.get("query", ""))
            return _success(kinds[asked.path](_database(world), expression, given, world.now))
        except ValueError as problem:
            return answer({"status": "error", "errorType": "bad_data", "error": str(problem)}, 400)


def _success(data: Any) -> Reply:
    return answer({"status": "success", "data": data})


def _instant(database: Metrics, expression: Expression, given: Mapping[str, str], now: int) -> dict[str, Any]:
    at = _time(given.get("time", ""), now)
    found = expression(database, at)
    if isinstance(found, float):
        return {"resultType": "scalar", "result": [at, _text(found)]}
    rows = [{"metric": dict(labels), "value": [at, _text(value)]} for labels, value in sorted(found.items())]
    return {"resultType": "vector", "result": rows}


def _range(database: Metrics, expression: Expression, given: Mapping[str, str], now: int) -> dict[str, Any]:
    begin, end = _time(given.get("start", ""), now), _time(given.get("end", ""), now)
    step = seconds(given.get("step", "60"))
    if end < begin or step <= 0:
        raise ValueError('invalid parameter "end": end timestamp must not be before start time')
    if (end - begin) // step + 1 > MOST:
        raise ValueError(
            "exceeded maximum resolution of 11,000 points per timeseries. "
            "Try decreasing the query resolution (?step=XX)"
        )
    series: dict[Labels, list[list[object]]] = {}
    for at in range(begin, end + 1, step):
        found = expression(database, at)
        vector: Vector = {(): found} if isinstance(found, float) else found
        for labels, value in vector.items():
            series.setdefault(labels, []).append([at, _text(value)])
    rows = [{"metric": dict(labels), "values": values} for labels, values in sorted(series.items())]
    return {"resultType": "matrix", "result": rows}


def _time(text: str, now: int) -> int:
    """Seconds since the epoch, or a time with its zone. Raises ValueError."""
    if not text:
        return now
    try:
        return int(float(text))
    except ValueError:
        return moment(text)


def _text(value: float) -> str:
    """As Go writes a float, as short as it can be."""
    return str(int(value)) if value == int(value) else repr(value)


@lru_cache(maxsize=2)
def _database(world: World) -> Metrics:
    return Metrics(world)


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
