"""How PagerDuty speaks of its rate limits (https://developer.pagerduty.com/docs/rest-api-rate-limits)."""

from __future__ import annotations

from collections.abc import Mapping

from scorecard_exporter.sources.base import Rate
from scorecard_exporter.sources.kit.client import QUOTA
from scorecard_exporter.sources.kit.quota import PlainLimits, number


class PagerDutyLimits(PlainLimits):
    """Requests a minute and key. `ratelimit-reset` is seconds to wait, and a 429 may come without any header."""

    def rate(self, headers: Mapping[str, str], now: float) -> Rate | None:
        limit, remaining = number(headers, "ratelimit-limit"), number(headers, "ratelimit-remaining")
        reset = number(headers, "ratelimit-reset")
        if limit is None or remaining is None or reset is None:
            return None
        return Rate(resource=QUOTA, limit=limit, remaining=remaining, resets_at=now + reset)

    def refused(self, status: int, headers: Mapping[str, str], body: bytes, now: float) -> float | None:
        wait = super().refused(status, headers, body, now)
        reset = number(headers, "ratelimit-reset")
        return float(reset) if wait == self.unknown_wait and reset is not None else wait
