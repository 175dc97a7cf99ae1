"""What is decided about a service before there are commits: changes, rollouts and incidents to be."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from examples.acme.company.model import Method, Service, Step
from examples.acme.company.moments import DAY, HOUR, MINUTE

MONTH = 365 * DAY / 12
BUILDING = 40 * MINUTE
"""From the last commit that a release contains to its end."""
WRONG_CLOCKS = (3, 12)
"""The numbers of services where somebody's clock is wrong, once."""
SETTLING = 24 * HOUR
"""How long after a deployment a failure may be its fault: the exporter's default."""

Kind = Literal["feature", "revert", "hotfix", "bot", "push", "history"]
Outcome = Literal["success", "failure", "cancelled", "skipped", "second try"]


@dataclass(eq=False, kw_only=True)
class Draft:
    """A change to be: `authored` are the moments of its commits. `number` and `sha` come with the commits.

    `mends`: what a hotfix was made for.
    """

    kind: Kind
    authored: list[int]
    merged_at: int
    method: Method
    reverts: Draft | None = None
    mends: Rollout | None = None
    number: int = 0
    sha: str = ""

    @property
    def key(self) -> str:
        return str(self.number) if self.number else self.sha

    @property
    def is_revert(self) -> bool:
        """Whether it takes something back; who takes back a revert does not."""
        return self.reverts is not None and not self.reverts.is_revert


@dataclass(eq=False, kw_only=True)
class Rollout:
    """A deployment to be, of what main was at `cut`."""

    cut: int
    created: int
    finished: int
    environment: str
    outcome: Outcome = "success"
    rolls_back: Rollout | None = None
    is_repeat: bool = False
    number: int = 0


@dataclass(eq=False, kw_only=True)
class Outage:
    """An incident to be, and the rollout behind each of its beginnings."""

    began: int
    acknowledged: int | None
    steps: list[Step]
    causes: list[Rollout | None]
    urgency: Literal["high", "low"] = "high"


@dataclass(eq=False)
class Plan:
    """All that is decided about a service. `abandoned` pull requests are never merged: `merged_at` is their close."""

    service: Service
    drafts: list[Draft] = field(default_factory=list)
    rollouts: list[Rollout] = field(default_factory=list)
    outages: list[Outage] = field(default_factory=list)
    abandoned: list[Draft] = field(default_factory=list)

    def successes(self) -> list[Rollout]:
        return [rollout for rollout in self.rollouts if rollout.outcome in ("success", "second try")]

    def shipped(self, rollout: Rollout) -> list[Draft]:
        """The drafts that this rollout was the first to bring to production; the first one of all brings none."""
        cuts = [earlier.cut for earlier in self.successes() if earlier.finished < rollout.finished]
        if not cuts:
            return []
        latest = max(cuts)
        return [draft for draft in self.drafts if latest < draft.merged_at <= rollout.cut]
