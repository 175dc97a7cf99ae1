"""The commits of the deployed branch, with their parents: all that can be reached from its tip.

History is walked back from a tip that stays the same while it is read, so its pages do not shift. What is new is asked
for by comparing the tip of before with that of now, which also finds old commits that were merged only now.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import datetime

from scorecard_exporter.errors import RetriableSourceError, SkippableSourceError
from scorecard_exporter.events.model import Batch, Branch, Commit, Problem, Record
from scorecard_exporter.quantities import instant
from scorecard_exporter.sources.github.commit_lists import CommitLists
from scorecard_exporter.sources.github.host import Repository
from scorecard_exporter.sources.github.probe import Facts
from scorecard_exporter.sources.github.reading import Session
from scorecard_exporter.sources.kit.streams import HistoryStream, Piece, State

PAGES_AT_ONCE = 10
"""So much history is read at once: a thousand commits."""


class CommitStream(HistoryStream):
    """`extra` in its cursor: branch and tip up to which everything is read. `after`: where history goes on.

    A branch that was rewritten keeps its old commits too, since deployments may have been made from them; only what can
    be reached from the tip or from a deployment is ever counted. Where the tip of before is gone altogether, all that
    the new one leads to is read anew.
    """

    def __init__(self, session: Session, repository: Repository) -> None:
        super().__init__(
            f"{repository.thing}/commits",
            origin=repository.origin,
            kinds=("commit",),
            history=session.reading.history,
            made_by=session.reading.made_by(session.reading.branch),
        )
        self._session, self._repository = session, repository
        self._lists = CommitLists(session, repository)

    def _begin(self, cursor: str | None, at: datetime, wanted: datetime) -> Iterator[Batch]:
        facts = self._facts()
        if facts.is_empty:
            state = State(made_by=self.made_by, until=instant(at), since=instant(wanted))
            yield from self._deliver((), cursor, lambda: state, wanted)
            return
        self.extra = _tip(facts)
        after = self._lists.back_from(facts.tip)
        state = State(made_by=self.made_by, until=instant(at), since=instant(at), after=after)
        yield from self._with_tip(self._further(cursor, state, wanted), facts)

    def _catch_up(self, state: State, at: datetime, wanted: datetime) -> Iterator[Batch]:
        facts = self._facts()
        if _tip(facts) == self.extra or facts.is_empty:
            yield from self._deliver((), state.dump(), lambda: dataclasses.replace(state, until=instant(at)), wanted)
            return
        try:
            news = self._news(self.extra.rpartition(" ")[2], facts.tip)
        except SkippableSourceError:
            # The tip of before is gone; if it is the whole repository, reading anew says so.
            yield from self._anew(state, at, wanted)
            return
        if news is None:
            yield from self._begin(state.dump(), at, wanted)
            return
        self.extra = _tip(facts)
        batches = self._deliver(news, state.dump(), lambda: dataclasses.replace(state, until=instant(at)), wanted)
        yield from self._with_tip(batches, facts)

    def _go_back(self, state: State, wanted: datetime) -> Iterator[Batch]:
        after = state.after or (self._lists.back_from(self.extra.rpartition(" ")[2]) if self.extra else "")
        yield from self._further(state.dump(), dataclasses.replace(state, after=after), wanted)

    def _facts(self) -> Facts:
        facts = self._session.probe.facts(self._repository)
        if not facts.tip and not facts.is_empty:
            branch = self._session.reading.branch
            raise SkippableSourceError(
                f"the repository {self._repository.thing} has no branch {branch!r}; name the deployed one in `branch`"
                if branch
                else f"the repository {self._repository.thing} has no default branch; name the deployed one in `branch`"
            )
        return facts

    def _news(self, before: str, now: str) -> list[Piece] | None:
        """What came since the tip of before; None where not all of it is told, or there was none before.

        Raises:
            SkippableSourceError: the tip of before is gone.
        """
        found = list(self._lists.beyond(before, now)) if before else []
        is_whole = bool(found) and sum(piece.count for piece in found) >= found[0].total
        return list(found) if is_whole else None

    def _anew(self, state: State, at: datetime, wanted: datetime) -> Iterator[Batch]:
        message = f"the branch of {self.origin} was rewritten and its tip of before is gone; its commits are read anew"
        problems: tuple[Problem, ...] = (Problem(code="branch_rewritten", message=message, origin=self.origin),)
        for batch in self._begin(state.dump(), at, wanted):
            yield dataclasses.replace(batch, problems=(*problems, *batch.problems))
            problems = ()

    def _further(self, before: str | None, state: State, wanted: datetime) -> Iterator[Batch]:
        walk = _Walk(self._lists, state, wanted)
        yield from self._deliver(walk.pieces(), before, walk.state, wanted)

    def _with_tip(self, batches: Iterator[Batch], facts: Facts) -> Iterator[Batch]:
        """The same batches; the last one says where the branch is now, which is no longer where it was."""
        tip = Branch(origin=self.origin, key=facts.branch, sha=facts.tip)
        for batch in batches:
            if batch.progress is None:
                yield batch
                continue
            replaced = (*batch.replace, (self.origin, "branch"))
            yield dataclasses.replace(batch, records=(*batch.records, tip), replace=replaced)


class _Walk:
    """Pages of history from a state on: so many of them, or down to where none is wanted."""

    def __init__(self, lists: CommitLists, state: State, wanted: datetime) -> None:
        self._lists, self._state, self._wanted = lists, state, wanted

    def pieces(self) -> Iterator[Piece]:
        """The pages, newest first.

        Raises:
            RetriableSourceError: a page comes a second time.
        """
        after, seen = self._state.after, set[str]()
        if not after:
            self._state = dataclasses.replace(self._state, since=min(self._state.since, instant(self._wanted)))
        while after and len(seen) < PAGES_AT_ONCE:
            if after in seen:
                raise RetriableSourceError(f"the commits of {self._state.after} give the same page again and again")
            seen.add(after)
            piece, after = self._lists.page(after)
            yield dataclasses.replace(piece, records=tuple(filter(self._is_wanted, piece.records)))
            times = [record.committed_at for record in piece.records if isinstance(record, Commit)]
            oldest = min(times, default=None)
            if oldest is not None and oldest < self._wanted:
                after = ""
            since = instant(self._wanted) if not after else min(self._state.since, instant(oldest or self._wanted))
            self._state = dataclasses.replace(self._state, after=after, since=since)

    def _is_wanted(self, record: Record) -> bool:
        return not isinstance(record, Commit) or record.committed_at >= self._wanted

    def state(self) -> State:
        """What is reached once the pages were taken."""
        return self._state


def _tip(facts: Facts) -> str:
    return f"{facts.branch} {facts.tip}"
