"""What the configuration says about one service, as the linker needs it.

Patterns are shell globs matched without regard to case (`prod*`); a regular expression is written
between slashes (`/^prod-[a-z]+$/`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

DeploymentsBy = Literal["environment", "tags", "releases", "merges", "first_parent"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentRule:
    """Which things of `origin` are this service's production deployments.

    `environment`: deployment records whose environment matches one of `patterns`. `tags`: those to
    the environment `tag` whose version matches. `releases`: likewise, environment `release`.
    `merges`, `first_parent`: merge commits, or all commits, on the first-parent line of the deployed
    branch of `origin`, finished when committed (`patterns` is empty).
    """

    origin: str
    by: DeploymentsBy
    patterns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentRule:
    """Which incidents of `origin` count; an empty filter lets everything through."""

    origin: str
    severities: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRule:
    """One service. Durations are microseconds.

    `paths`: only changes that touch one of these globs are this service's. `hotfixes`: patterns on
    title, source branch and labels. `reverts`: patterns on title and labels that mark a change as a
    revert where its message names none (no target, so no deployment is blamed). `bots`: patterns on
    authors, beside what the source marks.
    `reopen_within`: an incident reopened sooner is still the same one.
    """

    service: str
    changes: str | None = None
    paths: tuple[str, ...] = ()
    deployments: DeploymentRule | None = None
    incidents: tuple[IncidentRule, ...] = ()
    attribution_window: int = 86_400_000_000
    reopen_within: int = 7 * 86_400_000_000
    hotfixes: tuple[str, ...] = ()
    reverts: tuple[str, ...] = ()
    bots: tuple[str, ...] = ()

    def feeds(self) -> dict[str, tuple[tuple[str, str], ...]]:
        """The (origin, record kind) pairs behind each role: `deployments`, `changes`, `incidents`.

        A role that the service does not map is absent. Where only pull requests of the `changes` origin are
        read, they stand for its commits.
        """
        pairs: dict[str, tuple[tuple[str, str], ...]] = {}
        if self.changes:
            pairs["changes"] = ((self.changes, "commit"),)
        if self.deployments:
            derived = self.deployments.by in ("merges", "first_parent")
            pairs["deployments"] = ((self.deployments.origin, "commit" if derived else "deployment"),)
        if self.incidents:
            pairs["incidents"] = tuple((rule.origin, "incident") for rule in self.incidents)
        return pairs
