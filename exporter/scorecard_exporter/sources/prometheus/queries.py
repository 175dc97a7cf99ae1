"""Asking Prometheus, or what speaks its API, for the values of an expression; and reading what it answers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from scorecard_exporter.errors import RetriableSourceError, SourceError
from scorecard_exporter.quantities import instant, moment
from scorecard_exporter.sources.kit.body import Body, MalformedError
from scorecard_exporter.sources.kit.client import Client
from scorecard_exporter.sources.kit.response import Response, shown
from scorecard_exporter.sources.text import excerpt, printable

MOST_POINTS = 10_000
"""Points of a series in one answer; Prometheus refuses more than 11,000."""
_WHOLE = {"partial_response": "false", "deny_partial_response": "1"}
"""Thanos and VictoriaMetrics answer with what they have while a part of them is down, unless they are told not to."""
_MICROS = 1_000_000
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Sampled:
    """One series of an answer: its labels, and (moment, value as written) of its floats, in order.

    `histograms`: it has native histograms, which are no numbers.
    """

    labels: Mapping[str, str]
    points: tuple[tuple[datetime, str], ...]
    histograms: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """The series of an answer, what is warned of, and what of it could not be read."""

    series: tuple[Sampled, ...]
    warnings: tuple[str, ...] = ()
    malformed: tuple[str, ...] = ()


def grid(begin: datetime, end: datetime, step: int) -> Iterator[tuple[datetime, datetime]]:
    """First and last moments of stretches that hold all multiples of `step` (microseconds) in `[begin, end)`.

    The grid is the same whenever it is asked for, and no stretch is longer than an answer may be.
    """
    first, last = -(-instant(begin) // step), -(-instant(end) // step) - 1
    while first <= last:
        until = min(first + MOST_POINTS - 1, last)
        yield moment(first * step), moment(until * step)
        first = until + 1


def ask_range(client: Client, expression: str, first: datetime, last: datetime, step: int) -> Answer:
    """The values of an expression at `first`, every `step` microseconds after it, and `last`.

    Raises:
        RetriableSourceError: the answer is only a part of one, or none at all.
        SourceError: see `Client.get`.
    """
    asked = {"query": expression, "start": _seconds(first), "end": _seconds(last), "step": _written(step)}
    return _answer(client.get("api/v1/query_range", {**asked, **_WHOLE}))


def ask_samples(client: Client, selector: str, begin: datetime, end: datetime) -> Answer:
    """The samples of the selected series in `[begin, end]` as they were taken, with their own times.

    Raises as `ask_range`.
    """
    asked = {"query": f"{selector}[{-(-(end - begin) // _SECOND)}s]", "time": _seconds(end)}
    return _answer(client.get("api/v1/query", {**asked, **_WHOLE}))


def ask_now(client: Client, expression: str) -> Answer:
    """The values of an expression now. Raises as `ask_range`."""
    return _answer(client.get("api/v1/query", {"query": expression, **_WHOLE}))


def explain(response: Response) -> str | None:
    """What Prometheus itself says about a request that it refuses."""
    where = shown(response.url)
    if response.status == 404:  # noqa: PLR2004  not found
        return f"{where} is not there; `url` is what stands before /api/v1/ (Mimir: with /prometheus)"
    try:
        said = Body(response.json())
        return f"{where} refuses: {said.text('errorType', 'error')}: {excerpt(said.text('error'), 400)}"
    except (MalformedError, SourceError):
        words = "" if b"<" in response.body else excerpt(response.body.decode("utf-8", "replace"), 200)
        return f"{where} answers {response.status}{words and ': '}{words}"


def _answer(response: Response) -> Answer:
    try:
        whole = Body(response.json())
        data = whole.body("data") or Body(None, "data")
        results, warnings = data.items("result"), whole.texts("warnings")
        if data.text("resultType", "") == "scalar":
            results = [{"metric": {}, "value": results}]
        is_part = whole.flag("isPartial")
    except MalformedError as error:
        raise RetriableSourceError(f"the answer of {shown(response.url)} cannot be read: {error}") from None
    if is_part:
        raise RetriableSourceError(f"{shown(response.url)} answers with a part of its data; the rest of it is down")
    series, malformed = [], []
    for result in results:
        try:
            series.append(_sampled(Body(result)))
        except MalformedError as error:
            malformed.append(str(error))
    return Answer(tuple(series), warnings, tuple(dict.fromkeys(malformed)))


def _sampled(result: Body) -> Sampled:
    labels = result.body("metric")
    points = result.items("values") or ([result.items("value")] if result.has("value") else [])
    return Sampled(
        labels={} if labels is None else dict(labels.pairs()),
        points=tuple(_point(point) for point in points),
        histograms=result.has("histograms") or result.has("histogram"),
    )


def _point(point: Any) -> tuple[datetime, str]:
    match point:
        case [int() | float() as at, str() as value] if not isinstance(at, bool) and math.isfinite(at):
            return moment(round(at * 1000) * 1000), printable(value)
    raise MalformedError(f"{excerpt(repr(point), 40)} is not a time and a value")


def _seconds(at: datetime) -> str:
    return _written(instant(at))


def _written(micros: int) -> str:
    return f"{micros // _MICROS}.{micros % _MICROS:06d}".rstrip("0").rstrip(".")
