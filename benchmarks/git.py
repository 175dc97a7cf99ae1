"""From a repository of 50,000 commits to linked lead times, against `git log` that prints the same fields.

What is timed of ours is everything from the first question to git to the reading of the measure, in this
process: its start and the imports are not counted. Of `git log`, whose output goes nowhere, the start is
taken off as well: it is the time of the same command asked for a single commit.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import repository
from promise import Promise, tell
from scorecard_exporter.config import load
from scorecard_exporter.config.model import Configuration
from scorecard_exporter.evaluation import take
from scorecard_exporter.quantities import instant
from scorecard_exporter.sources.git.log import LOG
from scorecard_exporter.store import open_store, store_path

COMMITS, RELEASES, RUNS = 50_000, 100, 5
_CONFIGURATION = """
store: duckdb:git.duckdb
sources: {repository: {type: git, repositories: {project: repository.git}}}
teams: {project: {owner: project@example.org, services: [project]}}
services: {project: {changes: repository:project, deployments: {from: repository:project, tags: "v*"}}}
scorecards:
  engineering:
    teams: [project]
    perspectives:
      engineering-excellence: {objectives: {delivery: {measures: {lead_time_for_changes: {window: 1000d}}}}}
"""


def measure() -> Iterator[Promise]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "scorecard.yaml"
        path.write_text(_CONFIGURATION, encoding="utf-8")
        configuration = load(path)
        bare = Path(folder) / "repository.git"
        repository.make(bare, commits=COMMITS, releases=RELEASES)
        timed = [(_from_nothing(configuration), _log(bare) - _log(bare, "--max-count=1")) for _ in range(RUNS)]
    ours, theirs = (median(times) for times in zip(*timed, strict=True))
    yield Promise(
        name=f"git, {COMMITS:,} commits to linked lead times",
        runs=[one / other for one, other in timed],
        unit="x git log",
        sense="at most",
        bound=10,
        detail=f"{ours:.2f} s and {theirs:.2f} s",
    )


def _from_nothing(configuration: Configuration) -> float:
    """Seconds from an empty store to the reading."""
    store_path(configuration.store).unlink(missing_ok=True)
    began = time.perf_counter()
    store = open_store(configuration.store)
    store.dimensions(configuration.dimensions)
    for name, options in configuration.sources.items():
        for stream in options.build(name, str(configuration.path.parent)).streams:
            for batch in stream.read(None, repository.ENDS_AT):
                store.write(name, (stream.name, batch))
    store.link()
    ((_, _, status),) = take(configuration, store, instant(repository.ENDS_AT)).scorecards[0].measures()
    seconds = time.perf_counter() - began
    store.close()
    if not status.reading.samples:
        raise AssertionError(f"no lead time was linked: {status.absence}")
    return seconds


def _log(bare: Path, *limit: str) -> float:
    """Seconds that `git log` takes to print what the source reads, of all branches and tags."""
    git = ["git", f"--git-dir={bare}"]
    tips = subprocess.run([*git, "for-each-ref", "--format=%(objectname)"], capture_output=True, check=True).stdout
    began = time.perf_counter()
    subprocess.run([*git, *LOG, *limit], input=tips, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


if __name__ == "__main__":
    tell(measure())
