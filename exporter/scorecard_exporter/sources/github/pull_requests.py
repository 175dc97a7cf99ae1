"""Pull requests as GraphQL gives them: with their reviews, their commits and when they left draft."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from scorecard_exporter.events.model import Change, PullRequest, Record, Review
from scorecard_exporter.events.reverts import reverts
from scorecard_exporter.sources.github.people import person
from scorecard_exporter.sources.kit.body import Body

SIZE = 50
"""One page: 1 + 4 x 50 connections make two points, with the paths of files three."""
COMMITS, REVIEWS, LABELS, FILES = 50, 20, 20, 100

PARTS = {
    "labels": ("nodes { name }", LABELS),
    "commits": ("nodes { commit { authoredDate } }", COMMITS),
    "reviews": ("nodes { fullDatabaseId author { __typename login } state submittedAt url }", REVIEWS),
    "files": ("nodes { path }", FILES),
}
"""Lists inside of a pull request that may be longer than what is asked for with it: fields, and how many."""


def fields(*, paths: bool) -> str:
    """What is asked for of a pull request."""
    lists = [name for name in PARTS if paths or name != "files"]
    return f"""
      number url title body isDraft createdAt updatedAt mergedAt closedAt headRefName headRefOid
      author {{ __typename login }}
      mergeCommit {{ oid }}
      timelineItems(last: 1, itemTypes: [READY_FOR_REVIEW_EVENT]) {{
        nodes {{ ... on ReadyForReviewEvent {{ createdAt }} }}
      }}
      {" ".join(part(name) for name in lists)}
    """


def part(name: str, after: str = "") -> str:
    """What is asked for of one of the `PARTS`; `after`: more arguments."""
    nodes, count = PARTS[name]
    return f"{name}(first: {count}{after}) {{ {nodes} pageInfo {{ hasNextPage endCursor }} }}"


def records(found: Body, origin: str) -> Iterator[Record]:
    """The records of one pull request: itself, its reviews, and the change that it became when it was merged."""
    number = found.text("number")
    author, is_bot = person(found.body("author"))
    opened_at, merged_at = found.time("createdAt"), found.time_or_none("mergedAt")
    request = PullRequest(
        origin=origin,
        key=number,
        url=found.text("url", ""),
        opened_at=opened_at,
        ready_at=None if found.flag("isDraft") else ready_at(found) or opened_at,
        merged_at=merged_at,
        closed_at=found.time_or_none("closedAt"),
        author=author,
        is_bot=is_bot,
        is_draft=found.flag("isDraft"),
        labels=tuple(label.text("name", "") for label in listed(found, "labels")),
    )
    yield request
    for review in listed(found, "reviews"):
        yield from review_of(review, number, origin)
    if merged_at is not None:
        yield _change(found, request, merged_at)


def _change(found: Body, request: PullRequest, merged_at: datetime) -> Change:
    merge_commit = found.body("mergeCommit")
    return Change(
        origin=request.origin,
        key=request.key,
        url=request.url,
        merged_at=merged_at,
        first_authored_at=first_authored_at(listed(found, "commits")),
        merge_sha=merge_commit.text("oid", "") if merge_commit else "",
        head_sha=found.text("headRefOid", ""),
        author=request.author,
        is_bot=request.is_bot,
        title=found.text("title", ""),
        branch=found.text("headRefName", ""),
        reverts=reverts(found.lines("body")),
        labels=request.labels,
        paths=tuple(file.text("path") for file in listed(found, "files")),
    )


def listed(found: Body, name: str) -> Iterable[Body]:
    """The nodes of a connection; none where it is missing."""
    connection = found.body(name)
    return connection.bodies("nodes") if connection else ()


def ready_at(found: Body) -> datetime | None:
    """When it left draft for the last time; None where it never was one."""
    left = [moment for event in listed(found, "timelineItems") if (moment := event.time_or_none("createdAt"))]
    return left[-1] if left else None


def first_authored_at(commits: Iterable[Body]) -> datetime | None:
    """The earliest authoring of the commits; None where none is known."""
    authored = (commit.time_or_none("authoredDate") for one in commits if (commit := one.body("commit")))
    return min((moment for moment in authored if moment), default=None)


def review_of(found: Body, number: str, origin: str) -> Iterator[Review]:
    """A review; none for one that its author has not handed in yet."""
    submitted_at = found.time_or_none("submittedAt")
    if submitted_at is None:
        return
    author, is_bot = person(found.body("author"))
    yield Review(
        origin=origin,
        key=found.text("fullDatabaseId"),
        url=found.text("url", ""),
        pull_request=number,
        submitted_at=submitted_at,
        author=author,
        is_bot=is_bot,
        state=found.text("state", "").lower(),
    )
