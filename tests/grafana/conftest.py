"""A small company's exporter, answering Grafana on a socket."""

import time
from datetime import UTC, datetime

import pytest

import two_years
from plugin import serving
from processes import wait_for
from scorecard_exporter.service import Service

CONFIGURATION = (
    two_years.CONFIGURATION.replace('path: "none/*.csv"', 'path: "none/*.csv", interval: 1h')
    .replace("          faster:\n", "          faster:\n            leads_to: [cost]\n")
    .replace("          safer:\n", "          safer:\n            leads_to: [faster, cost]\n")
    .replace("  payments: {parent", "  payments: {title: Paying, parent")
    .replace(
        "    teams: [company, payments, search]\n", "    teams: [company, payments, search]\n    review: quarterly\n"
    )
    + """
evaluation_interval: 1h
initiatives:
  calmer:
    title: Calmer releases
    for: [engineering/change_failure_rate, engineering/lead_time_for_changes]
    owner: qa@example.org
    due: 2026-02-01
    resources: two engineers
    done: 40%
  done-with:
    title: Smaller batches
    for: [engineering/deployment_frequency]
    owner: qa@example.org
    due: 2026-01-01
    done: 100%
"""
)


@pytest.fixture(scope="session")
def company(tmp_path_factory):
    """A folder with the configuration and the store of a company whose two years end today."""
    folder = tmp_path_factory.mktemp("company")
    end = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    two_years.found(folder, end, CONFIGURATION)
    (folder / "none").mkdir()
    (folder / "none/builds.csv").write_text("status,started_at,key\n")
    return folder


@pytest.fixture(scope="session")
def service(company):
    """The exporter of the company, which `grafana` starts."""
    return Service(company / "scorecard.yaml", {})


@pytest.fixture(scope="session")
def grafana(company, service):
    """Grafana as it asks the running exporter of the company."""
    with serving(service, company / "plugin.sock", is_service=True) as client:
        wait_for(lambda: is_quiet(service), "the evaluation after the first poll")
        yield client


def is_quiet(service):
    """Whether the first poll has ended and the evaluation after it too: the next ones come in an hour."""
    polls = service.registry.get_sample_value("scorecard_source_polls_total", {"source": "shop"})
    before = service.snapshot
    time.sleep(0.3)
    return polls == 1 and service.snapshot is before
