"""The exporter's metrics about itself: sources, evaluations, the store, the configuration, the process."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from threading import RLock
from typing import Any

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)

from scorecard_exporter import __version__, names
from scorecard_exporter.exposition.traffic import TrafficCollector
from scorecard_exporter.sources.base import Traffic

_COUNTED_ELSEWHERE = frozenset((*names.TRAFFIC_FAMILIES, *names.WEBHOOK_FAMILIES, *names.GRAFANA_FAMILIES))


class OwnMetrics:
    """The self-metrics in a registry; safe from any thread. Times (`at`) are seconds since the epoch.

    Counters exist from 0 on, those of a source from when it is expected; a gauge exists once it is known.
    What is said of a source that is not expected, as by a poll that outlives it, is not recorded.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        # Prometheus works out resets by itself; a second series for each counter would only cost.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        self._registry = registry
        self._gauges: dict[names.Family, Gauge] = {}
        self._counters = {
            family: Counter(family.name, family.help, family.labels, registry=registry)
            for family in names.SELF_FAMILIES
            if family.type == "counter" and family not in _COUNTED_ELSEWHERE
        }
        self._sources: set[str] = set()
        self._traffic: dict[str, Traffic] = {}
        registry.register(TrafficCollector(self._traffic))
        self._lock = RLock()
        self._set(names.BUILD_INFO, 1, __version__, platform.python_version())

    def _set(self, family: names.Family, value: float, *labels: str) -> None:
        with self._lock:
            if family not in self._gauges:
                self._gauges[family] = Gauge(family.name, family.help, family.labels, registry=self._registry)
            gauge = self._gauges[family]
            (gauge.labels(*labels) if labels else gauge).set(value)

    def expect(self, source: str, traffic: Traffic | None = None) -> None:
        """The source is configured: its counters exist from now on; `traffic` is what its client counts."""
        with self._lock:
            self._sources.add(source)
            if traffic:
                self._traffic[source] = traffic
            self._counters[names.SOURCE_POLLS].labels(source)
            self._counters[names.SOURCE_POLL_FAILURES].labels(source)

    def forget(self, source: str) -> None:
        """The source is no longer configured: its series end."""
        with self._lock:
            self._sources.discard(source)
            self._traffic.pop(source, None)
            for family, metric in (self._gauges | self._counters).items():
                if "source" in family.labels:
                    metric.remove_by_labels({"source": source})

    def polled(self, source: str, seconds: float, *, succeeded: bool, at: float) -> None:
        """A poll ended after so many seconds."""
        with self._lock:
            if source not in self._sources:
                return
            self._counters[names.SOURCE_POLLS].labels(source).inc()
            self._set(names.SOURCE_UP, succeeded, source)
            self._set(names.SOURCE_POLL_DURATION, seconds, source)
            if succeeded:
                self._set(names.SOURCE_LAST_SUCCESS, at, source)
            else:
                self._counters[names.SOURCE_POLL_FAILURES].labels(source).inc()

    def history(self, source: str, share: float | None) -> None:
        """So much of the wanted history has been read; None: the source has none to read piece by piece."""
        with self._lock:
            if source in self._sources and share is not None:
                self._set(names.SOURCE_HISTORY, share, source)

    def wrote(self, source: str, rows: Mapping[str, int]) -> None:
        """Records of a source were stored: how many of each kind."""
        with self._lock:
            if source in self._sources:
                for kind, count in rows.items():
                    self._counters[names.SOURCE_RECORDS].labels(source, kind).inc(count)

    def problem(self, source: str, code: str) -> None:
        """A source refused something, or could not read it."""
        with self._lock:
            if source in self._sources:
                self._counters[names.SOURCE_PROBLEMS].labels(source, code).inc()

    def write_failed(self) -> None:
        """A write was undone."""
        self._counters[names.STORE_WRITE_FAILURES].inc()

    def evaluated(self, seconds: float, *, at: float) -> None:
        """An evaluation succeeded after so many seconds."""
        self._counters[names.EVALUATIONS].inc()
        self._set(names.EVALUATION_DURATION, seconds)
        self._set(names.EVALUATION_LAST_SUCCESS, at)

    def evaluation_failed(self) -> None:
        """An evaluation failed; the numbers before it are served on."""
        self._counters[names.EVALUATIONS].inc()
        self._counters[names.EVALUATION_FAILURES].inc()

    def stored(self, statistics: Mapping[str, Any]) -> None:
        """What the store says of itself: `rows` by table and `bytes`."""
        for table, rows in statistics["rows"].items():
            self._set(names.STORE_ROWS, rows, table)
        self._set(names.STORE_SIZE, statistics["bytes"])

    def reached(self, *, external_url: str, grafana_url: str) -> None:
        """Where people reach the exporter and their Grafana; empty: not known."""
        self._set(names.WEB_INFO, 1, external_url.rstrip("/"), grafana_url.rstrip("/"))

    def reloaded(self, *, succeeded: bool, at: float) -> None:
        """The configuration was read, at the start or again."""
        self._set(names.CONFIG_RELOAD_SUCCESSFUL, succeeded)
        if succeeded:
            self._set(names.CONFIG_RELOAD_SUCCESS, at)
