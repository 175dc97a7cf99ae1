"""The same company as files, for the exporter's source `files`: one folder a system, with the same things.

What is measured from these is what is measured over HTTP.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from examples.acme.company.model import (
    Build,
    Company,
    Deployment,
    Figure,
    Incident,
    Issue,
    PullRequest,
    Repository,
    Service,
    Step,
)
from examples.acme.company.moments import iso
from examples.acme.configuration import DEPLOYING
from examples.acme.observed import sums

Row = Mapping[str, Any]
ROOT = "engineering"
"""The team that customers have an opinion of."""
RUNNING = ("queued", "running")
REVERTS = re.compile(
    r"^(?:This reverts commit ([0-9a-f]{40})|Reverts (\S+#\d+)|This reverts merge request (!\d+))", re.MULTILINE
)
"""What the messages of this company say that they revert."""


def write(company: Company, folder: Path) -> None:
    """Write everything below `folder`, as `acme-github/deployments.csv` and so on."""
    tables: dict[tuple[str, str], list[Row]] = {}
    for source, kind, row in _rows(company):
        tables.setdefault((source, kind), []).append(row)
    for (source, kind), rows in tables.items():
        path = folder / source / f"{kind}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(dict.fromkeys(name for row in rows for name in row)))
            writer.writeheader()
            writer.writerows(rows)


def _rows(company: Company) -> Iterator[tuple[str, str, Row]]:
    for repository in company.repositories.values():
        for kind, row in _of_repository(repository):
            yield f"acme-{repository.host}", kind, {"thing": repository.path, **row}
        for build in repository.builds:
            source, thing = _tested_by(company, repository)
            yield source, "builds", {"thing": thing, **_build(build)}
    for service in company.services:
        for one in company.deployments[service.name]:
            yield _deployed_by(service), "deployments", _deployment(service, one)
    services = {service.name: service for service in company.services}
    for incident in company.incidents:
        source, row = _incident(services[incident.service], incident)
        yield source, "incidents", row
    for issue in company.issues:
        yield "acme-jira", "issues", {"thing": "SHOP", **_issue(issue)}
    yield from _observed(company)


def _maybe(at: int | None) -> str:
    return "" if at is None else iso(at)


def _flag(value: bool) -> str:  # noqa: FBT001 - it is what it writes
    return "true" if value else "false"


def _of_repository(repository: Repository) -> Iterator[tuple[str, Row]]:
    if repository.line:
        yield "branches", {"key": "main", "sha": repository.line[-1]}
    rebased = {one.number for one in repository.pull_requests if one.method == "rebase"}
    for commit in repository.commits:
        yield (
            "commits",
            {
                "key": commit.sha,
                "parents": ";".join(commit.parents),
                "authored_at": iso(commit.authored_at),
                "committed_at": iso(commit.committed_at),
                "author": commit.author.login,
                "is_bot": _flag(commit.author.is_bot),
                "subject": commit.message.partition("\n")[0],
                "reverts": ";".join(_reverts(commit.message)),
                # The graph does not tell what was rebased together; the hosts do.
                "change": str(commit.pull_request) if commit.pull_request in rebased else "",
            },
        )
    for request in repository.pull_requests:
        yield from _request(request)
    for issue in repository.issues:
        yield "issues", _issue(issue)


def _reverts(text: str) -> Iterable[str]:
    return [next(name for name in found if name) for found in REVERTS.findall(text)]


def _request(one: PullRequest) -> Iterator[tuple[str, Row]]:
    author = {"author": one.author.login, "is_bot": _flag(one.author.is_bot), "labels": ";".join(one.labels)}
    yield (
        "pull_requests",
        {
            "key": one.number,
            **author,
            "opened_at": iso(one.created_at),
            "ready_at": _maybe(one.ready_at),
            "merged_at": _maybe(one.merged_at),
            "closed_at": _maybe(one.closed_at),
        },
    )
    for review in one.reviews:
        reviewer = {"author": review.author.login, "is_bot": _flag(review.author.is_bot)}
        moment = {"submitted_at": iso(review.submitted_at), "state": review.state.lower()}
        yield "reviews", {"key": review.number, "pull_request": one.number, **reviewer, **moment}
    if one.merged_at is not None:
        yield (
            "changes",
            {
                "key": one.number,
                **author,
                "merged_at": iso(one.merged_at),
                "first_authored_at": iso(min(commit.authored_at for commit in one.commits)),
                "merge_sha": one.merge_sha,
                "head_sha": one.commits[-1].sha,
                "title": one.title,
                "branch": one.branch,
                "reverts": ";".join(_reverts(one.body)),
            },
        )


def _build(one: Build) -> Row:
    times = {"started_at": iso(one.started_at), "finished_at": _maybe(one.finished_at)}
    return {"key": one.number, "sha": one.sha, "branch": "main", "status": one.status, **times}


def _issue(one: Issue) -> Row:
    times = {"opened_at": iso(one.opened_at), "resolved_at": _maybe(one.resolved_at)}
    return {"key": one.key, "type": one.type, "labels": ";".join(one.labels), **times}


def _tested_by(company: Company, repository: Repository) -> tuple[str, str]:
    job = next(
        (one.job for one in company.services if (one.host, one.repository) == (repository.host, repository.path)), ""
    )
    if job:
        return "acme-jenkins", job.replace("/deploy-", "/test-")
    return f"acme-{repository.host}", repository.path


def _deployed_by(service: Service) -> str:
    return "acme-jenkins" if service.job else f"acme-{service.host}"


def _deployment(service: Service, one: Deployment) -> Row:
    is_over = one.outcome not in RUNNING
    return {
        "thing": service.job or service.repository,
        "key": one.number,
        "environment": _environment(service, one),
        "status": one.outcome if is_over else "running",
        "started_at": iso(one.created_at),
        "finished_at": _maybe(one.finished_at if is_over else None),
        "version": one.version,
        "sha": one.sha,
    }


def _environment(service: Service, one: Deployment) -> str:
    """Releases and runs of workflows have environments of their own."""
    return {"releases": "release", "workflow": DEPLOYING}.get(service.way, one.environment)


def _incident(service: Service, one: Incident) -> tuple[str, Row]:
    source, thing = ("acme-pagerduty", service.pager) if service.pager else ("acme-jira", "OPS")
    return source, {
        "thing": thing,
        "key": one.key,
        "title": one.title,
        "severity": one.urgency,
        "labels": "" if service.pager else one.service,
        "began_at": iso(one.began_at),
        "acknowledged_at": _maybe(one.acknowledged_at),
        "resolved_at": _maybe(one.resolved_at),
        "history": _history(one.steps),
    }


def _figure(one: Figure) -> Row:
    """All are of one thing: the spreadsheets are kept together, and where they say nothing, nothing happened."""
    value: Row = {"thing": "office", "series": one.series, "subject": one.subject, "unit": one.unit, "value": one.value}
    if one.starts_at == one.ends_at:
        return {**value, "at": iso(one.starts_at), "starts_at": "", "ends_at": ""}
    return {**value, "at": "", "starts_at": iso(one.starts_at), "ends_at": iso(one.ends_at)}


def _history(steps: Iterable[Step]) -> str:
    return "; ".join(f"{step.state}@{iso(step.at)}" for step in steps)


def _observed(company: Company) -> Iterator[tuple[str, str, Row]]:
    for one in sums(company):
        value: Row = {"thing": one.series, "series": one.series, "subject": one.service, "unit": one.unit}
        span = {"value": one.value, "starts_at": iso(one.starts_at), "ends_at": iso(one.ends_at)}
        yield "acme-prometheus", "observations", {**value, **span}
    for training in company.trainings:
        for name, number in (("training_assigned", training.assigned), ("training_completed", training.completed)):
            about = {"thing": "training", "series": name, "subject": training.team, "unit": "count"}
            yield "acme-surveys", "observations", {**about, "value": number, "at": iso(training.at)}
    for figure in company.figures:
        yield "acme-office", "observations", _figure(figure)
    for answer in company.answers:
        about = {"thing": answer.survey, "survey": answer.survey, "round": answer.round, "subject": answer.team or ROOT}
        said = {"question": "would you recommend us", "answer": answer.answer, "closes_at": iso(answer.closes_at)}
        yield "acme-surveys", "survey_answers", {**about, **said}
