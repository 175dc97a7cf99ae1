"""The running exporter: what is started, in which order, and how it stops.

One process, one event loop. Each source is read in a thread of its own; one thread writes the store, links and
evaluates; the loop only serves what is ready. A source that fails hurts neither another nor the last
good numbers.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import threading
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import TypeVar

from prometheus_client import CollectorRegistry

from scorecard_exporter.backfilling import Wanted, past_gauges
from scorecard_exporter.config import load
from scorecard_exporter.config.lint.advice import Advice
from scorecard_exporter.config.model import Configuration
from scorecard_exporter.errors import ConfigurationError, Mistake, ScorecardError, StoreFullError
from scorecard_exporter.evaluation import (
    advice_on_numbers,
    collected,
    explain_at,
    explain_measure,
    narrowed,
    samples_behind,
    take,
)
from scorecard_exporter.events.model import Batch
from scorecard_exporter.exposition.cache import Rendered, render
from scorecard_exporter.exposition.own import OwnMetrics
from scorecard_exporter.exposition.pushed import PushedCollector
from scorecard_exporter.histories import Answer, Histories, HistoryQuestion
from scorecard_exporter.logs import fields
from scorecard_exporter.measures.happenings import Happenings, happenings
from scorecard_exporter.measures.model import Period, Sample
from scorecard_exporter.own_sources import own_sources
from scorecard_exporter.polling import AbandonedError, Poll, Report
from scorecard_exporter.pushes.pushes import Keeper, Pushes, spool_folder
from scorecard_exporter.quantities import instant
from scorecard_exporter.report.writing import Meeting, ReviewQuestion, recorded, written
from scorecard_exporter.schedule import Schedule, in_thread
from scorecard_exporter.scorecard.document import Document
from scorecard_exporter.scorecard.explanation import Explanation
from scorecard_exporter.scorecard.history import History
from scorecard_exporter.scorecard.model import MeasureStatus, Snapshot
from scorecard_exporter.scorecard.periods import Step, rolling
from scorecard_exporter.scorecard.snapshot import status_changes
from scorecard_exporter.sources.base import Source
from scorecard_exporter.store import open_store, store_path
from scorecard_exporter.store.base import KeptReview

log = logging.getLogger("scorecard")

QUESTIONS_AT_ONCE = 2
"""Evaluations of other moments, which anyone may ask for, that wait beside the exporter's own work."""
HOUSEKEEPING_INTERVAL = 3600.0
TREND_STEP, TREND_LENGTH = Step("week"), timedelta(days=365)
"""What the pages show of the past."""

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class _Current:
    """What is served: always of one moment and of one configuration."""

    configuration: Configuration
    snapshot: Snapshot
    rendered: Rendered


