"""How GitHub speaks of its limits (docs.github.com, "Rate limits for the REST API" and "… for the GraphQL API")."""

from __future__ import annotations

import re
from collections.abc import Mapping

from scorecard_exporter.sources.base import Rate
from scorecard_exporter.sources.kit.quota import number, retry_after

UNKNOWN_WAIT = 60.0
"""What GitHub asks to wait at least, where an answer does not say how long."""

_BEGINNING = 4096
# Within a text of the body the quotes would be escaped, so nothing that people wrote can look like this.
_GRAPHQL_LIMIT = re.compile(rb'"type"\s*:\s*"RATE_LIMIT(?:ED)?"')
_SECONDARY = re.compile(rb'"message"\s*:\s*"You have (?:exceeded a secondary rate limit|triggered an abuse detection)')


class GitHubLimits:
    """The quotas `core`, `graphql` and `search`, and the secondary limits that have no number."""

    def rate(self, headers: Mapping[str, str], now: float) -> Rate | None:  # noqa: ARG002  the reset is a time
        limit, remaining = number(headers, "x-ratelimit-limit"), number(headers, "x-ratelimit-remaining")
        resets_at = number(headers, "x-ratelimit-reset")
        if limit is None or remaining is None or resets_at is None:
            return None  # an Enterprise Server with its limits off
        resource = headers.get("x-ratelimit-resource", "core")
        return Rate(resource=resource, limit=limit, remaining=remaining, resets_at=float(resets_at))

    def refused(self, status: int, headers: Mapping[str, str], body: bytes, now: float) -> float | None:
        said = body[:_BEGINNING]
        if status == 200:  # noqa: PLR2004  GraphQL refuses with an error in a sound answer
            return _wait(headers, now) if _GRAPHQL_LIMIT.search(said) or _SECONDARY.search(said) else None
        if status not in {403, 429}:
            return None
        is_refused = (
            status == 429  # noqa: PLR2004  too many requests
            or "retry-after" in headers
            or headers.get("x-ratelimit-remaining") == "0"
            or "gh-limited-by" in headers
            or _SECONDARY.search(said)
        )
        return _wait(headers, now) if is_refused else None


def _wait(headers: Mapping[str, str], now: float) -> float:
    asked = retry_after(headers, now)
    if asked is not None:
        return asked
    resets_at = number(headers, "x-ratelimit-reset")
    if headers.get("x-ratelimit-remaining") == "0" and resets_at is not None:
        return max(1.0, resets_at - now)
    return UNKNOWN_WAIT
