"""The two ways in which lists can be read without gap or double: by windows of time, and newest first.

Both bring a stream up to now and then go back in history, a bounded piece a step, so that the current numbers are
right within minutes. The cursor moves only with the batch that ends a piece; a piece that was cut off is read again.
"""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Self

from scorecard_exporter.errors import RetriableSourceError
from scorecard_exporter.events.model import Batch, Coverage, Problem, Progress, Record
from scorecard_exporter.quantities import instant, moment
from scorecard_exporter.sources.base import Stream
from scorecard_exporter.sources.delivery import deliver

OVERLAP = timedelta(minutes=10)
"""What was read last is read again: clocks differ, and lists become consistent late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What one answer or several held: records, and what was wrong with some."""

    records: tuple[Record, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The cursor of a stream. Times are microseconds.

    `made_by`: digest of all that decides what records look like; with another one all is read anew. `until`: read up
    to here. `since`: back to here. `after`: where a list goes on that is read newest first, '' after its end.
    `unfinished`: when the oldest thing was created that may still change without moving to the front. `extra`: what
    else a stream wants to keep.
    """

    made_by: str
    until: int
    since: int
    after: str = ""
    unfinished: int | None = None
    extra: str = ""

    @classmethod
    def load(cls, cursor: str | None, made_by: str) -> Self | None:
        """From a cursor; None where there is none, or one that was made otherwise."""
        try:
            state = cls(**json.loads(cursor or "null"))
        except (TypeError, ValueError):
            return None
        return state if state.made_by == made_by else None

    def dump(self) -> str:
        """As a cursor."""
        return json.dumps(asdict(self))


class HistoryStream(Stream):
    """What the two ways have in common.

    `origin` and `kinds`: what is covered once it was read; `origins` in its place where a list is about several, also
    those of which it holds nothing. `history`: how far back is wanted. `made_by`: see `State`. `is_partial`: whether
    what it holds is merged into what is known, see `Batch`.
    """

    is_partial: bool = False
    is_alone: bool = False
    """Whether nothing else writes these kinds of these origins: what was made otherwise is dropped then."""
    extra: str = ""
    """What was kept in the cursor, while a read lasts; what a stream sets it to is kept with what the read brings."""

    def __init__(
        self,
        name: str,
        *,
        origin: str = "",
        origins: tuple[str, ...] | None = None,
        kinds: tuple[str, ...],
        history: timedelta,
        made_by: str,
    ) -> None:
        self.name = name
        self.origin, self.kinds = origin, kinds
        self.origins = (origin,) if origins is None else origins
        self._history = history
        self.made_by = made_by

    def read(self, cursor: str | None, at: datetime) -> Iterator[Batch]:
        state = State.load(cursor, self.made_by)
        wanted = at - self._history
        self.extra = state.extra if state else ""
        if state is None:
            yield from self._begin(cursor, at, wanted)
            return
        if state.until < instant(at):
            for batch in self._catch_up(state, at, wanted):
                yield batch
                state = State.load(batch.cursor, self.made_by) or state
        if moment(state.since) > wanted:
            yield from self._go_back(state, wanted)

    def is_unchanged(self, since: datetime, until: datetime) -> bool:  # noqa: ARG002  streams that can tell say so
        """Whether the system is known, from a cheaper question, to hold nothing new from between these moments.

        By the times, or by a mark of what was there when it was read last, kept in `extra`.
        """
        return False

    def covered_from(self, since: datetime) -> datetime:
        """Since when everything is known once all was read back to `since`: later where the system dropped some."""
        return since

    def written_kinds(self) -> tuple[str, ...]:
        """The kinds that may have been written by another configuration, for streams that are alone with them."""
        return self.kinds

    @abstractmethod
    def _begin(self, cursor: str | None, at: datetime, wanted: datetime) -> Iterator[Batch]:
        """The newest piece, from nothing."""

    @abstractmethod
    def _catch_up(self, state: State, at: datetime, wanted: datetime) -> Iterator[Batch]:
        """All that is new since the state."""

    @abstractmethod
    def _go_back(self, state: State, wanted: datetime) -> Iterator[Batch]:
        """One piece of history more."""

    def _deliver(
        self, pieces: Iterable[Piece], before: str | None, state: Callable[[], State], wanted: datetime
    ) -> Iterator[Batch]:
        """Batches of all pieces; the last one moves the cursor to `state` and says what is covered by then."""
        problems: list[Problem] = []

        def records() -> Iterator[Record]:
            for piece in pieces:
                problems.extend(piece.problems)
                yield from piece.records

        def finish() -> Batch:
            reached = replace(state(), extra=self.extra)
            since, until = moment(reached.since), moment(reached.until)
            return Batch(
                records=(),
                cursor=reached.dump(),
                coverage=tuple(
                    Coverage(origin=origin, kind=kind, from_at=self.covered_from(since), to_at=until)
                    for origin in self.origins
                    for kind in self.kinds
                ),
                problems=tuple(problems),
                progress=Progress(read_from=since, wanted_from=wanted),
            )

        for batch in deliver(records(), cursor=before, replace=self._outdated(before), finish=finish):
            yield replace(batch, is_partial=self.is_partial)

    def _outdated(self, before: str | None) -> tuple[tuple[str, str], ...]:
        if not (before and self.is_alone) or State.load(before, self.made_by):
            return ()
        return tuple((origin, kind) for origin in self.origins for kind in self.written_kinds())


class WindowedStream(HistoryStream):
    """Things that can be asked for by the time of their last change (or creation, where they never change).

    `window`: how much history is read at once.
    """

    window: timedelta = timedelta(days=30)

    @abstractmethod
    def pieces(self, begin: datetime, end: datetime) -> Iterator[Piece]:
        """All things in `[begin, end)`, answer by answer; some more on either side do no harm."""

    def _begin(self, cursor: str | None, at: datetime, wanted: datetime) -> Iterator[Batch]:
        begin = max(at - self.window, wanted)
        state = State(made_by=self.made_by, until=instant(at), since=instant(begin))
        yield from self._deliver(self.pieces(begin, at), cursor, lambda: state, wanted)

    def _catch_up(self, state: State, at: datetime, wanted: datetime) -> Iterator[Batch]:
        known = moment(state.until)
        pieces: Iterable[Piece] = () if self.is_unchanged(known, at) else self.pieces(known - OVERLAP, at)
        yield from self._deliver(pieces, state.dump(), lambda: replace(state, until=instant(at)), wanted)

    def _go_back(self, state: State, wanted: datetime) -> Iterator[Batch]:
        end = moment(state.since)
        begin = max(end - self.window, wanted)
        older = replace(state, since=instant(begin))
        yield from self._deliver(self.pieces(begin, end), state.dump(), lambda: older, wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Piece):
    """A page of a list that is read newest first.

    `oldest`: the time by which the list is ordered, of its last thing; None for an empty page. `after`: where the list
    goes on, '' at its end. `unfinished`: such times of the things on it that may still change where they stand.
    """

    oldest: datetime | None
    after: str = ""
    unfinished: tuple[datetime, ...] = ()


class DescendingStream(HistoryStream):
    """Lists that cannot be asked by time: newest first, until what is known.

    `newest`: no more than this is read at first, so that all lists have their newest things soon. `pages_at_once`: how
    much history is read at once. `patience`: what is unfinished for longer is given up on, and
    seen again only if it moves to the front.
    """

    newest: timedelta = timedelta(days=100)
    pages_at_once: int = 10
    patience: timedelta = timedelta(days=7)
    down_to: datetime
    """While a read lasts: what is older than this is not wanted, or known and finished."""

    @abstractmethod
    def page(self, after: str) -> Page:
        """The page that begins at this place (`Page.after` of the one before); '': the first one."""

    def _begin(self, cursor: str | None, at: datetime, wanted: datetime) -> Iterator[Batch]:
        # Nothing is read yet: the list begins now, and goes on from its first page.
        state = State(made_by=self.made_by, until=instant(at), since=instant(at))
        yield from self._further(cursor, state, wanted, until=max(wanted, at - self.newest))

    def _catch_up(self, state: State, at: datetime, wanted: datetime) -> Iterator[Batch]:
        known = moment(state.until)
        if state.unfinished is None and self.is_unchanged(known, at):
            yield from self._deliver((), state.dump(), lambda: replace(state, until=instant(at)), wanted)
            return
        if state.unfinished is not None:
            known = min(known, max(moment(state.unfinished), at - self.patience))
        self.down_to = known - OVERLAP
        walk = _Walk(self.page, "", self.down_to, None, at - self.patience)
        yield from self._deliver(
            walk.pieces(),
            state.dump(),
            lambda: replace(state, until=instant(at), unfinished=walk.unfinished),
            wanted,
        )

    def _go_back(self, state: State, wanted: datetime) -> Iterator[Batch]:
        yield from self._further(state.dump(), state, wanted, until=wanted)

    def _further(self, before: str | None, state: State, wanted: datetime, *, until: datetime) -> Iterator[Batch]:
        # The last page is taken whole: the next piece goes on behind it.
        self.down_to = wanted
        walk = _Walk(self.page, state.after, until, self.pages_at_once, wanted + self._history - self.patience)

        def reached() -> State:
            known = [one for one in (state.unfinished, walk.unfinished) if one is not None]
            oldest = state.since if walk.oldest is None else instant(walk.oldest) + 1
            is_all = not walk.after or (walk.oldest is not None and walk.oldest < wanted)
            since = instant(wanted) if is_all else oldest
            return replace(state, since=since, after=walk.after, unfinished=min(known, default=None))

        yield from self._deliver(walk.pieces(), before, reached, wanted)


class _Walk:
    """Pages from one place on: down to a moment, to the end of the list, or so many of them.

    Once the pieces were taken: `after`, where the list goes on; `is_at_end`, nothing older is wanted or there;
    `oldest`, the time of the last thing; `unfinished`, see `State`: no end is expected of what began before
    `expected_from`, or a single deployment that was never ended would have its list read at each poll.
    """

    def __init__(
        self,
        page: Callable[[str], Page],
        after: str,
        down_to: datetime,
        at_most: int | None,
        expected_from: datetime,
    ) -> None:
        self._page, self._down_to, self._at_most = page, down_to, at_most
        self._expected_from = expected_from
        self.after = after
        self.is_at_end = False
        self.oldest: datetime | None = None
        self.unfinished: int | None = None

    def pieces(self) -> Iterator[Piece]:
        """The pages.

        Raises:
            RetriableSourceError: a place or a page comes a second time, so the list would never end.
        """
        seen: set[str] = set()
        last: Page | None = None
        while not self.is_at_end and (self._at_most is None or len(seen) < self._at_most):
            page = None if self.after in seen else self._page(self.after)
            if page is None or (last and replace(page, after=last.after) == last and not page.problems):
                raise RetriableSourceError("a list gives the same page again and again")
            seen.add(self.after)
            last = page
            yield page
            self._take_notice(page)

    def _take_notice(self, page: Page) -> None:
        self.after = page.after
        self.oldest = page.oldest or self.oldest
        self.is_at_end = not page.after or (page.oldest is not None and page.oldest < self._down_to)
        expected = [instant(one) for one in page.unfinished if one >= self._expected_from]
        if self.unfinished is not None:
            expected.append(self.unfinished)
        self.unfinished = min(expected, default=None)
