"""GitLab's pages: by number with headers that say where one is, or by key."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from examples.acme.company.moments import moment
from examples.acme.systems.asked import Asked, Reply, answer

Item = TypeVar("Item")
MOST = 100
DEEPEST = 50_000
"""No offset is larger."""
COUNTED = 10_000
"""Of longer lists nobody is told how long they are."""


def page(asked: Asked, items: Sequence[Item], body: Callable[[Item], Any]) -> Reply:
    """One page of a list, by number or, where it is asked for, by key."""
    size = min(max(asked.number("per_page", 20), 1), MOST)
    if asked.get("pagination") == "keyset":
        return _keyset(asked, items, body, size)
    number = max(asked.number("page", 1), 1)
    if (number - 1) * size > DEEPEST:
        return answer({"error": "Offset pagination has a maximum allowed offset of 50000"}, 405)
    last = max(1, -(-len(items) // size))
    following = number + 1 if number < last else None
    headers = {
        "x-page": str(number),
        "x-per-page": str(size),
        "x-prev-page": str(number - 1) if number > 1 else "",
        "x-next-page": str(following or ""),
    }
    pages = {"prev": number - 1 if number > 1 else None, "next": following, "first": 1}
    if len(items) <= COUNTED:
        headers |= {"x-total": str(len(items)), "x-total-pages": str(last)}
        pages["last"] = last
    shown = [f'<{_url(asked, page=place)}>; rel="{name}"' for name, place in pages.items() if place]
    rows = [body(item) for item in items[(number - 1) * size : number * size]]
    return answer(rows, headers={**headers, "link": ", ".join(shown)})


def _keyset(asked: Asked, items: Sequence[Item], body: Callable[[Item], Any], size: int) -> Reply:
    """By a cursor that only the server understands: how many have been seen."""
    begin = asked.number("cursor", 0)
    rows = [body(item) for item in items[begin : begin + size]]
    more = begin + size < len(items)
    link = {"link": f'<{_url(asked, cursor=begin + size)}>; rel="next"'} if more else {}
    return answer(rows, headers=link)


def _url(asked: Asked, **changed: object) -> str:
    return asked.url("", per_page=asked.number("per_page", 20), **changed)


def within(at: int, asked: Asked, name: str) -> bool:
    """Whether a moment is between the parameters `…_after` and `…_before`."""
    after, before = asked.get(f"{name}_after"), asked.get(f"{name}_before")
    return (not after or at >= moment(after)) and (not before or at <= moment(before))


def in_order(asked: Asked, items: list[Item], fields: dict[str, Callable[[Item], int]], default: str) -> list[Item]:
    field = fields.get(asked.get("order_by", default), fields[default])
    is_falling = asked.get("sort", "desc") == "desc"
    return sorted(items, key=field, reverse=is_falling)
