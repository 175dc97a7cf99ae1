"""What `check --online` tells of alerts: which rules there are, and what fires now."""

from __future__ import annotations

from collections import Counter

from scorecard_exporter.sources.alertmanager.incidents import Naming
from scorecard_exporter.sources.alertmanager.past import Remembered, intervals
from scorecard_exporter.sources.base import Inspection, Seen
from scorecard_exporter.sources.kit.client import Client
from scorecard_exporter.sources.prometheus.inspect import version
from scorecard_exporter.sources.prometheus.queries import ask_now
from scorecard_exporter.sources.text import excerpt


def inspect(client: Client, remembered: Remembered, naming: Naming, asked_as: str) -> Inspection:
    """Three requests. `origins`: what the alerts that fire now are about, with how many."""
    rules = dict.fromkeys(map(excerpt, sorted(intervals(client, f"{naming.source}:")[0])))
    firing = (remembered.labels(series.labels) for series in ask_now(client, remembered.selector).series)
    return Inspection(
        account=f"{version(client)}, asked by {asked_as}",
        seen=(
            Seen(sort="alerts", names=rules),
            Seen(sort="firing now", names=Counter(excerpt(naming.origin(labels)) for labels in firing)),
        ),
        next_sync="one or two requests, and one for each week of history at first",
    )
