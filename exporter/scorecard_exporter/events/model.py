"""The records that sources write: what a system said, not what it means.

Raw environment names, raw labels, raw severities: the configuration gives them a meaning when they
are read. Times are aware datetimes, numbers are `Decimal`. `origin` is `source name:thing`
(`acme-github:acme/api`); `key` is unique within origin and kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

BEGINNING = 0
"""Microseconds since the epoch that stand for "from the beginning" (no NULL: engines sort it alike)."""

NEVER = 9_223_372_036_854_775_807
"""The largest BIGINT: the end of a span that is still open (no NULL, so engines sort it alike)."""


LARGEST_VALUE = Decimal(10) ** 11
"""Of an observation, either side of zero. A sum is 64 bits of millionths: some ninety of the largest still add up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One step of a status history: `status` as the source spells it, and when it began."""

    status: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What every record has. `url` leads a person to the thing; empty where there is no page."""

    kind: ClassVar[str]
    origin: str
    key: str
    url: str = ""

    @property
    def created_at(self) -> datetime | None:
        """The moment that never changes for this record; bounds the search for an older copy."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment(Record):
    """A deployment to an environment; a tag is one to the environment `tag`, a release to `release`.

    `status`: `success` (also when it became inactive later), `failure`, or anything else the source
    says (`running`, `skipped`, `cancelled`, `superseded`), which is neither. `replaces`: key, sha or
    version of the deployment that this one rolled back, where the source says so.
    """

    kind: ClassVar[str] = "deployment"
    environment: str
    sha: str = ""
    version: str = ""
    status: str = "success"
    started_at: datetime | None = None
    finished_at: datetime | None = None
    replaces: str = ""

    @property
    def created_at(self) -> datetime | None:
        return self.started_at or self.finished_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit(Record):
    """A commit of a deployed branch or of a tag; `key` is the sha.

    `reverts`: what its message says that it reverts: full shas, `#12`, `owner/repo#12`, `!12`.
    `change`: number of the pull request it belongs to, where the source says so.
    `paths`: the files it touched, read only where a service of a monorepo asks for them.
    """

    kind: ClassVar[str] = "commit"
    parents: tuple[str, ...] = ()
    authored_at: datetime
    committed_at: datetime
    author: str = ""
    is_bot: bool = False
    subject: str = ""
    reverts: tuple[str, ...] = ()
    change: str = ""
    paths: tuple[str, ...] = ()

    @property
    def created_at(self) -> datetime | None:
        return self.committed_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch(Record):
    """The tip of a deployed branch as last seen; `key` is the branch name. State, not an event."""

    kind: ClassVar[str] = "branch"
    sha: str

    @property
    def created_at(self) -> datetime | None:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change(Record):
    """A merged pull or merge request, as a unit of delivery; `key` is its number."""

    kind: ClassVar[str] = "change"
    merged_at: datetime
    first_authored_at: datetime | None = None
    merge_sha: str = ""
    head_sha: str = ""
    author: str = ""
    is_bot: bool = False
    title: str = ""
    branch: str = ""
    reverts: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()

    @property
    def created_at(self) -> datetime | None:
        return self.merged_at


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequest(Record):
    """A pull or merge request; `key` is its number.

    `ready_at`: left draft, else created. `is_draft`: it is a draft now, or was one when it was closed.
    """

    kind: ClassVar[str] = "pull_request"
    opened_at: datetime
    ready_at: datetime | None = None
    merged_at: datetime | None = None
    closed_at: datetime | None = None
    author: str = ""
    is_bot: bool = False
    is_draft: bool = False
    labels: tuple[str, ...] = ()

    @property
    def created_at(self) -> datetime | None:
        return self.opened_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Review(Record):
    """A review of the pull request with the number `pull_request` of the same origin."""

    kind: ClassVar[str] = "review"
    pull_request: str
    submitted_at: datetime
    author: str = ""
    is_bot: bool = False
    state: str = ""

    @property
    def created_at(self) -> datetime | None:
        return self.submitted_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident(Record):
    """An incident. `deployment`, `sha`, `version`: what the incident itself names as its cause.

    `history`: `resolved` and `reopened` steps, where the source has them; `resolved_at` is the last
    resolution that still stands.
    """

    kind: ClassVar[str] = "incident"
    began_at: datetime
    severity: str = ""
    title: str = ""
    acknowledged_at: datetime | None = None
    resolved_at: datetime | None = None
    deployment: str = ""
    sha: str = ""
    version: str = ""
    labels: tuple[str, ...] = ()
    history: tuple[Transition, ...] = ()

    @property
    def created_at(self) -> datetime | None:
        return self.began_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Build(Record):
    """A run of continuous integration. `status` as for a deployment."""

    kind: ClassVar[str] = "build"
    branch: str = ""
    sha: str = ""
    status: str = ""
    started_at: datetime
    finished_at: datetime | None = None

    @property
    def created_at(self) -> datetime | None:
        return self.started_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue(Record):
    """A work item of a tracker: a bug, a story, whatever `type` says."""

    kind: ClassVar[str] = "issue"
    type: str
    opened_at: datetime
    resolved_at: datetime | None = None
    fix_version: str = ""
    labels: tuple[str, ...] = ()
    history: tuple[Transition, ...] = ()

    @property
    def created_at(self) -> datetime | None:
        return self.opened_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation(Record):
    """A number of a series, at one moment (`starts_at == ends_at`) or over `[starts_at, ends_at)`.

    `value` in `unit` as written (at most six decimals are kept); `subject` is a service, a team or
    whatever the series' own configuration maps. `key` is made of series, subject and time.
    """

    kind: ClassVar[str] = "observation"
    series: str
    subject: str = ""
    starts_at: datetime
    ends_at: datetime
    value: Decimal
    unit: str = ""

    @property
    def created_at(self) -> datetime | None:
        return self.ends_at


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyAnswer(Record):
    """One answer of a survey round; no person, no order. `closes_at` is the close of the round."""

    kind: ClassVar[str] = "survey_answer"
    survey: str
    round: str
    question: str
    subject: str = ""
    answer: str
    closes_at: datetime

    @property
    def created_at(self) -> datetime | None:
        return self.closes_at


def is_from(origin: str, wanted: str | None) -> bool:
    """Whether `origin` is the wanted one: `source:thing`, `source:` for whatever that source has, None for any."""
    return wanted is None or origin == wanted or (wanted.endswith(":") and origin.startswith(wanted))


KINDS: Mapping[str, type[Record]] = {
    record.kind: record
    for record in (
        Deployment,
        Commit,
        Branch,
        Change,
        PullRequest,
        Review,
        Incident,
        Build,
        Issue,
        Observation,
        SurveyAnswer,
    )
}
"""Every record kind by its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What has been read: all records of `kind` of `origin` in `[from_at, to_at)`.

    `from_at` None: from the beginning. `to_at`: the moment at which the source was asked.
    """

    origin: str
    kind: str
    from_at: datetime | None
    to_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something a source refused or could not read, while the rest went on.

    `code` is short and stable (`bad_row`, `clock_in_future`, `shallow_history`); `message` says what,
    where and what to do, and holds no secret.
    """

    code: str
    message: str
    origin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far back history has been read, newest first, and how far back it is wanted."""

    read_from: datetime
    wanted_from: datetime

    @property
    def is_finished(self) -> bool:
        return self.read_from <= self.wanted_from


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One step of reading a stream, stored in one transaction.

    `cursor` is where the next read goes on once these records are stored. `replace`: pairs of
    (origin, kind) of which the records of this batch are all there is from here on; older ones are
    dropped with it. `is_partial`: the records say only what is new about them, as pushed ones do, and are
    merged into those that are known (see `events.merge`). `progress` is told by the last batch of a step where
    history is read piece by piece; until it is finished, the stream wants to be read again.
    """

    records: tuple[Record, ...]
    cursor: str
    coverage: tuple[Coverage, ...] = ()
    replace: tuple[tuple[str, str], ...] = ()
    problems: tuple[Problem, ...] = field(default=())
    is_partial: bool = False
    progress: Progress | None = None
