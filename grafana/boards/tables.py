"""The panels with a row for each measure, initiative or source."""

from __future__ import annotations

from collections.abc import Iterable

from grafana.boards import look, pages, panels, queries
from grafana.boards.look import Json
from grafana.boards.queries import described

from scorecard_exporter import names

STATUS_CELL = {
    "mappings": look.LEVEL_MAPPING,
    "custom.cellOptions": {"type": "color-background", "mode": "basic"},
    "custom.align": "center",
    "custom.width": 120,
}
SINCE_CELL = {"unit": "dateTimeFromNow", "custom.width": 130}
TEXT_OF_NUMBER_CELL = {"unit": "string", "custom.align": "right", "custom.width": 120}
"""What is written already; with another unit Grafana would write its numbers anew."""
OWNER_CELL = {"custom.width": 235, "custom.wrapText": False}
"""An address is not broken."""
REASON_CELL = {"mappings": look.REASON_MAPPING, "custom.width": 140}
SCORE_CELL = {
    "min": 0,
    "max": 100,
    "decimals": 0,
    "color": {"mode": "thresholds"},
    "thresholds": look.SCORE_STEPS,
    "custom.cellOptions": {"type": "gauge", "mode": "basic", "valueDisplayMode": "text"},
    "custom.width": 125,
}
SOURCE_STATE_CELL = {
    "mappings": look.mapping({"1": ("✓ Read", look.GREEN.color), "0": ("✕ Failing", look.RED.color)}),
    "custom.cellOptions": {"type": "color-background", "mode": "basic"},
    "custom.align": "center",
    "custom.width": 110,
}


def measures() -> Json:
    """Every measure with all that is known of it."""
    titles = ("perspective_title", "objective_title", "title", "owner")
    why = queries.one(f"max by (measure, reason) ({names.MEASURE_GREY_INFO.name}{{{queries.SHOWN}}})")
    return panels.table(
        "Scorecard",
        "Every measure, within a perspective the worst first. The score is 67 or more where the goal is met and below "
        "33 past the red line; the trend is that of the score over the time range; since when it has its colour, and "
        "who owns it. The name leads to the measure's board, the value to how it came about.",
        rows=[
            f"sort_desc({described(queries.LEVEL, *titles)})",
            f"max by (measure, value, goal) ({queries.READINGS})",
            queries.POINTS,
            f"{queries.changed_at()} * 1000",
            why,
        ],
        trend=queries.POINTS,
        columns={
            "perspective_title": "Perspective",
            "objective_title": "Objective",
            "title": "Measure",
            "value": "Value",
            "goal": "Goal",
            "Value #A": "Status",
            "Value #C": "Score",
            panels.TREND: "Trend",
            "Value #D": "Since",
            "owner": "Owner",
            "reason": "Why not judged",
            "measure": "",
        },
        waiting=pages.WAITING,
        sort_by=[{"displayName": "Perspective", "desc": False}, {"displayName": "Status", "desc": True}],
        overrides=[
            panels.override("Measure", links=[pages.MEASURE_BOARD_OF_ROW]),
            panels.override("Value", **TEXT_OF_NUMBER_CELL, links=[pages.EXPLANATION_OF_ROW]),
            panels.override("Trend", **panels.TREND_CELL),
            panels.override("Goal", **TEXT_OF_NUMBER_CELL),
            panels.override("Status", **STATUS_CELL),
            panels.override("Score", **SCORE_CELL),
            panels.override("Since", **SINCE_CELL),
            panels.override("Owner", **OWNER_CELL),
            panels.override("Why not judged", **REASON_CELL),
        ],
    )


