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
    """Which incidents of `origin` count; an empty filter lets everything through.

    `outages`: patterns on the severity of those that count as downtime; none: all that count.
    """

    origin: str
    severities: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    outages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildRule:
    """Which builds of `origin` count: those of branches that match, else of the deployed branches.

    The deployed branches are those of the service's changes; a build that names no branch counts as well.
    """

    origin: str
    branches: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BugRule:
    """Which issues of `origin` are bugs, and what of them is known.

    `types` and `labels`: patterns; no labels: all of these types. `found_in_production` and
    `reported_by_customers`: patterns on type and labels of the bugs that were.
    """

    origin: str
    types: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    found_in_production: tuple[str, ...] = ()
    reported_by_customers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseRule:
    """Which deployments of `origin` to the environment `release` are releases: those of versions that match."""

    origin: str
    versions: tuple[str, ...] = ("*",)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenHours:
    """When people work, on the clocks of `zone`.

    `week`: for each day, Monday first, spans of minutes since midnight, in order. `closed`: days (ISO) without any.
    """

    zone: str
    week: tuple[tuple[tuple[int, int], ...], ...]
    closed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRule:
    """One service. Durations are microseconds.

    `paths`: only changes that touch one of these globs are this service's. `hotfixes`: patterns on
    title, source branch and labels. `reverts`: patterns on title and labels that mark a change as a
    revert where its message names none (no target, so no deployment is blamed). `bots`: patterns on
    authors, beside what the source marks. `open_hours`: when a waiting pull request is waited for; None: always.
    `releases` None: its deployments.
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
    builds: tuple[BuildRule, ...] = ()
    bugs: tuple[BugRule, ...] = ()
    releases: ReleaseRule | None = None
    open_hours: OpenHours | None = None

    @property
    def tells_escapes(self) -> bool:
        """Whether it says which bugs were found in production."""
        return any(rule.found_in_production for rule in self.bugs)

    @property
    def tells_customers(self) -> bool:
        """Whether it says which bugs were reported by customers."""
        return any(rule.reported_by_customers for rule in self.bugs)

    def feeds(self) -> dict[str, tuple[tuple[str, str], ...]]:
        """The (origin, record kind) pairs behind each role.

        A role that the service does not map is absent. Where only pull requests of the `changes` origin are
        read, they stand for its commits. Deployments stand for releases where none are named.
        """
        pairs: dict[str, tuple[tuple[str, str], ...]] = {}
        if self.changes:
            pairs["changes"] = ((self.changes, "commit"),)
            pairs["pull_requests"] = ((self.changes, "pull_request"),)
            pairs["reviews"] = ((self.changes, "review"),)
        if self.deployments:
            derived = self.deployments.by in ("merges", "first_parent")
            pairs["deployments"] = ((self.deployments.origin, "commit" if derived else "deployment"),)
            pairs["releases"] = pairs["deployments"]
        if self.releases:
            pairs["releases"] = ((self.releases.origin, "deployment"),)
        for role, kind, rules in (
            ("incidents", "incident", self.incidents),
            ("builds", "build", self.builds),
            ("escaped_bugs", "issue", self.bugs if self.tells_escapes else ()),
            ("customer_bugs", "issue", self.bugs if self.tells_customers else ()),
        ):
            if rules:
                pairs[role] = tuple(dict.fromkeys((rule.origin, kind) for rule in rules))
        return pairs
