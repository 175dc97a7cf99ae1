"""The small tables: who counts what, the days of a zone, whose an observation is; and the colour changes."""

from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from scorecard_exporter.events.model import Batch, Deployment, Observation
from scorecard_exporter.quantities import moment
from scorecard_exporter.store.base import Dimensions, StatusChange, SubjectPattern

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def dimensions(**tables):
    return Dimensions(**{"services": (), "scope": (), "subjects": (), "zones": (), **tables})


def observed(*subjects, series="cost", origin="bills:aws"):
    return Batch(
        records=tuple(
            Observation(
                origin=origin,
                key=f"{series} {raw}",
                series=series,
                subject=raw,
                starts_at=NOON,
                ends_at=NOON,
                value=Decimal(1),
            )
            for raw in subjects
        ),
        cursor="1",
    )


def means(raw, subject, *, series="cost", origin=None):
    return SubjectPattern(series=series, origin=origin, raw=raw, subject=subject)


def test_the_scope_is_what_the_configuration_says(store, rows):
    store.dimensions(dimensions(scope=(("root", "api"), ("root", "team/root"))))
    store.dimensions(dimensions(scope=(("root", "api"),)))
    assert rows("SELECT * FROM scope") == [("root", "api")]


@pytest.mark.parametrize(
    ("zone", "day", "hours", "why"),
    [
        ("UTC", "2026-03-29", 24, "no summer time"),
        ("Europe/Berlin", "2026-03-28", 24, "an ordinary day"),
        ("Europe/Berlin", "2026-03-29", 23, "clocks go forward"),
        ("Europe/Berlin", "2026-10-25", 25, "clocks go back"),
        ("America/Sao_Paulo", "2018-11-04", 23, "clocks go forward at midnight: the day begins at one"),
        ("America/Havana", "2024-11-03", 25, "clocks go back to midnight"),
        ("Asia/Kathmandu", "2026-03-29", 24, "a zone at a quarter of an hour"),
    ],
)
def test_a_day_lasts_as_long_as_its_zone_says(store, rows, zone, day, hours, why):
    store.dimensions(dimensions(zones=(zone,)))
    number = (datetime.fromisoformat(day) - datetime(1970, 1, 1)).days  # noqa: DTZ001 - days of a calendar
    ((starts_at, ends_at),) = rows(f"SELECT starts_at, ends_at FROM calendar WHERE day = {number}")
    assert (ends_at - starts_at) / 3_600_000_000 == hours, why
    assert moment(starts_at).astimezone(ZoneInfo(zone)).date().isoformat() == day


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Pacific/Apia", "America/Sao_Paulo"])
def test_days_follow_each_other_without_gap_or_overlap(store, rows, zone):
    """Also in Samoa, which left out 30 December 2011."""
    store.dimensions(dimensions(zones=(zone, "UTC")))
    days = rows(f"SELECT starts_at, ends_at FROM calendar WHERE zone = '{zone}' ORDER BY starts_at")
    assert all(before[1] == after[0] for before, after in pairwise(days))
    assert all(starts_at < ends_at for starts_at, ends_at in days)
    assert moment(days[0][0]).year <= 1990
    assert moment(days[-1][1]).year >= 2059


@pytest.mark.parametrize(
    ("patterns", "raw", "expected"),
    [
        pytest.param([means("api", "checkout")], "api", ["checkout"], id="by name"),
        pytest.param([means("API", "checkout")], "api", ["checkout"], id="without regard to case"),
        pytest.param([means("web", "checkout")], "api", [], id="another name"),
        pytest.param([means("ap*", "checkout")], "api", ["checkout"], id="by a glob"),
        pytest.param([means("/^a.i$/", "checkout")], "api", ["checkout"], id="by a regular expression"),
        pytest.param(
            [means("*", "team/all"), means("api", "checkout")], "api", ["checkout"], id="a name before a glob"
        ),
        pytest.param([means("api", "team/a"), means("api", "checkout")], "api", ["checkout", "team/a"], id="both"),
        pytest.param([means("api", "checkout"), means("api", "checkout")], "api", ["checkout"], id="once"),
        pytest.param([means("api", "checkout", series="users")], "api", [], id="another series"),
        pytest.param([means("api", "checkout", origin="bills:aws")], "api", ["checkout"], id="its origin"),
        pytest.param([means("api", "checkout", origin="bills:gcp")], "api", [], id="another origin"),
    ],
)
@pytest.mark.parametrize("first", ["configuration", "observations"])
def test_whose_an_observation_is(store, rows, patterns, raw, expected, first):
    """The same, whether the configuration or the observation came first."""
    steps = [
        lambda: store.dimensions(dimensions(subjects=tuple(patterns))),
        lambda: store.write("bills", ("all", observed(raw))),
    ]
    for step in steps if first == "configuration" else reversed(steps):
        step()
    found = rows("SELECT series, origin, raw, subject FROM series_subject ORDER BY ALL")
    assert found == [("cost", "bills:aws", raw, subject) for subject in expected]


def test_an_unseen_subject_gets_its_meaning_when_it_comes(store, rows):
    store.dimensions(dimensions(subjects=(means("a*", "checkout"),)))
    for subjects in (["api"], ["api", "auth"], ["auth", "web"]):
        store.write("bills", ("all", observed(*subjects)))
    assert rows("SELECT raw FROM series_subject ORDER BY ALL") == [("api",), ("auth",)]


def test_environments_are_counted_as_the_sources_name_them(store):
    deployed = [("acme:api", "live", 2), ("acme:api", "Staging", 1), ("acme:web", "live", 1)]
    records = tuple(
        Deployment(origin=origin, key=f"{environment} {number}", environment=environment, finished_at=NOON)
        for origin, environment, count in deployed
        for number in range(count)
    )
    store.write("acme", ("all", Batch(records=records, cursor="1")))
    assert sorted(store.environments()) == sorted(deployed)


def turned(status, at, measure="lead_time_for_changes", value=1.5):
    return StatusChange(scorecard="engineering", team="payments", measure=measure, status=status, value=value, at=at)


def test_the_newest_colour_change_of_each_measure_is_kept(store):
    other = turned("red", 1, measure="change_failure_rate")
    store.record_status_changes([turned("green", 1), turned("red", 3), other])
    store.record_status_changes([turned("yellow", 2)])
    store.record_status_changes([])
    assert sorted(store.status_changes(), key=lambda change: change.measure) == [other, turned("red", 3)]


def test_a_grey_measure_has_no_value(store):
    store.record_status_changes([turned("grey", 1, value=None)])
    assert store.status_changes() == [turned("grey", 1, value=None)]


def test_of_two_changes_at_one_moment_the_last_recorded_stands(store):
    store.record_status_changes([turned("green", 1)])
    store.record_status_changes([turned("red", 1)])
    assert store.status_changes() == [turned("red", 1)]
