"""Listening: the addresses that people asked for, and a private socket for commands on the same machine."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from scorecard_exporter.errors import ScorecardError

LARGEST_PORT = 65535
LONGEST_SOCKET_PATH = 100
"""Kernels allow 108 bytes (104 on macOS) with the closing NUL."""


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals belong to the whole process, not to one of its listeners."""
        yield


def local_socket(store: Path) -> Path:
    """Where the exporter that holds this store listens for `status` and `explain`."""
    return store.with_name(store.name + ".sock")


def parse_address(address: str) -> tuple[str, int]:
    """`host:port`, `:port` (all addresses) or `[::1]:port`.

    Raises:
        ScorecardError: it is none of these.
    """
    host, colon, port = address.rpartition(":")
    if not colon or not port.isdigit() or int(port) > LARGEST_PORT:
        raise ScorecardError(f"--web.listen-address={address}: expected HOST:PORT such as 127.0.0.1:10210 or :10210")
    return host.strip("[]"), int(port)


def bind(address: str) -> socket.socket:
    """A socket bound to an address.

    Raises:
        ScorecardError: the address cannot be had, and why.
    """
    host, port = parse_address(address)
    family = socket.AF_INET6 if ":" in host or (not host and socket.has_dualstack_ipv6()) else socket.AF_INET
    try:
        bound = socket.create_server((host, port), family=family, dualstack_ipv6=not host and family == socket.AF_INET6)
    except OSError as error:
        raise ScorecardError(f"--web.listen-address={address}: {_sentence(error)}") from error
    # An answer is written in two pieces: the second would wait until the client acknowledges the first, 40 ms.
    bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # its connections inherit it
    return bound


def _sentence(error: OSError) -> str:
    """What the system says, without the address that Python adds."""
    return str(error.strerror or error).partition(" (while attempting")[0]


def bind_local(store: Path) -> socket.socket | None:
    """The private socket (mode 0600) beside the store, or None where its path would be too long.

    Whatever lies there is left over from a process that ended, since only one can hold the store.
    """
    path = local_socket(store)
    if len(str(path)) > LONGEST_SOCKET_PATH:
        return None
    path.unlink(missing_ok=True)
    local = socket.socket(socket.AF_UNIX)
    local.bind(str(path))
    path.chmod(0o600)
    return local


@contextlib.asynccontextmanager
async def serving(app: ASGIApp, sockets: list[socket.socket], options: Mapping[str, Any]) -> AsyncIterator[None]:
    """Serve `app` on bound sockets while the context lasts; `options` are uvicorn's (TLS)."""
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=3,
        **options,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=sockets))
    try:
        yield
    finally:
        server.should_exit = True
        await task
