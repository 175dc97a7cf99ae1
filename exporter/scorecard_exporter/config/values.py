"""The values of a configuration as pydantic types: each reads the text that was written, and says what is allowed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from fractions import Fraction
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import BeforeValidator, GetCoreSchemaHandler, GetJsonSchemaHandler, WithJsonSchema
from pydantic_core import CoreSchema, core_schema

from scorecard_exporter.events.patterns import check_pattern
from scorecard_exporter.measures.benchmark import reports
from scorecard_exporter.quantities import UNITS, RefusedError, is_currency, parse, positive_duration

_NAMES_SHOWN = 12
NAME = r"[a-z0-9][a-z0-9._-]*"
_NAME = re.compile(NAME)
_DAY_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})", re.ASCII)
_MINUTES_OF_DAY = 24 * 60
_SMALLEST_GROUP = 3
_YES_NO = {"yes": True, "true": True, "no": False, "false": False}
_NUMBER_OR_TEXT = ["number", "string"]


def words(id_: str) -> str:
    """An id as people would write it: `lead_time_p90` is `Lead time p90`."""
    text = id_.replace("-", " ").replace("_", " ").replace(".", " ").strip()
    return text[:1].upper() + text[1:]


def near(written: str, known: tuple[str, ...]) -> str:
    """The nearest of `known` as the beginning of a sentence's rest, or nothing."""
    found = get_close_matches(written, known, n=1)
    return f"did you mean {found[0]!r}? " if found else ""


def choice(written: str, known: tuple[str, ...], what: str = "known") -> RefusedError:
    """`written` is none of `known`: the nearest of them, and all (or the first dozen)."""
    more = f" and {len(known) - _NAMES_SHOWN} more" if len(known) > _NAMES_SHOWN else ""
    names = ", ".join(known[:_NAMES_SHOWN]) + more
    return RefusedError(written, f"{what}; {near(written, known)}allowed: {names or 'none, since there is none'}")


