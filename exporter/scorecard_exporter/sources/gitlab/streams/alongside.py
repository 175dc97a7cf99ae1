"""Commits that come along with other things: each is merged into what is known of it, while the rest replaces it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from scorecard_exporter.events.model import Batch, Commit
from scorecard_exporter.sources.kit.streams import HistoryStream, Piece, State


class WithCommits(HistoryStream):
    """What tells of a commit in passing knows less of it than the list of commits, or something else."""

    def _deliver(
        self, pieces: Iterable[Piece], before: str | None, state: Callable[[], State], wanted: datetime
    ) -> Iterator[Batch]:
        for batch in super()._deliver(pieces, before, state, wanted):
            commits = tuple(record for record in batch.records if isinstance(record, Commit))
            if commits:
                yield Batch(records=commits, cursor=before or "", is_partial=True)
            yield replace(batch, records=tuple(record for record in batch.records if not isinstance(record, Commit)))
