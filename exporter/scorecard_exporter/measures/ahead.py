"""What is asked of the store, on its way while the caller does something else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager

from arro3.core import Table

from scorecard_exporter.store.base import Store

_MANY = 100
"""Of more teams than these, one statement is asked at a time."""


class Ahead:
    """The answers of a store; those to statements that were begun are waited for, others are asked for at once."""

    def __init__(self, store: Store, workers: Executor) -> None:
        self._store, self._workers = store, workers
        self._begun: dict[str, Future[Table]] = {}

    def begin(self, statements: Iterable[str]) -> None:
        """Ask these in this order; each answer is kept until it is asked for."""
        for sql in statements:
            if sql not in self._begun:
                self._begun[sql] = self._workers.submit(self._store.query, sql)

    def query(self, sql: str) -> Table:
        """As `Store.query`."""
        begun = self._begun.pop(sql, None)
        return begun.result() if begun else self._store.query(sql)


@contextmanager
def workers(teams: int) -> Iterator[Executor]:
    """Threads that ask; what they have not begun at the end is not asked any more.

    To add up many `teams` takes a processor, which a second statement at once would only hold up.
    """
    threads = ThreadPoolExecutor(1 if teams > _MANY else 2, "statements")
    try:
        yield threads
    finally:
        threads.shutdown(cancel_futures=True)
