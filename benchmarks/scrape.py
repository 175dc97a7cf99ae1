"""A scrape of 100,000 series, against static files of the same bytes that the same server serves.

The snapshot is a real one, of a made-up organisation, and is rendered once. The exporter behind the web
application then knows only what was rendered and its own metrics: whatever else is asked of it raises.
Another process asks for the scrape and for the file in turns, over connections that stay open.
"""

from __future__ import annotations

import asyncio
import http.client
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from prometheus_client import CollectorRegistry
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from events import ENDS_AT
from organisation import Organisation
from promise import Promise, tell
from scorecard_exporter.evaluation import take
from scorecard_exporter.exposition.cache import Rendered, render
from scorecard_exporter.exposition.own import OwnMetrics
from scorecard_exporter.quantities import instant
from scorecard_exporter.store import open_store
from scorecard_exporter.web.app import create_app
from scorecard_exporter.web.listen import bind, serving

ORGANISATION = Organisation(
    departments=20, teams=165, services_per_team=1, deployments_per_service=60, bugs_per_service=10
)
SERIES, RUNS, SCRAPES = 100_000, 7, 30
ENCODINGS = {"gzip": "metrics.gz", "identity": "metrics"}


class OnlyRendered:
    """An exporter of which nothing is left but the rendered snapshot and its own metrics."""

    def __init__(self, rendered: Rendered) -> None:
        self.rendered = rendered
        self.registry = CollectorRegistry()
        OwnMetrics(self.registry).expect("events")

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"a scrape asks the exporter for {name}")


def measure() -> Iterator[Promise]:
    with TemporaryDirectory() as folder:
        rendered = _rendered(Path(folder))
        lines = rendered.whole.plain.splitlines()
        series = sum(not line.startswith(b"#") for line in lines)
        if series < SERIES:
            raise AssertionError(f"only {series} series")
        timed = asyncio.run(_timed(rendered, Path(folder)))
    for encoding, runs in timed.items():
        ours, theirs = (1000 * median(times) for times in zip(*runs, strict=True))
        yield Promise(
            name=f"scrape, {series:,} series, {encoding}",
            runs=[one / other for one, other in runs],
            unit="x a static file",
            sense="at most",
            bound=2,
            detail=f"{ours:.2f} ms and {theirs:.2f} ms",
        )


def _rendered(folder: Path) -> Rendered:
    configuration = ORGANISATION.found(folder)
    store = open_store(configuration.store)
    taken = take(configuration, store, instant(ENDS_AT))
    store.close()
    return render(taken, configuration)


async def _timed(rendered: Rendered, folder: Path) -> Mapping[str, list[tuple[float, float]]]:
    """For each encoding the seconds of the scrape and of the file, one pair a run."""
    scraped, static = bind("127.0.0.1:0"), bind("127.0.0.1:0")
    ports = scraped.getsockname()[1], static.getsockname()[1]
    app, files = create_app(OnlyRendered(rendered)), Starlette(routes=[Mount("/", StaticFiles(directory=folder))])
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as client:
        async with serving(app, [scraped], {}), serving(files, [static], {}):
            return await asyncio.get_running_loop().run_in_executor(client, compare, *ports, folder)


def compare(scraped: int, static: int, folder: Path) -> Mapping[str, list[tuple[float, float]]]:
    """In the client's process: what the one port answers becomes the file that the other one serves."""
    return {encoding: _compare(encoding, scraped, static, folder) for encoding in ENCODINGS}


def _compare(encoding: str, scraped: int, static: int, folder: Path) -> list[tuple[float, float]]:
    ours = _Client(scraped, "/metrics", {"Accept-Encoding": encoding})
    theirs = _Client(static, f"/{ENCODINGS[encoding]}", {})
    (folder / ENCODINGS[encoding]).write_bytes(ours.get())
    theirs.get()
    runs = []
    for _ in range(RUNS):
        pairs = [(ours.seconds(), theirs.seconds()) for _ in range(SCRAPES)]
        runs.append((median(one for one, _ in pairs), median(other for _, other in pairs)))
    return runs


@dataclass
class _Client:
    """One connection that asks for the same thing again and again."""

    port: int
    path: str
    headers: Mapping[str, str]

    def __post_init__(self) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", self.port)

    def get(self) -> bytes:
        self._connection.request("GET", self.path, headers=self.headers)
        response = self._connection.getresponse()
        if response.status != 200:
            raise AssertionError(f"{self.path} answers {response.status}")
        return response.read()

    def seconds(self) -> float:
        """How long one answer takes, to its last byte."""
        began = time.perf_counter()
        self.get()
        return time.perf_counter() - began


if __name__ == "__main__":
    tell(measure())
