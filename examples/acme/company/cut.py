"""The company as it is at one moment: what comes later has not happened yet."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import replace

from examples.acme.company.model import Build, Company, Deployment, Incident, Issue, PullRequest, Repository, Step


def until(company: Company, now: int) -> Company:
    """The company at `now`: open what is closed later, running what is finished later, without what begins later."""
    return replace(
        company,
        now=now,
        repositories={key: _repository(found, now) for key, found in company.repositories.items()},
        changes={
            name: tuple(change for change in found if change.merged_at <= now)
            for name, found in company.changes.items()
        },
        deployments={
            name: tuple(_deployment(one, now) for one in found if one.created_at <= now)
            for name, found in company.deployments.items()
        },
        incidents=tuple(_incident(one, now) for one in company.incidents if one.began_at <= now),
        issues=_issues(company.issues, now),
        days={name: tuple(day for day in found if day.at < now) for name, found in company.days.items()},
        trainings=tuple(one for one in company.trainings if one.at <= now),
        answers=tuple(one for one in company.answers if one.closes_at <= now),
        figures=tuple(one for one in company.figures if one.ends_at <= now),
    )


def _before(at: int | None, now: int) -> int | None:
    return at if at is not None and at <= now else None


def _steps(steps: Iterable[Step], now: int) -> tuple[Step, ...]:
    return tuple(step for step in steps if step.at <= now)


def _repository(repository: Repository, now: int) -> Repository:
    moments = {commit.sha: commit.committed_at for commit in repository.commits}
    line = repository.line[: bisect_right([moments[sha] for sha in repository.line], now)]
    shas = [commit.sha for commit in repository.commits]
    commits = repository.commits[: shas.index(line[-1]) + 1] if line else ()
    known = {commit.sha for commit in commits}
    return replace(
        repository,
        commits=commits,
        line=line,
        pull_requests=tuple(_request(one, now) for one in repository.pull_requests if one.created_at <= now),
        issues=_issues(repository.issues, now),
        builds=tuple(_build(one, now) for one in repository.builds if one.started_at <= now),
        tags=tuple(tag for tag in repository.tags if tag[1] in known),
    )


def _request(request: PullRequest, now: int) -> PullRequest:
    if request.updated_at <= now:
        return request
    reviews = tuple(review for review in request.reviews if review.submitted_at <= now)
    commits = tuple(commit for commit in request.commits if commit.committed_at <= now) or request.commits[:1]
    merged_at, ready_at = _before(request.merged_at, now), _before(request.ready_at, now)
    seen = [
        request.created_at,
        *(review.submitted_at for review in reviews),
        *(at for at in (ready_at, merged_at) if at),
    ]
    return replace(
        request,
        ready_at=ready_at,
        merged_at=merged_at,
        closed_at=_before(request.closed_at, now),
        merge_sha=request.merge_sha if merged_at else "",
        updated_at=max(seen),
        reviews=reviews,
        commits=commits,
    )


def _deployment(deployment: Deployment, now: int) -> Deployment:
    steps = _steps(deployment.steps, now)
    found = replace(deployment, steps=steps)
    return found if found.succeeded_at else replace(found, ships=())


def _incident(incident: Incident, now: int) -> Incident:
    steps = _steps(incident.steps, now)
    begun = 1 + sum(step.state == "reopened" for step in steps)
    acknowledged_at = _before(incident.acknowledged_at, now)
    return replace(incident, steps=steps, causes=incident.causes[:begun], acknowledged_at=acknowledged_at)


def _issues(issues: Iterable[Issue], now: int) -> tuple[Issue, ...]:
    return tuple(replace(one, steps=_steps(one.steps, now)) for one in issues if one.opened_at <= now)


def _build(build: Build, now: int) -> Build:
    is_running = build.finished_at is not None and build.finished_at > now
    return replace(build, finished_at=None, status="running") if is_running else build
