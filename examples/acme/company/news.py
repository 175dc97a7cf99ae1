"""What happened between two moments, in order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from examples.acme.company.model import (
    Build,
    Company,
    Deployment,
    Incident,
    Issue,
    PullRequest,
    Repository,
    Review,
    Service,
    Step,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Something that happened at a moment. `what` is as it was then, or later."""

    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed(News):
    """A deployment came into a state."""

    service: Service
    what: Deployment
    step: Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Requested(News):
    """A pull request was `opened`, `ready`, `merged` or `closed`."""

    repository: Repository
    what: PullRequest
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed(News):
    """A pull request was reviewed."""

    repository: Repository
    what: PullRequest
    review: Review


@dataclass(frozen=True, slots=True, kw_only=True)
class Built(News):
    """A run of the tests ended."""

    repository: Repository
    what: Build


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarmed(News):
    """An incident was `triggered`, `acknowledged`, `resolved` or `reopened`."""

    service: Service
    what: Incident
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracked(News):
    """A bug or a story of Jira was opened (`Open`), or came into another state."""

    what: Issue
    state: str


def news(company: Company, since: int) -> list[News]:
    """All that happened after `since`, up to the company's own moment."""
    found = [*_deployed(company), *_of_repositories(company), *_alarmed(company), *_tracked(company)]
    return sorted((one for one in found if since < one.at <= company.now), key=lambda one: one.at)


def _deployed(company: Company) -> Iterator[News]:
    for service in company.services:
        for one in company.deployments[service.name]:
            for step in one.steps:
                yield Deployed(at=step.at, service=service, what=one, step=step)


def _of_repositories(company: Company) -> Iterator[News]:
    for where in company.repositories.values():
        for one in where.pull_requests:
            yield Requested(at=one.created_at, repository=where, what=one, action="opened")
            if one.was_draft and one.ready_at is not None:
                yield Requested(at=one.ready_at, repository=where, what=one, action="ready")
            if one.closed_at is not None:
                action = "merged" if one.merged_at else "closed"
                yield Requested(at=one.closed_at, repository=where, what=one, action=action)
            for review in one.reviews:
                yield Reviewed(at=review.submitted_at, repository=where, what=one, review=review)
        for build in where.builds:
            if build.finished_at is not None:
                yield Built(at=build.finished_at, repository=where, what=build)


def _alarmed(company: Company) -> Iterator[News]:
    services = {service.name: service for service in company.services}
    for one in company.incidents:
        service = services[one.service]
        yield Alarmed(at=one.began_at, service=service, what=one, state="triggered")
        if one.acknowledged_at is not None:
            yield Alarmed(at=one.acknowledged_at, service=service, what=one, state="acknowledged")
        for step in one.steps:
            yield Alarmed(at=step.at, service=service, what=one, state=step.state)


def _tracked(company: Company) -> Iterator[News]:
    for one in company.issues:
        yield Tracked(at=one.opened_at, what=one, state="Open")
        for step in one.steps:
            yield Tracked(at=step.at, what=one, state=step.state)
