"""The panels with a row for each measure, initiative or source."""

from __future__ import annotations

from grafana.boards import look, pages, panels, queries
from grafana.boards.look import Json
from grafana.boards.queries import described

from scorecard_exporter import names

STATUS_CELL = {
    "mappings": look.LEVEL_MAPPING,
    "custom.cellOptions": {"type": "color-background", "mode": "basic"},
    "custom.width": 130,
}
SINCE_CELL = {"unit": "dateTimeFromNow", "custom.width": 130}
TEXT_OF_NUMBER_CELL = {"custom.align": "right", "custom.width": 110}
REASON_CELL = {"mappings": look.REASON_MAPPING, "custom.width": 140}
SCORE_CELL = {
    "min": 0,
    "max": 100,
    "decimals": 0,
    "color": {"mode": "thresholds"},
    "thresholds": look.SCORE_STEPS,
    "custom.cellOptions": {"type": "gauge", "mode": "basic", "valueDisplayMode": "text"},
    "custom.width": 180,
}


def measures() -> Json:
    """Every measure with all that is known of it."""
    titles = ("perspective_title", "objective_title", "title", "owner")
    why = queries.one(f"max by (measure, reason) ({names.MEASURE_GREY_INFO.name}{{{queries.SHOWN}}})")
    return panels.table(
        "Scorecard",
        "Every measure, within a perspective the worst first. Value and goal are written as on the measure's page, "
        "where a click leads; the score is 67 or more where the goal is met and below 33 past the red line; since "
        "when it has its colour, and who owns it.",
        rows=[
            f"sort_desc({described(queries.LEVEL, *titles)})",
            f"max by (measure, value, goal) ({queries.READINGS})",
            queries.POINTS,
            f"{queries.CHANGED_AT} * 1000",
            why,
        ],
        columns={
            "perspective_title": "Perspective",
            "objective_title": "Objective",
            "title": "Measure",
            "value": "Value",
            "goal": "Goal",
            "Value #A": "Status",
            "Value #C": "Score",
            "Value #D": "Since",
            "owner": "Owner",
            "reason": "Why not judged",
            "measure": "",
        },
        waiting=pages.WAITING,
        sort_by=[{"displayName": "Perspective", "desc": False}],
        overrides=[
            panels.override("Measure", links=[pages.MEASURE_PAGE_OF_ROW]),
            panels.override("Value", **TEXT_OF_NUMBER_CELL),
            panels.override("Goal", **TEXT_OF_NUMBER_CELL),
            panels.override("Status", **STATUS_CELL),
            panels.override("Score", **SCORE_CELL),
            panels.override("Since", **SINCE_CELL),
            panels.override("Why not judged", **REASON_CELL),
        ],
    )


def changed() -> Json:
    """Which measures changed colour, from what to what."""
    before = queries.level(names.MEASURE_STATUS, "measure", offset=" offset $__range")
    return panels.table(
        "What changed colour",
        "The measures that took their colour within the time range of the board, with the one that they had when it "
        "began, as far as Prometheus remembers it.",
        rows=[
            f"sort_desc({described(f'1000 * ({queries.CHANGED})', 'title', 'owner')})",
            f"{before} and on (measure) ({queries.CHANGED})",
            f"{queries.LEVEL} and on (measure) ({queries.CHANGED})",
        ],
        columns={
            "title": "Measure",
            "Value #B": "Before",
            "Value #C": "Now",
            "Value #A": "Since",
            "owner": "Owner",
            "measure": "",
        },
        waiting="No measure changed its colour in this time.",
        overrides=[
            panels.override("Measure", links=[pages.MEASURE_PAGE_OF_ROW]),
            panels.override("Before", **STATUS_CELL),
            panels.override("Now", **STATUS_CELL),
            panels.override("Since", **SINCE_CELL),
        ],
    )


def grey() -> Json:
    """Why measures are not judged."""
    grey = f"max by (measure, reason, detail) ({names.MEASURE_GREY_INFO.name}{{{queries.SHOWN}}})"
    return panels.table(
        "Not judged, and why",
        "Measures without a verdict: missing (nothing was read), stale (not read for too long), too few samples, or "
        "not applicable. The measure's page says what to do about it.",
        rows=[described(grey, "title", "owner")],
        columns={
            "title": "Measure",
            "reason": "Why not judged",
            "detail": "In detail",
            "owner": "Owner",
            "measure": "",
        },
        waiting="Every measure is judged.",
        overrides=[
            panels.override("Measure", links=[pages.MEASURE_PAGE_OF_ROW]),
            panels.override("Why not judged", **REASON_CELL),
        ],
    )


def initiatives() -> Json:
    """What is being done."""
    chosen = f"{names.INITIATIVE_INFO.name}{{{queries.CHOSEN}}}"
    named = f"max by (measure, initiative, title, owner) ({chosen})"
    each = f"max by (measure, initiative) ({chosen})"
    measure = f'label_replace({queries.INFO}, "about", "$1", "title", "(.+)")'
    done, due = (
        f"{each} * on (initiative) group_left () {queries.best(family, 'initiative', labels=queries.CHOSEN)}"
        for family in (names.INITIATIVE_DONE, names.INITIATIVE_DUE)
    )
    return panels.table(
        "Initiatives",
        "What is being done about measures, by whom and until when.",
        rows=[described(named, "about", texts=queries.one(measure)), done, f"1000 * ({due})"],
        columns={
            "title": "Initiative",
            "about": "Measure",
            "Value #B": "Done",
            "Value #C": "Due",
            "owner": "Owner",
            "measure": "",
            "initiative": "",
        },
        waiting="No initiative is written in the configuration.",
        overrides=[
            panels.override("Measure", links=[pages.MEASURE_PAGE_OF_ROW]),
            panels.override("Done", unit="percentunit", decimals=0, **{"custom.width": 80}),
            panels.override("Due", unit="dateTimeFromNow", **{"custom.width": 130}),
        ],
    )


def sources() -> Json:
    """Whether the sources are read."""
    good, bad = look.GREEN.color, look.RED.color
    failures = f"increase({names.SOURCE_POLL_FAILURES.name}[$__range])"
    return panels.table(
        "Sources",
        "Whether each source could be read the last time, when that last succeeded, and how often it failed in the "
        "time range. The exporter's log says what a source answered.",
        rows=[
            f"sort(min by (source) ({names.SOURCE_UP.name}))",
            f"1000 * max by (source) ({names.SOURCE_LAST_SUCCESS.name})",
            f"sum by (source) ({failures})",
        ],
        columns={"source": "Source", "Value #A": "State", "Value #B": "Last read", "Value #C": "Failed polls"},
        waiting="No source was read yet.",
        overrides=[
            panels.override(
                "State",
                mappings=look.mapping({"1": ("✓ Read", good), "0": ("✕ Failing", bad)}),
                **{"custom.cellOptions": {"type": "color-background", "mode": "basic"}, "custom.width": 110},
            ),
            panels.override("Last read", unit="dateTimeFromNow", **{"custom.width": 140}),
            panels.override("Failed polls", decimals=0, **{"custom.width": 110}),
        ],
    )
