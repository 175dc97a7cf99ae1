"""A small part of Jira's query language: clauses joined by AND, and an order.

`project in (SHOP, OPS) AND issuetype = Bug AND updated >= "2026-03-01 09:30" ORDER BY updated ASC`
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

TOKEN = re.compile(r"""\s*("(?:[^"\\]|\\.)*"|'[^']*'|\(|\)|,|>=|<=|!=|=|>|<|[^\s(),=<>!"']+)""")
FIELDS = ("project", "issuetype", "type", "labels", "updated", "created", "status", "key", "id", "statuscategory")
TIMES = ("updated", "created")
RELATIVE = re.compile(r"-(\d+)([mhdw])")


@dataclass(frozen=True, slots=True)
class Clause:
    """One condition: a field, an operator, and the values on its right."""

    field: str
    operator: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """Conditions that all hold, and the fields of the order with whether it falls."""

    clauses: tuple[Clause, ...]
    order: tuple[tuple[str, bool], ...]


def parse(text: str) -> Query:
    """Read a query. Raises ValueError with a sentence like Jira's."""
    tokens = _tokens(text)
    lowered = [token.lower() for token in tokens]
    end = lowered.index("order") if "order" in lowered else len(tokens)
    clauses, place = [], 0
    while place < end:
        clause, place = _clause(tokens, place, end)
        clauses.append(clause)
        if place < end:
            if tokens[place].lower() != "and":
                raise ValueError(f"Error in the JQL Query: Expecting 'AND' but got '{tokens[place]}'.")
            place += 1
    return Query(tuple(clauses), _order(tokens[end + 2 :]))


def _tokens(text: str) -> list[str]:
    found, place = [], 0
    while text[place:].strip():
        match = TOKEN.match(text, place)
        if match is None:
            raise ValueError(f"Error in the JQL Query: The character '{text[place:].strip()[0]}' is not expected.")
        found.append(match[1])
        place = match.end()
    return found


def _clause(tokens: list[str], place: int, end: int) -> tuple[Clause, int]:
    field = tokens[place].strip("\"'").lower()
    if field not in FIELDS:
        raise ValueError(f"Field '{tokens[place]}' does not exist or you do not have permission to view it.")
    operator, place = tokens[place + 1].lower() if place + 1 < end else "", place + 2
    if operator == "not":
        operator, place = "not in", place + 1
    if operator in ("in", "not in"):
        values: list[str] = []
        if place >= end or tokens[place] != "(":
            raise ValueError("Error in the JQL Query: Expecting '(' after IN.")
        while tokens[place] != ")":
            if tokens[place] not in "(,":
                values.append(tokens[place].strip("\"'"))
            place += 1
        return Clause("issuetype" if field == "type" else field, operator, tuple(values)), place + 1
    if operator not in ("=", "!=", ">=", "<=", ">", "<") or place >= end:
        raise ValueError(f"Error in the JQL Query: '{operator}' is no operator.")
    return Clause("issuetype" if field == "type" else field, operator, (tokens[place].strip("\"'"),)), place + 1


def _order(tokens: list[str]) -> tuple[tuple[str, bool], ...]:
    text = " ".join(tokens).split(",")
    words = [part.split() for part in text if part.strip()]
    return tuple((word[0].lower(), word[-1].lower() == "desc") for word in words)


def fits(clause: Clause, values: tuple[str, ...], moments: dict[str, int], now: int, zone: ZoneInfo) -> bool:
    """Whether something fulfils a clause: by its values, or by the moment of the clause's field."""
    if clause.field in TIMES:
        at, wanted = moments[clause.field], _moment(clause.values[0], now, zone)
        compare: dict[str, Callable[[int, int], bool]] = {
            ">=": int.__ge__,
            "<=": int.__le__,
            ">": int.__gt__,
            "<": int.__lt__,
            "=": int.__eq__,
        }
        return compare[clause.operator](at, wanted)
    wanted_values = {value.lower() for value in clause.values}
    is_in = any(value.lower() in wanted_values for value in values)
    return is_in == (clause.operator in ("=", "in"))


def _moment(text: str, now: int, zone: ZoneInfo) -> int:
    """`2026-03-01 09:30` in the user's zone, to the minute; or `-15m` from now. Raises ValueError."""
    relative = RELATIVE.fullmatch(text)
    if relative:
        seconds = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}[relative[2]]
        return now - int(timedelta(seconds=int(relative[1]) * seconds).total_seconds())
    for form in ("%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d", "%Y/%m/%d"):
        try:
            return int(datetime.strptime(text, form).replace(tzinfo=zone).timestamp())
        except ValueError:
            continue
    raise ValueError(
        f"Date value '{text}' for field 'updated' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', "
        "'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'."
    )
