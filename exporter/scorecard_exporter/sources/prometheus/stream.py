"""One series of observations, read window by window on a grid that never moves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from scorecard_exporter.events.model import Observation
from scorecard_exporter.sources.delivery import digest
from scorecard_exporter.sources.kit.client import Client
from scorecard_exporter.sources.kit.streams import Piece, WindowedStream
from scorecard_exporter.sources.prometheus.observations import Series, observations
from scorecard_exporter.sources.prometheus.queries import ask_range, grid


class SeriesStream(WindowedStream):
    """The observations of a series. Values at the edge of now are asked for again, since samples may arrive late."""

    is_alone = True

    def __init__(self, client: Client, series: Series, history: timedelta) -> None:
        super().__init__(
            series.name,
            origin=series.origin,
            kinds=(Observation.kind,),
            history=history,
            made_by=digest(series),
        )
        self._client, self._series = client, series

    def pieces(self, begin: datetime, end: datetime) -> Iterator[Piece]:
        for first, last in grid(begin, end, self._series.step):
            answer = ask_range(self._client, self._series.expression, first, last, self._series.step)
            yield observations(self._series, answer)
