"""Merge requests: what the list says, and what their notes and commits add.

https://docs.gitlab.com/api/merge_requests/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from scorecard_exporter.events.model import Change, Commit, PullRequest, Record, Review
from scorecard_exporter.events.reverts import reverts
from scorecard_exporter.sources.gitlab.parsing.words import is_bot_of, needed_time, time_of, username_of
from scorecard_exporter.sources.kit.body import Body, MalformedError

APPROVED = "approved this merge request"
"""The system note of an approval; the approvals themselves have no time."""
READY = frozenset({"marked this merge request as **ready**", "unmarked as a **Work In Progress**"})
"""The system notes of a merge request that leaves draft; the second one until GitLab 13.9."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A comment, or a line of the merge request's own log (`is_system`)."""

    id: str
    body: str
    at: datetime
    author: str
    is_bot: bool
    is_system: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Authored:
    """A commit of a merge request, as far as GraphQL tells: neither its parents nor its author's address."""

    sha: str
    authored_at: datetime | None
    committed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """What only further requests tell of a merge request. `notes`: in order of time."""

    commits: tuple[Authored, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def first_authored_at(self) -> datetime | None:
        """When its first commit was authored."""
        return min((commit.authored_at for commit in self.commits if commit.authored_at), default=None)


def merge_requests(body: Body, origin: str, details: Mapping[str, Detail]) -> Iterator[Record]:
    """A merge request, its change when it is merged, and its reviews. `details`: by number."""
    number = body.text("iid")
    detail = details.get(number, Detail())
    request = _pull_request(body, origin, number, detail)
    yield request
    if request.merged_at:
        yield change(body, request, detail.first_authored_at)
        yield from _forwarded(body, request, detail)
    yield from _reviews(request, detail)


def _pull_request(body: Body, origin: str, number: str, detail: Detail) -> PullRequest:
    opened_at = needed_time(body, "created_at")
    merged_at = time_of(body, "merged_at")
    if merged_at is None and body.text("state", "") == "merged":
        raise MalformedError("merged_at is missing though it is merged")
    return PullRequest(
        origin=origin,
        key=number,
        url=body.text("web_url", ""),
        opened_at=opened_at,
        ready_at=None if is_draft(body) else _left_draft_at(detail) or opened_at,
        merged_at=merged_at,
        closed_at=time_of(body, "closed_at") if body.text("state", "closed") == "closed" else None,
        author=username_of(body),
        is_bot=is_bot_of(body),
        is_draft=is_draft(body),
        labels=body.texts("labels"),
    )


def change(body: Body, request: PullRequest, first_authored_at: datetime | None = None) -> Change:
    """The change that a merged request is.

    Its commit on the branch is the merge, else the squashed one, else (fast-forward) the head of the request itself.
    """
    if request.merged_at is None:
        raise MalformedError("merged_at is missing, not a time")
    head = body.text("sha", "")
    return Change(
        origin=request.origin,
        key=request.key,
        url=request.url,
        merged_at=request.merged_at,
        first_authored_at=first_authored_at,
        merge_sha=body.text("merge_commit_sha", "") or body.text("squash_commit_sha", "") or head,
        head_sha=head,
        author=request.author,
        is_bot=request.is_bot,
        title=body.text("title", ""),
        branch=body.text("source_branch", ""),
        reverts=reverts(body.lines("description")),
        labels=request.labels,
    )


def _forwarded(body: Body, request: PullRequest, detail: Detail) -> Iterator[Commit]:
    """The commits that a fast-forward put on the branch as they are: no merge tells there whose they are.

    Each says only that, to be merged into what is known of it.
    """
    if body.text("merge_commit_sha", "") or body.text("squash_commit_sha", ""):
        return
    for commit in detail.commits:
        if commit.sha and commit.authored_at and commit.committed_at:
            yield Commit(
                origin=request.origin,
                key=commit.sha,
                authored_at=commit.authored_at,
                committed_at=commit.committed_at,
                change=request.key,
            )


def is_draft(body: Body) -> bool:
    """Whether it is a draft: `work_in_progress` until GitLab 14.8."""
    return body.flag("draft") if body.has("draft") else body.flag("work_in_progress")


def _left_draft_at(detail: Detail) -> datetime | None:
    return max((note.at for note in detail.notes if note.is_system and note.body in READY), default=None)


def _reviews(request: PullRequest, detail: Detail) -> Iterator[Review]:
    """The approvals and the first comment of each person but the author.

    Later comments of the same person change no measure.
    """
    seen = {request.author}
    for note in detail.notes:
        is_approval = note.is_system and note.body == APPROVED and note.author != request.author
        if not is_approval and (note.is_system or note.author in seen):
            continue
        seen.add(note.author)
        yield Review(
            origin=request.origin,
            key=note.id,
            url=f"{request.url}#note_{note.id}" if request.url else "",
            pull_request=request.key,
            submitted_at=note.at,
            author=note.author,
            is_bot=note.is_bot,
            state="approved" if is_approval else "commented",
        )
