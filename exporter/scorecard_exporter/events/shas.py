"""Finding a commit by what people write: the whole sha, or its first seven digits or more."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection
from functools import cached_property

SHORTEST = 7
"""An abbreviation has at least as many digits as git shows by default."""


class Shas:
    """A set of full shas."""

    def __init__(self, shas: Collection[str]) -> None:
        self._shas = shas

    def full(self, text: str) -> str | None:
        """The one sha of the set that `text` is or begins; None for none or several."""
        sha = text.lower()
        if sha in self._shas:
            return sha
        if len(sha) < SHORTEST:
            return None
        first = bisect_left(self._sorted, sha)
        found = [known for known in self._sorted[first : first + 2] if known.startswith(sha)]
        return found[0] if len(found) == 1 else None

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self._shas)
