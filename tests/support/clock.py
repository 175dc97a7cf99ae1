"""Time that is moved by hand."""

from dataclasses import dataclass, field

from scorecard_exporter.sources.kit.client import Clock


@dataclass
class Hands:
    """The hands of a clock, in seconds since the epoch; whoever sleeps moves them on."""

    at: float = 1_000_000.0
    slept: list = field(default_factory=list)

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.at += seconds

    def clock(self):
        return Clock(now=lambda: self.at, sleep=self.sleep)
