"""Numbers as people write them: durations, rates, shares, money, points; read and written.

Inside, every quantity is an exact `Fraction` in the base unit of its measure (`seconds`, `per_day`,
`ratio`, `points`, `count`, or a lower-case ISO 4217 currency), so that a value that equals its goal
compares as equal. A month is 30 days, a quarter 90, a year 365.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema

DAY = 86_400
_LONGEST = 100 * 365 * DAY
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SECONDS = {
    **dict.fromkeys(("s", "sec", "second", "seconds"), 1),
    **dict.fromkeys(("m", "min", "minute", "minutes"), 60),
    **dict.fromkeys(("h", "hour", "hours"), 3600),
    **dict.fromkeys(("d", "day", "days"), DAY),
    **dict.fromkeys(("w", "week", "weeks"), 7 * DAY),
    **dict.fromkeys(("mo", "month", "months"), 30 * DAY),
    **dict.fromkeys(("q", "quarter", "quarters"), 90 * DAY),
    **dict.fromkeys(("y", "year", "years"), 365 * DAY),
}
_STEPS = (("y", 365 * DAY), ("d", DAY), ("h", 3600), ("min", 60), ("s", 1))
_NUMBER = r"[-+]?(?:\d+(?:[_,]\d{3})*(?:\.\d*)?|\.\d+)"
_PLAIN = re.compile(_NUMBER, re.ASCII)
_PART = re.compile(rf"({_NUMBER})\s*([a-z]+)\s*", re.ASCII | re.IGNORECASE)
_RATE = re.compile(rf"({_NUMBER})\s*/\s*(\d{{0,9}})\s*([a-z]+)", re.ASCII | re.IGNORECASE)
_CURRENCY = re.compile(r"[a-z]{3}")
UNITS = ("seconds", "ratio", "per_day", "count", "points", "eur")
"""The units named in documents; any other lower-case currency of three letters is a unit too."""

ALLOWED = {
    "seconds": "a duration such as 90m, 2d or 1d 12h (s, m, h, d, w, month, quarter, year)",
    "per_day": "a rate such as 1/week, 3/d or 1/2w",
    "ratio": "a share such as 5% or 0.05",
    "count": "a number such as 3",
    "points": "a number of points such as 40",
}


class RefusedError(ValueError):
    """What a person wrote is not what is needed there.

    `allowed` says what is, as half a sentence, and never repeats what was written, so that it can
    be shown even when that is a secret.
    """

    def __init__(self, written: object, allowed: str) -> None:
        super().__init__(f"{_shown(written)} is not {allowed}")
        self.allowed = allowed


def _shown(written: object) -> str:
    if isinstance(written, (dict, list)):
        return "a mapping" if isinstance(written, dict) else "a list"
    return "an empty value" if written is None or written == "" else repr(written)


def is_currency(unit: str) -> bool:
    """Whether `unit` is a currency: three lower-case letters."""
    return _CURRENCY.fullmatch(unit) is not None


def allowed(unit: str) -> str:
    """What may be written for a quantity in `unit`, as half a sentence."""
    return ALLOWED.get(unit, f"an amount such as 1200 {unit.upper()}")


def parse(text: object, unit: str) -> Fraction:
    """Read what a person wrote for a quantity in `unit`.

    Raises:
        RefusedError: it is not one; the message says what is allowed.
    """
    if isinstance(text, bool) or not isinstance(text, (str, int, float, Decimal, Fraction)):
        raise RefusedError(text, allowed(unit))
    if isinstance(text, Fraction):
        return text
    words = text.strip() if isinstance(text, str) else f"{Decimal(str(text)):f}"
    readers = {"seconds": _duration, "per_day": _rate, "ratio": _share, "count": _plain, "points": _points}
    value = readers.get(unit, lambda written: _amount(written, unit))(words)
    if value is None:
        raise RefusedError(text, allowed(unit))
    return value


def _number(digits: str) -> Fraction:
    return Fraction(digits.replace(",", "").replace("_", ""))


def _plain(text: str) -> Fraction | None:
    return _number(text) if _PLAIN.fullmatch(text) else None


def _span(word: str) -> int | None:
    """Seconds of a unit of time; `M` is none, since it could be a minute or a month."""
    return _SECONDS.get(word if word == "M" else word.lower())


def _points(text: str) -> Fraction | None:
    return _plain(text.removesuffix("points").strip())


def _share(text: str) -> Fraction | None:
    if text.endswith("%"):
        share = _plain(text[:-1].strip())
        return None if share is None else share / 100
    return _plain(text)


def _amount(text: str, unit: str) -> Fraction | None:
    words = text.lower().replace("€", " eur ").replace("$", " usd ").replace("£", " gbp ").split()
    if unit in words[:2]:
        words.remove(unit)
    return _plain(words[0]) if len(words) == 1 else None


def _duration(text: str) -> Fraction | None:
    total, end = Fraction(0), 0
    for match in _PART.finditer(text):
        step = _span(match[2])
        if match.start() != end or step is None:
            return None
        total, end = total + _number(match[1]) * step, match.end()
    if end == len(text) and end > 0:
        return total
    return Fraction(0) if text == "0" else None


def _rate(text: str) -> Fraction | None:
    match = _RATE.fullmatch(text)
    if match is None:
        return Fraction(0) if text == "0" else None
    spans, step = int(match[2] or 1), _span(match[3])
    if step is None or spans == 0:
        return None
    return _number(match[1]) * DAY / (spans * step)


def positive_duration(text: object) -> Fraction:
    """A duration above zero, in seconds, and no longer than calendars reach; see `parse`."""
    seconds = parse(text, "seconds")
    if seconds <= 0:
        raise RefusedError(text, "a duration above zero")
    if seconds > _LONGEST:
        raise RefusedError(text, "a duration of at most 100 years")
    return seconds


def _interval(text: object) -> float:
    seconds = positive_duration(text)
    if seconds < 1:
        raise RefusedError(text, "a duration of at least 1s")
    return float(seconds)


Duration = Annotated[
    float,
    BeforeValidator(_interval),
    WithJsonSchema({"type": "string", "examples": ["30d", "24h", "5m"], "$comment": "duration such as `5m`"}),
]
"""A pydantic field: a duration of a second or more as people write it, in seconds."""


def to_micros(seconds: Fraction | float) -> int:
    """Whole microseconds of `seconds`."""
    return math.floor(Fraction(seconds) * 1_000_000)


def nearest_float(value: Fraction) -> float:
    """What `float` makes of it, several times faster: scores and texts of long histories are made of millions."""
    numerator, denominator = value.as_integer_ratio()
    return numerator / denominator


def two_digits(value: float) -> str:
    """A number with two significant digits and no exponent; 100 and more without decimals."""
    if value == 0:
        return "0"
    digits = max(0, 1 - math.floor(math.log10(abs(value))))
    text = f"{round(value, digits):,.{digits}f}" if abs(value) < 100 else f"{value:,.0f}"  # noqa: PLR2004
    return text.rstrip("0").rstrip(".") if "." in text else text


def write(value: Fraction | float, unit: str) -> str:
    """A quantity as people write it, two significant digits: `1.8 d`, `5 %`, `1.4/week`."""
    number = nearest_float(value) if isinstance(value, Fraction) else float(value)
    if unit == "seconds":
        return _write_duration(number)
    if unit == "per_day":
        return _write_rate(number)
    if unit == "ratio":
        return f"{_percent(number)} %"
    return f"{two_digits(number)} {unit.upper()}" if is_currency(unit) else two_digits(number)


def _percent(share: float) -> str:
    """Two significant digits of the share or, close to one, of what is missing: 99.97, not 100."""
    if not 0.99 <= share < 1:  # noqa: PLR2004  where two digits would say 100 or hide the nines
        return two_digits(share * 100)
    digits = 1 - math.floor(math.log10((1 - share) * 100))
    return f"{share * 100:.{min(digits, 6)}f}".rstrip("0").rstrip(".")


def _write_duration(seconds: float) -> str:
    for name, step in _STEPS:
        if abs(seconds) >= step:
            return f"{two_digits(seconds / step)} {name}"
    return f"{two_digits(seconds)} s"


def _write_rate(per_day: float) -> str:
    if per_day == 0:
        return "0/d"
    for name, days in (("d", 1), ("week", 7), ("month", 30)):
        if abs(per_day) * days >= 1:
            return f"{two_digits(per_day * days)}/{name}"
    return f"{two_digits(per_day * 365)}/year"


def instant(moment: datetime) -> int:
    """An aware moment as whole microseconds since the epoch, UTC, exactly.

    Raises:
        ValueError: the moment has no time zone.
    """
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone")
    return (moment - _EPOCH) // _MICROSECOND


def moment(instant: int) -> datetime:
    """Microseconds since the epoch as an aware moment in UTC."""
    return _EPOCH + timedelta(microseconds=instant)


def when(instant: int) -> str:
    """A moment, given in microseconds, to the minute: `2026-11-23 10:00 UTC`."""
    return f"{moment(instant):%Y-%m-%d %H:%M} UTC"
