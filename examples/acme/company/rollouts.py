"""Deployments, releases among them, made from rollouts and commits; and the incidents that name them as causes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count

from examples.acme.company.graph import Graph
from examples.acme.company.model import Deployment, Incident, Service, Step
from examples.acme.company.moments import HOUR, MINUTE, when
from examples.acme.company.people import DEPLOYER
from examples.acme.company.plan import Outage, Plan, Rollout

FIRST_NUMBER = 1_000
STAGED = 3
"""Every third service is deployed to `staging` first."""


def deployments(plan: Plan, graph: Graph) -> tuple[Deployment, ...]:
    """The deployments of a service in order of creation, numbered; sets the numbers of the rollouts."""
    numbers = count(plan.service.number * 100_000 + FIRST_NUMBER)
    found: list[Deployment] = []
    for rollout in sorted(plan.rollouts, key=lambda rollout: rollout.created):
        if plan.service.number % STAGED == 0 and plan.service.way in ("deployments", "environments"):
            found.append(_staging(plan.service, rollout, graph, next(numbers)))
        rollout.number = next(numbers)
    inactive = _superseded(plan) if plan.service.way == "deployments" else {}
    found += [_deployment(plan, rollout, graph, inactive) for rollout in plan.rollouts]
    if plan.service.way == "releases":
        found += _prereleases(plan, graph, numbers)
    return tuple(sorted(found, key=lambda deployment: (deployment.created_at, deployment.number)))


def _deployment(plan: Plan, rollout: Rollout, graph: Graph, inactive: Mapping[int, int]) -> Deployment:
    steps = _steps(rollout)
    if rollout.number in inactive:
        steps.append(Step("inactive", inactive[rollout.number]))
    is_success = rollout.outcome in ("success", "second try")
    ships = plan.shipped(rollout) if is_success and not rollout.rolls_back else []
    return Deployment(
        number=rollout.number,
        service=plan.service.name,
        environment=rollout.environment,
        sha=graph.tip(rollout.cut),
        version=_version(plan, rollout),
        created_at=rollout.created,
        creator=DEPLOYER,
        steps=tuple(steps),
        ships=tuple(draft.key for draft in ships),
        rolls_back=rollout.rolls_back.number if rollout.rolls_back else None,
        is_repeat=rollout.is_repeat,
    )


def _steps(rollout: Rollout) -> list[Step]:
    created, finished = rollout.created, rollout.finished
    if rollout.outcome == "skipped":
        return [Step("queued", created), Step("skipped", finished)]
    steps = [Step("queued", created), Step("running", created + 20)]
    if rollout.outcome == "second try":
        return [*steps, Step("failure", finished - 90), Step("running", finished - 60), Step("success", finished)]
    return [*steps, Step(rollout.outcome, finished)]


def _version(plan: Plan, rollout: Rollout) -> str:
    if plan.service.way != "releases":
        return ""
    place = plan.successes().index(rollout)
    return f"v{when(rollout.finished).year - 2000}.{place}.0"


def _superseded(plan: Plan) -> dict[int, int]:
    """When GitHub made each deployment inactive: at the next success of its environment."""
    found: dict[int, int] = {}
    running: dict[str, Rollout] = {}
    for rollout in plan.successes():
        before = running.get(rollout.environment)
        if before:
            found[before.number] = rollout.finished
        running[rollout.environment] = rollout
    return found


def _staging(service: Service, rollout: Rollout, graph: Graph, number: int) -> Deployment:
    created = rollout.created - 15 * MINUTE
    steps = (Step("queued", created), Step("running", created + 15), Step("success", created + 4 * MINUTE))
    return Deployment(
        number=number,
        service=service.name,
        environment="staging",
        sha=graph.tip(rollout.cut),
        version="",
        created_at=created,
        creator=DEPLOYER,
        steps=steps,
    )


def _prereleases(plan: Plan, graph: Graph, numbers: Iterator[int]) -> Iterator[Deployment]:
    """Now and then a preview for the brave; and a draft that nobody has published."""
    for rollout in plan.rollouts[9:10]:
        yield Deployment(
            number=next(numbers),
            service=plan.service.name,
            environment="preview",
            sha=graph.tip(rollout.cut),
            version="v-next",
            created_at=rollout.created + HOUR,
            creator=DEPLOYER,
            steps=(Step("queued", rollout.created + HOUR),),
        )
    for rollout in plan.rollouts[3::8]:
        at = rollout.created - HOUR
        yield Deployment(
            number=next(numbers),
            service=plan.service.name,
            environment="preview",
            sha=graph.tip(rollout.cut - HOUR),
            version=f"preview-{when(at):%Y-%m-%d}",
            created_at=at,
            creator=DEPLOYER,
            steps=(Step("success", at),),
            is_prerelease=True,
        )


def incidents(plan: Plan) -> Iterator[Incident]:
    """The incidents of a service in order of beginning; the key is that of PagerDuty, or of Jira."""
    for place, outage in enumerate(sorted(plan.outages, key=lambda outage: outage.began), start=1):
        number = plan.service.number * 1_000 + place
        yield Incident(
            number=number,
            key=f"Q{number:07d}ACME" if plan.service.pager else f"OPS-{number}",
            service=plan.service.name,
            title=_title(plan.service, outage),
            urgency=outage.urgency,
            began_at=outage.began,
            acknowledged_at=outage.acknowledged,
            steps=tuple(outage.steps),
            causes=tuple(cause.number if cause else None for cause in outage.causes),
        )


def _title(service: Service, outage: Outage) -> str:
    return f"{service.name}: too many errors" if outage.causes[0] else f"{service.name}: a supplier does not answer"
