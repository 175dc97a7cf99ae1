"""Jira: Cloud's REST API version 3, and version 2 as a Data Center has it."""

from __future__ import annotations

import base64
import time

from examples.acme.company.moments import iso
from examples.acme.systems.api import Api, Clock
from examples.acme.systems.asked import Asked, Reply, answer
from examples.acme.systems.cache import Cache
from examples.acme.systems.jira import directory, histories, searching
from examples.acme.systems.jira.bodies import errors
from examples.acme.systems.quota import Quota
from examples.acme.systems.router import Router
from examples.acme.systems.world import World

routes = Router(searching.routes, histories.routes, directory.routes)


class Jira(Api):
    """Jira. Cloud takes basic authentication with e-mail and token, a Data Center a bearer."""

    name = "jira"

    def __init__(
        self,
        world: World,
        cache: Cache,
        *,
        user: str,
        token: str,
        limit: int = 600,
        clock: Clock = time.time,
    ) -> None:
        super().__init__(world, cache)
        basic = base64.b64encode(f"{user}:{token}".encode()).decode()
        self._accepted = (f"Basic {basic}", f"Bearer {token}")
        self.quota = Quota(limit, 60, clock)

    def is_known(self, asked: Asked) -> bool:
        return asked.headers.get("authorization", "") in self._accepted

    def unknown(self, asked: Asked) -> Reply:
        del asked
        text = "Client must be authenticated to access this resource."
        return answer({"errorMessages": [text], "errors": {}}, 401, {"www-authenticate": 'OAuth realm="acme"'})

    def refusal(self, asked: Asked) -> Reply | None:
        del asked
        if self.quota.allows():
            return None
        reset = iso(int(self.quota.reset_at)).replace("Z", "+00:00")
        headers = {
            "retry-after": str(max(1, self.quota.wait)),
            "x-ratelimit-limit": str(self.quota.limit),
            "x-ratelimit-remaining": "0",
            "x-ratelimit-reset": reset,
            "ratelimit-reason": "jira-burst-based",
        }
        return answer({"errorMessages": ["Rate limit exceeded."], "errors": {}}, 429, headers)

    def answer(self, world: World, asked: Asked) -> Reply:
        try:
            return routes.answer(world, asked) or errors("Not found.", 404)
        except ValueError as problem:
            return errors(str(problem), 400)

    def charge(self, asked: Asked, reply: Reply) -> Reply:
        del asked
        self.quota.spend(1)
        return reply