def objectives(*, beside_map: bool = False) -> Json:
    """Scores and coverage of the whole, the perspectives and the objectives, which lead to the map elsewhere."""
    every = (
        (names.SCORE, names.COVERAGE, names.STATUS, ()),
        (names.PERSPECTIVE_SCORE, names.PERSPECTIVE_COVERAGE, names.PERSPECTIVE_STATUS, ("perspective",)),
        (names.OBJECTIVE_SCORE, names.OBJECTIVE_COVERAGE, names.OBJECTIVE_STATUS, ("perspective", "objective")),
    )
    chosen = queries.CHOSEN
    return panels.table(
        "Scores and coverage",
        "The scores that are rolled up: of the whole, of each perspective, and of each objective, as weighted means. "
        "The coverage is the share of the weight that has a score; what is not covered is left out and not counted as "
        "bad. Below half of it nothing is judged. When one is red, look for its measures in the table of them.",
        by="key",
        rows=[
            _rolled_up(queries.level(status, *("scorecard", *by), labels=chosen) for _, _, status, by in every),
            queries.keyed(f"max by ({', '.join(_TITLED)}) ({_titles()})", *_TITLED[:2]),
            _rolled_up(
                queries.points(score, status, *("scorecard", *by), labels=chosen) for score, _, status, by in every
            ),
            _rolled_up(queries.best(coverage, *("scorecard", *by), labels=chosen) for _, coverage, _, by in every),
        ],
        columns={
            "perspective_title": "Perspective",
            "objective_title": "Objective",
            "Value #A": "Status",
            "Value #C": "Score",
            "Value #D": "Coverage",
            "perspective": "",
        },
        waiting=pages.WAITING,
        sort_by=[{"displayName": "Perspective", "desc": False}],
        overrides=[
            panels.override("Perspective", links=[pages.board(pages.SCORECARD, pages.KEPT_TEAM, PERSPECTIVE_OF_ROW)]),
            *(
                []
                if beside_map
                else [panels.override("Objective", links=[pages.board(pages.STRATEGY, pages.KEPT_TEAM)])]
            ),
            panels.override("Status", **STATUS_CELL),
            panels.override("Score", **SCORE_CELL),
            panels.override("Coverage", unit="percentunit", decimals=0, **{"custom.width": 100}),
        ],
    )


PERSPECTIVE_OF_ROW = "var-perspective=${__data.fields.perspective}"
_TITLED = ("perspective", "objective", "perspective_title", "objective_title")
ALL = "All"
"""In place of a perspective in the row of the whole: in an address it means all of them."""
NONE = "-"
"""In place of an objective where the row is about all of them."""


def _rolled_up(levels: Iterable[str]) -> str:
    """The same of the whole, its perspectives and their objectives, with ids also where there is none."""
    whole, perspectives, objectives = levels
    whole = queries.copied(queries.copied(whole, "perspective", ALL), "objective", NONE)
    every = f"{whole} or {queries.copied(perspectives, 'objective', NONE)} or {objectives}"
    return f"max by (key) ({queries.keyed(f'({every})', 'perspective', 'objective')})"


def _titles() -> str:
    """The titles of all of them, as series; nothing comes before the titles of the objectives."""
    info = queries.info(queries.CHOSEN)
    perspectives = f"max by (perspective, perspective_title) ({info})"
    objectives = f"max by (perspective, objective, perspective_title, objective_title) ({info})"
    whole = queries.best(names.STATUS, "scorecard", labels=queries.CHOSEN)
    for label, text in (
        ("perspective", ALL),
        ("objective", NONE),
        ("perspective_title", " Whole scorecard"),
        ("objective_title", " All"),
    ):
        whole = queries.copied(whole, label, text)
    perspectives = queries.copied(queries.copied(perspectives, "objective", NONE), "objective_title", " All")
    return f"{whole} or {perspectives} or {objectives}"


def changed() -> Json:
    """Which measures changed colour, from what to what."""
    those = f"and on (measure) {queries.changed()}"
    before = queries.level(names.MEASURE_STATUS, "measure", offset=queries.THEN)
    return panels.table(
        "What changed colour",
        "The measures that have another colour than when the time range of the board began, as far back as Prometheus "
        "remembers, the newest change first. For what turned red, look at the measure's board for what happened.",
        rows=[
            f"sort_desc({described(f'1000 * {queries.changed_at()}', 'title', 'owner')} {those})",
            f"{before} {those}",
            queries.changed(),
        ],
        columns={
            "title": "Measure",
            "Value #B": "Before",
            "Value #C": "Now",
            "Value #A": "Since",
            "owner": "Owner",
            "measure": "",
        },
        waiting="No measure changed its colour in this time, as far as Prometheus remembers.",
        overrides=[
            panels.override("Measure", links=[pages.MEASURE_BOARD_OF_ROW]),
            panels.override("Before", **STATUS_CELL),
            panels.override("Now", **STATUS_CELL),
            panels.override("Since", **SINCE_CELL),
        ],
    )


