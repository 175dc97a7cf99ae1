"""Change events of PagerDuty as deployments of the services they are about."""

from __future__ import annotations

from collections.abc import Iterator

from scorecard_exporter.events.model import Deployment
from scorecard_exporter.sources.kit.body import Body, MalformedError

ENVIRONMENT = "change-event"
"""The environment of change events that name none."""
_SHA = ("sha", "commit", "revision", "git_sha", "commit_sha")


def deployments(source: str, body: Body) -> Iterator[Deployment]:
    """A deployment for each service that a change event is about.

    The API has no outcome of a change event: it says that something was changed. `environment`, `version` and the
    commit are those of its `custom_details`, where the sender put them there.
    """
    details = _details(body)
    at = body.time("timestamp")
    for service in body.bodies("services"):
        yield Deployment(
            origin=f"{source}:{service.text('id')}",
            key=body.text("id"),
            url=_link(body),
            environment=_detail(details, "environment") or ENVIRONMENT,
            sha=_detail(details, *_SHA),
            version=_detail(details, "version"),
            finished_at=at,
        )


def _details(body: Body) -> Body | None:
    """What the sender added; a plain text as well, of which nothing is taken."""
    try:
        return body.body("custom_details")
    except MalformedError:
        return None


def _detail(details: Body | None, *names: str) -> str:
    """The first of these that is a text; anything may be in the details, so what is none is passed over."""
    for name in names if details else ():
        try:
            found = details.text(name, "") if details else ""
        except MalformedError:
            continue
        if found:
            return found
    return ""


def _link(body: Body) -> str:
    """The first link of the sender that leads to a page."""
    links = (link.text("href", "") for link in body.bodies("links"))
    return next((link for link in links if link.startswith(("https://", "http://"))), "")
