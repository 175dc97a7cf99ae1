"""A first sync of a thousand repositories of GitHub, then polls of the same with nothing new.

Three processes over real HTTP on loopback: the exporter as it is always run, a GitHub that only sends bytes rendered
beforehand (`copies.py`), and one that asks the exporter for `/metrics` every 100 ms. Rendering is done by the
exporter's own source, which reads the few originals; whatever else is asked for later fails the benchmark.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any

import yaml

from copies import CONTROL, TOKEN, name_of, serve
from promise import Promise, tell
from scorecard_exporter.config import load
from scorecard_exporter.events.model import Batch
from scorecard_exporter.polling import Poll
from scorecard_exporter.web.listen import bind

REPOSITORIES = int(os.environ.get("SCORECARD_BENCHMARK_REPOSITORIES", "1000"))
PULL_REQUESTS_EACH = 200
TEAMS = 10
LONGEST = 3_600.0
"""Seconds after which a sync that does not end is a failure."""
_PAUSE = 0.1
_MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024
_DELIVERY = (
    "deployment_frequency",
    "lead_time_for_changes",
    "change_failure_rate",
    "failed_deployment_recovery_time",
    "deployment_rework_rate",
    "code_review_time",
    "review_pickup_time",
    "pull_request_age",
)


def measure() -> Iterator[Promise]:
    with tempfile.TemporaryDirectory() as folder, _github() as github:
        path = _configure(Path(folder), github)
        _render(path)
        pull_requests = github.control({"count": REPOSITORIES})["pull_requests"]
        if pull_requests < PULL_REQUESTS_EACH * REPOSITORIES:
            raise AssertionError(f"only {pull_requests} pull requests")
        synced = _run(path)
        yield from _of_sync(synced, github.control(), pull_requests)
        for name in ("the poll after a first sync", "a poll with nothing new"):
            polled, asked = _run(path), github.control()
            yield _of_poll(name, polled, asked)


def _of_sync(run: Run, asked: Mapping[str, Any], pull_requests: int) -> Iterator[Promise]:
    spent = asked["spent"]
    seconds = run.linked_at - asked["first_at"]
    stored = run.rows("pull_requests")
    if stored != pull_requests:
        raise AssertionError(f"{stored} of {pull_requests} pull requests were stored")
    yield Promise(
        name=f"first sync, {REPOSITORIES:,} repositories, {stored:,} pull requests",
        runs=[stored / seconds],
        unit="pull requests/s",
        sense="at least",
        bound=1_000,
        detail=f"{seconds:.0f} s until all was linked and evaluated, {run.processor:.0f} s of processor time; "
        f"{spent['graphql requests'] + spent['core requests']:,} requests, {spent['bytes'] / 1e6:,.0f} MB, "
        f"{spent['points']:,} points; {run.rows('reviews'):,} reviews, {run.rows('commits'):,} commits, "
        f"{run.rows('deployments'):,} deployments, {run.rows('builds'):,} builds, "
        f"{run.rows('service_changes'):,} changes linked; the server is in a process of its own",
    )
    yield Promise(name="first sync, memory", runs=[run.memory / 1e6], unit="MB", sense="below", bound=500)
    yield Promise(
        name="first sync, /metrics all the while, 99th percentile",
        runs=[1_000 * _percentile(run.scrapes, 99)],
        unit="ms",
        sense="at most",
        bound=50,
        detail=f"of {len(run.scrapes):,} scrapes, the median {1_000 * median(run.scrapes):.1f} ms, "
        f"the worst {1_000 * max(run.scrapes):.0f} ms, {sum(one > 0.05 for one in run.scrapes)} above 50 ms",
    )


def _of_poll(name: str, run: Run, asked: Mapping[str, Any]) -> Promise:
    spent = asked["spent"]
    return Promise(
        name=f"{name}, {REPOSITORIES:,} repositories",
        runs=[spent["points"]],
        unit="points",
        sense="at most",
        bound=200,
        detail=f"{run.poll_seconds:.1f} s; {spent['graphql requests']:,} questions, {spent['core requests']:,} calls, "
        f"of these {spent.get('not modified', 0):,} not modified; /metrics: the median "
        f"{1_000 * median(run.scrapes):.1f} ms, the worst {1_000 * max(run.scrapes):.0f} ms",
    )


def _percentile(values: list[float], percent: int) -> float:
    return sorted(values)[-(-len(values) * percent // 100) - 1]


@dataclass(frozen=True, slots=True)
class GitHub:
    """The server. `port`: where it listens."""

    port: int

    def control(self, changed: Mapping[str, int] | None = None) -> dict[str, Any]:
        """What was asked since the last time; fails if that was something not rendered."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        connection.request("POST", f"/github{CONTROL}", body=json.dumps(changed) if changed else None)
        told: dict[str, Any] = json.loads(connection.getresponse().read())
        connection.close()
        if told["missing"]:
            raise AssertionError(
                f"{len(told['missing'])} requests were not rendered before: {told['missing'][0][:500]}"
            )
        return told


@contextlib.contextmanager
def _github() -> Iterator[GitHub]:
    context = get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=serve, args=(int(time.time()), there), daemon=True)
    process.start()
    try:
        yield GitHub(here.recv())
    finally:
        process.terminate()
        process.join()


