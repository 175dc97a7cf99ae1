"""A company that goes on living while it is looked at, faster than we do until it has caught up with us."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx
from examples.acme.company.cut import until
from examples.acme.company.model import Company
from examples.acme.systems.running import Systems
from examples.acme.systems.world import World
from examples.acme.webhooks.sender import deliveries, send

log = logging.getLogger("acme")


@dataclass(eq=False)
class Life:
    """Moves systems on along a story, `speed` times as fast as `clock`.

    `story` goes beyond the present; `webhooks` is the exporter's URL, or empty; `base` is where the systems are.
    """

    story: Company
    systems: Systems
    clock: Callable[[], float]
    speed: float = 1.0
    webhooks: str = ""
    base: str = ""
    client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=5.0))

    def __post_init__(self) -> None:
        self._began = self.clock()
        self._from = self.systems.company.now

    def now(self) -> int:
        """The company's present: never later than ours, or than the end of its story."""
        clock = self.clock()
        return min(self.story.now, int(clock), self._from + int((clock - self._began) * self.speed))

    def go_on(self) -> None:
        """Show the company as it is now, and tell of what has happened since it was last shown."""
        before, now = self.systems.company.now, self.now()
        if now <= before:
            return
        self.systems.move_to(until(self.story, now))
        if self.webhooks:
            found = deliveries(World(self.systems.company), self.base, before, int(self.clock()))
            arrived, lost = send(self.client, self.webhooks, found)
            if lost:
                log.warning("%d webhooks arrived, %d did not", arrived, lost)

    def run(self, stop: threading.Event, every: float = 1.0) -> None:
        """Go on once in a while until it is told to stop."""
        while not stop.wait(every):
            self.go_on()
