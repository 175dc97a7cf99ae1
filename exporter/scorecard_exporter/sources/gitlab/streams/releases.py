"""The releases and the tags of a project: 1 request for 100."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial

from scorecard_exporter.events.model import Batch, Deployment
from scorecard_exporter.quantities import instant, moment
from scorecard_exporter.sources.delivery import digest
from scorecard_exporter.sources.gitlab.api import PAGE, Api, has_next, items_of, project_path
from scorecard_exporter.sources.gitlab.parsing.releases import releases, tags
from scorecard_exporter.sources.gitlab.projects import Project
from scorecard_exporter.sources.gitlab.reading import Reading
from scorecard_exporter.sources.gitlab.streams.alongside import WithCommits
from scorecard_exporter.sources.kit.body import moment_of, parse_each
from scorecard_exporter.sources.kit.streams import DescendingStream, Page, Piece, State


class ReleaseStream(WithCommits, DescendingStream):
    """By the time at which they were created, so that one with another date is not missed."""

    def __init__(self, api: Api, reading: Reading, project: Project) -> None:
        super().__init__(
            f"{project.thing}/releases",
            origin=reading.origin(project),
            kinds=("deployment",),
            history=reading.history,
            made_by=reading.made_by(),
        )
        self._api = api
        self._path = f"{project_path(project.id)}/releases"

    def page(self, after: str) -> Page:
        number = int(after or "1")
        params = {"order_by": "created_at", "sort": "desc", "per_page": PAGE, "page": number}
        response = self._api.get(self._path, params)
        items = items_of(response)
        piece = parse_each(items, partial(releases, origin=self.origin), what="a release", origin=self.origin)
        times = (moment_of(item.get("created_at")) for item in items if isinstance(item, dict))
        return Page(
            records=piece.records,
            problems=piece.problems,
            oldest=min((time for time in times if time), default=None),
            after=str(number + 1) if has_next(response) else "",
        )


class TagStream(WithCommits):
    """All tags are read when the first hundred look otherwise than before, since a light tag may be set on a commit of
    long ago and then stands there in the list. `extra`: what they looked like.
    """

    def __init__(self, api: Api, reading: Reading, project: Project) -> None:
        super().__init__(
            f"{project.thing}/tags",
            origin=reading.origin(project),
            kinds=("deployment",),
            history=reading.history,
            made_by=reading.made_by(),
        )
        self._api, self._project = api, project
        self._path = f"{project_path(project.id)}/repository/tags"

    def is_unchanged(self, since: datetime, until: datetime) -> bool:  # noqa: ARG002  nothing is newer than now
        return self._project.was_quiet(since)

    def _begin(self, cursor: str | None, at: datetime, wanted: datetime) -> Iterator[Batch]:
        state = State(made_by=self.made_by, until=instant(at), since=instant(wanted))
        yield from self._deliver(self._all(wanted), cursor, lambda: state, wanted)

    def _catch_up(self, state: State, at: datetime, wanted: datetime) -> Iterator[Batch]:
        pieces: Iterator[Piece] = iter(())
        if not self.is_unchanged(moment(state.until), at):
            pieces = self._all(wanted, known=self.extra)
        yield from self._deliver(pieces, state.dump(), lambda: replace(state, until=instant(at)), wanted)

    def _go_back(self, state: State, wanted: datetime) -> Iterator[Batch]:
        older = replace(state, since=instant(wanted))
        yield from self._deliver(self._all(wanted), state.dump(), lambda: older, wanted)

    def _all(self, wanted: datetime, known: str | None = None) -> Iterator[Piece]:
        """All tags down to a moment, newest first; none where the first page looks as `known`."""
        parse = partial(tags, origin=self.origin, page=self._project.page)
        for number, items in enumerate(self._api.pages(self._path, {"order_by": "updated", "sort": "desc"})):
            piece = parse_each(items, parse, what="a tag", origin=self.origin)
            if number == 0:
                self.extra = digest(piece.records)
                if self.extra == known:
                    return
            yield piece
            times = [one.finished_at for one in piece.records if isinstance(one, Deployment) and one.finished_at]
            if times and min(times) < wanted:
                return
