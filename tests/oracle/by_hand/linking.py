"""Everything that is known about one service: its deployments, changes and incidents, and which deployment failed."""

from dataclasses import dataclass

from by_hand.changes import all_changes, ship, tell_reverts
from by_hand.history import History, Shipment, matches, micros, of, tell_rollbacks

CAUSES = ("incident", "rollback", "revert", "hotfix")


@dataclass(eq=False, kw_only=True)
class Outage:
    """An incident, from its beginning to its end."""

    key: str
    origin: str
    began: int
    resolved: int | None
    deployment: Shipment | None
    is_outage: bool


@dataclass(kw_only=True)
class Links:
    deployments: list
    changes: list
    incidents: list


def link(rule, records):
    """Everything that is known about one service."""
    history = History(rule, records)
    tell_rollbacks(history)
    changes = all_changes(history)
    for change in changes:
        ship(history, change)
    tell_reverts(history, changes)
    incidents = [outage for each in mapped_incidents(rule, records) for outage in outages(history, each)]
    tell_failures(history, changes, incidents)
    return Links(deployments=history.deployments, changes=changes, incidents=incidents)


def mapped_incidents(rule, records):
    """The incident records that at least one of the rule's filters lets through."""
    chosen = {}
    for wanted in rule.incidents:
        for incident in of(records, "incident", wanted.origin):
            if lets_through(wanted, incident):
                chosen[incident.origin, incident.key] = incident
    return list(chosen.values())


def lets_through(wanted, incident):
    return (
        wanted.origin == incident.origin
        and (not wanted.severities or matches(incident.severity, wanted.severities))
        and (not wanted.labels or any(matches(label, wanted.labels) for label in incident.labels))
        and (not wanted.titles or matches(incident.title, wanted.titles))
    )


def is_outage(rule, incident):
    """Whether it counts as downtime by a filter that lets it through."""
    return any(
        lets_through(wanted, incident) and (not wanted.outages or matches(incident.severity, wanted.outages))
        for wanted in rule.incidents
    )


def outages(history, incident):
    """One incident, or several if it was reopened too late to be the same one."""
    spans, began, resolved = [], micros(incident.began_at), None
    for step in sorted(incident.history, key=lambda each: each.at):
        if step.status == "resolved" and resolved is None:
            resolved = micros(step.at)
        elif step.status == "reopened" and resolved is not None:
            if micros(step.at) - resolved > history.rule.reopen_within:
                spans.append((began, resolved))
                began = micros(step.at)
            resolved = None
    spans.append((began, micros(incident.resolved_at)))
    for number, (start, end) in enumerate(spans, 1):
        yield Outage(
            key=incident.key if number == 1 else f"{incident.key}~{number}",
            origin=incident.origin,
            began=start,
            resolved=end,
            deployment=blamed(history, incident, start),
            is_outage=is_outage(history.rule, incident),
        )


def blamed(history, incident, began):
    """The deployment that an incident names, else the latest success before it, if that is recent enough."""
    named = history.named(incident.deployment, incident.sha, incident.version)
    if named:
        return next((each for each in reversed(named) if each.finished < began), named[0])
    return history.latest_before(began)


def tell_failures(history, changes, incidents):
    for incident in incidents:
        if incident.deployment:
            incident.deployment.failures.append((incident.began, "incident", incident.resolved))
    for deployment in history.successes:
        if deployment.replaced:
            deployment.replaced.failures.append((deployment.began, "rollback", deployment.finished))
    for change in changes:
        if change.shipped_by or change.is_waiting:
            tell_fixed(history, change)
    for deployment in history.deployments:
        deployment.failures = sorted(
            (each for each in deployment.failures if each[0] - deployment.finished <= history.rule.attribution_window),
            key=lambda each: (each[0], CAUSES.index(each[1])),
        )


def tell_fixed(history, change):
    """What a revert or hotfix says of the deployments before it; what came with its own fix never broke anything."""
    latest = history.latest_before(change.authored)
    broken = [(each, "revert") for each in change.undoes] + [(latest, "hotfix")] * bool(change.is_hotfix and latest)
    order = history.successes
    for deployment, by in broken:
        if change.shipped_by is None:
            deployment.failures.append((change.authored, by, None))
        elif order.index(change.shipped_by) > order.index(deployment):
            deployment.failures.append((change.authored, by, change.shipped_by.finished))
