"""A source of type `alertmanager`, before a fake Prometheus."""

import pytest
import stamina

from fake_system import answer_with
from scorecard_exporter.sources.registry import TYPES
from systems import alertmanager


@pytest.fixture(autouse=True)
def _no_waiting():
    with stamina.set_testing(True, attempts=2):
        yield


@pytest.fixture
def system():
    return alertmanager.system()


@pytest.fixture
def build(system, monkeypatch):
    """A function from keys (those of `prometheus` under that name) to the source before the fake, or a handler."""

    def build(handler=None, *, prometheus=None, **written):
        answer_with(monkeypatch, handler or system)
        past = {**system.options["prometheus"], **(prometheus or {})}
        return (
            TYPES["alertmanager"].model_validate({**system.options, **written, "prometheus": past}).build("alerts", "/")
        )

    return build
