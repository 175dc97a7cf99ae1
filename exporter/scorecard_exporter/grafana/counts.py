"""What the data source counts about itself, in the exporter's registry."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, generate_latest

from scorecard_exporter import names


class Counts:
    """Queries, their failures, their time, and calls that were refused; safe from any thread."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._own = CollectorRegistry()
        self._counters = {
            family: Counter(family.name, family.help, family.labels, registry=self._own)
            for family in names.GRAFANA_FAMILIES
        }
        for counter in self._counters.values():
            registry.register(counter)

    def answered(self, query: str, seconds: float) -> None:
        """A query of a kind was answered, or failed, after so many seconds."""
        self._counters[names.GRAFANA_QUERIES].labels(query).inc()
        self._counters[names.GRAFANA_QUERY_SECONDS].labels(query).inc(seconds)

    def failed(self, query: str, reason: str) -> None:
        """A query got an error for an answer."""
        self._counters[names.GRAFANA_QUERY_FAILURES].labels(query, reason).inc()

    def refused(self, reason: str) -> None:
        """A call was refused whatever it asked."""
        self._counters[names.GRAFANA_REFUSALS].labels(reason).inc()

    def text(self) -> bytes:
        """All of it in Prometheus' text format."""
        return generate_latest(self._own)