def _text(value: object, allowed: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise RefusedError(value, allowed)
    return value.strip()


def _name(value: object) -> str:
    allowed = "a name: lower-case letters, digits, '.', '_' and '-', beginning with a letter or a digit"
    text = _text(value, allowed)
    if not _NAME.fullmatch(text):
        raise RefusedError(value, allowed)
    return text


def yes_no(value: object) -> bool | None:
    """Whether a text says yes or no; None when it says something else."""
    return _YES_NO.get(str(value).lower())


def _flag(value: object) -> bool:
    answer = value if isinstance(value, bool) else yes_no(value)
    if answer is None:
        raise RefusedError(value, "yes or no")
    return answer


def _moment(value: object) -> datetime:
    try:
        return datetime.fromisoformat(str(value))
    except ValueError:
        raise RefusedError(value, "a date such as 2026-07-01, or a time such as 2026-07-01T12:00Z") from None


def _timezone(value: object) -> ZoneInfo:
    text = _text(value, "a time zone such as Europe/Berlin")
    try:
        return ZoneInfo(text)
    except (OSError, ValueError, ZoneInfoNotFoundError):
        guess = near(text, tuple(sorted(available_timezones())))
        allowed = f"a time zone of the IANA database; {guess}allowed: names such as Europe/Berlin and UTC"
        raise RefusedError(value, allowed) from None


def _unit(value: object) -> str:
    text = _text(value, "a unit").lower()
    if text not in UNITS and not is_currency(text):
        raise RefusedError(value, f"a unit: {', '.join(UNITS)}, or another currency of three letters")
    return text


def _pattern(value: object) -> str:
    text = _text(value, "a pattern such as prod*, or a regular expression between slashes")
    check_pattern(text)
    return text


def _weight(value: object) -> Fraction:
    weight = parse(value, "count")
    if weight < 0:
        raise RefusedError(value, "a weight: 0 or more")
    return weight


def _share(value: object) -> Fraction:
    share = parse(value, "ratio")
    if not 0 <= share <= 1:
        raise RefusedError(value, "a share between 0% and 100%")
    return share


def _count(value: object) -> int:
    count = parse(value, "count")
    if count < 0 or count.denominator != 1:
        raise RefusedError(value, "a whole number, 0 or more")
    return int(count)


def _day(value: object) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise RefusedError(value, "a date such as 2026-12-24") from None


def _day_span(value: object) -> tuple[int, int]:
    """Minutes since midnight at which a span of a day begins and ends."""
    allowed = "a span of a day such as 09:00-17:00"
    match = _DAY_SPAN.fullmatch(_text(value, allowed))
    if match is None:
        raise RefusedError(value, allowed)
    opens, closes = (int(match[one]) * 60 + int(match[two]) for one, two in ((1, 2), (3, 4)))
    if not opens < closes <= _MINUTES_OF_DAY or int(match[2]) > 59 or int(match[4]) > 59:  # noqa: PLR2004
        raise RefusedError(value, f"{allowed}, which ends later than it begins, at 24:00 at the latest")
    return opens, closes


def _group_size(value: object) -> int:
    size = _count(value)
    if size < _SMALLEST_GROUP:
        raise RefusedError(
            value, f"a number of answers of at least {_SMALLEST_GROUP}: in smaller groups people are known"
        )
    return size


def _store(value: object) -> str:
    text = _text(value, "a store such as duckdb:./data/scorecard.duckdb")
    if not text.removeprefix("duckdb:") or not text.startswith("duckdb:"):
        raise RefusedError(value, "a store such as duckdb:./data/scorecard.duckdb")
    return text


def _report(value: object) -> int | None:
    """The year of a report; None for `off`."""
    years = {str(year): year for year in reports()}
    if value in {None, "off"}:
        return None
    if str(value) not in years:
        allowed = "the year of a DORA report with levels (2020 had no report, 2025 has no levels); allowed: off, "
        raise RefusedError(value, allowed + ", ".join(years))
    return years[str(value)]


def _schema(words: str, **schema: Any) -> WithJsonSchema:
    """The JSON schema of a value; `words` is what the reference calls it."""
    return WithJsonSchema({"type": "string", **schema, "$comment": words})


Text = Annotated[str, BeforeValidator(lambda value: _text(value, "a text")), _schema("text", type=_NUMBER_OR_TEXT)]
Name = Annotated[str, BeforeValidator(_name), _schema("name", pattern=f"^{NAME}$")]
Origin = Annotated[
    str,
    BeforeValidator(lambda value: _text(value, "an origin such as shop:checkout")),
    _schema("origin such as `shop:checkout`", examples=["shop:checkout"]),
]
Quantity = Annotated[
    str,
    BeforeValidator(lambda value: _text(value, "a quantity such as 2d, 1/week, 5% or 1200 EUR")),
    _schema("quantity", type=["number", "string", "boolean"], examples=["2d", "1/week", "5%", "60%..80%", "yes"]),
]
Flag = Annotated[
    bool, BeforeValidator(_flag), WithJsonSchema({"enum": [True, False, "yes", "no"], "$comment": "`yes` or `no`"})
]
Moment = Annotated[
    datetime,
    BeforeValidator(_moment),
    _schema("date such as `2026-07-01`, or time", examples=["2026-07-01", "2026-07-01T12:00Z"]),
]
TimeZone = Annotated[
    ZoneInfo, BeforeValidator(_timezone), _schema("time zone such as `Europe/Berlin`", examples=["Europe/Berlin"])
]
Unit = Annotated[
    str, BeforeValidator(_unit), _schema(f"{', '.join(f'`{unit}`' for unit in UNITS)}, any currency", examples=[*UNITS])
]
Pattern = Annotated[str, BeforeValidator(_pattern), _schema("pattern", examples=["prod*", "/^prod-[a-z]+$/"])]
Span = Annotated[
    Fraction, BeforeValidator(positive_duration), _schema("duration such as `24h`", examples=["30d", "24h", "90m"])
]
"""A duration above zero, in seconds, exact."""
Weight = Annotated[Fraction, BeforeValidator(_weight), _schema("number, 0 or more", type=_NUMBER_OR_TEXT, minimum=0)]
Share = Annotated[Fraction, BeforeValidator(_share), _schema("share such as `40%`", type=_NUMBER_OR_TEXT)]
Count = Annotated[int, BeforeValidator(_count), _schema("whole number", type="integer", minimum=0)]
Report = Annotated[
    int | None,
    BeforeValidator(_report),
    WithJsonSchema({"enum": ["off", *reports()], "$comment": f"`off` or a year: {', '.join(map(str, reports()))}"}),
]
Day = Annotated[date, BeforeValidator(_day), _schema("date such as `2026-12-24`", examples=["2026-12-24"])]
DaySpan = Annotated[
    tuple[int, int],
    BeforeValidator(_day_span),
    _schema("span of a day such as `09:00-17:00`", examples=["09:00-17:00"]),
]
"""Minutes since midnight."""
GroupSize = Annotated[
    int,
    BeforeValidator(_group_size),
    _schema(f"whole number, {_SMALLEST_GROUP} or more", type="integer", minimum=_SMALLEST_GROUP),
]
StoreUrl = Annotated[str, BeforeValidator(_store), _schema("`duckdb:PATH`", pattern="^duckdb:.")]


@dataclass(frozen=True, slots=True)
class Short:
    """An annotation: a text alone stands for the mapping with that text at `key`."""

    key: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Widen the text before the shape is validated."""
        return core_schema.no_info_before_validator_function(self._widen, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Either form is allowed."""
        return {"anyOf": [{"type": "string"}, handler(schema)]}

    def _widen(self, value: object) -> object:
        return {self.key: value} if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class Several:
    """An annotation of a list: one item alone stands for the list that holds it."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Widen the item before the list is validated."""
        return core_schema.no_info_before_validator_function(self._widen, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Either form is allowed."""
        listed = handler(schema)
        return {"anyOf": [listed["items"], listed]}

    @staticmethod
    def _widen(value: object) -> object:
        return [value] if isinstance(value, (str, dict)) else value


Patterns = Annotated[tuple[Pattern, ...], Several()]
