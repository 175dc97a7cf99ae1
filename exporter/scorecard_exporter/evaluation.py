"""A whole configuration against a store at one moment: the snapshot, and the explanation of one measure.

The running exporter, `status`, `explain` and the API all come through here, so they cannot differ.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from functools import partial
from itertools import chain

from scorecard_exporter.config.lint.advice import Advice
from scorecard_exporter.config.model import Configuration, Scorecard
from scorecard_exporter.errors import UnknownNameError
from scorecard_exporter.measures.ahead import workers
from scorecard_exporter.measures.coverage import CoverageIndex
from scorecard_exporter.measures.evaluate import Evaluation, coverage_of
from scorecard_exporter.measures.evidence import evidence
from scorecard_exporter.measures.inquiry import inquire
from scorecard_exporter.measures.model import Definition, Period, Reading, Sample
from scorecard_exporter.scorecard.advice import PERIODS, advise_on_numbers
from scorecard_exporter.scorecard.explanation import Explanation, explain
from scorecard_exporter.scorecard.history import History, collect
from scorecard_exporter.scorecard.model import MeasureStatus, ScorecardStatus, Snapshot
from scorecard_exporter.scorecard.periods import Point
from scorecard_exporter.scorecard.review_periods import KINDS, Kind, ReviewPeriod
from scorecard_exporter.scorecard.snapshot import ByDefinition, Moment, Snapshots, snapshot
from scorecard_exporter.store.base import Store

READINGS_AT_ONCE = 180_000
"""Of a long history so many readings are held at a time: memory stays flat, and statements serve many periods."""


def take(configuration: Configuration, store: Store, at: int) -> Snapshot:
    """Evaluate everything at the moment `at` (microseconds): each measure's window ends there."""
    current, previous = readings(configuration, store, at, periods=2)
    return snapshot(configuration, current, previous, store.status_changes(), at, reviews=store.review_dates(at))


def readings(configuration: Configuration, store: Store, at: int, *, periods: int = 1) -> list[ByDefinition]:
    """Of every measure and team: over its window that ends at `at` (microseconds), and then over those before it."""

    def spans(window: int) -> list[Period]:
        return [Period(at - (back + 1) * window, at - back * window) for back in range(periods)]

    work = [(definitions, spans(window)) for window, definitions in _by_window(configuration).items()]
    with workers(len(_teams(configuration))) as threads:
        begun = _begun(configuration, store, _coverage(configuration, store), work, threads, details=True)
        return _by_moment(begun, periods)


def history(
    configuration: Configuration, store: Store, points: Sequence[Point], *, details: bool = False
) -> Iterator[Snapshot]:
    """A snapshot for each point, judged with the targets in force at its last instant.

    All points are of windows that end there, or all of periods of the calendar. In those a total (a count, a sum) is
    still taken over its own window, which ends with the period: its goal is one for a window of that length. What a
    snapshot says beside that of the period before, and since when a colour is what it is, these do not know; what
    stands beside a value only with `details`.
    """
    return (moment.snapshot() for moment in _moments(configuration, store, points, details=details))


def collected(configuration: Configuration, store: Store, points: Sequence[Point]) -> History:
    """The same as one history: a team's scorecard is put down as soon as it is made."""
    return collect(_moments(configuration, store, points, details=False))


def _moments(configuration: Configuration, store: Store, points: Sequence[Point], *, details: bool) -> Iterator[Moment]:
    coverage, snapshots = _coverage(configuration, store), Snapshots(configuration)
    with workers(len(_teams(configuration))) as threads:

        def begin(piece: Sequence[Point]) -> list[Evaluation]:
            work = _work(configuration, piece)
            return _begun(configuration, store, coverage, work, threads, details=details)

        ahead = pieces(configuration, points)
        begun = begin(ahead[0]) if ahead else []
        for number, piece in enumerate(ahead, start=1):
            readings = _by_moment(begun, len(piece))
            # What the next piece asks is on its way while this one is judged.
            begun = begin(ahead[number]) if number < len(ahead) else []
            for point in piece:
                yield snapshots.at(point.ends_at, readings.pop(0))


