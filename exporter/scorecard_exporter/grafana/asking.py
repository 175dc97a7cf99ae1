"""The kinds of query: what each needs of the exporter, and the pure function that makes frames of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Protocol, TypeVar

from scorecard_exporter.exporter import Exporter
from scorecard_exporter.grafana import choosing
from scorecard_exporter.grafana.frames import Frame
from scorecard_exporter.grafana.kinds import events, evidence, explain, history, initiatives, scorecard, teams
from scorecard_exporter.grafana.kinds import map as strategy
from scorecard_exporter.grafana.past import plan
from scorecard_exporter.grafana.question import Question, QuestionError
from scorecard_exporter.measures.model import Period
from scorecard_exporter.quantities import moment
from scorecard_exporter.scorecard.model import Snapshot

Build = Callable[[], list[Frame]]
_Result = TypeVar("_Result")


class Aside(Protocol):
    """Runs what takes a moment in a thread: the names of ten thousand teams are searched there."""

    def __call__(self, work: Callable[[], _Result]) -> Awaitable[_Result]:
        """What `work` gives back."""


NOW = 600_000_000
"""Microseconds: a time that ends so shortly before the newest snapshot ends now."""


def taken(exporter: Exporter) -> Snapshot:
    """The newest snapshot.

    Raises:
        QuestionError: there is none yet.
    """
    if exporter.snapshot is None:
        raise QuestionError(f"The exporter is starting: {exporter.starting}.", 503)
    return exporter.snapshot


async def _scorecard(exporter: Exporter, question: Question, _: Aside) -> Build:
    return partial(scorecard.frames, taken(exporter), question)


async def _history(exporter: Exporter, question: Question, aside: Aside) -> Build:
    for key, words in (("show", history.SHOWS), ("format", history.FORMATS)):
        question.choice(key, words)  # before anything is worked out
    asked = await aside(partial(plan, taken(exporter), question))
    answers = await asyncio.gather(*map(exporter.history, asked.questions))
    return partial(history.frames, asked, answers, question)


async def _evidence(exporter: Exporter, question: Question, aside: Aside) -> Build:
    limit = question.number("limit", evidence.USUAL, evidence.MOST)
    scorecard_id, measure, team, at = await aside(partial(_measure, taken(exporter), question))
    status, samples = await exporter.samples(scorecard_id, measure, team, at, most=limit)
    return partial(evidence.frames, status, samples)


async def _explain(exporter: Exporter, question: Question, aside: Aside) -> Build:
    part = question.choice("part", explain.PARTS)
    asked = await aside(partial(_measure, taken(exporter), question))
    return partial(explain.frames, await exporter.explain(*asked), part)


def _measure(snapshot: Snapshot, question: Question) -> tuple[str, str, str, datetime | None]:
    """The scorecard, measure and team that are asked about, and the end of the time shown; None: now."""
    card = choosing.card(snapshot, question)
    at = None if question.last >= snapshot.at - NOW else moment(question.last)
    return card.scorecard.id, choosing.measure_id(card, question), card.team, at


async def _map(exporter: Exporter, question: Question, _: Aside) -> Build:
    snapshot = taken(exporter)
    return lambda: strategy.frames(choosing.card(snapshot, question))


async def _teams(exporter: Exporter, question: Question, _: Aside) -> Build:
    return partial(teams.frames, taken(exporter), exporter.configuration.teams, question)


async def _events(exporter: Exporter, question: Question, aside: Aside) -> Build:
    snapshot, kinds = taken(exporter), events.wanted(question)
    card = await aside(partial(choosing.card, snapshot, question))
    period = Period(question.first, question.last)
    happened = await exporter.happenings(
        kinds, scorecard=card.scorecard.id, team=card.team, period=period, most=events.MOST
    )
    reviews = await exporter.reviews(card.scorecard.id) if "review" in kinds else ()
    material = events.Material(card=card, happened=happened, reviews=reviews, now=snapshot.at)
    return partial(events.frames, material, question)


async def _initiatives(exporter: Exporter, question: Question, _: Aside) -> Build:
    return partial(initiatives.frames, taken(exporter), question)


READING = frozenset({"evidence", "explain", "events"})
"""The kinds that read the store in threads which the pages need too."""

KINDS: Mapping[str, Callable[[Exporter, Question, Aside], Awaitable[Build]]] = {
    "scorecard": _scorecard,
    "history": _history,
    "evidence": _evidence,
    "map": _map,
    "teams": _teams,
    "events": _events,
    "initiatives": _initiatives,
    "explain": _explain,
}
"""Each is asked on the event loop, which it must not hold up; what it gives back is run in a thread."""
