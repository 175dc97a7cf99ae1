"""How values, goals and targets are written: short, and never so rounded that they say something else."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from scorecard_exporter.config.model import Anchors, Band, Target
from scorecard_exporter.quantities import nearest_float, parse, write
from scorecard_exporter.scorecard.score import colour_by

MOST_DIGITS = 6
NEARLY = Fraction(1, 500)
"""How far the text of a goal between two dates may be from it, so that a value beside it is not contradicted."""
LONGEST_SPAN = 366
"""Rates are written over at most so many days (`1/45 d`)."""


def value_text(value: Fraction, unit: str, target: Target | None, anchors: Anchors | Band | None) -> str:
    """A value as people write it: two significant digits, more where two would show another colour.

    Of a yes-or-no target `yes` or `no`.
    """
    if target is not None and target.yes_no and value in (0, 1):
        return "yes" if value == 1 else "no"
    if anchors is None or not _is_near_a_line(value, anchors):
        return write(value, unit)
    colour = colour_by(anchors)
    status = colour(value)
    same = (text for text in _ever_finer(value, unit) if colour(parse(text, unit)) == status)
    return next(same, write(value, unit))


def apart_text(value: Fraction, shown: str, unit: str, target: Target | None) -> str:
    """Another value than the one that is `shown`, with as many digits as it takes that the two look different."""
    texts = (value_text(value, unit, target, None), *_ever_finer(value, unit))
    return next((text for text in texts if text != shown), shown)


def _is_near_a_line(value: Fraction, anchors: Anchors | Band) -> bool:
    """Whether rounding to two digits, by a twentieth at most, could take the value across a line."""
    if isinstance(anchors, Band):
        lines = [anchors.red_low, anchors.goal_low, anchors.goal_high, anchors.red_high]
    else:
        lines = [anchors.red, anchors.goal]
    number = nearest_float(value)
    return any(math.isclose(number, nearest_float(line), rel_tol=0.1) for line in lines)


def goal_text(target: Target, anchors: Anchors | Band | None, unit: str) -> str:
    """The goal as people write it (`<= 2 d`, `60 %..80 %`, `yes`); empty where none is in force."""
    if anchors is None:
        return ""
    if isinstance(anchors, Band):
        return f"{exact_text(anchors.goal_low, unit)}..{exact_text(anchors.goal_high, unit)}"
    if target.yes_no:
        return "yes" if anchors.goal > anchors.red else "no"
    sign = ">=" if anchors.goal > anchors.red else "<="
    return f"{sign} {exact_text(anchors.goal, unit)}"


def target_label(target: Target, anchors: Anchors | Band | None, unit: str, zone: str) -> str:
    """The goal in force; of a schedule where it leads (`>= 1/week by 2026-12-31`), the date in `zone`.

    So the label changes only when people change the target, or on a date that they wrote.
    """
    end = target.points[-1]
    if not target.schedule or end.at is None:
        return goal_text(target, anchors, unit)
    return f"{goal_text(target, end.anchors, unit)} by {day_text(end.at, zone)}"


def day_text(moment: datetime, zone: str) -> str:
    """The day of a moment in `zone`, as people wrote it."""
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d}"


def exact_text(value: Fraction, unit: str) -> str:
    """A quantity that people chose, exactly, if that takes six digits at most; else nearly, as that of a schedule."""
    same = (text for text in _exact_candidates(value, unit) if parse(text, unit) == value)
    near = (text for text in _ever_finer(value, unit) if abs(parse(text, unit) - value) <= abs(value) * NEARLY)
    return next(same, None) or next(near, write(value, unit))


def told_apart(values: Sequence[Fraction], unit: str) -> list[str]:
    """Quantities with two significant digits, or with as many more as it takes that different ones look different."""
    wanted = len(set(values))
    rounds = (list(texts) for texts in zip(*(_ever_finer(value, unit) for value in values), strict=True))
    return next((texts for texts in rounds if len(set(texts)) == wanted), [write(value, unit) for value in values])


def _exact_candidates(value: Fraction, unit: str) -> Iterator[str]:
    yield from _ever_finer(value, unit)
    if unit == "seconds":
        for suffix in (" d", " h", " min", " s"):
            yield _with_digits(value, unit, suffix, MOST_DIGITS)
    if unit == "per_day" and value.denominator <= LONGEST_SPAN:
        yield f"{value.numerator}/{value.denominator} d"


def _ever_finer(value: Fraction, unit: str) -> Iterator[str]:
    """The value with two significant digits, then with more and more."""
    text = write(value, unit)
    yield text
    suffix = text.lstrip("-+0123456789.,")
    for digits in range(3, MOST_DIGITS + 1):
        yield _with_digits(value, unit, suffix, digits)


def _with_digits(value: Fraction, unit: str, suffix: str, digits: int) -> str:
    number = float(value / parse(f"1{suffix}", unit))
    before = 1 + math.floor(math.log10(abs(number))) if number else 1
    text = f"{number:,.{max(0, digits - before)}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) + suffix
