"""Pipelines, as builds.

https://docs.gitlab.com/api/pipelines/
"""

from __future__ import annotations

from collections.abc import Iterator

from scorecard_exporter.events.model import Build
from scorecard_exporter.sources.gitlab.parsing.words import ENDED, needed_time, status_of, time_of
from scorecard_exporter.sources.kit.body import Body


def builds(body: Body, origin: str) -> Iterator[Build]:
    """The build that a pipeline is.

    A list tells neither when it was started nor when it was finished: it counts from its creation, and to its last
    change, which a finished pipeline has when it finishes.
    """
    status = status_of(body)
    ended_at = time_of(body, "finished_at") or time_of(body, "updated_at") if status in ENDED else None
    yield Build(
        origin=origin,
        key=body.text("id"),
        url=body.text("web_url", ""),
        branch=body.text("ref", ""),
        sha=body.text("sha", ""),
        status=status,
        started_at=needed_time(body, "created_at"),
        finished_at=ended_at,
    )
