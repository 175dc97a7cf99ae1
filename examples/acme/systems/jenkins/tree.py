"""Jenkins' `tree=` expressions: `builds[number,actions[causes[*]]]{0,100}`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

TOKEN = re.compile(r"\s*([\w*]+|[\[\],]|\{[^}]*\})")


@dataclass(slots=True)
class Tree:
    """What is wanted of an object: names of its fields with what is wanted of each, and a range of a list."""

    fields: dict[str, Tree] = field(default_factory=dict)
    begin: int = 0
    end: int | None = None

    def shown(self, value: Any) -> Any:
        """`value` as it is wanted: a scalar whole, an object with these fields, a list with these elements."""
        if isinstance(value, list):
            return [self.shown(one) for one in value[self.begin : self.end]]
        if not isinstance(value, Mapping):
            return value
        if not self.fields:
            return {"_class": value["_class"]} if "_class" in value else {}
        if "*" in self.fields:
            return {name: one for name, one in value.items() if not isinstance(one, (list, Mapping))}
        found = {"_class": value["_class"]} if "_class" in value else {}
        # A class exports only what it has; `builds` and the like are worked out when they are asked for.
        for name, below in self.fields.items():
            if name in value:
                one = value[name]
                found[name] = below.shown(one() if callable(one) else one)
        return found


def parse(text: str) -> Tree:
    """Read an expression. Raises ValueError where it is none."""
    tokens, place = [], 0
    while place < len(text.rstrip()):
        match = TOKEN.match(text, place)
        if match is None:
            raise ValueError(f"cannot read the tree at {text[place:]!r}")
        tokens.append(match[1])
        place = match.end()
    root = Tree()
    if _read(tokens, 0, root) != len(tokens):
        raise ValueError("a bracket too many")
    return root


def _read(tokens: list[str], place: int, into: Tree) -> int:
    """Read names, parted by commas, up to a closing bracket or the end."""
    while place < len(tokens) and tokens[place] != "]":
        name = tokens[place]
        if not re.fullmatch(r"[\w*]+", name):
            raise ValueError(f"a name was expected, not {name!r}")
        below = into.fields.setdefault(name, Tree())
        place += 1
        if place < len(tokens) and tokens[place] == "[":
            place = _read(tokens, place + 1, below)
            if place >= len(tokens):
                raise ValueError("a bracket is not closed")
            place += 1
        if place < len(tokens) and tokens[place].startswith("{"):
            below.begin, below.end = _range(tokens[place])
            place += 1
        if place < len(tokens) and tokens[place] == ",":
            place += 1
    return place


def _range(text: str) -> tuple[int, int | None]:
    """`{M,N}` is half open; `{M,}`, `{,N}` and the single `{N}` are meant alike."""
    low, comma, high = text.strip("{}").partition(",")
    if not comma:
        return int(low), int(low) + 1
    return int(low or 0), int(high) if high.strip() else None
