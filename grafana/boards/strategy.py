"""The strategy map: objectives from cause to effect, and what stands where."""

from __future__ import annotations

from grafana.boards import pages, panels, plugin, queries, tables, variables, verdicts
from grafana.boards.board import Board
from grafana.boards.look import Json


def board() -> Board:
    """The map, drawn by the plugin; the list beneath it needs Prometheus alone."""
    return Board(
        uid=pages.STRATEGY,
        description="The objectives in their perspectives, coloured, from cause to effect.",
        variables=[
            variables.data_source(),
            variables.scorecard_source(),
            variables.scorecard(),
            variables.team(),
            variables.perspectives(),
            variables.exporter(),
        ],
        panels=panels.placed(
            (5, [(6, verdicts.overall()), (18, panels.text("About this board", _ABOUT, _CONTENT))]),
            (24, [(24, strategy_map())]),
            (13, [(12, tables.objectives(beside_map=True)), (12, _measures())]),
        ),
        links=(pages.exporter_link(),),
    )


_ABOUT = "What the map shows, and what it needs."
_CONTENT = (
    "An arrow leads from a cause to its effect; the ring of an objective has the colours of its measures. "
    f"{plugin.notice('The map')} Without it the map is a page of the exporter, behind the link at the top, and "
    "`scorecard-exporter board strategy-map` writes a board with it as a drawing."
)


def strategy_map() -> Json:
    """The node graph, whose places come with the answer."""
    return panels.panel(
        "nodeGraph",
        "Strategy map",
        "Each objective with its score and, as a ring, the share of its measures that are on target, at risk, off "
        "target and not judged. What others lead to stands above them. When one is red, look at the objectives that "
        "lead to it first.",
        source=plugin.SOURCE,
        targets=[plugin.query("map", **plugin.TEAM)],
        options={"zoomMode": "cooperative", "layoutAlgorithm": "layered", "nodes": {"arcs": []}, "edges": {}},
        defaults={"noValue": plugin.SILENT},
    )


def _measures() -> Json:
    """The measures of the objectives, worst first."""
    numbers = queries.described(queries.LEVEL, "objective_title", "title")
    return panels.table(
        "Measures of the objectives",
        "Every measure with the objective that it stands for, the worst first. The name leads to the measure's board.",
        rows=[f"sort_desc({numbers})", f"max by (measure, value, goal) ({queries.READINGS})"],
        columns={
            "objective_title": "Objective",
            "title": "Measure",
            "value": "Value",
            "goal": "Goal",
            "Value #A": "Status",
            "measure": "",
        },
        waiting=pages.WAITING,
        overrides=[
            panels.override("Measure", links=[pages.MEASURE_BOARD_OF_ROW]),
            panels.override("Value", **tables.TEXT_OF_NUMBER_CELL, links=[pages.EXPLANATION_OF_ROW]),
            panels.override("Goal", **tables.TEXT_OF_NUMBER_CELL),
            panels.override("Status", **tables.STATUS_CELL),
        ],
    )
