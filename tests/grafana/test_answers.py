"""Every kind of query, asked as a panel does: the numbers are those of the exporter, the frames are Grafana's."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from plugin import RefusedQueryError
from scorecard_exporter.evaluation import find_scorecard
from scorecard_exporter.grafana.kinds.map import two_lines
from scorecard_exporter.histories import HistoryQuestion
from scorecard_exporter.looks import LOOK_OF
from scorecard_exporter.quantities import instant
from scorecard_exporter.scorecard.periods import Step, rolling
from scorecard_exporter.scorecard.verdict import points

HERE = {"scorecard": "engineering", "team": "payments"}
YEARS = {"since": datetime.now(UTC) - timedelta(days=730)}
MEASURES = [
    "cloud_cost",
    "lead_time_for_changes",
    "deployment_frequency",
    "change_failure_rate",
    "time_to_restore",
    "time_to_restore_quickly",
    "failures_share",
    "deployment_success_rate",
]


@pytest.fixture
def card(grafana, service):  # noqa: ARG001  it has been started then
    """What the exporter says of payments now."""
    return find_scorecard(service.snapshot, "engineering", "payments")


@pytest.fixture
def judged(card):
    """Its measures, by id."""
    return {one.measure.id: one for _, _, one in card.measures()}


def whole(status):
    return None if status.score is None else points(status.score, status.status)


def test_the_table_has_a_row_for_each_measure_with_what_the_exporter_says_of_it(grafana, judged):
    rows = grafana.one("scorecard", **HERE).rows()
    assert {row["id"] for row in rows} == set(MEASURES)
    for row in rows:
        status = judged[row["id"]]
        assert row["measure"] == status.measure.title
        assert row["team_title"] == "Paying"
        assert row["value"] == (status.value_text or None)
        assert row["goal"] == status.goal_text
        assert (row["status"], row["score"], row["owner"]) == (status.status, whole(status), status.owner)
        assert row["since"] == status.changed_at * 1000


def test_the_table_has_the_worst_first_in_each_perspective(grafana):
    rows = grafana.one("scorecard", **HERE).rows()
    assert [row["perspective"] for row in rows] == sorted(row["perspective"] for row in rows)
    for side in ("business", "excellence"):
        levels = [LOOK_OF[row["status"]].level for row in rows if row["perspective_id"] == side]
        assert levels == sorted(levels, reverse=True)


def test_the_table_can_be_of_some_measures_and_of_every_team(grafana):
    frame = grafana.one("scorecard", team="All", measure="{cloud_cost,change_failure_rate}")
    assert [(row["team"], row["id"]) for row in frame.rows()] == [
        (team, measure)
        for team in ("company", "payments", "search")
        for measure in ("cloud_cost", "change_failure_rate")
    ]
    assert grafana.one("scorecard", **HERE, perspective="business").size == 1


def test_nothing_said_means_the_first_scorecard_and_its_first_team(grafana):
    assert set(grafana.one("scorecard")["team"].values) == {"company"}
    assert set(grafana.one("scorecard", scorecard="", team="", measure="$__all")["team"].values) == {"company"}


def test_stats_are_numbers_with_the_colours_of_the_target_in_force(grafana, judged):
    frame = grafana.one("scorecard", **HERE, format="wide")
    assert frame.names == MEASURES
    for field in frame.fields:
        status, (value,) = judged[field.name], field.values
        assert value == (None if status.reading.value is None else float(status.reading.value))
        reached = [step["color"] for step in field.config["thresholds"]["steps"] if value >= step["value"]]
        assert reached[-1] == LOOK_OF[status.status].color
        assert field.title == status.measure.title
        assert field.labels["team"] == "payments"
        assert "var-team=payments&var-measure=" in field.config["links"][0]["url"]
    assert (
        grafana.one("scorecard", team="payments,search", format="wide", measure="cloud_cost").fields[0].title
        == "Paying: Cloud cost"
    )


def test_alert_rules_get_one_number_beside_words(grafana, judged):
    frame = grafana.one("scorecard", team="All", format="numeric")
    rows = {row["measure"]: row for row in frame.rows() if row["team"] == "payments"}
    assert {measure: row["score"] for measure, row in rows.items()} == {one: whole(judged[one]) for one in MEASURES}
    assert rows["cloud_cost"]["owner"] == "payments@example.org"
    assert rows["cloud_cost"]["perspective"] == "business"
    absent = {row["measure"] for row in frame.rows() if row["team"] == "search"}
    assert "time_to_restore" not in absent, "a measure without a score is no row"


def test_perspectives_and_the_whole_are_as_the_exporter_rolls_them_up(grafana, card):
    frame = grafana.one("scorecard", **HERE, format="perspectives")
    assert {one.name: one.values[0] for one in frame.fields} == {
        side.perspective.id: points(side.score, side.status) for side in card.perspectives
    }
    (row,) = grafana.one("scorecard", **HERE, format="total").rows()
    counts = [one.status for _, _, one in card.measures()]
    assert row == {
        "title": 'Engineering "2026"',
        "team": "Paying",
        "score": points(card.score, card.status),
        "coverage": card.coverage,
        "status": card.status,
        **{status: counts.count(status) for status in ("green", "yellow", "red", "grey")},
        "next_review": card.review_due_at * 1000,
    }


def told(service, **asked):
    """What the exporter's own history says of a measure, by moment in nanoseconds."""
    first, last = instant(asked["since"]), service.snapshot.at
    moments = tuple(rolling(Step(asked["step"]), "Europe/Berlin", first, last))
    question = HistoryQuestion("engineering", asked["team"], asked["measure"], moments)
    past = service._work_out_now(question).history
    return {
        one.period.ends_at * 1000: one
        for one in past.teams["engineering", asked["team"]].measures[asked["measure"]].points
    }


