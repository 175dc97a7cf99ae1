"""The exporter's metrics about itself: when a series exists, and what it says."""

from dataclasses import dataclass

import pytest
from prometheus_client import CollectorRegistry

from scorecard_exporter import __version__, names
from scorecard_exporter.exposition.own import OwnMetrics
from scorecard_exporter.exposition.pushed import PushedCollector
from scorecard_exporter.pushes.intake import Intake


@pytest.fixture
def registry():
    return CollectorRegistry()


@pytest.fixture
def own(registry):
    return OwnMetrics(registry)


def series(registry, family):
    """The series of a family: value by label values."""
    return {
        tuple(sample.labels.values()): sample.value
        for metric in registry.collect()
        for sample in metric.samples
        if sample.name == family.name
    }


@pytest.mark.parametrize(
    "family",
    [names.EVALUATIONS, names.EVALUATION_FAILURES, names.STORE_WRITE_FAILURES],
    ids=lambda family: family.name,
)
@pytest.mark.usefixtures("own")
def test_counters_begin_at_zero(registry, family):
    """Otherwise the first failure would be no increase."""
    assert series(registry, family) == {(): 0.0}


@pytest.mark.parametrize(
    "family",
    [
        names.EVALUATION_LAST_SUCCESS,
        names.EVALUATION_DURATION,
        names.STORE_SIZE,
        names.STORE_ROWS,
        names.CONFIG_RELOAD_SUCCESS,
        names.SOURCE_UP,
    ],
    ids=lambda family: family.name,
)
@pytest.mark.usefixtures("own")
def test_what_is_not_known_yet_is_absent(registry, family):
    """A last success in 1970, or a store of no size, would be a lie."""
    assert series(registry, family) == {}


@pytest.mark.usefixtures("own")
def test_versions(registry):
    """Which exporter this is."""
    assert [labels[0] for labels in series(registry, names.BUILD_INFO)] == [__version__]


@pytest.mark.parametrize(
    ("external_url", "grafana_url", "labels"),
    [
        pytest.param("", "", ("", ""), id="not told"),
        pytest.param(
            "https://example.org/scorecard/",
            "http://grafana:3000",
            ("https://example.org/scorecard", "http://grafana:3000"),
            id="ready for a path to follow",
        ),
    ],
)
def test_where_people_reach_it(registry, own, external_url, grafana_url, labels):
    """Alerts and boards put paths behind these, so that none ends in a slash."""
    own.reached(external_url=external_url, grafana_url=grafana_url)
    assert series(registry, names.WEB_INFO) == {labels: 1.0}


@pytest.mark.usefixtures("own")
def test_the_process_is_described(registry):
    """Memory and processor time under their usual names."""
    assert {"process_resident_memory_bytes", "process_cpu_seconds", "python_info"} <= {
        metric.name for metric in registry.collect()
    }


def test_an_expected_source_has_counters_and_no_verdict(registry, own):
    """Before its first poll nobody knows whether a source is up."""
    own.expect("repo")
    assert series(registry, names.SOURCE_POLLS) == {("repo",): 0.0}
    assert series(registry, names.SOURCE_POLL_FAILURES) == {("repo",): 0.0}
    assert series(registry, names.SOURCE_UP) == {}


def test_polls(registry, own):
    """A failure turns the source down, and leaves the time of its last success."""
    own.expect("repo")
    own.polled("repo", 0.5, succeeded=True, at=100.0)
    own.polled("repo", 1.5, succeeded=False, at=200.0)
    assert series(registry, names.SOURCE_POLLS) == {("repo",): 2.0}
    assert series(registry, names.SOURCE_POLL_FAILURES) == {("repo",): 1.0}
    assert series(registry, names.SOURCE_UP) == {("repo",): 0.0}
    assert series(registry, names.SOURCE_POLL_DURATION) == {("repo",): 1.5}
    assert series(registry, names.SOURCE_LAST_SUCCESS) == {("repo",): 100.0}


