"""Commits as REST gives them, in lists and in comparisons."""

from __future__ import annotations

from collections.abc import Iterator

from scorecard_exporter.events.model import Commit
from scorecard_exporter.events.reverts import reverts
from scorecard_exporter.sources.github.people import person
from scorecard_exporter.sources.github.pull_requests import listed
from scorecard_exporter.sources.kit.body import Body
from scorecard_exporter.sources.text import printable


def commit(found: Body, origin: str) -> Iterator[Commit]:
    """The commit. Its author is the login of the account where GitHub knows one, else the address in lower case."""
    git = found.inner("commit")
    authored, committed = git.inner("author"), git.inner("committer")
    login, is_bot = person(found.body("author"))
    email, name = authored.text("email", ""), authored.text("name", "")
    subject, _, message = git.lines("message").partition("\n")
    yield Commit(
        origin=origin,
        key=found.text("sha"),
        url=found.text("html_url", ""),
        parents=tuple(parent.text("sha") for parent in found.bodies("parents")),
        authored_at=authored.time("date"),
        committed_at=committed.time("date"),
        author=login or email.lower(),
        is_bot=is_bot or "[bot]" in email or "[bot]" in name,
        subject=printable(subject),
        reverts=reverts(message),
    )


def associated(found: Body) -> Iterator[tuple[str, str]]:
    """The commit with the number of the pull request that brought it to where it is; nothing where none did."""
    for request in listed(found, "associatedPullRequests"):
        if request.has("mergedAt"):
            yield found.text("oid"), request.text("number")
            return