@pytest.mark.parametrize("measure", ["lead_time_for_changes", "deployment_frequency", "cloud_cost"])
def test_the_past_is_what_the_exporter_works_out(grafana, service, measure):
    """Value, and the goal and red line of its time; the newest point is the snapshot."""
    asked = {"team": "payments", "measure": measure, "step": "month", **YEARS}
    frame = grafana.one("history", **asked)
    rows = {row["time"]: row for row in frame.rows()}
    known = told(service, **asked)
    assert len(known) in {24, 25}
    assert len(rows.keys() - known.keys()) == 2, "the one before the time shown, and now"
    for at, point in known.items():
        assert rows[at][measure] == (None if point.value is None else float(point.value))
        assert rows[at]["goal"] == (None if point.anchors is None else float(point.anchors.goal))
        assert rows[at]["red"] == (None if point.anchors is None else float(point.anchors.red))
    newest = frame.rows()[-1]
    now = {one.measure.id: one for _, _, one in find_scorecard(service.snapshot, "engineering", "payments").measures()}
    assert newest[measure] == float(now[measure].reading.value)
    assert newest["time"] == service.snapshot.at * 1000
    assert (frame["goal"].title, frame["red"].title) == ("Goal", "Red line")
    scales = [one.config.get("custom", {}).get("scaleDistribution") for one in frame.fields[1:]]
    assert scales[0] == scales[1] == scales[2], "or each would get an axis of its own"


@pytest.mark.parametrize("show", ["value", "score", "status"])
@pytest.mark.parametrize("form", ["wide", "long", "multi"])
def test_the_three_shapes_of_the_past_say_the_same(grafana, show, form):
    asked = {**HERE, "show": show, "step": "quarter", "measure": "cloud_cost,time_to_restore", **YEARS}
    wide = grafana.one("history", **asked)
    expected = {
        (row["time"], name): row[name]
        for row in wide.rows()
        for name in ("cloud_cost", "time_to_restore")
        if row[name] is not None
    }
    frames = grafana.ask("history", **asked, format=form)
    if form == "wide":
        (frame,) = frames
        found = {
            (row["time"], one): row[one] for row in frame.rows() for one in frame.names[1:] if row[one] is not None
        }
    elif form == "long":
        found = {(row["time"], row["measure"]): row[show] for row in frames[0].rows()}
    else:
        assert [frame.name for frame in frames] == ["cloud_cost", "time_to_restore"]
        found = {
            (row["time"], frame.name): row[frame.name]
            for frame in frames
            for row in frame.rows()
            if row[frame.name] is not None
        }
    assert found == expected
    assert len(expected) > 9


def test_as_many_points_as_the_panel_has_room_for(grafana):
    """The finest step that stays within: of two years at most 800, 200, 40 and 12 points."""
    for room, days in ((200, 7), (40, 31), (12, 92)):
        times = grafana.one("history", **HERE, measure="cloud_cost", points=room, **YEARS)["time"].values
        assert len(times) <= room + 3
        gaps = {round((later - earlier) / 86_400e9) for earlier, later in pairwise(times[1:-1])}
        assert max(gaps) in range(days - 2, days + 2)


