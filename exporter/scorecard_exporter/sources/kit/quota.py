"""How much of a system's rate limit we may use, and how its answers tell.

A budget belongs to a credential and a resource: two sources with one token share it, over a reload too.
"""

from __future__ import annotations

import email.utils
import threading
from collections.abc import Mapping
from fractions import Fraction
from typing import Protocol

from scorecard_exporter.sources.base import Rate

RESERVE = Fraction(1, 20)
"""This share of a limit is left, whoever used the rest, so that people at work are not refused on our account."""


class Budget:
    """What one credential may still ask of one resource until its limit is reset. Safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rate: Rate | None = None
        self._spent = 0

    def wait(self, share: Fraction, now: float) -> float:
        """Seconds until the next request may be made: 0 within our share, else until the limit is reset."""
        with self._lock:
            rate = self._rate
            if rate is None or now >= rate.resets_at:
                return 0.0
            within = self._spent < rate.limit * share and rate.remaining > rate.limit * RESERVE
            return 0.0 if within else rate.resets_at - now

    def told(self, rate: Rate, cost: int) -> None:
        """A request that cost so much was answered with this rate.

        Answers may overtake each other: of one window, the smaller remainder is the newer one.
        """
        with self._lock:
            if self._rate is None or rate.resets_at > self._rate.resets_at + 1:
                self._rate, self._spent = rate, 0
            elif rate.remaining < self._rate.remaining:
                self._rate = rate
            self._spent += cost

    def spent(self, cost: int) -> None:
        """More was spent than was counted."""
        with self._lock:
            self._spent += cost


class Budgets:
    """The budgets of all credentials, found by a digest of the credential and the name of the resource."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: dict[tuple[str, str], Budget] = {}

    def of(self, credential: str, resource: str) -> Budget:
        """The budget, made at its first use."""
        with self._lock:
            return self._found.setdefault((credential, resource), Budget())


class Limits(Protocol):
    """How a system speaks of its limits; `headers` are those of an answer, `body` its beginning."""

    def rate(self, headers: Mapping[str, str], now: float) -> Rate | None:
        """What the answer says about a quota, if anything."""

    def refused(self, status: int, headers: Mapping[str, str], body: bytes, now: float) -> float | None:
        """Seconds to wait where the answer refuses for reasons of rate; None where it does not."""


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds that `Retry-After` asks to wait: a number, or a date (RFC 9110, 10.2.3); None without a sound one."""
    written = headers.get("retry-after", "").strip()
    if written.isdigit():
        return float(written)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(written).timestamp() - now)
    except ValueError:
        return None


class PlainLimits:
    """Systems without a quota of their own: a 429, or a 503 that says when to come back, is all there is."""

    unknown_wait = 60.0
    """Seconds to wait after a refusal that does not say how long."""

    def rate(self, headers: Mapping[str, str], now: float) -> Rate | None:  # noqa: ARG002  others read them
        return None

    def refused(self, status: int, headers: Mapping[str, str], body: bytes, now: float) -> float | None:  # noqa: ARG002
        wait = retry_after(headers, now)
        if status == 429:  # noqa: PLR2004  too many requests
            return self.unknown_wait if wait is None else wait
        return wait if status == 503 else None  # noqa: PLR2004  service unavailable


def number(headers: Mapping[str, str], name: str) -> int | None:
    """A whole number in a header; None where there is none."""
    written = headers.get(name, "").strip()
    return int(written) if written.isdigit() else None
