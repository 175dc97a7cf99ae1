"""Which scorecards, teams and measures of a snapshot a question is about."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from scorecard_exporter.errors import UnknownNameError
from scorecard_exporter.evaluation import find_scorecard
from scorecard_exporter.grafana.question import Question
from scorecard_exporter.scorecard.model import (
    MeasureStatus,
    ObjectiveStatus,
    PerspectiveStatus,
    ScorecardStatus,
    Snapshot,
)

Row = tuple[ScorecardStatus, PerspectiveStatus, ObjectiveStatus, MeasureStatus]


def card(snapshot: Snapshot, question: Question) -> ScorecardStatus:
    """The one scorecard of one team that is asked about; the first of them where nothing is said.

    Raises:
        UnknownNameError: there is none of that name; the message names those near.
    """
    return find_scorecard(snapshot, _scorecard(snapshot, question), question.one("team"))


def cards(snapshot: Snapshot, question: Question) -> list[ScorecardStatus]:
    """The scorecard of each team that is asked about: of the first where no team is named, of all where all are."""
    scorecard = _scorecard(snapshot, question)
    if not question.wants_all("team"):
        return [find_scorecard(snapshot, scorecard, team) for team in question.many("team") or (None,)]
    return of_every_team(snapshot, question)


def of_every_team(snapshot: Snapshot, question: Question) -> list[ScorecardStatus]:
    """The scorecard of each of its teams."""
    first = find_scorecard(snapshot, _scorecard(snapshot, question), None)
    return [one for one in snapshot.scorecards if one.scorecard.id == first.scorecard.id]


def rows(found: Collection[ScorecardStatus], question: Question) -> list[Row]:
    """The measures that are asked about, of each of these cards of one scorecard, in the order of the file.

    Raises:
        UnknownNameError: the scorecard has no such perspective or measure.
    """
    perspectives, measures = question.many("perspective"), question.many("measure")
    scorecard = next(iter(found)).scorecard
    _all_known("perspective", perspectives, {one.id for one in scorecard.perspectives}, scorecard.id)
    _all_known("measure", measures, {one.id for _, _, one in scorecard.measures()}, scorecard.id)
    return [
        (one, perspective, objective, measure)
        for one in found
        for perspective, objective, measure in one.measures()
        if (not perspectives or perspective.perspective.id in perspectives)
        and (not measures or measure.measure.id in measures)
    ]


def perspectives(found: ScorecardStatus, question: Question) -> Iterator[PerspectiveStatus]:
    """Those that are asked about."""
    wanted = question.many("perspective")
    _all_known("perspective", wanted, {one.perspective.id for one in found.perspectives}, found.scorecard.id)
    return (one for one in found.perspectives if not wanted or one.perspective.id in wanted)


def measure_id(found: ScorecardStatus, question: Question) -> str:
    """The one measure that is asked about; the first of the scorecard where none is named."""
    name = question.one("measure")
    known = [one.measure.id for _, _, one in found.measures()]
    if name is None and known:
        return known[0]
    if name not in known:
        raise UnknownNameError.of(f"measure of scorecard {found.scorecard.id}, team {found.team}", name or "", known)
    return name


def _scorecard(snapshot: Snapshot, question: Question) -> str:
    name = question.one("scorecard")
    if name is None:
        return snapshot.scorecards[0].scorecard.id if snapshot.scorecards else ""
    return name


def _all_known(what: str, names: Collection[str], known: Collection[str], scorecard: str) -> None:
    for name in names:
        if name not in known:
            raise UnknownNameError.of(f"{what} of scorecard {scorecard}", name, known)
