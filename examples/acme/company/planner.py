"""Planning a service: changes, releases, and what comes of them.

Everything is decided in the order of time, so that the plan knows what caused what. Nothing here looks at what an
exporter would make of it.
"""

from __future__ import annotations

from random import Random
from typing import Literal

from examples.acme.company.model import Method, Service
from examples.acme.company.moments import DAY, HOUR, MINUTE, office_hours
from examples.acme.company.outages import Outages
from examples.acme.company.pace import Pace
from examples.acme.company.plan import BUILDING, SETTLING, WRONG_CLOCKS, Draft, Kind, Plan, Rollout


class Planner(Outages):
    """Plans one service from `starts_at` to `ends_at`."""

    def __init__(self, service: Service, random: Random, starts_at: int, ends_at: int) -> None:
        super().__init__(service, random, starts_at, ends_at)
        self._merges: set[int] = set()
        self._cut = starts_at

    def plan(self) -> Plan:
        now = self._first()
        while (release := self._next_release(now)) < self._ends_at:
            self._changes(now, release)
            now = self._release(release)
        self._unrelated_incidents()
        self._reopened_later()
        self._wrong_clock()
        self._plan.drafts.sort(key=lambda draft: draft.merged_at)
        self._plan.rollouts.sort(key=lambda rollout: rollout.finished)
        return self._plan

    def _first(self) -> int:
        """What was there before anybody looked, and the first deployment that is known."""
        for age in (21 * DAY, 9 * DAY, 2 * DAY):
            at = self._free(self._starts_at - age + self._random.randrange(HOUR))
            self._plan.drafts.append(Draft(kind="history", authored=[at], merged_at=at, method="squash"))
        finished = office_hours(self._starts_at + self._random.randrange(HOUR, 3 * DAY))
        cut = self._cut = finished - BUILDING
        for environment in self._plan.service.environments:
            self._deploy(cut, finished, environment)
            finished += 20 * MINUTE
        return finished

    def _next_release(self, now: int) -> int:
        cycle = self._pace(now).cycle
        return office_hours(now + int(cycle * self._random.uniform(0.75, 1.2)) + 2 * HOUR)

    def _free(self, at: int) -> int:
        """The next moment at which nothing is merged yet; two merges are a minute apart."""
        while any(near in self._merges for near in (at // MINUTE, at // MINUTE + 1, at // MINUTE - 1)):
            at += 2 * MINUTE
        self._merges.add(at // MINUTE)
        return at

    def _changes(self, now: int, release: int) -> None:
        """The changes that are merged until the release; at least one after everything before has settled."""
        pace_now = self._pace(now)
        wanted = max(1, round(self._random.gauss(pace_now.changes, pace_now.changes / 3)))
        latest = release - BUILDING - 10 * MINUTE
        self._change(self._random.randint(now + MINUTE, latest))
        for _ in range(wanted - 1):
            wait = self._random.betavariate(1.5, 2.0) * (latest - now)
            early = self._cut if self._random.random() < 0.15 else now  # noqa: PLR2004 - work goes on while it burns
            self._change(max(early + 2 * MINUTE, int(early + (latest - now) - wait)))
        if self._random.random() < 0.12:  # noqa: PLR2004 - one of eight
            self._abandon(latest)

    def _change(self, merged: int) -> None:
        merged = self._free(merged)
        chance = self._random.random()
        kind: Kind = "push" if chance < 0.04 else "bot" if chance < 0.11 else "feature"  # noqa: PLR2004 - shares
        self._plan.drafts.append(self._draft(kind, merged))

    def _draft(self, kind: Kind, merged: int) -> Draft:
        now = self._pace(merged)
        review = self._about(now.review)
        if kind == "push":
            authored = [merged - self._random.randrange(20 * MINUTE, 6 * HOUR)]
        elif kind == "bot":
            authored = [merged - review - 90]
        else:
            first = merged - review - self._about(now.coding)
            last = merged - review // 2
            authored = sorted([first, *(self._random.randint(first, last) for _ in range(self._random.randrange(4)))])
        authored = [max(at, self._starts_at + HOUR) for at in authored]
        return Draft(kind=kind, authored=sorted(authored), merged_at=merged, method=self._method(kind))

    def _method(self, kind: Kind) -> Method:
        own = self._plan.service.method
        if kind in ("bot", "push"):
            return "squash"
        return self._random.choice((own, own, own, own, "merge" if own == "squash" else "squash"))

    def _abandon(self, closed: int) -> None:
        draft = self._draft("feature", closed)
        self._plan.abandoned.append(draft)

    def _deploy(self, cut: int, finished: int, environment: str = "", **more: object) -> Rollout:
        rollout = Rollout(
            cut=cut,
            created=finished - self._random.randrange(4 * MINUTE, 12 * MINUTE),
            finished=finished,
            environment=environment or self._plan.service.environments[-1],
            **more,  # type: ignore[arg-type]
        )
        self._plan.rollouts.append(rollout)
        return rollout

    def _release(self, finished: int) -> int:
        """A planned release to all environments, with what may come of it. Returns when all has settled."""
        service = self._plan.service
        cut = self._cut = finished - BUILDING
        if self._can_fail() and self._random.random() < 0.05:  # noqa: PLR2004 - one of twenty
            self._deploy(cut, finished, outcome=self._random.choice(("failure", "failure", "cancelled", "skipped")))
            finished += self._about(2 * HOUR)
        odd = service.way == "deployments" and self._random.random() < 0.015  # noqa: PLR2004 - rarely
        for environment in service.environments:
            rollout = self._deploy(cut, finished, environment, outcome="second try" if odd else "success")
            finished += 20 * MINUTE
        pace_now = self._pace(finished)
        if self._random.random() < pace_now.failing:
            return self._goes_wrong(rollout, pace_now)
        if self._can_fail() and self._random.random() < 0.06:  # noqa: PLR2004 - a restart now and then
            self._deploy(cut, finished + 90 * MINUTE, is_repeat=True)
            return finished + 2 * HOUR
        self._late_revert(rollout)
        return finished

    def _can_fail(self) -> bool:
        """Whether this way of deploying can tell of a failure, and repeat a commit."""
        return self._plan.service.way != "releases" and len(self._plan.service.environments) == 1

    def _goes_wrong(self, broken: Rollout, pace_now: Pace) -> int:
        """An incident, or only somebody who notices; then a rollback, a revert, a hotfix, or waiting."""
        began = broken.finished + self._about(40 * MINUTE, 0.8)
        noticed = self._random.random() < 0.8  # noqa: PLR2004 - four of five have an incident
        healed = began + min(self._about(pace_now.restore, 0.5), 20 * HOUR)
        if noticed:
            outage = self._incident(began, healed + 12 * MINUTE, broken)
            if self._random.random() < 0.05:  # noqa: PLR2004 - it was not over yet
                self._comes_back(outage)
            if self._random.random() < 0.1:  # noqa: PLR2004 - one of ten breaks two things
                self._incident(began + 7 * MINUTE, healed + 31 * MINUTE, broken)
        kinds = ["rollback", "rollback", "revert", "hotfix", "hotfix", *(["nothing"] if noticed else [])]
        kind = self._random.choice([kind for kind in kinds if self._possible(kind, broken)])
        if kind == "rollback":
            target = self._running_before(broken)
            self._deploy(target.cut, healed, rolls_back=broken)
        elif kind != "nothing":
            self._fix("revert" if kind == "revert" else "hotfix", broken, began, healed)
        return healed + HOUR

    def _possible(self, kind: str, broken: Rollout) -> bool:
        if kind == "rollback":
            return self._can_fail() and broken.outcome == "success"
        return kind != "revert" or (len(self._plan.service.environments) == 1 and bool(self._revertible(broken)))

    def _running_before(self, broken: Rollout) -> Rollout:
        return [rollout for rollout in self._plan.successes() if rollout.finished < broken.finished][-1]

    def _revertible(self, broken: Rollout) -> list[Draft]:
        return [draft for draft in self._plan.shipped(broken) if draft.kind == "feature" and not draft.reverts]

    def _fix(self, kind: Literal["revert", "hotfix"], broken: Rollout, began: int, healed: int) -> None:
        authored = began + self._random.randrange(2 * MINUTE, 9 * MINUTE)
        merged = self._free(max(authored + 3 * MINUTE, healed - 15 * MINUTE))
        target = self._random.choice(self._revertible(broken)) if kind == "revert" else None
        draft = Draft(kind=kind, authored=[authored], merged_at=merged, method="squash", reverts=target)
        draft.mends = None if target else broken
        self._plan.drafts.append(draft)
        self._deploy(merged, max(healed, merged + 9 * MINUTE))
        if target and self._random.random() < 0.4:  # noqa: PLR2004 - what was taken back is often wanted again
            again = self._free(healed + self._random.randrange(2 * HOUR, 20 * HOUR))
            self._plan.drafts.append(
                Draft(kind="revert", authored=[again - HOUR], merged_at=again, method="squash", reverts=draft)
            )

    def _late_revert(self, rollout: Rollout) -> None:
        """Something is taken back, but so late that the deployment was no failure."""
        candidates = self._revertible(rollout)
        if candidates and self._pace(rollout.finished).cycle > 5 * DAY and self._random.random() < 0.05:  # noqa: PLR2004
            authored = rollout.finished + SETTLING + 3 * HOUR
            merged = self._free(authored + 2 * HOUR)
            draft = Draft(kind="revert", authored=[authored], merged_at=merged, method="squash", reverts=candidates[0])
            self._plan.drafts.append(draft)

    def _wrong_clock(self) -> None:
        """Somebody's computer is six weeks ahead: a change that was written after it was deployed."""
        features = [draft for draft in self._plan.drafts if draft.kind == "feature" and draft.method == "squash"]
        if self._plan.service.number in WRONG_CLOCKS and len(features) > 10:  # noqa: PLR2004 - not at the beginning
            features[10].authored = [features[10].merged_at + 45 * DAY]
