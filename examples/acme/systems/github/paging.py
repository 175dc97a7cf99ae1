"""GitHub's pages: `page` and `per_page`, and a `Link` header that names the repository by its number."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from examples.acme.company.model import Repository
from examples.acme.systems.asked import Asked, Reply, answer

Item = TypeVar("Item")
MOST = 100


def page(
    asked: Asked,
    items: Sequence[Item],
    body: Callable[[Item], Any],
    *,
    repository: Repository | None = None,
    wrap: str = "",
    default: int = 30,
) -> Reply:
    """One page of a list; in an object with its `total_count` under the name `wrap`, where the API has it so."""
    size = min(max(asked.number("per_page", default), 1), MOST)
    number = max(asked.number("page", 1), 1)
    rows = [body(item) for item in items[(number - 1) * size : number * size]]
    value = {"total_count": len(items), wrap: rows} if wrap else rows
    return answer(value, headers=links(asked, number, -(-len(items) // size), repository))


def links(asked: Asked, number: int, last: int, repository: Repository | None) -> dict[str, str]:
    """`Link` with prev, next, last and first, as far as there are any."""
    path = asked.path
    if repository:
        path = re.sub(r"/repos/[^/]+/[^/]+", f"/repositories/{repository.number}", path, count=1)
    wanted = {"prev": number - 1, "next": number + 1, "last": last, "first": 1}
    shown = {
        name: place
        for name, place in wanted.items()
        if (name in ("prev", "first") and number > 1) or (name in ("next", "last") and number < last)
    }
    text = ", ".join(f'<{asked.url(path, page=place)}>; rel="{name}"' for name, place in shown.items())
    return {"link": text} if text else {}
