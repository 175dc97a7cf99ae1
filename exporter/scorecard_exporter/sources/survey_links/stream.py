"""Rounds that have closed, as answers: read once, all of a round at the same time, in no order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime

from scorecard_exporter.errors import RetriableSourceError, ScorecardError
from scorecard_exporter.events.model import Batch, Coverage, Record, SurveyAnswer
from scorecard_exporter.quantities import instant, moment
from scorecard_exporter.sources.base import Stream
from scorecard_exporter.sources.rows.columns import Columns
from scorecard_exporter.sources.survey_links.rounds import NAME, Round, Rounds


class ClosedRounds(Stream):
    """The answers of every round that is over. Before that nothing of it leaves its file."""

    name = "rounds"

    def __init__(self, rounds: Rounds) -> None:
        self._rounds = rounds

    def read(self, cursor: str | None, at: datetime) -> Iterator[Batch]:
        """The cursor holds the rounds that were read."""
        try:
            rounds = self._rounds.all()
        except ScorecardError as error:
            raise RetriableSourceError(str(error)) from error
        if not rounds:
            return
        read = _known(cursor)
        closed = [one for one in rounds if one.closes_at <= instant(at)]
        columns = Columns(NAME, UTC, at)
        found = [record for one in closed if one.id not in read for record in _records(one, columns)]
        yield Batch(
            records=tuple(found),
            cursor=json.dumps(sorted({*read, *(one.id for one in closed)})),
            coverage=_coverage(rounds, at),
        )


def _known(cursor: str | None) -> set[str]:
    with suppress(ValueError, TypeError):
        return set(json.loads(cursor or "[]"))
    return set()


def _records(closed: Round, columns: Columns) -> list[Record]:
    about = {"survey": closed.survey, "round": closed.name, "question": closed.question}
    found = [
        columns.record(
            SurveyAnswer.kind,
            closed.survey,
            {**about, "subject": subject, "answer": answer, "closes_at": moment(closed.closes_at).isoformat()},
        )
        for subject, counts in closed.answers.items()
        for answer, count in counts.items()
        for _ in range(count)
    ]
    return sorted(found, key=lambda record: record.key)


def _coverage(rounds: list[Round], at: datetime) -> tuple[Coverage, ...]:
    opened: dict[str, int] = {}
    for one in rounds:
        opened[one.survey] = min(one.opened_at, opened.get(one.survey, one.opened_at))
    return tuple(
        Coverage(origin=f"{NAME}:{survey}", kind=SurveyAnswer.kind, from_at=moment(begin), to_at=at)
        for survey, begin in sorted(opened.items())
        if begin <= instant(at)
    )
