"""Reviews from a configuration and a store: which periods are taken, and what is kept."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from scorecard_exporter.config import advise
from scorecard_exporter.config.model import Configuration, Scorecard
from scorecard_exporter.errors import NoReviewError, UnknownNameError
from scorecard_exporter.evaluation import collected, history, narrowed
from scorecard_exporter.quantities import RefusedError, moment
from scorecard_exporter.report.notes import read_notes
from scorecard_exporter.report.review import MONTHS, Material, review_document
from scorecard_exporter.scorecard.advice import PERIODS, advise_on_numbers, missed_by_all
from scorecard_exporter.scorecard.document import Document, timestamp
from scorecard_exporter.scorecard.review_periods import KINDS, ReviewPeriod, months_until
from scorecard_exporter.scorecard.wording import day_text
from scorecard_exporter.store.base import KeptReview, Store


@dataclass(frozen=True, slots=True)
class ReviewQuestion:
    """Which review: `team` None: the scorecard's first; `period` None: the last one that is over."""

    scorecard: str
    team: str | None = None
    period: str | None = None


@dataclass(frozen=True, slots=True)
class Meeting:
    """What people said of a review: `by` is a role, `notes` are Markdown."""

    by: str
    notes: str


def written(configuration: Configuration, store: Store, question: ReviewQuestion, at: int) -> Document:
    """The review of a period, with all that is known at the moment `at` (microseconds).

    Raises:
        UnknownNameError: there is no such scorecard or team.
        NoReviewError: the period is none, or is not over.
    """
    card = asked_for(configuration, question)
    period = _period(card, question.period, at)
    asked = narrowed(configuration, card.id, card.teams[0])
    points = [period.moved(-back).point() for back in reversed(range(PERIODS))]
    periods = list(history(asked, store, points, details=True))
    *_, before, now = periods
    months = collected(asked, store, [one.point() for one in months_until(period, MONTHS)])
    # What one team misses may be its own affair: whether all do is looked at in the same period.
    everyone = history(narrowed(configuration, card.id), store, points[-1:])
    missed = [one for taken in everyone for one in missed_by_all(taken)]
    return review_document(
        Material(
            period=period,
            now=now.scorecards[0],
            before=before.scorecards[0],
            months=months.teams[card.id, card.teams[0]],
            advice=[*advise(asked, at), *advise_on_numbers(now, periods), *missed],
            silenced=configuration.silenced,
            last=_last(store.reviews(card.id), card.teams[0], period),
            at=at,
        )
    )


def recorded(
    configuration: Configuration, store: Store, question: ReviewQuestion, meeting: Meeting, at: int
) -> KeptReview:
    """Keep the review of a period with what people said of it; errors as of `written` and `read_notes`."""
    if not meeting.by.strip():
        raise NoReviewError("`by` is empty: name the role that led the review, such as cto@acme.example")
    notes, decisions = read_notes(meeting.notes)
    document = written(configuration, store, question, at)
    card = asked_for(configuration, question)
    period = ReviewPeriod.parse(document["period"]["id"], card.zone)
    kept = KeptReview(
        scorecard=card.id,
        team=card.teams[0],
        period=period.id,
        starts_at=period.starts_at,
        ends_at=period.ends_at,
        recorded_at=at,
        by=meeting.by.strip(),
        notes=notes,
        decisions=decisions,
        document=json.dumps(document, ensure_ascii=False),
    )
    store.record_review(kept)
    return kept


def kept_document(kept: KeptReview, *, whole: bool) -> Document:
    """A recorded review for JSON; `whole`: with the review itself."""
    told = {
        "scorecard": kept.scorecard,
        "team": kept.team,
        "period": kept.period,
        "starts_at": timestamp(kept.starts_at),
        "ends_at": timestamp(kept.ends_at),
        "recorded_at": timestamp(kept.recorded_at),
        "by": kept.by,
        "notes": kept.notes,
        "decisions": list(kept.decisions),
    }
    return {**told, "review": json.loads(kept.document)} if whole else told


def chosen(reviews: Sequence[KeptReview], period: str, team: str | None, recorded: str | None) -> KeptReview:
    """Of the reviews of a scorecard, newest first, that of a period.

    `team` None: of any team. `recorded` None: whenever it was recorded; else that moment.

    Raises:
        UnknownNameError: there is none.
    """
    for one in reviews:
        if one.period == period and team in {None, one.team} and recorded in {None, timestamp(one.recorded_at)}:
            return one
    raise UnknownNameError.of("recorded review", period, {one.period for one in reviews if team in {None, one.team}})


def asked_for(configuration: Configuration, question: ReviewQuestion) -> Scorecard:
    """The scorecard, with the one team that is asked for.

    Raises:
        UnknownNameError: there is no such scorecard or team.
    """
    card = narrowed(configuration, question.scorecard, question.team).scorecards[question.scorecard]
    return narrowed(configuration, question.scorecard, card.teams[0]).scorecards[question.scorecard]


def _period(card: Scorecard, text: str | None, at: int) -> ReviewPeriod:
    """The period that is asked for, which must be over at the moment `at`."""
    if text is None:
        if not card.review:
            raise NoReviewError(
                f"Scorecard {card.id} does not say how often it is reviewed: name a period such as 2026-Q3 or 2026-09, "
                "or write `review: quarterly` beside it"
            )
        return ReviewPeriod.containing(KINDS[card.review], at, card.zone).moved(-1)
    try:
        period = ReviewPeriod.parse(text, card.zone)
    except RefusedError as error:
        raise NoReviewError(f"period={error}") from error
    if period.ends_at > at:
        last = ReviewPeriod.containing(period.kind, at, card.zone).moved(-1).id
        raise NoReviewError(
            f"{period.id} is not over: it can be reviewed from {day_text(moment(period.ends_at), card.zone)} on "
            f"({card.zone}); the last one that is over is {last}"
        )
    return period


def _last(reviews: Sequence[KeptReview], team: str, period: ReviewPeriod) -> KeptReview | None:
    """The newest recorded review of an earlier period."""
    return next((one for one in reviews if one.team == team and one.ends_at <= period.starts_at), None)
