"""Deployments to environments.

https://docs.gitlab.com/api/deployments/
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from scorecard_exporter.events.model import Deployment, Record
from scorecard_exporter.sources.gitlab.parsing.commits import embedded
from scorecard_exporter.sources.gitlab.parsing.words import ENDED, status_of
from scorecard_exporter.sources.kit.body import Body, MalformedError


def deployments(body: Body, origin: str) -> Iterator[Record]:
    """A deployment and the commit that it brought. Its key is `id`, since webhooks know no `iid`.

    It was finished when its job was; one without a job (made through the API) when it was last changed. It was started
    when its job was: it is created much earlier where a job is started by hand.
    """
    job, environment = body.body("deployable"), body.body("environment")
    if environment is None:
        raise MalformedError("environment is missing, not an object")
    # Before GitLab 11.11 only its job had a status.
    status = status_of(body) or (status_of(job) if job else "")
    created_at = body.time_or_none("created_at")
    yield Deployment(
        origin=origin,
        key=body.text("id"),
        url=job.text("web_url", "") if job else "",
        environment=environment.text("name"),
        sha=body.text("sha", ""),
        version=job.text("ref", "") if job and job.flag("tag") else "",
        status=status or "created",
        started_at=(job.time_or_none("started_at") if job else None) or created_at,
        finished_at=_finished_at(body, job) if status in ENDED else None,
    )
    yield from embedded(job, origin)


def brought_from_elsewhere(item: Any, branch: str) -> str:
    """The commit of a successful deployment that came from a tag or another branch than this one; '' for any other.

    Review apps (https://docs.gitlab.com/ci/review_apps/) are of every branch, and no measure is about them.
    """
    try:
        body = Body(item)
        environment = body.body("environment")
        is_review = environment is not None and environment.text("name", "").startswith("review/")
        if is_review or status_of(body) != "success" or body.text("ref", branch) == branch:
            return ""
        return body.text("sha", "")
    except MalformedError:  # it was said where the deployment was read
        return ""


def _finished_at(body: Body, job: Body | None) -> datetime:
    job_finished_at = job.time_or_none("finished_at") if job else None
    return body.time_or_none("finished_at") or job_finished_at or body.time("updated_at")
