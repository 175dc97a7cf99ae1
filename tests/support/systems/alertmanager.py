"""The Prometheus behind an Alertmanager: the samples of its alerts, and its rules."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx

from fake_system import FakeSystem
from systems.prometheus import refused, success

TOKEN = "prometheus-token"  # noqa: S105  of a system that does not exist
SELECTED = re.compile(r"(?P<selector>ALERTS\{[^}]*\})(?:\[(?P<span>\d+)s\])?")
NOW = datetime(2026, 6, 1, tzinfo=UTC)


@dataclass
class FakeRules:
    """`fired`: by the labels of an alert (pairs), the (first, last) evaluations of each time that it fired.

    `groups`: by the name of an alert, how often its rule is evaluated; rules that are gone are not in it.
    """

    fired: dict
    groups: dict = field(default_factory=dict)
    default: timedelta = timedelta(minutes=1)
    now: datetime = NOW
    has_rules: bool = True
    asked: list = field(default_factory=list)

    def __call__(self, request):
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return httpx.Response(401, text="Unauthorized")
        self.asked.append(request)
        if request.url.path == "/api/v1/rules" and self.has_rules:
            groups = [
                {"name": name, "interval": interval.total_seconds(), "rules": [{"name": name, "type": "alerting"}]}
                for name, interval in self.groups.items()
            ]
            return success({"groups": groups})
        if request.url.path == "/api/v1/status/buildinfo":
            return success({"version": "2.42.0"})
        if request.url.path == "/api/v1/query":
            return self._query(dict(request.url.params))
        return httpx.Response(404, text="404 page not found\n")

    def _query(self, asked):
        found = SELECTED.fullmatch(asked["query"])
        if found is None:
            return refused('invalid parameter "query": 1:1: parse error')
        end = datetime.fromtimestamp(float(asked["time"]), UTC) if "time" in asked else self.now
        begin = end - timedelta(seconds=int(found["span"] or 300))
        result = []
        for labels, times in self.fired.items():
            samples = [at.timestamp() for at in self._samples(dict(labels), times, begin, end)]
            metric = {"__name__": "ALERTS", "alertstate": "firing", **dict(labels)}
            if samples and found["span"]:
                result.append({"metric": metric, "values": [[at, "1"] for at in samples]})
            elif samples:
                result.append({"metric": metric, "value": [end.timestamp(), "1"]})
        return success({"resultType": "matrix" if found["span"] else "vector", "result": result})

    def _samples(self, labels, times, begin, end):
        interval = self.groups.get(labels["alertname"], self.default)
        for first, last in times:
            number = max(0, -((first - begin) // interval))
            while (at := first + number * interval) <= min(last, end):
                yield at
                number += 1


def named(alertname, service="checkout", severity="page", **more):
    return tuple({"alertname": alertname, "service": service, "severity": severity, **more}.items())


def system():
    """An alert every three months for an hour, the last of them still firing at the end of May 2026."""
    start = datetime(2024, 6, 3, 9, 0, 7, 632_000, tzinfo=UTC)
    hour = timedelta(hours=1)
    times = [(start + timedelta(days=85) * number, start + timedelta(days=85) * number + hour) for number in range(8)]
    begun = datetime(2026, 5, 29, 22, 0, 7, 632_000, tzinfo=UTC)
    grown = datetime(2026, 5, 31, 12, 0, 7, 632_000, tzinfo=UTC)
    fired = {named("Slow"): times, named("Down", "catalog"): [(begun, datetime(2027, 1, 1, tzinfo=UTC))]}

    def grow():
        fired[named("Down", "catalog")][0] = (begun, grown)
        fired[named("Slow")].append((grown, grown + hour))

    options = {
        "type": "alertmanager",
        "things": ["basket"],
        "prometheus": {"url": "http://prometheus.example", "token": TOKEN},
    }
    rules = FakeRules(fired, {"Slow": timedelta(minutes=1), "Down": timedelta(minutes=5)})
    return FakeSystem(options=options, handle=rules, grow=grow)
