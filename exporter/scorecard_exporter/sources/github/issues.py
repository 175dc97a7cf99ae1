"""Issues as REST and webhooks give them, and the incidents among them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from scorecard_exporter.events.merge import REOPENED, RESOLVED
from scorecard_exporter.events.model import Incident, Issue, Record, Transition
from scorecard_exporter.events.patterns import matches
from scorecard_exporter.sources.kit.body import Body

SIZE = 100
INCIDENT_TYPE = "incident"
_SEVERITY = re.compile(r"sev(?:erity)?(?:\s?\d+|\s?[:/_-]\s?\S.*)|p[0-5]", re.IGNORECASE)


def records(
    found: Body, origin: str, incident_labels: Sequence[str], histories: Mapping[int, tuple[Transition, ...]]
) -> Iterator[Record]:
    """The issue, and the incident if it is one; nothing for a pull request, which is listed as an issue too.

    `histories`: by the number of an incident, when it was resolved and reopened.
    """
    if found.has("pull_request"):
        return
    number = found.whole("number")
    issue = Issue(
        origin=origin,
        key=str(number),
        url=found.text("html_url", ""),
        type=type_of(found),
        opened_at=found.time("created_at"),
        resolved_at=None if found.text("state", "") == "open" else found.time_or_none("closed_at"),
        labels=labels_of(found),
    )
    yield issue
    if is_incident(found, incident_labels):
        yield Incident(
            origin=origin,
            key=issue.key,
            url=issue.url,
            began_at=issue.opened_at,
            severity=severity(issue.labels),
            title=found.text("title", ""),
            resolved_at=issue.resolved_at,
            labels=issue.labels,
            history=histories.get(number, ()),
        )


def is_incident(found: Body, incident_labels: Sequence[str]) -> bool:
    """Whether an issue is one by its type or one of its labels."""
    by_label = any(matches(label, incident_labels) for label in labels_of(found))
    return by_label or type_of(found).lower() == INCIDENT_TYPE


def type_of(found: Body) -> str:
    """Name of the issue's type, '' where it has none."""
    kind = found.body("type")
    return kind.text("name", "") if kind else ""


def labels_of(found: Body) -> tuple[str, ...]:
    """Names of the labels; old servers list some as plain texts."""
    named = (Body(label).text("name", "") if isinstance(label, dict) else label for label in found.items("labels"))
    return tuple(str(name) for name in named if name)


def severity(labels: Sequence[str]) -> str:
    """The first label that names one (`sev1`, `severity: high`, `P1`), as it is written; '' for none."""
    return next((label for label in labels if _SEVERITY.fullmatch(label.strip())), "")


def history(events: Iterator[Body]) -> tuple[Transition, ...]:
    """When an issue was closed and opened again, from its timeline."""
    words = {"ClosedEvent": RESOLVED, "ReopenedEvent": REOPENED}
    return tuple(
        Transition(status=words[kind], at=event.time("createdAt"))
        for event in events
        if (kind := event.text("__typename", "")) in words
    )
