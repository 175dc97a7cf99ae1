"""The true values of the delivery measures, for every team and month (UTC), from what the author of the story knows.

Nothing here is looked up in a system or found out by a commit graph: which change a deployment brought, which
deployment caused an incident, what a change takes back, all that was decided when the story was told. What is done
with it follows the definitions in `docs/definitions.md`, and nothing of the exporter.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from examples.acme.company.model import Change, Company, Deployment, Incident, Service
from examples.acme.company.moments import DAY, WEEK, months

ROOT = "engineering"
ATTRIBUTION = DAY
FEWEST = 5
"""Fewer samples make no median and no share."""

Key = tuple[str, int, str]
"""Team, first moment of the month, measure."""


@dataclass(frozen=True, slots=True)
class Truth:
    """A value in seconds, per day, or as a share, and from how many things it comes; None where there is none."""

    value: Fraction | None
    samples: int


@dataclass(frozen=True, slots=True)
class Failure:
    """Something that shows that a deployment failed: since when, and when production was well again."""

    began_at: int
    ended_at: int | None
    is_incident: bool = False


@dataclass(frozen=True, slots=True)
class Episode:
    """An incident, or what came of it more than a week after it was over."""

    began_at: int
    resolved_at: int | None
    cause: int | None


@dataclass(eq=False)
class Known:
    """What is known of one service, put in relation.

    `finished`: number, moment and success of each deployment to production. `lead_times`: moment and seconds of each
    change that came there. `failed`: deployments that failed afterwards, and when each was recovered.
    """

    finished: list[tuple[int, int, bool]]
    lead_times: list[tuple[int, int]]
    failed: dict[int, int | None]
    reworks: set[int]
    episodes: list[Episode]


def truth(company: Company) -> dict[Key, Truth]:
    """Every measure of every team, and of the whole, in every whole month."""
    known = {service.name: _known(company, service) for service in company.services}
    teams: dict[str, list[Known]] = {ROOT: list(known.values())}
    for service in company.services:
        teams.setdefault(service.team, []).append(known[service.name])
    return {
        (team, begin, name): measure(services, begin, end)
        for team, services in teams.items()
        for begin, end in months(company.starts_at, company.now)
        for name, measure in MEASURES.items()
    }


def _known(company: Company, service: Service) -> Known:
    attempts = [
        one
        for one in company.deployments[service.name]
        if one.environment in service.environments and one.outcome in ("success", "failure")
    ]
    changes = {change.key: change for change in company.changes[service.name]}
    episodes = [episode for one in company.incidents if one.service == service.name for episode in _episodes(one)]
    failures = _failures(attempts, changes, episodes)
    return Known(
        finished=[
            (one.number, at, one.outcome == "success") for one in attempts if (at := one.finished_at) is not None
        ],
        lead_times=list(_lead_times(attempts, changes)),
        failed=dict(_recoveries(attempts, failures)),
        reworks={one.number for one in attempts if _is_rework(one, changes)},
        episodes=episodes,
    )


def _lead_times(attempts: Sequence[Deployment], changes: Mapping[str, Change]) -> Iterator[tuple[int, int]]:
    """When each change came to production, and how long that took; what a wrong clock makes negative is left out."""
    for one in attempts:
        for key in one.ships:
            assert one.succeeded_at is not None  # noqa: S101 - who ships succeeds
            taken = one.succeeded_at - changes[key].first_authored_at
            if taken >= 0:
                yield one.succeeded_at, taken


def _episodes(incident: Incident) -> Iterator[Episode]:
    """One incident; or more, if it came back later than a week after it was over."""
    began, cause, beginnings = incident.began_at, incident.causes[0], 0
    resolved: int | None = None
    for step in incident.steps:
        if step.state == "resolved":
            resolved = step.at
            continue
        beginnings += 1
        if resolved is not None and step.at - resolved > WEEK:
            yield Episode(began, resolved, cause)
            began, cause = step.at, incident.causes[beginnings]
        resolved = None
    yield Episode(began, resolved, cause)


def is_revert(change: Change, changes: Mapping[str, Change]) -> bool:
    """Whether it takes something back. Who takes back a revert does not: the original is wanted after all."""
    target = changes.get(change.reverts)
    return target is not None and not is_revert(target, changes)


def _is_rework(one: Deployment, changes: Mapping[str, Change]) -> bool:
    fixes = [is_revert(changes[key], changes) or changes[key].mends is not None for key in one.ships]
    return one.rolls_back is not None or (bool(fixes) and all(fixes))


def _failures(
    attempts: Sequence[Deployment], changes: Mapping[str, Change], episodes: Sequence[Episode]
) -> Mapping[int, Sequence[Failure]]:
    """What shows of each deployment that it failed."""
    found: dict[int, list[Failure]] = defaultdict(list)
    for episode in episodes:
        if episode.cause is not None:
            found[episode.cause].append(Failure(episode.began_at, episode.resolved_at, is_incident=True))
    for one in attempts:
        if one.rolls_back is not None and one.succeeded_at is not None:
            found[one.rolls_back].append(Failure(one.created_at, one.succeeded_at))
    shipped = {key: one for one in attempts for key in one.ships}
    for change in changes.values():
        broken = change.mends
        if is_revert(change, changes) and change.reverts in shipped:
            broken = shipped[change.reverts].number
        if broken is not None:
            fix = shipped.get(change.key)
            found[broken].append(Failure(change.first_authored_at, fix.succeeded_at if fix else None))
    return found


def _recoveries(
    attempts: Sequence[Deployment], failures: Mapping[int, Sequence[Failure]]
) -> Iterator[tuple[int, int | None]]:
    """The failed deployments, each with the moment at which production was well again, or None."""
    for one in attempts:
        if one.succeeded_at is None:
            continue
        counted = [each for each in failures.get(one.number, ()) if each.began_at - one.succeeded_at <= ATTRIBUTION]
        if counted:
            yield one.number, _recovered_at(counted, one.succeeded_at)


def _recovered_at(failures: Sequence[Failure], finished_at: int) -> int | None:
    """With incidents, when the last of them was over; else when the first fix was there."""
    incidents = [each.ended_at for each in failures if each.is_incident]
    if incidents:
        over = [end for end in incidents if end is not None]
        return max(finished_at, *over) if len(over) == len(incidents) else None
    fixes = [each.ended_at for each in failures if each.ended_at is not None]
    return max(finished_at, min(fixes)) if fixes else None


def _released(services: Sequence[Known], begin: int, end: int) -> list[tuple[Known, int]]:
    return [
        (known, number)
        for known in services
        for number, at, is_success in known.finished
        if is_success and begin <= at < end
    ]


def median(numbers: Sequence[int]) -> Fraction:
    """The middle, or the mean of the two in the middle."""
    ordered = sorted(numbers)
    low, high = ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]
    return Fraction(low + high, 2)


def _share(flags: Sequence[bool]) -> Truth:
    return Truth(Fraction(sum(flags), len(flags)) if len(flags) >= FEWEST else None, len(flags))


def deployment_frequency(services: Sequence[Known], begin: int, end: int) -> Truth:
    """Successful production deployments a day."""
    count = len(_released(services, begin, end))
    return Truth(Fraction(count * DAY, end - begin), count)


def lead_time_for_changes(services: Sequence[Known], begin: int, end: int) -> Truth:
    """Median seconds from the first commit of a change to its production deployment."""
    spans = [taken for known in services for at, taken in known.lead_times if begin <= at < end]
    return Truth(median(spans) if len(spans) >= FEWEST else None, len(spans))


def change_failure_rate(services: Sequence[Known], begin: int, end: int) -> Truth:
    """The share of the successful deployments that failed afterwards."""
    return _share([number in known.failed for known, number in _released(services, begin, end)])


def time_to_restore(services: Sequence[Known], begin: int, end: int) -> Truth:
    """Mean seconds from the beginning of an incident to its resolution."""
    spans = [
        each.resolved_at - each.began_at
        for known in services
        for each in known.episodes
        if each.resolved_at is not None and begin <= each.resolved_at < end
    ]
    return Truth(Fraction(sum(spans), len(spans)) if spans else None, len(spans))


def failed_deployment_recovery_time(services: Sequence[Known], begin: int, end: int) -> Truth:
    """Median seconds from a deployment that failed to its recovery."""
    spans = []
    for known in services:
        finished = {number: at for number, at, _ in known.finished}
        spans += [at - finished[number] for number, at in known.failed.items() if at is not None and begin <= at < end]
    return Truth(median(spans) if spans else None, len(spans))


def deployment_rework_rate(services: Sequence[Known], begin: int, end: int) -> Truth:
    """The share of the successful deployments that only mended or took back."""
    return _share([number in known.reworks for known, number in _released(services, begin, end)])


def deployment_success_rate(services: Sequence[Known], begin: int, end: int) -> Truth:
    """The share of the attempts that succeeded."""
    attempts = [row for known in services for row in known.finished]
    return _share([is_success for _, at, is_success in attempts if begin <= at < end])


MEASURES: Mapping[str, Callable[[Sequence[Known], int, int], Truth]] = {
    measure.__name__: measure
    for measure in (
        deployment_frequency,
        lead_time_for_changes,
        change_failure_rate,
        time_to_restore,
        failed_deployment_recovery_time,
        deployment_rework_rate,
        deployment_success_rate,
    )
}
"""Every measure by its name."""
