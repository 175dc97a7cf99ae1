"""The review: how it was when the time range began, how it is now, and what was and shall be done."""

from __future__ import annotations

from typing import Any

from grafana.boards import look, marks, pages, panels, period, plugin, queries, tables, variables, verdicts
from grafana.boards.board import Board
from grafana.boards.look import Json
from grafana.boards.queries import CHOSEN

from scorecard_exporter import names

_WHAT = "What is needed for the panels of this row."


def board() -> Board:
    """What is looked at together once a month or a quarter; the time range is the period."""
    return Board(
        uid=pages.REVIEW,
        description="Period against period: what moved, what was promised, which targets no longer lead.",
        variables=[
            variables.data_source(),
            variables.scorecard_source(),
            variables.scorecard(),
            variables.team(),
            variables.perspectives(),
            variables.exporter(),
        ],
        panels=_panels(),
        begins="now-90d",
        refresh="",
        annotations=(marks.reviews(),),
        links=(pages.exporter_link(),),
    )


def _panels() -> list[Json]:
    return panels.placed(
        (
            4,
            [
                (6, _score()),
                (4, verdicts.changes()),
                (5, _initiatives_open()),
                (5, verdicts.review_due()),
                (4, _last_review()),
            ],
        ),
        (18, [(24, period.then_and_now())]),
        (9, [(12, tables.changed()), (12, period.to_reconsider())]),
        (9, [(14, tables.initiatives()), (10, period.left_alone())]),
        (
            1,
            [
                (
                    24,
                    panels.row(
                        "From the scorecard data source",
                        (3, [(24, panels.text("About this row", _WHAT, plugin.notice("This row")))]),
                        (11, [(12, _scores_by_month()), (12, _colours_by_month())]),
                        (10, [(24, _initiatives_in_full())]),
                    ),
                )
            ],
        ),
    )


def _score() -> Json:
    by = ("scorecard",)
    return panels.stat(
        "Score then and now",
        "The score of the whole when the time range began and now, 0 to 100. When it fell, look at what "
        "changed colour.",
        text_mode="value_and_name",
        targets=panels.now(
            queries.points(names.SCORE, names.STATUS, *by, labels=CHOSEN, offset=queries.THEN),
            queries.points(names.SCORE, names.STATUS, *by, labels=CHOSEN),
        ),
        defaults={
            "noValue": pages.WAITING,
            "decimals": 0,
            "color": {"mode": "thresholds"},
            "thresholds": look.SCORE_STEPS,
        },
        overrides=[
            panels.override_query("A", displayName="Then"),
            panels.override_query("B", displayName="Now"),
        ],
    )


def _initiatives_open() -> Json:
    done = queries.best(names.INITIATIVE_DONE, "initiative", labels=CHOSEN)
    due = queries.best(names.INITIATIVE_DUE, "initiative", labels=CHOSEN)
    every = queries.best(names.INITIATIVE_INFO, "initiative", labels=CHOSEN)
    going_on = f"({every} unless on (initiative) {done} >= 1)"
    return panels.stat(
        "Initiatives",
        "How many initiatives go on, how many of them are overdue (the day they are due is over), and how many are "
        "finished. Ask for the overdue ones in the meeting.",
        text_mode="value_and_name",
        color="none",
        targets=panels.now(
            f"count({going_on}) or vector(0)",
            f"count({going_on} and on (initiative) ({due} + 86400 < time())) or vector(0)",
            f"count({done} >= 1) or vector(0)",
        ),
        defaults={"noValue": pages.WAITING, "decimals": 0, "thresholds": look.steps()},
        overrides=[
            panels.override_query("A", displayName="Going on"),
            panels.override_query("B", displayName="Overdue"),
            panels.override_query("C", displayName="Finished"),
        ],
    )


def _last_review() -> Json:
    return panels.stat(
        "Last review",
        "When a review of this scorecard was last recorded, with `scorecard-exporter review record`.",
        color="none",
        targets=panels.now(f"1000 * {queries.best(names.REVIEW_LAST, 'scorecard', labels=CHOSEN)}"),
        defaults={"noValue": "None was recorded yet.", "unit": "dateTimeFromNow", "thresholds": look.steps()},
    )


def _asked(show: str) -> dict[str, Any]:
    keys = {**plugin.TEAM, "perspective": "${perspective:csv}", "show": show, "format": "wide", "step": "month"}
    return {"source": plugin.SOURCE, "waiting": plugin.SILENT, "targets": [plugin.query("history", **keys)]}


def _scores_by_month() -> Json:
    return panels.graph(
        "Scores by month, computed",
        "The score of each measure at the end of each month, computed from the stored events with the targets of their "
        "time: also of the time before Prometheus knew of it.",
        **_asked("score"),
        looks={"min": 0, "max": 100, "decimals": 0},
        overrides=[panels.override_like(".*", color=look.SHADES)],
        custom={"lineWidth": 1, "showPoints": "always", "spanNulls": True},
    )


def _colours_by_month() -> Json:
    return panels.states(
        "Status by month, computed",
        "The colour of each measure in each month, computed from the stored events with the targets of their time.",
        show_value="never",
        **_asked("status"),
    )


def _initiatives_in_full() -> Json:
    return plugin.table(
        "Initiatives in full",
        "Every initiative with what it is for, who does it, how far it is, and the notes about it.",
        plugin.query("initiatives", **plugin.TEAM),
        hidden=("Initiative id",),
    )
