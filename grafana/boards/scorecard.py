"""The balanced scorecard of one team: the verdict, the perspectives side by side, every measure, and the past."""

from __future__ import annotations

from grafana.boards import history, pages, panels, tables, variables, verdicts
from grafana.boards.board import Board
from grafana.boards.look import Json


def board() -> Board:
    """The board that hangs on the wall."""
    return Board(
        uid=pages.SCORECARD,
        description="The balanced scorecard of one team: where it stands, what changed, who owns it.",
        variables=[
            variables.data_source(),
            variables.scorecard(),
            variables.team(),
            variables.perspectives(),
            variables.exporter(),
        ],
        panels=_panels(),
        links=(pages.exporter_link(),),
    )


def _panels() -> list[Json]:
    return panels.placed(
        (
            4,
            [
                (5, verdicts.overall()),
                (7, verdicts.counts()),
                (4, verdicts.changes()),
                (4, verdicts.review_due()),
                (4, verdicts.freshness()),
            ],
        ),
        (4, [(24, panels.repeated(verdicts.perspective(), "perspective"))]),
        (15, [(24, panels.repeated(verdicts.tiles(), "perspective"))]),
        (1, [(24, panels.row("Every measure"))]),
        (24, [(24, tables.measures())]),
        (10, [(12, tables.changed()), (12, tables.objectives())]),
        (1, [(24, panels.row("History"))]),
        (18, [(24, history.timeline())]),
        (7, [(24, panels.repeated(history.score_over_time(), "perspective"))]),
        (1, [(24, panels.row("What is being done, and where the numbers come from"))]),
        (8, [(14, tables.initiatives()), (10, tables.sources())]),
        (8, [(24, tables.grey())]),
    )
