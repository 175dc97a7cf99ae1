"""The incidents of a service: which count, where one ends and the next begins, and whose they are."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

from scorecard_exporter.events.deployments import Deployed
from scorecard_exporter.events.facts import IncidentFact, IncidentRow
from scorecard_exporter.events.model import NEVER
from scorecard_exporter.events.patterns import matches
from scorecard_exporter.events.rules import IncidentRule, ServiceRule
from scorecard_exporter.events.timeline import Timeline


def incident_facts(rule: ServiceRule, rows: Iterable[IncidentRow], timeline: Timeline) -> list[IncidentFact]:
    """The incidents that pass the rule's filters, each linked to at most one deployment, in order of beginning."""
    counted = {(row.origin, row.key): row for row in rows if any(_counts(row, one) for one in rule.incidents)}
    facts = [fact for row in counted.values() for fact in _facts(rule, row, timeline)]
    return sorted(facts, key=lambda fact: (fact.began_at, fact.origin, fact.key))


def _counts(row: IncidentRow, rule: IncidentRule) -> bool:
    return (
        row.origin == rule.origin
        and (not rule.severities or matches(row.severity, rule.severities))
        and (not rule.titles or matches(row.title, rule.titles))
        and (not rule.labels or any(matches(label, rule.labels) for label in row.labels))
    )


def _is_outage(row: IncidentRow, rule: ServiceRule) -> bool:
    """Whether one of the rules that let it through counts it as downtime."""
    return any(_counts(row, one) and (not one.outages or matches(row.severity, one.outages)) for one in rule.incidents)


def _facts(rule: ServiceRule, row: IncidentRow, timeline: Timeline) -> Iterator[IncidentFact]:
    named = timeline.named(row.deployment, row.sha, row.version)
    for number, (began_at, resolved_at) in enumerate(_episodes(row, rule.reopen_within), start=1):
        deployed = _cause(named, began_at) or timeline.latest_before(began_at, rule.attribution_window)
        yield IncidentFact(
            service=rule.service,
            origin=row.origin,
            key=row.key if number == 1 else f"{row.key}~{number}",
            url=row.url,
            severity=row.severity,
            began_at=began_at,
            resolved_at=resolved_at,
            deployment=deployed.row.key if deployed else "",
            is_explicit=int(bool(named)),
            is_outage=int(_is_outage(row, rule)),
        )


def _cause(named: Sequence[Deployed], began_at: int) -> Deployed | None:
    """Of several deployments with one name, the latest before the incident, else the first."""
    if not named:
        return None
    later = bisect_left(named, began_at, key=lambda deployed: deployed.finished_at)
    return named[max(later - 1, 0)]


def _episodes(row: IncidentRow, reopen_within: int) -> Iterator[tuple[int, int]]:
    """When it began and was resolved; again for each time that it was reopened too late to be the same."""
    last = () if row.resolved_at is None else (("resolved", row.resolved_at),)
    steps = sorted({*row.history, *last}, key=lambda step: (step[1], step[0] == "reopened"))
    began_at, resolved_at = row.began_at, NEVER
    for status, at in steps:
        if status == "resolved":
            resolved_at = at
        elif status == "reopened" and resolved_at != NEVER:
            if at - resolved_at > reopen_within:
                yield began_at, resolved_at
                began_at = at
            resolved_at = NEVER
    yield began_at, resolved_at