def test_a_few_hours_have_the_point_before_them_and_now(grafana):
    frame = grafana.one("history", measure="cloud_cost", since=datetime.now(UTC) - timedelta(minutes=1))
    assert frame.size in {2, 3}


@pytest.mark.parametrize(
    ("since", "until", "notice"),
    [
        (timedelta(days=1), timedelta(days=2), "The time shown lies in the future: there is nothing to show yet."),
        (timedelta(days=-4000), timedelta(days=-3900), "No measure has a value in the time shown."),
    ],
)
@pytest.mark.parametrize("form", ["wide", "long", "multi"])
def test_a_time_beyond_the_data_is_an_empty_frame_with_a_notice(grafana, since, until, notice, form):
    now = datetime.now(UTC)
    frame = grafana.ask(
        "history", **HERE, measure="lead_time_for_changes", format=form, since=now + since, until=now + until
    )[0]
    assert frame.size == 0
    assert frame.notices == [notice]


def test_ten_years_are_shown_of_a_longer_time(grafana):
    frame = grafana.one("history", measure="cloud_cost", since=datetime(1971, 1, 1, tzinfo=UTC))
    assert frame.notices == ["The newest 10 years are shown."]
    assert frame.size <= 403


def test_evidence_is_what_explains_the_value_worst_first(grafana, judged):
    frame = grafana.one("evidence", **HERE, measure="lead_time_for_changes", limit="10000")
    rows = frame.rows()
    assert len(rows) == judged["lead_time_for_changes"].reading.samples
    assert [row["value"] for row in rows] == sorted((row["value"] for row in rows), reverse=True)
    values = sorted(row["value"] for row in rows)
    middle = (values[(len(values) - 1) // 2] + values[len(values) // 2]) / 2
    assert middle == pytest.approx(float(judged["lead_time_for_changes"].reading.value), rel=1e-9)
    assert {row["subject"] for row in rows} == {"checkout", "ledger"}


def test_evidence_has_a_limit_and_says_so(grafana, judged):
    frame = grafana.one("evidence", **HERE, measure="deployment_frequency", limit=3)
    every = judged["deployment_frequency"].reading.samples
    assert (frame.size, frame.notices) == (3, [f"3 of {every} samples are shown, the worst first."])


def test_evidence_of_an_earlier_time_ends_there(grafana):
    until = datetime.now(UTC) - timedelta(days=200)
    times = grafana.one("evidence", **HERE, measure="deployment_frequency", until=until)["time"].values
    assert max(times) < until.timestamp() * 1e9


def test_a_measure_of_other_numbers_has_no_evidence(grafana):
    frame = grafana.one("evidence", **HERE, measure="failures_share")
    assert (frame.size, len(frame.notices)) == (0, 1)


def test_the_map_has_effects_above_causes_and_shares_of_colours(grafana, card):
    nodes, edges = grafana.ask("map", **HERE)
    places = {row["id"]: row for row in nodes.rows()}
    assert {(row["source"], row["target"]) for row in edges.rows()} == {
        ("faster", "cost"),
        ("safer", "faster"),
        ("safer", "cost"),
    }
    for row in edges.rows():
        assert places[row["source"]]["fixedY"] > places[row["target"]]["fixedY"]
    statuses = {one.objective.id: one for side in card.perspectives for one in side.objectives}
    assert statuses.keys() == {name for name in places if not name.startswith("perspective/")}
    for name, of_objective in statuses.items():
        row = places[name]
        of = [one.status for one in of_objective.measures]
        assert {status: row[f"arc__{status}"] for status in LOOK_OF} == {
            status: of.count(status) / len(of) for status in LOOK_OF
        }
        assert row["color"] == LOOK_OF[of_objective.status].color


def test_perspectives_are_named_at_the_left_of_their_objectives(grafana, card):
    nodes, _ = grafana.ask("map", **HERE)
    places = {row["id"]: row for row in nodes.rows()}
    for side in card.perspectives:
        name = places[f"perspective/{side.perspective.id}"]
        assert (f"{name['title']} {name['subTitle']}".strip(), name["mainStat"], name["color"]) == (
            side.perspective.title,
            "",
            "transparent",
        )
        objectives = [places[one.objective.id] for one in side.objectives]
        assert all(name["fixedX"] + 140 < one["fixedX"] for one in objectives)
        assert abs(name["fixedY"] - min(one["fixedY"] for one in objectives)) < 80


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("Faster", ("Faster", "")),
        ("Keep what customers rely on running", ("Keep what customers", "rely on running")),
        ("Exactly twenty-two let", ("Exactly twenty-two let", "")),
        ("Donaudampfschifffahrtsgesellschaft first", ("Donaudampfschifffahrtsgesellschaft", "first")),
        ("Donaudampfschifffahrtsgesellschaft", ("Donaudampfschifffahrtsgesellschaft", "")),
    ],
)
def test_a_long_title_has_two_lines(title, lines):
    assert two_lines(title) == lines


