"""A whole configuration against a store at one moment: the snapshot, and the explanation of one measure.

The running exporter, `status`, `explain` and the API all come through here, so they cannot differ.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import chain

from scorecard_exporter.config.model import Configuration
from scorecard_exporter.errors import UnknownNameError
from scorecard_exporter.measures.evaluate import evaluate
from scorecard_exporter.measures.evidence import evidence
from scorecard_exporter.measures.model import Definition, Period, Reading
from scorecard_exporter.scorecard.explanation import Explanation, explain
from scorecard_exporter.scorecard.model import MeasureStatus, ScorecardStatus, Snapshot
from scorecard_exporter.scorecard.snapshot import snapshot
from scorecard_exporter.store.base import Store

SAMPLES_SHOWN = 10


def take(configuration: Configuration, store: Store, at: int) -> Snapshot:
    """Evaluate everything at the moment `at` (microseconds): each measure's window ends there."""
    current: list[Reading] = []
    previous: list[Reading] = []
    for reading in readings(configuration, store, at, periods=2):
        (current if reading.period.ends_at == at else previous).append(reading)
    return snapshot(configuration, current, previous, store.status_changes(), at)


def readings(configuration: Configuration, store: Store, at: int, *, periods: int = 1) -> Iterator[Reading]:
    """Of every measure and team: over its window that ends at `at` (microseconds), and over those before it."""
    teams = sorted({team for scorecard in configuration.scorecards.values() for team in scorecard.teams})

    def of_window(window: int, definitions: list[Definition]) -> list[Reading]:
        spans = [Period(at - (back + 1) * window, at - back * window) for back in range(periods)]
        return evaluate(store, definitions, configuration.scopes, teams, spans)

    # Two at a time, so that one window's statements run while another's readings are put together.
    with ThreadPoolExecutor(2, "evaluation") as workers:
        yield from chain.from_iterable(workers.map(of_window, *zip(*_by_window(configuration).items(), strict=True)))


def _by_window(configuration: Configuration) -> dict[int, list[Definition]]:
    groups: defaultdict[int, dict[Definition, None]] = defaultdict(dict)
    for scorecard in configuration.scorecards.values():
        for _, _, measure in scorecard.measures():
            groups[measure.definition.window][measure.definition] = None
    return {window: list(definitions) for window, definitions in groups.items()}


def explain_measure(
    configuration: Configuration, store: Store, taken: Snapshot, *, scorecard: str, measure: str, team: str | None
) -> Explanation:
    """Why a measure of `taken` has its value, with the newest and the worst samples behind it.

    `team` None: the scorecard's first team.

    Raises:
        UnknownNameError: no such scorecard, measure or team; the message names those near.
    """
    status = find_scorecard(taken, scorecard, team)
    found = _find_measure(status, measure)
    scope = configuration.scopes[status.team]
    newest, worst = evidence(
        store,
        found.reading.definition,
        configuration.scopes,
        scope.team,
        found.reading.period,
        newest=SAMPLES_SHOWN,
        worst=SAMPLES_SHOWN,
        better=found.measure.better,
    )
    return explain(found, status, taken.at, newest, worst)


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
    if measure not in found:
        raise UnknownNameError.of(f"measure of scorecard {status.scorecard.id}, team {status.team}", measure, found)
    return found[measure]
