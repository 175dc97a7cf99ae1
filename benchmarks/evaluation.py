"""Every measure for every team of a large organisation, over one period; and over two, as the exporter does.

The organisation is made by one process and evaluated by a fresh one, which reads the configuration, opens
the store and evaluates: what is timed gives a reading for each measure, team and period. The memory is the
most that this process ever held; a whole snapshot was taken in it as well.
"""

from __future__ import annotations

import gc
import resource
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple

from events import ENDS_AT
from organisation import Organisation
from promise import Promise, tell
from scorecard_exporter.config import load
from scorecard_exporter.config.model import Configuration
from scorecard_exporter.evaluation import readings, take
from scorecard_exporter.measures.model import Reading
from scorecard_exporter.quantities import instant
from scorecard_exporter.store import open_store
from scorecard_exporter.store.base import Store

# A million deployments, five million changes that are as many pull requests, two million builds, half a million bugs,
# 50,000 incidents, 460,000 observations, 120,000 answers; three levels of 1, 99 and 1,000 teams.
ORGANISATION = Organisation(
    departments=99, teams=1_000, services_per_team=2, deployments_per_service=500, bugs_per_service=250
)
RUNS = 7
AT = instant(ENDS_AT)
MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024


def measure() -> Iterator[Promise]:
    # What a large process starts is counted as large from the beginning: this one stays small.
    processes = ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1)
    with TemporaryDirectory() as folder, processes:
        processes.submit(found, Path(folder)).result()
        runs, both, memory = processes.submit(evaluations, Path(folder)).result()
    yield Promise(
        name="evaluation, 30 measures, 1,100 teams, 14,130,000 events",
        runs=[run.seconds for run in runs],
        unit="s",
        sense="at most",
        bound=2,
        detail=f"{_processors(runs)} of processor time; with the period before it "
        f"{median(run.seconds for run in both):.2f} s, {_processors(both)}",
    )
    yield Promise(name="evaluation, memory", runs=[memory / 1_000_000], unit="MB", sense="below", bound=600)


def _processors(runs: list[Run]) -> str:
    return f"{median(run.of_processors for run in runs):.2f} s"


class Run(NamedTuple):
    """Seconds of an evaluation: those that passed, and the time of all processors together."""

    seconds: float
    of_processors: float


def as_run_does() -> None:
    """Set the interpreter as `scorecard-exporter run` sets it."""
    gc.set_threshold(20_000, 50, 50)
    sys.setswitchinterval(0.001)


def found(folder: Path) -> None:
    """Make the organisation."""
    ORGANISATION.found(folder)


def evaluations(folder: Path) -> tuple[list[Run], list[Run], int]:
    """The runs over one period, those over two, and the most memory that this process took, in bytes."""
    as_run_does()
    configuration = load(folder / "organisation.yaml")
    store = open_store(configuration.store)
    take(configuration, store, AT)  # once to warm up, with everything that an exporter does
    runs = [(_run(configuration, store, 1), _run(configuration, store, 2)) for _ in range(RUNS)]
    store.close()
    one, both = map(list, zip(*runs, strict=True))
    return one, both, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * MAXRSS_UNIT


def _run(configuration: Configuration, store: Store, periods: int) -> Run:
    began, processors = time.perf_counter(), time.process_time()
    found = readings(configuration, store, AT, periods=periods)
    run = Run(time.perf_counter() - began, time.process_time() - processors)
    _check([one for of_period in found for by_team in of_period.values() for one in by_team.values()])
    return run


def _check(everything: list[Reading]) -> None:
    """Nearly all of them have a value; a small team may have had nothing to restore."""
    missing = [reading.absence for reading in everything if reading.value is None]
    if len(missing) * 100 > len(everything):
        raise AssertionError(f"{len(missing)} of {len(everything)} readings have no value, such as {missing[0]}")


if __name__ == "__main__":
    tell(measure())
