"""One measure of one team: where it stands, how it came there, and what is known about why."""

from __future__ import annotations

from grafana.boards import evidence, look, marks, pages, panels, plugin, queries, tables, units, variables
from grafana.boards.board import Board
from grafana.boards.look import Json

from scorecard_exporter import names
from scorecard_exporter.measures.delivery import STAGES
from scorecard_exporter.names import Family

ONE = queries.ONE_MEASURE


def board() -> Board:
    """The board that links on measures lead to."""
    return Board(
        uid=pages.MEASURE,
        description="One measure of one team: value and goal over time, what it is made of, and what happened.",
        variables=[
            variables.data_source(),
            variables.scorecard_source(),
            variables.scorecard(),
            variables.team(),
            variables.measure(),
            variables.exporter(),
        ],
        panels=_panels(),
        begins="now-90d",
        annotations=(*_annotations(), *_annotations_of_plugin()),
        links=(pages.explanation_link(),),
    )


def _panels() -> list[Json]:
    return panels.placed(
        (4, [(5, _value()), (4, _goal()), (5, _status()), (3, _score()), (3, _since()), (4, _samples())]),
        (12, [(24, _over_time())]),
        (4, [(24, _colours())]),
        (9, [(12, _stages()), (12, _samples_over_time())]),
        (8, [(10, _parts()), (14, tables.initiatives(ONE, ONE))]),
        (5, [(24, tables.grey(ONE))]),
        (1, [(24, panels.row("From the scorecard data source", *evidence.shelves()))]),
    )


def _text(title: str, description: str, label: str) -> Json:
    """A label of the reading, as people write it."""
    read = {"calcs": ["lastNotNull"], "fields": f"/^{label}$/", "values": False}
    one = panels.stat(
        title,
        description,
        color="none",
        targets=panels.now(f"max by ({label}) ({queries.readings(ONE)})", table=True),
        defaults={"noValue": pages.WAITING, "thresholds": look.steps(), "links": [pages.explanation("${measure}")]},
    )
    return one | {"options": one["options"] | {"reduceOptions": read}}


def _value() -> Json:
    return _text(
        "${measure:text}",
        "The value over the measure's window, as people write it; a dash where there is none. A click tells how it "
        "came about.",
        "value",
    )


def _goal() -> Json:
    return _text("Goal", "The goal in force. A click tells which targets there are, and since when.", "goal")


def _status() -> Json:
    return panels.stat(
        "Status",
        "The colour, from comparing the value with the goal and the red line. When it is red, look at what happened "
        "before it became so, and at the samples below.",
        targets=panels.now(queries.level(names.MEASURE_STATUS, "measure", labels=ONE)),
        defaults={
            "noValue": pages.WAITING,
            "mappings": look.LEVEL_MAPPING,
            "color": {"mode": "thresholds"},
            "thresholds": look.steps(),
        },
    )


def _score() -> Json:
    return panels.stat(
        "Score",
        "0 to 100: 67 where the goal is met exactly, 33 at the red line.",
        targets=panels.now(queries.points(names.MEASURE_SCORE, names.MEASURE_STATUS, "measure", labels=ONE)),
        defaults={
            "noValue": "It has no score.",
            "decimals": 0,
            "color": {"mode": "thresholds"},
            "thresholds": look.SCORE_STEPS,
        },
    )


def _since() -> Json:
    return panels.stat(
        "Since",
        "Since when it has this colour, as the exporter saw it. Of the time before its first evaluation the panels "
        "below know more.",
        color="none",
        targets=panels.now(f"1000 * {queries.changed_at(ONE)}"),
        defaults={"noValue": "Its colour is not known.", "unit": "dateTimeFromNow", "thresholds": look.steps()},
    )


def _samples() -> Json:
    return panels.stat(
        "Samples",
        "How many samples the value is made from. With few of them the value jumps, and the interval is wide.",
        color="none",
        targets=panels.now(queries.best(names.MEASURE_SAMPLES, "measure", labels=ONE)),
        defaults={"noValue": "No samples are known.", "decimals": 0, "thresholds": look.steps()},
    )


_LINES: tuple[tuple[Family, str], ...] = (
    (names.MEASURE_VALUE, "Value"),
    (names.MEASURE_GOAL, "Goal"),
    (names.MEASURE_RED_THRESHOLD, "Red line"),
    (names.MEASURE_INTERVAL_LOWER, "95 % interval, from"),
    (names.MEASURE_INTERVAL_UPPER, "95 % interval, to"),
)


def _lines(unit: units.Unit) -> str:
    """The lines of the graph in one unit, each with its name in `line`."""
    chosen = f"{ONE}, {unit.labels}"
    plain = [queries.copied(queries.best(family, "measure", labels=chosen), "line", line) for family, line in _LINES]
    band = queries.best(names.MEASURE_BAND, "measure", "bound", labels=chosen)
    for bound, line in (("goal", "Goal"), ("red", "Red line")):
        band = queries.copied(band, "line", f"{line}, $1", "bound", f"{bound}_(.+)")
    return f"max by (line) ({' or '.join((*plain, band))})"


