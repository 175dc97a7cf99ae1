"""A history is what was seen live: the same numbers to the last digit, on every screen and in Prometheus."""

import threading
from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text

import two_years
from scorecard_exporter.errors import UnknownNameError
from scorecard_exporter.evaluation import explain_at, explain_measure, history, narrowed, take
from scorecard_exporter.exposition.backfill import FAMILIES, Backfill
from scorecard_exporter.exposition.cache import render
from scorecard_exporter.quantities import instant
from scorecard_exporter.scorecard.document import snapshot_document
from scorecard_exporter.scorecard.history import collect
from scorecard_exporter.scorecard.history_document import history_document
from scorecard_exporter.scorecard.periods import Point, calendar_periods, rolling, step_of
from scorecard_exporter.store import open_store

FIRST, LAST = instant(datetime(2024, 2, 10, tzinfo=UTC)), instant(two_years.END)
SAME = ("value", "value_text", "goal", "score", "status", "samples")
DAY = 86_400_000_000


@pytest.fixture(scope="module")
def configuration(tmp_path_factory):
    return two_years.found(tmp_path_factory.mktemp("company"))


@pytest.fixture(scope="module")
def store(configuration):
    store = open_store(configuration.store)
    yield store
    store.close()


@pytest.fixture(scope="module")
def months(configuration, store):
    """The points of a year and eleven months, and what the history says of them."""
    points = list(rolling(step_of("month"), "Europe/Berlin", FIRST, LAST))
    return points, list(history(configuration, store, points, details=True))


def colours(snapshots):
    return {status.status for taken in snapshots for card in taken.scorecards for _, _, status in card.measures()}


def judged(taken):
    """All that a snapshot says of each measure and parent, exactly."""
    for card in taken.scorecards:
        yield card.team, card.score, card.coverage, card.status
        for perspective, objective, status in card.measures():
            yield perspective.score, perspective.status, objective.score, objective.coverage, objective.status
            yield status.measure.id, status.reading, status.anchors, status.score, status.status, status.absence


def test_the_company_has_had_all_colours(months):
    assert colours(months[1]) == {"green", "yellow", "red", "grey"}


def test_each_point_is_what_was_seen_live_then(configuration, store, months):
    points, snapshots = months
    assert len(points) == 23
    for point, found in zip(points, snapshots, strict=True):
        assert list(judged(found)) == list(judged(take(configuration, store, point.ends_at)))


def test_every_number_is_the_same_without_what_stands_beside_it(configuration, store, months):
    points, snapshots = months
    assert collect(history(configuration, store, points)) == collect(snapshots)


def test_one_point_at_a_time_or_all_at_once_is_the_same(configuration, store, months, monkeypatch):
    monkeypatch.setattr("scorecard_exporter.evaluation.READINGS_AT_ONCE", 1)
    points, snapshots = months
    again = islice(history(configuration, store, points, details=True), 4)
    assert [list(judged(one)) for one in again] == [list(judged(one)) for one in snapshots[:4]]


def test_a_history_that_nobody_reads_on_asks_no_more(configuration, store, months, monkeypatch):
    monkeypatch.setattr("scorecard_exporter.evaluation.READINGS_AT_ONCE", 1)
    begun = history(configuration, store, months[0])
    next(begun)
    assert [one.name for one in threading.enumerate() if one.name.startswith("statements")]
    begun.close()
    assert not [one.name for one in threading.enumerate() if one.name.startswith("statements")]


def test_history_and_status_say_the_same(configuration, store, months):
    points, snapshots = months
    document = history_document(collect(snapshots), step="month", periods="rolling", parents=True)
    for place in (0, 9, 22):
        live = snapshot_document(take(configuration, store, points[place].ends_at))
        for then, now in zip(document["scorecards"], live["scorecards"], strict=True):
            measures = [one for side in now["perspectives"] for end in side["objectives"] for one in end["measures"]]
            assert [
                {key: one["points"][place][key] for key in SAME} | {"id": one["id"]} for one in then["measures"]
            ] == [{key: one[key] for key in SAME} | {"id": one["id"]} for one in measures]
            assert then["parents"][0]["points"][place]["score"] == now["score"]


def test_a_point_is_judged_by_the_target_of_its_time(months):
    frequency = collect(months[1]).teams["engineering", "payments"].measures["deployment_frequency"]
    goals = {point.period.ends_at: point.goal_text for point in frequency.points}
    berlin = {name: instant(datetime.fromisoformat(f"{name}T22:00:00+00:00")) for name in ("2024-06-30", "2025-06-30")}
    assert [point.goal_text for point in frequency.points[:4]] == [""] * 4
    assert goals[berlin["2024-06-30"]] == "", "at the first instant of July the last one of June is judged"
    assert goals[berlin["2025-06-30"]] == ">= 1/14 d"
    assert frequency.points[-1].goal_text == ">= 1/week"


def test_one_team_is_the_same_alone_as_among_all(configuration, store, months):
    points, snapshots = months
    alone = collect(history(narrowed(configuration, "engineering", "search"), store, points))
    assert list(alone.teams) == [("engineering", "search")]
    assert alone.teams["engineering", "search"] == collect(snapshots).teams["engineering", "search"]


