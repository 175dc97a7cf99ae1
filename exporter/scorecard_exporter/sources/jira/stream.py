"""The issues of a project, by the time of their last change."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from scorecard_exporter.events.model import Incident, Issue, Problem
from scorecard_exporter.sources.delivery import digest
from scorecard_exporter.sources.jira.account import Account
from scorecard_exporter.sources.jira.issues import Meaning, records
from scorecard_exporter.sources.jira.jql import of_project, updated_within
from scorecard_exporter.sources.jira.search import Found
from scorecard_exporter.sources.kit.body import Body, parse_each
from scorecard_exporter.sources.kit.streams import Piece, WindowedStream


class IssueStream(WindowedStream):
    """Issues, and the incidents among them. `condition`: JQL that they fulfil besides."""

    is_alone = True
    window = timedelta(days=60)

    def __init__(self, account: Account, project: str, *, meaning: Meaning, condition: str, history: timedelta) -> None:
        super().__init__(
            f"{project}/issues",
            origin=f"{meaning.source}:{project}",
            kinds=(Issue.kind, Incident.kind),
            history=history,
            made_by=digest(meaning, condition),
        )
        self._account, self._project, self._meaning, self._condition = account, project, meaning, condition

    def pieces(self, begin: datetime, end: datetime) -> Iterator[Piece]:
        asked = of_project(self._project, self._condition)
        window = updated_within(begin, end, self._account.zone)
        for found in self._account.edition.issues(f"{asked} AND {window}"):
            yield self._piece(found)

    def _piece(self, found: Found) -> Piece:
        def parse(issue: Body) -> Iterator[Issue | Incident]:
            made = found.changes.get(issue.text("id"), ())
            return records(issue, made, self._account.done, self._meaning, self._project)

        piece = parse_each(found.issues, parse, what="an issue", origin=self.origin)
        unread = tuple(
            Problem(
                code="malformed",
                message=f"a part of the status history of {self.origin} could not be read: {one}; it is left out",
                origin=self.origin,
            )
            for one in found.malformed
        )
        return Piece(records=piece.records, problems=piece.problems + unread)
