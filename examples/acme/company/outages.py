"""Incidents of a service: those of a deployment, those that nobody's deployment has caused, and how they end."""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise
from random import Random

from examples.acme.company.model import Service, Step
from examples.acme.company.moments import DAY, HOUR, MINUTE, WEEK
from examples.acme.company.pace import Pace, pace
from examples.acme.company.plan import MONTH, SETTLING, Outage, Plan, Rollout


class Outages:
    """Adds incidents to the plan of a service, from `starts_at` to `ends_at`."""

    def __init__(self, service: Service, random: Random, starts_at: int, ends_at: int) -> None:
        self._random = random
        self._starts_at = starts_at
        self._ends_at = ends_at
        self._plan = Plan(service)

    def _pace(self, at: int) -> Pace:
        return pace((at - self._starts_at) / MONTH)

    def _about(self, seconds: float, spread: float = 0.35) -> int:
        """Whole seconds around the given ones, never below a tenth of them."""
        return max(int(seconds / 10), int(self._random.gauss(seconds, seconds * spread)), 30)

    def _incident(self, began: int, resolved: int, cause: Rollout | None) -> Outage:
        outage = Outage(
            began=began,
            acknowledged=began + self._random.randrange(40, 7 * MINUTE),
            steps=[Step("resolved", resolved)],
            causes=[cause],
            urgency="high" if self._random.random() < 0.7 else "low",  # noqa: PLR2004 - most wake somebody
        )
        self._plan.outages.append(outage)
        return outage

    def _comes_back(self, outage: Outage) -> None:
        """It is reopened within a week, and so is still the same incident."""
        again = outage.steps[-1].at + self._random.randrange(HOUR, 5 * DAY)
        outage.steps += [Step("reopened", again), Step("resolved", again + self._about(3 * HOUR))]
        outage.causes.append(None)

    def _quiet(self) -> list[tuple[int, int]]:
        """Times that no deployment can be blamed for: more than a day after one, and before the next."""
        finishes = sorted(rollout.finished for rollout in self._plan.successes())
        spans = [(early + SETTLING + HOUR, late) for early, late in pairwise([*finishes, self._ends_at])]
        return [(begin, end) for begin, end in spans if end - begin > 2 * HOUR]

    def _unrelated_incidents(self) -> None:
        """A disk fills up, a supplier is down: nobody's deployment. Some wait long for their end."""
        for begin, end in self._quiet():
            months = (begin - self._starts_at) / MONTH
            if self._random.random() < min(1.0, (end - begin) / MONTH) * (0.45 - 0.012 * months):
                began = self._random.randint(begin, end - HOUR)
                outage = self._incident(began, began + self._about(self._pace(began).restore), None)
                self._unusual(outage)

    def _unusual(self, outage: Outage) -> None:
        chance = self._random.random()
        if chance < 0.06:  # noqa: PLR2004 - acknowledged, and never closed
            outage.steps.clear()
        elif chance < 0.16:  # noqa: PLR2004 - it came back within a week, and is the same
            self._comes_back(outage)

    def _reopened_later(self) -> None:
        """A few incidents come back after more than a week: as new ones."""
        quiet = self._quiet()
        for outage in self._plan.outages[4::20]:
            if len(outage.steps) != 1:
                continue
            earliest = outage.steps[0].at + WEEK + HOUR
            found = quiet[bisect_right(quiet, (earliest, 0)) :]
            if found:
                again = self._random.randint(found[0][0], found[0][1] - HOUR)
                outage.steps += [Step("reopened", again), Step("resolved", again + self._about(5 * HOUR))]
                outage.causes.append(None)
