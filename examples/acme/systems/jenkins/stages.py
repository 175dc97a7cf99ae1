"""The stages of pipelines, as the plugin `pipeline-stage-view` shows them."""

from __future__ import annotations

from typing import Any

from examples.acme.systems.asked import Asked, Reply, answer
from examples.acme.systems.jenkins.jobs import PIPELINE, find, root
from examples.acme.systems.jenkins.pages import page
from examples.acme.systems.jenkins.runs import Run
from examples.acme.systems.world import World

STAGES = 10
"""How many runs `wfapi` shows, unless it is asked for all back to a certain one."""


def runs_with_stages(world: World, asked: Asked, segments: list[str]) -> Reply:
    """The newest runs of a pipeline with their stages; with `since`, a run's name (`#12`), all back to that one."""
    found = find(root(world, asked.base), segments)
    if found is None or found["_class"] != PIPELINE:
        return page(404, "Not Found")
    runs: list[Run] = found["runs"]()[::-1]
    since = asked.get("since").lstrip("#")
    shown = [run for run in runs if run.number >= int(since)] if since.isdecimal() else runs[:STAGES]
    path = found["url"].removeprefix(asked.base)
    return answer([_staged_run(path, run) for run in shown])


def one_with_stages(world: World, asked: Asked, *segments: str) -> Reply:
    """One run with its stages."""
    found = find(root(world, asked.base), list(segments[:-1]))
    runs: list[Run] = found["runs"]() if found and found["_class"] == PIPELINE else []
    run = next((run for run in runs if str(run.number) == segments[-1]), None)
    if found is None or run is None:
        return page(404, "Not Found")
    return answer(_staged_run(found["url"].removeprefix(asked.base), run))


def _staged_run(path: str, run: Run) -> dict[str, Any]:
    stages = _stages(path, run)
    ended = run.ended or run.began
    return {
        "_links": {"self": {"href": f"{path}{run.number}/wfapi/describe"}},
        "id": str(run.number),
        "name": f"#{run.number}",
        "status": _status(run.result) if run.ended else "IN_PROGRESS",
        "startTimeMillis": run.began * 1000,
        "endTimeMillis": ended * 1000,
        "durationMillis": (ended - run.began) * 1000,
        "queueDurationMillis": 3,
        "pauseDurationMillis": 0,
        "stages": stages,
    }


def _status(result: str | None) -> str:
    return {"SUCCESS": "SUCCESS", "FAILURE": "FAILED", "ABORTED": "ABORTED"}.get(result or "", "NOT_EXECUTED")


def _stages(path: str, run: Run) -> list[dict[str, Any]]:
    """Build, test and, in some runs, deploy; what failed or was never reached is no deployment."""
    until = run.deploying or run.ended
    middle = run.began + ((until or run.began + 120) - run.began) // 3
    tested = "SUCCESS" if run.deploying else _status(run.result) if run.ended else "IN_PROGRESS"
    rows = [("Build", "SUCCESS", run.began, middle), ("Test", tested, middle, until or middle)]
    if run.deploying:
        status = _status(run.result) if run.ended else "IN_PROGRESS"
        rows.append(("Deploy to production", status, run.deploying, run.ended or run.deploying))
    return [
        {
            "_links": {"self": {"href": f"{path}{run.number}/execution/node/{place}/wfapi/describe"}},
            "id": str(place),
            "name": name,
            "execNode": "",
            "status": status,
            "startTimeMillis": began * 1000,
            "durationMillis": (ended - began) * 1000,
            "pauseDurationMillis": 0,
        }
        for place, (name, status, began, ended) in enumerate(rows, start=6)
    ]
