"""What was wrong with one file."""

from __future__ import annotations

from scorecard_exporter.events.model import Problem
from scorecard_exporter.sources.text import printable

SHOWN = 20
"""So many refused rows of a file are named one by one; of the rest, how many they are."""


class Report:
    """Collects what is wrong with the file called `name`.

    `complete` is false once rows may be missing that the file once held or will hold: it is cut off,
    or damaged beyond a single row.
    """

    def __init__(self, name: str) -> None:
        self.complete = True
        self._name = printable(name)
        self._refused = 0
        self._problems: dict[tuple[str, str], Problem] = {}

    def refuse(self, line: int, reason: str) -> None:
        """One row is left out."""
        self._refused += 1
        if self._refused <= SHOWN:
            self._add("bad_row", f"{self._name}:{line}: {reason}; the row is left out")

    def damaged(self, code: str, reason: str) -> None:
        """The file is not whole; what was read from it earlier is to stay. The first reason is enough."""
        if self.complete:
            self._add(code, f"{self._name}: {reason}; what was read from it before stays")
        self.complete = False

    def replaced_text(self) -> None:
        """Some text could not be read."""
        self._add(
            "bad_encoding",
            f"{self._name} is not UTF-8 throughout; what cannot be read is replaced by \N{REPLACEMENT CHARACTER}",
        )

    def problems(self) -> tuple[Problem, ...]:
        """Everything, in the order in which it was found; the count of rows not named comes last."""
        if self._refused > SHOWN:
            self._add("bad_row", f"{self._name}: {self._refused - SHOWN} more rows are left out")
        return tuple(self._problems.values())

    def _add(self, code: str, message: str) -> None:
        self._problems.setdefault((code, message), Problem(code=code, message=message))
