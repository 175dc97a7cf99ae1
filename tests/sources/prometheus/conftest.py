"""A source of type `prometheus` before a fake one."""

from datetime import UTC, datetime

import pytest
import stamina

from fake_system import answer_with
from scorecard_exporter.sources.registry import TYPES
from systems import prometheus

AT = datetime(2026, 6, 1, 9, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _no_waiting():
    with stamina.set_testing(True, attempts=2):
        yield


@pytest.fixture
def fake():
    """A Prometheus with a value every hour since June 2024: the hour's number since then."""

    def value(at):
        hours = (at - prometheus.START).total_seconds() / 3600
        return str(int(hours)) if hours >= 0 else None

    return prometheus.FakePrometheus({"cost": [({"service": "checkout"}, value)]})


@pytest.fixture
def build(fake, monkeypatch):
    """A function from the keys of a series to its source, answered by the fake (or another handler)."""

    def build(handler=fake, name="prom", **series):
        answer_with(monkeypatch, handler)
        written = {"expression": "cost", "label": "service", **series}
        options = {"type": "prometheus", "url": "http://prom.example", "token": prometheus.TOKEN}
        return TYPES["prometheus"].model_validate({**options, "series": {"cost": written}}).build(name, "/")

    return build
