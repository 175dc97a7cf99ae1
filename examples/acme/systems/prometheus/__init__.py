"""Prometheus' query API over what Acme's services did: requests, transactions, users, cost, and alerts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

from examples.acme.company.moments import moment
from examples.acme.systems.api import Api
from examples.acme.systems.asked import Asked, Reply, answer
from examples.acme.systems.cache import Cache
from examples.acme.systems.prometheus.metrics import Metrics
from examples.acme.systems.prometheus.promql import Expression, Labels, Vector, parse, seconds
from examples.acme.systems.world import World

MOST = 11_000
"""Points of a series in one answer."""


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
