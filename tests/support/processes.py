"""Real processes under test: a port that is free, and patience."""

import socket
import time

import httpx
import pytest


def free_port():
    """A port of the loopback address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(condition, what, seconds=40):
    """Wait until `condition` gives something true, and return that; a server that does not answer yet is false."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if found := condition():
                return found
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    return pytest.fail(f"{what} did not come within {seconds} s")
