"""From an answer of Prometheus to observations: one value a subject and moment, or none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

from scorecard_exporter.events.model import LARGEST_VALUE, Observation, Problem
from scorecard_exporter.sources.kit.streams import Piece
from scorecard_exporter.sources.prometheus.queries import Answer, Sampled
from scorecard_exporter.sources.text import excerpt

_Problems = dict[tuple[str, str], Problem]


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A series of observations and where its values come from.

    `label`: whose values are the subjects; where it is '', all is about `subject`. `step`: of the grid, in
    microseconds. `is_over_step`: a value stands for the step that ends with it, not for a moment.
    """

    name: str
    origin: str
    expression: str
    step: int
    unit: str
    label: str
    subject: str
    is_over_step: bool


def observations(series: Series, answer: Answer) -> Piece:
    """The observations in an answer.

    Where several of its series are about one subject at one moment, neither of them is taken: which one is meant, or
    how they are added up, only the expression can say.
    """
    problems = [_problem(series, "warning", f"its answer comes with a warning: {one}") for one in answer.warnings]
    problems += [_problem(series, "malformed", f"a part of its answer was left out: {one}") for one in answer.malformed]
    found: defaultdict[str, list[Sampled]] = defaultdict(list)
    for sampled in answer.series:
        if sampled.histograms:
            message = (
                "it gives native histograms, which are no numbers; use histogram_quantile, histogram_sum or …_count"
            )
            problems.append(_problem(series, "no_number", message))
        subject = sampled.labels.get(series.label, "") if series.label else series.subject
        if subject:
            found[subject].append(sampled)
        else:
            problems.append(_problem(series, "no_subject", _without(series, sampled)))
    records: list[Observation] = []
    for subject, several in sorted(found.items()):
        points = _united(several)
        records.extend(_records(series, subject, points, problems))
        if len(several) > 1 and any(len(values) > 1 for values in points.values()):
            problems.append(_problem(series, "ambiguous", _ambiguous(series, subject, several)))
    return Piece(records=tuple(records), problems=tuple(dict.fromkeys(problems)))


def _united(several: Sequence[Sampled]) -> Mapping[datetime, list[str]]:
    """All values by moment. A series that goes on under other labels (another pod) has one at each moment."""
    points: defaultdict[datetime, list[str]] = defaultdict(list)
    for sampled in several:
        for at, value in sampled.points:
            points[at].append(value)
    return points


def _records(
    series: Series, subject: str, points: Mapping[datetime, list[str]], problems: list[Problem]
) -> Iterator[Observation]:
    span = timedelta(microseconds=series.step) if series.is_over_step else timedelta()
    for at, values in sorted(points.items()):
        if len(values) > 1:
            continue
        try:
            value = _number(values[0])
        except ValueError as error:
            problems.append(_problem(series, "no_number", f"its value for {excerpt(subject, 60)!r} {error}"))
            continue
        if value is not None:
            yield Observation(
                origin=series.origin,
                key=f"{series.name}/{subject}/{at.isoformat()}",
                series=series.name,
                subject=subject,
                starts_at=at - span,
                ends_at=at,
                value=value,
                unit=series.unit,
            )


def _number(written: str) -> Decimal | None:
    """A value; None for NaN and the infinities, which say that there is none.

    Raises:
        ValueError: it is no number, or beyond what can be kept.
    """
    try:
        value = Decimal(written)
    except InvalidOperation:
        raise ValueError(f"is {excerpt(repr(written), 40)}, which is no number") from None
    if not value.is_finite():
        return None
    if abs(value) > LARGEST_VALUE:
        raise ValueError(f"is {excerpt(written, 40)}, beyond {LARGEST_VALUE:,}; divide in the expression")
    return value


def _without(series: Series, sampled: Sampled) -> str:
    labels = ", ".join(f"`{excerpt(name, 60)}`" for name in sorted(sampled.labels)) or "none at all"
    return (
        f"it gives a result without the label `{series.label}`, of which nobody can say what it is about; its labels: "
        f"{labels}. Keep the label in the expression, name another one, or give a fixed `subject`"
    )


def _ambiguous(series: Series, subject: str, several: Sequence[Sampled]) -> str:
    names = {name for sampled in several for name in sampled.labels}
    differ = sorted(name for name in names if len({sampled.labels.get(name) for sampled in several}) > 1)
    kept = f" by ({series.label})" if series.label else ""
    return (
        f"it gives {len(several)} results at once for {excerpt(subject, 60)!r}, which differ in "
        f"{', '.join(f'`{excerpt(name, 60)}`' for name in differ) or 'nothing'}; none was taken. "
        f"Write what shall become of them, as `sum{kept} (…)`"
    )


def _problem(series: Series, code: str, message: str) -> Problem:
    return Problem(code=code, message=f"the expression of series {series.name!r}: {message}", origin=series.origin)
