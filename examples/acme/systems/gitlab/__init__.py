"""GitLab: its REST API, version 4, below `/api/v4`, and a part of its GraphQL."""

from __future__ import annotations

import time

from examples.acme.company.moments import when
from examples.acme.systems.api import Api, Clock
from examples.acme.systems.asked import Asked, Reply, answer
from examples.acme.systems.cache import Cache
from examples.acme.systems.gitlab import delivery, graphql, groups, repositories, requests
from examples.acme.systems.gitlab.finding import missing
from examples.acme.systems.quota import Quota
from examples.acme.systems.router import Router
from examples.acme.systems.world import World

routes = Router(groups.routes, repositories.routes, requests.routes, delivery.routes)


class GitLab(Api):
    """GitLab. A token is sent as `PRIVATE-TOKEN`, or as a bearer."""

    name = "gitlab"

    def __init__(self, world: World, cache: Cache, *, token: str, limit: int = 2_000, clock: Clock = time.time) -> None:
        super().__init__(world, cache)
        self._token = token
        self.quota = Quota(limit, 60, clock)

    def is_known(self, asked: Asked) -> bool:
        bearer = asked.headers.get("authorization", "").partition(" ")[2].strip()
        return self._token in (asked.headers.get("private-token"), bearer)

    def unknown(self, asked: Asked) -> Reply:
        del asked
        return answer({"message": "401 Unauthorized"}, 401)

    def refusal(self, asked: Asked) -> Reply | None:
        del asked
        if self.quota.allows():
            return None
        headers = {"content-type": "text/plain", "retry-after": str(max(1, self.quota.wait))}
        return Reply(status=429, body=b"Retry later\n", headers={**headers, **self._headers()})

    def answer(self, world: World, asked: Asked) -> Reply:
        if asked.path == graphql.PATH and asked.method == "POST":
            return graphql.run(world, asked)
        return routes.answer(world, asked) or missing("404 Not Found")

    def charge(self, asked: Asked, reply: Reply) -> Reply:
        del asked
        self.quota.spend(1)
        return reply.with_headers(self._headers())

    def _headers(self) -> dict[str, str]:
        quota = self.quota
        return {
            "ratelimit-limit": str(quota.limit),
            "ratelimit-name": "throttle_authenticated_api",
            "ratelimit-observed": str(quota.used),
            "ratelimit-remaining": str(quota.remaining),
            "ratelimit-reset": str(int(quota.reset_at)),
            "ratelimit-resettime": when(int(quota.reset_at)).strftime("%a, %d %b %Y %H:%M:%S GMT"),
        }
