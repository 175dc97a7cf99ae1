"""What sources ask of their systems, as it is counted while it happens."""

import pytest
from prometheus_client import CollectorRegistry

from scorecard_exporter import names
from scorecard_exporter.exposition.traffic import TrafficCollector
from scorecard_exporter.sources.base import Rate, Traffic


@pytest.fixture
def traffic():
    busy = Traffic(requests=7, unmodified=2, paused_until=1_780_000_000.0)
    busy.failures.update({"502": 3, "tls": 1})
    busy.rates["graphql"] = Rate(resource="graphql", limit=5000, remaining=12, resets_at=1_780_000_100.0)
    busy.rates["core"] = Rate(resource="core", limit=60, remaining=0, resets_at=1_780_000_200.0)
    return {"quiet": Traffic(), "busy": busy}


def series(traffic):
    """(labels, value) of every series by the name of its family."""
    registry = CollectorRegistry()
    registry.register(TrafficCollector(traffic))
    return {
        metric.name: [(tuple(one.labels.values()), one.value) for one in metric.samples]
        for metric in registry.collect()
    }


SERIES = [
    ("scorecard_source_requests", [(("busy",), 7), (("quiet",), 0)]),
    ("scorecard_source_unmodified_responses", [(("busy",), 2), (("quiet",), 0)]),
    ("scorecard_source_request_failures", [(("busy", "502"), 3), (("busy", "tls"), 1)]),
    ("scorecard_source_quota_limit", [(("busy", "core"), 60), (("busy", "graphql"), 5000)]),
    ("scorecard_source_quota_remaining", [(("busy", "core"), 0), (("busy", "graphql"), 12)]),
    (
        "scorecard_source_quota_reset_timestamp_seconds",
        [(("busy", "core"), 1_780_000_200.0), (("busy", "graphql"), 1_780_000_100.0)],
    ),
    ("scorecard_source_paused_until_timestamp_seconds", [(("busy",), 1_780_000_000.0), (("quiet",), 0)]),
]


@pytest.mark.parametrize(("family", "expected"), SERIES, ids=[name for name, _ in SERIES])
def test_a_family_tells_what_was_counted(traffic, family, expected):
    assert series(traffic)[family] == expected


def test_every_family_is_told_and_no_other(traffic):
    assert series(traffic).keys() == {family for family, _ in SERIES}
    assert {family.name.removesuffix("_total") for family in names.TRAFFIC_FAMILIES} == {family for family, _ in SERIES}


def test_what_is_counted_later_is_told_at_the_next_scrape(traffic):
    registry = CollectorRegistry()
    registry.register(TrafficCollector(traffic))
    traffic["quiet"].requests += 1
    assert registry.get_sample_value("scorecard_source_requests_total", {"source": "quiet"}) == 1


def test_a_source_that_is_gone_is_told_no_longer(traffic):
    registry = CollectorRegistry()
    registry.register(TrafficCollector(traffic))
    del traffic["busy"]
    assert registry.get_sample_value("scorecard_source_requests_total", {"source": "busy"}) is None
