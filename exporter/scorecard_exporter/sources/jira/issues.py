"""From an issue and the changes of its status to records: the issue, and the incident that it is, if it is one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from scorecard_exporter.events.merge import REOPENED, RESOLVED
from scorecard_exporter.events.model import Incident, Issue, Transition
from scorecard_exporter.events.patterns import matches
from scorecard_exporter.sources.kit.body import Body, MalformedError, moment_of

FIELDS = (
    "issuetype",
    "status",
    "created",
    "resolutiondate",
    "summary",
    "priority",
    "labels",
    "components",
    "fixVersions",
    "versions",
)
"""The fields of an issue that are asked for; without naming them Jira Cloud gives nothing but the id."""

DONE = "done"
"""Key of the category of statuses in which nothing is left to do; names are anybody's choice, keys are Jira's."""

_MOST_SECONDS = 100_000_000_000
"""A time in digits below this is in seconds, above in milliseconds: Jira Cloud has written both."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change of an issue's status. Ids, since names are translated."""

    at: datetime
    from_id: str
    from_name: str
    to_id: str
    to_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """How issues of a source become records.

    `pages`: what stands before /browse/ in the address of an issue's page, '' where there is none. An issue is an
    incident if its type or one of its labels matches.
    """

    source: str
    pages: str
    incident_types: tuple[str, ...]
    incident_labels: tuple[str, ...]


def changes(history: Body) -> Iterator[Change]:
    """The changes of status in an entry of an issue's changelog.

    Raises:
        MalformedError: see `Body`.
    """
    return changes_at(history, time_of(history, "created"))


def changes_at(log: Body, at: datetime) -> Iterator[Change]:
    """The changes of status among the items of a changelog of this moment. Raises as `changes`."""
    for item in log.bodies("items"):
        if item.text("fieldId", item.text("field", "")) == "status":
            yield Change(
                at=at,
                from_id=item.text("from", ""),
                from_name=item.text("fromString", ""),
                to_id=item.text("to", ""),
                to_name=item.text("toString", ""),
            )


def records(
    issue: Body, made: Iterable[Change], done: Collection[str], meaning: Meaning, project: str
) -> Iterator[Issue | Incident]:
    """An issue of `project` with all changes of its status; `done`: ids of the statuses in which nothing is left to do.

    It is resolved since the last move into one of these that still stands. The field for it is not trusted where moves
    are known: workflows that do not clear it, or set it again from Resolved to Closed, are common.

    Raises:
        MalformedError: see `Body`.
    """
    facts = Facts.of(issue)
    walked = sorted(made, key=lambda change: change.at)
    steps = tuple(_steps(walked, done))
    resolved_at = _resolved_at(facts, steps)
    history = _history(facts, walked)
    yield from told(facts, meaning, project, resolved_at=resolved_at, history=history, steps=steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What an issue says of itself."""

    key: str
    type: str
    status: str
    is_done: bool
    created_at: datetime
    resolution_at: datetime | None
    title: str
    priority: str
    labels: tuple[str, ...]
    fix_version: str
    version: str

    @classmethod
    def of(cls, issue: Body) -> Facts:
        """From an issue as search, and webhooks, give it.

        Raises:
            MalformedError: it has no key, no type or no time of creation.
        """
        fields = issue.body("fields") or Body(None, "fields")
        status, priority = fields.body("status"), _name(fields.body("priority"))
        category = status.body("statusCategory") if status else None
        affected = [_name(one) for one in fields.bodies("versions")]
        return cls(
            key=issue.text("key"),
            type=(fields.body("issuetype") or Body(None, "fields.issuetype")).text("name"),
            status=_name(status),
            is_done=category is not None and category.text("key", "") == DONE,
            created_at=time_of(fields, "created"),
            resolution_at=fields.time_or_none("resolutiondate"),
            title=fields.text("summary", ""),
            priority=priority,
            labels=(
                *fields.texts("labels"),
                *(f"component={name}" for one in fields.bodies("components") if (name := _name(one))),
                *((f"priority={priority}",) if priority else ()),
            ),
            fix_version=next(filter(None, map(_name, fields.bodies("fixVersions"))), ""),
            version=affected[0] if len(affected) == 1 else "",
        )


def told(
    facts: Facts,
    meaning: Meaning,
    project: str,
    *,
    resolved_at: datetime | None,
    history: tuple[Transition, ...],
    steps: tuple[Transition, ...],
) -> Iterator[Issue | Incident]:
    """The records of an issue. `history`: its statuses; `steps`: when it was resolved and reopened."""
    common: Mapping[str, Any] = {
        "origin": f"{meaning.source}:{project}",
        "key": facts.key,
        "url": f"{meaning.pages}/browse/{facts.key}" if meaning.pages else "",
        "labels": facts.labels,
        "resolved_at": resolved_at,
    }
    yield Issue(**common, type=facts.type, opened_at=facts.created_at, fix_version=facts.fix_version, history=history)
    is_incident = matches(facts.type, meaning.incident_types) or any(
        matches(label, meaning.incident_labels) for label in facts.labels
    )
    if is_incident:
        yield Incident(
            **common,
            began_at=facts.created_at,
            severity=facts.priority,
            title=facts.title,
            version=facts.version,
            history=steps,
        )


def _history(facts: Facts, walked: Sequence[Change]) -> tuple[Transition, ...]:
    """The statuses: the one that it was created in, and every one after it."""
    first = walked[0].from_name if walked else facts.status
    begin = (Transition(status=first, at=facts.created_at),) if first else ()
    return begin + tuple(Transition(status=change.to_name, at=change.at) for change in walked)


def _steps(walked: Iterable[Change], done: Collection[str]) -> Iterator[Transition]:
    for change in walked:
        before, after = change.from_id in done, change.to_id in done
        if before != after:
            yield Transition(status=RESOLVED if after else REOPENED, at=change.at)


def _resolved_at(facts: Facts, steps: Sequence[Transition]) -> datetime | None:
    if steps:
        return steps[-1].at if steps[-1].status == RESOLVED else None
    # Without a move it was created as it is: done already, or resolved without a status that says so.
    return facts.resolution_at or (facts.created_at if facts.is_done else None)


def _name(body: Body | None) -> str:
    return body.text("name", "") if body else ""


def time_of(body: Body, name: str) -> datetime:
    """A time as text, or as seconds or milliseconds since the epoch.

    Raises:
        MalformedError: it is missing, or none.
    """
    text = body.text(name)
    if text.isdecimal():
        digits = int(text)
        try:
            return datetime.fromtimestamp(digits if digits < _MOST_SECONDS else digits / 1000, UTC)
        except (OverflowError, ValueError, OSError):
            raise MalformedError(f"{name} is {digits}, not a time") from None
    found = moment_of(text)
    if found is None:
        raise MalformedError(f"{name} is not a time with a zone")
    return found
