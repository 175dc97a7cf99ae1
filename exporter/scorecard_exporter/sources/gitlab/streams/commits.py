"""The commits of a project's deployed branch: 1 request for its tip, and 1 for 100 commits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from urllib.parse import quote

from scorecard_exporter.errors import RetriableSourceError, SkippableSourceError
from scorecard_exporter.events.model import Batch, Branch, Commit
from scorecard_exporter.quantities import instant, moment
from scorecard_exporter.sources.gitlab.api import PAGE, Api, has_next, items_of, project_path
from scorecard_exporter.sources.gitlab.parsing.commits import commits, tip
from scorecard_exporter.sources.gitlab.projects import Project
from scorecard_exporter.sources.gitlab.reading import Reading
from scorecard_exporter.sources.kit.body import Body, MalformedError, parse_each
from scorecard_exporter.sources.kit.streams import HistoryStream, Piece, State

PAGES_AT_ONCE = 10
"""Pages of history in one step."""
MOST_NEW_PAGES = 100
"""A branch that got more at once than this is read anew, newest first, piece by piece."""


class CommitStream(HistoryStream):
    """New commits are those of the range from the tip that was read last to the tip of now: git's own answer, so a
    merged branch of old commits is not missed. Pages are counted from a fixed commit, so they never shift.

    A tip that is no descendant of the last one means that the branch was rewritten: all is read anew and replaces what
    is known, as with another branch.

    A commit is merged into what is known of it: merge requests may have told whose it is.

    The cursor's `extra`: the last tip, and the commit that history is counted from; `after`: its next page.
    """

    is_partial = True

    def __init__(self, api: Api, reading: Reading, project: Project) -> None:
        self._branch = reading.branch_of(project)
        super().__init__(
            f"{project.thing}/commits",
            origin=reading.origin(project),
            kinds=("commit", "branch"),
            history=reading.history,
            made_by=reading.made_by(self._branch),
        )
        self._api, self._project = api, project
        self._path = f"{project_path(project.id)}/repository"

    def is_unchanged(self, since: datetime, until: datetime) -> bool:  # noqa: ARG002  nothing is newer than now
        return self._project.was_quiet(since)

    def _begin(self, cursor: str | None, at: datetime, wanted: datetime) -> Iterator[Batch]:
        yield from self._anew(cursor, at, wanted, self._tip())

    def _catch_up(self, state: State, at: datetime, wanted: datetime) -> Iterator[Batch]:
        last, start = self.extra.split()
        branch = None if self.is_unchanged(moment(state.until), at) else self._tip()
        if branch is None or branch.sha == last:
            pieces: list[Piece] | None = []
        else:
            pieces = self._between(last, branch.sha)
        if branch and pieces is None:
            yield from self._anew(state.dump(), at, wanted, branch)
            return
        moved = Piece(records=(branch,)) if branch and pieces else Piece()
        self.extra = f"{branch.sha if branch else last} {start}"
        newer = replace(state, until=instant(at))
        yield from self._deliver([moved, *(pieces or [])], state.dump(), lambda: newer, wanted)

    def _go_back(self, state: State, wanted: datetime) -> Iterator[Batch]:
        history = _History(partial(self._page, self.extra.split()[1]), state, wanted)
        yield from self._deliver(history.pieces(), state.dump(), history.reached, wanted)

    def _anew(self, before: str | None, at: datetime, wanted: datetime, branch: Branch) -> Iterator[Batch]:
        state = State(made_by=self.made_by, until=instant(at), since=instant(at), after="1")
        self.extra = f"{branch.sha} {branch.sha}"
        history = _History(partial(self._page, branch.sha), state, wanted)
        pieces = (piece for found in ([Piece(records=(branch,))], history.pieces()) for piece in found)
        dropped = tuple((self.origin, kind) for kind in self.kinds) if before else ()
        for batch in self._deliver(pieces, before, history.reached, wanted):
            yield replace(batch, replace=dropped)
            dropped = ()

    def _tip(self) -> Branch:
        found = self._api.object(f"{self._path}/branches/{quote(self._branch, safe='')}")
        try:
            return tip(Body(found), self.origin, self._branch)
        except MalformedError as error:
            sentence = f"the branch {self._branch} of {self.origin} could not be read: {error}"
            raise SkippableSourceError(sentence) from None

    def _between(self, old: str, new: str) -> list[Piece] | None:
        """What the branch got; None where it does not descend from `old`.

        Some commit of the range has `old` as a parent exactly if `new` descends from it.
        """
        pieces: list[Piece] = []
        for number in range(1, MOST_NEW_PAGES + 1):
            try:
                piece, goes_on = self._page(f"{old}..{new}", number)
            except SkippableSourceError:  # the old commit is gone
                return None
            _refuse_repetition(piece, pieces[-1] if pieces else Piece())
            pieces.append(piece)
            if not goes_on:
                is_descendant = any(old in commit.parents for found in pieces for commit in _commits(found))
                return pieces if is_descendant else None
        return None

    def _page(self, revisions: str, number: int) -> tuple[Piece, bool]:
        """A page of the commits that can be reached, and whether there are more."""
        params = {"ref_name": revisions, "per_page": PAGE, "page": number}
        response = self._api.get(f"{self._path}/commits", params)
        parse = partial(commits, origin=self.origin)
        return parse_each(items_of(response), parse, what="a commit", origin=self.origin), has_next(response)


class _History:
    """A piece of history, from the page on that the state names."""

    def __init__(self, page: Callable[[int], tuple[Piece, bool]], state: State, wanted: datetime) -> None:
        self._page, self._state, self._wanted = page, state, wanted
        self._next = int(state.after or "1")
        self._goes_on = bool(state.after)
        self._oldest: datetime | None = None

    def pieces(self) -> Iterator[Piece]:
        before = Piece()
        for _ in range(PAGES_AT_ONCE if self._goes_on else 0):
            piece, self._goes_on = self._page(self._next)
            _refuse_repetition(piece, before)
            yield piece
            before, self._next = piece, self._next + 1
            self._oldest = min((one.committed_at for one in _commits(piece)), default=self._oldest)
            if not self._goes_on or self._is_deep:
                return

    @property
    def _is_deep(self) -> bool:
        return self._oldest is not None and self._oldest < self._wanted

    def reached(self) -> State:
        """The state once the pieces were taken."""
        after = str(self._next) if self._goes_on else ""
        since = self._state.since if self._oldest is None else instant(self._oldest) + 1
        return replace(self._state, since=since if after and not self._is_deep else instant(self._wanted), after=after)


def _commits(piece: Piece) -> Iterator[Commit]:
    return (record for record in piece.records if isinstance(record, Commit))


def _refuse_repetition(piece: Piece, before: Piece) -> None:
    if piece.records and piece.records == before.records:
        raise RetriableSourceError("the list of commits gives the same page again and again")
