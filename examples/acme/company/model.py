"""What there is in the company. Moments are whole seconds since the epoch (`moments`).

Beside what its systems know, the records carry what only the author of the story knows, and `truth` reads: which
changes a deployment brought, which deployment caused an incident, what a change reverts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Host = Literal["github", "gitlab"]
Way = Literal["deployments", "releases", "workflow", "environments", "job", "stage"]
"""How it is deployed: GitHub deployments, releases or a workflow, GitLab environments, a job or a stage of Jenkins."""
Method = Literal["squash", "rebase", "merge"]
State = Literal["queued", "running", "success", "failure", "cancelled", "skipped", "inactive"]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, or some thing (`is_bot`), that writes and reviews."""

    login: str
    name: str
    is_bot: bool = False

    @property
    def email(self) -> str:
        return f"{self.login.removesuffix('[bot]')}@acme.example"


@dataclass(frozen=True, slots=True)
class Team:
    """A team below `engineering`."""

    name: str
    title: str
    people: tuple[Person, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service and where its things are. `job`: of Jenkins; `pager`: its id in PagerDuty, or empty for Jira."""

    name: str
    number: int
    team: str
    host: Host
    repository: str
    way: Way
    environments: tuple[str, ...] = ("production",)
    job: str = ""
    pager: str = ""
    method: Method = "squash"


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A commit. `pull_request`: the number of the one that brought it to the main branch, or 0."""

    sha: str
    parents: tuple[str, ...]
    author: Person
    authored_at: int
    committed_at: int
    message: str
    pull_request: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A review as GitHub has it; on GitLab a note and, where it approves, an approval."""

    number: int
    author: Person
    submitted_at: int
    state: Literal["APPROVED", "CHANGES_REQUESTED", "COMMENTED"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequest:
    """A pull or merge request. `commits` are those of its branch; `merge_sha` is the last that it left on main.

    `ready_at`: when it left draft for good, None while it is one; `was_draft`: whether it ever was one.
    """

    number: int
    identity: int
    title: str
    body: str
    author: Person
    branch: str
    labels: tuple[str, ...]
    created_at: int
    ready_at: int | None
    was_draft: bool
    updated_at: int
    closed_at: int | None
    merged_at: int | None
    method: Method
    merge_sha: str
    commits: tuple[Commit, ...]
    reviews: tuple[Review, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """A repository. `commits`: all that main contains, a parent before its child; `line`: its first-parent line."""

    host: Host
    path: str
    number: int
    created_at: int
    former_path: str = ""
    is_archived: bool = False
    commits: tuple[Commit, ...] = ()
    line: tuple[str, ...] = ()
    pull_requests: tuple[PullRequest, ...] = ()
    issues: tuple[Issue, ...] = ()
    builds: tuple[Build, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What was brought to main in one piece, by a pull request (`key` is its number) or a push (a sha).

    `reverts`: the key of the change that it takes back. `mends`: the number of the deployment that a hotfix (on a
    branch `hotfix/…`) was made for.
    """

    service: str
    key: str
    first_authored_at: int
    merged_at: int
    reverts: str = ""
    mends: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """From when on something was in a state."""

    state: str
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """A deployment of `sha`. `ships`: the keys of the changes that it was the first to bring to production.

    `rolls_back`: the number of the deployment that it took out of production.
    """

    number: int
    service: str
    environment: str
    sha: str
    version: str
    created_at: int
    creator: Person
    steps: tuple[Step, ...]
    ships: tuple[str, ...] = ()
    rolls_back: int | None = None
    is_repeat: bool = False
    is_prerelease: bool = False

    @property
    def succeeded_at(self) -> int | None:
        """When it first succeeded."""
        return next((step.at for step in self.steps if step.state == "success"), None)

    @property
    def finished_at(self) -> int | None:
        """When it succeeded, else when it ended otherwise."""
        ends = [step.at for step in self.steps if step.state in ("failure", "cancelled", "skipped")]
        return self.succeeded_at or (ends[-1] if ends else None)

    @property
    def outcome(self) -> State:
        """`success` once it succeeded, whatever came later; else its last state."""
        return "success" if self.succeeded_at is not None else self.steps[-1].state  # type: ignore[return-value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """An incident. `steps`: `resolved` and `reopened` in turn.

    `causes`: the number of the deployment behind its beginning, and behind each reopening; None where none is.
    """

    number: int
    key: str
    service: str
    title: str
    urgency: Literal["high", "low"]
    began_at: int
    acknowledged_at: int | None
    steps: tuple[Step, ...]
    causes: tuple[int | None, ...]

    @property
    def resolved_at(self) -> int | None:
        """The resolution that still stands."""
        return self.steps[-1].at if self.steps and self.steps[-1].state == "resolved" else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """A run of the tests on main. `running` while it has no end."""

    number: int
    sha: str
    started_at: int
    finished_at: int | None
    status: Literal["success", "failure", "cancelled", "running"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """A bug or a story, in Jira (`key` `SHOP-7`) or with its repository (`key` is a number)."""

    number: int
    key: str
    service: str
    type: Literal["Bug", "Story"]
    title: str
    labels: tuple[str, ...]
    author: Person
    opened_at: int
    steps: tuple[Step, ...]
    fix_version: str = ""

    @property
    def resolved_at(self) -> int | None:
        """The resolution that still stands."""
        return self.steps[-1].at if self.steps and self.steps[-1].state == "Done" else None

    @property
    def updated_at(self) -> int:
        return max((self.opened_at, *(step.at for step in self.steps)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What a service did on one day: whole numbers; `cost` in euros."""

    at: int
    requests: int
    good_requests: int
    transactions: int
    active_users: int
    cost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """Courses of a team in one month: how many were assigned and completed so far."""

    team: str
    at: int
    assigned: int
    completed: int


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of a survey round, by a team or, for customers, by none."""

    survey: str
    round: str
    closes_at: int
    team: str
    answer: int


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of a spreadsheet, for a time or, where both ends are the same, at a moment.

    `subject` is a team, a service or a feature.
    """

    series: str
    subject: str
    unit: str
    starts_at: int
    ends_at: int
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """All of it, as it is at `now`. Mappings go by the name of the service or the path of the repository."""

    seed: int
    starts_at: int
    now: int
    teams: tuple[Team, ...]
    services: tuple[Service, ...]
    repositories: Mapping[tuple[Host, str], Repository]
    changes: Mapping[str, tuple[Change, ...]]
    deployments: Mapping[str, tuple[Deployment, ...]]
    incidents: tuple[Incident, ...]
    issues: tuple[Issue, ...]
    days: Mapping[str, tuple[Day, ...]] = field(default_factory=dict)
    trainings: tuple[Training, ...] = ()
    answers: tuple[Answer, ...] = ()
    figures: tuple[Figure, ...] = ()

    def repository_of(self, service: Service) -> Repository:
        """Where a service's changes are made."""
        return self.repositories[service.host, service.repository]

    def of_host(self, host: Host) -> list[Repository]:
        """The repositories of a host, in order of creation."""
        return [found for (where, _), found in self.repositories.items() if where == host]
