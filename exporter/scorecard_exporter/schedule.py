"""When things happen: polls, evaluations and housekeeping, by APScheduler on the event loop."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from apscheduler.schedulers.asyncio import AsyncIOScheduler

Job = Callable[[], Awaitable[None]]

_Result = TypeVar("_Result")


async def in_thread(name: str, work: Callable[[], _Result]) -> _Result:
    """Do `work` in a thread that the end of the process does not wait for, as it does for those of a pool.

    A thread that waits for a slow system cannot be told to stop; what it holds is only what it has read.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[_Result] = loop.create_future()

    def settle(how: Callable[[Any], None], what: Any) -> None:
        if not done.done():
            how(what)

    def run() -> None:
        try:
            how, what = done.set_result, work()
        except BaseException as error:  # noqa: BLE001  it is raised where it is waited for
            how, what = done.set_exception, error  # type: ignore[assignment]
        with contextlib.suppress(RuntimeError):  # the loop has ended, and nobody waits
            loop.call_soon_threadsafe(settle, how, what)

    threading.Thread(target=run, name=name, daemon=True).start()
    return await done


class Schedule:
    """Jobs by name, each every so many seconds; one that still runs is not started again."""

    def __init__(self) -> None:
        self._scheduler = AsyncIOScheduler(timezone=UTC)

    def start(self) -> None:
        """Begin; needs a running event loop."""
        self._scheduler.start()

    def every(self, seconds: float, name: str, job: Job, *, now: bool) -> None:
        """Run `job` every so many seconds; `now`: at once for the first time. Replaces one of that name."""

        async def until_all_ends() -> None:
            # The end of everything cancels what is under way, which is no failure of the job.
            with contextlib.suppress(asyncio.CancelledError):
                await job()

        first = {"next_run_time": datetime.now(UTC)} if now else {}
        self._scheduler.add_job(
            until_all_ends,
            "interval",
            seconds=seconds,
            id=name,
            replace_existing=True,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
            **first,
        )

    def forget(self, name: str) -> None:
        """No longer run the job of that name."""
        self._scheduler.remove_job(name)

    def stop(self) -> None:
        """Start nothing more; what runs is not waited for. Harmless where it never began."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