def grey(labels: str = queries.SHOWN) -> Json:
    """Why measures are not judged."""
    grey = f"max by (measure, reason, detail) ({names.MEASURE_GREY_INFO.name}{{{labels}}})"
    return panels.table(
        "Not judged, and why",
        "Measures without a verdict: missing (nothing was read), stale (not read for too long), too few samples, or "
        "not applicable. The measure's page says what to do about it.",
        rows=[described(grey, "title", "owner", texts=queries.one(queries.info(labels)))],
        columns={
            "title": "Measure",
            "reason": "Why not judged",
            "detail": "In detail",
            "owner": "Owner",
            "measure": "",
        },
        waiting="Every measure is judged.",
        overrides=[
            panels.override("Measure", links=[pages.MEASURE_BOARD_OF_ROW]),
            panels.override("Why not judged", **REASON_CELL),
        ],
    )


def initiatives(labels: str = queries.CHOSEN, titles: str = queries.SHOWN) -> Json:
    """What is being done; `labels` choose the initiatives, `titles` the measures that they are for."""
    chosen = f"{names.INITIATIVE_INFO.name}{{{labels}}}"
    named = f"max by (measure, initiative, title, owner) ({chosen})"
    both = "measure", "initiative"
    each = f"max by (measure, initiative) ({chosen})"
    measure = queries.copied(queries.info(titles), "about", "$1", "title", "(.+)")
    done, due = (
        f"{each} * on (initiative) group_left () {queries.best(family, 'initiative', labels=queries.CHOSEN)}"
        for family in (names.INITIATIVE_DONE, names.INITIATIVE_DUE)
    )
    return panels.table(
        "Initiatives",
        "What is being done about measures, by whom and until when.",
        by="key",
        rows=[
            queries.keyed(described(named, "about", texts=queries.one(measure)), *both),
            f"max by (key) ({queries.keyed(done, *both)})",
            f"1000 * max by (key) ({queries.keyed(due, *both)})",
        ],
        columns={
            "title": "Initiative",
            "about": "Measure",
            "Value #B": "Done",
            "Value #C": "Due",
            "owner": "Owner",
            "measure": "",
        },
        waiting="No initiative is about what is shown.",
        overrides=[
            panels.override("Measure", links=[pages.MEASURE_BOARD_OF_ROW]),
            panels.override("Done", unit="percentunit", decimals=0, **{"custom.width": 80}),
            panels.override("Due", unit="dateTimeFromNow", **{"custom.width": 130}),
            panels.override("Owner", **OWNER_CELL),
        ],
    )


def sources() -> Json:
    """Whether the sources are read."""
    failures = f"increase({names.SOURCE_POLL_FAILURES.name}[$__range])"
    return panels.table(
        "Sources",
        "Whether each source could be read the last time, when that last succeeded, and how often it failed in the "
        "time range. The exporter's log says what a source answered.",
        by="source",
        rows=[
            f"sort(min by (source) ({names.SOURCE_UP.name}))",
            f"1000 * max by (source) ({names.SOURCE_LAST_SUCCESS.name})",
            f"sum by (source) ({failures})",
        ],
        columns={"source": "Source", "Value #A": "State", "Value #B": "Last read", "Value #C": "Failed polls"},
        waiting="No source was read yet.",
        overrides=[
            panels.override("State", **SOURCE_STATE_CELL),
            panels.override("Last read", unit="dateTimeFromNow", **{"custom.width": 170}),
            panels.override("Failed polls", decimals=0, **{"custom.width": 110}),
        ],
    )
