"""A source of type `jira` before a fake of either edition."""

import json
from datetime import UTC, datetime

import pytest
import stamina

from fake_system import answer_with
from scorecard_exporter.sources.jira.issues import Meaning
from scorecard_exporter.sources.registry import TYPES
from systems import jira

AT = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _no_waiting():
    with stamina.set_testing(True, attempts=2):
        yield


@pytest.fixture
def meaning():
    return Meaning(
        source="jira", pages="https://acme.atlassian.net", incident_types=("*incident",), incident_labels=("outage",)
    )


@pytest.fixture(params=["cloud", "data-center"])
def edition(request):
    return request.param


@pytest.fixture
def system(edition):
    return jira.system(cloud=edition == "cloud")


@pytest.fixture
def build(system, monkeypatch):
    """A function from keys to the source before the fake, or before another handler."""

    def build(handler=None, **written):
        answer_with(monkeypatch, handler or system)
        return TYPES["jira"].model_validate({**system.options, **written}).build("jira", "/")

    return build


@pytest.fixture(scope="session")
def recorded(payloads):
    """A function from the name of a recorded body to the body."""
    return lambda name: json.loads((payloads / "jira" / name).read_text())
