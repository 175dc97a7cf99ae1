"""Real processes under test: a port that is free, and patience."""

import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

EXPORTER = Path(sys.executable).with_name("scorecard-exporter")


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


def command(folder, *arguments, env=None):
    """What a command of the exporter answers."""
    return subprocess.run(
        [EXPORTER, *arguments], cwd=folder, env=env, capture_output=True, text=True, timeout=60, check=False
    )


@contextmanager
def running(folder, *arguments, env=None):
    """The exporter as a process on a free port; ended at the end of the block if it still runs."""
    port = free_port()
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(
            [EXPORTER, "run", f"--web.listen-address=127.0.0.1:{port}", *arguments],
            cwd=folder,
            env=env,
            stderr=log,
            stdout=log,
        )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10) as client:
            yield process, client
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
