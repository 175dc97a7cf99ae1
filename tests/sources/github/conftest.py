"""A GitHub that is a function, and the source that reads it."""

from types import SimpleNamespace

import pytest
import stamina

from fake_system import answer_with
from scorecard_exporter.sources.kit import client as kit_client
from scorecard_exporter.sources.kit.quota import Budgets
from scorecard_exporter.sources.registry import TYPES
from systems import github as fake


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    """Retries follow at once, as many as there really are; budgets begin anew."""
    monkeypatch.setattr(kit_client, "_BUDGETS", Budgets())
    with stamina.set_testing(True, attempts=kit_client.ATTEMPTS):
        yield


@pytest.fixture
def served(monkeypatch):
    """A function that serves these repositories: the fake, what it was asked, and the options of a source."""

    def serve(*repos):
        github, requests = fake.Github(*repos), []
        world = SimpleNamespace(github=github, requests=requests, handle=github.handle)

        def handle(request):
            requests.append(request)
            return world.handle(request)

        answer_with(monkeypatch, handle)
        world.options = {
            "type": "github",
            "url": fake.URL,
            "token": fake.TOKEN,
            "repositories": [repo.thing for repo in repos],
        }
        world.source = lambda **more: TYPES["github"].model_validate({**world.options, **more}).build("code", "/")
        return world

    return serve
