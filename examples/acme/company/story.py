"""The whole company, the same for the same seed, size and beginning."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from random import Random

from examples.acme.company import business, office, people, work
from examples.acme.company.cut import until
from examples.acme.company.graph import Graph
from examples.acme.company.model import (
    Change,
    Company,
    Day,
    Deployment,
    Host,
    Incident,
    Issue,
    Person,
    Repository,
    Service,
)
from examples.acme.company.moments import DAY, HOUR, month_start
from examples.acme.company.plan import Draft
from examples.acme.company.planner import Planner
from examples.acme.company.requests import Writer
from examples.acme.company.rollouts import deployments, incidents

MONTHS = 24
FUTURE = 60 * DAY
"""How much longer than the present the story is told, so that the company can go on living."""


@dataclass(eq=False)
class _Told:
    """What has been told so far."""

    repositories: dict[tuple[Host, str], Repository] = field(default_factory=dict)
    changes: dict[str, tuple[Change, ...]] = field(default_factory=dict)
    deployments: dict[str, tuple[Deployment, ...]] = field(default_factory=dict)
    incidents: list[Incident] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)


def company(*, seed: int = 1, now: int, services: int | Sequence[Service] = 40, months: int = MONTHS) -> Company:
    """Acme as it is at `now`, after so many whole months and the days of this one.

    `services`: how many, or which. A thousand of `people.on_github` in 18 months have 200,000 pull requests.
    """
    now -= now % HOUR
    chosen = people.services(services) if isinstance(services, int) else tuple(services)
    return until(tell(seed=seed, starts_at=month_start(now, -months), ends_at=now + FUTURE, chosen=chosen), now)


def tell(*, seed: int, starts_at: int, ends_at: int, chosen: Sequence[Service]) -> Company:
    """All that happens from `starts_at` to `ends_at`; `until` shows it at a moment in between."""
    teams = people.teams()
    told = _Told()
    crews = {team.name: team.people for team in teams}
    for service in chosen:
        _tell_service(told, service, crews[service.team], seed, (starts_at, ends_at))
    _number_jira(told)
    for repository in _others(starts_at):
        told.repositories[repository.host, repository.path] = repository
    random = Random(f"{seed}/business")
    return Company(
        seed=seed,
        starts_at=starts_at,
        now=ends_at,
        teams=teams,
        services=tuple(chosen),
        repositories=told.repositories,
        changes=told.changes,
        deployments=told.deployments,
        incidents=tuple(sorted(told.incidents, key=lambda incident: (incident.began_at, incident.number))),
        issues=tuple(told.issues),
        days=_days(chosen, seed, starts_at, ends_at),
        trainings=tuple(row for team in teams for row in business.trainings(team, random, starts_at, ends_at)),
        answers=tuple(business.answers(teams, random, starts_at, ends_at)),
        figures=tuple(office.figures(teams, chosen, Random(f"{seed}/office"), (starts_at, ends_at))),
    )


def _days(services: Iterable[Service], seed: int, starts_at: int, ends_at: int) -> Mapping[str, tuple[Day, ...]]:
    return {
        service.name: tuple(business.daily(service.team, Random(f"{seed}/{service.name}/days"), starts_at, ends_at))
        for service in services
    }


def _tell_service(told: _Told, service: Service, crew: Sequence[Person], seed: int, span: tuple[int, int]) -> None:
    starts_at, ends_at = span
    plan = Planner(service, Random(f"{seed}/{service.name}/plan"), starts_at, ends_at).plan()
    graph = Graph(service.host, service.repository, seed)
    random = Random(f"{seed}/{service.name}/words")
    found = list(work.issues(service, crew, Random(f"{seed}/{service.name}/issues"), starts_at, ends_at))
    own = found if service.team in work.ON_GITHUB else []
    writer = Writer(plan, graph, crew, random)
    requests = writer.write([opened for opened, _ in own])
    told.deployments[service.name] = deployments(plan, graph)
    told.changes[service.name] = writer.changes()
    told.incidents += incidents(plan)
    if not own:
        told.issues += [issue for _, issue in found]
    told.repositories[service.host, service.repository] = Repository(
        host=service.host,
        path=service.repository,
        number=7_000 + service.number,
        created_at=starts_at - 30 * DAY,
        former_path=people.RENAMED.get(service.name, ""),
        commits=tuple(graph.main),
        line=tuple(graph.line),
        pull_requests=requests,
        issues=_number_on_github([issue for _, issue in own], {request.number for request in requests}),
        builds=work.builds(plan, graph, Random(f"{seed}/{service.name}/builds"), starts_at),
        tags=_tags(told.deployments[service.name]),
    )


def _tags(found: Sequence[Deployment]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (deployment.version, deployment.sha) for deployment in found if deployment.version and deployment.succeeded_at
    )


def _number_on_github(found: Sequence[Issue], taken: set[int]) -> tuple[Issue, ...]:
    """The numbers that the pull requests left free, in order of opening."""
    free = (number for number in count(1) if number not in taken)
    ordered = sorted(found, key=lambda issue: issue.opened_at)
    return tuple(replace(issue, number=number, key=str(number)) for issue, number in zip(ordered, free, strict=False))


def _number_jira(told: _Told) -> None:
    ordered = sorted(told.issues, key=lambda issue: (issue.opened_at, issue.service))
    told.issues = [
        replace(issue, number=10_000 + place, key=f"SHOP-{place}") for place, issue in enumerate(ordered, start=1)
    ]


def _others(starts_at: int) -> tuple[Repository, ...]:
    """Repositories that no service has: one with nothing in it, one that is archived, one of GitLab."""
    old = starts_at - 400 * DAY
    graph = Graph("github", "acme/handbook", 0)
    draft = Draft(kind="history", authored=[old], merged_at=old, method="squash")
    graph.push(draft, Person("ada-abel", "Ada Abel"), "Initial commit")
    return (
        Repository(host="github", path="acme/sandbox", number=7_990, created_at=old),
        Repository(
            host="github",
            path="acme/handbook",
            number=7_991,
            created_at=old,
            is_archived=True,
            commits=tuple(graph.main),
            line=tuple(graph.line),
        ),
        Repository(host="gitlab", path="acme/payments/playground", number=7_992, created_at=old),
    )
