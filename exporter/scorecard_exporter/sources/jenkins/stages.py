"""Stages of Pipeline runs, from the plugin Pipeline: REST API (`wfapi`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from scorecard_exporter.sources.jenkins.builds import milliseconds
from scorecard_exporter.sources.kit.body import Body, MalformedError

_NUMBER = re.compile(r"/(\d+)/wfapi/describe$")

STATUSES = {"SUCCESS": "success", "UNSTABLE": "success", "FAILED": "failure", "ABORTED": "cancelled"}
"""Of a stage that deploys and came to its end. Unstable: it went on to its end, so it did deploy."""
_SKIPPED = timedelta(seconds=5)
"""A stage that is skipped because an earlier one failed is shown as failed, and takes less than this."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage that was executed to its end. `status`: `success`, `failure`, `cancelled`."""

    name: str
    status: str
    started_at: datetime
    finished_at: datetime


@dataclass(frozen=True, slots=True)
class StagedRun:
    """A run with those of its stages that are at their end."""

    number: int
    stages: tuple[Stage, ...]


def staged_run(body: Body) -> Iterator[StagedRun]:
    """A run of `wfapi/runs` or `wfapi/describe`."""
    if not body.has("stages"):
        raise MalformedError("stages is missing, not a list")
    stages = [stage for one in body.bodies("stages") for stage in _stage(one)]
    yield StagedRun(_number(body), tuple(_executed(stages)))


def _stage(body: Body) -> Iterator[Stage]:
    """The stage, unless it is under way, waits for somebody or was never executed."""
    status = STATUSES.get(body.text("status", ""))
    if status is None:
        return
    if not body.whole("startTimeMillis"):
        raise MalformedError("startTimeMillis of a stage is 0")
    started_at = milliseconds(body, "startTimeMillis")
    finished_at = milliseconds(body, "startTimeMillis", "durationMillis")  # the duration has the pauses in it
    yield Stage(body.text("name"), status, started_at, finished_at)


def _executed(stages: list[Stage]) -> Iterator[Stage]:
    """Without those that only seem to have failed, because an earlier one did."""
    is_broken = False
    for stage in stages:
        is_short = stage.finished_at - stage.started_at < _SKIPPED
        if stage.status == "success" or not (is_broken and is_short):
            yield stage
        is_broken = is_broken or stage.status != "success"


def _number(body: Body) -> int:
    """The number of a run: by its link, for people may have given it another name."""
    links = body.body("_links")
    own = links.body("self") if links else None
    if own and (found := _NUMBER.search(own.text("href", ""))):
        return int(found[1])
    for name in (body.text("id", ""), body.text("name", "").removeprefix("#")):
        if name.isdecimal():
            return int(name)
    raise MalformedError("neither _links.self nor id nor name has the number of the run")
