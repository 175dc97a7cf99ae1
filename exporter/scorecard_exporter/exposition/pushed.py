"""What sources were pushed, as metric families: read from their own counts at a scrape."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from scorecard_exporter import names
from scorecard_exporter.pushes.intake import Intake

_Row = tuple[tuple[str, ...], float]


class PushedCollector(Collector):
    """The families of `names.WEBHOOK_FAMILIES`; safe from any thread.

    `intakes`: those of all sources that take pushes, by name. `now`: seconds since the epoch.
    """

    def __init__(self, intakes: Callable[[], Mapping[str, Intake]], now: Callable[[], float] = time.time) -> None:
        self._intakes, self._now = intakes, now

    def collect(self) -> Iterator[Metric]:
        intakes = sorted(self._intakes().items())
        for family in names.WEBHOOK_FAMILIES:
            made = CounterMetricFamily if family.type == "counter" else GaugeMetricFamily
            metric = made(family.name, family.help, labels=family.labels)
            for source, intake in intakes:
                for labels, value in self._rows(family, intake):
                    metric.add_metric((source, *labels), value)
            yield metric

    def _rows(self, family: names.Family, intake: Intake) -> Iterable[_Row]:
        if family == names.WEBHOOK_REFUSALS:
            return [((reason,), count) for reason, count in sorted(intake.refused.copy().items())]
        if family == names.WEBHOOK_LAST_DELIVERY:
            return [((), intake.last_at)] if intake.last_at else []
        oldest = intake.spool.oldest_at
        plain = {
            names.WEBHOOK_DELIVERIES: intake.accepted,
            names.WEBHOOK_DUPLICATES: intake.duplicates,
            names.WEBHOOK_WAITING: intake.spool.waiting,
            names.WEBHOOK_WAITING_SECONDS: max(self._now() - oldest, 0.0) if oldest else 0.0,
        }
        return [((), plain[family])]
