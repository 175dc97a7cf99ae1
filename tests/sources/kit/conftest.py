"""A client on a system that is a function, with a clock that is moved by hand."""

import httpx
import pytest
from pydantic import SecretStr

from clock import Hands
from scorecard_exporter.sources.kit.authentication import Token
from scorecard_exporter.sources.kit.client import Client

BASE = "https://code.example/api"


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
