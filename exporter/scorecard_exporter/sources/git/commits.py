"""The commits of a repository's deployed branch and of its tags."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime

from scorecard_exporter.events.model import Batch, Branch, Commit, Coverage, Problem
from scorecard_exporter.sources.base import Stream
from scorecard_exporter.sources.delivery import deliver, digest
from scorecard_exporter.sources.git.history import history
from scorecard_exporter.sources.git.log import LOG, UNDATED, commits
from scorecard_exporter.sources.git.references import Reading, page, references
from scorecard_exporter.sources.git.repository import Repository
from scorecard_exporter.sources.git.tags import CLOCK_TOLERANCE


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """The cursor: what has been read.

    `made_by`: digest of all that decides what the records look like; another one means to read anew.
    `tip`: of the branch. `tips`: digest of all commits asked for. `heads`: the commits read that have no
    child among those read; everything below them is known.
    """

    made_by: str
    tip: str
    tips: str
    heads: tuple[str, ...] = ()


class CommitStream(Stream):
    """New commits are those that cannot be reached from the heads read before.

    When the branch was rewritten, or the options or the depth of a shallow clone changed, all are read
    anew. A commit dated in the future stays in, since without it the graph would fall apart.
    """

    def __init__(self, source: str, thing: str, repository: Repository, reading: Reading) -> None:
        self.name = f"{thing}/commits"
        self._origin = f"{source}:{thing}"
        self._thing = thing
        self._repository = repository
        self._reading = reading

    def read(self, cursor: str | None, at: datetime) -> Iterator[Batch]:
        found = references(self._repository, self._reading)
        template = page(self._repository, self._thing, self._reading.url)
        begin = history(self._repository)
        coverage = (Coverage(origin=self._origin, kind="commit", from_at=begin.begins_at, to_at=at),)
        tips = {found.tip, *(tag.sha for tag in found.tags if tag.type == "commit")}
        made_by = digest(self._reading, template, found.branch, begin.boundary)
        state = _State(made_by=made_by, tip=found.tip, tips=digest(sorted(tips)))
        known = self._known(cursor, state)
        if known and (known.tip, known.tips) == (state.tip, state.tips):
            yield Batch(records=(), cursor=cursor or "", coverage=coverage)
            return
        walk = _Walk(tips, known.heads if known else (), at)
        problems = begin.problems(self._repository, self._origin)

        def finish() -> Batch:
            return Batch(
                records=(Branch(origin=self._origin, key=found.branch, sha=found.tip),),
                cursor=json.dumps({**asdict(state), "heads": walk.heads()}),
                coverage=coverage,
                replace=((self._origin, "branch"),),
                problems=(*walk.problems(self._repository, self._origin), *problems),
            )

        replace = () if known else ((self._origin, "commit"),)
        yield from deliver(self._commits(walk, template), cursor=cursor, replace=replace, finish=finish)

    def _commits(self, walk: _Walk, template: str) -> Iterator[Commit]:
        command = (*LOG, "--name-only") if self._reading.paths else LOG
        fields = self._repository.fields(*command, revisions=walk.revisions())
        return walk.over(commits(fields, self._origin, template))

    def _known(self, cursor: str | None, state: _State) -> _State | None:
        """What can be gone on from; None: everything is to be read."""
        try:
            known = _State(**json.loads(cursor or "null"))
        except (TypeError, ValueError):
            return None
        if known.made_by != state.made_by:
            return None
        rewritten = known.tip != state.tip and not self._repository.is_ancestor(known.tip, state.tip)
        return None if rewritten else known


class _Walk:
    """One walk from `tips` down to the `known` heads, and what is to be remembered of it."""

    def __init__(self, tips: Iterable[str], known: Iterable[str], at: datetime) -> None:
        self._tips = frozenset(tips)
        self._known = frozenset(known)
        self._latest = at + CLOCK_TOLERANCE
        self._arrived: set[str] = set()
        self._passed: set[str] = set()
        self._ahead = 0
        self._undated = 0

    def revisions(self) -> Iterator[str]:
        """What git is asked for."""
        yield from sorted(self._tips)
        yield from (f"^{sha}" for sha in sorted(self._known))

    def over(self, read: Iterator[Commit]) -> Iterator[Commit]:
        """The same commits; each is taken notice of."""
        watched = self._tips | self._known
        for commit in read:
            if commit.key in self._tips:
                self._arrived.add(commit.key)
            if not watched.isdisjoint(commit.parents):
                self._passed.update(watched.intersection(commit.parents))
            self._ahead += commit.committed_at > self._latest
            self._undated += commit.committed_at <= UNDATED
            yield commit

    def heads(self) -> list[str]:
        """The commits that have no child among those read, now or before."""
        return sorted((self._known | self._arrived) - self._passed)

    def problems(self, repository: Repository, origin: str) -> Iterator[Problem]:
        """What is wrong with dates, one problem a kind."""
        if self._ahead:
            sentence = f"{repository.path}: {self._ahead} commits are dated in the future; somebody's clock is wrong"
            yield Problem(code="clock_in_future", message=sentence, origin=origin)
        if self._undated:
            sentence = f"{repository.path}: {self._undated} commits have no usable date; they count as of 1970"
            yield Problem(code="bad_time", message=sentence, origin=origin)
