"""The past as OpenMetrics: the gauges that a scrape would have found at each moment, for `promtool` to make blocks of.

Names, labels and numbers come from the same families as the live exposition. A series is written whole, oldest sample
first, as OpenMetrics asks for, so all of it is held until the end: 16 bytes a sample.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from scorecard_exporter import names
from scorecard_exporter.exposition.formats import OPENMETRICS
from scorecard_exporter.exposition.metrics import chosen_families
from scorecard_exporter.scorecard.model import Snapshot

FAMILIES = (
    names.MEASURE_VALUE,
    names.MEASURE_GOAL,
    names.MEASURE_RED_THRESHOLD,
    names.MEASURE_BAND,
    names.MEASURE_SCORE,
    names.MEASURE_STATUS,
    names.MEASURE_PART,
    names.MEASURE_INTERVAL_LOWER,
    names.MEASURE_INTERVAL_UPPER,
    names.MEASURE_SAMPLES,
    names.MEASURE_INFO,
    names.OBJECTIVE_SCORE,
    names.OBJECTIVE_STATUS,
    names.PERSPECTIVE_SCORE,
    names.PERSPECTIVE_STATUS,
    names.SCORE,
    names.STATUS,
    names.TEAM_INFO,
)
"""What boards draw over time, and the titles that they join."""

END = b"# EOF\n"
MICROS = 1_000_000


@dataclass(frozen=True, slots=True)
class _Series:
    """The samples of one series: moments in seconds and values."""

    moments: array[int] = field(default_factory=lambda: array("q"))
    values: array[float] = field(default_factory=lambda: array("d"))


class Backfill:
    """Gathers snapshots and writes their gauges. `labels` are those that the scrape adds (`job`, `instance`).

    Raises:
        ValueError: one of `labels` is a label of the exporter's own.
    """

    def __init__(self, labels: Mapping[str, str]) -> None:
        own = sorted(labels.keys() & {label for family in FAMILIES for label in family.labels})
        if own:
            raise ValueError(f"{own[0]} is a label that the exporter sets itself")
        self._labels = labels
        self._series: dict[names.Family, dict[tuple[str, ...], _Series]] = {family: {} for family in FAMILIES}

    def add(self, taken: Snapshot) -> None:
        """What a scrape would have found at the moment of this snapshot; the moments rise, and are whole seconds."""
        at = taken.at // MICROS
        for family, gauge in chosen_families(taken.scorecards, FAMILIES):
            known = self._series[family]
            for sample in gauge.samples:
                series = known.setdefault(tuple(sample.labels.values()), _Series())
                series.moments.append(at)
                series.values.append(sample.value)

    def write(self) -> Iterator[bytes]:
        """The document, piece by piece."""
        for family, every in self._series.items():
            header = True
            for labels, series in sorted(every.items()):
                yield self._written(family, labels, series, header=header)
                header = False
        yield END

    def _written(self, family: names.Family, labels: tuple[str, ...], series: _Series, *, header: bool) -> bytes:
        gauge = GaugeMetricFamily(family.name, family.help, labels=(*family.labels, *self._labels))
        for moment, value in zip(series.moments, series.values, strict=True):
            gauge.add_metric((*labels, *self._labels.values()), value, timestamp=moment)
        text = OPENMETRICS.write(_One(gauge)).removesuffix(END)
        return text if header else text.split(b"\n", 2)[2]


class _One(Collector):
    def __init__(self, metric: Metric) -> None:
        self._metric = metric

    def collect(self) -> list[Metric]:
        return [self._metric]
