"""Asking every source what it sees, some at a time."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from scorecard_exporter.config.model import Configuration
from scorecard_exporter.errors import ScorecardError
from scorecard_exporter.sources.base import Inspection, Source

log = logging.getLogger("scorecard")

AT_ONCE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a source shows. `inspection` None: there is nothing to ask, or it failed, and `error` says how."""

    source: str
    type: str
    inspection: Inspection | None = None
    error: str = ""


def look(configuration: Configuration) -> Iterator[Look]:
    """One look at each source, as they come.

    In threads that the end of the process does not wait for: who interrupts a slow system need not wait for it.
    """
    directory = str(configuration.path.parent)
    todo: queue.SimpleQueue[Callable[[], Look]] = queue.SimpleQueue()
    found: queue.SimpleQueue[Look] = queue.SimpleQueue()
    for name, options in configuration.sources.items():

        def one(
            name: str = name, type_: str = options.type, build: Callable[[str, str], Source] = options.build
        ) -> Look:
            return _look(name, type_, lambda: build(name, directory))

        todo.put(one)

    def work() -> None:
        while True:
            try:
                task = todo.get_nowait()
            except queue.Empty:
                return
            found.put(task())

    for number in range(min(AT_ONCE, len(configuration.sources))):
        threading.Thread(target=work, name=f"look {number}", daemon=True).start()
    for _ in configuration.sources:
        yield found.get()


def _look(name: str, type_: str, build: Callable[[], Source]) -> Look:
    try:
        source = build()
        inspection = source.inspect() if source.inspect else None
    except ScorecardError as error:
        return Look(source=name, type=type_, error=str(error))
    except Exception as error:
        # A fault of ours with one system must not hide the others.
        log.debug("a source could not be looked at", exc_info=error)
        return Look(source=name, type=type_, error=f"a fault of the exporter: {type(error).__name__}")
    return Look(source=name, type=type_, inspection=inspection)