def test_one_measure_is_the_same_alone_as_among_all(configuration, store, months):
    points, snapshots = months
    alone = collect(history(narrowed(configuration, "engineering", measure="time_to_restore"), store, points))
    every = collect(snapshots)
    assert {key: list(team.measures) for key, team in alone.teams.items()} == {
        key: ["time_to_restore"] for key in every.teams
    }
    for key, team in alone.teams.items():
        assert team.measures["time_to_restore"] == every.teams[key].measures["time_to_restore"]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (("engineerin",), "There is no scorecard named 'engineerin'. Did you mean 'engineering'?"),
        (("engineering", "searc"), "There is no team of scorecard engineering named 'searc'. Did you mean 'search'?"),
        (("engineering", None, "cost"), "There is no measure of scorecard engineering named 'cost'."),
    ],
)
def test_what_does_not_exist_has_no_history(configuration, asked, message):
    with pytest.raises(UnknownNameError) as caught:
        narrowed(configuration, *asked)
    assert str(caught.value).startswith(message)


def test_calendar_months_have_the_length_that_clocks_give_them(configuration, store):
    points = list(calendar_periods(step_of("month"), "Europe/Berlin", instant(datetime(2025, 2, 1, tzinfo=UTC)), LAST))
    snapshots = list(history(configuration, store, points))
    frequency = collect(snapshots).teams["engineering", "payments"].measures["deployment_frequency"]
    lengths = [(point.period.ends_at - point.period.starts_at) / DAY for point in frequency.points]
    # March loses an hour in Berlin and October gains one.
    hour = 1 / 24
    assert lengths == pytest.approx([31 - hour, 30, 31, 30, 31, 31, 30, 31 + hour, 30, 31][: len(lengths)])
    for point in frequency.points:
        assert point.value == pytest.approx(point.samples / ((point.period.ends_at - point.period.starts_at) / DAY))
    assert sum(point.samples for point in frequency.points) > 100


def test_a_total_keeps_its_window_in_calendar_periods(configuration, store):
    """Its goal is one for 30 days; a quarter would be judged by a third of what it costs."""
    points = list(
        calendar_periods(step_of("quarter"), "Europe/Berlin", instant(datetime(2025, 1, 1, tzinfo=UTC)), LAST)
    )
    past = collect(history(configuration, store, points)).teams["engineering", "payments"].measures
    for point in past["cloud_cost"].points:
        live = collect([take(configuration, store, point.period.ends_at)])
        assert live.teams["engineering", "payments"].measures["cloud_cost"].points == [point]
        assert point.period.ends_at - point.period.starts_at == 30 * DAY
    assert {one.period.starts_at for one in past["lead_time_for_changes"].points} == {one.starts_at for one in points}


def samples(document, parse):
    """Of each family that is backfilled: name, labels and value of every sample."""
    named = {family.name for family in FAMILIES}
    return {
        (sample.name, *sorted(sample.labels.items())): (sample.value, sample.timestamp)
        for family in parse(document)
        if family.name in named
        for sample in family.samples
    }


@pytest.mark.parametrize("place", [0, 12, 22])
def test_a_backfilled_moment_has_the_series_that_a_scrape_had(configuration, store, months, place):
    points, snapshots = months
    filled = Backfill({"job": "scorecard", "instance": "exporter:10210"})
    filled.add(snapshots[place])
    past = samples(b"".join(filled.write()).decode(), parse_openmetrics)
    live = samples(
        render(take(configuration, store, points[place].ends_at), configuration).whole.plain.decode(), parse_text
    )
    scraped = {
        (name, *sorted([*labels, ("instance", "exporter:10210"), ("job", "scorecard")])): value
        for (name, *labels), (value, _) in live.items()
    }
    assert {key: value for key, (value, _) in past.items()} == scraped
    assert {float(at) for _, at in past.values()} == {points[place].ends_at // 1_000_000}


def test_a_backfilled_document_is_valid_openmetrics_with_rising_times(months):
    filled = Backfill({"job": "scorecard"})
    for taken in months[1]:
        filled.add(taken)
    document = b"".join(filled.write()).decode()
    families = {family.name: family for family in parse_openmetrics(document)}
    assert document.endswith("\n# EOF\n")
    assert document.count("# EOF") == 1
    assert list(families) == [family.name for family in FAMILIES if family.name in families]
    values = [one for one in families["scorecard_score_ratio"].samples if one.labels["team"] == "payments"]
    assert [one.timestamp for one in values] == sorted(one.timestamp for one in values)
    assert len(values) > 15


def test_a_label_of_the_exporters_own_cannot_be_added():
    with pytest.raises(ValueError, match="team is a label that the exporter sets itself"):
        Backfill({"team": "payments"})


def test_no_points_are_no_history(configuration, store):
    assert list(history(configuration, store, [])) == []
    assert collect([]).size == 0


def test_points_may_end_before_anything_was_read(configuration, store):
    (taken,) = history(configuration, store, [Point(instant(two_years.BEGIN - timedelta(days=100)))])
    assert {status.reading.value for card in taken.scorecards for _, _, status in card.measures()} == {None}


@pytest.mark.parametrize("team", [None, "payments"])
def test_an_explanation_is_the_same_alone_as_from_a_whole_snapshot(configuration, store, team):
    taken = take(configuration, store, LAST)
    for _, _, measure in configuration.scorecards["engineering"].measures():
        asked = {"scorecard": "engineering", "measure": measure.id, "team": team}
        if team in {None, *measure.teams}:
            why = explain_measure(configuration, store, taken, **asked)
            assert explain_at(configuration, store, LAST, **asked) == why


def test_a_measure_that_does_not_exist_is_refused_before_anything_is_evaluated(configuration, store):
    with pytest.raises(UnknownNameError) as refusal:
        explain_at(configuration, store, 0, scorecard="engineering", measure="time_to_restart", team="payments")
    assert str(refusal.value).startswith(
        "There is no measure of scorecard engineering, team payments named 'time_to_restart'. "
        "Did you mean 'time_to_restore'?"
    )