def test_records_and_problems_add_up(registry, own):
    """By kind of record and by code of problem."""
    own.expect("repo")
    own.wrote("repo", {"commit": 10, "deployment": 2})
    own.wrote("repo", {"commit": 5})
    own.problem("repo", "bad_row")
    own.problem("repo", "bad_row")
    assert series(registry, names.SOURCE_RECORDS) == {("repo", "commit"): 15.0, ("repo", "deployment"): 2.0}
    assert series(registry, names.SOURCE_PROBLEMS) == {("repo", "bad_row"): 2.0}


def test_a_forgotten_source_leaves_nothing(registry, own):
    """Neither its old series, nor new ones by a poll that was still under way; others stay."""
    for source in ("repo", "files"):
        own.expect(source)
        own.polled(source, 0.5, succeeded=True, at=100.0)
        own.wrote(source, {"commit": 1})
        own.problem(source, "bad_row")
    own.forget("repo")
    own.polled("repo", 0.5, succeeded=False, at=200.0)
    own.wrote("repo", {"commit": 1})
    own.problem("repo", "bad_row")
    of_sources = [family for family in names.SELF_FAMILIES if "source" in family.labels]
    assert {labels[0] for family in of_sources for labels in series(registry, family)} == {"files"}


def test_evaluations(registry, own):
    """A failed evaluation counts, and the time of the last good one stays."""
    own.evaluated(0.25, at=100.0)
    own.evaluation_failed()
    assert series(registry, names.EVALUATIONS) == {(): 2.0}
    assert series(registry, names.EVALUATION_FAILURES) == {(): 1.0}
    assert series(registry, names.EVALUATION_LAST_SUCCESS) == {(): 100.0}
    assert series(registry, names.EVALUATION_DURATION) == {(): 0.25}


def test_the_store(registry, own):
    """Rows by table, size, and writes that were undone."""
    own.stored({"rows": {"commit": 3, "deployment": 1}, "bytes": 4096})
    own.write_failed()
    assert series(registry, names.STORE_ROWS) == {("commit",): 3.0, ("deployment",): 1.0}
    assert series(registry, names.STORE_SIZE) == {(): 4096.0}
    assert series(registry, names.STORE_WRITE_FAILURES) == {(): 1.0}


def test_a_refused_configuration_keeps_the_time_of_the_one_in_force(registry, own):
    """As Prometheus says it of its own configuration."""
    own.reloaded(succeeded=True, at=100.0)
    own.reloaded(succeeded=False, at=200.0)
    assert series(registry, names.CONFIG_RELOAD_SUCCESSFUL) == {(): 0.0}
    assert series(registry, names.CONFIG_RELOAD_SUCCESS) == {(): 100.0}


def test_what_is_pushed_is_read_from_its_own_counts(registry):
    """A refusal is counted by its reason from 0 on; there is no last delivery before there is one."""

    @dataclass
    class Waits:
        waiting: int
        oldest_at: float | None

    idle, busy = Intake(None, Waits(0, None), None), Intake(None, Waits(3, 940.0), None)
    busy.accepted, busy.duplicates, busy.last_at = 7, 2, 990.0
    busy.refused["unproven"] += 1
    registry.register(PushedCollector(lambda: {"hooks": busy, "idle": idle}, now=lambda: 1_000.0))
    values = {
        (sample.name, sample.labels["source"], sample.labels.get("reason")): sample.value
        for metric in registry.collect()
        for sample in metric.samples
        if sample.name.startswith("scorecard_webhook_")
    }
    assert values.pop(("scorecard_webhook_refusals_total", "hooks", "unproven")) == 1
    assert {name: value for (name, source, reason), value in values.items() if source == "hooks" and not reason} == {
        "scorecard_webhook_deliveries_total": 7,
        "scorecard_webhook_duplicates_total": 2,
        "scorecard_webhook_last_delivery_timestamp_seconds": 990,
        "scorecard_webhook_waiting_deliveries": 3,
        "scorecard_webhook_waiting_seconds": 60,
    }
    assert {value for (_, source, reason), value in values.items() if source == "idle" or reason} == {0}
    assert ("scorecard_webhook_last_delivery_timestamp_seconds", "idle", None) not in values
