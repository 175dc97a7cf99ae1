"""From method and path to the function that answers."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from examples.acme.systems.asked import Asked, Reply
from examples.acme.systems.world import World

Handler = Callable[..., Reply]


class Router:
    """Routes with `{names}` for one segment of a path, which may hold encoded slashes; the first that fits answers.

    `parts`: routers of which this one has all routes.
    """

    def __init__(self, *parts: Router) -> None:
        self.routes: list[tuple[str, re.Pattern[str], Handler]] = [route for part in parts for route in part.routes]

    def get(self, *patterns: str) -> Callable[[Handler], Handler]:
        return self._add("GET", patterns)

    def post(self, *patterns: str) -> Callable[[Handler], Handler]:
        return self._add("POST", patterns)

    def _add(self, method: str, patterns: tuple[str, ...]) -> Callable[[Handler], Handler]:
        def register(handler: Handler) -> Handler:
            for pattern in patterns:
                regular = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(pattern))
                self.routes.append((method, re.compile(regular), handler))
            return handler

        return register

    def answer(self, world: World, asked: Asked) -> Reply | None:
        """The reply, or None where nothing is at this path."""
        for method, pattern, handler in self.routes:
            match = pattern.fullmatch(asked.path.rstrip("/"))
            if match and method == asked.method:
                parts: dict[str, Any] = {name: unquote(text) for name, text in match.groupdict().items()}
                return handler(world, asked, **parts)
        return None
