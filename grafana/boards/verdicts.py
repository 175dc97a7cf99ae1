"""The panels that answer at a glance: where a team stands, perspective by perspective, and whether to believe it."""

from __future__ import annotations

from grafana.boards import look, pages, panels, queries
from grafana.boards.look import Json
from grafana.boards.queries import described

from scorecard_exporter import names


def overall() -> Json:
    """Where the whole scorecard stands."""
    by = ("scorecard", "team")
    return _verdict(
        "${scorecard:text} · ${team:text}",
        "The weighted mean of all perspectives, 0 to 100: red below 33, green from 67. A critical measure that is red "
        "or cannot be judged leaves the whole at most yellow. When it is red, begin with the first rows of the table.",
        queries.points(names.SCORE, names.STATUS, *by, labels=queries.CHOSEN),
        queries.level(names.STATUS, *by, labels=queries.CHOSEN),
        pages.EXPORTER_PAGE,
    )


def perspective() -> Json:
    """Where one perspective stands; repeated."""
    return _verdict(
        "${perspective:text}",
        "The weighted mean of the perspective's objectives, 0 to 100: red below 33, green from 67. It is not judged "
        "while less than half of its weight has a score. A click leads to its objectives.",
        queries.points(names.PERSPECTIVE_SCORE, names.PERSPECTIVE_STATUS, "perspective"),
        queries.level(names.PERSPECTIVE_STATUS, "perspective"),
        f"{pages.EXPORTER_PAGE}#perspective-${{perspective}}",
    )


def _verdict(title: str, description: str, score: str, level: str, page: str) -> Json:
    """Score and status as two tiles in one colour; without a score the status alone."""
    return panels.stat(
        title,
        description,
        targets=panels.now(score, level),
        defaults={
            "noValue": pages.WAITING,
            "decimals": 0,
            "color": {"mode": "thresholds"},
            "thresholds": look.SCORE_STEPS,
            "links": [pages.page("Scorecard page", page)],
        },
        overrides=[
            panels.override_query("A", displayName="Score"),
            panels.override_query("B", displayName="Status", mappings=look.LEVEL_MAPPING),
        ],
    )


def counts() -> Json:
    """How many measures have which status."""
    worst_first = tuple(reversed(look.LOOKS))
    status = names.MEASURE_STATUS
    return panels.stat(
        "Measures by status",
        "How many measures are off target, at risk, not judged and on target, in the perspectives that are shown.",
        text_mode="value_and_name",
        targets=panels.now(*(f"count({queries.LEVEL} == {one.level}) or vector(0)" for one in worst_first)),
        defaults={"noValue": f"Waiting for {status.name}.", "decimals": 0, "color": {"mode": "thresholds"}},
        overrides=[
            panels.override_query(chr(ord("A") + place), displayName=one.text, thresholds=look.steps((1, one.color)))
            for place, one in enumerate(worst_first)
        ],
    )


def changes() -> Json:
    """How many measures changed colour."""
    return panels.stat(
        "Changed colour",
        "How many measures have another colour than when the time range of the board began. The table below names "
        "them.",
        targets=panels.now(f"count({queries.changed()}) or vector(0)"),
        defaults={"noValue": pages.WAITING, "decimals": 0, "thresholds": look.steps()},
    )


def review_due() -> Json:
    """When the next review is due."""
    return panels.stat(
        "Next review",
        "When the next review of this scorecard is due. It is overdue when the time has passed: write it with "
        "`scorecard-exporter report`, and record what was decided.",
        targets=panels.now(f"1000 * {queries.best(names.REVIEW_DUE, 'scorecard', labels=queries.CHOSEN)}"),
        color="none",
        defaults={
            "noValue": "None is planned.",
            "unit": "dateTimeFromNow",
            "thresholds": look.steps(),
            "links": [pages.board(pages.REVIEW, pages.KEPT_TEAM)],
        },
    )


def freshness() -> Json:
    """How fresh the numbers are, and whether the exporter has trouble."""
    evaluated = names.EVALUATION_LAST_SUCCESS.name
    failing = f"sum(1 - min by (source) ({names.SOURCE_UP.name}))"
    good, bad = look.GREEN.color, look.RED.color
    refused = look.mapping({"1": ("✓ In force", good), "0": ("✕ Refused", bad)})
    return panels.stat(
        "Exporter",
        "How long ago the scorecards were computed, remembered for a day when the exporter is away; how many sources "
        "failed when they were last read; whether the newest configuration is in force. When the age grows, look at "
        "the exporter's log.",
        text_mode="value_and_name",
        orientation="horizontal",
        text={"titleSize": 12, "valueSize": 14},
        targets=panels.now(
            f"time() - max(max_over_time({evaluated}[1d]))", failing, f"min({names.CONFIG_RELOAD_SUCCESSFUL.name})"
        ),
        defaults={"noValue": "No exporter was scraped within a day.", "color": {"mode": "thresholds"}},
        overrides=[
            panels.override_query(
                "A",
                displayName="Age of the numbers",
                unit="s",
                decimals=0,
                thresholds=look.steps((600, look.YELLOW.color), (3600, bad), base=good),
            ),
            panels.override_query("B", displayName="Sources failing", thresholds=look.steps((1, bad), base=good)),
            panels.override_query("C", displayName="Configuration", mappings=refused),
        ],
    )


def tiles() -> Json:
    """The measures of one perspective; repeated."""
    numbers = described(described(queries.LEVEL, "title"), "value", "goal", texts=queries.READINGS)
    return panels.stat(
        "${perspective:text}: measures",
        "Each measure with its value and goal, worst first. The colour comes from comparing the value with the goal "
        "and the red line. A click leads to the measure's board.",
        orientation="horizontal",
        wide=True,
        text={"titleSize": 12, "valueSize": 12},
        text_mode="value_and_name",
        targets=panels.now(f"sort_desc({numbers})", legend="{{title}}: {{value}} ({{goal}})"),
        defaults={
            "noValue": pages.WAITING,
            "color": {"mode": "thresholds"},
            "thresholds": look.steps(),
            "mappings": look.LEVEL_MAPPING,
            "links": [pages.MEASURE_BOARD_OF_SERIES],
        },
    )
