"""A query of a panel, read from what anyone who may see a board can send: JSON that is hostile until it is read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from scorecard_exporter.errors import ScorecardError, UnknownNameError
from scorecard_exporter.grafana.pluginv2.backend_pb2 import DataQuery
from scorecard_exporter.quantities import instant
from scorecard_exporter.sources.text import excerpt
from scorecard_exporter.web.refusals import EARLIEST

LARGEST = 16_384
"""Bytes of a query's JSON."""
MOST_NAMES = 500
"""In a list of names."""
ALL = frozenset({"$__all", "All"})
_FIRST_MOMENT, _LAST_MOMENT = instant(EARLIEST), instant(EARLIEST.replace(year=2200))
_MILLISECOND = 1000


class QuestionError(ScorecardError):
    """A query that gets no answer: why, as a sentence for the panel, and the HTTP status that fits."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked for. `first` and `last`: the time shown, in microseconds; `most`: as many points as fit the panel.

    A key that is missing, empty or stands for all of its variable is no wish.
    """

    kind: str
    keys: Mapping[str, str]
    first: int
    last: int
    most: int

    @classmethod
    def read(cls, query: DataQuery, kinds: Iterable[str]) -> Self:
        """The question that a query of a panel is.

        Raises:
            QuestionError: it is not one, and why.
        """
        body = _body(query.json)
        kind = query.queryType or str(body.get("queryType") or "")
        known = sorted(kinds)
        if not kind:
            raise QuestionError(f"The query has no kind; choose one of {', '.join(known)}.")
        if kind not in known:
            raise QuestionError(str(UnknownNameError.of("kind of query", excerpt(kind, 60), known)))
        given = query.timeRange
        if given.fromEpochMS > given.toEpochMS:
            raise QuestionError("The time range ends before it begins.")
        return cls(
            kind=kind,
            keys={key: _text(key, value) for key, value in body.items() if key in KEYS},
            first=_moment(given.fromEpochMS),
            last=_moment(given.toEpochMS),
            most=max(1, query.maxDataPoints or 1000),
        )

    def one(self, key: str) -> str | None:
        """The name under a key, of several the first; None: not said."""
        return next(iter(self.many(key)), None)

    def many(self, key: str) -> tuple[str, ...]:
        """The names under a key; empty: not said, or all."""
        text = self.keys.get(key, "").strip()
        if text in ALL:
            return ()
        inner = text[1:-1] if text.startswith("{") and text.endswith("}") else text
        names = tuple(dict.fromkeys(name.strip() for name in inner.split(",") if name.strip()))
        if len(names) > MOST_NAMES:
            raise QuestionError(f"{key} names {len(names):,} things; at most {MOST_NAMES} can be asked for by name.")
        return () if ALL & set(names) else names

    def wants_all(self, key: str) -> bool:
        """Whether all are asked for in so many words."""
        return bool(ALL & set(self.keys.get(key, "").strip("{} ").split(",")))

    def choice(self, key: str, allowed: Iterable[str]) -> str:
        """One of the words that a key may have; the first of them where nothing is said."""
        words = tuple(allowed)
        word = self.keys.get(key, "").strip()
        if not word or word in ALL:
            return words[0]
        if word not in words:
            raise QuestionError(str(UnknownNameError.of(f"{key} of query {self.kind}", excerpt(word, 60), words)))
        return word

    def number(self, key: str, usual: int, most: int) -> int:
        """A whole number from 1 to `most`; `usual` where nothing is said."""
        text = self.keys.get(key, "").strip()
        if not text:
            return usual
        if not text.isascii() or not text.isdigit() or len(text) > len(str(most)) or not 1 <= int(text) <= most:
            raise QuestionError(f"{key} is {excerpt(text, 30)!r}; it is a whole number from 1 to {most:,}.")
        return int(text)


KEYS = frozenset({"scorecard", "team", "perspective", "measure", "format", "show", "step", "limit", "kind", "part"})
"""What a query may say; Grafana puts more beside it."""


def _body(raw: bytes) -> dict[str, Any]:
    if len(raw) > LARGEST:
        raise QuestionError(f"The query has {len(raw):,} bytes; at most {LARGEST:,} are read.")
    if not raw:
        return {}
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise QuestionError("The query is no JSON that can be read.") from error
    if not isinstance(body, dict):
        raise QuestionError("The query is no JSON object.")
    return body


def _text(key: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < LARGEST:
        return str(value)
    raise QuestionError(f"{key} must be a text; several names are separated by commas.")


def _moment(milliseconds: int) -> int:
    return min(max(milliseconds * _MILLISECOND, _FIRST_MOMENT), _LAST_MOMENT)
