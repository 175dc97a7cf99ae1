"""The kinds of query: what each needs of the exporter, and the pure function that makes frames of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from scorecard_exporter.grafana.exporter import Exporter
from scorecard_exporter.grafana.frames import Frame
from scorecard_exporter.grafana.kinds import scorecard
from scorecard_exporter.grafana.question import Question, QuestionError
from scorecard_exporter.scorecard.model import Snapshot

Build = Callable[[], list[Frame]]


def taken(exporter: Exporter) -> Snapshot:
    """The newest snapshot.

    Raises:
        QuestionError: there is none yet.
    """
    if exporter.snapshot is None:
        raise QuestionError(f"The exporter is starting: {exporter.starting}.", 503)
    return exporter.snapshot


async def _scorecard(exporter: Exporter, question: Question) -> Build:
    return partial(scorecard.frames, taken(exporter), question)


KINDS: Mapping[str, Callable[[Exporter, Question], Awaitable[Build]]] = {
    "scorecard": _scorecard,
}
"""Each is asked on the event loop; what it gives back is run in a thread."""