def test_objectives_of_the_map_do_not_lie_upon_each_other(grafana):
    """A node is 80 wide, and its title needs about 230; rows with titles need 160."""
    nodes, _ = grafana.ask("map", **HERE)
    places = [(row["fixedX"], row["fixedY"]) for row in nodes.rows() if row["mainStat"]]
    for number, (x, y) in enumerate(places):
        for other_x, other_y in places[number + 1 :]:
            assert abs(x - other_x) >= 230 or abs(y - other_y) >= 160


def test_teams_stand_in_the_order_of_the_tree(grafana, service):
    frame = grafana.one("teams", show="score")
    rows = {row["team"]: row for row in frame.rows()}
    assert [(row["team"], row["path"], row["depth"]) for row in frame.rows()] == [
        ("company", "company", 0),
        ("payments", "company / Paying", 1),
        ("search", "company / search", 1),
    ]
    for card in service.snapshot.scorecards:
        for _, _, status in card.measures():
            assert rows[card.team][status.measure.id] == whole(status)
    assert frame.names[8:] == MEASURES


def test_teams_can_be_of_one_perspective_and_show_something_else(grafana, judged):
    frame = grafana.one("teams", show="value", perspective="business")
    assert frame.names[8:] == ["cloud_cost"]
    assert frame.rows()[1]["cloud_cost"] == float(judged["cloud_cost"].reading.value)
    assert set(grafana.one("teams", show="status")["cloud_cost"].values) <= set(LOOK_OF)


def test_events_have_a_beginning_and_an_end_and_what_they_are(grafana):
    frame = grafana.one("events", **HERE, since=datetime.now(UTC) - timedelta(days=30))
    rows = frame.rows()
    kinds = {row["tags"].partition(",")[0] for row in rows}
    assert {"deployment", "incident"} <= kinds
    assert [row["time"] for row in rows] == sorted(row["time"] for row in rows)
    assert len(set(frame["id"].values)) == len(rows)
    assert all(row["time"] == row["timeEnd"] for row in rows if row["tags"].startswith("deployment"))
    assert all(row["time"] < row["timeEnd"] for row in rows if row["tags"].startswith("incident"))
    assert not any("catalog" in row["title"] for row in rows), "that service is another team's"


def test_events_of_some_kinds_and_of_one_measure(grafana):
    since = datetime.now(UTC) - timedelta(days=729)
    frame = grafana.one("events", **HERE, kind="target,initiative", measure="deployment_frequency", since=since)
    assert [(row["title"], row["text"]) for row in frame.rows()] == [
        ("Deployment frequency: goal >= 1/week", "In force from 2025-07-01."),
        ("Smaller batches is due", "100 % done. Owner: qa@example.org."),
    ]
    later = grafana.one("events", **HERE, kind="initiative", since=since)
    assert [row["id"] for row in later.rows()] == ["initiative/done-with", "initiative/calmer"]


def test_where_nothing_happened_a_notice_says_so(grafana):
    frame = grafana.one("events", **HERE, kind="review")
    assert (frame.size, frame.notices) == (0, ["Nothing of this kind happened in the time shown."])


def test_initiatives_that_are_overdue_come_first(grafana):
    rows = grafana.one("initiatives", **HERE).rows()
    assert [(row["id"], row["state"], row["done"]) for row in rows] == [
        ("calmer", "Overdue", 0.4),
        ("done-with", "Finished", 1.0),
    ]
    assert rows[0]["measures"] == "Lead time for changes, Change failure rate"
    assert rows[0]["resources"] == "two engineers"
    assert [row["id"] for row in grafana.one("initiatives", **HERE, measure="deployment_frequency").rows()] == [
        "done-with"
    ]


