"""A small company's exporter, answering Grafana on a socket."""

from datetime import UTC, datetime

import pytest

import two_years
from plugin import serving
from scorecard_exporter.service import Service


@pytest.fixture(scope="session")
def company(tmp_path_factory):
    """A folder with the configuration and the store of a company whose two years end today."""
    folder = tmp_path_factory.mktemp("company")
    two_years.found(folder, datetime.now(UTC).replace(minute=0, second=0, microsecond=0))
    (folder / "none").mkdir()
    return folder


@pytest.fixture(scope="session")
def service(company):
    """The exporter of the company, not started yet."""
    return Service(company / "scorecard.yaml", {})


@pytest.fixture(scope="session")
def grafana(company, service):
    """Grafana as it asks the running exporter of the company."""
    with serving(service, company / "plugin.sock", is_service=True) as client:
        yield client
