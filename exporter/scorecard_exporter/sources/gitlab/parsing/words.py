"""Words that several bodies of GitLab share: statuses, people, and times as its webhooks write them."""

from __future__ import annotations

import re
from datetime import datetime

from scorecard_exporter.sources.kit.body import Body, MalformedError, moment_of

STATUSES = {
    "success": "success",
    "failed": "failure",
    "canceled": "cancelled",
    "canceling": "running",
    "skipped": "skipped",
}
"""The statuses of deployments, jobs and pipelines in the words of records; all others are kept as they are."""

ENDED = frozenset({"success", "failure", "cancelled", "skipped"})

_BOT = re.compile(
    r"(?:project|group)_\d+_bot(?:_?[0-9a-z]+)?|gitlab[-_]?duo.*|(?:support|alert|security|ghost)-bot", re.ASCII
)
_WRITTEN = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?) (UTC|[-+]\d{4})", re.ASCII)


def status_of(body: Body, default: str = "") -> str:
    """The status of a deployment, job or pipeline, in the words of records."""
    written = body.text("status", default)
    return STATUSES.get(written, written)


def is_bot(username: str) -> bool:
    """Whether GitLab made this account for an access token, or for itself.

    https://docs.gitlab.com/user/project/settings/project_access_tokens/#bot-users-for-projects
    """
    return _BOT.fullmatch(username) is not None


def username_of(body: Body, name: str = "author") -> str:
    """The username of a person in a body; '' for a deleted one."""
    person = body.body(name)
    return person.text("username", "") if person else ""


def is_bot_of(body: Body, name: str = "author") -> bool:
    """Whether the person in a body is a bot: by the name, or because GitLab says so."""
    person = body.body(name)
    return person is not None and (is_bot(person.text("username", "")) or person.flag("bot"))


def time_of(body: Body, name: str) -> datetime | None:
    """A moment as REST writes it (ISO 8601), or a webhook (`2026-01-31 12:00:00 UTC`, `… +0200`); None if missing."""
    text = body.text(name, "")
    if not text:
        return None
    parts = _WRITTEN.fullmatch(text)
    zone = "" if parts is None else parts[3].replace("UTC", "+0000")
    found = moment_of(f"{parts[1]}T{parts[2]}{zone}" if parts else text)
    if found is None:
        raise MalformedError(f"{name} is {text!r}, not a time with a zone")
    return found


def needed_time(body: Body, name: str) -> datetime:
    """As `time_of`, where the moment must be there."""
    found = time_of(body, name)
    if found is None:
        raise MalformedError(f"{name} is missing, not a time")
    return found