def test_an_explanation_part_by_part(grafana, service):
    asked = {**HERE, "measure": "lead_time_for_changes"}
    why = asyncio.run(service.explain("engineering", "lead_time_for_changes", "payments", None))
    summary = {row["about"]: row["text"] for row in grafana.one("explain", **asked).rows()}
    assert summary["Value"] == why.value_text
    assert summary["Judgement"] == why.judgement
    formula = [row["text"] for row in grafana.one("explain", **asked, part="formula").rows()]
    assert formula[0] == why.formula
    assert summary["Change"] == why.change_text
    stages = {row["id"]: (row["value"], row["share"]) for row in grafana.one("explain", **asked, part="stages").rows()}
    assert stages == {one.figure.name: (float(one.figure.value), float(one.share)) for one in why.stages}
    assert stages


def test_an_explanation_says_what_is_left_out_and_what_contributes(grafana, service):
    asked = {"team": "company", "measure": "change_failure_rate"}
    why = asyncio.run(service.explain("engineering", asked["measure"], "company", None))
    frame = grafana.one("explain", **asked, part="below")
    expected = [(kind.kind, row.name, row.samples) for kind in why.contributions for row in kind.rows]
    assert [(row["kind"], row["name"], row["samples"]) for row in frame.rows()] == expected
    assert {"payments", "checkout", "ledger"} <= set(frame["name"].values)
    left_out = grafana.one("explain", **asked, part="left_out")
    assert [(row["code"], row["number"]) for row in left_out.rows()] == [(one.code, one.number) for one in why.left_out]


def test_an_explanation_of_a_grey_measure_shows_the_link_that_broke(grafana, service):
    asked = {"team": "search", "measure": "time_to_restore"}
    why = asyncio.run(service.explain("engineering", asked["measure"], "search", None))
    frame = grafana.one("explain", **asked, part="chain")
    assert [(row["link"], row["state"]) for row in frame.rows()] == [(one.name, one.state) for one in why.chain]
    assert frame["link"].values[-1] == "samples"
    other = grafana.one("explain", **HERE, measure="cloud_cost", part="chain")
    assert (other.size, other.notices) == (0, ["The measure has a value: no link of its chain is broken."])


UNKNOWN = [
    ("scorecard", {"scorecard": "enginering"}, "Did you mean 'engineering'"),
    ("scorecard", {"team": "paymens"}, "Did you mean 'payments'"),
    ("scorecard", {"perspective": "busines"}, "Did you mean 'business'"),
    ("scorecard", {"measure": "lead_time"}, "lead_time_for_changes"),
    ("scorecard", {"format": "weird"}, "There is: numeric, perspectives, table, total, wide."),
    ("history", {"measure": "cloud_costs"}, "Did you mean 'cloud_cost'"),
    ("history", {"show": "values"}, "Did you mean 'value'"),
    ("history", {"step": "year"}, "There is: auto, day, month, quarter, week."),
    ("evidence", {"measure": "cloud_costs"}, "Did you mean 'cloud_cost'"),
    ("evidence", {"limit": "many"}, "a whole number from 1 to 100,000"),
    ("map", {"team": "paymens"}, "Did you mean 'payments'"),
    ("teams", {"show": "colour"}, "There is: score, status, value."),
    ("teams", {"measure": "cloud_costs"}, "Did you mean 'cloud_cost'"),
    ("events", {"kind": "deploy"}, "There is: deployment, incident, target, review, initiative, status."),
    ("initiatives", {"measure": "cloud_costs"}, "Did you mean 'cloud_cost'"),
    ("explain", {"part": "stage"}, "Did you mean 'stages'"),
]


@pytest.mark.parametrize(("kind", "keys", "words"), UNKNOWN, ids=[f"{kind} {keys}" for kind, keys, _ in UNKNOWN])
def test_what_does_not_exist_is_answered_with_what_does(grafana, kind, keys, words):
    with pytest.raises(RefusedQueryError) as refused:
        grafana.ask(kind, **keys)
    assert words in str(refused.value)
    assert refused.value.status in {400, 404}
    assert refused.value.source == "downstream"


def test_steps_that_are_too_many_points_are_refused(grafana):
    with pytest.raises(RefusedQueryError, match="Steps of a day are too many points"):
        grafana.ask("history", **HERE, step="day", since=datetime.now(UTC) - timedelta(days=3000))
