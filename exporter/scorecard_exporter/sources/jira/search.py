"""Asking for issues with all changes of their status: page by page, in the two ways that Jira has."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from scorecard_exporter.errors import RetriableSourceError
from scorecard_exporter.sources.jira.issues import FIELDS, Change, changes
from scorecard_exporter.sources.jira.jql import in_order
from scorecard_exporter.sources.kit.body import Body, MalformedError
from scorecard_exporter.sources.kit.client import Client
from scorecard_exporter.sources.kit.paging import Request, TokenPages, pages

MOST_ISSUES = 1000
"""Of so many issues the changes can be asked for at once."""
MOST_CHANGES = 10_000


@dataclass(frozen=True, slots=True)
class Found:
    """A page of issues as they came, and the changes of their statuses by the ids of the issues."""

    issues: Sequence[Any]
    changes: Mapping[str, Sequence[Change]]
    malformed: tuple[str, ...] = ()


class Edition(ABC):
    """One of the two interfaces that Jira has. `root`: what stands before all its paths."""

    root: ClassVar[str]

    def __init__(self, client: Client) -> None:
        self.client = client

    @abstractmethod
    def issues(self, condition: str) -> Iterator[Found]:
        """The issues that fulfil a condition, page by page.

        Raises:
            RetriableSourceError: an answer is none, or a list would never end.
            SourceError: see `Client.get`.
        """

    @abstractmethod
    def count(self, condition: str) -> int:
        """About how many issues fulfil a condition. Raises as `issues`."""


class Cloud(Edition):
    """Version 3: a page of issues, and one request for the changes of all of them."""

    root = "rest/api/3"

    def issues(self, condition: str) -> Iterator[Found]:
        asked = {"jql": in_order(condition), "fields": ",".join(FIELDS), "maxResults": MOST_ISSUES}
        for response in pages(self.client, Request(f"{self.root}/search/jql", asked), TokenPages("nextPageToken")):
            issues = response.things("issues")
            yield self._with_changes(issues)
            if response.object().get("isLast") is True:
                return

    def count(self, condition: str) -> int:
        answer = self.client.post(f"{self.root}/search/approximate-count", {"jql": condition}).object()
        return _whole(answer, "count")

    def _with_changes(self, issues: Sequence[Any]) -> Found:
        ids = [str(issue["id"]) for issue in issues if isinstance(issue, dict) and issue.get("id")]
        made: defaultdict[str, list[Change]] = defaultdict(list)
        malformed: list[str] = []
        for begin in range(0, len(ids), MOST_ISSUES):
            for entry in self._changelogs(ids[begin : begin + MOST_ISSUES]):
                try:
                    log = Body(entry)
                    made[log.text("issueId")].extend(_made(log.items("changeHistories")))
                except MalformedError as error:
                    malformed.append(str(error))
        return Found(issues, made, tuple(malformed))

    def _changelogs(self, ids: Sequence[str]) -> Iterator[Any]:
        """The entries; an issue may have several, on one page or more."""
        asked = {"issueIdsOrKeys": list(ids), "fieldIds": ["status"], "maxResults": MOST_CHANGES}
        seen: set[object] = {None}
        while True:
            response = self.client.post(f"{self.root}/changelog/bulkfetch", asked)
            yield from response.things("issueChangeLogs")
            token = response.object().get("nextPageToken") or None
            if token is None:
                return
            if token in seen:
                raise RetriableSourceError("a list of changes gives the same page again and again")
            seen.add(token)
            asked["nextPageToken"] = token


class DataCenter(Edition):
    """Version 2: a page of issues has their changes in it. Pages follow each other by key, not by position."""

    root = "rest/api/2"
    page_size: ClassVar[int] = 100

    def issues(self, condition: str) -> Iterator[Found]:
        after = ""
        while True:
            asked = {
                "jql": in_order(condition, after),
                "fields": ",".join(FIELDS),
                "expand": "changelog",
                "maxResults": self.page_size,
            }
            answer = self.client.get(f"{self.root}/search", asked)
            issues = answer.things("issues")
            if not issues:
                return
            yield _inline(issues)
            following = str(issues[-1].get("key", "")) if isinstance(issues[-1], dict) else ""
            if _whole(answer.object(), "total") <= len(issues):
                return
            if not following or following == after:
                raise RetriableSourceError("a list of issues gives the same page again and again")
            after = following

    def count(self, condition: str) -> int:
        asked = {"jql": condition, "maxResults": 0}
        return _whole(self.client.get(f"{self.root}/search", asked).object(), "total")


EDITIONS: Mapping[str, type[Edition]] = {"cloud": Cloud, "data-center": DataCenter}


def _inline(issues: Sequence[Any]) -> Found:
    made: dict[str, Sequence[Change]] = {}
    malformed: list[str] = []
    for issue in issues:
        try:
            body = Body(issue)
            log = body.body("changelog")
            made[body.text("id")] = _made(log.items("histories")) if log else []
        except MalformedError as error:
            malformed.append(str(error))
    return Found(issues, made, tuple(malformed))


def _made(histories: Sequence[Any]) -> list[Change]:
    return [change for history in histories for change in changes(Body(history))]


def _whole(answer: Mapping[str, Any], name: str) -> int:
    try:
        return Body(dict(answer)).whole(name)
    except MalformedError as error:
        raise RetriableSourceError(f"Jira does not say how many issues there are: {error}") from None
