"""The keys of the DORA reports over time, team by team."""

from __future__ import annotations

from dataclasses import dataclass

from grafana.boards import look, pages, panels, queries, variables
from grafana.boards.board import Board
from grafana.boards.look import Json

from scorecard_exporter import names
from scorecard_exporter.grafana.appearance import unit
from scorecard_exporter.measures.delivery import STAGES

SHOWN = queries.TEAMS
_VALUES = {f"Value #{panels.reference(place)}": stage for place, stage in enumerate(STAGES)}
"""The field of each stage's answer."""


@dataclass(frozen=True, slots=True)
class Key:
    """One of the reports' keys: the measure of the catalogue, its heading, unit, and what to do when it is bad.

    `cluster`: the heading of the column with the report's cluster; empty where no report has one.
    """

    definition: str
    title: str
    unit: str
    description: str
    cluster: str = ""


KEYS = (
    Key(
        "deployment_frequency",
        "Deployment frequency",
        unit("per_day"),
        "Successful deployments to production a day. Where it is low, look at how large a change is before it is "
        "released.",
        "Cluster of frequency",
    ),
    Key(
        "lead_time_for_changes",
        "Lead time for changes",
        unit("seconds"),
        "From the first commit of a change until it is in production, the median. Where it is long, look at the stages "
        "on the measure's board.",
        "Cluster of lead time",
    ),
    Key(
        "change_failure_rate",
        "Change failure rate",
        unit("ratio"),
        "The share of deployments that caused a failure in production. Where it is high, look at the failed ones "
        "on the measure's board.",
    ),
    Key(
        "failed_deployment_recovery_time",
        "Failed deployment recovery time",
        unit("seconds"),
        "From a deployment that failed until service was restored, the median. Where it is long, look at how a "
        "deployment is taken back.",
        "Cluster of recovery",
    ),
    Key(
        "deployment_rework_rate",
        "Deployment rework rate",
        unit("ratio"),
        "The share of deployments that were made to mend one before. Where it is high, look at what is tested before.",
    ),
)


def board() -> Board:
    """How software is delivered."""
    return Board(
        uid=pages.DELIVERY,
        description="The keys of the DORA reports, team by team and over time.",
        variables=[variables.data_source(), variables.scorecard(), variables.teams()],
        panels=panels.placed(
            (12, [(24, _newest())]),
            (10, [(12, _over_time(KEYS[0])), (12, _over_time(KEYS[1]))]),
            (10, [(12, _over_time(KEYS[2])), (12, _over_time(KEYS[3]))]),
            (10, [(12, _over_time(KEYS[4])), (12, _stages())]),
        ),
        begins="now-90d",
    )


def _of(key: Key) -> str:
    """The measure that is this key, one a team."""
    return queries.one(queries.info(f'{SHOWN}, definition="{key.definition}"'), "team")


def _value(key: Key) -> str:
    """Each team's value as people write it, in a label named after the key."""
    texts = f"{queries.readings(SHOWN, by='team, measure')} and on (team, measure) {_of(key)}"
    return f"max by (team, {key.definition}) ({queries.copied(texts, key.definition, '$1', 'value', '(.*)')})"


def _cluster(key: Key) -> str:
    """Each team's cluster with the year of the report."""
    found = f"{names.MEASURE_BENCHMARK_INFO.name}{{{SHOWN}}} and on (team, measure) {_of(key)}"
    return f'max by (team, {_field(key)}) (label_join({found}, "{_field(key)}", " ", "level", "report"))'


def _field(key: Key) -> str:
    return f"{key.definition}_cluster"


def _newest() -> Json:
    """Each team's keys."""
    with_cluster = [key for key in KEYS if key.cluster]
    columns = {"path": "Team"}
    for key in KEYS:
        columns[key.definition] = key.title
        if key.cluster:
            columns[_field(key)] = key.cluster
    shown = f"({queries.paths()}) and on (team) {names.TEAM_INFO.name}{{{SHOWN}}}"
    return panels.table(
        "Keys by team",
        "The newest value of each key, and the cluster of the DORA report whose bounds it meets, with the report's "
        "year, where the configuration names one (`benchmark`). A cluster is no grade: it groups the answers of a "
        "survey, it does not count towards a score, and teams differ in what is possible. No report has clusters of "
        "the two rates that could be used.",
        by="team",
        rows=[shown, *map(_value, KEYS), *map(_cluster, with_cluster)],
        columns=columns,
        waiting=pages.WAITING,
        sort_by=[{"displayName": "Team", "desc": False}],
        overrides=[
            panels.override("Team", links=[pages.board(pages.SCORECARD, pages.KEPT, pages.TEAM_OF_ROW)]),
            *(panels.override(key.title, **{"custom.align": "right"}) for key in KEYS),
        ],
    )


_MEASURE = pages.board(
    pages.MEASURE, pages.KEPT, "var-team=${__field.labels.team:percentencode}", pages.MEASURE_OF_SERIES
)


def _over_time(key: Key) -> Json:
    value = queries.best(names.MEASURE_VALUE, "team", "measure", labels=SHOWN)
    return panels.graph(
        key.title,
        key.description,
        waiting="No team that is shown has this measure, or nothing was measured yet.",
        targets=panels.over_time(queries.of_teams(f"{value} and on (team, measure) {_of(key)}"), legend="{{title}}"),
        looks={"unit": key.unit, "min": 0, "color": look.SHADES, "links": [_MEASURE]},
        custom={"lineWidth": 1, "spanNulls": True},
    )


def _stages() -> Json:
    """Where the time goes, team by team."""
    lead_time = KEYS[1]
    parts = [queries.best(names.MEASURE_PART, "team", "measure", labels=f'{SHOWN}, part="{stage}"') for stage in STAGES]
    shades = ("#1F60C4", "#3274D9", look.NEUTRAL, "#8AB8FF")
    return panels.panel(
        "barchart",
        "Stages of the lead time",
        "The mean time of a change in each stage, which add up to the mean lead time: coding, pickup, review, deploy. "
        "The longest is where changes wait most.",
        targets=panels.now(
            *(queries.of_teams(f"{part} and on (team, measure) {_of(lead_time)}") for part in parts), table=True
        ),
        options={
            "orientation": "horizontal",
            "xField": "Team",
            "stacking": "normal",
            "showValue": "never",
            "barWidth": 0.8,
            "legend": {"showLegend": True, "displayMode": "list", "placement": "bottom", "calcs": []},
            "tooltip": {"mode": "multi", "sort": "none"},
        },
        defaults={"noValue": "No team that is shown has a lead time.", "unit": "s", "custom": {"fillOpacity": 80}},
        overrides=[
            panels.override(stage, color={"mode": "fixed", "fixedColor": shade})
            for stage, shade in zip(STAGES, shades, strict=True)
        ],
        transformations=[
            {"id": "filterFieldsByName", "options": {"include": {"names": ["title", *_VALUES]}}},
            {"id": "joinByField", "options": {"byField": "title", "mode": "outer"}},
            {"id": "organize", "options": {"renameByName": {"title": "Team", **_VALUES}}},
        ],
    )