class Service:
    """The exporter as a running thing; fulfils `exporter.Exporter`.

    `external_url`, `grafana_url`: where people reach it and their Grafana, which its metrics repeat.

    Raises:
        ConfigurationError: the file is not valid; nothing was started.
        StoreError: the store cannot be opened.
    """

    def __init__(
        self, path: Path, environ: Mapping[str, str] = os.environ, *, external_url: str = "", grafana_url: str = ""
    ) -> None:
        self._path, self._environ = path, environ
        self._configuration = load(path, environ)
        self._store = open_store(self._configuration.store)
        self._writer = ThreadPoolExecutor(1, "writer")
        self._pushes = Pushes(
            spool_folder(self.store_path),
            Keeper(self._store.cursors, self._store.coverage, self._write, self.refresh),
        )
        self._pushing: asyncio.Task[None] | None = None
        self._sources: dict[str, Source] = {}
        self._turns: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._schedule = Schedule()
        self._registry = CollectorRegistry()
        self._own = OwnMetrics(self._registry)
        self._own.reached(external_url=external_url, grafana_url=grafana_url)
        self._registry.register(PushedCollector(lambda: self._pushes.intakes))
        self._current: _Current | None = None
        self._troubles: dict[str, str] = {}
        self._evaluating = asyncio.Lock()
        self._evaluation_waits = False
        self._questions = asyncio.Semaphore(QUESTIONS_AT_ONCE)
        self._generations = count(1)
        self._generation = 0
        self._histories = Histories(self._work_out, lambda: self._generation)
        self._stopping = False
        self._take_sources(self._configuration)

    @property
    def configuration(self) -> Configuration:
        return self._configuration

    @property
    def store_path(self) -> Path:
        """The file that this process holds."""
        return store_path(self._configuration.store)

    @property
    def snapshot(self) -> Snapshot | None:
        return self._current.snapshot if self._current else None

    @property
    def rendered(self) -> Rendered | None:
        return self._current.rendered if self._current else None

    @property
    def registry(self) -> CollectorRegistry:
        return self._registry

    @property
    def pushes(self) -> Pushes:
        return self._pushes

    @property
    def starting(self) -> str:
        return "" if self._current else "working out the numbers from what is stored"

    @property
    def notices(self) -> tuple[str, ...]:
        return tuple(self._troubles.values())

    @property
    def failure(self) -> str:
        return self._troubles.get("evaluation", "")

    async def start(self) -> None:
        """Serve what the store already knows, then begin to poll."""
        self._own.reloaded(succeeded=True, at=time.time())
        async with self._evaluating:
            await self._in_writer(self._store.dimensions, self._configuration.dimensions)
            await self._try_to_evaluate()
            self._prepare_trends()
            self._schedule.start()
            self._schedule_sources()
            self._pushing = asyncio.create_task(self._pushes.run())
        self._schedule.every(self._configuration.evaluation_interval, "evaluation", self.refresh, now=False)
        self._schedule.every(HOUSEKEEPING_INTERVAL, "housekeeping", self._keep_house, now=False)

    async def stop(self) -> None:
        """Start nothing more, finish the transaction in hand, let go of the store."""
        self._stopping = True
        self._schedule.stop()
        if self._pushing:
            self._pushing.cancel()
        self._pushes.close()
        self._writer.shutdown(wait=False, cancel_futures=True)
        await asyncio.to_thread(self._writer.shutdown, wait=True)
        self._store.close()

    async def refresh(self) -> None:
        """Evaluate; callers that come while one waits to begin are served by that one."""
        if self._evaluation_waits:
            return
        self._evaluation_waits = True
        async with self._evaluating:
            self._evaluation_waits = False
            await self._try_to_evaluate()

    async def _try_to_evaluate(self) -> None:
        if self._stopping:
            return
        try:
            await self._in_writer(self._evaluate, self._configuration)
        except Exception as error:  # noqa: BLE001  whatever it was, the last numbers are served on and this is said
            if not self._stopping:
                self._evaluation_failed(error)
        else:
            self._troubles.pop("evaluation", None)

    async def evaluate(self, at: datetime) -> Snapshot:
        async with self._questions:
            return await self._in_writer(self._take, instant(at))

    async def advice(self) -> Sequence[Advice]:
        async with self._questions:
            return await self._in_writer(self._advise_now)

    def _advise_now(self) -> Sequence[Advice]:
        """In the writer's thread, as `_take`."""
        current = self._current
        return advice_on_numbers(current.configuration, self._store, current.snapshot) if current else ()

    async def explain(self, scorecard: str, measure: str, team: str | None, at: datetime | None) -> Explanation:
        if at is None and self._current:
            configuration, taken = self._current.configuration, self._current.snapshot
            return await asyncio.to_thread(
                explain_measure, configuration, self._store, taken, scorecard=scorecard, measure=measure, team=team
            )
        async with self._questions:
            moment = instant(at or datetime.now(UTC))
            return await self._in_writer(self._explain, moment, scorecard, measure, team)

    def _explain(self, at: int, scorecard: str, measure: str, team: str | None) -> Explanation:
        """In the writer's thread, as `_take`."""
        return explain_at(self._configuration, self._store, at, scorecard=scorecard, measure=measure, team=team)

    async def samples(
        self, scorecard: str, measure: str, team: str, at: datetime | None, *, most: int
    ) -> tuple[MeasureStatus, tuple[Sample, ...]]:
        asked = {"scorecard": scorecard, "measure": measure, "team": team}
        if at is None and self._current:
            configuration, taken = self._current.configuration, self._current.snapshot
            return await asyncio.to_thread(samples_behind, configuration, self._store, taken, most=most, **asked)
        async with self._questions:
            return await self._in_writer(self._samples_then, instant(at or datetime.now(UTC)), most, asked)

    def _samples_then(self, at: int, most: int, asked: Mapping[str, str]) -> tuple[MeasureStatus, tuple[Sample, ...]]:
        """In the writer's thread, as `_take`; nothing else is evaluated."""
        configuration = narrowed(self._configuration, asked["scorecard"], asked["team"], asked["measure"])
        return samples_behind(configuration, self._store, take(configuration, self._store, at), most=most, **asked)

    async def history(self, question: HistoryQuestion) -> History:
        narrowed(self._configuration, question.scorecard, question.team, question.measure)
        return await self._histories.answer(question)

    def trends(self, scorecard: str, team: str) -> History | None:
        current = self._current
        if current is None or self._stopping:
            return None
        zone, at = current.configuration.scorecards[scorecard].zone, current.snapshot.at
        points = rolling(TREND_STEP, zone, at - TREND_LENGTH // timedelta(microseconds=1), at)
        return self._histories.at_hand(HistoryQuestion(scorecard, team, None, tuple(points)))

    def _prepare_trends(self) -> None:
        """Those of the page that most people see first."""
        first = self._current and next(iter(self._current.snapshot.scorecards), None)
        if first:
            self.trends(first.scorecard.id, first.team)

    async def _work_out(self, question: HistoryQuestion) -> Answer:
        async with self._questions:
            return await self._in_writer(self._work_out_now, question)

    def _work_out_now(self, question: HistoryQuestion) -> Answer:
        """In the writer's thread, as `_take`; what was written and not evaluated yet is linked first."""
        self._store.link()
        generation = self._generation
        asked = narrowed(self._configuration, question.scorecard, question.team, question.measure)
        return Answer(generation, collected(asked, self._store, question.points))

    async def review(self, question: ReviewQuestion) -> Document:
        async with self._questions:
            return await self._in_writer(self._review_now, question)

    def _review_now(self, question: ReviewQuestion) -> Document:
        """In the writer's thread, as `_take`."""
        self._store.link()
        return written(self._configuration, self._store, question, instant(datetime.now(UTC)))

    async def reviews(self, scorecard: str) -> Sequence[KeptReview]:
        narrowed(self._configuration, scorecard)
        return await asyncio.to_thread(self._store.reviews, scorecard)

    async def happenings(
        self, kinds: Iterable[str], *, scorecard: str, team: str, period: Period, most: int
    ) -> Happenings:
        return await asyncio.to_thread(
            happenings, self._store, tuple(kinds), scorecard=scorecard, team=team, period=period, most=most
        )

    async def record_review(self, question: ReviewQuestion, meeting: Meeting) -> KeptReview:
        async with self._questions:
            kept = await self._in_writer(self._record_now, question, meeting)
        log.info("review recorded", extra=fields(scorecard=kept.scorecard, team=kept.team, period=kept.period))
        await self.refresh()
        return kept

    def _record_now(self, question: ReviewQuestion, meeting: Meeting) -> KeptReview:
        self._store.link()
        return recorded(self._configuration, self._store, question, meeting, instant(datetime.now(UTC)))

    async def backfill(self, wanted: Wanted) -> AsyncIterator[bytes]:
        configuration = self._configuration
        await self._in_writer(self._store.link)
        pieces = past_gauges(configuration, self._store, wanted)
        # Each piece waits for its turn: what sources read meanwhile is written between two of them.
        while (piece := await self._in_writer(next, pieces, None)) is not None:
            if configuration is not self._configuration:
                raise ScorecardError("The configuration was loaded anew while the past was gathered: ask again.")
            if piece:
                yield piece

    async def reload(self) -> None:
        try:
            async with self._evaluating:
                await self._reload()
        except ScorecardError as error:
            self._own.reloaded(succeeded=False, at=time.time())
            self._troubles["reload"] = f"The new configuration was refused, the old one goes on: {error}"
            # A mistake in a file is no crash: there is a traceback only where something else was the cause.
            log.error("reload refused", extra=fields(reason=error), exc_info=error.__cause__)  # noqa: TRY400
            raise
        self._own.reloaded(succeeded=True, at=time.time())
        self._troubles.pop("reload", None)
        log.info("configuration reloaded", extra=fields(file=self._path))

    async def reload_if_valid(self) -> None:
        """Reload on a signal, where nobody waits for the answer: the log, a gauge and the page have it."""
        with contextlib.suppress(ScorecardError):
            await self.reload()

    async def _reload(self) -> None:
        old, new = self._configuration, await asyncio.to_thread(load, self._path, self._environ)
        if new.store != old.store:
            message = f"`store` cannot change while running (it is {old.store}): restart the exporter"
            raise ConfigurationError((Mistake(str(self._path), 1, 1, "store", message),))
        await self._in_writer(self._adopt, new)
        self._histories.forget()
        before = self._sources.keys()
        self._take_sources(new)
        for name in before - self._sources.keys():
            self._schedule.forget(f"source {name}")
            self._own.forget(name)
            self._troubles.pop(name, None)
        self._schedule_sources()
        self._schedule.every(new.evaluation_interval, "evaluation", self.refresh, now=False)

    def _adopt(self, configuration: Configuration) -> None:
        """In the writer's thread: from here on the store answers in the terms of this configuration.

        If that fails it answers in those of the old one, so that the two are never mixed.
        """
        self._store.dimensions(configuration.dimensions)
        try:
            self._evaluate(configuration)
        except Exception as error:
            self._store.dimensions(self._configuration.dimensions)
            raise ScorecardError(f"The numbers could not be worked out: {error}") from error
        self._configuration = configuration
        self._generation = next(self._generations)

    def _take(self, at: int) -> Snapshot:
        """In the writer's thread: neither a write nor a new configuration comes between two of the queries."""
        return take(self._configuration, self._store, at)

    def _evaluate(self, configuration: Configuration) -> None:
        began = time.perf_counter()
        self._store.link()
        taken = take(configuration, self._store, instant(datetime.now(UTC)))
        self._store.record_status_changes(status_changes(taken, self._store.status_changes()))
        self._current = _Current(configuration, taken, render(taken, configuration))
        self._own.evaluated(time.perf_counter() - began, at=time.time())
        self._own.stored(self._store.statistics())

    def _evaluation_failed(self, error: Exception) -> None:
        self._own.evaluation_failed()
        if isinstance(error, StoreFullError):
            self._own.write_failed()
        self._troubles["evaluation"] = f"The numbers could not be worked out anew, the last ones are shown: {error}"
        log.error("evaluation failed", exc_info=error)

    def _take_sources(self, configuration: Configuration) -> None:
        directory = str(configuration.path.parent)
        self._sources = {name: options.build(name, directory) for name, options in configuration.sources.items()}
        self._sources |= own_sources(configuration)
        self._pushes.take(self._sources, configuration.dimensions.services)

    def _schedule_sources(self) -> None:
        for name, source in self._sources.items():
            self._own.expect(name, source.traffic)

            async def poll(source: Source = source) -> None:
                await self._poll(source)

            self._schedule.every(source.interval, f"source {name}", poll, now=True)

    async def _poll(self, source: Source) -> None:
        """One poll, in a thread of its own: a slow system holds up no other, and none holds up the end."""
        loop = asyncio.get_running_loop()

        def told(report: Report) -> None:
            self._own.history(source.name, report.history)
            loop.call_soon_threadsafe(self._refresh_soon)

        try:
            await in_thread(f"source {source.name}", lambda: self._read(source, told))
        except Exception as error:
            # Whatever is under way when the end comes finds the store closed, and that is no failure.
            if self._stopping or isinstance(error, AbandonedError):
                return
            raise
        await self.refresh()

    def _refresh_soon(self) -> None:
        """What a round has read shows before the next one is done."""
        self._refreshing = asyncio.get_running_loop().create_task(self.refresh())

    def _read(self, source: Source, told: Callable[[Report], None]) -> None:
        """In a thread of its own. A reload may begin a poll of a source whose last one is still ending."""
        with self._turns[source.name]:
            began = time.perf_counter()
            try:
                report = Poll(
                    source,
                    self._store.cursors(source.name),
                    partial(self._write, source.name),
                    is_wanted=lambda: not self._stopping and self._sources.get(source.name) is source,
                    told=told,
                ).run()
                troubles, paused = report.sentences(), report.paused
                self._pushes.listen(source.name)
            except StoreFullError as error:
                troubles, paused = [str(error)], ""
            self._polled(source, troubles, paused, time.perf_counter() - began)

    def _write(self, source: str, deliveries: list[tuple[str, Batch]]) -> None:
        """Store what was read, in the writer's thread."""
        try:
            written = self._writer.submit(self._store.write, source, *deliveries).result()
        except StoreFullError:
            self._own.write_failed()
            raise
        except (RuntimeError, CancelledError) as error:
            if self._stopping:
                raise AbandonedError from error
            raise
        if any(batch.records or batch.coverage or batch.replace for _, batch in deliveries):
            self._generation = next(self._generations)
        self._own.wrote(source, written)
        for stream, batch in deliveries:
            for problem in batch.problems:
                self._own.problem(source, problem.code)
                log.warning(problem.message, extra=fields(source=source, code=problem.code, origin=problem.origin))
            if batch.records:
                log.debug("read", extra=fields(source=source, stream=stream, records=len(batch.records)))
        if records := sum(written.values()):
            log.info("read", extra=fields(source=source, records=records))

    def _polled(self, source: Source, troubles: list[str], paused: str, seconds: float) -> None:
        if self._stopping or self._sources.get(source.name) is not source:
            return  # the end has come, or it was taken out of the configuration meanwhile
        self._own.polled(source.name, seconds, succeeded=not troubles, at=time.time())
        for trouble in troubles:
            log.error("source failed", extra=fields(source=source.name, reason=trouble))
        if paused:
            log.info("source paused", extra=fields(source=source.name, reason=paused))
        if troubles:
            self._troubles[source.name] = f"Source {source.name} could not be read: {'; '.join(troubles)}"
        elif paused:
            self._troubles[source.name] = f"Source {source.name} is not read for a while: {paused}."
        else:
            self._troubles.pop(source.name, None)
            log.debug("polled", extra=fields(source=source.name, seconds=round(seconds, 3)))

    async def _keep_house(self) -> None:
        try:
            await self._in_writer(self._store.maintain)
        except StoreFullError as error:
            self._own.write_failed()
            log.error("housekeeping failed", extra=fields(reason=error))  # noqa: TRY400  a full disk is no crash

    async def _in_writer(self, work: Callable[..., _Result], *arguments: object) -> _Result:
        return await asyncio.get_running_loop().run_in_executor(self._writer, work, *arguments)
