"""The scorecard as it stands: a table, stats, numbers for alert rules, perspectives, the whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from scorecard_exporter.grafana import appearance, choosing
from scorecard_exporter.grafana.choosing import Row
from scorecard_exporter.grafana.frames import Field, Frame, Json
from scorecard_exporter.grafana.question import Question
from scorecard_exporter.looks import LOOK_OF
from scorecard_exporter.scorecard.judging import previous_score
from scorecard_exporter.scorecard.model import MeasureStatus, ScorecardStatus, Snapshot
from scorecard_exporter.scorecard.score import STATUSES
from scorecard_exporter.scorecard.verdict import points

FORMATS = ("table", "wide", "numeric", "perspectives", "total")
_BESIDE = frozenset({"wide", "perspectives"})
MOST_ROWS, MOST_FIELDS = 20_000, 2_000
"""In an answer: of formats with a row for each measure, and of those with a field for each."""


def frames(snapshot: Snapshot, question: Question) -> list[Frame]:
    """The scorecard of the teams that are asked about."""
    every = choosing.cards(snapshot, question)
    form = question.choice("format", FORMATS)
    a_team = 1 if form == "total" else max(1, len(every[0].scorecard.measures()))
    found = every[: max(1, (MOST_FIELDS if form in _BESIDE else MOST_ROWS) // a_team)]
    frame = _MADE[form](found, question)
    cut = len(every) - len(found)
    notice = f"{cut:,} more teams are not shown: name those that you want to see."
    return [replace(frame, notices=(*frame.notices, notice)) if cut else frame]


def _table(found: Sequence[ScorecardStatus], question: Question) -> Frame:
    rows = sorted(choosing.rows(found, question), key=_worst_first(found))
    url = appearance.board(
        appearance.MEASURE_BOARD,
        scorecard="${__data.fields.scorecard}",
        team="${__data.fields.team}",
        measure="${__data.fields.id}",
    )
    judged = [row[3] for row in rows]
    return Frame(
        name="scorecard",
        meta={"type": "table", "typeVersion": [0, 1], "uniqueRowIdFields": [0, 1]},
        fields=(
            _texts("id", [one.measure.id for one in judged], _hidden("Measure id")),
            _texts("team", [row[0].team for row in rows], _hidden("Team id")),
            _texts("scorecard", [row[0].scorecard.id for row in rows], _hidden("Scorecard id")),
            _texts("perspective_id", [row[1].perspective.id for row in rows], _hidden("Perspective id")),
            _texts("objective_id", [row[2].objective.id for row in rows], _hidden("Objective id")),
            _texts("team_title", [row[0].team_title for row in rows], {"displayNameFromDS": "Team"}),
            _texts("perspective", [row[1].perspective.title for row in rows], {"displayNameFromDS": "Perspective"}),
            _texts("objective", [row[2].objective.title for row in rows], {"displayNameFromDS": "Objective"}),
            _texts(
                "measure",
                [one.measure.title for one in judged],
                {"displayNameFromDS": "Measure", "links": [appearance.link("Show the measure", url)]},
            ),
            _texts("value", [one.value_text or None for one in judged], {"displayNameFromDS": "Value"}),
            _texts("goal", [one.goal_text or None for one in judged], {"displayNameFromDS": "Goal"}),
            _texts("status", [one.status for one in judged], {"displayNameFromDS": "Status", **appearance.STATUS}),
            _numbers("score", list(map(_score, judged)), {"displayNameFromDS": "Score", **appearance.SCORE}),
            _numbers("change", list(map(_change, judged)), {"displayNameFromDS": "Change", "decimals": 0}),
            _texts("owner", [one.owner or None for one in judged], {"displayNameFromDS": "Owner"}),
            Field(
                name="since",
                type="time",
                values=[one.changed_at for one in judged],
                config={"displayNameFromDS": "Since", "unit": "dateTimeFromNow"},
            ),
            _texts("reason", list(map(_reason, judged)), {"displayNameFromDS": "Reason"}),
        ),
        notices=_notices(rows),
    )


def _wide(found: Sequence[ScorecardStatus], question: Question) -> Frame:
    rows = choosing.rows(found, question)
    several = len(found) > 1
    return Frame(
        name="scorecard",
        meta={"type": "numeric-wide", "typeVersion": [0, 1]},
        fields=tuple(
            Field(
                name=row[3].measure.id,
                type="number",
                values=[None if row[3].reading.value is None else float(row[3].reading.value)],
                labels=_labels(row),
                config={
                    "displayNameFromDS": _title(row, several=several),
                    "description": row[3].measure.description,
                    **appearance.value(row[3].measure, row[3].anchors),
                    "links": [appearance.link("Show the measure", _address(row))],
                },
            )
            for row in rows
        ),
        notices=_notices(rows),
    )


def _numeric(found: Sequence[ScorecardStatus], question: Question) -> Frame:
    """One number and the rest words: what an alert rule takes. A measure without a score is left out."""
    rows = [row for row in choosing.rows(found, question) if row[3].score is not None]
    words: Mapping[str, Callable[[Row], str]] = {
        "team": lambda row: row[0].team,
        "perspective": lambda row: row[1].perspective.id,
        "measure": lambda row: row[3].measure.id,
        "owner": lambda row: row[3].owner,
        "status": lambda row: row[3].status,
    }
    return Frame(
        name="scorecard",
        meta={"type": "numeric-long", "typeVersion": [0, 1]},
        fields=(
            *(_texts(name, list(map(word, rows))) for name, word in words.items()),
            _numbers("score", [_score(row[3]) for row in rows], appearance.SCORE),
        ),
        notices=_notices(rows),
    )


def _perspectives(found: Sequence[ScorecardStatus], question: Question) -> Frame:
    several = len(found) > 1
    pairs = [(card, one) for card in found for one in choosing.perspectives(card, question)]
    return Frame(
        name="perspectives",
        meta={"type": "numeric-wide", "typeVersion": [0, 1]},
        fields=tuple(
            Field(
                name=one.perspective.id,
                type="number",
                values=[None if one.score is None else points(one.score, one.status)],
                labels={"scorecard": card.scorecard.id, "team": card.team, "perspective": one.perspective.id},
                config={
                    "displayNameFromDS": f"{card.team_title}: {one.perspective.title}"
                    if several
                    else one.perspective.title,
                    **appearance.SCORE,
                    "links": [
                        appearance.link(
                            "Show its measures",
                            appearance.board(
                                appearance.SCORECARD_BOARD,
                                scorecard=card.scorecard.id,
                                team=card.team,
                                perspective=one.perspective.id,
                            ),
                        )
                    ],
                },
            )
            for card, one in pairs
        ),
    )


def _total(found: Sequence[ScorecardStatus], _: Question) -> Frame:
    counts = [Counter(one.status for _, _, one in card.measures()) for card in found]
    return Frame(
        name="total",
        meta={"type": "table", "typeVersion": [0, 1]},
        fields=(
            _texts("title", [card.scorecard.title for card in found], {"displayNameFromDS": "Scorecard"}),
            _texts("team", [card.team_title for card in found], {"displayNameFromDS": "Team"}),
            _numbers(
                "score",
                [None if card.score is None else points(card.score, card.status) for card in found],
                {"displayNameFromDS": "Score", **appearance.SCORE},
            ),
            _numbers(
                "coverage",
                [card.coverage for card in found],
                {"displayNameFromDS": "Coverage", "unit": "percentunit", "min": 0, "max": 1},
            ),
            _texts("status", [card.status for card in found], {"displayNameFromDS": "Status", **appearance.STATUS}),
            *(
                Field(
                    name=status,
                    type="whole",
                    values=[count[status] for count in counts],
                    config={
                        "displayNameFromDS": LOOK_OF[status].text,
                        "color": {"mode": "fixed", "fixedColor": LOOK_OF[status].color},
                    },
                )
                for status in STATUSES
            ),
            Field(
                name="next_review",
                type="time",
                values=[card.review_due_at for card in found],
                config={"displayNameFromDS": "Next review", "unit": "dateTimeFromNow"},
            ),
        ),
    )


_MADE: Mapping[str, Callable[[Sequence[ScorecardStatus], Question], Frame]] = {
    "table": _table,
    "wide": _wide,
    "numeric": _numeric,
    "perspectives": _perspectives,
    "total": _total,
}


def _worst_first(found: Sequence[ScorecardStatus]) -> Callable[[Row], tuple[int, int, int, float]]:
    """Teams and perspectives as they come, within them what is worst."""
    teams = {card.team: place for place, card in enumerate(found)}
    sides = {one.id: place for place, one in enumerate(found[0].scorecard.perspectives)}

    def place(row: Row) -> tuple[int, int, int, float]:
        judged = row[3]
        level = LOOK_OF[judged.status].level
        return teams[row[0].team], sides[row[1].perspective.id], -level, judged.score or 0.0

    return place


def _score(judged: MeasureStatus) -> int | None:
    return None if judged.score is None else points(judged.score, judged.status)


def _change(judged: MeasureStatus) -> float | None:
    before = previous_score(judged)
    return None if judged.score is None or before is None else round(100 * (judged.score - before), 1)


def _reason(judged: MeasureStatus) -> str | None:
    absence = judged.absence
    return f"{appearance.reason(absence.state)}: {absence.sentence}" if absence else None


def _labels(row: Row) -> dict[str, str]:
    card, perspective, objective, judged = row
    return {
        "scorecard": card.scorecard.id,
        "team": card.team,
        "perspective": perspective.perspective.id,
        "objective": objective.objective.id,
        "measure": judged.measure.id,
    }


def _title(row: Row, *, several: bool) -> str:
    return f"{row[0].team_title}: {row[3].measure.title}" if several else row[3].measure.title


def _address(row: Row) -> str:
    card, _, _, judged = row
    return appearance.board(
        appearance.MEASURE_BOARD, scorecard=card.scorecard.id, team=card.team, measure=judged.measure.id
    )


def _notices(rows: Sequence[Row]) -> tuple[str, ...]:
    return () if rows else ("The scorecard has no such measure for this team.",)


def _hidden(title: str) -> Json:
    return {"displayNameFromDS": title, **appearance.HIDDEN}


def _texts(name: str, values: Sequence[str | None], config: Json | None = None) -> Field:
    return Field(name=name, type="text", values=values, config=config or {})


def _numbers(name: str, values: Sequence[float | None], config: Json | None = None) -> Field:
    return Field(name=name, type="number", values=values, config=config or {})