def _over_time() -> Json:
    """The value over its targets."""
    line = {"custom.lineStyle": {"fill": "dash", "dash": [8, 8]}, "custom.lineInterpolation": "stepAfter"}
    faint = {"custom.lineWidth": 0, "color": {"mode": "fixed", "fixedColor": marks.LIGHT}}
    return panels.graph(
        "Value, goal and red line",
        "The value over its window at each moment, with the goal and the red line that were in force then, and the "
        "95 % interval of a share. Marks say when a target was set, when the colour changed, and when an initiative "
        "was due; deployments and incidents can be switched on at the top.",
        waiting=pages.WAITING,
        targets=panels.over_time(*map(_lines, units.UNITS), legend="{{line}}"),
        overrides=[
            *(panels.override_query(panels.reference(at), unit=one.grafana) for at, one in enumerate(units.UNITS)),
            panels.override_like("^Goal", color={"mode": "fixed", "fixedColor": look.GREEN.color}, **line),
            panels.override_like("^Red line", color={"mode": "fixed", "fixedColor": look.RED.color}, **line),
            panels.override("95 % interval, from", **faint),
            panels.override("95 % interval, to", **faint, **{"custom.fillBelowTo": "95 % interval, from"}),
        ],
    )


def _colours() -> Json:
    return panels.states(
        "Status over time",
        "The colour at each moment, as Prometheus saw it. A gap is a time without the exporter.",
        waiting=pages.WAITING,
        targets=panels.over_time(queries.level(names.MEASURE_STATUS, "measure", labels=ONE), legend="${measure:text}"),
        looks={"mappings": look.LEVEL_MAPPING},
    )


def _stages() -> Json:
    """What a lead time is made of."""
    # One query each: they are stacked in the order in which a change goes through them.
    parts = [queries.best(names.MEASURE_PART, "part", labels=f'{ONE}, part="{stage}"') for stage in STAGES]
    shades = ("#1F60C4", "#3274D9", look.NEUTRAL, marks.LIGHT)
    return panels.graph(
        "Stages of the lead time",
        "The parts that add up to the mean lead time: coding until the pull request is opened, pickup until somebody "
        "looks at it, review until it is merged, deploy until it is in production. The longest stage is where a change "
        "waits most.",
        waiting="No stages in this time. Of all measures only the lead time for changes has them.",
        targets=panels.over_time(*parts, legend="{{part}}"),
        looks={"unit": "s"},
        custom={"fillOpacity": 60, "lineWidth": 1, "stacking": {"mode": "normal", "group": "A"}},
        overrides=[
            panels.override(stage, color={"mode": "fixed", "fixedColor": shade})
            for stage, shade in zip(STAGES, shades, strict=True)
        ],
    )


def _samples_over_time() -> Json:
    return panels.graph(
        "Samples over time",
        "How many samples the value was made from at each moment. When it falls, look whether the source is still "
        "read completely.",
        waiting="No number of samples in this time.",
        legend=False,
        targets=panels.over_time(queries.best(names.MEASURE_SAMPLES, "measure", labels=ONE), legend="Samples"),
        looks={"decimals": 0, "min": 0},
        custom={"fillOpacity": 15},
    )


def _parts() -> Json:
    """The numbers beside the value, a column for each kind of unit."""
    kinds = {"seconds": "s", "ratio": "percentunit"}
    others = "|".join(kinds)
    chosen = [f'{ONE}, part_unit="{kind}"' for kind in kinds] + [f'{ONE}, part_unit!~"{others}"']
    return panels.table(
        "Beside the value",
        "The numbers that go with the value: other percentiles, what it is a share of, what was left out, what waits.",
        by="part",
        rows=[queries.best(names.MEASURE_PART, "part", labels=labels) for labels in chosen],
        columns={"part": "Number", "Value #A": "Time", "Value #B": "Share", "Value #C": "Count"},
        waiting="This measure has no numbers beside its value.",
        overrides=[
            panels.override("Time", unit="s", **{"custom.align": "right", "custom.width": 110}),
            panels.override("Share", unit="percentunit", decimals=1, **{"custom.align": "right", "custom.width": 90}),
            panels.override("Count", unit="short", **{"custom.align": "right", "custom.width": 90}),
        ],
    )


def _annotations() -> list[Json]:
    due = f"{queries.best(names.INITIATIVE_INFO, 'initiative', 'title', labels=ONE)} * on (initiative) group_left () "
    due += queries.best(names.INITIATIVE_DUE, "initiative", labels=queries.CHOSEN)
    return [
        marks.mark(
            "Targets",
            marks.PURPLE,
            f"1000 * {queries.best(names.TARGET_SET, 'target', labels=ONE)}",
            "Target {{target}}",
        ),
        marks.mark("Colours", marks.DARK, f"1000 * {queries.changed_at(ONE)}", "The colour changed"),
        marks.reviews(),
        marks.mark("Initiatives", marks.ORANGE, f"1000 * ({due})", "Due: {{title}}"),
    ]


def _annotations_of_plugin() -> list[Json]:
    return [
        plugin.annotation("Deployments", look.NEUTRAL, "deployment", plugin.MEASURE, shown=False),
        plugin.annotation("Incidents", marks.LIGHT, "incident", plugin.MEASURE, shown=False),
    ]
