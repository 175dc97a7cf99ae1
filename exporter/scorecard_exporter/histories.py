"""Histories that were worked out, kept until the configuration or the events change. Belongs to one event loop."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from scorecard_exporter.scorecard.history import History
from scorecard_exporter.scorecard.periods import Point

log = logging.getLogger("scorecard")

MOST_KEPT = 200_000
"""Points of measures that are kept in all; about 60 MB."""
MOST_POINTS = 1_000
"""In an answer, whichever the number of measures."""
MOST_VALUES = 100_000
"""In an answer: points of every measure of every team."""


@dataclass(frozen=True, slots=True)
class HistoryQuestion:
    """Which scorecard, team (None: all of its teams) and measure (None: all, and their parents), at which points."""

    scorecard: str
    team: str | None
    measure: str | None
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """A history and the generation of events and configuration that it was made from."""

    generation: int
    history: History


class Histories:
    """Answers from memory, or by `work_out`, which is asked once however many wait for the same answer."""

    def __init__(
        self,
        work_out: Callable[[HistoryQuestion], Awaitable[Answer]],
        generation: Callable[[], int],
        most: int = MOST_KEPT,
    ) -> None:
        self._work_out, self._generation, self._most = work_out, generation, most
        self._kept: OrderedDict[HistoryQuestion, Answer] = OrderedDict()
        self._running: dict[HistoryQuestion, asyncio.Task[History]] = {}

    def forget(self) -> None:
        """Nothing that is kept speaks of the configuration in force any more."""
        self._kept.clear()

    async def answer(self, question: HistoryQuestion) -> History:
        """The history as of now.

        Raises:
            UnknownNameError: it asks for what does not exist.
        """
        kept = self._current(question)
        if kept is not None:
            return kept
        # Whoever asked first may go away; the others still wait for the answer.
        return await asyncio.shield(self._task(question))

    def at_hand(self, question: HistoryQuestion) -> History | None:
        """What is kept, even if events came since; unless it is current, a new one is worked out for the next time."""
        if self._current(question) is None:
            self._task(question)
        known = self._kept.get(question)
        return known.history if known else None

    def _current(self, question: HistoryQuestion) -> History | None:
        known = self._kept.get(question)
        if known is None or known.generation != self._generation():
            return None
        self._kept.move_to_end(question)
        return known.history

    def _task(self, question: HistoryQuestion) -> asyncio.Task[History]:
        if question not in self._running:
            task = self._running[question] = asyncio.get_running_loop().create_task(self._ask(question))
            task.add_done_callback(lambda done: self._ended(question, done))
        return self._running[question]

    async def _ask(self, question: HistoryQuestion) -> History:
        answer = await self._work_out(question)
        self._kept[question] = answer
        self._kept.move_to_end(question)
        size = sum(one.history.size for one in self._kept.values())
        while size > self._most:
            size -= self._kept.popitem(last=False)[1].history.size
        return answer.history

    def _ended(self, question: HistoryQuestion, task: asyncio.Task[History]) -> None:
        del self._running[question]
        if not task.cancelled() and (error := task.exception()):
            # Whoever waits for it is told as well; a page waits for nothing.
            log.debug("no history", exc_info=error)
