"""What sources have asked of their systems, as metric families: read from their own counts at a scrape."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from scorecard_exporter import names
from scorecard_exporter.sources.base import Traffic

_Row = tuple[tuple[str, ...], float]


class TrafficCollector(Collector):
    """The families of `names.TRAFFIC_FAMILIES` for the sources in `traffic`, by their names; safe from any thread."""

    def __init__(self, traffic: Mapping[str, Traffic]) -> None:
        self._traffic = traffic

    def collect(self) -> Iterator[Metric]:
        sources = sorted(self._traffic.items())
        for family in names.TRAFFIC_FAMILIES:
            rows = [((source, *labels), value) for source, one in sources for labels, value in _rows(family, one)]
            made = CounterMetricFamily if family.type == "counter" else GaugeMetricFamily
            metric = made(family.name, family.help, labels=family.labels)
            for labels, value in rows:
                metric.add_metric(labels, value)
            yield metric


def _rows(family: names.Family, traffic: Traffic) -> Iterable[_Row]:
    plain = {
        names.SOURCE_REQUESTS: traffic.requests,
        names.SOURCE_UNMODIFIED: traffic.unmodified,
        names.SOURCE_PAUSED_UNTIL: traffic.paused_until,
    }
    if family in plain:
        return [((), plain[family])]
    if family == names.SOURCE_REQUEST_FAILURES:
        return [((reason,), count) for reason, count in sorted(traffic.failures.copy().items())]
    field = {
        names.SOURCE_QUOTA_LIMIT: "limit",
        names.SOURCE_QUOTA_REMAINING: "remaining",
        names.SOURCE_QUOTA_RESET: "resets_at",
    }[family]
    return [((resource,), getattr(rate, field)) for resource, rate in sorted(traffic.rates.copy().items())]
