"""The tables of a period: each measure then and now, targets that no longer lead, reds that nobody works on."""

from __future__ import annotations

from grafana.boards import look, pages, panels, queries, tables
from grafana.boards.look import Json
from grafana.boards.queries import CHOSEN, described

from scorecard_exporter import names

_STATUS = names.MEASURE_STATUS


def then_and_now() -> Json:
    """Every measure when the time range began, and now."""
    before = queries.readings(offset=queries.THEN)
    points_before = queries.points(names.MEASURE_SCORE, _STATUS, "measure", labels=queries.SHOWN, offset=queries.THEN)
    titles = ("perspective_title", "title", "owner")
    change = look.steps((-100, look.RED.color), (-0.5, "text"), (0.5, look.GREEN.color), base="text")
    return panels.table(
        "Measures then and now",
        "Each measure when the time range began and now, as far back as Prometheus remembers; the change is in points "
        "of the score, so that it is better upwards for every measure. The name leads to the measure's board.",
        rows=[
            f"sort_desc({described(queries.LEVEL, *titles)})",
            f"max by (measure, then) ({queries.copied(before, 'then', '$1', 'value', '(.*)')})",
            f"max by (measure, value, goal) ({queries.READINGS})",
            queries.level(_STATUS, "measure", offset=queries.THEN),
            f"{queries.POINTS} - {points_before}",
        ],
        columns={
            "perspective_title": "Perspective",
            "title": "Measure",
            "then": "Value then",
            "value": "Value now",
            "goal": "Goal now",
            "Value #D": "Status then",
            "Value #A": "Status now",
            "Value #E": "Change",
            "owner": "Owner",
            "measure": "",
        },
        waiting=pages.WAITING,
        sort_by=[{"displayName": "Perspective", "desc": False}],
        overrides=[
            panels.override("Measure", links=[pages.MEASURE_BOARD_OF_ROW]),
            *(panels.override(name, **tables.TEXT_OF_NUMBER_CELL) for name in ("Value then", "Value now", "Goal now")),
            panels.override("Status then", **tables.STATUS_CELL),
            panels.override("Status now", **tables.STATUS_CELL),
            panels.override(
                "Change",
                decimals=0,
                color={"mode": "thresholds"},
                thresholds=change,
                **{"custom.cellOptions": {"type": "color-text"}, "custom.width": 100},
            ),
            panels.override("Owner", **tables.OWNER_CELL),
        ],
    )


def to_reconsider() -> Json:
    """Targets that do not lead any more."""
    why = (
        "Met all the time: raise it, or measure what matters now",
        "Missed all the time: out of reach, or too little done",
    )
    throughout = " or ".join(
        queries.copied(_throughout(status), "why", words)
        for status, words in zip((look.GREEN.status, look.RED.status), why, strict=True)
    )
    those = f"and on (measure) ({throughout})"
    return panels.table(
        "Targets to reconsider",
        "Measures that had the same colour all through the time range, green or red, and since when their target is in "
        "force. A target that is always met or never leads nobody.",
        rows=[
            described(f"max by (measure, why) ({throughout})", "title"),
            f"max by (measure, goal) ({queries.READINGS}) {those}",
            f"1000 * {queries.best(names.TARGET_SET, 'measure')} {those}",
        ],
        columns={
            "title": "Measure",
            "goal": "Goal",
            "why": "Why",
            "Value #C": "Target since",
            "measure": "",
        },
        waiting="No measure kept one colour through all of this time, as far as Prometheus remembers.",
        overrides=[
            panels.override("Measure", links=[pages.MEASURE_BOARD_OF_ROW]),
            panels.override("Goal", **tables.TEXT_OF_NUMBER_CELL),
            panels.override("Target since", unit="dateTimeFromNow", **{"custom.width": 130}),
        ],
    )


def _throughout(status: str) -> str:
    """The measures that had a status at the beginning, at the end, and whenever Prometheus looked between."""
    chosen = f'{_STATUS.name}{{{queries.SHOWN}, status="{status}"}}'
    always = f"min by (measure) (min_over_time({chosen}[$__range:$__interval])) == 1"
    return f"({always} and on (measure) {chosen}{queries.THEN} == 1 and on (measure) {chosen} == 1)"


def left_alone() -> Json:
    """Reds that nobody does anything about."""
    red = f'max by (measure) ({_STATUS.name}{{{queries.SHOWN}, status="red"}}) == 1'
    done = queries.best(names.INITIATIVE_DONE, "initiative", labels=CHOSEN)
    going_on = f"({names.INITIATIVE_INFO.name}{{{CHOSEN}}} unless on (initiative) {done} >= 1)"
    return panels.table(
        "Red without an initiative",
        "Measures that are off target and for which no initiative goes on. Decide in the meeting who does what, until "
        "when; or that nothing is done.",
        rows=[
            described(f"({red} unless on (measure) {going_on})", "title", "owner"),
            f"1000 * {queries.changed_at()} and on (measure) ({red})",
        ],
        columns={"title": "Measure", "Value #B": "Since", "owner": "Owner", "measure": ""},
        waiting="Nothing is red that nobody works on.",
        overrides=[
            panels.override("Measure", links=[pages.MEASURE_BOARD_OF_ROW]),
            panels.override("Since", **tables.SINCE_CELL),
        ],
    )
