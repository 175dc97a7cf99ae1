"""The pull requests of a service: when each was ready, first reviewed, merged and closed."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from scorecard_exporter.events.facts import PullRequestFact, PullRequestRow
from scorecard_exporter.events.model import NEVER
from scorecard_exporter.events.open_hours import open_time
from scorecard_exporter.events.patterns import matches
from scorecard_exporter.events.rules import ServiceRule


def pull_request_facts(
    rule: ServiceRule, rows: Iterable[PullRequestRow], elsewhere: Collection[str]
) -> list[PullRequestFact]:
    """The pull requests of the service, but for those numbers of which all is known to be of other services."""
    return [_fact(rule, row) for row in rows if row.number not in elsewhere]


def _fact(rule: ServiceRule, row: PullRequestRow) -> PullRequestFact:
    """Milestones in order: a clock that says ready after the end means that it was ready at its end."""
    merged_at = NEVER if row.merged_at is None else row.merged_at
    closed_at = min(merged_at, NEVER if row.closed_at is None else row.closed_at)
    ready_at = min(row.opened_at if row.ready_at is None else row.ready_at, closed_at)
    is_draft = bool(row.is_draft) and merged_at == NEVER
    is_reviewed = row.reviewed_at is not None and not is_draft
    reviewed_at = max(row.reviewed_at or 0, ready_at) if is_reviewed else NEVER
    return PullRequestFact(
        service=rule.service,
        origin=rule.changes or "",
        key=row.number,
        url=row.url,
        ready_at=ready_at,
        reviewed_at=reviewed_at,
        merged_at=merged_at,
        closed_at=closed_at,
        pickup=open_time(rule.open_hours, ready_at, reviewed_at) if is_reviewed else 0,
        is_bot=int(bool(row.is_bot) or matches(row.author, rule.bots)),
        is_draft=int(is_draft),
    )
