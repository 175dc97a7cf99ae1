"""What happened, as annotations: a row each, with a beginning, an end, a title, a text, tags and an id.

A row without an end would break every panel of a board, so that what happened at one moment ends there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from scorecard_exporter.config.model import Target
from scorecard_exporter.grafana import choosing
from scorecard_exporter.grafana.frames import Field, Frame
from scorecard_exporter.grafana.question import Question, QuestionError
from scorecard_exporter.looks import LOOK_OF
from scorecard_exporter.measures.happenings import Happenings
from scorecard_exporter.quantities import instant, write
from scorecard_exporter.scorecard.model import MeasureStatus, ScorecardStatus
from scorecard_exporter.scorecard.wording import day_text, goal_text
from scorecard_exporter.sources.text import excerpt
from scorecard_exporter.store.base import KeptReview

KINDS = ("deployment", "incident", "target", "review", "initiative", "status")
MOST = 1_000
"""Events in an answer: the newest."""
SHOWN = 5
"""Services and decisions named in a text."""


class Event(NamedTuple):
    """What happened. `kind` is one of `KINDS`."""

    at: int
    ended_at: int
    kind: str
    id: str
    title: str
    text: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What events are made from: of one scorecard of one team, until `now`."""

    card: ScorecardStatus
    happened: Happenings
    reviews: Sequence[KeptReview]
    now: int


def wanted(question: Question) -> tuple[str, ...]:
    """The kinds that are asked for; all where nothing is said.

    Raises:
        QuestionError: there is no such kind.
    """
    names = question.many("kind")
    for name in names:
        if name not in KINDS:
            raise QuestionError(f"There is no kind of event named {excerpt(name, 60)!r}. There is: {', '.join(KINDS)}.")
    return names or KINDS


def frames(material: Material, question: Question) -> list[Frame]:
    """The events of the time that is shown, oldest first."""
    judged = [row[3] for row in choosing.rows([material.card], question)]
    found = [
        event
        for kind in wanted(question)
        for event in _MADE[kind](material, judged)
        if event.at < question.last and event.ended_at >= question.first
    ]
    found.sort()
    is_cut = material.happened.is_cut or len(found) > MOST
    return [_frame(found[-MOST:], is_cut=is_cut)]


def _frame(events: Sequence[Event], *, is_cut: bool) -> Frame:
    notices = (f"There was more: the newest {MOST:,} are shown.",) if is_cut else ()
    return Frame(
        name="events",
        fields=(
            Field(name="time", type="time", values=[one.at for one in events], required=True),
            Field(name="timeEnd", type="time", values=[one.ended_at for one in events], required=True),
            Field(name="title", type="text", values=[one.title for one in events]),
            Field(name="text", type="text", values=[one.text for one in events]),
            Field(name="tags", type="text", values=[",".join((one.kind, *one.tags)) for one in events]),
            Field(name="id", type="text", values=[f"{one.kind}/{one.id}" for one in events]),
        ),
        notices=notices or (() if events else ("Nothing of this kind happened in the time shown.",)),
    )


def _deployments(material: Material, _: Sequence[MeasureStatus]) -> Iterator[Event]:
    for one in material.happened.deployments:
        what = f"{_listed(one.services)} {excerpt(one.version, 60)}".strip()
        verb = "was deployed" if one.has_succeeded else "could not be deployed"
        failed = f"It failed later, told by its {one.failed_by}." if one.failed_by else ""
        shipped = f"{one.changes} change{'' if one.changes == 1 else 's'} shipped." if one.has_succeeded else ""
        yield Event(
            one.at,
            one.at,
            "deployment",
            f"{one.origin}/{one.key}",
            f"{what} {verb}",
            " ".join(filter(None, (shipped, failed))),
            one.services[:SHOWN],
        )


def _incidents(material: Material, _: Sequence[MeasureStatus]) -> Iterator[Event]:
    for one in material.happened.incidents:
        severity = f" ({excerpt(one.severity, 40)})" if one.severity else ""
        ended = material.now if one.resolved_at is None else one.resolved_at
        length = write((ended - one.at) / 1_000_000, "seconds")
        yield Event(
            one.at,
            max(one.at, ended),
            "incident",
            f"{one.origin}/{one.key}",
            excerpt(one.title) or f"Incident {excerpt(one.key, 60)}",
            f"{_listed(one.services)}{severity}: "
            + (f"resolved after {length}." if one.resolved_at is not None else f"open for {length}."),
            one.services[:SHOWN],
        )


def _targets(material: Material, judged: Sequence[MeasureStatus]) -> Iterator[Event]:
    zone = material.card.scorecard.zone
    for status in judged:
        target, unit = status.target, status.measure.definition.unit
        for point in target.points if target else ():
            if target and point.at is not None:
                at = instant(point.at)
                goal = goal_text(target, point.anchors, unit)
                yield Event(
                    at,
                    at,
                    "target",
                    f"{status.measure.id}/{day_text(point.at, zone)}",
                    f"{status.measure.title}: goal {goal}",
                    _since(target, day_text(point.at, zone)),
                    (status.measure.id,),
                )


def _since(target: Target, day: str) -> str:
    return f"The schedule reaches it on {day}." if target.schedule else f"In force from {day}."


def _reviews(material: Material, _: Sequence[MeasureStatus]) -> Iterator[Event]:
    for one in material.reviews:
        if one.team == material.card.team:
            decided = "; ".join(excerpt(text, 200) for text in one.decisions[:SHOWN])
            yield Event(
                one.recorded_at,
                one.recorded_at,
                "review",
                f"{one.period}/{one.recorded_at}",
                f"{one.period} reviewed by {excerpt(one.by, 80)}",
                f"Decided: {decided}" if decided else "Nothing was decided.",
                (one.period,),
            )


def _initiatives(_: Material, judged: Sequence[MeasureStatus]) -> Iterator[Event]:
    for one in {one.id: one for status in judged for one in status.initiatives}.values():
        if one.due is not None:
            at = instant(one.due)
            done = "" if one.done is None else f" {write(one.done, 'ratio')} done."
            owner = f" Owner: {one.owner}." if one.owner else ""
            yield Event(at, at, "initiative", one.id, f"{one.title} is due", f"{done}{owner}".strip(), (one.id,))


def _colours(material: Material, judged: Sequence[MeasureStatus]) -> Iterator[Event]:
    titles = {status.measure.id: status.measure.title for status in judged}
    for one in material.happened.colours:
        if one.measure in titles:
            yield Event(
                one.at,
                one.at,
                "status",
                f"{one.measure}/{one.at}",
                f"{titles[one.measure]}: {LOOK_OF[one.status].text}",
                f"Before: {LOOK_OF[one.before].text}.",
                (one.measure, one.status),
            )


_MADE: Mapping[str, Callable[[Material, Sequence[MeasureStatus]], Iterable[Event]]] = {
    "deployment": _deployments,
    "incident": _incidents,
    "target": _targets,
    "review": _reviews,
    "initiative": _initiatives,
    "status": _colours,
}


def _listed(services: Sequence[str]) -> str:
    more = len(services) - SHOWN
    return ", ".join(services[:SHOWN]) + (f" and {more} more" if more > 0 else "")
