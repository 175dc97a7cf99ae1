"""Acme at one fixed moment, whole and small."""

import sys
from pathlib import Path

import httpx
import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(CHECKOUT))

from examples.acme.company.moments import moment  # noqa: E402 - found by the line above
from examples.acme.company.story import company  # noqa: E402
from examples.acme.systems.running import MAIL, TOKEN, Systems  # noqa: E402
from examples.acme.systems.transport import handler  # noqa: E402
from examples.acme.truth import truth  # noqa: E402

NOW = moment("2026-11-25T09:00:00Z")


@pytest.fixture(scope="session")
def acme():
    """The whole company: forty services, two years."""
    return company(now=NOW)


@pytest.fixture(scope="session")
def true(acme):
    """What is true of the whole company."""
    return truth(acme)


@pytest.fixture(scope="session")
def small():
    """Eight services, one of each team, four months."""
    return company(now=NOW, services=8, months=4)


class Clock:
    """A clock that goes on when a test says so."""

    def __init__(self):
        self.now = float(NOW)

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def systems(small, clock):
    """The small company's systems, with their usual quotas."""
    return Systems(small, clock=clock)


CREDENTIALS = {
    "github": ("Authorization", f"Bearer {TOKEN}"),
    "gitlab": ("PRIVATE-TOKEN", TOKEN),
    "jenkins": ("Authorization", httpx.BasicAuth("scorecard", TOKEN)._auth_header),
    "pagerduty": ("Authorization", f"Token token={TOKEN}"),
    "jira": ("Authorization", httpx.BasicAuth(MAIL, TOKEN)._auth_header),
    "prometheus": ("Authorization", f"Bearer {TOKEN}"),
}


def known(request):
    """The request with the credential of its system, unless it has one."""
    name, value = CREDENTIALS[request.url.path.split("/")[1]]
    request.headers.setdefault(name, value)
    return request


@pytest.fixture
def connect():
    """Makes clients of systems, without a network, as somebody whose credentials they know."""
    clients = []

    def client(systems):
        transport = httpx.MockTransport(handler(systems))
        clients.append(httpx.Client(transport=transport, base_url="http://acme.test", auth=known))
        return clients[-1]

    yield client
    for one in clients:
        one.close()


@pytest.fixture
def ask(connect, systems):
    """A client of the small company's systems."""
    return connect(systems)


@pytest.fixture(scope="session")
def _whole(acme):
    return Systems(acme)


@pytest.fixture
def ask_whole(connect, _whole):
    """A client of the whole company's systems."""
    return connect(_whole)
