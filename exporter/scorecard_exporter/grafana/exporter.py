"""What the data source needs of the running exporter; the service fulfils it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from prometheus_client import CollectorRegistry

from scorecard_exporter.config.model import Configuration
from scorecard_exporter.histories import HistoryQuestion
from scorecard_exporter.measures.happenings import Happenings
from scorecard_exporter.measures.model import Period, Sample
from scorecard_exporter.scorecard.explanation import Explanation
from scorecard_exporter.scorecard.history import History
from scorecard_exporter.scorecard.model import MeasureStatus, Snapshot
from scorecard_exporter.store.base import KeptReview


class Exporter(Protocol):
    """The running exporter, as in `web.exporter`. Nothing here blocks the event loop."""

    @property
    def configuration(self) -> Configuration:
        """The configuration in force."""

    @property
    def snapshot(self) -> Snapshot | None:
        """The newest snapshot; None until the first one is there."""

    @property
    def registry(self) -> CollectorRegistry:
        """The exporter's metrics about itself."""

    @property
    def starting(self) -> str:
        """While there is no snapshot: what is being done, as half a sentence."""

    @property
    def notices(self) -> tuple[str, ...]:
        """What people should know now: a failed reload, a failing source, a full disk."""

    @property
    def failure(self) -> str:
        """Why the last evaluation failed, as a sentence; empty: it did not."""

    async def explain(self, scorecard: str, measure: str, team: str | None, at: datetime | None) -> Explanation:
        """The explanation of one measure; `at` None: now."""

    async def samples(
        self, scorecard: str, measure: str, team: str, at: datetime | None, *, most: int
    ) -> tuple[MeasureStatus, tuple[Sample, ...]]:
        """A measure and at most `most` samples behind it: the worst, then the newest of the others."""

    async def history(self, question: HistoryQuestion) -> History:
        """The past of a scorecard; kept in memory until the configuration or the events change."""

    async def reviews(self, scorecard: str) -> Sequence[KeptReview]:
        """Every recorded review of a scorecard, the newest first."""

    async def happenings(
        self, kinds: Iterable[str], *, scorecard: str, team: str, period: Period, most: int
    ) -> Happenings:
        """What happened to a team in a time, at most `most` of each of the kinds."""
