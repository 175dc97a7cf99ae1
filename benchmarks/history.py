"""Two years of a large organisation's scorecards in months: of one team, and of all of them.

The organisation is that of the benchmark `evaluation`, and as there it is made by one process and evaluated by a
fresh one: 24 snapshots with the targets of their times, put together as the API answers them. The memory is the most
that this process ever held.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from evaluation import AT, MAXRSS_UNIT, Run, as_run_does, found
from promise import Promise, tell
from scorecard_exporter.config import load
from scorecard_exporter.config.model import Configuration
from scorecard_exporter.evaluation import collected, narrowed
from scorecard_exporter.scorecard.periods import rolling, step_of
from scorecard_exporter.store import open_store
from scorecard_exporter.store.base import Store

RUNS = 5
MONTHS = 24
TEAMS = ("team-7", "team-500", "department-3")
POINTS = list(rolling(step_of("month"), "UTC", 0, AT))[-MONTHS:]


def measure() -> Iterator[Promise]:
    processes = ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1)
    with TemporaryDirectory() as folder, processes:
        processes.submit(found, Path(folder)).result()
        one, every, memory = processes.submit(histories, Path(folder)).result()
    for name, runs, bound in (("one team", one, 0.5), ("1,100 teams", every, 15)):
        yield Promise(
            name=f"history, 24 months of {name}",
            runs=[run.seconds for run in runs],
            unit="s",
            sense="at most",
            bound=bound,
            detail=f"{median(run.of_processors for run in runs):.2f} s of processor time",
        )
    yield Promise(name="history, memory", runs=[memory / 1_000_000], unit="MB", sense="below", bound=600)


def histories(folder: Path) -> tuple[list[Run], list[Run], int]:
    """Seconds for one team, three of them in turns, and for all of them; and the most memory, in bytes."""
    as_run_does()
    configuration = load(folder / "organisation.yaml")
    store = open_store(configuration.store)
    alone = [narrowed(configuration, "engineering", team) for team in TEAMS]
    for one in alone:
        _run(one, store)  # once to warm up
    of_one = [_run(one, store) for _ in range(RUNS) for one in alone]
    of_all = [_run(configuration, store)]
    store.close()
    return of_one, of_all, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * MAXRSS_UNIT


def _run(configuration: Configuration, store: Store) -> Run:
    began, processors = time.perf_counter(), time.process_time()
    past = collected(configuration, store, POINTS)
    run = Run(time.perf_counter() - began, time.process_time() - processors)
    teams = sum(len(card.teams) for card in configuration.scorecards.values())
    measures = [one for team in past.teams.values() for one in team.measures.values()]
    values = sum(point.value is not None for one in measures for point in one.points)
    if past.size != teams * MONTHS * 30 or values * 10 < past.size * 8:
        raise AssertionError(f"{values} of {past.size} points have a value")
    return run


if __name__ == "__main__":
    tell(measure())
