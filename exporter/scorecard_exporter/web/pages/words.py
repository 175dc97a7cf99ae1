"""What the templates say about times, scores and links; nothing here computes a number of the scorecard."""

from __future__ import annotations

import re
from datetime import datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from scorecard_exporter.quantities import instant as instant_of
from scorecard_exporter.quantities import moment
from scorecard_exporter.report.promises import standing
from scorecard_exporter.scorecard import verdict
from scorecard_exporter.scorecard.explanation import Explanation
from scorecard_exporter.scorecard.model import MeasureStatus
from scorecard_exporter.sources.text import web_address

_SPANS = (("year", 365 * 86_400), ("month", 30 * 86_400), ("day", 86_400), ("hour", 3600), ("minute", 60))
_CODE = re.compile(r"`([^`]+)`")


def span(instant: int, at: int) -> str:
    """How long before `at` it was, in its largest unit: `12 days`. Microseconds."""
    seconds = max(0, at - instant) // 1_000_000
    for name, size in _SPANS:
        # Below two of a unit the smaller one says more: 40 hours, not 1 day.
        if seconds >= 2 * size or (name in {"minute", "day"} and seconds >= size):
            number = seconds // size
            return f"{number} {name}{'' if number == 1 else 's'}"
    return "less than a minute"


def ago(instant: int, now: int) -> str:
    """`3 minutes ago`; `just now` below a minute."""
    words = span(instant, now)
    return "just now" if words.startswith("less") else f"{words} ago"


def utc(instant: int) -> str:
    """The moment in RFC 3339, whole seconds, UTC."""
    return moment(instant).strftime("%Y-%m-%dT%H:%M:%SZ")


def local(instant: int, zone: str) -> str:
    """The moment on the clocks of a zone: `23 Nov 2026, 11:14 CET`."""
    return f"{moment(instant).astimezone(ZoneInfo(zone)):%-d %b %Y, %H:%M %Z}"


def written_at(text: str, zone: str) -> str:
    """A moment of a document (RFC 3339) on the clocks of a zone."""
    return local(instant_of(datetime.fromisoformat(text)), zone)


def day(due: datetime) -> str:
    """A date: `1 Dec 2026`."""
    return f"{due:%-d %b %Y}"


def points(judged: Any) -> str:
    """The score of anything that has `score` and `status`, 0 to 100."""
    return str(verdict.points(judged.score, judged.status))


def share(part: float | Fraction) -> str:
    """A share in whole percent, rounded down so that 100 % means all of it."""
    return f"{int(part * 100 + Fraction(1, 10**7))} %"


def percent(part: float | Fraction) -> float:
    """A share as the width of a bar that is 100 wide, no more."""
    return round(float(min(max(part, 0), 1)) * 100, 2)


def signs(goal: str) -> str:
    """A goal with the signs that people write: `≤ 2 d`."""
    return goal.replace("<=", "≤").replace(">=", "≥")


def code(sentence: str) -> Markup:
    """A sentence with what stands between backticks as code; everything in it is escaped."""
    # Escaped first: the only tags are ours.
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(sentence))))  # noqa: S704


def arrow(judged: MeasureStatus | Explanation) -> str:
    """Which way the value went, whether or not that is good."""
    value = judged.reading.value if isinstance(judged, MeasureStatus) else judged.value
    if value is None or judged.previous is None or value == judged.previous:
        return "→"
    return "↑" if value > judged.previous else "↓"


FILTERS = {
    function.__name__: function
    for function in (
        *(span, ago, utc, local, written_at, day, percent, points, share, signs, code, arrow, web_address),
        standing,
    )
}
"""The functions by the names under which templates use them."""
