"""The balanced scorecard: what is chosen, the verdict, the perspectives side by side, every measure, and the past."""

from __future__ import annotations

from grafana.boards import history, pages, panels, queries, tables, variables, verdicts
from grafana.boards.look import Json

from scorecard_exporter import names

UID = "scorecard"


def board() -> Json:
    """The board as Grafana reads it from a file."""
    return {
        "uid": UID,
        "title": "Engineering scorecard",
        "description": "The balanced scorecard of one team: where it stands, what changed, who owns it.",
        "tags": ["scorecard"],
        "schemaVersion": 41,
        "version": 1,
        "editable": False,
        "graphTooltip": 1,
        "timezone": "browser",
        "time": {"from": "now-7d", "to": "now"},
        "refresh": "1m",
        "fiscalYearStartMonth": 0,
        "annotations": {"list": []},
        "links": [
            {
                "type": "link",
                "icon": "external link",
                "tooltip": "",
                **panels.link("Scorecard page", pages.SCORECARD_PAGE),
            }
        ],
        "templating": {"list": _variables()},
        "panels": _panels(),
    }


def _variables() -> list[Json]:
    chosen = queries.CHOSEN
    scorecards = f"max by (scorecard) ({names.STATUS.name})"
    teams = f'max by (team, title) ({names.TEAM_INFO.name}{{scorecard="$scorecard"}})'
    sides = f"max by (perspective, perspective_title) ({names.MEASURE_INFO.name}{{{chosen}}})"
    side_value = '/perspective="(?<value>[^"]+)",perspective_title="(?<text>.*)"}/'
    return [
        variables.data_source(),
        variables.query("scorecard", "Scorecard", "Which scorecard.", scorecards, '/scorecard="([^"]+)"/'),
        variables.query("team", "Team", "Whose scorecard.", teams, '/team="(?<value>[^"]+)",title="(?<text>.*)"}/'),
        variables.many(
            variables.query("perspective", "Perspective", "Which perspectives are shown.", sides, side_value)
        ),
        variables.query(
            "exporter", "Exporter", "Where links lead.", queries.address(), '/external_url="([^"]+)"/', hidden=True
        ),
    ]


def _panels() -> list[Json]:
    return panels.placed(
        (4, [(6, verdicts.overall()), (9, verdicts.counts()), (3, verdicts.changes()), (6, verdicts.freshness())]),
        (4, [(24, panels.repeated(verdicts.perspective(), "perspective"))]),
        (13, [(24, panels.repeated(verdicts.tiles(), "perspective"))]),
        (1, [(24, panels.row("Every measure"))]),
        (16, [(24, tables.measures())]),
        (8, [(12, tables.changed()), (12, tables.grey())]),
        (1, [(24, panels.row("History"))]),
        (12, [(24, history.timeline())]),
        (7, [(24, panels.repeated(history.score_over_time(), "perspective"))]),
        (1, [(24, panels.row("What is being done, and where the numbers come from"))]),
        (8, [(14, tables.initiatives()), (10, tables.sources())]),
    )
