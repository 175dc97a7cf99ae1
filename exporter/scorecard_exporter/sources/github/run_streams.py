"""The runs of workflows, newest first.

A search shows a thousand runs and no more, and pages shift while new runs begin. So each page is a search of its own
for what was made before the last one on the page before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from scorecard_exporter.events.model import Batch, Build, Deployment, Record
from scorecard_exporter.sources.github import runs
from scorecard_exporter.sources.github.deployment_streams import TRIED_AGAIN
from scorecard_exporter.sources.github.host import Repository
from scorecard_exporter.sources.github.lists import NewestFirst, oldest, since
from scorecard_exporter.sources.github.reading import Session
from scorecard_exporter.sources.kit.body import Body, parse_each
from scorecard_exporter.sources.kit.streams import Page


class RunStream(NewestFirst):
    """Runs of a repository, or of one of its workflows (`path`); a run that is not over is read again."""

    def __init__(self, session: Session, repository: Repository, name: str, path: str, kind: str) -> None:
        reading = session.reading
        made_by = reading.made_by(reading.branch, reading.deployment_workflows, path)
        super().__init__(name, session, repository, kinds=(kind,), made_by=made_by)
        self._path = path

    def _begin(self, cursor: str | None, at: datetime, wanted: datetime) -> Iterator[Batch]:
        # The validator of before the first page saves the next poll this question and a page.
        self.is_unchanged(wanted, at)
        yield from super()._begin(cursor, at, wanted)

    def is_unchanged(self, since: datetime, until: datetime) -> bool:  # noqa: ARG002  the validator says it
        """By a conditional request, which costs nothing of the quota while the answer is the same."""
        newest = {**self._search(), "per_page": 1}
        response = self._session.host.get(self._repository.path(self._path), newest, validator=self.extra)
        if response.is_unmodified:
            return True
        self.extra = response.validator
        return False

    def page(self, after: str) -> Page:
        """`after`: the time before which, and the number of the page where many runs were made in that second."""
        made_before, _, number = after.partition("|")
        search = {**self._search(), "per_page": runs.SIZE}
        if made_before:
            search |= {"created": f"<={made_before}", "page": int(number or 1)}
        items = self._session.host.get(self._repository.path(self._path), search).things("workflow_runs")
        kept = since(items, "created_at", self._begin_at)
        piece = parse_each(kept, self._parse, what="a run of a workflow", origin=self.origin)
        return Page(
            records=piece.records,
            problems=piece.problems,
            oldest=oldest(items, "created_at"),
            after=_following(items, made_before, int(number or 1)),
            unfinished=_unfinished(items, self._at - TRIED_AGAIN),
        )

    def _search(self) -> dict[str, Any]:
        return {"exclude_pull_requests": "true"}

    def _parse(self, found: Body) -> Iterable[Record]:
        raise NotImplementedError


def _following(items: list[Any], made_before: str, number: int) -> str:
    """Where the list goes on: at the time of the last run, or on the next page where that is all of one second."""
    times = [moment for item in items if (moment := oldest([item], "created_at"))]
    if len(items) < runs.SIZE or not times:
        return ""
    last = f"{min(times):%Y-%m-%dT%H:%M:%SZ}"
    if last == made_before:
        return f"{last}|{number + 1}"
    return f"{last}|2" if min(times) == max(times) else f"{last}|1"


def _unfinished(items: list[Any], failures_since: datetime) -> tuple[datetime, ...]:
    """When each run was made that is not over, or failed so lately that it may be tried again."""
    made = []
    for item in items:
        created_at = oldest([item], "created_at")
        if created_at is None:
            continue
        is_over = item.get("status") == "completed"
        status = runs.STATUS.get(str(item.get("conclusion")), "")
        if not is_over or (status in {"failure", "cancelled"} and created_at >= failures_since):
            made.append(created_at)
    return tuple(made)


class BuildStream(RunStream):
    """Runs on the deployed branch."""

    is_alone = True

    def __init__(self, session: Session, repository: Repository) -> None:
        super().__init__(session, repository, "builds", "actions/runs", Build.kind)

    def _search(self) -> dict[str, Any]:
        return {**super()._search(), "branch": self._session.probe.facts(self._repository).branch or "HEAD"}

    def _parse(self, found: Body) -> Iterable[Record]:
        return runs.build(found, self.origin, self._session.reading.deployment_workflows)


class WorkflowStream(RunStream):
    """Runs of one workflow that deploys, on whatever branch or tag."""

    def __init__(self, session: Session, repository: Repository, workflow: str) -> None:
        path = f"actions/workflows/{workflow}/runs"
        super().__init__(session, repository, f"workflows/{workflow}", path, Deployment.kind)
        self._workflow = workflow

    def _parse(self, found: Body) -> Iterable[Record]:
        return runs.deployment(found, self.origin, self._workflow)
