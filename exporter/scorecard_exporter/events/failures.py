"""Which deployments failed, what showed it first, and when production was well again.

A deployment fails by an incident that is linked to it, by a rollback that replaced it, by a change that
reverts one that it shipped, and by a hotfix of which it is the latest success before; each only if it
begins no later than the attribution window after the deployment's finish.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from scorecard_exporter.events.changes import Unit
from scorecard_exporter.events.deployments import Deployed
from scorecard_exporter.events.facts import IncidentFact
from scorecard_exporter.events.model import NEVER
from scorecard_exporter.events.rules import ServiceRule
from scorecard_exporter.events.timeline import Timeline

CAUSES = ("incident", "rollback", "revert", "hotfix")
"""What can show a failure; of two at the same moment, the one that is named first counts."""


class Failure(NamedTuple):
    """What shows a failure: since when, by which cause (an index of `CAUSES`), and when it was over."""

    began_at: int
    cause: int
    recovered_at: int


def failures(
    rule: ServiceRule, timeline: Timeline, units: Sequence[Unit], incidents: Sequence[IncidentFact]
) -> Mapping[str, Failure]:
    """The failure of each failed deployment by its key: the first in time, with the recovery from all of them."""
    found: dict[str, list[Failure]] = defaultdict(list)
    for deployed, failure in chain(
        _incidents(timeline, incidents), _rollbacks(timeline), _fixes(rule, timeline, units)
    ):
        succeeded = deployed.position is not None
        if succeeded and failure.began_at - deployed.finished_at <= rule.attribution_window:
            found[deployed.row.key].append(failure)
    return {
        key: min(signs)._replace(recovered_at=max(_recovered_at(signs), timeline.by_key[key].finished_at))
        for key, signs in found.items()
    }


def _recovered_at(signs: Iterable[Failure]) -> int:
    """The resolution of the last incident; without incidents, the first rollback or fix that reached production.

    An incident may name a deployment that finishes only after it is resolved.
    """
    resolved = [sign.recovered_at for sign in signs if CAUSES[sign.cause] == "incident"]
    return max(resolved) if resolved else min(sign.recovered_at for sign in signs)


def _incidents(timeline: Timeline, incidents: Iterable[IncidentFact]) -> Iterator[tuple[Deployed, Failure]]:
    for incident in incidents:
        if incident.deployment:
            failure = Failure(incident.began_at, CAUSES.index("incident"), incident.resolved_at)
            yield timeline.by_key[incident.deployment], failure


def _rollbacks(timeline: Timeline) -> Iterator[tuple[Deployed, Failure]]:
    for deployed in timeline.successes:
        if deployed.replaced:
            yield deployed.replaced, Failure(deployed.began_at, CAUSES.index("rollback"), deployed.finished_at)


def _fixes(rule: ServiceRule, timeline: Timeline, units: Iterable[Unit]) -> Iterator[tuple[Deployed, Failure]]:
    for unit in units:
        if not unit.is_linked:
            continue
        recovered_at = unit.shipped_by.finished_at if unit.shipped_by else NEVER
        broken = [(deployed, "revert") for deployed in unit.undoes]
        if unit.is_hotfix and (latest := timeline.latest_before(unit.first_authored_at, rule.attribution_window)):
            broken.append((latest, "hotfix"))
        for deployed, cause in broken:
            if _is_later(unit.shipped_by, deployed):
                yield deployed, Failure(unit.first_authored_at, CAUSES.index(cause), recovered_at)


def _is_later(fix: Deployed | None, broken: Deployed) -> bool:
    """Whether a fix reached production after what it fixes; what came with its own fix never broke anything."""
    return fix is None or fix.position is None or broken.position is None or fix.position > broken.position
