"""What `check --online` tells of a Prometheus: its version, and the subjects that each expression speaks of now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from scorecard_exporter.errors import SkippableSourceError
from scorecard_exporter.sources.base import Inspection, Seen
from scorecard_exporter.sources.kit.body import Body, MalformedError
from scorecard_exporter.sources.kit.client import Client
from scorecard_exporter.sources.prometheus.observations import Series
from scorecard_exporter.sources.prometheus.queries import Sampled, ask_now
from scorecard_exporter.sources.prometheus.stream import SeriesStream
from scorecard_exporter.sources.text import excerpt


def inspect(client: Client, wanted: Sequence[Series], asked_as: str, history: timedelta) -> Inspection:
    """One request for each series, and one for the version.

    A subject that is counted more than once is ambiguous; results without a subject are counted under `(none)`.
    """
    windows = max(1, -(-history // SeriesStream.window))
    return Inspection(
        account=f"{version(client)}, asked by {asked_as}",
        seen=tuple(
            Seen(
                sort="subjects",
                names=_subjects(series, ask_now(client, series.expression).series),
                origin=series.origin,
            )
            for series in wanted
        ),
        next_sync=f"one request for each of {len(wanted)} series, {windows} for each at first",
    )


def _subjects(series: Series, found: Sequence[Sampled]) -> Counter[str]:
    names = (sampled.labels.get(series.label) if series.label else series.subject for sampled in found)
    return Counter(excerpt(name or "(none)") for name in names)


def version(client: Client) -> str:
    """What answers, for people. Not everything that speaks the API has a version to tell."""
    try:
        data = Body(client.get("api/v1/status/buildinfo").json()).body("data")
        version = data.text("version", "") if data else ""
    except (MalformedError, SkippableSourceError):
        version = ""
    return f"Prometheus API {excerpt(version, 40)}".rstrip()
