"""What Grafana's data source takes to answer: a large scorecard, two years of a measure, and 100,000 samples.

The organisation is a smaller one of the sort of the benchmark `evaluation`, with each measure twice. Questions are
answered as Grafana's are, from the query's JSON to the bytes of the frames; the socket is not counted. The exporter
that is asked has its snapshot, and works out histories from the store as the running one does.
"""

from __future__ import annotations

import asyncio
import gc
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import yaml
from prometheus_client import CollectorRegistry

from events import ENDS_AT
from organisation import Organisation
from promise import Promise, tell
from scorecard_exporter.config import load
from scorecard_exporter.config.model import Configuration
from scorecard_exporter.evaluation import collected, narrowed, take
from scorecard_exporter.grafana.answering import Answering
from scorecard_exporter.grafana.counts import Counts
from scorecard_exporter.grafana.kinds import evidence
from scorecard_exporter.grafana.pluginv2.backend_pb2 import DataQuery, DataResponse, TimeRange
from scorecard_exporter.histories import Answer, Histories, HistoryQuestion
from scorecard_exporter.measures.model import Sample
from scorecard_exporter.quantities import instant
from scorecard_exporter.scorecard.history import History
from scorecard_exporter.scorecard.model import MeasureStatus, Snapshot
from scorecard_exporter.store import open_store
from scorecard_exporter.store.base import Store

ORGANISATION = Organisation(
    departments=9, teams=90, services_per_team=2, deployments_per_service=500, bugs_per_service=100
)
RUNS, TEAMS = 15, 7
AT = instant(ENDS_AT)
SAMPLES, MEASURE = 100_000, "lead_time_for_changes"
WEEK, WEEKS = 604_800_000, 104


class StandsStill:
    """An exporter at one moment, with a store behind it."""

    def __init__(self, configuration: Configuration, store: Store) -> None:
        self.configuration, self._store = configuration, store
        self.snapshot: Snapshot = take(configuration, store, AT)
        self._histories = Histories(self._work_out, lambda: 1)

    async def history(self, question: HistoryQuestion) -> History:
        return await self._histories.answer(question)

    async def _work_out(self, question: HistoryQuestion) -> Answer:
        return await asyncio.to_thread(self._work_out_now, question)

    def _work_out_now(self, question: HistoryQuestion) -> Answer:
        asked = narrowed(self.configuration, question.scorecard, question.team, question.measure)
        return Answer(1, collected(asked, self._store, question.points))


def measure() -> Iterator[Promise]:
    gc.set_threshold(20_000, 50, 50)  # as the command line does
    with TemporaryDirectory() as folder:
        configuration = _found(Path(folder))
        store = open_store(configuration.store)
        exporter = StandsStill(configuration, store)
        yield from asyncio.run(_answered(exporter))
        store.close()
    status = next(one for _, _, one in exporter.snapshot.scorecards[0].measures() if one.measure.id == MEASURE)
    yield _encoded(status)


def _found(folder: Path) -> Configuration:
    """The organisation, with 20 measures of two perspectives."""
    path = ORGANISATION.found(folder).path
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    for perspective in ("business-value", "team-capability"):
        del document["scorecards"]["engineering"]["perspectives"][perspective]
    path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    return load(path)


async def _answered(exporter: StandsStill) -> list[Promise]:
    with ThreadPoolExecutor(2, "grafana") as pool:
        answering = Answering(exporter, pool, Counts(CollectorRegistry()))  # type: ignore[arg-type]
        ask = partial(_timed, answering)
        rows = [await ask("scorecard", team="All") for _ in range(RUNS)]
        teams = [f"team-{number}" for number in range(TEAMS + 1)]
        past = {"measure": MEASURE, "step": "week"}
        cold = [await ask("history", team=team, **past) for team in teams][1:]  # once to warm up
        warm = [await ask("history", team=team, **past) for team in teams]
    card = exporter.snapshot.scorecards[0]
    size = f"{len(card.measures())} measures x {len(exporter.snapshot.scorecards)} teams"
    return [
        _promise(f"scorecard of {size}", rows, 30),
        _promise("two years of a measure in weeks, cold", cold, 300),
        _promise("two years of a measure in weeks, warm", warm, 20),
    ]


def _promise(name: str, runs: list[tuple[float, float]], bound: float) -> Promise:
    return Promise(
        name=f"plugin, {name}",
        runs=[passed for passed, _ in runs],
        unit="ms",
        sense="at most",
        bound=bound,
        detail=f"{median(processors for _, processors in runs):.0f} ms of processor time",
    )


async def _timed(answering: Answering, kind: str, **keys: str) -> tuple[float, float]:
    """Milliseconds of an answer: those that passed, and the time of all processors together."""
    last = AT // 1000
    query = DataQuery(
        refId="A",
        queryType=kind,
        json=json.dumps(keys).encode(),
        maxDataPoints=1_000,
        timeRange=TimeRange(fromEpochMS=last - WEEKS * WEEK, toEpochMS=last),
    )
    began, processors = time.perf_counter(), time.process_time()
    response: DataResponse = await answering.answer(query)
    milliseconds = 1000 * (time.perf_counter() - began), 1000 * (time.process_time() - processors)
    if response.error or not response.frames:
        raise AssertionError(response.error)
    return milliseconds


def _encoded(status: MeasureStatus) -> Promise:
    """Samples as frames: their encoding is promised, what is done before is told."""
    samples = [_sample(number) for number in range(SAMPLES)]
    runs, made = [], []
    for _ in range(RUNS):
        began = time.perf_counter()
        (frame,) = evidence.frames(status, samples)
        between = time.perf_counter()
        if frame.size != SAMPLES or not frame.encoded("A"):
            raise AssertionError
        runs.append(1000 * (time.perf_counter() - between))
        made.append(1000 * (between - began))
    return Promise(
        name=f"plugin, evidence of {SAMPLES:,} samples, encoded",
        runs=runs,
        unit="ms",
        sense="at most",
        bound=100,
        detail=f"made into columns before, from samples: {median(made):.0f} ms",
    )


def _sample(number: int) -> Sample:
    return Sample(
        subject=f"service-{number % 200}",
        occurred_at=AT - number * 60_000_000,
        value=Fraction(number * 7_919 % 1_000_003, 1_000),
        unit="seconds",
        key=f"{number * 7_919:040x}",
        origin=f"events:service-{number % 200}",
        url=f"https://git.example.org/service-{number % 200}/commit/{number * 7_919:040x}",
    )


if __name__ == "__main__":
    tell(measure())
