"""Several lists that hold records of one kind, as one stream: a time is covered once all of them were read for it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from scorecard_exporter.errors import SkippableSourceError
from scorecard_exporter.events.model import Batch, Coverage, Progress
from scorecard_exporter.quantities import moment
from scorecard_exporter.sources.base import Stream
from scorecard_exporter.sources.kit.streams import HistoryStream, State


class JoinedStream(Stream):
    """Reads each of the `lists` in turn; they are about the same origins and kinds. Its cursor holds theirs by name.

    What one of them covers alone is not told: the store would take it for all that there is of the kind.
    """

    def __init__(self, name: str, lists: Sequence[HistoryStream]) -> None:
        self.name = name
        self._lists = lists

    def read(self, cursor: str | None, at: datetime) -> Iterator[Batch]:
        cursors = {one.name: known for one in self._lists if (known := _load(cursor).get(one.name))}
        progress: list[Progress] = []
        failed: SkippableSourceError | None = None
        for one in self._lists:
            try:
                for batch in one.read(cursors.get(one.name), at):
                    cursors[one.name] = batch.cursor
                    progress.extend([batch.progress] if batch.progress else [])
                    yield replace(batch, cursor=json.dumps(cursors), coverage=(), progress=None)
            except SkippableSourceError as error:
                failed = failed or error
        if failed:
            raise failed
        yield Batch(
            records=(),
            cursor=json.dumps(cursors),
            coverage=self._coverage(cursors),
            progress=max(progress, key=lambda one: one.read_from, default=None),
        )

    def _coverage(self, cursors: dict[str, str]) -> tuple[Coverage, ...]:
        states = [State.load(cursors.get(one.name), one.made_by) for one in self._lists]
        reached = [state for state in states if state is not None]
        if len(reached) < len(self._lists):
            return ()
        since, until = max(state.since for state in reached), min(state.until for state in reached)
        return tuple(
            Coverage(origin=origin, kind=kind, from_at=moment(since), to_at=moment(until))
            for origin in self._lists[0].origins
            for kind in self._lists[0].kinds
            if since < until
        )


def _load(cursor: str | None) -> dict[str, str]:
    """The cursors of the lists; none where this is no such cursor."""
    try:
        found = json.loads(cursor or "{}")
    except ValueError:
        return {}
    return {name: one for name, one in found.items() if isinstance(one, str)} if isinstance(found, dict) else {}
