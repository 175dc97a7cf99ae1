"""Teams side by side: a row for each, in the order of the tree, and a column for each measure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from scorecard_exporter.config.model import Measure, Team
from scorecard_exporter.grafana import appearance, choosing
from scorecard_exporter.grafana.frames import Field, Frame, Json
from scorecard_exporter.grafana.question import Question
from scorecard_exporter.scorecard.model import MeasureStatus, ScorecardStatus, Snapshot
from scorecard_exporter.scorecard.verdict import points

SHOWS = ("score", "status", "value")
MOST_CELLS = 400_000
"""In an answer: teams times measures."""

_VALUES: Mapping[str, Callable[[MeasureStatus], float | str | None]] = {
    "score": lambda one: None if one.score is None else points(one.score, one.status),
    "status": lambda one: one.status,
    "value": lambda one: None if one.reading.value is None else float(one.reading.value),
}


def frames(snapshot: Snapshot, teams: Mapping[str, Team], question: Question) -> list[Frame]:
    """The scorecard of every team. A team that has not a measure has an empty cell there."""
    show = question.choice("show", SHOWS)
    every = choosing.of_every_team(snapshot, question)
    measures = _measures(every, question)
    most = max(1, MOST_CELLS // max(1, len(measures)))
    cards = _in_order(every, teams)[:most]
    cells = [{status.measure.id: _VALUES[show](status) for _, _, status in card.measures()} for card in cards]
    cut = len(every) - len(cards)
    return [
        Frame(
            name="teams",
            meta={"type": "table", "typeVersion": [0, 1]},
            fields=(
                *_described(cards, teams),
                *(_column(one, show, [row.get(one.id) for row in cells]) for one in measures),
            ),
            notices=(f"{cut:,} more teams are not shown; choose measures or a perspective to see more.",)
            if cut
            else (),
        )
    ]


def _measures(cards: Sequence[ScorecardStatus], question: Question) -> list[Measure]:
    """Those of the scorecard that are asked about, in the order of the file."""
    choosing.rows(cards[:1], question)  # names that do not exist are refused there
    perspectives, names = question.many("perspective"), question.many("measure")
    return [
        measure
        for perspective, _, measure in cards[0].scorecard.measures()
        if (not perspectives or perspective.id in perspectives) and (not names or measure.id in names)
    ]


def _described(cards: Sequence[ScorecardStatus], teams: Mapping[str, Team]) -> tuple[Field, ...]:
    ways = [_way(card.team, teams) for card in cards]
    titles = [[teams[name].title if name in teams else name for name in way] for way in ways]
    url = appearance.board(
        appearance.SCORECARD_BOARD, scorecard="${__data.fields.scorecard}", team="${__data.fields.team}"
    )
    scores = [None if card.score is None else points(card.score, card.status) for card in cards]
    return (
        _texts("team", [card.team for card in cards], {"displayNameFromDS": "Team id", **appearance.HIDDEN}),
        _texts(
            "scorecard",
            [card.scorecard.id for card in cards],
            {"displayNameFromDS": "Scorecard id", **appearance.HIDDEN},
        ),
        _texts("path", [" / ".join(one) for one in titles], {"displayNameFromDS": "Path"}),
        _texts(
            "title",
            [card.team_title for card in cards],
            {"displayNameFromDS": "Team", "links": [appearance.link("Show its scorecard", url)]},
        ),
        _texts("parent", [card.parent or None for card in cards], {"displayNameFromDS": "Above"}),
        Field(name="depth", type="whole", values=[len(way) - 1 for way in ways], config={"displayNameFromDS": "Depth"}),
        Field(name="score", type="number", values=scores, config={"displayNameFromDS": "Score", **appearance.SCORE}),
        _texts("status", [card.status for card in cards], {"displayNameFromDS": "Status", **appearance.STATUS}),
    )


def _column(measure: Measure, show: str, values: Sequence[float | str | None]) -> Field:
    configs: Mapping[str, Json] = {"score": appearance.SCORE, "status": appearance.STATUS}
    config = configs.get(show) or {"unit": appearance.unit(measure.definition.unit)}
    url = appearance.board(
        appearance.MEASURE_BOARD,
        scorecard="${__data.fields.scorecard}",
        team="${__data.fields.team}",
        measure=measure.id,
    )
    titled: Json = {"displayNameFromDS": measure.title, "links": [appearance.link("Show the measure", url)]}
    return Field(
        name=measure.id, type="text" if show == "status" else "number", values=values, config={**titled, **config}
    )


def _texts(name: str, values: Sequence[str | None], config: Json) -> Field:
    return Field(name=name, type="text", values=values, config=config)


def _way(team: str, teams: Mapping[str, Team]) -> list[str]:
    """The names from the top of the tree down to a team."""
    way = [team]
    while (above := teams[way[-1]].parent if way[-1] in teams else None) and above not in way:
        way.append(above)
    return way[::-1]


def _in_order(cards: Sequence[ScorecardStatus], teams: Mapping[str, Team]) -> list[ScorecardStatus]:
    """Each team above those below it; what stands side by side as the file has it."""
    known = {card.team: card for card in cards}
    below: defaultdict[str, list[str]] = defaultdict(list)
    for card in cards:
        above = next((name for name in reversed(_way(card.team, teams)[:-1]) if name in known), "")
        below[above].append(card.team)
    found: list[ScorecardStatus] = []
    waiting = below[""][::-1]
    while waiting:
        team = waiting.pop()
        found.append(known[team])
        waiting += below[team][::-1]
    return found
