"""The tree of teams as a heat table: a row a team, a column a measure, a colour a score."""

from __future__ import annotations

from grafana.boards import look, pages, panels, queries, variables
from grafana.boards.board import Board
from grafana.boards.look import Json

from scorecard_exporter import names

SCORES, STATUSES = "1", "2"
"""What a cell shows, as a number that a query can be multiplied with."""
_LEVELS_FROM = 1000
"""Status levels are moved up here, away from scores."""
_NOT_JUDGED = -1


def board() -> Board:
    """Who is where, from the organisation to the team."""
    return Board(
        uid=pages.TEAMS,
        description="Every team's scorecard at a glance: the tree of teams by the measures.",
        variables=[
            variables.data_source(),
            variables.scorecard(),
            variables.teams(),
            variables.perspectives('scorecard="$scorecard"'),
            variables.custom(
                "cells",
                "Cells",
                "What a cell shows: the score, or the status as a word.",
                {"Score": SCORES, "Status": STATUSES},
            ),
        ],
        panels=panels.placed(
            (4, [(12, _counts()), (12, _coverage())]),
            (20, [(24, _heat())]),
            (10, [(24, _scores_over_time())]),
        ),
    )


def _counts() -> Json:
    worst_first = tuple(reversed(look.LOOKS))
    level = queries.level(names.STATUS, "team", labels=queries.TEAMS)
    return panels.stat(
        "Teams by status",
        "How many of the teams are off target, at risk, not judged and on target with their scorecard as a whole. "
        "When one is red, look for it in the table.",
        text_mode="value_and_name",
        targets=panels.now(*(f"count({level} == {one.level}) or vector(0)" for one in worst_first)),
        defaults={"noValue": pages.WAITING, "decimals": 0, "color": {"mode": "thresholds"}},
        overrides=[
            panels.override_query(panels.reference(place), displayName=one.text, thresholds=look.steps((1, one.color)))
            for place, one in enumerate(worst_first)
        ],
    )


def _coverage() -> Json:
    coverage = queries.best(names.COVERAGE, "team", labels=queries.TEAMS)
    return panels.stat(
        "Coverage",
        "The share of the weight of a team's scorecard that has a score: of the team that has the least, and on "
        "average. Where it is low, look for measures that are not judged.",
        text_mode="value_and_name",
        color="none",
        targets=panels.now(f"min({coverage})", f"avg({coverage})"),
        defaults={"noValue": pages.WAITING, "unit": "percentunit", "decimals": 0, "thresholds": look.steps()},
        overrides=[
            panels.override_query("A", displayName="Lowest"),
            panels.override_query("B", displayName="On average"),
        ],
    )


def _cells(points: str, level: str) -> str:
    """Scores, with `_NOT_JUDGED` where there is none, or levels, as is chosen at the top."""
    score = f"({points} or {level} * 0 - {-_NOT_JUDGED})"
    moved = f"({level} + {_LEVELS_FROM})"
    return f"({score} and on () (vector($cells) == {SCORES})) or ({moved} and on () (vector($cells) == {STATUSES}))"


def _heat() -> Json:
    """The table. Its columns are the measures that there are, so they are made from the rows of one answer."""
    by = ("team", "measure")
    shown = queries.TEAMS_SHOWN
    cells = _cells(
        queries.points(names.MEASURE_SCORE, names.MEASURE_STATUS, *by, labels=shown),
        queries.level(names.MEASURE_STATUS, *by, labels=shown),
    )
    titles = queries.one(queries.info(shown), *by)
    ordered = f'label_join({titles}, "place", "/", "perspective_title", "objective_title", "title")'
    whole = _cells(
        queries.points(names.SCORE, names.STATUS, "team", labels=queries.TEAMS),
        queries.level(names.STATUS, "team", labels=queries.TEAMS),
    )
    return panels.panel(
        "table",
        "Teams and measures",
        "Scores from 0 to 100: green from 67, where the goal is met; red below 33, past the red line; ? where a "
        "measure cannot be judged; a dash where a team does not have it. A click on a team leads to its scorecard, on "
        "a cell to the measure of that team, on a heading sorts. When a cell is red, ask that team what it needs.",
        targets=panels.now(
            f"({whole}) * on (team) group_left (path) ({queries.paths()})",
            f"({cells}) * on (team, measure) group_left (title, place) {ordered}",
            table=True,
        ),
        options={
            **panels.TABLE,
            "sortBy": [{"displayName": "Team", "desc": False}],
            "frozenColumns": {"left": 1},
        },
        defaults={"noValue": look.ABSENT, "custom": panels.CELLS},
        overrides=[
            panels.override_type("number", **_CELL, links=[_MEASURE]),
            panels.override(_WHOLE, displayName="Whole", links=[_SCORECARD]),
            panels.override("path", displayName="Team", links=[_SCORECARD], **{"custom.width": 260}),
            panels.override("team", **{"custom.hideFrom.viz": True}),
        ],
        transformations=_TRANSFORMATIONS,
    )


_WHOLE = f"Value #{panels.reference(0)}"
_CELLS = f"Value #{panels.reference(1)}"
_OF_CELLS = {"filter": {"id": "byRefId", "options": f"/^{panels.reference(1)}$/"}}
_TRANSFORMATIONS: list[Json] = [
    {"id": "sortBy", "options": {"sort": [{"field": "place"}]}, **_OF_CELLS},
    {
        "id": "filterFieldsByName",
        "options": {"include": {"names": ["team", "path", "measure", "title", _WHOLE, _CELLS]}},
    },
    {"id": "partitionByValues", "options": {"fields": ["measure", "title"], "naming": {"asLabels": True}}, **_OF_CELLS},
    {"id": "joinByField", "options": {"byField": "team", "mode": "outer"}},
    {
        "id": "organize",
        "options": {"indexByName": {"path": 0, "team": 1, _WHOLE: 2}, "excludeByName": {}, "renameByName": {}},
    },
]
_SCORECARD = pages.board(pages.SCORECARD, pages.KEPT, pages.TEAM_OF_ROW)
_MEASURE = pages.board(pages.MEASURE, pages.KEPT, pages.TEAM_OF_ROW, pages.MEASURE_OF_SERIES)
_CELL = {
    "displayName": "${__field.labels.title}",
    "decimals": 0,
    "color": {"mode": "thresholds"},
    "thresholds": look.SCORE_STEPS,
    "mappings": look.mapping(
        {
            str(_NOT_JUDGED): (look.GREY.sign, look.GREY.color),
            **{str(_LEVELS_FROM + one.level): (one.text, one.color) for one in reversed(look.LOOKS)},
        }
    ),
    "custom.cellOptions": {"type": "color-background", "mode": "basic"},
    "custom.align": "center",
    "custom.minWidth": 100,
}


def _scores_over_time() -> Json:
    by = ("team",)
    scores = queries.points(names.SCORE, names.STATUS, *by, labels=queries.TEAMS)
    return panels.graph(
        "Scores over time",
        "The score of each team's scorecard as a whole, 0 to 100, over the zones of the colours. When one falls, look "
        "at what changed colour on that team's scorecard.",
        waiting=pages.WAITING,
        targets=panels.over_time(queries.of_teams(scores), legend="{{title}}"),
        looks={
            "min": 0,
            "max": 100,
            "decimals": 0,
            "color": look.SHADES,
            "thresholds": look.SCORE_STEPS,
        },
        custom={"thresholdsStyle": {"mode": "dashed"}, "lineWidth": 1},
    )
