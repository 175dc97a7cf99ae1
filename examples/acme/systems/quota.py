"""How many requests a credential may make in a while."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil


@dataclass(eq=False)
class Quota:
    """`limit` points every `period` seconds, counted from the first one that is spent; `clock` gives seconds."""

    limit: int
    period: int
    clock: Callable[[], float]
    used: int = 0
    reset_at: float = 0.0

    def renew(self) -> None:
        """Forget what was spent if its time is over."""
        now = self.clock()
        if now >= self.reset_at:
            self.used, self.reset_at = 0, now + self.period

    def allows(self) -> bool:
        """Whether anything is left."""
        self.renew()
        return self.used < self.limit

    def spend(self, points: int) -> None:
        self.renew()
        self.used += points

    @property
    def remaining(self) -> int:
        return max(0, self.limit - self.used)

    @property
    def wait(self) -> int:
        """Whole seconds until it is renewed."""
        return max(0, ceil(self.reset_at - self.clock()))
