"""What those who serve it need of the running exporter, the web and Grafana's data source; the service fulfils it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from typing import Protocol

from prometheus_client import CollectorRegistry

from scorecard_exporter.backfilling import Wanted
from scorecard_exporter.config.lint.advice import Advice
from scorecard_exporter.config.model import Configuration
from scorecard_exporter.exposition.cache import Rendered
from scorecard_exporter.histories import HistoryQuestion
from scorecard_exporter.measures.happenings import Happenings
from scorecard_exporter.measures.model import Period, Sample
from scorecard_exporter.pushes.pushes import Pushes
from scorecard_exporter.report.writing import Meeting, ReviewQuestion
from scorecard_exporter.scorecard.document import Document
from scorecard_exporter.scorecard.explanation import Explanation
from scorecard_exporter.scorecard.history import History
from scorecard_exporter.scorecard.model import MeasureStatus, Snapshot
from scorecard_exporter.store.base import KeptReview


class Exporter(Protocol):
    """The running exporter. Nothing here blocks the event loop."""

    @property
    def configuration(self) -> Configuration:
        """The configuration in force."""

    @property
    def snapshot(self) -> Snapshot | None:
        """The newest snapshot; None until the first one is there."""

    @property
    def rendered(self) -> Rendered | None:
        """The newest snapshot as metric families in bytes; None until there is one."""

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

    @property
    def pushes(self) -> Pushes:
        """Who takes what systems push."""

    async def evaluate(self, at: datetime) -> Snapshot:
        """A snapshot for another moment, not kept."""

    async def advice(self) -> Sequence[Advice]:
        """What the numbers of the newest snapshot and of the last periods advise, silenced or not."""

    async def explain(self, scorecard: str, measure: str, team: str | None, at: datetime | None) -> Explanation:
        """The explanation of one measure; `team` None: the scorecard's first.

        Raises:
            UnknownNameError: there is no such scorecard, measure or team; the message names those near.
        """

    async def samples(
        self, scorecard: str, measure: str, team: str, at: datetime | None, *, most: int
    ) -> tuple[MeasureStatus, tuple[Sample, ...]]:
        """A measure and at most `most` samples behind it: the worst, then the newest of the others.

        Raises:
            UnknownNameError: there is no such scorecard, measure or team; the message names those near.
        """

    async def happenings(
        self, kinds: Iterable[str], *, scorecard: str, team: str, period: Period, most: int
    ) -> Happenings:
        """What happened to a team in a time, at most `most` of each of the kinds."""

    async def history(self, question: HistoryQuestion) -> History:
        """The past of a scorecard; kept in memory until the configuration or the events change.

        Raises:
            UnknownNameError: there is no such scorecard, team or measure; the message names those near.
        """

    def trends(self, scorecard: str, team: str) -> History | None:
        """The last year of a scorecard of the snapshot, in weeks; None until it was worked out in the background.

        Asked from the event loop.
        """

    async def review(self, question: ReviewQuestion) -> Document:
        """The review of a period as it would be written now.

        Raises:
            UnknownNameError: there is no such scorecard or team; the message names those near.
            NoReviewError: the period is none, or is not over.
        """

    async def reviews(self, scorecard: str) -> Sequence[KeptReview]:
        """Every recorded review of a scorecard, the newest first.

        Raises:
            UnknownNameError: there is no such scorecard.
        """

    async def record_review(self, question: ReviewQuestion, meeting: Meeting) -> KeptReview:
        """Keep a review for ever; errors as of `review`, and NoReviewError for notes that say nothing."""

    def backfill(self, wanted: Wanted) -> AsyncIterator[bytes]:
        """The gauges of the past as an OpenMetrics document, piece by piece; the first comes when all are gathered.

        Raises:
            UnknownNameError: there is no such scorecard or team.
            ScorecardError: a label is one of the exporter's own, or the configuration changed meanwhile.
        """

    async def reload(self) -> None:
        """Take the configuration file anew.

        Raises:
            ConfigurationError: it is not valid; the old one goes on.
        """
