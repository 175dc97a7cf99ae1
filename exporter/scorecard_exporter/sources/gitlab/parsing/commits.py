"""Commits, wherever GitLab shows one."""

from __future__ import annotations

from collections.abc import Iterator

from scorecard_exporter.events.model import Branch, Commit
from scorecard_exporter.events.reverts import reverts
from scorecard_exporter.sources.gitlab.parsing.words import is_bot
from scorecard_exporter.sources.kit.body import Body, MalformedError


def commits(body: Body, origin: str) -> Iterator[Commit]:
    """The commit that a body is."""
    committed_at = body.time("committed_date")
    email = body.text("author_email", "").lower()
    message = body.lines("message")
    yield Commit(
        origin=origin,
        key=body.text("id"),
        url=body.text("web_url", ""),
        parents=body.texts("parent_ids"),
        authored_at=body.time_or_none("authored_date") or committed_at,
        committed_at=committed_at,
        author=email,
        is_bot=is_bot(email.partition("@")[0]) or "[bot]" in email or "[bot]" in body.text("author_name", ""),
        subject=body.text("title", ""),
        reverts=reverts(message) if "everts" in message else (),
    )


def embedded(body: Body | None, origin: str) -> Iterator[Commit]:
    """The commit within another body, if it is there with its parents.

    The graph needs it where it is on no deployed branch; an older GitLab shows no parents there, and a commit without
    parents would be a root.
    """
    commit = body.body("commit") if body else None
    if commit and commit.has("parent_ids") and commit.has("committed_date"):
        yield from commits(commit, origin)


def tip(body: Body, origin: str, name: str) -> Branch:
    """Where a branch is now, from its own body."""
    commit = body.body("commit")
    if commit is None:
        raise MalformedError("commit is missing, not an object")
    return Branch(origin=origin, key=name, url=body.text("web_url", ""), sha=commit.text("id"))
