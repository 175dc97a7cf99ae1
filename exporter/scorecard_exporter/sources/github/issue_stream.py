"""The issues of a repository, those of them that are incidents with when they were resolved and reopened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from scorecard_exporter.errors import RetriableSourceError
from scorecard_exporter.events.model import Batch, Transition
from scorecard_exporter.sources.github import issues
from scorecard_exporter.sources.github.host import Repository, listed
from scorecard_exporter.sources.github.lists import oldest
from scorecard_exporter.sources.github.reading import Session
from scorecard_exporter.sources.kit.body import Body, MalformedError, parse_each
from scorecard_exporter.sources.kit.paging import MOST_PAGES
from scorecard_exporter.sources.kit.streams import Piece, WindowedStream

TOGETHER = 100
STEPS = 50


def question_of_histories(numbers: Iterable[int]) -> str:
    """When these issues were closed and reopened: a point for a hundred."""
    asked = " ".join(f"i{number}: issue(number: {number}) {{ ...steps }}" for number in numbers)
    return f"""
      query($owner: String!, $name: String!) {{
        repository(owner: $owner, name: $name) {{ {asked} }}
        rateLimit {{ cost }}
      }}
      fragment steps on Issue {{
        timelineItems(last: {STEPS}, itemTypes: [CLOSED_EVENT, REOPENED_EVENT]) {{
          nodes {{
            __typename
            ... on ClosedEvent {{ createdAt }}
            ... on ReopenedEvent {{ createdAt }}
          }}
        }}
      }}
    """


class IssueStream(WindowedStream):
    """Asked for by the time of their last change, upwards.

    Each page is a question of its own for what changed since the last one on the page before: by numbers of pages,
    an issue that changes meanwhile would move to the end and another one take its place unseen.
    """

    mark = "issues"
    is_alone = True
    window = timedelta(days=180)

    def __init__(self, session: Session, repository: Repository) -> None:
        super().__init__(
            f"{repository.thing}/issues",
            origin=repository.origin,
            kinds=("issue", "incident"),
            history=session.reading.history,
            made_by=session.reading.made_by(session.reading.incident_labels),
        )
        self._session, self._repository = session, repository

    def _begin(self, cursor: str | None, at: datetime, wanted: datetime) -> Iterator[Batch]:
        self.extra = self._session.probe.facts(self._repository).marks.get(self.mark, "")
        yield from super()._begin(cursor, at, wanted)

    def is_unchanged(self, since: datetime, until: datetime) -> bool:  # noqa: ARG002  the mark says it
        facts, before = self._session.probe.facts(self._repository), self.extra
        self.extra = facts.marks.get(self.mark, "")
        return not facts.has_issues or (self.extra != "" and self.extra == before)

    def pieces(self, begin: datetime, end: datetime) -> Iterator[Piece]:
        if not self._session.probe.facts(self._repository).has_issues:
            return  # REST would answer 410
        since, number = begin.astimezone(UTC), 1
        for _ in range(MOST_PAGES):
            items = self._page(since, number)
            yield self._piece(items)
            times = [moment for item in items if (moment := oldest([item], "updated_at"))]
            newest = max(times, default=None)
            if len(items) < issues.SIZE or newest is None or newest >= end:
                return
            # A second back, since it is not written down whether `since` takes in its own second.
            later = newest - timedelta(seconds=1)
            number, since = (1, later) if later > since else (number + 1, since)
        raise RetriableSourceError(f"{self.origin}: the list of issues never ends")

    def _page(self, since: datetime, number: int) -> list[Any]:
        search = {
            "state": "all",
            "sort": "updated",
            "direction": "asc",
            "since": f"{since:%Y-%m-%dT%H:%M:%SZ}",
            "per_page": issues.SIZE,
            "page": number,
        }
        return listed(self._session.host.get(self._repository.path("issues"), search))

    def _piece(self, items: list[Any]) -> Piece:
        wanted = self._session.reading.incident_labels
        histories = self._histories([number for item in items if (number := _incident(item, wanted))])
        return parse_each(
            items,
            lambda body: issues.records(body, self.origin, wanted, histories),
            what="an issue",
            origin=self.origin,
        )

    def _histories(self, numbers: list[int]) -> dict[int, tuple[Transition, ...]]:
        if not numbers:
            return {}
        answer = self._session.host.ask(question_of_histories(numbers), self._repository.variables)
        found = answer.repository(self._repository.thing)
        return {number: steps for number in numbers if (steps := _steps(found.get(f"i{number}")))}


def _incident(item: Any, labels: tuple[str, ...]) -> int | None:
    """The number of an issue that is an incident and that something happened to; None for others."""
    try:
        found = Body(item)
        is_one = issues.is_incident(found, labels) and not found.has("pull_request")
        return found.whole("number") if is_one else None
    except MalformedError:
        return None


def _steps(found: object) -> tuple[Transition, ...]:
    try:
        timeline = Body(found).body("timelineItems")
        return issues.history(timeline.bodies("nodes")) if timeline else ()
    except MalformedError:
        return ()
