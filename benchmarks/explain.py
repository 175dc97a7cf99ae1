"""The explanation of each measure of a large organisation, for the whole of it and for one team.

The organisation is that of `evaluation`. A fresh process opens the store and takes a snapshot, as an exporter has it;
what is timed asks the store about one measure of it and makes the document of the API.
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple

from evaluation import AT, as_run_does, found
from promise import Promise, tell
from scorecard_exporter.config import load
from scorecard_exporter.evaluation import explain_measure, take
from scorecard_exporter.scorecard.document import explanation_document
from scorecard_exporter.store import open_store

TEAMS = ("organisation", "team-7")
RUNS = 7


class Run(NamedTuple):
    """One explanation: whose, of what, how long it took, and how much of the processors."""

    team: str
    measure: str
    seconds: float
    processor: float


def measure() -> Iterator[Promise]:
    with (
        TemporaryDirectory() as folder,
        ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1) as processes,
    ):
        processes.submit(found, Path(folder)).result()
        runs = processes.submit(explanations, Path(folder)).result()
    for team in TEAMS:
        by_measure: defaultdict[str, list[Run]] = defaultdict(list)
        for run in runs:
            if run.team == team:
                by_measure[run.measure].append(run)
        medians = {one: median(run.seconds for run in several) for one, several in by_measure.items()}
        slowest = max(medians, key=lambda one: medians[one])
        processor = median(run.processor for run in by_measure[slowest])
        yield Promise(
            name=f"explain, {team} of 1,100 teams",
            runs=[run.seconds for run in by_measure[slowest]],
            unit="s",
            sense="at most",
            bound=0.3,
            detail=f"{slowest}, the slowest: {processor:.2f} s of processor time; median of all measures "
            f"{median(medians.values()):.2f} s",
        )


def explanations(folder: Path) -> list[Run]:
    as_run_does()
    configuration = load(folder / "organisation.yaml")
    store = open_store(configuration.store)
    taken = take(configuration, store, AT)
    measures = [one.id for _, _, one in configuration.scorecards["engineering"].measures()]
    runs = []
    for _ in range(RUNS):
        for team in TEAMS:
            for one in measures:
                began, used = time.perf_counter(), time.process_time()
                why = explain_measure(configuration, store, taken, scorecard="engineering", measure=one, team=team)
                json.dumps(explanation_document(why), allow_nan=False)
                runs.append(Run(team, one, time.perf_counter() - began, time.process_time() - used))
    store.close()
    return runs


if __name__ == "__main__":
    tell(measure())
