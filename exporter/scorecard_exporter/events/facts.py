"""What the linker reads and what it finds, one service at a time.

Times are microseconds since the epoch; None where the source did not say. Flags are 0 or 1, as in
the tables. The facts are stored and are what the delivery measures read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class CommitRow(NamedTuple):
    """A commit of the service's `changes` origin."""

    sha: str
    parents: tuple[str, ...]
    authored_at: int
    committed_at: int
    author: str
    is_bot: int
    subject: str
    reverts: tuple[str, ...]
    change: str
    url: str


class ChangeRow(NamedTuple):
    """A merged pull request of the `changes` origin, with what is known of its review."""

    number: str
    first_authored_at: int | None
    ready_at: int | None
    reviewed_at: int | None
    merged_at: int
    merge_sha: str
    head_sha: str
    author: str
    is_bot: int
    title: str
    branch: str
    reverts: tuple[str, ...]
    labels: tuple[str, ...]
    url: str


class DeploymentRow(NamedTuple):
    """A deployment record of the service's `deployments` origin, any environment and status."""

    key: str
    environment: str
    sha: str
    version: str
    status: str
    started_at: int | None
    finished_at: int | None
    replaces: str
    url: str


class IncidentRow(NamedTuple):
    """An incident record of one of the service's incident origins; `history` as (status, at)."""

    origin: str
    key: str
    severity: str
    title: str
    began_at: int
    acknowledged_at: int | None
    resolved_at: int | None
    deployment: str
    sha: str
    version: str
    labels: tuple[str, ...]
    history: tuple[tuple[str, int], ...]
    url: str


class PullRequestRow(NamedTuple):
    """A pull request of the `changes` origin; `reviewed_at`: its first review by a person other than the author."""

    number: str
    opened_at: int
    ready_at: int | None
    merged_at: int | None
    closed_at: int | None
    author: str
    is_bot: int
    is_draft: int
    url: str
    reviewed_at: int | None = None


class IssueRow(NamedTuple):
    """An issue of one of the service's trackers."""

    origin: str
    key: str
    type: str
    opened_at: int
    labels: tuple[str, ...]
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRecords:
    """All records that one service's links are made from.

    `tips`: shas of the deployed branches of the `changes` origin, and `branches` their names. `paths`: of each
    commit sha and each change number (as `#12`) the files it touched; empty unless the service has `paths`.
    `releases`: deployment records of the service's `releases` origin. `built`: origin and branch of its builds.
    """

    commits: tuple[CommitRow, ...] = ()
    tips: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    changes: tuple[ChangeRow, ...] = ()
    pull_requests: tuple[PullRequestRow, ...] = ()
    deployments: tuple[DeploymentRow, ...] = ()
    releases: tuple[DeploymentRow, ...] = ()
    incidents: tuple[IncidentRow, ...] = ()
    issues: tuple[IssueRow, ...] = ()
    built: tuple[tuple[str, str], ...] = ()
    paths: tuple[tuple[str, str], ...] = ()


class DeploymentFact(NamedTuple):
    """A finished production deployment of the service.

    `status`: `success` or `failure`. `environment`: raw; for merges and first-parent commits `branch`.
    `changes`: how many it shipped. `failed_by`: '' or `incident`, `rollback`, `revert`, `hotfix` (the first
    of them in time). `failed_at`: when that began. `recovered_at`: None unless failed; `NEVER` while open.
    """

    service: str
    origin: str
    key: str
    url: str
    environment: str
    version: str
    sha: str
    status: str
    started_at: int | None
    finished_at: int
    is_rollback: int
    is_repeat: int
    is_rework: int
    changes: int
    failed: int
    failed_by: str
    failed_at: int | None
    recovered_at: int | None


class ChangeFact(NamedTuple):
    """A change of the service that was shipped, or waits (`shipped_at` is `NEVER`).

    `type`: `pull_request` or `commit` (whose ready, reviewed and merged are when it was committed).
    Each milestone between `first_authored_at` and `shipped_at` is clamped to lie between its
    predecessor and `shipped_at`; without a review, reviewed is merged. `first_authored_at` and
    `shipped_at` stay as they are, so that a negative span shows. Changes from before the first known
    deployment are no facts.
    """

    service: str
    origin: str
    key: str
    type: str
    url: str
    first_authored_at: int
    ready_at: int
    reviewed_at: int
    merged_at: int
    shipped_at: int
    deployment: str
    is_approximate: int
    is_bot: int
    is_revert: int
    is_hotfix: int


class IncidentFact(NamedTuple):
    """An incident of the service, after its filters; `resolved_at` is `NEVER` while open.

    An incident reopened too late becomes several: `key`, `key~2`, `key~3`. `deployment`: key of the
    deployment it is linked to, '' for none. `is_explicit`: the link was named by the incident. `is_outage`:
    it counts as downtime.
    """

    service: str
    origin: str
    key: str
    url: str
    severity: str
    began_at: int
    resolved_at: int
    deployment: str
    is_explicit: int
    is_outage: int = 1


class PullRequestFact(NamedTuple):
    """A pull request of the service; what did not happen (yet) is `NEVER`.

    `reviewed_at`: its first review by a person other than the author, one of the draft when the draft became
    ready. `closed_at`: when it was merged or closed. `pickup`: from ready to reviewed, in open hours where the
    service has some; 0 without a review. `is_draft`: it never left draft.
    """

    service: str
    origin: str
    key: str
    url: str
    ready_at: int
    reviewed_at: int
    merged_at: int
    closed_at: int
    pickup: int
    is_bot: int
    is_draft: int


class BuildBranchFact(NamedTuple):
    """The builds of this branch of this origin are the service's."""

    service: str
    origin: str
    branch: str


class BugFact(NamedTuple):
    """A bug of the service.

    `is_escaped`: found in production. `tells_escapes`: the service says which are. Likewise for customers.
    """

    service: str
    origin: str
    key: str
    url: str
    opened_at: int
    is_escaped: int
    tells_escapes: int
    is_customers: int
    tells_customers: int


class ReleaseFact(NamedTuple):
    """A release of a service that says which bugs customers reported; its deployments stand in for missing ones.

    `thing` is the same for two services where they share a release, and differs where each deployed by itself.
    """

    service: str
    origin: str
    key: str
    url: str
    released_at: int
    thing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceFacts:
    """The links of one service."""

    deployments: tuple[DeploymentFact, ...]
    changes: tuple[ChangeFact, ...]
    incidents: tuple[IncidentFact, ...]
    pull_requests: tuple[PullRequestFact, ...] = ()
    build_branches: tuple[BuildBranchFact, ...] = ()
    bugs: tuple[BugFact, ...] = ()
    releases: tuple[ReleaseFact, ...] = ()
