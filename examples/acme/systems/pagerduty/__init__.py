"""PagerDuty's REST API, version 2."""

from __future__ import annotations

import time

from examples.acme.systems.api import Api, Clock
from examples.acme.systems.asked import Asked, Reply
from examples.acme.systems.cache import Cache
from examples.acme.systems.pagerduty import changes, directory, incidents, log
from examples.acme.systems.pagerduty.paging import error
from examples.acme.systems.quota import Quota
from examples.acme.systems.router import Router
from examples.acme.systems.world import World

routes = Router(directory.routes, incidents.routes, log.routes, changes.routes)


class PagerDuty(Api):
    """PagerDuty. A key is sent as `Authorization: Token token=…`."""

    name = "pagerduty"

    def __init__(self, world: World, cache: Cache, *, token: str, limit: int = 960, clock: Clock = time.time) -> None:
        super().__init__(world, cache)
        self._token = token
        self.quota = Quota(limit, 60, clock)

    def is_known(self, asked: Asked) -> bool:
        sent = asked.headers.get("authorization", "")
        return sent in (f"Token token={self._token}", f"Bearer {self._token}")

    def unknown(self, asked: Asked) -> Reply:
        del asked
        return error(401, 2006, "Authentication failed", [])

    def refusal(self, asked: Asked) -> Reply | None:
        del asked
        if self.quota.allows():
            return None
        return error(429, 2020, "Rate Limit Exceeded", []).with_headers(self._headers())

    def answer(self, world: World, asked: Asked) -> Reply:
        try:
            return routes.answer(world, asked) or error(404, 2100, "Not Found", [])
        except ValueError as problem:
            return error(400, 2001, "Invalid Input Provided", [str(problem)])

    def charge(self, asked: Asked, reply: Reply) -> Reply:
        del asked
        self.quota.spend(1)
        return reply.with_headers(self._headers())

    def _headers(self) -> dict[str, str]:
        """The reset is in seconds from now, not a moment."""
        return {
            "ratelimit-limit": str(self.quota.limit),
            "ratelimit-remaining": str(self.quota.remaining),
            "ratelimit-reset": str(self.quota.wait),
        }
