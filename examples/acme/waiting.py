"""`python -m examples.acme.waiting`: until Acme's systems answer. They tell the company's story first."""

from __future__ import annotations

import time
from collections.abc import Callable

import httpx

PORT = 10220
"""Where `sources.yaml` looks for the systems."""
PATIENCE = 60.0


def wait(is_alive: Callable[[], bool] = lambda: True) -> None:
    """Return when the systems of this machine answer.

    Raises:
        SystemExit: they are no longer alive, or have not answered within a minute.
    """
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and is_alive():
        try:
            httpx.get(f"http://127.0.0.1:{PORT}/prometheus/api/v1/status/buildinfo", timeout=5)
        except httpx.TransportError:
            time.sleep(0.2)
        else:
            return
    raise SystemExit(f"Acme's systems do not answer on 127.0.0.1:{PORT}; does something else use that port?")


if __name__ == "__main__":
    wait()
