"""A request and its reply, as every system sees them; both can be kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request below the root of a system: `path` as it was sent, percent signs and all; `base` is the root's URL."""

    method: str
    path: str
    query: str = ""
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    base: str = ""

    @property
    def key(self) -> tuple[str, str, str, str, bytes]:
        """What decides the reply, as long as the company stays as it is."""
        return self.method, self.base, self.path, self.query, self.body

    @property
    def pairs(self) -> list[tuple[str, str]]:
        return parse_qsl(self.query, keep_blank_values=True)

    def get(self, name: str, default: str = "") -> str:
        """The last value of a parameter."""
        return dict(self.pairs).get(name, default)

    def all(self, name: str) -> list[str]:
        """The values of a parameter that may come several times."""
        return [value for key, value in self.pairs if key == name]

    def number(self, name: str, default: int) -> int:
        """A whole number; what is none counts as not given."""
        text = self.get(name)
        return int(text) if text.isdecimal() else default

    def json(self) -> Any:
        """The body, or an empty mapping where there is none or it is no JSON."""
        try:
            return json.loads(self.body or b"{}")
        except ValueError:
            return {}

    def url(self, path: str = "", **changed: object) -> str:
        """This request's URL, at another path if one is given, with some parameters changed."""
        pairs = [(key, value) for key, value in self.pairs if key not in changed]
        pairs += [(key, str(value)) for key, value in changed.items()]
        return f"{self.base}{path or self.path}?{urlencode(pairs)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What is sent back. `cost` is what it takes from the quota."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cost: int = 1

    def with_headers(self, headers: Mapping[str, str]) -> Reply:
        return replace(self, headers={**self.headers, **headers})


def answer(value: Any, status: int = 200, headers: Mapping[str, str] | None = None, cost: int = 1) -> Reply:
    """A reply in JSON."""
    body = json.dumps(value, separators=(",", ":")).encode()
    return Reply(
        status=status,
        body=body,
        headers={"content-type": "application/json; charset=utf-8", **(headers or {})},
        cost=cost,
    )
