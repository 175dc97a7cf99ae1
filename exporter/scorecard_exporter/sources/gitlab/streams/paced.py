"""Lists that can be asked by time, in steps of about the same size, however much happens in a day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from scorecard_exporter.events.model import Batch
from scorecard_exporter.quantities import instant, moment
from scorecard_exporter.sources.kit.streams import OVERLAP, Piece, State, WindowedStream

FIRST, SHORTEST, LONGEST = timedelta(days=2), timedelta(minutes=30), timedelta(days=730)
STEP = 2_000
"""Records in a step. Each step must be done within the quota of a minute, or it would begin again for ever."""
CHANGE = 4.0
"""How much longer or shorter than the one before a window may be."""


class PacedStream(WindowedStream):
    """A project in which little happens is read in a few steps, and a large group in many.

    The cursor's `extra` begins with the seconds of the next window; `mark`: what follows them.
    """

    mark: str = ""
    _fitting: timedelta = FIRST
    """How long a window would have held as much as a step may, by the last one that was read."""

    def _begin(self, cursor: str | None, at: datetime, wanted: datetime) -> Iterator[Batch]:
        self._keep(FIRST)
        begin = max(at - FIRST, wanted)
        state = State(made_by=self.made_by, until=instant(at), since=instant(begin))
        yield from self._deliver(self._history_pieces(begin, at), cursor, lambda: state, wanted)

    def _catch_up(self, state: State, at: datetime, wanted: datetime) -> Iterator[Batch]:
        self._keep(self._pace)
        pace = FIRST
        while (known := moment(state.until)) < at:
            end = min(at, known + pace)
            is_unchanged = self.is_unchanged(known, end)
            pieces: Iterable[Piece] = () if is_unchanged else self._measured(known - OVERLAP, end)
            before, reached = replace(state, extra=self.extra).dump(), replace(state, until=instant(end))
            yield from self._deliver(pieces, before, partial(_itself, reached), wanted)
            state, pace = reached, self._fitting

    def _go_back(self, state: State, wanted: datetime) -> Iterator[Batch]:
        end = moment(state.since)
        begin = max(end - self._pace, wanted)
        older = replace(state, since=instant(begin))
        yield from self._deliver(self._history_pieces(begin, end), state.dump(), lambda: older, wanted)

    def _history_pieces(self, begin: datetime, end: datetime) -> Iterator[Piece]:
        yield from self._measured(begin, end)
        self._keep(self._fitting)

    def _measured(self, begin: datetime, end: datetime) -> Iterator[Piece]:
        count = 0
        for piece in self.pieces(begin, end):
            count += len(piece.records)
            yield piece
        fitting = (end - begin) * min(max(STEP / max(count, 1), 1 / CHANGE), CHANGE)
        self._fitting = min(max(fitting, SHORTEST), LONGEST)

    @property
    def _pace(self) -> timedelta:
        return timedelta(seconds=int(self.extra.partition(" ")[0]))

    def _keep(self, pace: timedelta) -> None:
        self.extra = f"{int(pace.total_seconds())} {self.mark}".rstrip()


def _itself(state: State) -> State:
    return state
