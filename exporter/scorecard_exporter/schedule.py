"""When things happen: polls, evaluations and housekeeping, by APScheduler on the event loop."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler

Job = Callable[[], Awaitable[None]]


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
