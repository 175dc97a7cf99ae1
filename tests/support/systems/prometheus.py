"""A Prometheus whose expressions are the names of a few series, answered as the real one answers."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx

from fake_system import FakeSystem

TOKEN = "prometheus-token"  # noqa: S105  of a system that does not exist
START = datetime(2024, 6, 1, tzinfo=UTC)
GROWN_AT = datetime(2026, 5, 31, tzinfo=UTC)
NOW = datetime(2026, 6, 1, tzinfo=UTC)
MOST_POINTS = 11_000


@dataclass
class FakePrometheus:
    """`series`: by expression, a list of (labels, function from a moment to the value as written, or None)."""

    series: dict
    now: datetime = NOW
    warnings: tuple = ()
    asked: list = field(default_factory=list)

    def __call__(self, request):
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return httpx.Response(401, text="Unauthorized")
        self.asked.append(request)
        answers = {
            "/api/v1/query_range": self._range,
            "/api/v1/query": self._instant,
            "/api/v1/status/buildinfo": lambda _: success({"version": "2.42.0"}),
        }
        answer = answers.get(request.url.path)
        return answer(dict(request.url.params)) if answer else httpx.Response(404, text="404 page not found\n")

    def _range(self, asked):
        start, end, step = (float(asked[name]) for name in ("start", "end", "step"))
        if end < start:
            return refused('invalid parameter "end": end timestamp must not be before start time')
        if (end - start) / step > MOST_POINTS:
            return refused("exceeded maximum resolution of 11,000 points per timeseries.")
        if asked["query"] not in self.series:
            return refused('invalid parameter "query": 1:5: parse error: unexpected character')
        moments = [start + number * step for number in range(int((end - start) / step) + 1)]
        result = []
        for labels, value in self.series[asked["query"]]:
            values = [[at, value(datetime.fromtimestamp(at, UTC))] for at in moments]
            values = [pair for pair in values if pair[1] is not None]
            if values:
                result.append({"metric": labels, "values": values})
        return success({"resultType": "matrix", "result": result}, self.warnings)

    def _instant(self, asked):
        found = [(labels, value(self.now)) for labels, value in self.series[asked["query"]]]
        result = [
            {"metric": labels, "value": [self.now.timestamp(), value]} for labels, value in found if value is not None
        ]
        return success({"resultType": "vector", "result": result}, self.warnings)


def success(data, warnings=()):
    return httpx.Response(
        200, json={"status": "success", "data": data} | ({"warnings": list(warnings)} if warnings else {})
    )


def refused(error, status=400):
    return httpx.Response(status, json={"status": "error", "errorType": "bad_data", "error": error})


def system():
    """Two series of a value every 73 days, and on the last days."""
    grown = []

    def value(at):
        days = (at - START) // timedelta(days=1)
        if at < START or (at >= GROWN_AT and not grown):
            return None
        return str(days) if days % 73 == 0 or at >= GROWN_AT - timedelta(days=1) else None

    fake = FakePrometheus(
        {
            "cost": [({"service": "checkout"}, value), ({"service": "catalog"}, value)],
            "visits": [({}, value)],
        }
    )
    options = {
        "type": "prometheus",
        "url": "http://prometheus.example",
        "token": TOKEN,
        "series": {
            "cost": {"expression": "cost", "step": "1d", "label": "service", "unit": "eur", "span": "step"},
            "visits": {"expression": "visits", "step": "1d", "subject": "shop"},
        },
    }
    return FakeSystem(options=options, handle=fake, grow=lambda: grown.append(True))
