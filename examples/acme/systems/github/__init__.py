"""GitHub, as an Enterprise Server: REST below `/api/v3`, GraphQL at `/api/graphql`."""

from __future__ import annotations

import hashlib
import time
from dataclasses import replace

from examples.acme.company.moments import iso
from examples.acme.systems.api import Api, Clock
from examples.acme.systems.asked import Asked, Reply, answer
from examples.acme.systems.cache import Cache
from examples.acme.systems.github import graphql, rest
from examples.acme.systems.github.rest.finding import missing
from examples.acme.systems.quota import Quota
from examples.acme.systems.world import World

HOUR = 3600
GRAPHQL = "/api/graphql"
FREE = "/api/v3/rate_limit"
IDENTITY = {
    "x-github-enterprise-version": "enterprise-server@3.18.0",
    "x-github-request-id": "ACME:1:1:1:1",
    "x-oauth-scopes": "read:org, repo",
}
VARY = "Accept, Authorization, Cookie, X-GitHub-OTP, Accept-Encoding, Accept, X-Requested-With"
LIMITED = "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api"


class GitHub(Api):
    """GitHub. A token is sent as `Authorization: Bearer …` (or `token …`)."""

    name = "github"

    def __init__(
        self,
        world: World,
        cache: Cache,
        *,
        token: str,
        core: int = 15_000,
        graphql_points: int = 10_000,
        clock: Clock = time.time,
    ) -> None:
        super().__init__(world, cache)
        self._token = token
        self.core = Quota(core, HOUR, clock)
        self.graphql = Quota(graphql_points, HOUR, clock)

    def is_known(self, asked: Asked) -> bool:
        scheme, _, token = asked.headers.get("authorization", "").partition(" ")
        return scheme.lower() in ("bearer", "token") and token.strip() == self._token

    def unknown(self, asked: Asked) -> Reply:
        message = "Bad credentials" if "authorization" in asked.headers else "Must authenticate to access this API."
        return answer({"message": message, "documentation_url": "https://docs.github.com/rest", "status": "401"}, 401)

    def refusal(self, asked: Asked) -> Reply | None:
        quota = self._quota(asked)
        if asked.path == FREE or quota.allows():
            return None
        if quota is self.graphql:
            message = "API rate limit already exceeded for user ID 1."
            reply = answer({"errors": [{"type": "RATE_LIMITED", "code": "graphql_rate_limit", "message": message}]})
        else:
            message = "API rate limit exceeded for user ID 1."
            reply = answer({"message": message, "documentation_url": LIMITED, "status": "403"}, 403)
        return reply.with_headers(self._headers(quota))

    def answer(self, world: World, asked: Asked) -> Reply:
        if asked.path == GRAPHQL:
            return graphql.run(world, asked) if asked.method == "POST" else missing()
        reply = rest.routes.answer(world, asked) or missing()
        if reply.status != 200:  # noqa: PLR2004 - only what is there has a tag
            return reply
        tag = f'W/"{hashlib.sha256(reply.body).hexdigest()}"'
        return reply.with_headers({"etag": tag, "vary": VARY, "cache-control": "private, max-age=60, s-maxage=60"})

    def charge(self, asked: Asked, reply: Reply) -> Reply:
        if asked.path == FREE:
            return answer({"resources": {"core": self._state(self.core), "graphql": self._state(self.graphql)}})
        quota = self._quota(asked)
        if _is_same(asked, reply):
            quota.renew()
            headers = {name: text for name, text in reply.headers.items() if name not in ("content-type", "link")}
            reply = Reply(status=304, headers=headers, cost=0)
        else:
            quota.spend(reply.cost)
        if quota is self.graphql:
            reset_at = iso(int(quota.reset_at))
            reply = replace(reply, body=graphql.with_quota(reply, quota.limit, quota.remaining, quota.used, reset_at))
        return reply.with_headers(self._headers(quota))

    def _quota(self, asked: Asked) -> Quota:
        return self.graphql if asked.path == GRAPHQL else self.core

    def _headers(self, quota: Quota) -> dict[str, str]:
        state = self._state(quota)
        shown = {f"x-ratelimit-{name}": str(value) for name, value in state.items()}
        resource = "graphql" if quota is self.graphql else "core"
        return {**shown, **IDENTITY, "x-ratelimit-resource": resource}

    def _state(self, quota: Quota) -> dict[str, int]:
        quota.renew()
        return {
            "limit": quota.limit,
            "used": quota.used,
            "remaining": quota.remaining,
            "reset": int(quota.reset_at),
        }


def _is_same(asked: Asked, reply: Reply) -> bool:
    """Whether the client has this already."""
    known = asked.headers.get("if-none-match", "")
    return "etag" in reply.headers and reply.headers["etag"] in [tag.strip() for tag in known.split(",")]
