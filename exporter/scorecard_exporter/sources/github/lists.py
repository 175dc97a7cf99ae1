"""Lists in answers of GraphQL, as streams read them: newest first, from a place on."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from scorecard_exporter.errors import RetriableSourceError
from scorecard_exporter.events.model import Batch, Record
from scorecard_exporter.quantities import moment
from scorecard_exporter.sources.github.host import Repository
from scorecard_exporter.sources.github.probe import NOTHING
from scorecard_exporter.sources.github.reading import Session
from scorecard_exporter.sources.kit.body import Body, moment_of, parse_each
from scorecard_exporter.sources.kit.streams import OVERLAP, DescendingStream, Page, State

MOST = 100
"""Things on one page of a list."""
MOST_PAGES = 100
"""Of a list inside of something."""
BEGINNING = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Connection:
    """A page of a list. `after`: where it goes on, '' at its end."""

    nodes: list[Any]
    after: str

    @classmethod
    def of(cls, holder: object, name: str) -> Connection:
        """The list `name` of an object in an answer.

        Raises:
            RetriableSourceError: there is none; a list that is missing is not an empty one.
        """
        found = holder.get(name) if isinstance(holder, dict) else None
        nodes = found.get("nodes") if isinstance(found, dict) else None
        if not isinstance(found, dict) or not isinstance(nodes, list):
            raise RetriableSourceError(f"GitHub's answer has no list {name!r}; it is asked again at the next poll")
        page = found.get("pageInfo") or {}
        is_more = isinstance(page, dict) and page.get("hasNextPage") is True
        return cls([node for node in nodes if node is not None], str(page.get("endCursor") or "") if is_more else "")


def complete(holder: Any, name: str, following: Callable[[str], Connection]) -> None:
    """Read on a list inside of something, where more of it is there than came along; `following`: by the place.

    Raises:
        RetriableSourceError: it never ends.
    """
    held = holder.get(name) if isinstance(holder, dict) else None
    if not isinstance(held, dict) or not isinstance(held.get("nodes"), list):
        return
    after = Connection.of(holder, name).after
    for _ in range(MOST_PAGES):
        if not after:
            return
        more = following(after)
        held["nodes"].extend(more.nodes)
        after = more.after
    raise RetriableSourceError(f"a list of {name} gives the same page again and again")


def since(nodes: Iterable[Any], name: str, begin: datetime) -> list[Any]:
    """Those that are not older than `begin` by the time by which a list is ordered."""
    return [node for node in nodes if (at := oldest([node], name)) is None or at >= begin]


def oldest(nodes: Iterable[Any], name: str) -> datetime | None:
    """The time by which a list is ordered, of its last thing that has one."""
    times = [at for node in nodes if isinstance(node, dict) and (at := moment_of(node.get(name)))]
    return min(times, default=None)


class NewestFirst(DescendingStream):
    """A list of a repository, and three moments while it is read.

    `_at`: now. `_begin_at`: what is older is not wanted; a page may reach further back, and where it ends is chance.
    `_new_from`: what is older was read before, if something was.
    """

    def __init__(
        self, name: str, session: Session, repository: Repository, *, kinds: tuple[str, ...], made_by: str
    ) -> None:
        history = session.reading.history
        super().__init__(
            f"{repository.thing}/{name}", origin=repository.origin, kinds=kinds, history=history, made_by=made_by
        )
        self._session, self._repository = session, repository
        self._at = self._begin_at = self._new_from = BEGINNING

    def read(self, cursor: str | None, at: datetime) -> Iterator[Batch]:
        self._at = at
        self._begin_at = self._new_from = at - self._session.reading.history
        yield from super().read(cursor, at)

    def _catch_up(self, state: State, at: datetime, wanted: datetime) -> Iterator[Batch]:
        self._new_from = moment(state.until) - OVERLAP
        yield from super()._catch_up(state, at, wanted)
        self._new_from = self._begin_at


class ListStream(NewestFirst):
    """A list that GraphQL gives, and that the probe knows a mark of. `mark`: name of that in the facts."""

    mark: str

    def __init__(
        self, session: Session, repository: Repository, *, kinds: tuple[str, ...], made_by: str, name: str = ""
    ) -> None:
        super().__init__(name or self.mark, session, repository, kinds=kinds, made_by=made_by)
        self._fitting = MOST

    def page(self, after: str) -> Page:
        if not after:
            # Looked up before the list is read, so it never promises more than was read.
            self.extra = self._session.probe.facts(self._repository).marks.get(self.mark, "")
            if self.extra == NOTHING:
                return Page(oldest=None)
        return self.read_page(after)

    @abstractmethod
    def read_page(self, after: str) -> Page:
        """As `page`, of a list that is not empty."""

    def is_unchanged(self, since: datetime, until: datetime) -> bool:  # noqa: ARG002  the mark says it
        mark, before = self._session.probe.facts(self._repository).marks.get(self.mark, ""), self.extra
        self.extra = mark
        return mark != "" and mark == before

    def _ask(self, question: str, after: str, size: int, **variables: Any) -> dict[str, Any]:
        """The repository with a page of the list from `after` on; the question has the variables `after` and `size`."""
        known = {**self._repository.variables, "after": after or None, **variables}
        # A question that takes too long costs GitHub's patience, so it is not tried with every page.
        answer, self._fitting = self._session.host.graphql.ask_sized(question, known, min(size, self._fitting))
        return answer.repository(self._repository.thing)

    def _page(
        self, listed: Connection, parse: Callable[[Body], Iterable[Record]], *, what: str, ordered_by: str
    ) -> Page:
        nodes = since(listed.nodes, ordered_by, self._begin_at)
        piece = parse_each(nodes, parse, what=what, origin=self.origin)
        return Page(
            records=piece.records,
            problems=piece.problems,
            oldest=oldest(listed.nodes, ordered_by),
            after=listed.after,
        )
