"""The tags of a repository, as deployments to the environment `tag`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from scorecard_exporter.events.model import Batch, Coverage, Deployment, Problem
from scorecard_exporter.sources.base import Stream
from scorecard_exporter.sources.delivery import deliver, digest
from scorecard_exporter.sources.git.history import history
from scorecard_exporter.sources.git.references import Reading, Tag, page, references
from scorecard_exporter.sources.git.repository import Repository
from scorecard_exporter.sources.text import excerpt, printable

CLOCK_TOLERANCE = timedelta(minutes=10)
"""Clocks differ; only what is dated further ahead than this is in the future."""


class TagStream(Stream):
    """All tags are read each time, since any may move; they are written when something changed.

    The cursor is a digest of what was written. A tag dated in the future is left out until its time
    has come.
    """

    def __init__(self, source: str, thing: str, repository: Repository, reading: Reading) -> None:
        self.name = f"{thing}/tags"
        self._origin = f"{source}:{thing}"
        self._thing = thing
        self._repository = repository
        self._reading = reading

    def read(self, cursor: str | None, at: datetime) -> Iterator[Batch]:
        tags = references(self._repository, self._reading).tags
        template = page(self._repository, self._thing, self._reading.url)
        begin = history(self._repository)
        refusals = {tag.name: reason for tag in tags if (reason := _refusal(tag, at))}
        coverage = (Coverage(origin=self._origin, kind="deployment", from_at=begin.begins_at, to_at=at),)
        state = digest(tags, refusals, template, begin)
        if state == cursor:
            yield Batch(records=(), cursor=state, coverage=coverage)
            return
        problems = tuple(self._problem(*refusal) for refusal in refusals.values())
        last = Batch(records=(), cursor=state, coverage=coverage, problems=problems)
        records = (self._deployment(tag, template) for tag in tags if tag.name not in refusals)
        replace = ((self._origin, "deployment"),)
        yield from deliver(records, cursor=cursor, replace=replace, finish=lambda: last)

    def _deployment(self, tag: Tag, template: str) -> Deployment:
        return Deployment(
            origin=self._origin,
            key=tag.name,
            url=template.replace("{sha}", tag.sha),
            environment="tag",
            version=printable(tag.name),
            sha=tag.sha,
            finished_at=tag.at,
        )

    def _problem(self, code: str, reason: str) -> Problem:
        return Problem(code=code, message=f"{self._repository.path}: {reason}", origin=self._origin)


def _refusal(tag: Tag, at: datetime) -> tuple[str, str] | None:
    """Why a tag is no deployment (code, sentence); None when it is one."""
    name = f"tag {excerpt(tag.name)!r}"
    if tag.type != "commit":
        return "not_a_commit", f"{name} points to a {tag.type}, not to a commit; it is left out"
    if tag.at is None:
        return "bad_time", f"{name} and its commit have no usable date; it is left out"
    if tag.at > at + CLOCK_TOLERANCE:
        return "clock_in_future", f"{name} is dated {tag.at:%Y-%m-%d %H:%M} UTC; it is left out until then"
    return None
