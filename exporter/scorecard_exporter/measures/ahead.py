"""What is asked of the store, on its way while the caller does something else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager

from arro3.core import Table

from scorecard_exporter.store.base import Store


class Ahead:
    """The answers of a store; those to statements that were begun are waited for, others are asked for at once."""

    def __init__(self, store: Store, worker: Executor) -> None:
        self._store, self._worker = store, worker
        self._begun: dict[str, Future[Table]] = {}

    def begin(self, statements: Iterable[str]) -> None:
        """Ask these in this order, one after another; each answer is kept until it is asked for."""
        for sql in statements:
            if sql not in self._begun:
                self._begun[sql] = self._worker.submit(self._store.query, sql)

    def query(self, sql: str) -> Table:
        """As `Store.query`."""
        begun = self._begun.pop(sql, None)
        return begun.result() if begun else self._store.query(sql)


@contextmanager
def worker() -> Iterator[Executor]:
    """A thread that asks; what it has not begun at the end is not asked any more."""
    thread = ThreadPoolExecutor(1, "statements")
    try:
        yield thread
    finally:
        thread.shutdown(cancel_futures=True)
