"""Why a measure has its number and its colour: everything that answers, as frozen data.

Texts are complete sentences or quantities as people write them; numbers beside them are exact, in the
measure's base unit. Times are microseconds since the epoch.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from itertools import starmap
from typing import Literal

from scorecard_exporter.config.model import Initiative, Measure
from scorecard_exporter.measures.benchmark import Benchmark
from scorecard_exporter.measures.catalogue import CATALOGUE
from scorecard_exporter.measures.chain import Link
from scorecard_exporter.measures.change import Change
from scorecard_exporter.measures.delivery import STAGES
from scorecard_exporter.measures.inquiry import Inquiry
from scorecard_exporter.measures.left_out import LeftOut
from scorecard_exporter.measures.model import Absence, Part, Period, Reading, Sample
from scorecard_exporter.quantities import when, write
from scorecard_exporter.scorecard.contribution import Contributions, contributions
from scorecard_exporter.scorecard.difference import change_text
from scorecard_exporter.scorecard.formula import formula, sample_text, span_text
from scorecard_exporter.scorecard.model import MeasureStatus, Pace, ScorecardStatus
from scorecard_exporter.scorecard.score import Status
from scorecard_exporter.scorecard.verdict import anchor_texts, initiative_note, judgement, score_text, target_note


@dataclass(frozen=True, slots=True)
class Figure:
    """A named number: exact, in `unit`, and as people write it. `name` is a key (`waiting_oldest`), `title` words."""

    name: str
    title: str
    value: Fraction
    unit: str
    text: str


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a time, on average, and its share of all stages; `share_text` as people write it."""

    figure: Figure
    share: Fraction
    share_text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One sample behind the number, in its own `unit`. `url` is what the source said: hostile until checked."""

    text: str
    value: Fraction
    unit: str
    occurred_at: int
    subject: str
    key: str
    origin: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One measure of one team, explained.

    `scorecard`, `perspective`, `objective`, `measure` and `team` are ids, with a title each.
    `judgement`: one sentence that says how value and target give the colour. `formula`: how the value came
    about, with this period's numbers. `anchors`: worst, red, goal and best (of a band: red, goal, goal, red).
    `target_note`: which target this is, where that is not plain (dated, moving, relative, a default).
    `stages`: of a lead time. `provisional`: until when the value may still change. `previous_text`: of the period
    before; `change_text`: whether the difference to it is more than noise. `left_out`: what is not in the number, and
    why. `contributions`: by child team and by service. `chain`: of a grey one, from the source to the number, with
    the link that broke; `fix_line`: what mends it, where that is a line of configuration. `initiative_note`: of a red
    one about which nothing is being done. A text about what there is not is empty: no value, no target, no colour,
    no interval.
    """

    at: int
    scorecard: str
    scorecard_title: str
    zone: str
    perspective: str
    perspective_title: str
    objective: str
    objective_title: str
    measure: str
    title: str
    description: str
    indicator: Literal["leading", "lagging"]
    better: Literal["higher", "lower"]
    unit: str
    team: str
    team_title: str
    owner: str
    period: Period
    period_text: str
    value: Fraction | None
    value_text: str
    goal_text: str
    target_note: str
    anchors: tuple[Figure, ...]
    score: float | None
    score_text: str
    status: Status
    changed_at: int | None
    judgement: str
    definition: str
    definition_source: str
    formula: str
    samples: int
    newest_at: int | None
    interval: tuple[float, float] | None
    interval_text: str
    provisional: str
    notes: tuple[str, ...]
    parts: tuple[Figure, ...]
    stages: tuple[Stage, ...]
    newest: tuple[Evidence, ...]
    worst: tuple[Evidence, ...]
    previous: Fraction | None
    previous_text: str
    trend: Literal["better", "worse", "same"] | None
    change: Change | None
    change_text: str
    left_out: tuple[LeftOut, ...]
    contributions: tuple[Contributions, ...]
    chain: tuple[Link, ...]
    fix_line: str
    absence: Absence | None
    initiatives: tuple[Initiative, ...]
    is_left_alone: bool
    initiative_note: str
    pace: Pace | None
    benchmark: Benchmark | None


