"""Rendered replies by request: in memory, and in a folder where one is given.

With a folder that was filled before, a server only sends bytes: what a benchmark then measures is its client.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

from examples.acme.systems.asked import Asked, Reply


class Cache:
    """Replies to equal requests. `folder`: where they outlive the process; it belongs to one company at one moment."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._kept: dict[tuple[object, ...], Reply] = {}
        if folder:
            folder.mkdir(parents=True, exist_ok=True)

    def clear(self) -> None:
        """Forget all that is in memory; a folder is left alone and used no more, since the company went on."""
        self._kept.clear()
        self._folder = None

    def get(self, system: str, asked: Asked, render: Callable[[], Reply]) -> Reply:
        """The kept reply to an equal request, else what `render` gives."""
        key = (system, *asked.key)
        reply = self._kept.get(key)
        if reply is None:
            reply = self._stored(self._folder, key, render) if self._folder else render()
            self._kept[key] = reply
        return reply

    @staticmethod
    def _stored(folder: Path, key: tuple[object, ...], render: Callable[[], Reply]) -> Reply:
        path = folder / hashlib.sha256(repr(key).encode()).hexdigest()
        if path.exists():
            head, body = path.read_bytes().split(b"\n", 1)
            return Reply(body=body, **json.loads(head))
        reply = render()
        head = json.dumps({"status": reply.status, "headers": dict(reply.headers), "cost": reply.cost}).encode()
        path.write_bytes(head + b"\n" + reply.body)
        return reply
