"""How Jira speaks of its limits and refusals."""

from __future__ import annotations

from collections.abc import Mapping

from scorecard_exporter.errors import SourceError
from scorecard_exporter.sources.base import Rate
from scorecard_exporter.sources.kit.body import Body, MalformedError, moment_of
from scorecard_exporter.sources.kit.client import QUOTA
from scorecard_exporter.sources.kit.quota import PlainLimits, number
from scorecard_exporter.sources.kit.response import Response, shown
from scorecard_exporter.sources.text import excerpt

_HINTS = {
    403: "; the account may not see it: it needs the permission Browse projects, and after failed logins a Data Center"
    " wants a captcha solved in the browser first",
    404: "; check `url`, the project and `edition` (cloud for Jira Cloud, data-center for an own server)",
    410: "; this interface was removed from Jira Cloud: set `edition: cloud`",
}


class JiraLimits(PlainLimits):
    """Cloud: `X-RateLimit-*`, and `Retry-After` with a 429 or 503. Data Center: a 429, where an admin set a limit."""

    def rate(self, headers: Mapping[str, str], now: float) -> Rate | None:
        limit, remaining = number(headers, "x-ratelimit-limit"), number(headers, "x-ratelimit-remaining")
        resets_at = moment_of(headers.get("x-ratelimit-reset"))
        if not limit or remaining is None or resets_at is None or resets_at.timestamp() <= now:
            return None
        return Rate(resource=QUOTA, limit=limit, remaining=remaining, resets_at=resets_at.timestamp())


def explain(response: Response) -> str:
    """What Jira itself says about a request that it refuses, and what may be wrong."""
    words = "; ".join(_messages(response))
    said = f"refuses: {words}" if words else f"answers {response.status}"
    return f"{shown(response.url)} {said}{_HINTS.get(response.status, '')}"


def _messages(response: Response) -> list[str]:
    try:
        body = Body(response.json())
        errors = body.body("errors")
        fields = [f"{name}: {text}" for name, text in errors.pairs()] if errors else []
        return [excerpt(one, 300) for one in (*body.texts("errorMessages"), *fields)]
    except (MalformedError, SourceError):
        return []
