"""How GitLab speaks of its limits.

https://docs.gitlab.com/security/rate_limits/ and, for gitlab.com,
https://docs.gitlab.com/user/gitlab_com/#rate-limits-on-gitlabcom. A refusal may come while requests are left (limits
of one endpoint), without any of these headers, and in plain text.
"""

from __future__ import annotations

from collections.abc import Mapping

from scorecard_exporter.sources.base import Rate
from scorecard_exporter.sources.kit.client import QUOTA
from scorecard_exporter.sources.kit.quota import PlainLimits, number, retry_after

_REFUSAL = b"retry later"
"""All that a refusal says where an administrator has set no other text."""


class GitLabLimits(PlainLimits):
    """`RateLimit-Limit`, `-Remaining` and `-Reset` (epoch seconds); a 429 counts whatever they say."""

    def rate(self, headers: Mapping[str, str], now: float) -> Rate | None:  # noqa: ARG002  the reset is a moment
        limit, remaining = number(headers, "ratelimit-limit"), number(headers, "ratelimit-remaining")
        resets_at = number(headers, "ratelimit-reset")
        if not limit or remaining is None or resets_at is None:
            return None
        return Rate(resource=QUOTA, limit=limit, remaining=remaining, resets_at=float(resets_at))

    def refused(self, status: int, headers: Mapping[str, str], body: bytes, now: float) -> float | None:
        wait = super().refused(status, headers, body, now)
        if status == 403 and body[:40].strip().lower().startswith(_REFUSAL):  # noqa: PLR2004  some proxies change it
            return self.unknown_wait
        if wait is None or retry_after(headers, now) is not None:
            return wait
        resets_at = number(headers, "ratelimit-reset")
        return wait if resets_at is None else max(0.0, resets_at - now)
