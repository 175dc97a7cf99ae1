"""The months and quarters that reviews are about, and by when each is due. Reads no clock."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from scorecard_exporter.quantities import DAY, RefusedError, instant, moment
from scorecard_exporter.scorecard.periods import Point

Kind = Literal["month", "quarter"]
KINDS: dict[str, Kind] = {"monthly": "month", "quarterly": "quarter"}
"""What a scorecard's `review` says, and the period that it means."""
WITHIN = 14 * DAY * 1_000_000
"""Microseconds after the end of a period within which its review is to be recorded."""

_WRITTEN = re.compile(r"(?P<year>20\d\d)-(?:Q(?P<quarter>[1-4])|(?P<month>0[1-9]|1[0-2]))")
_LENGTHS: dict[Kind, int] = {"month": 1, "quarter": 3}
_ORDINALS = ("1st", "2nd", "3rd", "4th")


@dataclass(frozen=True, slots=True)
class ReviewPeriod:
    """A month or quarter on the clocks of `zone`; `number` counts them from the year 0."""

    kind: Kind
    number: int
    zone: str

    @classmethod
    def parse(cls, text: str, zone: str) -> ReviewPeriod:
        """The period that is written `2026-Q3` or `2026-09`.

        Raises:
            RefusedError: it is neither.
        """
        found = _WRITTEN.fullmatch(text)
        if found is None:
            raise RefusedError(text, "a quarter such as 2026-Q3 or a month such as 2026-09")
        year = int(found["year"])
        if found["quarter"]:
            return cls("quarter", year * 4 + int(found["quarter"]) - 1, zone)
        return cls("month", year * 12 + int(found["month"]) - 1, zone)

    @classmethod
    def containing(cls, kind: Kind, at: int, zone: str) -> ReviewPeriod:
        """The period that a moment (microseconds) lies in."""
        day = moment(at).astimezone(ZoneInfo(zone))
        return cls(kind, (day.year * 12 + day.month - 1) // _LENGTHS[kind], zone)

    @property
    def id(self) -> str:
        """As it is written: `2026-Q3`, `2026-09`."""
        year, place = self._place()
        return f"{year}-Q{place + 1}" if self.kind == "quarter" else f"{year}-{place + 1:02}"

    @property
    def title(self) -> str:
        """As a sentence has it: `3rd quarter of 2026`, `September 2026`."""
        year, place = self._place()
        return f"{_ORDINALS[place]} quarter of {year}" if self.kind == "quarter" else f"{self._begin(0):%B %Y}"

    @property
    def starts_at(self) -> int:
        """Its first instant, microseconds."""
        return instant(self._begin(0))

    @property
    def ends_at(self) -> int:
        """The first instant after it, microseconds."""
        return instant(self._begin(1))

    @property
    def due_at(self) -> int:
        """By when its review is to be recorded, microseconds."""
        return self.ends_at + WITHIN

    def moved(self, by: int) -> ReviewPeriod:
        """So many periods later; negative: earlier."""
        return ReviewPeriod(self.kind, self.number + by, self.zone)

    def point(self) -> Point:
        """Where a history is to be taken for it."""
        return Point(self.ends_at, self.starts_at)

    def _place(self) -> tuple[int, int]:
        """Its year, and which one of the year it is, from 0 on."""
        return divmod(self.number, 12 // _LENGTHS[self.kind])

    def _begin(self, later: int) -> datetime:
        year, month = divmod((self.number + later) * _LENGTHS[self.kind], 12)
        return datetime(year, month + 1, 1, tzinfo=ZoneInfo(self.zone))


def months_until(period: ReviewPeriod, count: int) -> list[ReviewPeriod]:
    """The last months up to the end of a period, oldest first."""
    last = ReviewPeriod.containing("month", period.ends_at - 1, period.zone)
    return [last.moved(-back) for back in reversed(range(count))]


def next_due(kind: Kind, zone: str, reviewed_until: int | None, since: int) -> int:
    """By when the next review is to be recorded, microseconds.

    `reviewed_until`: the end of the newest period with a recorded review. `since`: when the scorecard was first
    judged; its first review is that of the period in which this was.
    """
    return ReviewPeriod.containing(kind, since if reviewed_until is None else reviewed_until, zone).due_at
