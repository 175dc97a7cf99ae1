"""The past of measures as time series."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from scorecard_exporter.config.model import Band, Measure
from scorecard_exporter.grafana import appearance
from scorecard_exporter.grafana.choosing import Row
from scorecard_exporter.grafana.frames import Field, Frame, Json
from scorecard_exporter.grafana.past import Plan
from scorecard_exporter.grafana.question import Question
from scorecard_exporter.looks import GREEN, NEUTRAL, RED
from scorecard_exporter.scorecard.history import History, MeasureHistory, collect
from scorecard_exporter.scorecard.model import Snapshot
from scorecard_exporter.scorecard.points import MeasurePoint
from scorecard_exporter.scorecard.verdict import points as whole_points

SHOWS = ("value", "score", "status")
FORMATS = ("wide", "long", "multi")

_Value = Callable[[MeasurePoint], float | str | None]


def frames(asked: Plan, histories: Iterable[History], question: Question) -> list[Frame]:
    """The series of a plan, from the histories that answer its questions."""
    past = {key: team.measures for one in histories for key, team in one.teams.items()}
    live = _live(asked, question)
    series = [_Series(row, [*_known(past, row), *live[place : place + 1]]) for place, row in enumerate(asked.rows)]
    show = question.choice("show", SHOWS)
    has_value = any(_VALUES[show](point) is not None for one in series for point in one.points)
    if not has_value:
        series = [replace(one, points=[]) for one in series]
    notices = asked.notices or (() if has_value else ("No measure has a value in the time shown.",))
    made = _MADE[question.choice("format", FORMATS)](series, show) or [Frame(name="history", fields=())]
    return [replace(made[0], notices=notices), *made[1:]]


def _known(past: Mapping[tuple[str, str], Mapping[str, MeasureHistory]], row: Row) -> Sequence[MeasurePoint]:
    """What a history has of a row; nothing where a reload between the two took the measure away."""
    card, _, _, judged = row
    found = past.get((card.scorecard.id, card.team), {}).get(judged.measure.id)
    return found.points if found else ()


@dataclass(frozen=True, slots=True)
class _Series:
    """A measure of a team over time."""

    row: Row
    points: Sequence[MeasurePoint]

    @property
    def labels(self) -> dict[str, str]:
        card, perspective, _, judged = self.row
        return {
            "scorecard": card.scorecard.id,
            "team": card.team,
            "perspective": perspective.perspective.id,
            "measure": judged.measure.id,
        }

    def title(self, *, with_team: bool) -> str:
        """What people see: the measure, and the team where there are several."""
        title = self.row[3].measure.title
        return f"{self.row[0].team_title}: {title}" if with_team else title

    def at(self, times: Sequence[int], value: _Value) -> list[float | str | None]:
        """What it has at these times; None where it has no point."""
        found = {point.period.ends_at: value(point) for point in self.points}
        return [found.get(at) for at in times]


def _live(asked: Plan, question: Question) -> list[MeasurePoint]:
    """The snapshot as one point more of each row; none where its moment is not shown."""
    if not question.first <= asked.snapshot.at <= question.last:
        return []
    cards = {id(row[0]): row[0] for row in asked.rows}
    now = collect([Snapshot(at=asked.snapshot.at, scorecards=tuple(cards.values()))])
    return [now.teams[row[0].scorecard.id, row[0].team].measures[row[3].measure.id].points[0] for row in asked.rows]


_VALUES: Mapping[str, _Value] = {
    "value": lambda point: None if point.value is None else float(point.value),
    "score": lambda point: None if point.score is None else whole_points(point.score, point.status),
    "status": lambda point: point.status,
}


def _wide(series: Sequence[_Series], show: str) -> list[Frame]:
    times = sorted({point.period.ends_at for one in series for point in one.points})
    fields = _columns(series, show, [times] * len(series))
    lines = _lines(series[0], times) if show == "value" and len(series) == 1 else ()
    return [Frame(name="history", meta=_meta("wide", show), fields=(_time(times), *fields, *lines))]


def _multi(series: Sequence[_Series], show: str) -> list[Frame]:
    times = [[point.period.ends_at for point in one.points] for one in series]
    return [
        Frame(name=field.name, meta=_meta("multi", show), fields=(_time(own), field))
        for own, field in zip(times, _columns(series, show, times), strict=True)
    ]


def _long(series: Sequence[_Series], show: str) -> list[Frame]:
    value = _VALUES[show]
    rows = sorted(
        (point.period.ends_at, place, shown)
        for place, one in enumerate(series)
        for point in one.points
        for shown in [value(point)]
        if shown is not None
    )
    labels = [one.labels for one in series]
    words = ("team", "perspective", "measure")
    config = {"score": appearance.SCORE, "status": appearance.STATUS}.get(show, {})
    return [
        Frame(
            name="history",
            meta=_meta("long", show),
            fields=(
                _time([at for at, _, _ in rows]),
                *(
                    Field(name=word, type="text", values=[labels[place][word] for _, place, _ in rows])
                    for word in words
                ),
                Field(
                    name=show,
                    type="text" if show == "status" else "number",
                    values=[shown for _, _, shown in rows],
                    config=config,
                ),
            ),
        )
    ]


_MADE: Mapping[str, Callable[[Sequence[_Series], str], list[Frame]]] = {"wide": _wide, "long": _long, "multi": _multi}


def _time(times: Sequence[int]) -> Field:
    return Field(name="time", type="time", values=times, required=True)


def _meta(form: str, show: str) -> Json:
    """Words are no series to Grafana, so that those of statuses are not declared as one."""
    return {} if show == "status" else {"type": f"timeseries-{form}", "typeVersion": [0, 1]}


def _columns(series: Sequence[_Series], show: str, times: Sequence[Sequence[int]]) -> list[Field]:
    """What is shown of each series, at its times."""
    several = len({one.row[0].team for one in series}) > 1
    return [
        Field(
            name=one.row[3].measure.id,
            type="text" if show == "status" else "number",
            values=one.at(own, _VALUES[show]),
            labels=one.labels,
            config={"displayNameFromDS": one.title(with_team=several), **_config(one, show)},
        )
        for one, own in zip(series, times, strict=True)
    ]


def _config(one: _Series, show: str) -> Json:
    if show == "status":
        return appearance.STATUS
    measure = one.row[3].measure
    if show == "score":
        return {**appearance.SCORE, "color": {"mode": "fixed", "fixedColor": NEUTRAL}}
    newest = next((point.anchors for point in reversed(one.points) if point.anchors is not None), None)
    return {**appearance.value(measure, newest), **appearance.line(measure)}


def _lines(one: _Series, times: Sequence[int]) -> Iterator[Field]:
    """What was in force at each point: the goal and the red line, of a band its four bounds."""
    is_band = any(isinstance(point.anchors, Band) for point in one.points)
    named = (
        (
            ("goal_low", "Goal from"),
            ("goal_high", "Goal to"),
            ("red_low", "Red line below"),
            ("red_high", "Red line above"),
        )
        if is_band
        else (("goal", "Goal"), ("red", "Red line"))
    )
    measure = one.row[3].measure
    unit = appearance.unit(measure.definition.unit)
    for name, title in named:
        yield Field(
            name=name,
            type="number",
            values=one.at(times, partial(_bound, name)),
            labels={**one.labels, "line": name},
            config={"displayNameFromDS": title, "unit": unit, **_dashed(measure, name)},
        )


def _dashed(measure: Measure, name: str) -> Json:
    config = appearance.line(measure, RED.color if name.startswith("red") else GREEN.color)
    dashes: Json = {"lineStyle": {"fill": "dash", "dash": [8, 8]}, "fillOpacity": 0}
    return {**config, "custom": {**config.get("custom", {}), **dashes}}


def _bound(name: str, point: MeasurePoint) -> float | None:
    found = getattr(point.anchors, name, None)
    return None if found is None else float(found)
