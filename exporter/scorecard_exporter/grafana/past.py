"""Which points of the past a question about history is answered by."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from scorecard_exporter.grafana import choosing
from scorecard_exporter.grafana.choosing import Row
from scorecard_exporter.grafana.question import Question, QuestionError
from scorecard_exporter.histories import MOST_POINTS, MOST_VALUES, HistoryQuestion
from scorecard_exporter.scorecard.model import Snapshot
from scorecard_exporter.scorecard.periods import CALENDAR, Point, Step, moments

STEPS = ("auto", *CALENDAR)
MOST_OF_THEIR_OWN = 400
"""Points that the exporter chooses by itself: a day more or less is not seen in two years."""
MOST_TEAMS = 100
_YEARS = 10
_YEAR = 366 * 86_400_000_000
_QUARTER = 100 * 86_400_000_000
"""A little more than the longest step: so far back lies the last point before the time shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be asked for: `rows` says which measures of which teams, `questions` how their past is got."""

    snapshot: Snapshot
    rows: tuple[Row, ...]
    questions: tuple[HistoryQuestion, ...] = ()
    notices: tuple[str, ...] = ()


def plan(snapshot: Snapshot, question: Question) -> Plan:
    """The points for the time shown, and one before it, where lines come from.

    The newest point is the snapshot itself, if its moment is shown.

    Raises:
        QuestionError: these are too many points, or too many teams.
        UnknownNameError: there is no such scorecard, team, perspective or measure.
    """
    cards = choosing.cards(snapshot, question)
    if len(cards) > MOST_TEAMS:
        raise QuestionError(f"{len(cards):,} teams at once; a history shows at most {MOST_TEAMS}: choose some of them.")
    rows = tuple(choosing.rows(cards, question))
    if question.first > snapshot.at:
        notice = "The time shown lies in the future: there is nothing to show yet."
        return Plan(snapshot=snapshot, rows=rows, notices=(notice,))
    last = min(question.last, snapshot.at)
    first = max(question.first, last - _YEARS * _YEAR)
    points = tuple(map(Point, _moments(question, cards[0].scorecard.zone, first, last, len(rows))))
    names = {row[3].measure.id for row in rows}
    measure = next(iter(names)) if len(names) == 1 else None
    # Of all teams at once where all are asked for: one evaluation serves them.
    teams = [None] if len(cards) == len(cards[0].scorecard.teams) else [card.team for card in cards]
    return Plan(
        snapshot=snapshot,
        rows=rows,
        questions=tuple(
            HistoryQuestion(cards[0].scorecard.id, team, measure, points) for team in teams if points and rows
        ),
        notices=() if first == question.first else (f"The newest {_YEARS} years are shown.",),
    )


def _moments(question: Question, zone: str, first: int, last: int, series: int) -> list[int]:
    word = question.choice("step", STEPS)
    if word == "auto":
        return _of_their_own(question.most, zone, first, last, series)
    found = _within(Step(next(one for one in CALENDAR if one == word)), zone, first, last, MOST_POINTS)
    if len(found) > MOST_POINTS + 1 or len(found) * series > MOST_VALUES:
        raise QuestionError(f"Steps of a {word} are too many points for this time: choose a longer step, or auto.")
    return found


def _of_their_own(room: int, zone: str, first: int, last: int, series: int) -> list[int]:
    """In the finest step that stays within the room; quarters where none does."""
    most = min(room, MOST_OF_THEIR_OWN, MOST_VALUES // max(1, series))
    for word in CALENDAR[:-1]:
        found = _within(Step(word), zone, first, last, most)
        if len(found) <= most + 1:
            return found
    return _within(Step(CALENDAR[-1]), zone, first, last, MOST_POINTS)


def _within(step: Step, zone: str, first: int, last: int, most: int) -> list[int]:
    """The moments from `first` to `last`, at most `most` and one more, and the one before the first of them."""
    before = list(moments(step, zone, first - _QUARTER, first - 1))[-1:]
    return before + list(islice(moments(step, zone, first, last), most + 1))
