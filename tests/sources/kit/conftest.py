"""A client on a system that is a function, with a clock that is moved by hand."""

from dataclasses import dataclass, field

import httpx
import pytest
import stamina
from pydantic import SecretStr

from scorecard_exporter.sources.kit import client as kit_client
from scorecard_exporter.sources.kit.authentication import Token
from scorecard_exporter.sources.kit.client import Client, Clock
from scorecard_exporter.sources.kit.quota import Budgets

BASE = "https://code.example/api"


@dataclass
class Hands:
    """The clock; whoever sleeps moves it on."""

    at: float = 1_000_000.0
    slept: list = field(default_factory=list)

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.at += seconds

    def clock(self):
        return Clock(now=lambda: self.at, sleep=self.sleep)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    """Retries follow at once, as many as there really are; budgets begin anew."""
    monkeypatch.setattr(kit_client, "_BUDGETS", Budgets())
    with stamina.set_testing(True, attempts=kit_client.ATTEMPTS):
        yield


@pytest.fixture
def hands():
    return Hands()


@pytest.fixture
def asking(hands):
    """A function that makes a client of a handler; further arguments are the client's."""

    def make(handler, **arguments):
        credential = arguments.pop("credential", Token(SecretStr("s3cret-token")))
        return Client(
            BASE, credential=credential, transport=httpx.MockTransport(handler), clock=hands.clock(), **arguments
        )

    return make