def explain(
    status: MeasureStatus,
    scorecard: ScorecardStatus,
    at: int,
    inquiry: Inquiry,
    titles: Mapping[str, str],
) -> Explanation:
    """The explanation of `status`, which is one of `scorecard.measures()`, with what was asked of the store about it.

    `titles`: of teams, by name.
    """
    measure, reading, previous = status.measure, status.reading, status.previous_text
    return _placed(status, scorecard)(
        at=at,
        owner=status.owner,
        period=reading.period,
        period_text=span_text(reading.period),
        value=reading.value,
        value_text=status.value_text,
        goal_text=status.goal_text,
        target_note=target_note(status, scorecard.scorecard.zone),
        anchors=tuple(starmap(Figure, anchor_texts(status))),
        score=status.score,
        score_text=score_text(status.score, status.status),
        status=status.status,
        changed_at=status.changed_at,
        judgement=judgement(status),
        formula=formula(reading, status.value_text),
        samples=reading.samples,
        newest_at=reading.newest_at,
        interval=reading.interval,
        interval_text=_interval_text(reading),
        provisional=_provisional(reading, at),
        notes=reading.notes,
        parts=tuple(starmap(_part, reading.parts.items())),
        stages=_stages(reading),
        newest=tuple(_evidence(measure, sample) for sample in inquiry.newest),
        worst=tuple(_evidence(measure, sample) for sample in inquiry.worst),
        previous=status.previous,
        previous_text=previous,
        trend=status.trend,
        change=inquiry.change,
        change_text=change_text(status, inquiry.change, previous),
        left_out=inquiry.left_out,
        contributions=contributions(inquiry.below, measure.better, titles) if inquiry.below else (),
        chain=inquiry.chain,
        fix_line=_fix_line(status.absence),
        absence=status.absence,
        initiatives=status.initiatives,
        is_left_alone=status.is_left_alone,
        initiative_note=initiative_note(status),
        pace=status.pace,
        benchmark=status.benchmark,
    )


def _placed(status: MeasureStatus, scorecard: ScorecardStatus) -> partial[Explanation]:
    """What is measured, for whom, and where in the scorecard."""
    measure, entry = status.measure, CATALOGUE[status.measure.definition.measure]
    perspective, objective, _ = next(place for place in scorecard.measures() if place[2].measure.id == measure.id)
    return partial(
        Explanation,
        scorecard=scorecard.scorecard.id,
        scorecard_title=scorecard.scorecard.title,
        zone=scorecard.scorecard.zone,
        perspective=perspective.perspective.id,
        perspective_title=perspective.perspective.title,
        objective=objective.objective.id,
        objective_title=objective.objective.title,
        measure=measure.id,
        title=measure.title,
        description=measure.description,
        definition=entry.definition,
        definition_source=entry.source,
        indicator=measure.indicator,
        better=measure.better,
        unit=measure.definition.unit,
        team=status.team,
        team_title=scorecard.team_title,
    )


def _interval_text(reading: Reading) -> str:
    if reading.interval is None:
        return ""
    lower, upper = (write(end, reading.definition.unit) for end in reading.interval)
    return f"95 % interval: {lower} to {upper}, from {reading.samples:,} samples."


def _provisional(reading: Reading, at: int) -> str:
    until = reading.provisional_until
    if reading.value is None or until is None or until <= at:
        return ""
    return f"Provisional until {when(until)}: what happens until then may still count for this period."


_LINE = re.compile(r"(?:teams|services|series|surveys)\.\S+: \S.*")
"""A fix that is a line of configuration, its place written with dots."""


def _fix_line(absence: Absence | None) -> str:
    return absence.fix if absence and _LINE.fullmatch(absence.fix) else ""


def _part(name: str, part: Part) -> Figure:
    return Figure(name, name.replace("_", " "), part.value, part.unit, write(part.value, part.unit))


def _stages(reading: Reading) -> tuple[Stage, ...]:
    found = {name: reading.parts[name] for name in STAGES if name in reading.parts}
    whole = sum((part.value for part in found.values()), Fraction(0))
    if not whole:
        return ()
    shares = {name: part.value / whole for name, part in found.items()}
    return tuple(Stage(_part(name, found[name]), share, write(share, "ratio")) for name, share in shares.items())


def _evidence(measure: Measure, sample: Sample) -> Evidence:
    return Evidence(
        text=sample_text(measure.definition.measure, sample.value, sample.unit),
        value=sample.value,
        unit=sample.unit,
        occurred_at=sample.occurred_at,
        subject=sample.subject,
        key=sample.key,
        origin=sample.origin,
        url=sample.url,
    )
