"""Which moments of the past become samples of Prometheus, and the gauges at each of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from scorecard_exporter.config.model import Configuration
from scorecard_exporter.errors import ScorecardError
from scorecard_exporter.evaluation import history, narrowed, pieces
from scorecard_exporter.exposition.backfill import Backfill
from scorecard_exporter.quantities import RefusedError, instant, moment
from scorecard_exporter.scorecard.periods import Point, Step, rolling, step_of
from scorecard_exporter.store.base import Store

LENGTH = timedelta(days=730)
DISTANCE = timedelta(hours=3)
"""Prometheus may still hold the newest hours in its head; blocks that overlap it are not to be made."""
SECOND = 1_000_000
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked for: moments from `first` to `last` (microseconds), of all teams or of one, with more labels."""

    first: int
    last: int
    step: Step
    labels: Mapping[str, str]
    scorecard: str | None
    team: str | None

    @classmethod
    def read(
        cls,
        *,
        first: datetime | None,
        last: datetime | None,
        step: str,
        labels: Iterable[str],
        scorecard: str | None,
        team: str | None,
        now: datetime,
    ) -> Wanted:
        """From what a person wrote.

        Raises:
            ScorecardError: it cannot be done so; the message says what can.
        """
        last = now - DISTANCE if last is None else last
        first = last - LENGTH if first is None else first
        if last > now - DISTANCE:
            raise ScorecardError("--to: the last three hours are Prometheus's own; end before them.")
        if first >= last:
            raise ScorecardError(f"--from={first.isoformat()} is not before --to={last.isoformat()}.")
        if team is not None and scorecard is None:
            raise ScorecardError("--team needs --scorecard, since a team may have several.")
        return cls(
            first=instant(first),
            last=instant(last),
            step=_step(step),
            labels=dict(map(_label, labels)),
            scorecard=scorecard,
            team=team,
        )

    def points(self) -> list[Point]:
        """The moments, oldest first."""
        return list(rolling(self.step, "UTC", self.first, self.last))

    def parameters(self) -> dict[str, Sequence[str]]:
        """The same as a person would write it, for the exporter that holds the store."""
        given = {
            "from": moment(self.first).isoformat(),
            "to": moment(self.last).isoformat(),
            "step": f"{self.step.micros // SECOND}s",
            "label": [f"{name}={value}" for name, value in self.labels.items()],
        }
        chosen = {"scorecard": self.scorecard, "team": self.team}
        return given | {name: value for name, value in chosen.items() if value is not None}


def past_gauges(configuration: Configuration, store: Store, wanted: Wanted) -> Iterator[bytes]:
    """An OpenMetrics document with the gauges at each moment, piece by piece.

    Pieces are empty while the moments are gathered, so that whoever has other work to do can do it in between: between
    two of them nothing is read.

    Raises:
        UnknownNameError: there is no such scorecard or team.
        ScorecardError: a label is one of the exporter's own.
    """
    if wanted.scorecard is not None:
        configuration = narrowed(configuration, wanted.scorecard, wanted.team)
    try:
        gathered = Backfill(wanted.labels)
    except ValueError as error:
        raise ScorecardError(f"--label: {error}.") from error
    for points in pieces(configuration, wanted.points()):
        for taken in history(configuration, store, points, details=True):
            gathered.add(taken)
        yield b""
    yield from gathered.write()


def _step(text: str) -> Step:
    try:
        step = step_of(text)
    except RefusedError as error:
        raise ScorecardError(f"--step: {error}.") from error
    if step.calendar is not None or step.micros % SECOND:
        raise ScorecardError(f"--step: {text!r} is not a duration of whole seconds such as 6h or 1d.")
    return step


def _label(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not _LABEL.fullmatch(name) or name.startswith("__"):
        raise ScorecardError(f"--label: {text!r} is not NAME=VALUE, such as job=scorecard.")
    return name, value