def _configure(folder: Path, github: GitHub) -> Path:
    path = folder / "scorecard.yaml"
    numbers = range(1, REPOSITORIES + 1)
    teams = {
        f"team-{team}": {"parent": "engineering", "services": [name_of(one) for one in numbers if one % TEAMS == team]}
        for team in range(TEAMS)
    }
    measures = {name: {} for name in _DELIVERY}
    document = {
        "store": "duckdb:scorecard.duckdb",
        "sources": {
            "github": {
                "type": "github",
                "url": f"http://127.0.0.1:{github.port}/github",
                "token": TOKEN,
                "organizations": ["acme"],
            }
        },
        "teams": {"engineering": {"owner": "engineering@acme.example"}, **teams},
        "services": {name_of(number): _service(f"github:acme/{name_of(number)}") for number in numbers},
        "scorecards": {
            "engineering": {
                "teams": ["engineering", *teams],
                "perspectives": {"engineering-excellence": {"objectives": {"delivery": {"measures": measures}}}},
            }
        },
    }
    path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    return path


def _service(origin: str) -> dict[str, Any]:
    deployments = {"from": origin, "environment": "production"}
    return {"changes": origin, "deployments": deployments, "incidents": {"from": origin}, "builds": origin}


def _render(path: Path) -> None:
    """Let the source read the originals: from nothing, and twice with nothing new."""
    source = load(path).sources["github"].build("github", str(path.parent))
    cursors: dict[str, str] = {}

    def write(read: list[tuple[str, Batch]]) -> None:
        cursors.update((stream, batch.cursor) for stream, batch in read)

    for _ in range(3):
        troubles = Poll(source, cursors, write).run().sentences()
        if troubles:
            raise AssertionError(troubles)


@dataclass(frozen=True, slots=True)
class Run:
    """A run of the exporter until its first poll has ended and was evaluated.

    `linked_at`: when that was, seconds since the epoch. `scrapes`: seconds of each scrape. `memory`: the most it ever
    held, bytes. `processor`: seconds of all processors. `metrics`: its last answer.
    """

    linked_at: float
    scrapes: list[float]
    metrics: str
    memory: int
    processor: float

    @property
    def poll_seconds(self) -> float:
        """How long the poll took."""
        return _value(self.metrics, 'scorecard_source_poll_duration_seconds{source="github"}') or 0.0

    def rows(self, table: str) -> int:
        """How many rows are stored in a table."""
        return int(_value(self.metrics, f'scorecard_store_rows{{table="{table}"}}') or 0)


def _run(path: Path) -> Run:
    socket = bind("127.0.0.1:0")
    port = socket.getsockname()[1]
    socket.close()
    script = "import sys; from scorecard_exporter.cli import main; main(sys.argv[1:])"
    options = [f"--config.file={path}", f"--web.listen-address=127.0.0.1:{port}"]
    with (
        (path.parent / "log").open("a+", encoding="utf-8") as log,
        ProcessPoolExecutor(1, mp_context=get_context("spawn")) as watchers,
    ):
        exporter = subprocess.Popen([sys.executable, "-c", script, "run", *options], stderr=log)
        try:
            linked_at, scrapes, metrics = watchers.submit(watch, port).result()
        finally:
            exporter.send_signal(signal.SIGTERM)
            _, status, used = os.wait4(exporter.pid, 0)
            exporter.returncode = os.waitstatus_to_exitcode(status)
        _check(path.parent / "log")
    memory, processor = used.ru_maxrss * _MAXRSS_UNIT, used.ru_utime + used.ru_stime
    return Run(linked_at, scrapes, metrics, memory, processor)


def _check(log: Path) -> None:
    wrong = [line for line in log.read_text("utf-8").splitlines() if "level=error" in line or "level=warn" in line]
    if wrong:
        raise AssertionError(f"{len(wrong)} complaints in the log: {wrong[0][:500]}")


def watch(port: int) -> tuple[float, list[float], str]:
    """In a process of its own: scrape every 100 ms, until what the first poll read is evaluated.

    When that was, the seconds of each scrape, the last one's text.
    """
    ends = time.monotonic() + LONGEST
    connection = _connected(port)
    scrapes: list[float] = []
    while time.monotonic() < ends:
        began = time.perf_counter()
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
        scrapes.append(time.perf_counter() - began)
        if linked_at := _linked_at(text):
            return linked_at, scrapes, text
        time.sleep(max(0.0, _PAUSE - scrapes[-1]))
    raise AssertionError(f"after {LONGEST:.0f} s there is no end")


def _connected(port: int) -> http.client.HTTPConnection:
    for _ in range(300):
        connection = http.client.HTTPConnection("127.0.0.1", port)
        with contextlib.suppress(OSError):
            connection.connect()
            return connection
        time.sleep(0.1)
    raise AssertionError("the exporter does not listen")


def _linked_at(metrics: str) -> float | None:
    """When an evaluation ended that began after the poll had."""
    polled = _value(metrics, 'scorecard_source_last_success_timestamp_seconds{source="github"}')
    evaluated = _value(metrics, "scorecard_evaluation_last_success_timestamp_seconds")
    took = _value(metrics, "scorecard_evaluation_duration_seconds")
    if polled is None or evaluated is None or took is None or evaluated - took < polled:
        return None
    return evaluated


def _value(metrics: str, series: str) -> float | None:
    found = re.search(rf"^{re.escape(series)} (\S+)$", metrics, re.MULTILINE)
    return float(found[1]) if found else None


if __name__ == "__main__":
    tell(measure())
