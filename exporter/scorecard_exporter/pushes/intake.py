"""How one source is pushed to: verified, told from what came before, put down, and counted."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import Executor
from datetime import datetime

from scorecard_exporter.errors import MalformedDeliveryError, RefusedDeliveryError, SpoolFullError
from scorecard_exporter.pushes.spool import Spool
from scorecard_exporter.sources.base import Delivery, Webhook

UNPROVEN, MALFORMED, FULL, TOO_LARGE, TOO_SLOW = "unproven", "malformed", "full", "too_large", "too_slow"
"""Why a push is refused, as the metric says it."""
REASONS = (UNPROVEN, MALFORMED, FULL, TOO_LARGE, TOO_SLOW)


class Intake:
    """What a source is pushed. `refused` by reason; `last_at`: when it was last pushed to, seconds since the epoch.

    Those who push at the same moment share one write to the disk. Belongs to one event loop. `webhook` may be another
    one after a reload. `turn`: whoever moves the cursor in the spool holds it.
    """

    def __init__(self, webhook: Webhook, spool: Spool, executor: Executor) -> None:
        self.webhook, self.spool, self.turn = webhook, spool, threading.Lock()
        self.accepted = self.duplicates = 0
        self.refused = Counter(dict.fromkeys(REASONS, 0))
        self.last_at = 0.0
        self._executor = executor
        self._coming: list[tuple[Delivery, asyncio.Future[None]]] = []
        self._by_id: dict[str, asyncio.Future[None]] = {}
        self._writing: asyncio.Task[None] | None = None

    async def receive(self, headers: Mapping[str, str], body: bytes, at: datetime) -> None:
        """Take a push. When this returns it is not lost any more, or was there before.

        Raises:
            RefusedDeliveryError: it does not prove where it comes from.
            MalformedDeliveryError: it is not as documented.
            SpoolFullError: there is no room for it now.
        """
        try:
            loop = asyncio.get_running_loop()
            delivery = await loop.run_in_executor(self._executor, self.webhook.accept, headers, body, at)
            await self._keep(delivery)
        except RefusedDeliveryError:
            self.refused[UNPROVEN] += 1
            raise
        except MalformedDeliveryError:
            self.refused[MALFORMED] += 1
            raise
        except SpoolFullError:
            self.refused[FULL] += 1
            raise
        self.last_at = time.time()

    async def _keep(self, delivery: Delivery) -> None:
        if delivery.id and delivery.id in self.spool.recent:
            self.duplicates += 1
            return
        if same := self._by_id.get(delivery.id):
            await asyncio.shield(same)
            self.duplicates += 1
            return
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._coming.append((delivery, done))
        if delivery.id:
            self._by_id[delivery.id] = done
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        await asyncio.shield(done)
        self.accepted += 1

    async def _write(self) -> None:
        """Put down what has come, and then what came meanwhile."""
        loop = asyncio.get_running_loop()
        while self._coming:
            group, self._coming = self._coming, []
            refusal: Exception | None = None
            try:
                await loop.run_in_executor(self._executor, self.spool.add, [delivery for delivery, _ in group])
            except Exception as error:  # noqa: BLE001  it is raised where it is waited for
                refusal = error
            for delivery, done in group:
                self._by_id.pop(delivery.id, None)
                if refusal is None:
                    done.set_result(None)
                else:
                    done.set_exception(refusal)
                    done.exception()  # whoever waited may be gone
