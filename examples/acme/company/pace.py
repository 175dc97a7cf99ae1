"""The story: how fast and how carefully Acme works, from the first month to the last.

At first everybody waits for the monthly release, and a third of the releases break something. From the sixth month on
tests are automated, from the twelfth on unfinished work is hidden behind feature flags, so that small changes can go
out every other day.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from examples.acme.company.moments import DAY, HOUR, MINUTE


class Pace(NamedTuple):
    """How it goes at one time; durations in seconds.

    `cycle` from release to release, `coding` from first commit to pull request, `review` from there to the merge,
    `changes` a release, `failing` the share of releases that break something, `restore` how long that lasts,
    `build` how long the tests run, `red` the share of builds that fail.
    """

    cycle: float
    coding: float
    review: float
    changes: float
    failing: float
    restore: float
    build: float
    red: float


STORY = (
    (0, Pace(28 * DAY, 30 * HOUR, 52 * HOUR, 8, 0.36, 15 * HOUR, 42 * MINUTE, 0.24)),
    (6, Pace(26 * DAY, 30 * HOUR, 48 * HOUR, 8, 0.34, 14 * HOUR, 40 * MINUTE, 0.22)),
    (10, Pace(10 * DAY, 22 * HOUR, 24 * HOUR, 4, 0.22, 7 * HOUR, 18 * MINUTE, 0.14)),
    (14, Pace(6 * DAY, 14 * HOUR, 12 * HOUR, 3, 0.14, 4 * HOUR, 14 * MINUTE, 0.10)),
    (18, Pace(3 * DAY, 10 * HOUR, 7 * HOUR, 1.8, 0.075, 2 * HOUR, 11 * MINUTE, 0.07)),
    (24, Pace(2.5 * DAY, 8 * HOUR, 5 * HOUR, 1.6, 0.055, 1.5 * HOUR, 9 * MINUTE, 0.05)),
)
"""The pace in certain months; in between it moves evenly, and after the last it stays."""


def pace(months: float) -> Pace:
    """The pace so many months after the beginning."""
    for (early, before), (late, after) in pairwise(STORY):
        if months < late:
            share = (months - early) / (late - early)
            return Pace(*(low + (high - low) * share for low, high in zip(before, after, strict=True)))
    return STORY[-1][1]
