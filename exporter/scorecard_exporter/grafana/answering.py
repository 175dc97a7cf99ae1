"""A question answered: what it needs is asked of the exporter on the loop, and made into frames in a thread."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TypeVar

from scorecard_exporter.errors import ScorecardError, UnknownNameError
from scorecard_exporter.exporter import Exporter
from scorecard_exporter.grafana import asking
from scorecard_exporter.grafana.counts import Counts
from scorecard_exporter.grafana.pluginv2.backend_pb2 import DataQuery, DataResponse
from scorecard_exporter.grafana.question import Question, QuestionError
from scorecard_exporter.sources.text import excerpt

log = logging.getLogger("scorecard")

PATIENCE = 25.0
"""Seconds: Grafana gives up after 30."""
LONGEST_SENTENCE = 600
LARGEST = 64_000_000
"""Bytes of the frames of one call."""
QUERIES_AT_ONCE = 8
"""Of one call."""
READING_AT_ONCE = 2
"""Queries that read the store; the pages and the API wait for the same threads."""

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Failure:
    """A query without an answer: the sentence for the panel, an HTTP status, and a short stable reason."""

    sentence: str
    status: int
    reason: str


class Answering:
    """Answers queries of an exporter.

    `pool`: where frames are made; nothing that takes long runs on the loop. `patience`: seconds for a query; `largest`:
    bytes of the frames of one call.
    """

    def __init__(
        self, exporter: Exporter, pool: Executor, counts: Counts, *, patience: float = PATIENCE, largest: int = LARGEST
    ) -> None:
        self._exporter, self._pool, self._counts = exporter, pool, counts
        self._patience, self._largest = patience, largest
        self._reading = asyncio.Semaphore(READING_AT_ONCE)

    async def answers(self, queries: Sequence[DataQuery]) -> list[DataResponse]:
        """An answer for each, some at a time; what comes when the whole has grown too large is an error."""
        found: list[DataResponse] = []
        size = 0
        for begin in range(0, len(queries), QUERIES_AT_ONCE):
            for answer in await asyncio.gather(*map(self.answer, queries[begin : begin + QUERIES_AT_ONCE])):
                size += sum(map(len, answer.frames))
                found.append(answer if size <= self._largest else _TOO_LARGE)
        return found

    async def answer(self, query: DataQuery) -> DataResponse:
        """Frames or an error; it never raises."""
        began, kind = time.perf_counter(), query.queryType if query.queryType in asking.KINDS else "unknown"
        try:
            question = Question.read(query, asking.KINDS)
            kind = question.kind
            async with asyncio.timeout(self._patience):
                frames = await self._frames(question, query.refId)
        except Exception as error:  # noqa: BLE001  whatever it was, people get a sentence and never a stack trace
            return self._failed(kind, failure(error, kind))
        finally:
            self._counts.answered(kind, time.perf_counter() - began)
        return DataResponse(frames=frames, status=200)

    async def _frames(self, question: Question, ref_id: str) -> list[bytes]:
        turn = self._reading if question.kind in asking.READING else contextlib.nullcontext()
        async with turn:
            build = await asking.KINDS[question.kind](self._exporter, question, self._aside)
        return await self._aside(lambda: [frame.encoded(ref_id) for frame in build()])

    def _aside(self, work: Callable[[], _Result]) -> Awaitable[_Result]:
        return asyncio.get_running_loop().run_in_executor(self._pool, work)

    def _failed(self, kind: str, why: Failure) -> DataResponse:
        self._counts.failed(kind, why.reason)
        source = "plugin" if why.reason == "error" else "downstream"
        return DataResponse(error=why.sentence, status=why.status, errorSource=source)


def failure(error: Exception, what: str) -> Failure:
    """What people are told about an error; what nobody expected is logged with its traceback."""
    if isinstance(error, QuestionError):
        return Failure(excerpt(str(error), LONGEST_SENTENCE), error.status, _REASONS.get(error.status, "question"))
    if isinstance(error, UnknownNameError):
        return Failure(excerpt(str(error), LONGEST_SENTENCE), 404, "question")
    if isinstance(error, TimeoutError):
        sentence = (
            "The exporter is busy and gave no answer in time; the next refresh finds what was worked out meanwhile."
        )
        return Failure(sentence, 504, "busy")
    if isinstance(error, ScorecardError):
        return Failure(excerpt(str(error), LONGEST_SENTENCE), 503, "busy")
    log.error("query failed", exc_info=error, extra={"fields": {"query": what}})
    return Failure("The exporter could not answer this: its log says why.", 500, "error")


_REASONS: Mapping[int, str] = {503: "busy"}
_TOO_LARGE = DataResponse(
    error=f"All that this panel asks for is more than {LARGEST // 1_000_000} MB: ask for less, or in several panels.",
    status=413,
    errorSource="downstream",
)
