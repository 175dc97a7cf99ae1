"""The ids of the newest deliveries, by which one that is sent again is told; kept in a file beside the spool."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable
from pathlib import Path

REMEMBERED = 5_000
"""So many ids of a source; systems send again within hours what was not answered."""


class RecentIds:
    """Ids, the newest last; older ones are forgotten. A delivery without an id is never known.

    Losing the file does no harm: a delivery that is stored twice changes nothing.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._ids: dict[str, None] = {}
        self._lines = 0
        with contextlib.suppress(OSError):
            for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
                with contextlib.suppress(ValueError):
                    self.add([str(json.loads(line))])
                self._lines += 1

    def __contains__(self, delivery_id: str) -> bool:
        return delivery_id in self._ids

    def add(self, ids: Iterable[str]) -> None:
        """Remember these."""
        for one in ids:
            if one:
                self._ids.pop(one, None)
                self._ids[one] = None
        while len(self._ids) > REMEMBERED:
            del self._ids[next(iter(self._ids))]

    def keep(self, ids: Iterable[str]) -> None:
        """Write these down: the file that they were in is about to go."""
        lines = [json.dumps(one) + "\n" for one in ids if one]
        self._lines += len(lines)
        with contextlib.suppress(OSError):
            if self._lines <= 2 * REMEMBERED:
                with self._path.open("a", encoding="utf-8") as file:
                    file.writelines(lines)
                return
            fresh = self._path.with_suffix(".new")
            fresh.write_text("".join(json.dumps(one) + "\n" for one in self._ids), encoding="utf-8")
            fresh.replace(self._path)
            self._lines = len(self._ids)
