"""The released versions of a project, as deployments to the environment `release`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, tzinfo

from scorecard_exporter.errors import RetriableSourceError
from scorecard_exporter.events.model import Batch, Coverage, Deployment
from scorecard_exporter.sources.base import Stream
from scorecard_exporter.sources.delivery import deliver, digest
from scorecard_exporter.sources.jira.account import Account
from scorecard_exporter.sources.kit.body import Body, MalformedError, parse_each
from scorecard_exporter.sources.kit.streams import Piece

RELEASE = "release"


def release(version: Body, origin: str, page: str, zone: tzinfo) -> Iterator[Deployment]:
    """A version, if it is released. Jira knows only the day: it counts from the day's beginning in `zone`.

    Raises:
        MalformedError: it is released without a day.
    """
    if not version.flag("released"):
        return
    number = version.text("id")
    name = version.text("name")
    try:
        day = date.fromisoformat(version.text("releaseDate"))
    except (MalformedError, ValueError):
        raise MalformedError(f"version {name!r} is released without a day; set its release date in Jira") from None
    yield Deployment(
        origin=origin,
        key=number,
        url=f"{page}/versions/{number}" if page else "",
        environment=RELEASE,
        version=name,
        finished_at=datetime.combine(day, time(), zone).astimezone(UTC),
    )


class ReleaseStream(Stream):
    """All released versions of a project; one request, and nothing is written when nothing has changed."""

    def __init__(self, account: Account, project: str, *, source: str, pages: str) -> None:
        self.name = f"{project}/releases"
        self.origin = f"{source}:{project}"
        self._account, self._project = account, project
        self._page = f"{pages}/projects/{project}" if pages else ""

    def read(self, cursor: str | None, at: datetime) -> Iterator[Batch]:
        piece = self._releases()
        mark = digest(piece)
        is_known = mark == cursor

        def finish() -> Batch:
            return Batch(
                records=(),
                cursor=mark,
                coverage=(Coverage(origin=self.origin, kind=Deployment.kind, from_at=None, to_at=at),),
                problems=piece.problems,
            )

        yield from deliver(
            () if is_known else piece.records,
            cursor=cursor,
            replace=() if is_known else ((self.origin, Deployment.kind),),
            finish=finish,
        )

    def _releases(self) -> Piece:
        edition, zone = self._account.edition, self._account.zone
        versions = edition.client.get(f"{edition.root}/project/{self._project}/versions").json()
        if not isinstance(versions, list):
            raise RetriableSourceError(f"the versions of {self.origin} are no list; they are asked for again later")
        return parse_each(
            versions,
            lambda version: release(version, self.origin, self._page, zone),
            what="a version",
            origin=self.origin,
        )
