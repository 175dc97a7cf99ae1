"""No test of a source waits: neither for another try of a request nor for a quota that another test has used up."""

import pytest
import stamina

pytest.register_assert_rewrite("contract")

from scorecard_exporter.sources.kit import client as kit_client  # noqa: E402  after the rewriting was asked for
from scorecard_exporter.sources.kit.quota import Budgets  # noqa: E402


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    """Retries follow at once, as many as there really are; budgets begin anew."""
    monkeypatch.setattr(kit_client, "_BUDGETS", Budgets())
    with stamina.set_testing(True, attempts=kit_client.ATTEMPTS):
        yield