def pieces(configuration: Configuration, points: Sequence[Point]) -> list[Sequence[Point]]:
    """The points in pieces, of each of which the readings are held at once."""
    definitions = sum(map(len, _by_window(configuration).values()))
    teams = _teams(configuration)
    # The readings of one team are made of those of all its services.
    services = {rule.service for team in teams for rule in configuration.scopes[team].services}
    size = max(1, READINGS_AT_ONCE // max(1, definitions * max(len(teams), len(services))))
    return [points[begin : begin + size] for begin in range(0, len(points), size)]


def advice_on_numbers(configuration: Configuration, store: Store, newest: Snapshot) -> list[Advice]:
    """What the numbers of `newest`, and of the last periods that were over then, advise; silenced or not."""
    return advise_on_numbers(newest, _last_periods(configuration, store, newest.at))


def _last_periods(configuration: Configuration, store: Store, at: int) -> list[Snapshot]:
    """Each scorecard in the last periods of its reviews, or quarters, that are over at `at`; the oldest first."""
    alike: defaultdict[tuple[Kind, str], dict[str, Scorecard]] = defaultdict(dict)
    for card in configuration.scorecards.values():
        alike[KINDS.get(card.review, "quarter"), card.zone][card.id] = card
    histories = []
    for (kind, zone), cards in alike.items():
        current = ReviewPeriod.containing(kind, at, zone)
        points = [current.moved(-back).point() for back in range(PERIODS, 0, -1)]
        histories.append(history(replace(configuration, scorecards=cards), store, points))
    return [
        Snapshot(at=at, scorecards=tuple(card for taken in of_period for card in taken.scorecards))
        for of_period in zip(*histories, strict=True)
    ]


def narrowed(
    configuration: Configuration, scorecard: str, team: str | None = None, measure: str | None = None
) -> Configuration:
    """The configuration with one scorecard, and of it one team or one measure only, so that no other is evaluated.

    With one measure, nothing can be said of its parents.

    Raises:
        UnknownNameError: no such scorecard, team or measure; the message names those near.
    """
    if scorecard not in configuration.scorecards:
        raise UnknownNameError.of("scorecard", scorecard, configuration.scorecards)
    card = configuration.scorecards[scorecard]
    if team is not None and team not in card.teams:
        raise UnknownNameError.of(f"team of scorecard {scorecard}", team, card.teams)
    known = {one.id for _, _, one in card.measures()}
    if measure is not None and measure not in known:
        raise UnknownNameError.of(f"measure of scorecard {scorecard}", measure, known)
    card = replace(card, teams=card.teams if team is None else (team,))
    return replace(configuration, scorecards={scorecard: card if measure is None else _with_one(card, measure)})


def _with_one(card: Scorecard, measure: str) -> Scorecard:
    perspective, objective, found = next(one for one in card.measures() if one[2].id == measure)
    objective = replace(objective, measures=(found,))
    return replace(card, perspectives=(replace(perspective, objectives=(objective,)),))


_Work = list[tuple[list[Definition], list[Period]]]
"""Definitions, and the periods that they are evaluated over: one for each moment."""


def _work(configuration: Configuration, points: Sequence[Point]) -> _Work:
    calendar = [Period(point.starts_at, point.ends_at) for point in points if point.starts_at is not None]
    work: _Work = []
    # The same periods for every window: one evaluation serves them all.
    shared: list[Definition] = []
    for window, definitions in _by_window(configuration).items():
        own = [one for one in definitions if not calendar or one.is_total]
        shared += [one for one in definitions if calendar and not one.is_total]
        if own:
            work.append((own, [Period(point.ends_at - window, point.ends_at) for point in points]))
    if shared:
        work.append((shared, calendar))
    return work


def _begun(
    configuration: Configuration,
    store: Store,
    coverage: CoverageIndex,
    work: _Work,
    threads: Executor,
    *,
    details: bool,
) -> list[Evaluation]:
    teams = _teams(configuration)
    return [
        Evaluation(
            store,
            definitions,
            configuration.scopes,
            teams,
            periods,
            coverage=coverage,
            details=details,
            threads=threads,
        )
        for definitions, periods in work
    ]


def _by_moment(begun: Sequence[Evaluation], moments: int) -> list[ByDefinition]:
    """The readings of evaluations that are over so many periods each."""
    made = {definition: readings for one in begun for definition, readings in one.readings().items()}
    return [{definition: readings[place] for definition, readings in made.items()} for place in range(moments)]


def _coverage(configuration: Configuration, store: Store) -> CoverageIndex:
    definitions = list(chain.from_iterable(_by_window(configuration).values()))
    return coverage_of(store, definitions, configuration.scopes, _teams(configuration))


def _teams(configuration: Configuration) -> list[str]:
    return sorted({team for scorecard in configuration.scorecards.values() for team in scorecard.teams})


def _by_window(configuration: Configuration) -> dict[int, list[Definition]]:
    groups: defaultdict[int, dict[Definition, None]] = defaultdict(dict)
    for scorecard in configuration.scorecards.values():
        for _, _, measure in scorecard.measures():
            groups[measure.definition.window][measure.definition] = None
    return {window: list(definitions) for window, definitions in groups.items()}


def explain_measure(
    configuration: Configuration, store: Store, taken: Snapshot, *, scorecard: str, measure: str, team: str | None
) -> Explanation:
    """Why a measure of `taken` has its value, with what the store knows behind it.

    `team` None: the scorecard's first team.

    Raises:
        UnknownNameError: no such scorecard, measure or team; the message names those near.
    """
    status = find_scorecard(taken, scorecard, team)
    found = _find_measure(status, measure)
    inquiry = inquire(
        store,
        configuration.scopes,
        found.reading,
        found.absence,
        better=found.measure.better,
        before=found.before,
        known=dict(_readings_like(found.reading, taken, configuration.scopes[status.team].children)),
    )
    titles = {team.name: team.title for team in configuration.teams.values()}
    return explain(found, status, taken.at, inquiry, titles)


def explain_at(
    configuration: Configuration, store: Store, at: int, *, scorecard: str, measure: str, team: str | None
) -> Explanation:
    """As `explain_measure`, at the moment `at` (microseconds): nothing else is evaluated."""
    card = narrowed(configuration, scorecard, team).scorecards[scorecard]
    first = card.teams[0]
    _check_measure(scorecard, first, measure, [one.id for _, _, one in card.measures() if first in one.teams])
    asked = narrowed(configuration, scorecard, first, measure)
    return explain_measure(asked, store, take(asked, store, at), scorecard=scorecard, measure=measure, team=team)


def _readings_like(reading: Reading, taken: Snapshot, teams: Collection[str]) -> Iterator[tuple[str, Reading]]:
    """The readings of the same definition for those of these teams that have one."""
    for scorecard in taken.scorecards:
        if scorecard.team in teams:
            for _, _, status in scorecard.measures():
                if status.reading.definition == reading.definition:
                    yield scorecard.team, status.reading


def samples_behind(
    configuration: Configuration,
    store: Store,
    taken: Snapshot,
    *,
    scorecard: str,
    measure: str,
    team: str | None,
    most: int,
) -> tuple[MeasureStatus, tuple[Sample, ...]]:
    """A measure of `taken` and at most `most` samples behind it: the worst, then the newest of the others.

    Raises: as `explain_measure`.
    """
    status = find_scorecard(taken, scorecard, team)
    found = _find_measure(status, measure)
    look = partial(
        evidence,
        store,
        found.reading.definition,
        configuration.scopes,
        status.team,
        found.reading.period,
        better=found.measure.better,
    )
    _, worst = look(newest=0, worst=most)
    if len(worst) == most:
        return found, worst
    newest, _ = look(newest=most, worst=0)
    every = {(one.origin, one.key, one.subject): one for one in (*worst, *newest)}
    return found, tuple(every.values())[:most]


def find_scorecard(taken: Snapshot, scorecard: str, team: str | None) -> ScorecardStatus:
    """The scorecard of one team in a snapshot; see `explain_measure`."""
    statuses = [status for status in taken.scorecards if status.scorecard.id == scorecard]
    if not statuses:
        raise UnknownNameError.of("scorecard", scorecard, {status.scorecard.id for status in taken.scorecards})
    for status in statuses:
        if team in (None, status.team):
            return status
    raise UnknownNameError.of(f"team of scorecard {scorecard}", str(team), {status.team for status in statuses})


def selected(taken: Snapshot, scorecard: str | None = None, team: str | None = None) -> Snapshot:
    """A snapshot with one scorecard or one team only; see `explain_measure`."""
    if scorecard is not None:
        find_scorecard(taken, scorecard, team)
    chosen = tuple(
        status
        for status in taken.scorecards
        if scorecard in (None, status.scorecard.id) and team in (None, status.team)
    )
    if team is not None and not chosen:
        raise UnknownNameError.of("team with a scorecard", team, {one.team for one in taken.scorecards})
    return replace(taken, scorecards=chosen)


def _find_measure(status: ScorecardStatus, measure: str) -> MeasureStatus:
    found = {one.measure.id: one for _, _, one in status.measures()}
    _check_measure(status.scorecard.id, status.team, measure, found)
    return found[measure]


def _check_measure(scorecard: str, team: str, measure: str, known: Collection[str]) -> None:
    if measure not in known:
        raise UnknownNameError.of(f"measure of scorecard {scorecard}, team {team}", measure, known)
